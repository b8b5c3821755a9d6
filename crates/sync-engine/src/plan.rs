//! What a source would change: the sorted source merged with the sorted manifest.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sync_core::command::ResourceKind;
use sync_formats::{DEFAULT_MAX_RECORD_BYTES, Parts};

use crate::input::{Input, InputError};
use crate::member::Member;
use crate::sort::{Members, Sorted};
use crate::store::{Change, Difference, KnownMember, Standing, StateKey, StateStore, StoreError};

/// Names kept of each list by default; the rest is counted.
pub const PLAN_LIST: usize = 10_000;

/// What a run would change, for people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Plan {
    /// Resources that are new.
    pub added: PlanList,
    /// Resources of which something else is said than before.
    pub changed: PlanList,
    /// Resources of which the same is said as before.
    pub same: u64,
    /// Resources the service may track and the source does not have: what a finalization that removes would remove, at
    /// most.
    pub missing: PlanList,
    /// Resources the service may track, before the run.
    pub known: u64,
    /// How many of each kind of resource.
    pub known_by_kind: Vec<(ResourceKind, u64)>,
}

/// Some of the resources of a kind of change, and how many there are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlanList {
    /// How many there are.
    pub total: u64,
    /// How many of each kind of resource.
    pub by_kind: Vec<(ResourceKind, u64)>,
    /// The first of them, in no order that means anything.
    pub entries: Vec<PlanEntry>,
}

/// One resource of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlanEntry {
    /// Kind of resource.
    pub kind: ResourceKind,
    /// What a person calls it.
    pub name: String,
    /// Who it is, with everything around it.
    pub identity: String,
    /// Members of the command that changed, as far as they are known; for changed resources only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
}

impl PlanList {
    fn add(&mut self, member: &Member, most: usize) -> Option<&mut PlanEntry> {
        self.total += 1;
        count(&mut self.by_kind, member.kind());
        if self.entries.len() >= most {
            return None;
        }
        let identity = member.identity();
        let (kind, name, identity) = (identity.kind(), identity.name(), identity.to_string());
        self.entries.push(PlanEntry { kind, name, identity, members: Vec::new() });
        self.entries.last_mut()
    }

    /// How many there are of a kind of resource.
    pub fn of_kind(&self, kind: ResourceKind) -> u64 {
        of_kind(&self.by_kind, kind)
    }
}

fn count(by_kind: &mut Vec<(ResourceKind, u64)>, kind: ResourceKind) {
    match by_kind.binary_search_by_key(&kind, |(kind, _)| *kind) {
        Ok(found) => by_kind[found].1 += 1,
        Err(place) => by_kind.insert(place, (kind, 1)),
    }
}

fn of_kind(by_kind: &[(ResourceKind, u64)], kind: ResourceKind) -> u64 {
    by_kind.iter().find(|(found, _)| *found == kind).map_or(0, |(_, count)| *count)
}

impl Plan {
    /// How many resources of a kind the service may track, before the run.
    pub fn known_of_kind(&self, kind: ResourceKind) -> u64 {
        of_kind(&self.known_by_kind, kind)
    }

    /// Whether the source and the manifest say the same.
    pub fn is_empty(&self) -> bool {
        self.added.total + self.changed.total + self.missing.total == 0
    }
}

/// A plan, and the differences it was made of, in a temporary file.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    spool: File,
    /// Listed changes whose members are yet to be compared: the command's place, the entry's, what was said before.
    unread: Vec<(u64, usize, Parts)>,
}

impl Planned {
    /// Gives the differences to `take`, by key.
    pub(crate) fn differences(&mut self, take: &mut dyn FnMut(&Difference) -> io::Result<()>) -> io::Result<()> {
        self.spool.rewind()?;
        let mut spool = BufReader::with_capacity(64 * 1024, &self.spool);
        let mut difference = Difference { change: Change::Added, member: Member::blank() };
        let mut change = [0];
        while spool.read(&mut change)? != 0 {
            difference.change = match change[0] {
                byte if byte == Change::Added as u8 => Change::Added,
                byte if byte == Change::Changed as u8 => Change::Changed,
                _ => Change::Missing,
            };
            if difference.member.read(&mut spool)? {
                take(&difference)?;
            }
        }
        Ok(())
    }

