//! What a test can do with a server that no client can.

mod clock;
mod error;
mod faults;
mod jobs;
mod state;

use std::fmt;
use std::sync::Arc;

use crate::clock::Clock;
use crate::jobs::Line;
use crate::server::Shared;

pub use error::ControlError;
pub use jobs::HeldJob;

/// What a test can do with a server that no client can: move its clock, hold its jobs back, have things go wrong, look at
/// what came in, begin again.
///
/// Cheap to clone and usable from anywhere. The same is there over HTTP under `/_emulator/`. Once the server has stopped,
/// nothing has an effect any more.
#[derive(Clone)]
pub struct Controls {
    pub(crate) shared: Arc<Shared>,
}

impl fmt::Debug for Controls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Controls").finish_non_exhaustive()
    }
}

impl Controls {
    pub(crate) fn of(shared: &Arc<Shared>) -> Self {
        Self { shared: shared.clone() }
    }

    fn clock(&self) -> &Clock {
        &self.shared.context.clock
    }

    fn line(&self) -> &Line {
        &self.shared.context.line
    }
}
