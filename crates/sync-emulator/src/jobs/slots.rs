//! Which of the accepted jobs count as running at the same time.
//!
//! The service runs several imports at once. One worker does the work here, one job after the other; the jobs in the slots
//! are shown as running all the same, and two of them that touch the same asset clash as they would over there.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use uuid::Uuid;

use super::Operation;
use crate::catalog::Number;
use crate::profile::JobOrder;

/// Most assets remembered of one job (ours): with more, the rest of them clashes with nothing.
const CLAIMS: usize = 500_000;

/// Assets that a job has touched: for good, and in the transaction that is open.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    kept: HashSet<i64>,
    open: HashSet<i64>,
}

impl Claims {
    pub(crate) fn add(&mut self, asset: Number) {
        if self.kept.len() + self.open.len() < CLAIMS {
            self.open.insert(asset.0);
        }
    }

    /// The open transaction was committed.
    pub(crate) fn keep(&mut self) {
        self.kept.extend(self.open.drain());
    }

    /// The open transaction was rolled back: what was touched in it is as it was.
    pub(crate) fn undo(&mut self) {
        self.open.clear();
    }

    fn is_empty(&self) -> bool {
        self.kept.is_empty() && self.open.is_empty()
    }

    fn contains(&self, asset: Number) -> bool {
        self.kept.contains(&asset.0) || self.open.contains(&asset.0)
    }
}

/// What jobs that ran beside this one, and ended before it, have touched.
#[derive(Debug, Default, Clone)]
pub(crate) struct Taken(Vec<Arc<Claims>>);

impl Taken {
    pub(crate) fn contains(&self, asset: Number) -> bool {
        self.0.iter().any(|claims| claims.contains(asset))
    }
}

/// An accepted job that has not ended.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) number: i64,
    pub(crate) id: Uuid,
    /// Empty for an import that is no part of one.
    pub(crate) synchronization: String,
    pub(crate) operation: Operation,
}

#[derive(Debug)]
struct Running {
    entry: Entry,
    taken: Taken,
}

/// Accepted jobs: those that run, and those that wait.
#[derive(Debug)]
pub(crate) struct Slots {
    limit: usize,
    order: JobOrder,
    running: Vec<Running>,
    /// Jobs that only wait for a slot, by number.
    ready: BTreeMap<i64, Entry>,
    /// Jobs that wait for another one of their synchronization; an entry for each that has one running or ready.
    behind: HashMap<String, VecDeque<Entry>>,
}

impl Slots {
    pub(crate) fn new(limit: usize, order: JobOrder) -> Self {
        let (running, ready, behind) = (Vec::new(), BTreeMap::new(), HashMap::new());
        Self { limit: limit.max(1), order, running, ready, behind }
    }

    /// Puts a job at the end of the line. In order, a synchronization has one running job at most.
    pub(crate) fn add(&mut self, entry: Entry) {
        if self.order == JobOrder::Fifo && !entry.synchronization.is_empty() {
            if let Some(behind) = self.behind.get_mut(&entry.synchronization) {
                behind.push_back(entry);
                return;
            }
            self.behind.insert(entry.synchronization.clone(), VecDeque::new());
        }
        self.ready.insert(entry.number, entry);
    }

    /// Fills free slots and tells which jobs run from now on.
    pub(crate) fn fill(&mut self) -> Vec<i64> {
        let mut begun = Vec::new();
        while self.running.len() < self.limit
            && let Some((number, entry)) = self.ready.pop_first()
        {
            begun.push(number);
            self.running.push(Running { entry, taken: Taken::default() });
        }
        begun
    }

    /// The running job to be worked on next of those that may be, and what it has to keep away from. In a race
    /// finalizations win.
    pub(crate) fn next(&self, may_be: impl Fn(&Entry) -> bool) -> Option<(Entry, Taken)> {
        let is_late = |entry: &Entry| self.order == JobOrder::Racing && entry.operation != Operation::Finalize;
        let possible = self.running.iter().filter(|running| may_be(&running.entry));
        let next = possible.min_by_key(|running| (is_late(&running.entry), running.entry.number))?;
        Some((next.entry.clone(), next.taken.clone()))
    }

    /// Whether this job counts as running.
    pub(crate) fn is_running(&self, id: Uuid) -> bool {
        self.running.iter().any(|running| running.entry.id == id)
    }

