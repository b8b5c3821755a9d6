//! Identities and names: order, repetition, one resource in several ways, one name for several assets.

use std::io;

use super::key::{Key, half};
use super::pending::{MOST_ALIKE, Pending, Pendings, Place};
use super::sorter::{Fact, Facts};

/// What a command says about the resource of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    /// The command is about it.
    Command = 0,
    /// The command needs it.
    Needed = 1,
    /// The command puts its community under it.
    Parent = 2,
    /// The command, about an asset by id, gives the asset this name.
    AssetById = 3,
    /// The command, about an asset by external pair, gives the asset this name.
    AssetByPair = 4,
    /// The command, about something else, gives it this name.
    Other = 5,
}

impl Tag {
    pub(super) fn named(is_asset: bool, system: Option<&str>) -> Self {
        match (is_asset, system) {
            (true, None) => Self::AssetById,
            (true, Some(_)) => Self::AssetByPair,
            (false, _) => Self::Other,
        }
    }

    fn of(bits: u64) -> Self {
        match bits {
            0 => Self::Command,
            1 => Self::Needed,
            2 => Self::Parent,
            3 => Self::AssetById,
            4 => Self::AssetByPair,
            _ => Self::Other,
        }
    }
}

const TAG_BITS: u32 = 8;

/// Stands for what a command says where nobody compares that.
pub(super) const UNTOLD: u64 = 0;

/// By key, then in the order of the source. `extra` is, of a [`Tag::Command`], what it says, or [`UNTOLD`]; of a name, its owner.
pub(super) fn fact(key: Key, index: u64, tag: Tag, extra: u64) -> Fact {
    [(key >> 64) as u64, key as u64, index << TAG_BITS | tag as u64, extra]
}

/// Who is given a name: 16 bits of the external system, 48 of the resource. Compared only among those of one name.
pub(super) fn owner(key: Key, system: Option<&str>) -> u64 {
    let system = system.map_or(0, |system| half(super::key::system(system)));
    system << 48 | half(key) >> 16
}

/// A command that gives the name.
#[derive(Debug, Clone, Copy)]
struct Given {
    index: u64,
    tag: Tag,
    owner: u64,
}

impl Given {
    /// Whether the two cannot be one resource: ids differ, or entities of one system do.
    fn is_another(&self, other: &Self) -> bool {
        let one_system = self.owner >> 48 == other.owner >> 48;
        self.owner != other.owner && self.tag == other.tag && one_system && self.tag != Tag::Other
    }
}

/// What is known of one key so far.
#[derive(Debug, Default)]
struct Group {
    first_command: Option<u64>,
    last_command: Option<u64>,
    /// What that one says, as far as that is known.
    last_said: u64,
    first_needed: Option<u64>,
    /// Communities put under this one before its own command.
    children: Vec<u64>,
    more_children: u64,
    given: Option<Given>,
}

/// Judges sorted facts.
pub(super) fn judge(mut facts: Facts, findings: &mut Pendings) -> io::Result<()> {
    let mut current = None;
    let mut group = Group::default();
    while let Some([high, low, place, extra]) = facts.next()? {
        let key = Key::from(high) << 64 | Key::from(low);
        if current != Some(key) {
            if let Some(before) = current.replace(key) {
                group.end(before, findings);
            }
            group = Group { children: std::mem::take(&mut group.children), ..Group::default() };
            group.children.clear();
        }
        group.take(key, place >> TAG_BITS, Tag::of(place & ((1 << TAG_BITS) - 1)), extra, findings);
    }
    if let Some(key) = current {
        group.end(key, findings);
    }
    Ok(())
}

impl Group {
    fn take(&mut self, key: Key, index: u64, tag: Tag, extra: u64, findings: &mut Pendings) {
        match tag {
            Tag::Command => self.command(key, index, extra, findings),
            Tag::Needed => _ = self.first_needed.get_or_insert(index),
            Tag::Parent => {
                self.first_needed.get_or_insert(index);
                match self.first_command {
                    Some(parent) => child(key, index, parent, findings),
                    None if self.children.len() < MOST_ALIKE => self.children.push(index),
                    None => self.more_children += 1,
                }
            }
            Tag::AssetById | Tag::AssetByPair | Tag::Other => {
                let given = Given { index, tag, owner: extra };
                match &self.given {
                    None => self.given = Some(given),
                    Some(first) if first.is_another(&given) => {
                        let other = first.index;
                        findings.add("local.asset.nameNotUnique", index, || Pending {
                            index,
                            other: Some(other),
                            message: "another asset is given the same full name in the same domain {other}".to_owned(),
                            place: Place::Name,
                            severity: None,
                        });
                    }
                    Some(first) if first.owner != given.owner => {
                        mixed(index, first.index, Place::Name, findings);
                    }
                    Some(_) => {}
                }
            }
        }
    }

    fn command(&mut self, key: Key, index: u64, said: u64, findings: &mut Pendings) {
        let said_before = std::mem::replace(&mut self.last_said, said);
        if let Some(before) = self.last_command.replace(index) {
            // What says the same again replaces nothing.
            if said != UNTOLD && said == said_before {
                return;
            }
            let (code, message) = if before + 1 == index {
                (
                    "local.identifier.repeated",
                    "the command before is about the same resource {other}; the two are merged",
                )
            } else {
                (
                    "local.identifier.interleaved",
                    "an earlier command is about the same resource {other}, with others between; what this one sets \
                     replaces what that one set",
                )
            };
            findings.add(code, index, || Pending {
                index,
                other: Some(before),
                message: message.to_owned(),
                place: Place::Identifier,
                severity: None,
            });
            return;
        }
        self.first_command = Some(index);
        if let Some(needed) = self.first_needed.filter(|needed| *needed < index) {
            findings.add("local.order.dependencyLater", needed, || Pending {
                index: needed,
                other: Some(index),
                message: "this resource is needed here, and its own command comes only later {other}".to_owned(),
                place: Place::Reference(key),
                severity: None,
            });
        }
        for early in self.children.drain(..) {
            child(key, early, index, findings);
        }
        // Those that were not kept stand after those that were: they add to the total and no more.
        for _ in 0..std::mem::take(&mut self.more_children) {
            findings.count("local.community.parentNotFound", index);
        }
    }

    fn end(&self, key: Key, findings: &mut Pendings) {
        let used = [self.first_command, self.first_needed].into_iter().flatten().min();
        if let (Some(given), Some(used)) = (self.given, used)
            && given.index != used
        {
            mixed(used, given.index, Place::Reference(key), findings);
        }
    }
}

fn child(parent: Key, index: u64, other: u64, findings: &mut Pendings) {
    findings.add("local.community.parentNotFound", index, || Pending {
        index,
        other: Some(other),
        message: "the parent community has its command in this same source {other}; unless it exists already, the \
                  service does not find it"
            .to_owned(),
        place: Place::Reference(parent),
        severity: None,
    });
}

fn mixed(index: u64, other: u64, place: Place, findings: &mut Pendings) {
    findings.add("local.identifier.mixedForms", index, || Pending {
        index,
        other: Some(other),
        message: "this resource is identified in another way elsewhere {other}".to_owned(),
        place,
        severity: None,
    });
}
