//! What goes wrong, and what came in.

use std::time::Duration;

use super::Controls;
use crate::faults::{FaultError, FaultRule, FaultState};
use crate::requests::RequestRecord;

/// What goes wrong, and what came in.
impl Controls {
    /// The rules in force, with how often each has counted and fired.
    pub fn faults(&self) -> Vec<FaultState> {
        self.shared.faults.all()
    }

    /// Puts these rules in the place of all others; counting begins anew.
    ///
    /// # Errors
    /// [`FaultError`] names the first rule that makes no sense; then nothing has changed.
    pub fn set_faults(&self, rules: Vec<FaultRule>) -> Result<(), FaultError> {
        self.shared.faults.set(rules)
    }

    /// Adds a rule after the others, which go on counting.
    ///
    /// # Errors
    /// [`FaultError`] if it makes no sense, or there are a thousand already.
    pub fn add_fault(&self, rule: FaultRule) -> Result<(), FaultError> {
        self.add_faults(vec![rule])
    }

    pub(crate) fn add_faults(&self, rules: Vec<FaultRule>) -> Result<(), FaultError> {
        self.shared.faults.add(rules)
    }

    /// Restarts, as the fault of this name does: every connection breaks, the job at work begins again, and for a while on
    /// the server's clock nobody gets in.
    pub fn restart(&self, down: Duration) {
        self.shared.restart(down);
    }

    /// Requests for the API, the oldest first; the newest 10,000 are kept. Those for `/_emulator/` are not among them.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.requests_after(0)
    }

    /// Requests whose number is larger than this one.
    pub fn requests_after(&self, number: u64) -> Vec<RequestRecord> {
        self.shared.requests.after(number)
    }

    /// Forgets the requests so far; numbers go on.
    pub fn clear_requests(&self) {
        self.shared.requests.clear();
    }
}
