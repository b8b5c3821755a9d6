//! Types of assets where they are listed and where they are: told by other commands than those that need them.

use std::io;
use std::path::Path;
use std::sync::Arc;

use sync_core::check::ends_mismatch;
use sync_core::command::{AssetIdentifier, Command, DomainIdentifier, RelationEnd, RelationKey, TypeRef};
use sync_core::model::ModelIndex;

use super::key::{Key, Keys, asset_name, domain_name};
use super::pending::{Pending, Pendings, Place};
use super::relations::for_each_set;
use super::sorter::FactSorter;

/// What is said of a resource, in the upper bits of the third word: its own type before the places where it is used.
const TYPE: u64 = 0;
/// An asset is listed at an end of a relation.
const LISTED: u64 = 1;
/// A domain has an asset.
const HOLDS: u64 = 2;

/// Bits for what is said.
const TAG: u32 = 62;
/// Bits for the number of a relation type.
const RELATION: u32 = 30;
/// Bits for how its key is written.
const WRITTEN: u32 = 31;

/// Gathers what the types of assets and domains have to fit.
#[derive(Debug)]
pub(super) struct Fitting {
    model: Arc<ModelIndex>,
    facts: FactSorter,
}

impl Fitting {
    pub(super) fn new(model: Arc<ModelIndex>, spill: &Path) -> Self {
        Self { model, facts: FactSorter::new(spill) }
    }

    /// Takes a command whose resource has this key.
    pub(super) fn command(&mut self, index: u64, command: &Command<'_>, key: Key, keys: &mut Keys) -> io::Result<()> {
        match command {
            Command::Domain(domain) => {
                let found = |reference: &TypeRef<'_>| self.model.domain_type(reference);
                let Some(number) = domain.type_ref.as_ref().and_then(found) else { return Ok(()) };
                self.push(key, TYPE, number as u64, index)?;
                // Under its name as well, which others may use.
                match (&domain.identifier, &domain.name, &domain.community) {
                    (DomainIdentifier::Name { .. }, ..) => Ok(()),
                    (_, Some(name), Some(community)) => {
                        let key = domain_name(name, keys.community(community));
                        self.push(key, TYPE, number as u64, index)
                    }
                    _ => Ok(()),
                }
            }
            Command::Asset(asset) => {
                let found = |reference: &TypeRef<'_>| self.model.asset_type(reference);
                let own = asset.type_ref.as_ref().and_then(found);
                if let Some(number) = own {
                    self.push(key, TYPE, number as u64, index)?;
                    let domain = match (&asset.identifier, &asset.domain) {
                        (AssetIdentifier::Name { domain, .. }, _) => Some(keys.domain(domain)),
                        (_, Some(domain)) => Some(keys.domain(domain)),
                        _ => None,
                    };
                    if let Some(domain) = domain {
                        self.push(domain, HOLDS, number as u64, index)?;
                        if let (AssetIdentifier::Id { .. } | AssetIdentifier::External(_), Some(name)) =
                            (&asset.identifier, &asset.name)
                        {
                            self.push(asset_name(name, domain), TYPE, number as u64, index)?;
                        }
                    }
                }
                self.listed(index, command, own, keys)
            }
            Command::Community(_) | Command::Mapping(_) | Command::ComplexRelation(_) => Ok(()),
        }
    }

    fn listed(&mut self, index: u64, command: &Command<'_>, own: Option<usize>, keys: &mut Keys) -> io::Result<()> {
        let mut pushed = Ok(());
        for_each_set(command, keys, |keys, set| {
            let Some(RelationKey { relation, end }) = RelationKey::parse(set.key) else { return };
            let number = self.model.relation_type(&relation).filter(|number| *number < 1 << RELATION);
            let Some(number) = number else { return };
            let is_source = end == RelationEnd::Source;
            // Where the asset of the command does not fit its end, that has been said.
            if own.is_some_and(|own| !self.model.fits(own, number, !is_source)) {
                return;
            }
            let about = (number as u64) << 1 | u64::from(is_source);
            let about = about << WRITTEN | u64::from(written(set.relation_type));
            for asset in set.assets {
                if pushed.is_ok() {
                    pushed = self.push(keys.related(asset), LISTED, about, index);
                }
            }
        });
        pushed
    }

    fn push(&mut self, key: Key, tag: u64, about: u64, index: u64) -> io::Result<()> {
        self.facts.push([(key >> 64) as u64, key as u64, tag << TAG | about, index])
    }

    /// Judges what was gathered.
    pub(super) fn judge(self, findings: &mut Pendings) -> io::Result<()> {
        let Self { model, facts } = self;
        let mut facts = facts.finish()?;
        let mut current = None;
        let mut own = Own::Unknown;
        while let Some([high, low, what, index]) = facts.next()? {
            if current != Some((high, low)) {
                (current, own) = (Some((high, low)), Own::Unknown);
            }
            let (tag, about) = (what >> TAG, what & ((1 << TAG) - 1));
            match (tag, own) {
                (TYPE, _) => own = own.and(about as usize, index),
                (LISTED, Own::Known { number, by }) => {
                    let key = Key::from(high) << 64 | Key::from(low);
                    listed(&model, (key, number, by), about, index, findings);
                }
                (HOLDS, Own::Known { number, by }) if !model.is_allowed_in(about as usize, number) => {
                    findings.add("local.asset.typeNotAllowedInDomain", index, || {
                        let (asset, domain) = (model.asset_type_name(about as usize), model.domain_type_name(number));
                        Pending {
                            index,
                            other: Some(by),
                            message: format!(
                                "an asset of type {asset:?} cannot be in a domain of type {domain:?} {{other}}"
                            ),
                            place: Place::Type,
                            severity: None,
                        }
                    });
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// The type of a resource as its commands tell it.
#[derive(Debug, Clone, Copy)]
enum Own {
    Unknown,
    Known {
        number: usize,
        /// The command that says so.
        by: u64,
    },
    /// Told in more than one way; that is a finding of its own.
    Doubtful,
}

impl Own {
    fn and(self, told: usize, index: u64) -> Self {
        match self {
            Self::Unknown => Self::Known { number: told, by: index },
            Self::Known { number, .. } if number == told => self,
            Self::Known { .. } | Self::Doubtful => Self::Doubtful,
        }
    }
}

/// An asset is listed at an end that its type may not fit.
fn listed(model: &ModelIndex, asset: (Key, usize, u64), about: u64, index: u64, findings: &mut Pendings) {
    let (key, number, by) = asset;
    let (relation, written) = ((about >> WRITTEN >> 1) as usize, (about & ((1 << WRITTEN) - 1)) as u32);
    let is_source = about >> WRITTEN & 1 == 1;
    if model.fits(number, relation, is_source) {
        return;
    }
    findings.add("local.asset.relationEndsMismatch", index, || Pending {
        index,
        other: Some(by),
        message: format!("{} {{other}}", ends_mismatch(model, relation, number, is_source)),
        place: Place::Listed { asset: key, written, is_source },
        severity: None,
    });
}

/// A part of the key of a relation type as it is written, which tells the sets of one command apart.
pub(super) fn written(relation_type: Key) -> u32 {
    relation_type as u32 & ((1 << WRITTEN) - 1)
}
