//! Gathers facts about a source, and judges them when it has ended.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use sync_core::command::{
    AssetIdentifier, Command, CommunityIdentifier, ComplexRelationIdentifier, DomainIdentifier, MappingIdentifier,
    ResourceKind,
};
use sync_core::model::ModelIndex;
use sync_formats::BatchLimits;

use super::fitting::Fitting;
use super::key::{Key, Keys, asset_name, community_name, domain_name, half, pair};
use super::names::{self, Tag};
use super::pairs::{self, Stands};
use super::pending::{Alike, Pending, Pendings, Place};
use super::references::{Use, for_each};
use super::relations::{Directions, Links, judge};
use super::sizes::Sizes;
use super::sorter::FactSorter;
use crate::input::Input;
use crate::source::{Item, walk};
use crate::survey::SurveyError;

/// Looks at every command of a source once, and a second time only where a type of relation is used in both directions.
#[derive(Debug)]
pub(crate) struct Examiner<'s> {
    spill: &'s Path,
    keys: Keys,
    names: FactSorter,
    pairs: FactSorter,
    fitting: Option<Fitting>,
    /// Resources whose command has come, as far as remembered.
    said: Lately,
    /// Resources that were needed before their command came, as far as remembered.
    needed: Lately,
    directions: Directions,
    sizes: Sizes,
    /// Kinds that have come, and after which another came.
    kinds: Kinds,
    findings: Pendings,
}

impl<'s> Examiner<'s> {
    /// Spills into `spill`; `limits` are those of the batches that the source would be cut into. Types are compared where
    /// there is a model.
    pub(crate) fn new(limits: BatchLimits, model: Option<&Arc<ModelIndex>>, spill: &'s Path) -> Self {
        Self {
            spill,
            keys: Keys::default(),
            names: FactSorter::new(spill),
            pairs: FactSorter::new(spill),
            fitting: model.map(|model| Fitting::new(model.clone(), spill)),
            said: Lately::new(),
            needed: Lately::new(),
            directions: Directions::default(),
            sizes: Sizes::new(limits),
            kinds: Kinds::default(),
            findings: Pendings::default(),
        }
    }

    /// Another input begins with the command of this index.
    pub(crate) fn begin_input(&mut self, first_index: u64) {
        self.findings.begin_input(first_index);
    }

    /// Takes a command, in the order of the source.
    pub(crate) fn command(&mut self, item: &Item<'_>, command: &Command<'_>) -> io::Result<()> {
        let (index, bytes) = (item.index, item.record.bytes.len());
        let key = self.keys.command(command);
        self.kinds.next(index, command.kind(), &mut self.findings);
        self.sizes.next(index, command, bytes, &mut self.findings);
        self.refer(index, command)?;
        // A command that the rows behind it have added to is no other one.
        if !item.is_again() {
            self.names.push(names::fact(key, index, Tag::Command, said(item)))?;
        }
        self.said.insert(key);
        let name = self.name_it(index, command, key)?;
        self.stand_for(index, command, name)?;
        self.directions.note(command);
        if let Some(fitting) = &mut self.fitting {
            fitting.command(index, command, key, &mut self.keys)?;
        }
        Ok(())
    }

    /// What the command refers to must have come before, unless it exists already.
    fn refer(&mut self, index: u64, command: &Command<'_>) -> io::Result<()> {
        let Self { keys, names, said, needed, .. } = self;
        let mut pushed = Ok(());
        for_each(command, &mut |named, purpose, _| {
            if named.is_by_id() {
                return;
            }
            let key = named.key(keys);
            let tag = match purpose {
                Use::Parent => Tag::Parent,
                Use::Needed if said.contains(key) || needed.contains(key) => return,
                Use::Needed => Tag::Needed,
            };
            if tag == Tag::Needed {
                needed.insert(key);
            }
            if pushed.is_ok() {
                pushed = names.push(names::fact(key, index, tag, 0));
            }
        });
        pushed
    }

    /// Notes the name that a command gives to what it identifies in another way; the key of that name.
    fn name_it(&mut self, index: u64, command: &Command<'_>, owner: Key) -> io::Result<Option<Key>> {
        let (name, form) = match command {
            Command::Community(community) => match (&community.identifier, &community.name) {
                (CommunityIdentifier::Id { .. }, Some(name)) => (community_name(name), None),
                (CommunityIdentifier::External(pair), Some(name)) => (community_name(name), Some(pair)),
                _ => return Ok(None),
            },
            Command::Domain(domain) => match (&domain.identifier, &domain.name, &domain.community) {
                (DomainIdentifier::Id { .. }, Some(name), Some(community)) => {
                    (domain_name(name, self.keys.community(community)), None)
                }
                (DomainIdentifier::External(pair), Some(name), Some(community)) => {
                    (domain_name(name, self.keys.community(community)), Some(pair))
                }
                _ => return Ok(None),
            },
            Command::Asset(asset) => match (&asset.identifier, &asset.name, &asset.domain) {
                (AssetIdentifier::Id { .. }, Some(name), Some(domain)) => {
                    (asset_name(name, self.keys.domain(domain)), None)
                }
                (AssetIdentifier::External(pair), Some(name), Some(domain)) => {
                    (asset_name(name, self.keys.domain(domain)), Some(pair))
                }
                _ => return Ok(None),
            },
            Command::Mapping(_) | Command::ComplexRelation(_) => return Ok(None),
        };
        let system = form.map(|pair| pair.external_system_id.as_str());
        let is_asset = command.kind() == ResourceKind::Asset;
        self.names.push(names::fact(name, index, Tag::named(is_asset, system), names::owner(owner, system)))?;
        Ok(Some(name))
    }