    /// The jobs of a synchronization that have not ended, in no order.
    fn of<'s>(&'s self, synchronization: &'s str) -> impl Iterator<Item = &'s Entry> {
        let running = self.running.iter().map(|running| &running.entry);
        let behind = self.behind.get(synchronization).into_iter().flatten();
        running.chain(self.ready.values()).chain(behind).filter(move |entry| entry.synchronization == synchronization)
    }

    /// Whether a job of this synchronization, up to this number, has not ended.
    pub(crate) fn has_job_up_to(&self, synchronization: &str, number: i64) -> bool {
        self.of(synchronization).any(|entry| entry.number <= number)
    }

    /// The latest of its jobs that have not ended.
    pub(crate) fn newest_of(&self, synchronization: &str) -> Option<i64> {
        self.of(synchronization).map(|entry| entry.number).max()
    }

    /// Forgets the jobs of these synchronizations.
    pub(crate) fn drop_jobs(&mut self, is_meant: impl Fn(&str) -> bool) {
        self.running.retain(|running| !is_meant(&running.entry.synchronization));
        self.ready.retain(|_, entry| !is_meant(&entry.synchronization));
        self.behind.retain(|synchronization, _| !is_meant(synchronization));
    }

    /// Takes a job out. What it touched is kept from those that run beside it.
    pub(crate) fn end(&mut self, id: Uuid, claims: Claims) {
        let ready = self.ready.iter().find(|(_, entry)| entry.id == id).map(|(number, _)| *number);
        if let Some(position) = self.running.iter().position(|running| running.entry.id == id) {
            let ended = self.running.swap_remove(position);
            self.let_through(&ended.entry.synchronization);
            if !claims.is_empty() && !self.running.is_empty() {
                let claims = Arc::new(claims);
                self.running.iter_mut().for_each(|running| running.taken.0.push(claims.clone()));
            }
        } else if let Some(entry) = ready.and_then(|number| self.ready.remove(&number)) {
            self.let_through(&entry.synchronization);
        } else {
            self.behind.values_mut().for_each(|behind| behind.retain(|entry| entry.id != id));
        }
    }

    /// The next job of a synchronization has none before it any more.
    fn let_through(&mut self, synchronization: &str) {
        let Some(behind) = self.behind.get_mut(synchronization) else { return };
        match behind.pop_front() {
            Some(entry) => {
                self.ready.insert(entry.number, entry);
            }
            None => {
                self.behind.remove(synchronization);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: i64, synchronization: &str, operation: Operation) -> Entry {
        Entry { number, id: Uuid::from_u128(number as u128), synchronization: synchronization.to_owned(), operation }
    }

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    #[test]
    fn as_many_run_as_there_are_slots_and_one_of_each_synchronization() {
        let mut slots = Slots::new(3, JobOrder::Fifo);
        for (number, sid) in [(1, "a"), (2, "a"), (3, ""), (4, ""), (5, "b")] {
            slots.add(entry(number, sid, Operation::Batch));
        }
        assert_eq!(slots.fill(), [1, 3, 4]);
        assert_eq!(slots.next(|_| true).map(|(entry, _)| entry.number), Some(1));
        slots.end(id(3), Claims::default());
        assert_eq!(slots.fill(), [5], "the second one of a waits for the first");
        slots.end(id(1), Claims::default());
        assert_eq!(slots.fill(), [2]);
    }

    #[test]
    fn finalize_overtakes_batches_in_a_race_alone() {
        for (order, first) in [(JobOrder::Fifo, 1), (JobOrder::Racing, 2)] {
            let mut slots = Slots::new(8, order);
            slots.add(entry(1, "a", Operation::Batch));
            slots.add(entry(2, "a", Operation::Finalize));
            slots.fill();
            assert_eq!(slots.next(|_| true).map(|(entry, _)| entry.number), Some(first));
        }
    }

    #[test]
    fn job_keeps_away_from_what_those_beside_it_touched() {
        let mut slots = Slots::new(2, JobOrder::Fifo);
        for (number, sid) in [(1, "a"), (2, "b"), (3, "c")] {
            slots.add(entry(number, sid, Operation::Batch));
        }
        slots.fill();
        let mut claims = Claims::default();
        claims.add(Number(7));
        slots.end(id(1), claims);
        slots.fill();
        let (next, taken) = slots.next(|_| true).expect("a job");
        assert_eq!((next.number, taken.contains(Number(7)), taken.contains(Number(8))), (2, true, false));
        slots.end(id(2), Claims::default());
        let (next, taken) = slots.next(|_| true).expect("a job");
        assert_eq!((next.number, taken.contains(Number(7))), (3, false), "it began when the first had ended");
    }
}
