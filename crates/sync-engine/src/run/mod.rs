//! One run from source to report.

mod ending;
mod engine;
mod resume;
mod steps;
mod supply;
mod told;
mod walk;
mod watch;

pub use engine::{Confirm, Engine};
pub(crate) use steps::replay;
pub(crate) use told::where_it_stood;
