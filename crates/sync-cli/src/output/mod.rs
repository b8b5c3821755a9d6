//! Everything the program prints: data on standard output, everything else on standard error.

pub(crate) mod confirm;
pub(crate) mod conformance;
pub(crate) mod findings;
pub(crate) mod human;
pub(crate) mod memory;
pub(crate) mod printer;
pub(crate) mod progress;
pub(crate) mod sarif;
pub(crate) mod trace;