    /// Compares the members of listed changes where the survey has not told them apart, by reading those commands again.
    pub(crate) fn name_members(&mut self, inputs: &[Input]) -> Result<(), InputError> {
        self.unread.sort_unstable_by_key(|(place, ..)| *place);
        let mut unread = self.unread.drain(..).peekable();
        let mut first = 0;
        for input in inputs {
            if unread.peek().is_none() {
                break;
            }
            let file = input.open()?;
            let end = first + input.len();
            while let Some((place, entry, before)) = unread.next_if(|(place, ..)| *place < end) {
                // What cannot be read any more has changed since, which a run will find out; here a name is missing.
                let now = command_at(&file, place - first).and_then(|command| Parts::of(command.get().as_bytes()).ok());
                self.plan.changed.entries[entry].members = names(&before, &now.unwrap_or_default());
            }
            first = end;
        }
        Ok(())
    }
}

/// The JSON value that begins at this byte.
fn command_at(mut file: &File, offset: u64) -> Option<Box<RawValue>> {
    file.seek(SeekFrom::Start(offset)).ok()?;
    let reader = BufReader::with_capacity(4 * 1024, file.take(DEFAULT_MAX_RECORD_BYTES));
    serde_json::Deserializer::from_reader(reader).into_iter().next()?.ok()
}

/// Merges source and manifest. Blocking. Memory: the lists of names, at most `most` each.
pub(crate) fn compare(
    source: &mut Sorted,
    store: &dyn StateStore,
    key: &StateKey,
    standing: &Standing,
    spill: &Path,
    most: usize,
) -> Result<Planned, PlanError> {
    let spool = tempfile::tempfile_in(spill).map_err(PlanError::Spill)?;
    let mut merge = Merge {
        source: source.members().map_err(PlanError::Spill)?,
        next: Member::blank(),
        is_next: false,
        finalized: standing.finalized,
        most,
        plan: Plan { known: standing.known, ..Plan::default() },
        unread: Vec::new(),
        spool: BufWriter::with_capacity(256 * 1024, spool),
    };
    merge.advance().map_err(PlanError::Spill)?;
    store.visit_members(key, &mut |known| merge.meet(known))?;
    merge.finish().map_err(PlanError::Spill)
}

struct Merge<'s> {
    source: Members<'s>,
    /// The source's next member, while there is one.
    next: Member,
    is_next: bool,
    finalized: u64,
    /// Names kept of each list.
    most: usize,
    plan: Plan,
    unread: Vec<(u64, usize, Parts)>,
    spool: BufWriter<File>,
}

impl Merge<'_> {
    fn advance(&mut self) -> io::Result<()> {
        self.is_next = self.source.next_into(&mut self.next)?;
        Ok(())
    }

    /// Takes the next member of the manifest, after all of the source that come before it.
    fn meet(&mut self, known: &KnownMember) -> io::Result<()> {
        let key = known.member.key();
        count(&mut self.plan.known_by_kind, known.member.kind());
        while self.is_next && self.next.key() < key {
            self.add_next()?;
        }
        if !self.is_next || self.next.key() != key {
            self.plan.missing.add(&known.member, self.most);
            return write(&mut self.spool, Change::Missing, &known.member);
        }
        if known.cycle > self.finalized {
            // Sent in a cycle that never ended: tracked perhaps, confirmed never.
            return self.add_next();
        }
        if self.next.content() == known.member.content() && known.missing_since.is_none() {
            self.plan.same += 1;
            return self.advance();
        }
        self.change_next(&known.member)
    }

    fn add_next(&mut self) -> io::Result<()> {
        self.plan.added.add(&self.next, self.most);
        write(&mut self.spool, Change::Added, &self.next)?;
        self.advance()
    }

    fn change_next(&mut self, before: &Member) -> io::Result<()> {
        let place = self.plan.changed.entries.len();
        if let Some(entry) = self.plan.changed.add(&self.next, self.most) {
            let (before, now) = (before.parts(), self.next.parts());
            if !now.is_empty() {
                entry.members = names(&before, &now);
            } else if !before.is_empty() && self.next.place() != u64::MAX {
                self.unread.push((self.next.place(), place, before));
            }
        }
        write(&mut self.spool, Change::Changed, &self.next)?;
        self.advance()
    }

    fn finish(mut self) -> Result<Planned, io::Error> {
        while self.is_next {
            self.add_next()?;
        }
        Ok(Planned { plan: self.plan, spool: self.spool.into_inner()?, unread: self.unread })
    }
}

fn write(spool: &mut impl Write, change: Change, member: &Member) -> io::Result<()> {
    spool.write_all(&[change as u8])?;
    spool.write_all(member.as_bytes())
}

/// Names of the members that changed; none where nothing is known of what was said before.
fn names(before: &Parts, now: &Parts) -> Vec<String> {
    if before.is_empty() {
        return Vec::new();
    }
    before.changed(now).into_iter().map(str::to_owned).collect()
}

/// Why a plan could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The manifest cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no room for the temporary files.
    #[error("writing temporary files failed")]
    Spill(#[source] io::Error),
}
