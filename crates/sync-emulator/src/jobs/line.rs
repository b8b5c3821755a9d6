//! The line in front of the worker: whose turn it is, who has to wait, and for what.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use uuid::Uuid;

use super::slots::{Entry, Slots};
use super::{Claims, JobProgress, Taken};
use crate::catalog::Store;
use crate::clock::{Clock, millis};
use crate::profile::JobOrder;

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
    /// Do the work of this job, and keep away from what others have touched.
    Job(Entry, Taken),
    /// Do this.
    Task(Task),
}

/// A job that is held back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) id: Uuid,
    pub(crate) synchronization: String,
    pub(crate) progress: JobProgress,
    /// Whether it counts as running.
    pub(crate) is_running: bool,
}

/// What becomes of a job that is interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Afterwards {
    /// It runs again from its beginning.
    Again,
    /// It is forgotten.
    Nothing,
}

/// Why the work of a job does not begin yet.
#[derive(Debug)]
struct Hold {
    number: i64,
    synchronization: String,
    progress: JobProgress,
    until: Until,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    /// Looks that may still show it running.
    Polls(u32),
    /// How long from when it counts as running.
    Passed(Duration),
    /// This time.
    Time(i64),
    Released,
}

impl Until {
    fn of(progress: JobProgress) -> Option<Self> {
        match progress {
            JobProgress::Immediate => None,
            JobProgress::AfterPolls(polls) => Some(Self::Polls(polls)),
            JobProgress::After(duration) => Some(Self::Passed(duration)),
            JobProgress::ByHand => Some(Self::Released),
        }
    }
}

/// A task, and what it comes after: the jobs of this synchronization up to this number.
#[derive(Debug)]
struct Waiting {
    after: Option<(String, i64)>,
    task: Task,
}

#[derive(Debug)]
struct State {
    is_open: bool,
    slots: Slots,
    /// Jobs without an entry are held back by nothing.
    holds: HashMap<Uuid, Hold>,
    tasks: VecDeque<Waiting>,
    at_work: Option<Entry>,
    interrupt: Option<Afterwards>,
    progress: JobProgress,
}

/// The line in front of the worker: which jobs count as running is up to the [`Slots`], when their work is done is up to
/// what holds them back. Tasks come as soon as they can.
#[derive(Debug)]
pub(crate) struct Line {
    state: Mutex<State>,
    changed: Condvar,
    /// Whether the worker has nothing it could do now.
    is_quiet: watch::Sender<bool>,
    is_interrupted: AtomicBool,
    clock: Clock,
}

/// What there is to do now.
enum Pick {
    Turn(Turn),
    /// Nothing, before this time.
    Nothing(Option<i64>),
}

