//! One call and the job it starts: sent, perhaps sent again, polled, judged. The same for batches and finalization, so
//! the rules about trying again and waiting stand here once.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::event::{Action, Call, Event};
use super::settings::CycleSettings;
use crate::clock::Millis;
use crate::transport::proves_refusal;
use crate::{JobId, Outcome};

/// Where a call stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// How often it was sent, or is about to be.
    pub(super) tries: u32,
    /// When it was first to be sent.
    pub(super) begun: Millis,
    pub(super) state: ExchangeState,
}

/// What is known of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ExchangeState {
    /// The intent to send is recorded. The service may or may not have seen it.
    Sending,
    /// Proven not accepted; it will be sent again after a pause.
    Pausing,
    /// Proven not accepted and the pause is over; it will be sent again as soon as no other call is uncertain.
    Held,
    /// Accepted: the job is waiting or at work, as far as known.
    Polling {
        /// The job.
        job: JobId,
        /// When it was accepted.
        since: Millis,
        /// Looks that showed it, or stumbled, so far.
        polls: u32,
        /// Whether a look has ever shown it.
        seen: bool,
        /// Since when it cannot be read.
        unreadable_since: Option<Millis>,
    },
    /// The job has ended; state, result and summary are being judged.
    Judging {
        /// The job.
        job: JobId,
    },
    /// The job has ended and was judged.
    Ended {
        /// The job.
        job: JobId,
        /// The verdict.
        outcome: Outcome,
    },
    /// The service may have accepted the call: nothing may be sent before that is cleared up.
    Unknown {
        /// Since when.
        since: Millis,
        /// Whether it is certain enough that no copy is still at work.
        quiet: bool,
    },
    /// Not to be sent again, and no job of it is at work. A finalization is here only if it was proven not accepted.
    Refused {
        /// HTTP status of the refusal: no job exists. `None` if, as often as allowed, the target could not be reached or
        /// (batches only) every answer was lost.
        status: Option<u16>,
    },
}

impl Exchange {
    /// A call whose intent to be sent has just been recorded, and the action that sends it.
    pub(super) fn begin(call: Call, at: Millis) -> (Self, Action) {
        (Self { tries: 1, begun: at, state: ExchangeState::Sending }, Action::Submit { call })
    }

    /// What is known of the call.
    pub fn state(&self) -> &ExchangeState {
        &self.state
    }

    /// How often the call was sent, or is about to be.
    pub fn tries(&self) -> u32 {
        self.tries
    }

    /// When it was first to be sent; nothing of it can have reached the service before.
    pub fn begun(&self) -> Millis {
        self.begun
    }

    /// The job, once there is one.
    pub fn job(&self) -> Option<&JobId> {
        match &self.state {
            ExchangeState::Polling { job, .. } | ExchangeState::Judging { job } | ExchangeState::Ended { job, .. } => {
                Some(job)
            }
            _ => None,
        }
    }

    /// The verdict, once there is one.
    pub fn outcome(&self) -> Option<Outcome> {
        match self.state {
            ExchangeState::Ended { outcome, .. } => Some(outcome),
            _ => None,
        }
    }

    pub(super) fn is_unknown(&self) -> bool {
        matches!(self.state, ExchangeState::Unknown { .. })
    }

    /// Whether the service may have accepted the call and no quiet period says that it is over.
    pub(super) fn is_uncertain(&self) -> bool {
        matches!(self.state, ExchangeState::Unknown { quiet: false, .. })
    }

    /// Whether the call is being answered or worked on, with an end in sight.
    pub(super) fn is_at_work(&self) -> bool {
        matches!(self.state, ExchangeState::Sending | ExchangeState::Polling { .. } | ExchangeState::Judging { .. })
    }

    /// Whether the job of the call is at work as far as known.
    pub(super) fn is_polling(&self) -> bool {
        matches!(self.state, ExchangeState::Polling { .. })
    }

    /// Whether something of this call may still be under way, here or on the server.
    pub(super) fn is_live(&self) -> bool {
        match &self.state {
            ExchangeState::Ended { .. } | ExchangeState::Refused { .. } => false,
            ExchangeState::Unknown { quiet, .. } => !quiet,
            _ => true,
        }
    }

    /// Whether the service may be working on this call, or may yet begin to.
    pub(super) fn may_run(&self) -> bool {
        self.is_at_work() || self.is_uncertain()
    }

    /// Whether it is proven that no job was started by this call.
    pub(super) fn never_accepted(&self) -> bool {
        matches!(self.state, ExchangeState::Pausing | ExchangeState::Held | ExchangeState::Refused { .. })
    }

