//! Starting, sharing and stopping.

mod builder;
mod connections;
mod emulator;
mod error;
mod readers;
mod service;
mod shared;

pub use builder::EmulatorBuilder;
pub use emulator::Emulator;
pub use error::StartError;
pub use service::EmulatorService;
pub(crate) use shared::{Lens, Shared};
