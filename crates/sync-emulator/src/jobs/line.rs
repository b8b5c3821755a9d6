//! The line in front of the worker: who is next, who has to wait, and for what.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use uuid::Uuid;

use super::JobProgress;
use crate::catalog::Store;
use crate::clock::{Clock, millis};

/// Something short that needs the right to write.
pub(crate) struct Task(pub(crate) Box<dyn FnOnce(&mut Store) + Send>);

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Task")
    }
}

/// What the worker is to do.
#[derive(Debug)]
pub(crate) enum Turn {
    /// Show this job as running; its work is still held back.
    Show(i64),
    /// Do the work of this job.
    Job(i64),
    /// Do this.
    Task(Task),
}

/// A job on its way into the line.
#[derive(Debug, Clone)]
pub(crate) struct NewJob {
    pub(crate) number: i64,
    pub(crate) id: Uuid,
    /// Jobs of one synchronization come one after the other, in the order of their acceptance.
    pub(crate) synchronization: String,
    pub(crate) progress: JobProgress,
}

/// A job that is held back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) id: Uuid,
    pub(crate) synchronization: String,
    pub(crate) progress: JobProgress,
    /// Whether it counts as running.
    pub(crate) is_shown: bool,
}

/// What becomes of a job that is interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Afterwards {
    /// It runs again from its beginning.
    Again,
    /// It is forgotten.
    Nothing,
}