    /// Takes one event about this call; `None` if it makes no sense here.
    pub(super) fn step(
        &mut self,
        call: Call,
        settings: &CycleSettings,
        at: Millis,
        event: &Event,
    ) -> Option<Vec<Action>> {
        use ExchangeState as S;
        let patience = &settings.patience;
        match (&mut self.state, event) {
            // An answer can come after the stop that made the call uncertain.
            (S::Sending | S::Unknown { .. }, Event::Accepted { job, .. })
            | (S::Unknown { .. }, Event::Found { job, .. }) => {
                Some(vec![self.poll_from_now(call, settings, at, job.clone())])
            }
            (S::Sending, Event::NotSent { .. }) => Some(self.pause_or_give_up(call, settings, None, None)),
            (S::Sending, Event::Refused { status: 429, retry_after, .. }) => {
                Some(self.pause_or_give_up(call, settings, *retry_after, Some(429)))
            }
            (S::Sending, Event::Refused { status, .. }) if proves_refusal(*status) => {
                self.state = S::Refused { status: Some(*status) };
                Some(vec![])
            }
            (S::Sending, Event::Lost { .. } | Event::Refused { .. }) => {
                self.state = S::Unknown { since: at, quiet: false };
                Some(vec![])
            }
            (S::Pausing, Event::PauseOver { .. }) => {
                self.state = S::Held;
                Some(vec![])
            }
            (S::Polling { job, polls, seen, unreadable_since, .. }, Event::JobRunning { .. }) => {
                *polls = polls.saturating_add(1);
                *seen = true;
                *unreadable_since = None;
                Some(vec![Action::Poll { call, job: job.clone(), after: patience.poll_after(*polls) }])
            }
            (S::Polling { job, .. }, Event::JobEnded { .. }) => {
                let job = job.clone();
                self.state = S::Judging { job: job.clone() };
                Some(vec![Action::Judge { call, job }])
            }
            (S::Polling { job, since, polls, seen, unreadable_since }, Event::JobUnreadable { missing, .. }) => {
                *polls = polls.saturating_add(1);
                let unreadable = *unreadable_since.get_or_insert(at);
                let fresh = !*seen && elapsed(*since, at) < patience.fresh_job;
                let limit = if *missing && !*seen { patience.fresh_job } else { patience.outage };
                if fresh || elapsed(unreadable, at) < limit {
                    Some(vec![Action::Poll { call, job: job.clone(), after: patience.poll_after(*polls) }])
                } else {
                    Some(vec![Action::Leave { call, job: job.clone() }])
                }
            }
            (S::Polling { job, .. } | S::Judging { job }, Event::JobGone { .. }) => {
                let job = job.clone();
                self.state = S::Ended { job, outcome: Outcome::Undetermined };
                Some(vec![])
            }
            (S::Judging { job }, Event::Judged { outcome, .. }) => {
                let job = job.clone();
                self.state = S::Ended { job, outcome: *outcome };
                Some(vec![])
            }
            (S::Unknown { since, quiet }, Event::NotFound { .. } | Event::SearchUnavailable { .. }) => {
                if elapsed(*since, at) >= patience.quiet_period {
                    *quiet = true;
                    return Some(vec![]);
                }
                let left = patience.quiet_period.saturating_sub(elapsed(*since, at));
                Some(vec![Action::Search { call, after: left.min(patience.longest_poll) }])
            }
            (S::Unknown { since, quiet: false }, Event::Sighted { .. }) => {
                // Soon at first, then ever more rarely: it may be a short job or one of hours.
                let after = (elapsed(*since, at) / 4).clamp(patience.poll, patience.longest_poll.max(patience.poll));
                Some(vec![Action::Search { call, after }])
            }
            _ => None,
        }
    }

    /// Work stops here, or stopped without a word: what was being sent may have been accepted.
    pub(super) fn interrupt(&mut self, at: Millis) {
        if self.state == ExchangeState::Sending {
            self.state = ExchangeState::Unknown { since: at, quiet: false };
        }
    }

    /// Goes on after a stop or a crash: jobs are looked at again.
    pub(super) fn resume(&mut self, call: Call, settings: &CycleSettings, at: Millis) -> Option<Action> {
        self.interrupt(at);
        match &mut self.state {
            ExchangeState::Pausing | ExchangeState::Held => {
                self.state = ExchangeState::Pausing;
                Some(Action::Pause { call, delay: Duration::ZERO })
            }
            ExchangeState::Polling { job, .. } => {
                let job = job.clone();
                Some(self.poll_from_now(call, settings, at, job))
            }
            ExchangeState::Judging { job } => Some(Action::Judge { call, job: job.clone() }),
            _ => None,
        }
    }

    /// Sends what was held back, and a batch of which no copy can be at work any more: the same bytes in both cases.
    /// Asked only while no call is uncertain.
    pub(super) fn release(&mut self, call: Call, settings: &CycleSettings) -> Option<Action> {
        match (&self.state, call) {
            (ExchangeState::Held, _) | (ExchangeState::Unknown { quiet: true, .. }, Call::Batch(_)) => {}
            _ => return None,
        }
        if self.tries >= settings.patience.max_tries {
            self.state = ExchangeState::Refused { status: None };
            return None;
        }
        self.tries += 1;
        self.state = ExchangeState::Sending;
        Some(Action::Submit { call })
    }

    fn poll_from_now(&mut self, call: Call, settings: &CycleSettings, at: Millis, job: JobId) -> Action {
        self.state =
            ExchangeState::Polling { job: job.clone(), since: at, polls: 0, seen: false, unreadable_since: None };
        Action::Poll { call, job, after: settings.patience.poll_after(0) }
    }

    fn pause_or_give_up(
        &mut self,
        call: Call,
        settings: &CycleSettings,
        retry_after: Option<Duration>,
        status: Option<u16>,
    ) -> Vec<Action> {
        if self.tries >= settings.patience.max_tries {
            self.state = ExchangeState::Refused { status };
            return vec![];
        }
        self.state = ExchangeState::Pausing;
        let delay = settings.patience.pause_after(settings.seed, call, self.tries, retry_after);
        vec![Action::Pause { call, delay }]
    }
}

fn elapsed(since: Millis, at: Millis) -> Duration {
    Duration::from_millis(at.saturating_sub(since))
}
