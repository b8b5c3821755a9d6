//! Executing the commands of an uploaded file: resolve, apply, roll back.
//!
//! Judges by its own reading of the documentation and shares no rule with the client's checks, so that a mistake of one
//! side shows up at the other.

mod apply;
mod executor;
mod failure;
mod fingerprint;
mod input;
mod merge;
mod resolve;
mod run;
mod source;
mod table;

pub(crate) use executor::{Importer, Rules};
pub(crate) use fingerprint::Digest16;
pub(crate) use run::{Import, Work, import};
pub(crate) use table::dialect;
