//! Relations told from both ends.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use sync_core::command::{AssetIdentifier, Command};

use super::key::{Key, Keys, half, relation_type, set};
use super::pending::{Pending, Pendings, Place};
use super::sorter::{Fact, FactSorter, Facts};

/// The assets that a command lists for one type and direction.
pub(super) struct Set<'c, 'a> {
    /// Key of the command's own asset.
    pub(super) owner: Key,
    /// The relation key as written.
    pub(super) key: &'c str,
    pub(super) relation_type: Key,
    /// Whether the listed assets are the sources, else the targets.
    pub(super) listed_are_sources: bool,
    pub(super) assets: &'c [AssetIdentifier<'a>],
}

/// Calls `visit` with each set of relations of an asset.
pub(super) fn for_each_set(command: &Command<'_>, keys: &mut Keys, mut visit: impl FnMut(&mut Keys, Set<'_, '_>)) {
    let Command::Asset(asset) = command else { return };
    let Some(relations) = &asset.relations else { return };
    let owner = keys.asset(&asset.identifier);
    for (key, assets) in relations.iter() {
        if let Some((name, listed_are_sources)) = direction(key) {
            let relation_type = relation_type(name);
            visit(keys, Set { owner, key, relation_type, listed_are_sources, assets });
        }
    }
}

/// The type in a relation key, and whether the listed assets are its sources.
fn direction(key: &str) -> Option<(&str, bool)> {
    let (name, direction) = key.rsplit_once(':')?;
    match direction {
        "SOURCE" => Some((name, true)),
        "TARGET" => Some((name, false)),
        _ => None,
    }
}

/// Types remembered; a source with more of them is taken to use each in both directions.
const MOST_TYPES: usize = 4096;

/// In which directions each relation type is used: mostly in one, and then nothing can be told from both ends.
#[derive(Debug, Default)]
pub(super) struct Directions {
    /// By name in lower case; one bit a direction.
    types: HashMap<String, u8>,
    are_too_many: bool,
    /// The relation key that was noted last: most commands in a row have the same.
    last: String,
}

const BOTH: u8 = 0b11;

impl Directions {
    /// Takes a command.
    #[inline]
    pub(super) fn note(&mut self, command: &Command<'_>) {
        let Command::Asset(asset) = command else { return };
        let Some(relations) = &asset.relations else { return };
        for (key, _) in relations.iter() {
            if self.last != key.as_str() {
                self.key(key);
            }
        }
    }

    #[cold]
    fn key(&mut self, key: &str) {
        self.last.clear();
        self.last.push_str(key);
        let Some((name, listed_are_sources)) = direction(key) else { return };
        let (name, direction) = (name.to_ascii_lowercase(), 1 << u8::from(listed_are_sources));
        if let Some(seen) = self.types.get_mut(&name) {
            *seen |= direction;
        } else if self.types.len() < MOST_TYPES {
            self.types.insert(name, direction);
        } else {
            self.are_too_many = true;
        }
    }

    /// Whether anything can be told from both ends.
    pub(super) fn are_mixed(&self) -> bool {
        self.are_too_many || self.types.values().any(|seen| *seen == BOTH)
    }
}

/// Gathers links of the types that are used in both directions.
#[derive(Debug)]
pub(super) struct Links {
    keys: Keys,
    /// `None` where all types are of interest.
    types: Option<Vec<Key>>,
    facts: FactSorter,
}

/// Told by the owner of the set.
const LISTED: u64 = 0;
/// Told by the listed asset, from the other end.
const CLAIMED: u64 = 1;

impl Links {
    pub(super) fn new(directions: &Directions, spill: &Path) -> Self {
        let types = (!directions.are_too_many).then(|| {
            let mixed = directions.types.iter().filter(|(_, seen)| **seen == BOTH);
            mixed.map(|(name, _)| relation_type(name)).collect()
        });
        Self { keys: Keys::default(), types, facts: FactSorter::new(spill) }
    }

    /// Takes a command.
    ///
    /// Each link is noted twice: in the set of its owner, and in the set that the listed asset would have.
    pub(super) fn command(&mut self, index: u64, command: &Command<'_>) -> io::Result<()> {
        let Self { keys, types, facts } = self;
        let mut pushed = Ok(());
        for_each_set(command, keys, |keys, one| {
            if types.as_ref().is_some_and(|types| !types.contains(&one.relation_type)) {
                return;
            }
            let mut push = |key: Key, with: u64, told: u64| {
                if pushed.is_ok() {
                    pushed = facts.push([(key >> 64) as u64, key as u64, with, index << 1 | told]);
                }
            };
            let own = set(one.owner, one.relation_type, one.listed_are_sources);
            // The set itself comes before all that is in it.
            push(own, 0, LISTED);
            for asset in one.assets {
                let listed = keys.related(asset);
                push(own, half(listed).max(1), LISTED);
                push(set(listed, one.relation_type, !one.listed_are_sources), half(one.owner).max(1), CLAIMED);
            }
        });
        pushed
    }

    pub(super) fn finish(self) -> io::Result<Facts> {
        self.facts.finish()
    }
}

/// Judges sorted links.
pub(super) fn judge(mut facts: Facts, findings: &mut Pendings) -> io::Result<()> {
    let mut current = (0, 0);
    // The command that gives the set, and within it one asset: who lists it, who claims it.
    let mut given: Option<u64> = None;
    let mut asset = 0;
    let (mut listed, mut claimed): (Option<u64>, Option<u64>) = (None, None);
    loop {
        let fact: Option<Fact> = facts.next()?;
        let ended = fact.is_none_or(|[high, low, with, _]| (high, low) != current || with != asset);
        if ended && let (Some(set), Some(claim)) = (given, claimed) {
            let key = Key::from(current.0) << 64 | Key::from(current.1);
            told(key, set, listed, claim, findings);
        }
        let Some([high, low, with, place]) = fact else { return Ok(()) };
        if (high, low) != current {
            (current, given) = ((high, low), None);
        }
        if ended {
            (asset, listed, claimed) = (with, None, None);
        }
        let index = place >> 1;
        match (with, place & 1) {
            (0, _) => _ = given.get_or_insert(index),
            (_, LISTED) => _ = listed.get_or_insert(index),
            _ => _ = claimed.get_or_insert(index),
        }
    }
}

fn told(key: Key, set: u64, listed: Option<u64>, claim: u64, findings: &mut Pendings) {
    let place = Place::Opposite(key);
    match listed {
        // Said once, at the later of the two.
        Some(listed) if listed >= claim => {}
        Some(listed) => findings.add("local.relation.bothEnds", claim, || Pending {
            index: claim,
            other: Some(listed),
            message: "the same relation is stated from its other end, too {other}".to_owned(),
            place,
            severity: None,
        }),
        None => findings.add("local.relation.contradictory", claim, || Pending {
            index: claim,
            other: Some(set),
            message: "the asset listed here has a list of its own for this relation, seen from its end, and that does \
                      not have this asset in it {other}; whichever comes last wins"
                .to_owned(),
            place,
            severity: None,
        }),
    }
}
