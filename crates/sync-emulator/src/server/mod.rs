//! Starting, sharing and stopping.

mod builder;
mod connections;
mod emulator;
mod error;
mod limits;
mod pace;
mod readers;
mod service;
mod shared;
mod socket;
mod watched;

pub use builder::EmulatorBuilder;
pub use emulator::Emulator;
pub use error::StartError;
pub(crate) use pace::TooSlow;
pub use service::EmulatorService;
pub(crate) use shared::{Lens, Shared};