impl Line {
    /// At most so many jobs count as running together.
    pub(crate) fn new(clock: Clock, progress: JobProgress, together: usize, order: JobOrder) -> Self {
        let state = State {
            is_open: true,
            slots: Slots::new(together, order),
            holds: HashMap::new(),
            tasks: VecDeque::new(),
            at_work: None,
            interrupt: None,
            progress,
        };
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
            is_quiet: watch::Sender::new(false),
            is_interrupted: AtomicBool::new(false),
            clock,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change leaves the line in order, so a panic elsewhere while it was locked does no harm.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the worker look again. Only to be called with the state locked, lest it look before the change.
    fn changed(&self, state: MutexGuard<'_, State>) {
        // Once it is closed nobody is left who could come to rest again.
        if state.is_open {
            self.is_quiet.send_replace(false);
        }
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

    /// Puts a job at the end; whether the line is still open. From [`begun`](Self::begun) on it may count as running.
    pub(crate) fn push_job(&self, entry: Entry, progress: JobProgress) -> bool {
        let mut state = self.state();
        if !state.is_open {
            return false;
        }
        if let Some(until) = Until::of(progress) {
            let (number, synchronization) = (entry.number, entry.synchronization.clone());
            state.holds.insert(entry.id, Hold { number, synchronization, progress, until });
        }
        state.slots.add(entry);
        true
    }

    /// Fills free places and gives the numbers of the jobs that count as running from now on.
    pub(crate) fn begun(&self) -> Vec<i64> {
        let mut state = self.state();
        let begun = state.slots.fill();
        if begun.is_empty() {
            return Vec::new();
        }
        let now = self.clock.now();
        for hold in state.holds.values_mut() {
            if let Until::Passed(duration) = hold.until
                && begun.contains(&hold.number)
            {
                hold.until = Until::Time(now.saturating_add(millis(duration)));
            }
        }
        self.changed(state);
        begun
    }

    /// Puts a task at the end; it comes after all jobs before it of this synchronization, if it names one.
    pub(crate) fn push_task(&self, synchronization: Option<String>, task: Task) -> bool {
        let mut state = self.state();
        if !state.is_open {
            return false;
        }
        let after = synchronization.and_then(|id| state.slots.newest_of(&id).map(|number| (id, number)));
        state.tasks.push_back(Waiting { after, task });
        self.changed(state);
        true
    }

    /// Takes nothing in any more and gives nothing out any more.
    pub(crate) fn close(&self) {
        let mut state = self.state();
        state.is_open = false;
        let left = std::mem::take(&mut state.tasks);
        self.changed(state);
        // Whoever waits for one of them learns that it will not be done.
        drop(left);
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
            match state.pick(now) {
                Pick::Turn(turn) => {
                    // It may be the time that has come, which nobody has told.
                    self.is_quiet.send_replace(false);
                    return Some(turn);
                }
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

    /// A job is over; what it touched is kept from those that run beside it.
    pub(crate) fn end(&self, id: Uuid, claims: Claims) {
        let mut state = self.state();
        state.holds.remove(&id);
        state.slots.end(id, claims);
        self.changed(state);
    }

    /// The job at work was left undone; whether it is to be begun again, which it is as soon as it is its turn.
    pub(crate) fn left_undone(&self) -> bool {
        self.state().interrupt.take() == Some(Afterwards::Again)
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

    /// When the next job is due that waits for a time to come.
    pub(crate) fn next_due(&self) -> Option<i64> {
        self.state().next_due(self.clock.now())
    }

    /// Whether a job is in the line and something holds it back.
    pub(crate) fn is_held(&self, id: Uuid) -> bool {
        self.state().holds.contains_key(&id)
    }

    /// Somebody looks at a job; whether that was the look it waited for.
    pub(crate) fn looked_at(&self, id: Uuid) -> bool {
        let mut state = self.state();
        if !state.slots.is_running(id) {
            return false;
        }
        match state.holds.get_mut(&id).map(|hold| &mut hold.until) {
            Some(Until::Polls(0)) => {
                state.holds.remove(&id);
                self.changed(state);
                true
            }
            Some(Until::Polls(left)) => {
                *left -= 1;
                false
            }
            _ => false,
        }
    }

    /// Lets a job go on as soon as it is its turn; whether there was something to let go.
    pub(crate) fn release(&self, id: Uuid) -> bool {
        let mut state = self.state();
        let is_released = state.holds.remove(&id).is_some();
        if is_released {
            self.changed(state);
        }
        is_released
    }

    /// The jobs that are held back, in the order of their acceptance.
    pub(crate) fn held(&self) -> Vec<Held> {
        let state = self.state();
        let mut holds: Vec<_> = state.holds.iter().collect();
        holds.sort_unstable_by_key(|(_, hold)| hold.number);
        let held = holds.into_iter().map(|(id, hold)| Held {
            id: *id,
            synchronization: hold.synchronization.clone(),
            progress: hold.progress,
            is_running: state.slots.is_running(*id),
        });
        held.collect()
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
        let is_meant = |of: &str| synchronization.is_none_or(|id| of == id);
        state.slots.drop_jobs(is_meant);
        state.holds.retain(|_, hold| !is_meant(&hold.synchronization));
        if state.at_work.as_ref().is_some_and(|entry| is_meant(&entry.synchronization)) {
            state.interrupt = Some(Afterwards::Nothing);
            self.is_interrupted.store(true, Ordering::Relaxed);
        }
        self.changed(state);
    }
}

impl State {
    fn next_due(&self, now: i64) -> Option<i64> {
        let due = |hold: &Hold| match hold.until {
            Until::Time(due) if due > now => Some(due),
            _ => None,
        };
        self.holds.values().filter_map(due).min()
    }

    fn pick(&mut self, now: i64) -> Pick {
        let Self { slots, holds, tasks, .. } = self;
        let may_begin = |task: &Waiting| match &task.after {
            None => true,
            Some((id, number)) => !slots.has_job_up_to(id, *number),
        };
        if let Some(task) = tasks.iter().position(may_begin).and_then(|index| tasks.remove(index)) {
            return Pick::Turn(Turn::Task(task.task));
        }
        let is_free = |entry: &Entry| match holds.get(&entry.id).map(|hold| hold.until) {
            None => true,
            Some(Until::Time(due)) => due <= now,
            Some(_) => false,
        };
        // What was accepted after a task of the same synchronization comes after it.
        let is_behind = |entry: &Entry| {
            tasks
                .iter()
                .filter_map(|task| task.after.as_ref())
                .any(|(id, number)| *id == entry.synchronization && entry.number > *number)
        };
        match slots.next(|entry| is_free(entry) && !is_behind(entry)) {
            Some((entry, taken)) => {
                self.holds.remove(&entry.id);
                self.at_work = Some(entry.clone());
                Pick::Turn(Turn::Job(entry, taken))
            }
            None => Pick::Nothing(self.next_due(now)),
        }
    }
}
