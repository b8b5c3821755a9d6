//! Broken rules before it is known where in a file they are.

use std::collections::{BTreeMap, BinaryHeap};

use sync_core::check::{Path, Segment, Severity};
use sync_core::command::Command;

use super::fitting::written;
use super::key::{Key, Keys, set};
use super::references::for_each;
use super::relations::for_each_set;

/// Findings of one code kept of one input; the rest is counted.
pub(crate) const MOST_ALIKE: usize = 100;

/// A rule that two commands, or one, break.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pending {
    /// The command to point at, counted over all inputs.
    pub(crate) index: u64,
    /// The other command concerned.
    pub(crate) other: Option<u64>,
    /// What is wrong. `{other}` stands for where the other command is.
    pub(crate) message: String,
    pub(super) place: Place,
    /// How bad it is, where the rule's own level does not say.
    pub(crate) severity: Option<Severity>,
}

/// Which part of the command is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Command,
    Kind,
    Identifier,
    /// Where it gives the resource a name.
    Name,
    /// Where it gives the resource a type.
    Type,
    /// The first place where it refers to this resource, or else its identifier.
    Reference(Key),
    /// The related asset whose own set of the same relations this would be.
    Opposite(Key),
    /// This asset in the relations whose key is written in this way.
    Listed {
        asset: Key,
        written: u32,
        is_source: bool,
    },
}

impl Pending {
    /// The way to the part that is meant, now that the command is at hand.
    pub(crate) fn path(&self, command: &Command<'_>) -> Path {
        let member = |name: &str| Path::default().join(Segment::Member(name.to_owned()));
        let mut found = None;
        match self.place {
            Place::Command => return Path::default(),
            Place::Kind => return member("resourceType"),
            Place::Identifier => {}
            Place::Name => {
                let named = match command {
                    Command::Community(community) => community.name.is_some(),
                    Command::Domain(domain) => domain.name.is_some(),
                    Command::Asset(asset) => asset.name.is_some(),
                    Command::Mapping(_) | Command::ComplexRelation(_) => false,
                };
                found = named.then(|| member("name"));
            }
            Place::Type => found = Some(member("type")),
            Place::Listed { asset, written: wanted, is_source } => {
                for_each_set(command, &mut Keys::default(), |keys, one| {
                    if one.listed_are_sources != is_source || written(one.relation_type) != wanted {
                        return;
                    }
                    let mut assets = one.assets.iter();
                    if let (None, Some(index)) = (&found, assets.position(|listed| keys.related(listed) == asset)) {
                        let list = member("relations").join(Segment::Key(one.key.to_owned()));
                        found = Some(list.join(Segment::Index(index)));
                    }
                });
            }
            Place::Reference(key) => {
                let mut keys = Keys::default();
                for_each(command, &mut |named, _, way| {
                    if found.is_none() && named.key(&mut keys) == key {
                        found = Some(way.path());
                    }
                });
            }
            Place::Opposite(key) => {
                for_each_set(command, &mut Keys::default(), |keys, one| {
                    for (index, asset) in one.assets.iter().enumerate() {
                        let opposite = set(keys.related(asset), one.relation_type, !one.listed_are_sources);
                        if found.is_none() && opposite == key {
                            let list = member("relations").join(Segment::Key(one.key.to_owned()));
                            found = Some(list.join(Segment::Index(index)));
                        }
                    }
                });
            }
        }
        found.unwrap_or_else(|| member("identifier"))
    }
}

/// What is pending, by input and code: the first in the source are kept, the rest is counted.
#[derive(Debug, Default)]
pub(super) struct Pendings {
    /// Index of the first command of each input.
    firsts: Vec<u64>,
    kept: BTreeMap<(usize, &'static str), Alike>,
}

/// Broken rules of one code in one input.
#[derive(Debug, Default)]
pub(crate) struct Alike {
    /// The one that stands last in the source on top.
    pub(crate) kept: BinaryHeap<Pending>,
    pub(crate) total: u64,
}

impl Pendings {
    pub(super) fn begin_input(&mut self, first_index: u64) {
        self.firsts.push(first_index);
    }

    pub(super) fn add(&mut self, code: &'static str, index: u64, pending: impl FnOnce() -> Pending) {
        let alike = self.alike(code, index);
        alike.total += 1;
        if alike.kept.len() < MOST_ALIKE {
            alike.kept.push(pending());
        } else if let Some(mut last) = alike.kept.peek_mut()
            && index < last.index
        {
            *last = pending();
        }
    }

    /// Counts one that is not worth keeping.
    pub(super) fn count(&mut self, code: &'static str, index: u64) {
        self.alike(code, index).total += 1;
    }

    fn alike(&mut self, code: &'static str, index: u64) -> &mut Alike {
        let input = self.firsts.partition_point(|first| *first <= index).saturating_sub(1);
        self.kept.entry((input, code)).or_default()
    }

    /// By input and code.
    pub(super) fn finish(self) -> BTreeMap<(usize, &'static str), Alike> {
        self.kept
    }
}
