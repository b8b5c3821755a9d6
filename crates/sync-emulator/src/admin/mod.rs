//! The controls over HTTP, under `/_emulator/`.

mod clock;
mod faults;
mod jobs;
mod json;
mod requests;
mod router;
mod state;

pub(crate) use router::router;