#[derive(Debug)]
struct Place {
    job: NewJob,
    is_shown: bool,
    hold: Hold,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hold {
    /// Nothing holds it back.
    Free,
    /// Looks that may still show it running.
    Polls(u32),
    /// Not before this time; before it is shown running, how long from then.
    For(Duration),
    Until(i64),
    Hand,
}

impl From<JobProgress> for Hold {
    fn from(progress: JobProgress) -> Self {
        match progress {
            JobProgress::Immediate => Self::Free,
            JobProgress::AfterPolls(polls) => Self::Polls(polls),
            JobProgress::After(duration) => Self::For(duration),
            JobProgress::ByHand => Self::Hand,
        }
    }
}

#[derive(Debug)]
enum Entry {
    Job(Place),
    /// Comes after what stands before it about the same synchronization.
    Task(Option<String>, Task),
}

impl Entry {
    fn synchronization(&self) -> Option<&str> {
        match self {
            Self::Job(place) => Some(&place.job.synchronization).filter(|id| !id.is_empty()).map(String::as_str),
            Self::Task(synchronization, _) => synchronization.as_deref(),
        }
    }
}

#[derive(Debug)]
struct State {
    is_open: bool,
    entries: VecDeque<Entry>,
    at_work: Option<NewJob>,
    interrupt: Option<Afterwards>,
    progress: JobProgress,
}

/// The line in front of the worker. Jobs of one synchronization keep their order, others do not wait for each other.
#[derive(Debug)]
pub(crate) struct Line {
    state: Mutex<State>,
    changed: Condvar,
    /// Whether the worker has nothing it could do now.
    is_quiet: watch::Sender<bool>,
    is_interrupted: AtomicBool,
    clock: Clock,
    /// Most jobs that are shown running.
    together: usize,
}

/// What there is to do now.
enum Pick {
    Turn(Turn),
    /// Nothing, before this time.
    Nothing(Option<i64>),
}

impl Line {
    pub(crate) fn new(clock: Clock, progress: JobProgress, together: usize) -> Self {
        let state = State { is_open: true, entries: VecDeque::new(), at_work: None, interrupt: None, progress };
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
            is_quiet: watch::Sender::new(false),
            is_interrupted: AtomicBool::new(false),
            clock,
            together,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change leaves the line in order, so a panic elsewhere while it was locked does no harm.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the worker look again. Only to be called with the state locked, lest it look before the change.
    fn changed(&self, _state: MutexGuard<'_, State>) {
        self.is_quiet.send_replace(false);
        self.changed.notify_all();
    }

    /// How jobs go on that say nothing else.
    pub(crate) fn progress(&self) -> JobProgress {
        self.state().progress
    }

    /// Sets how jobs go on that are accepted from now on.
    pub(crate) fn set_progress(&self, progress: JobProgress) {
        self.state().progress = progress;
    }

    /// Puts a job at the end; whether the line is still open.
    pub(crate) fn push_job(&self, job: NewJob) -> bool {
        let hold = job.progress.into();
        self.push(Entry::Job(Place { job, is_shown: false, hold }))
    }

    /// Puts a task at the end; it comes after everything before it about the same synchronization, if it names one.
    pub(crate) fn push_task(&self, synchronization: Option<String>, task: Task) -> bool {
        self.push(Entry::Task(synchronization, task))
    }

    fn push(&self, entry: Entry) -> bool {
        let mut state = self.state();
        if !state.is_open {
            return false;
        }
        state.entries.push_back(entry);
        self.changed(state);
        true
    }

    pub(crate) fn is_open(&self) -> bool {
        self.state().is_open
    }

    /// Takes nothing in any more and gives nothing out any more.
    pub(crate) fn close(&self) {
        let mut state = self.state();
        state.is_open = false;
        self.changed(state);
    }

    /// Waits for something to do; nothing once the line is closed. Coming back means that the last turn is over.
    pub(crate) fn next(&self) -> Option<Turn> {
        let mut state = self.state();
        state.at_work = None;
        state.interrupt = None;
        self.is_interrupted.store(false, Ordering::Relaxed);
        loop {
            if !state.is_open {
                self.is_quiet.send_replace(true);
                return None;
            }
            let now = self.clock.now();
            match state.pick(now, self.together) {
                Pick::Turn(turn) => return Some(turn),
                Pick::Nothing(due) => {
                    self.is_quiet.send_replace(true);
                    state = match due {
                        Some(due) if !self.clock.is_virtual() => {
                            let left = Duration::from_millis(due.saturating_sub(now).unsigned_abs());
                            let waited = self.changed.wait_timeout(state, left);
                            waited.unwrap_or_else(PoisonError::into_inner).0
                        }
                        _ => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                    };
                }
            }
        }
    }

    /// The job at work was left undone; whether it is to be begun again, for which it is put in front of all others.
    pub(crate) fn left_undone(&self) -> bool {
        let mut state = self.state();
        match (state.interrupt.take(), state.at_work.take()) {
            (Some(Afterwards::Again), Some(job)) => {
                // It was at work, so nothing holds it back any more.
                state.entries.push_front(Entry::Job(Place { job, is_shown: false, hold: Hold::Free }));
                true
            }
            _ => false,
        }
    }

    /// Whether the job at work has to be left undone.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.is_interrupted.load(Ordering::Relaxed)
    }

    /// The clock was moved.
    pub(crate) fn clock_moved(&self) {
        self.changed(self.state());
    }

    /// Waits until the worker has done all it can do now.
    pub(crate) async fn settled(&self) {
        // The sender is in `self`.
        let _ = self.is_quiet.subscribe().wait_for(|is_quiet| *is_quiet).await;
    }

    /// When the next job that waits for a time is due.
    pub(crate) fn next_due(&self) -> Option<i64> {
        let state = self.state();
        let due = |entry: &Entry| match entry {
            Entry::Job(Place { is_shown: true, hold: Hold::Until(due), .. }) => Some(*due),
            _ => None,
        };
        state.entries.iter().filter_map(due).min()
    }

    /// Whether a job is in the line and something holds it back.
    pub(crate) fn is_held(&self, id: Uuid) -> bool {
        self.state().place(id).is_some_and(|place| place.hold != Hold::Free)
    }

    /// Somebody looks at a job; whether that was the look it waited for.
    pub(crate) fn looked_at(&self, id: Uuid) -> bool {
        let mut state = self.state();
        let Some(Place { is_shown: true, hold, .. }) = state.place(id) else { return false };
        match hold {
            Hold::Polls(0) => {
                *hold = Hold::Free;
                self.changed(state);
                true
            }
            Hold::Polls(left) => {
                *left -= 1;
                false
            }
            _ => false,
        }
    }

