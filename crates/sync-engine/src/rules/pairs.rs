//! External pairs: each stands for one resource.

use std::io;

use sync_core::command::{
    AssetIdentifier, CommunityIdentifier, ComplexRelationIdentifier, DomainIdentifier, MappingTarget, ResourceKind,
};

use super::key::{Key, Keys, half};
use super::pending::{Pending, Pendings, Place};
use super::sorter::{Fact, Facts};

/// What a pair stands for, as far as one command says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stands {
    /// Whether a mapping says so.
    is_mapping: bool,
    /// Kind of the resource, if known.
    kind: Option<ResourceKind>,
    /// How the resource is named: only what is named in the same way can be compared.
    form: Form,
    /// Part of the key of that name.
    name: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Unknown = 0,
    Id = 1,
    Name = 2,
    Pair = 3,
}

impl Stands {
    /// A resource identified by the pair, and perhaps given a name.
    pub(super) fn resource(kind: ResourceKind, name: Option<u64>) -> Self {
        let form = if name.is_some() { Form::Name } else { Form::Unknown };
        Self { is_mapping: false, kind: Some(kind), form, name: name.unwrap_or_default() }
    }

    /// What a mapping points at.
    pub(super) fn target(target: &MappingTarget<'_>, keys: &mut Keys) -> Self {
        let form = match target {
            MappingTarget::DgcId(_) => Form::Id,
            MappingTarget::Asset(AssetIdentifier::Id { .. })
            | MappingTarget::Domain(DomainIdentifier::Id { .. })
            | MappingTarget::Community(CommunityIdentifier::Id { .. })
            | MappingTarget::ComplexRelation(ComplexRelationIdentifier::Id { .. }) => Form::Id,
            MappingTarget::Asset(AssetIdentifier::Name { .. })
            | MappingTarget::Domain(DomainIdentifier::Name { .. })
            | MappingTarget::Community(CommunityIdentifier::Name { .. })
            | MappingTarget::ComplexRelation(ComplexRelationIdentifier::Legs { .. }) => Form::Name,
            MappingTarget::Asset(AssetIdentifier::External(_))
            | MappingTarget::Domain(DomainIdentifier::External(_))
            | MappingTarget::Community(CommunityIdentifier::External(_))
            | MappingTarget::ComplexRelation(ComplexRelationIdentifier::External(_)) => Form::Pair,
        };
        match (keys.target(target), target) {
            (Some((kind, key)), _) => Self { is_mapping: true, kind: Some(kind), form, name: half(key) },
            (None, MappingTarget::DgcId(id)) => Self { is_mapping: true, kind: None, form, name: id.as_u64_pair().1 },
            (None, _) => Self { is_mapping: true, kind: None, form: Form::Unknown, name: 0 },
        }
    }

    /// Whether the two cannot be one resource.
    fn is_another(&self, other: &Self) -> bool {
        match (self.kind, other.kind) {
            (Some(one), Some(two)) if one != two => true,
            // Two external pairs can stand for one resource, an id or a name in one place cannot stand for two.
            (Some(_), Some(_)) | (None, None) => {
                self.form == other.form && matches!(self.form, Form::Id | Form::Name) && self.name != other.name
                    // A resource may be renamed by its own second command.
                    && (self.is_mapping || other.is_mapping)
            }
            _ => false,
        }
    }

    fn bits(self) -> u64 {
        let kind = self.kind.map_or(0, |kind| kind as u64 + 1);
        u64::from(self.is_mapping) << 7 | kind << 4 | self.form as u64
    }

    fn of(bits: u64, name: u64) -> Self {
        let form = match bits & 0xF {
            1 => Form::Id,
            2 => Form::Name,
            3 => Form::Pair,
            _ => Form::Unknown,
        };
        let kind = (bits >> 4 & 0x7).checked_sub(1).and_then(|kind| ResourceKind::ALL.get(kind as usize)).copied();
        Self { is_mapping: bits >> 7 & 1 == 1, kind, form, name }
    }
}

const STANDS_BITS: u32 = 8;

/// By pair, then in the order of the source.
pub(super) fn fact(pair: Key, index: u64, stands: Stands) -> Fact {
    [(pair >> 64) as u64, pair as u64, index << STANDS_BITS | stands.bits(), stands.name]
}

/// Judges sorted facts.
pub(super) fn judge(mut facts: Facts, findings: &mut Pendings) -> io::Result<()> {
    let mut first: Option<((u64, u64), u64, Stands)> = None;
    while let Some([high, low, place, name]) = facts.next()? {
        let (index, stands) = (place >> STANDS_BITS, Stands::of(place & ((1 << STANDS_BITS) - 1), name));
        match &first {
            Some((pair, other, meant)) if *pair == (high, low) => {
                if meant.is_another(&stands) {
                    let other = *other;
                    findings.add("local.external.duplicate", index, || Pending {
                        index,
                        other: Some(other),
                        message: "the same external pair stands for another resource elsewhere {other}".to_owned(),
                        place: Place::Identifier,
                        severity: None,
                    });
                }
            }
            _ => first = Some(((high, low), index, stands)),
        }
    }
    Ok(())
}
