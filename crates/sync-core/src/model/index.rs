//! Questions about an operating model.

use std::collections::HashMap;

use uuid::Uuid;

use super::facts::{AssetType, Assignment, AttributeType, ComplexRelationType, Model, NamedType, RelationType, Role};
use crate::command::{RelationType as RelationName, TypeRef};

/// A place in one of the lists of a model.
pub(crate) type Number = usize;

/// An operating model, made ready for questions.
///
/// Names that lead nowhere, and entries that cannot be told apart, make answers less certain, never wrong: where the model
/// does not say that something is forbidden, it is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelIndex {
    model: Model,
    asset_types: Names,
    domain_types: Names,
    attribute_types: Names,
    statuses: Names,
    relation_types: Names,
    complex_relation_types: Names,
    roles: Names,
    /// By asset type: its parent.
    parents: Vec<Parent>,
    /// By asset type: its own assignments.
    assignments: Vec<Vec<Assigned>>,
}

/// What one assignment says, looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Assigned {
    /// Nothing where it holds in all domains.
    pub(crate) domain_types: Option<Vec<Number>>,
    pub(crate) statuses: Vec<Number>,
    /// Most values by attribute type; nothing is no limit.
    pub(crate) attributes: HashMap<Number, Option<u32>>,
}

/// The type above a type of assets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parent {
    Nothing,
    Known(Number),
    /// It cannot be told which one it is.
    Untold,
}

/// Why a name, or an id, leads to no entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absence {
    /// The instance has no such entry.
    Missing,
    /// It may have one: several are called so, or the model is not the whole one.
    Untold,
}

/// Entries of one list by what they are called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Names {
    /// Whether there are no others.
    complete: bool,
    ids: HashMap<Uuid, Number>,
    public_ids: HashMap<String, Number>,
    names: HashMap<String, Vec<Number>>,
}

impl Names {
    fn of<'m>(complete: bool, entries: impl Iterator<Item = (Option<Uuid>, Option<&'m str>, String)>) -> Self {
        let mut names = Self { complete, ..Self::default() };
        for (number, (id, public_id, name)) in entries.enumerate() {
            names.ids.extend(id.map(|id| (id, number)));
            names.public_ids.extend(public_id.map(|id| (id.to_owned(), number)));
            names.names.entry(name).or_default().push(number);
        }
        names
    }

    /// All that a key may mean: by id if it is one, otherwise by name.
    fn all(&self, key: &str) -> &[Number] {
        uuid(key).and_then(|id| self.id(&id)).or_else(|| self.name(key)).unwrap_or_default()
    }

    /// The one that a key means.
    fn key(&self, key: &str) -> Result<Number, Absence> {
        self.only(Some(self.all(key)).filter(|all| !all.is_empty()))
    }

    fn type_ref(&self, reference: &TypeRef<'_>) -> Result<Number, Absence> {
        self.only(match reference {
            TypeRef::Id { id } => self.id(id),
            TypeRef::Name { name } => self.name(name),
            TypeRef::PublicId { public_id } => self.public_id(public_id),
        })
    }

    fn id(&self, id: &Uuid) -> Option<&[Number]> {
        self.ids.get(id).map(std::slice::from_ref)
    }

    fn public_id(&self, id: &str) -> Option<&[Number]> {
        self.public_ids.get(id).map(std::slice::from_ref)
    }

    fn name(&self, name: &str) -> Option<&[Number]> {
        self.names.get(name).map(Vec::as_slice)
    }

    fn only(&self, found: Option<&[Number]>) -> Result<Number, Absence> {
        match found {
            Some([number]) => Ok(*number),
            None if self.complete => Err(Absence::Missing),
            _ => Err(Absence::Untold),
        }
    }
}

fn uuid(key: &str) -> Option<Uuid> {
    if key.len() == 36 { Uuid::try_parse(key).ok() } else { None }
}

macro_rules! names {
    ($model:ident.$entries:ident) => {
        Names::of(
            $model.complete,
            $model.$entries.iter().map(|entry| (entry.id, entry.public_id.as_deref(), entry.name.clone())),
        )
    };
}

impl ModelIndex {
    /// Makes a model ready for questions.
    pub fn new(model: Model) -> Self {
        let asset_types = names!(model.asset_types);
        let (domain_types, attribute_types) = (names!(model.domain_types), names!(model.attribute_types));
        let (statuses, roles) = (names!(model.statuses), names!(model.roles));
        let complex_relation_types = names!(model.complex_relation_types);
        let relations = model.relation_types.iter();
        let relation_types =
            Names::of(model.complete, relations.map(|entry| (entry.id, entry.public_id.as_deref(), entry.key())));
        let parent = |entry: &AssetType| match &entry.parent {
            Some(parent) => asset_types.key(parent).map_or(Parent::Untold, Parent::Known),
            None => Parent::Nothing,
        };
        let parents = model.asset_types.iter().map(parent).collect();
        let mut assignments = vec![Vec::new(); model.asset_types.len()];
        for assignment in &model.assignments {
            if let Ok(number) = asset_types.key(&assignment.asset_type) {
                assignments[number].push(assigned(assignment, &domain_types, &statuses, &attribute_types));
            }
        }
        Self {
            model,
            asset_types,
            domain_types,
            attribute_types,
            statuses,
            relation_types,
            complex_relation_types,
            roles,
            parents,
            assignments,
        }
    }

    /// The facts.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The asset type that is meant, as a number to compare and to ask with; `None` if that cannot be told.
    pub fn asset_type(&self, reference: &TypeRef<'_>) -> Option<usize> {
        self.find_asset_type(reference).ok()
    }

