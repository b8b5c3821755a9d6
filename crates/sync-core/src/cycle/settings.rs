//! What is fixed when a cycle begins.

use std::num::NonZeroU8;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::event::Call;
use crate::transport::RelationsAction;
use crate::{Finalization, SynchronizationId};

/// How a cycle travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CycleMode {
    /// Batches, then a finalization.
    #[default]
    Batches,
    /// Everything in one call, which finalizes by itself. Meant by the service for fewer than 50 000 resources.
    SingleCall,
}

/// What is fixed when a cycle begins and holds to its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CycleSettings {
    /// Which synchronization.
    pub synchronization: SynchronizationId,
    /// How the cycle travels; default batches.
    pub mode: CycleMode,
    /// What happens to missing resources; default left alone.
    pub finalization: Finalization,
    /// Whether bad commands are skipped; default `false`: a batch with a bad command commits nothing. A single call that
    /// skips bad commands begins only with missing resources left alone: nobody could look at what it skipped before it
    /// finalizes.
    pub continue_on_error: bool,
    /// How relations are set; default replaced.
    pub relations_action: RelationsAction,
    /// How many batches may be in flight at once; default 1. The service forbids overlaps, so more than one is only
    /// right for batches that share no resource.
    pub lanes: NonZeroU8,
    /// How often and how long to try.
    pub patience: Patience,
    /// Where the randomness of pauses comes from.
    pub seed: u64,
}

impl CycleSettings {
    /// A cycle of batches that removes nothing.
    pub fn new(synchronization: SynchronizationId) -> Self {
        Self {
            synchronization,
            mode: CycleMode::default(),
            finalization: Finalization::default(),
            continue_on_error: false,
            relations_action: RelationsAction::default(),
            lanes: NonZeroU8::MIN,
            patience: Patience::default(),
            seed: 0,
        }
    }

    /// What no cycle may begin with.
    pub(super) fn check(&self) -> Result<(), &'static str> {
        let blind = self.mode == CycleMode::SingleCall && self.continue_on_error;
        if blind && self.finalization.is_destructive() {
            return Err("a single call that skips bad commands would finalize over what it skipped");
        }
        Ok(())
    }

    /// Sets how the cycle travels.
    #[must_use]
    pub fn with_mode(mut self, mode: CycleMode) -> Self {
        self.mode = mode;
        self
    }

    /// Sets what happens to missing resources.
    #[must_use]
    pub fn with_finalization(mut self, finalization: Finalization) -> Self {
        self.finalization = finalization;
        self
    }

    /// Sets whether bad commands are skipped.
    #[must_use]
    pub fn with_continue_on_error(mut self, continue_on_error: bool) -> Self {
        self.continue_on_error = continue_on_error;
        self
    }

    /// Sets how relations are set.
    #[must_use]
    pub fn with_relations_action(mut self, relations_action: RelationsAction) -> Self {
        self.relations_action = relations_action;
        self
    }

    /// Sets how many batches may be in flight at once.
    #[must_use]
    pub fn with_lanes(mut self, lanes: NonZeroU8) -> Self {
        self.lanes = lanes;
        self
    }

    /// Sets how often and how long to try.
    #[must_use]
    pub fn with_patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// Sets where the randomness of pauses comes from.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }
}

/// How often and how long to try. There is no limit on how long a job may take.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Patience {
    /// Most times one call is sent; default 5.
    pub max_tries: u32,
    /// Most finalizations of one cycle that may have been accepted: after an uncertain or failed one the whole cycle is
    /// sent again, one after so many not any more; default 3.
    pub max_attempts: u32,
    /// Upper end of the first pause before another try, doubled each time; default 1 s.
    pub pause: Duration,
    /// Longest such pause; default 60 s.
    pub longest_pause: Duration,
    /// Longest pause granted where the service asks for one (`Retry-After`); default 10 min.
    pub longest_retry_after: Duration,
    /// First wait before a job is looked at; default 100 ms, half as long again each time: small batches are done in no
    /// time, and a long job is looked at a few times more at its beginning only.
    pub poll: Duration,
    /// Longest wait between two looks at a job; default 15 s.
    pub longest_poll: Duration,
    /// How long a job just created may answer 404 or 500; default 30 s.
    pub fresh_job: Duration,
    /// How long a job may not be readable before we leave it with the state saved; default 10 min.
    pub outage: Duration,
    /// How long nothing may be heard of a call that may have been accepted before it counts as not running; default
    /// 60 s.
    pub quiet_period: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            max_tries: 5,
            max_attempts: 3,
            pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(60),
            longest_retry_after: Duration::from_secs(600),
            poll: Duration::from_millis(100),
            longest_poll: Duration::from_secs(15),
            fresh_job: Duration::from_secs(30),
            outage: Duration::from_secs(600),
            quiet_period: Duration::from_secs(60),
        }
    }
}

impl Patience {
    /// Sets the first wait before a job is looked at.
    #[must_use]
    pub fn with_poll(mut self, poll: Duration) -> Self {
        self.poll = poll;
        self
    }

    /// Sets the quiet period.
    #[must_use]
    pub fn with_quiet_period(mut self, quiet_period: Duration) -> Self {
        self.quiet_period = quiet_period;
        self
    }

    /// Sets the most times one call is sent.
    #[must_use]
    pub fn with_max_tries(mut self, max_tries: u32) -> Self {
        self.max_tries = max_tries;
        self
    }

    /// Pause before try number `tries + 1`: anywhere between nothing and a limit that doubles ("full jitter"), or
    /// what the service asks for, within reason.
    pub(super) fn pause_after(&self, seed: u64, call: Call, tries: u32, retry_after: Option<Duration>) -> Duration {
        if let Some(asked) = retry_after {
            return asked.min(self.longest_retry_after);
        }
        let doubled = self.pause.saturating_mul(1 << tries.saturating_sub(1).min(16));
        let most = doubled.min(self.longest_pause);
        let salt = match call {
            Call::Batch(batch) => u64::from(batch.get()),
            Call::Finalize => u64::MAX,
        };
        most.mul_f64(unit(seed ^ salt.rotate_left(32) ^ u64::from(tries)))
    }

    /// Wait before look number `polls + 1` at a job.
    pub fn poll_after(&self, polls: u32) -> Duration {
        let seconds = self.poll.as_secs_f64() * 1.5f64.powi(polls.min(24) as i32);
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX).min(self.longest_poll)
    }
}

/// A number in 0..1 from a seed (splitmix64's finisher).
fn unit(seed: u64) -> f64 {
    let mut x = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((x ^ (x >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}
