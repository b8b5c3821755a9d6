//! The conformance suite against our own server: as it is, in every reading, and with its rules broken.

mod breaking;
mod fidelity;
mod readings;
mod support;
mod tidiness;
mod whole;
