//! The order in which commands leave.

use std::collections::VecDeque;

use super::group::Group;

/// Bytes of finished commands that wait for an earlier one to be finished, too.
pub(super) const WINDOW_BYTES: usize = 256 * 1024;

/// Groups that are kept for their buffers.
const SPARE: usize = 512;

/// Commands in the order of their first rows.
#[derive(Debug)]
pub(super) struct Queue {
    entries: VecDeque<Entry>,
    /// Number of the first entry.
    first: u64,
    /// Memory of finished commands.
    waiting: usize,
    spare: Vec<Box<Group>>,
}

#[derive(Debug)]
enum Entry {
    /// Still growing; the command's number in the template.
    Open(usize),
    Finished(Box<Group>),
}

/// What may leave.
#[derive(Debug)]
pub(super) enum Next {
    /// A command that is finished.
    Finished(Box<Group>),
    /// One that is not, since too much waits behind it; its number in the template.
    Unfinished(usize),
    /// Nothing yet.
    Nothing,
}

impl Queue {
    pub(super) fn new() -> Self {
        Self { entries: VecDeque::new(), first: 0, waiting: 0, spare: Vec::new() }
    }

    /// A place at the end for a command that begins; its number.
    pub(super) fn open(&mut self, command: usize) -> u64 {
        self.entries.push_back(Entry::Open(command));
        self.first + self.entries.len() as u64 - 1
    }

    /// Puts a finished command where it began, or at the end if it has left that place before.
    pub(super) fn finish(&mut self, group: Box<Group>) {
        self.waiting += group.size();
        if group.has_left {
            self.entries.push_back(Entry::Finished(group));
        } else {
            let place = (group.sequence - self.first) as usize;
            self.entries[place] = Entry::Finished(group);
        }
    }

    /// Takes out what is next.
    pub(super) fn next(&mut self) -> Next {
        match self.entries.front() {
            None => return Next::Nothing,
            Some(Entry::Open(_)) if self.waiting <= WINDOW_BYTES => return Next::Nothing,
            Some(_) => self.first += 1,
        }
        match self.entries.pop_front() {
            Some(Entry::Finished(group)) => {
                self.waiting -= group.size();
                Next::Finished(group)
            }
            Some(Entry::Open(command)) => Next::Unfinished(command),
            None => Next::Nothing,
        }
    }

    /// A group to use, with whatever it held.
    pub(super) fn spare(&mut self) -> Box<Group> {
        self.spare.pop().unwrap_or_default()
    }

    /// Takes back a group that is no longer needed.
    pub(super) fn give_back(&mut self, group: Box<Group>) {
        if self.spare.len() < SPARE && group.is_reusable() {
            self.spare.push(group);
        }
    }
}
