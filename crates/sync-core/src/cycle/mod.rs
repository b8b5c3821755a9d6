//! The state machine of a cycle.
//!
//! [`step`] is the machine: a pure function from state and event to state and actions. [`Cycle`] walks it over a
//! [`crate::Transport`] with a journal and a clock, with a type for each phase a caller holds.

mod crew;
mod driver;
mod event;
mod exchange;
mod halt;
mod recover;
mod search;
mod settings;
mod state;
mod step;
mod typed;

pub use crew::{Crew, Observer, StopSignal};
pub use driver::CallReport;
pub use event::{Action, Call, Event};
pub use exchange::{Exchange, ExchangeState};
pub use halt::{Halt, HaltReason};
pub use recover::{GoesOn, Interrupted, clear_up, look_after};
pub use settings::{CycleMode, CycleSettings, Patience};
pub use state::{BatchState, CycleState, Permit, Phase, Settlement};
pub use step::{StepError, step};
pub use typed::{Batching, Cycle, FinalizePermit, Finalized, Offered, Open, Sealed};