    /// The domain type that is meant, as a number to ask with; `None` if that cannot be told.
    pub fn domain_type(&self, reference: &TypeRef<'_>) -> Option<usize> {
        self.find_domain_type(reference).ok()
    }

    /// The relation type that a key names, as a number to ask with; `None` if that cannot be told.
    pub fn relation_type(&self, name: &RelationName<'_>) -> Option<usize> {
        self.find_relation_type(name).ok()
    }

    /// Whether assets of a type can be at the source end of a relation type, or at its target end. An end whose type is
    /// not in the model takes all.
    pub fn fits(&self, asset_type: usize, relation_type: usize, is_source: bool) -> bool {
        let Some(relation) = self.model.relation_types.get(relation_type) else { return true };
        let end = if is_source { &relation.source } else { &relation.target };
        self.asset_types.key(end).ok().is_none_or(|end| self.is_a(asset_type, end))
    }

    /// Whether assets of a type can be in domains of a type, as far as assignments tell.
    pub fn is_allowed_in(&self, asset_type: usize, domain_type: usize) -> bool {
        let level = self.level(asset_type);
        let allows = |assigned: &Assigned| {
            assigned.domain_types.as_ref().is_none_or(|domain_types| domain_types.contains(&domain_type))
        };
        level.is_empty() || level.iter().any(allows)
    }

    /// The name of an asset type.
    pub fn asset_type_name(&self, asset_type: usize) -> &str {
        self.model.asset_types.get(asset_type).map_or("", |entry| &entry.name)
    }

    /// The name of a domain type.
    pub fn domain_type_name(&self, domain_type: usize) -> &str {
        self.model.domain_types.get(domain_type).map_or("", |entry| &entry.name)
    }

    /// The names of a relation type, `source:role:coRole:target`.
    pub fn relation_type_name(&self, relation_type: usize) -> String {
        self.model.relation_types.get(relation_type).map(RelationType::key).unwrap_or_default()
    }

    pub(crate) fn find_asset_type(&self, reference: &TypeRef<'_>) -> Result<Number, Absence> {
        self.asset_types.type_ref(reference)
    }

    pub(crate) fn find_domain_type(&self, reference: &TypeRef<'_>) -> Result<Number, Absence> {
        self.domain_types.type_ref(reference)
    }

    pub(crate) fn find_relation_type(&self, name: &RelationName<'_>) -> Result<Number, Absence> {
        let types = &self.relation_types;
        types.only(match name {
            RelationName::Id(id) => types.id(id),
            RelationName::PublicId(id) => types.public_id(id),
            RelationName::Names { source, role, co_role, target } => {
                types.name(&format!("{source}:{role}:{co_role}:{target}"))
            }
            // Newer servers take none: nothing is said of it.
            RelationName::Legacy(_) => return Err(Absence::Untold),
        })
    }

    pub(crate) fn find_attribute_type(&self, key: &str) -> Result<(Number, &AttributeType), Absence> {
        self.attribute_types.key(key).map(|number| (number, &self.model.attribute_types[number]))
    }

    pub(crate) fn find_status(&self, reference: &TypeRef<'_>) -> Result<Number, Absence> {
        self.statuses.type_ref(reference)
    }

    pub(crate) fn status_name(&self, status: Number) -> &str {
        self.model.statuses.get(status).map_or("", |entry: &NamedType| &entry.name)
    }

    pub(crate) fn find_role(&self, key: &str) -> Result<&Role, Absence> {
        self.roles.key(key).map(|number| &self.model.roles[number])
    }

    pub(crate) fn find_complex_relation_type(&self, reference: &TypeRef<'_>) -> Result<&ComplexRelationType, Absence> {
        let number = self.complex_relation_types.type_ref(reference)?;
        Ok(&self.model.complex_relation_types[number])
    }

    /// What assets of a type can have: the assignments of the type, or of the nearest one above it that has any.
    pub(crate) fn level(&self, asset_type: Number) -> &[Assigned] {
        self.lineage(asset_type).map(|number| &self.assignments[number][..]).find(|own| !own.is_empty()).unwrap_or(&[])
    }

    /// As far as can be told: where a type above is not known, it may be.
    fn is_a(&self, asset_type: Number, ancestor: Number) -> bool {
        self.lineage(asset_type).any(|number| number == ancestor || self.parents[number] == Parent::Untold)
    }

    /// A type and all above it.
    fn lineage(&self, asset_type: Number) -> impl Iterator<Item = Number> {
        let above = |number: &Number| match self.parents[*number] {
            Parent::Known(parent) => Some(parent),
            Parent::Nothing | Parent::Untold => None,
        };
        // Types that lead back to themselves would never end.
        std::iter::successors(Some(asset_type).filter(|number| *number < self.parents.len()), above)
            .take(self.parents.len())
    }
}

/// What an assignment says; of several entries with a name it is said of each.
fn assigned(assignment: &Assignment, domain_types: &Names, statuses: &Names, attribute_types: &Names) -> Assigned {
    let found =
        |names: &Names, keys: &[String]| keys.iter().flat_map(|key| names.all(key)).copied().collect::<Vec<Number>>();
    let mut attributes: HashMap<Number, Option<u32>> = HashMap::new();
    for attribute in &assignment.attributes {
        for number in attribute_types.all(&attribute.attribute_type) {
            let most = attributes.entry(*number).or_insert(attribute.max);
            // Said twice, the wider limit holds.
            *most = most.zip(attribute.max).map(|(one, other)| one.max(other));
        }
    }
    Assigned {
        domain_types: assignment.domain_types.as_ref().map(|keys| found(domain_types, keys)),
        statuses: found(statuses, &assignment.statuses),
        attributes,
    }
}
