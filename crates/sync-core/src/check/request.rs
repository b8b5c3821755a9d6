//! Rules about what is asked of the service along with the commands.

use super::Rule;
use super::rules::{BOTH_FILES, SIMULATION_ON_SYNC, SIMULATION_WITH_CONTINUE};

/// Parameters of a call that can contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RequestFlags {
    /// `simulation` is true.
    pub simulation: bool,
    /// `continueOnError` is true.
    pub continue_on_error: bool,
    /// A file is sent along.
    pub file: bool,
    /// A file sent earlier is named by `fileId`.
    pub file_id: bool,
    /// The call belongs to a synchronization.
    pub synchronization: bool,
}

/// The rules that a call breaks.
///
/// ```
/// use sync_core::check::{RequestFlags, request};
///
/// let flags = RequestFlags { simulation: true, continue_on_error: true, file: true, ..RequestFlags::default() };
/// let codes: Vec<&str> = request(flags).map(|rule| rule.code).collect();
/// assert_eq!(codes, ["local.request.simulationWithContinue"]);
/// ```
pub fn request(flags: RequestFlags) -> impl Iterator<Item = &'static Rule> {
    let broken = [
        (flags.simulation && flags.continue_on_error, &SIMULATION_WITH_CONTINUE),
        (flags.simulation && flags.synchronization, &SIMULATION_ON_SYNC),
        (flags.file && flags.file_id, &BOTH_FILES),
    ];
    broken.into_iter().filter(|(is_broken, _)| *is_broken).map(|(_, rule)| rule)
}