    /// Lets a job go on as soon as it is its turn; whether there was something to let go.
    pub(crate) fn release(&self, id: Uuid) -> bool {
        let mut state = self.state();
        let Some(place) = state.place(id).filter(|place| place.hold != Hold::Free) else { return false };
        place.hold = Hold::Free;
        self.changed(state);
        true
    }

    /// The jobs that are held back, in the order of their acceptance.
    pub(crate) fn held(&self) -> Vec<Held> {
        let state = self.state();
        let held = |entry: &Entry| match entry {
            Entry::Job(place) if place.hold != Hold::Free => Some(Held {
                id: place.job.id,
                synchronization: place.job.synchronization.clone(),
                progress: place.job.progress,
                is_shown: place.is_shown,
            }),
            _ => None,
        };
        state.entries.iter().filter_map(held).collect()
    }

    /// Has the job at work begin again, as a restart of the server would.
    pub(crate) fn restart_work(&self) {
        let mut state = self.state();
        if state.at_work.is_some() {
            state.interrupt = Some(Afterwards::Again);
            self.is_interrupted.store(true, Ordering::Relaxed);
        }
    }

    /// Forgets all jobs, or those of one synchronization, the one at work included.
    pub(crate) fn drop_jobs(&self, synchronization: Option<&str>) {
        let mut state = self.state();
        let is_meant = |job: &NewJob| synchronization.is_none_or(|id| job.synchronization == id);
        state.entries.retain(|entry| !matches!(entry, Entry::Job(place) if is_meant(&place.job)));
        if state.at_work.as_ref().is_some_and(is_meant) {
            state.interrupt = Some(Afterwards::Nothing);
            self.is_interrupted.store(true, Ordering::Relaxed);
        }
        self.changed(state);
    }
}

impl State {
    fn place(&mut self, id: Uuid) -> Option<&mut Place> {
        self.entries.iter_mut().find_map(|entry| match entry {
            Entry::Job(place) if place.job.id == id => Some(place),
            _ => None,
        })
    }

    fn pick(&mut self, now: i64, together: usize) -> Pick {
        let mut before: HashSet<String> = HashSet::new();
        let mut shown = 0;
        let mut next_due: Option<i64> = None;
        let mut chosen = None;
        for (index, entry) in self.entries.iter_mut().enumerate() {
            let synchronization = entry.synchronization();
            let is_first = synchronization.is_none_or(|id| !before.contains(id));
            // A set of owned ids only grows where something has to wait.
            let owned = synchronization.map(str::to_owned);
            match entry {
                Entry::Task(..) if is_first => {
                    chosen = Some(index);
                    break;
                }
                Entry::Job(place) if is_first => match place.hold {
                    Hold::Free => {
                        chosen = Some(index);
                        break;
                    }
                    _ if !place.is_shown && shown < together => {
                        place.is_shown = true;
                        if let Hold::For(duration) = place.hold {
                            place.hold = Hold::Until(now.saturating_add(millis(duration)));
                        }
                        return Pick::Turn(Turn::Show(place.job.number));
                    }
                    Hold::Until(due) if place.is_shown && due <= now => {
                        chosen = Some(index);
                        break;
                    }
                    Hold::Until(due) => next_due = Some(next_due.map_or(due, |next| next.min(due))),
                    _ => {}
                },
                _ => {}
            }
            shown += usize::from(matches!(entry, Entry::Job(Place { is_shown: true, .. })));
            before.extend(owned);
        }
        match chosen.and_then(|index| self.entries.remove(index)) {
            Some(Entry::Job(place)) => {
                let turn = Turn::Job(place.job.number);
                self.at_work = Some(place.job);
                Pick::Turn(turn)
            }
            Some(Entry::Task(_, task)) => Pick::Turn(Turn::Task(task)),
            None => Pick::Nothing(next_due),
        }
    }
}
