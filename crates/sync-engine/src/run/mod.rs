//! One run from source to report.

mod ending;
mod engine;
mod walk;
mod watch;

pub use engine::{Confirm, Engine};
