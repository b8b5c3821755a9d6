//! Starting, sharing and stopping.

mod builder;
mod emulator;
mod error;
mod readers;
mod shared;

pub use builder::EmulatorBuilder;
pub use emulator::Emulator;
pub use error::StartError;
pub(crate) use shared::Shared;
