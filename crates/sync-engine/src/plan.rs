//! What a source would change: the sorted source merged with the sorted manifest.

use std::cmp::Ordering;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sync_core::command::ResourceKind;

use crate::member::Member;
use crate::sort::{Members, Sorted};
use crate::spool::{read_member, write_member};
use crate::store::{Change, Difference, KnownMember, Standing, StateKey, StateStore, StoreError};

/// Names kept of each list; the rest is counted.
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
}

impl PlanList {
    fn add(&mut self, member: &Member) {
        self.total += 1;
        let kind = member.identity.kind();
        match self.by_kind.binary_search_by_key(&kind, |(kind, _)| *kind) {
            Ok(found) => self.by_kind[found].1 += 1,
            Err(place) => self.by_kind.insert(place, (kind, 1)),
        }
        if self.entries.len() < PLAN_LIST {
            let (name, identity) = (member.identity.name(), member.identity.to_string());
            self.entries.push(PlanEntry { kind, name, identity });
        }
    }
}

/// A plan, and the differences it was made of, in a temporary file.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    spool: File,
}

impl Planned {
    /// The differences, by key.
    pub(crate) fn differences(&mut self) -> io::Result<impl Iterator<Item = io::Result<Difference>> + '_> {
        self.spool.rewind()?;
        let mut spool = BufReader::with_capacity(64 * 1024, &self.spool);
        Ok(std::iter::from_fn(move || read_difference(&mut spool).transpose()))
    }
}

/// Merges source and manifest. Blocking. Memory: the lists of names.
pub(crate) fn plan(
    source: &mut Sorted,
    store: &dyn StateStore,
    key: &StateKey,
    standing: &Standing,
    spill: &Path,
) -> Result<Planned, PlanError> {
    let spool = tempfile::tempfile_in(spill).map_err(PlanError::Spill)?;
    let mut merge = Merge {
        source: source.members().map_err(PlanError::Spill)?,
        next: None,
        finalized: standing.finalized,
        plan: Plan { known: standing.known, ..Plan::default() },
        spool: BufWriter::with_capacity(256 * 1024, spool),
    };
    merge.advance().map_err(PlanError::Spill)?;
    store.visit_members(key, &mut |known| merge.meet(&known))?;
    let (plan, spool) = merge.finish().map_err(PlanError::Spill)?;
    Ok(Planned { plan, spool })
}

struct Merge<'s> {
    source: Members<'s>,
    next: Option<Member>,
    finalized: u64,
    plan: Plan,
    spool: BufWriter<File>,
}

impl Merge<'_> {
    fn advance(&mut self) -> io::Result<()> {
        self.next = self.source.next().transpose()?;
        Ok(())
    }

    /// Takes the next member of the manifest, after all of the source that come before it.
    fn meet(&mut self, known: &KnownMember) -> io::Result<()> {
        loop {
            let order = self.next.as_ref().map(|member| member.key.cmp(&known.member.key));
            match (order, &self.next) {
                (Some(Ordering::Less), Some(_)) => self.add_next()?,
                (Some(Ordering::Equal), Some(member)) => {
                    let unconfirmed = known.cycle > self.finalized;
                    let returned = known.missing_since.is_some();
                    match member.content == known.member.content && !returned {
                        _ if unconfirmed => self.note(Change::Added)?,
                        true => self.plan.same += 1,
                        false => self.note(Change::Changed)?,
                    }
                    return self.advance();
                }
                _ => {
                    self.plan.missing.add(&known.member);
                    return self.write(Change::Missing, &known.member);
                }
            }
        }
    }

    fn add_next(&mut self) -> io::Result<()> {
        self.note(Change::Added)?;
        self.advance()
    }

    /// Notes the source's next member.
    fn note(&mut self, change: Change) -> io::Result<()> {
        let Some(member) = self.next.take() else { return Ok(()) };
        match change {
            Change::Added => self.plan.added.add(&member),
            Change::Changed | Change::Missing => self.plan.changed.add(&member),
        }
        self.write(change, &member)
    }

    fn write(&mut self, change: Change, member: &Member) -> io::Result<()> {
        self.spool.write_all(&[change as u8])?;
        let identity = &member.identity;
        write_member(&mut self.spool, member.key, member.content, identity.kind(), identity.key().as_bytes())
    }

    fn finish(mut self) -> io::Result<(Plan, File)> {
        while self.next.is_some() {
            self.add_next()?;
        }
        Ok((self.plan, self.spool.into_inner()?))
    }
}

fn read_difference(spool: &mut impl Read) -> io::Result<Option<Difference>> {
    let mut change = [0];
    if spool.read(&mut change)? == 0 {
        return Ok(None);
    }
    let change = match change[0] {
        byte if byte == Change::Added as u8 => Change::Added,
        byte if byte == Change::Changed as u8 => Change::Changed,
        _ => Change::Missing,
    };
    Ok(read_member(spool)?.map(|member| Difference { change, member }))
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