    /// Notes what an external pair stands for.
    fn stand_for(&mut self, index: u64, command: &Command<'_>, name: Option<Key>) -> io::Result<()> {
        let of = match command {
            Command::Community(community) => match &community.identifier {
                CommunityIdentifier::External(pair) => pair,
                _ => return Ok(()),
            },
            Command::Domain(domain) => match &domain.identifier {
                DomainIdentifier::External(pair) => pair,
                _ => return Ok(()),
            },
            Command::Asset(asset) => match &asset.identifier {
                AssetIdentifier::External(pair) => pair,
                _ => return Ok(()),
            },
            Command::ComplexRelation(relation) => match &relation.identifier {
                ComplexRelationIdentifier::External(pair) => pair,
                _ => return Ok(()),
            },
            Command::Mapping(mapping) => {
                let (MappingIdentifier::External(of), Some(target)) = (&mapping.identifier, &mapping.target) else {
                    return Ok(());
                };
                let stands = Stands::target(target, &mut self.keys);
                return self.pairs.push(pairs::fact(pair(of), index, stands));
            }
        };
        let stands = Stands::resource(command.kind(), name.map(half));
        self.pairs.push(pairs::fact(pair(of), index, stands))
    }

    /// Judges what was gathered. `inputs` may be read once more.
    pub(crate) fn finish(self, inputs: &[Input]) -> Result<BTreeMap<(usize, &'static str), Alike>, SurveyError> {
        let Self { spill, names, pairs, fitting, directions, mut sizes, mut findings, .. } = self;
        sizes.end_batch(&mut findings);
        names::judge(names.finish().map_err(SurveyError::Spill)?, &mut findings).map_err(SurveyError::Spill)?;
        pairs::judge(pairs.finish().map_err(SurveyError::Spill)?, &mut findings).map_err(SurveyError::Spill)?;
        if let Some(fitting) = fitting {
            fitting.judge(&mut findings).map_err(SurveyError::Spill)?;
        }
        if directions.are_mixed() {
            let mut links = Links::new(&directions, spill);
            let mut count = 0;
            for input in inputs {
                walk(input, count, |item| -> Result<_, SurveyError> {
                    count += 1;
                    if let Ok(command) = Command::from_slice(item.record.bytes) {
                        links.command(item.index, &command).map_err(SurveyError::Spill)?;
                    }
                    Ok(ControlFlow::Continue(()))
                })?;
            }
            judge(links.finish().map_err(SurveyError::Spill)?, &mut findings).map_err(SurveyError::Spill)?;
        }
        Ok(findings.finish())
    }
}

/// What a command says, if its row may well repeat what another one says: whose parent a resource is, is said in every row.
fn said(item: &Item<'_>) -> u64 {
    if !item.is_of_table() {
        return names::UNTOLD;
    }
    let mut hasher = DefaultHasher::new();
    item.record.bytes.hash(&mut hasher);
    hasher.finish()
}

/// Whether commands of one kind stand together.
#[derive(Debug, Default)]
struct Kinds {
    current: Option<ResourceKind>,
    done: [bool; ResourceKind::ALL.len()],
    is_said: bool,
}

impl Kinds {
    #[inline]
    fn next(&mut self, index: u64, kind: ResourceKind, findings: &mut Pendings) {
        if self.current == Some(kind) {
            return;
        }
        if let Some(before) = self.current.replace(kind) {
            self.done[before as usize] = true;
        }
        if self.done[kind as usize] && !self.is_said {
            self.is_said = true;
            findings.add("local.order.grouping", index, || Pending {
                index,
                other: None,
                message: format!("commands of kind {kind} go on here after others have come between"),
                place: Place::Kind,
                severity: None,
            });
        }
    }
}

/// Keys met lately: a place for each of 65,536 remainders, the last one stays.
///
/// What it contains was met; what it does not contain may have been.
#[derive(Debug)]
struct Lately(Vec<Key>);

const PLACES: usize = 1 << 16;

impl Lately {
    fn new() -> Self {
        Self(vec![0; PLACES])
    }

    #[inline]
    fn contains(&self, key: Key) -> bool {
        self.0[key as usize % PLACES] == key
    }

    #[inline]
    fn insert(&mut self, key: Key) {
        self.0[key as usize % PLACES] = key;
    }
}
