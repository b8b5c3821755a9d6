//! The model in memory.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use sync_core::command::TypeRef;
use uuid::Uuid;

use super::assignments::{Assigned, Referred};
use super::file::{ModelError, ModelFile, NamedEntry, unknown};
use crate::catalog::TypeNumber;

/// Namespace of the ids derived for entries that come without one.
pub(super) const NAMESPACE: Uuid = Uuid::from_u128(0x7c1f_0b8e_55a1_4d0c_9d55_2b1f_9c0a_6e31);

/// The status of new assets whose type names none.
const FIRST_STATUS: &str = "Candidate";

/// Kinds of attribute values, spelled as in the core API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum AttributeKind {
    #[default]
    String,
    Script,
    Numeric,
    Boolean,
    Date,
    SingleValueList,
    MultiValueList,
}

/// One list of the model.
#[derive(Debug)]
pub(crate) struct Types<T> {
    entries: HashMap<TypeNumber, Entry<T>>,
    by_id: HashMap<Uuid, TypeNumber>,
    by_name: HashMap<String, TypeNumber>,
    by_public_id: HashMap<String, TypeNumber>,
}

#[derive(Debug)]
struct Entry<T> {
    id: Uuid,
    public_id: Option<String>,
    name: String,
    value: T,
}

/// What a reference to a type leads to.
pub(crate) type Lookup = Option<TypeNumber>;

impl<T> Types<T> {
    fn new() -> Self {
        Self { entries: HashMap::new(), by_id: HashMap::new(), by_name: HashMap::new(), by_public_id: HashMap::new() }
    }

    fn insert(&mut self, kind: &'static str, number: TypeNumber, key: &str, named: &NamedEntry, value: T) -> Added {
        let id = named.id.unwrap_or_else(|| Uuid::new_v5(&NAMESPACE, format!("{kind}:{key}").as_bytes()));
        let duplicate = |what, value: &str| ModelError::Duplicate { kind, what, value: value.to_owned() };
        if self.by_id.insert(id, number).is_some() {
            return Err(duplicate("id", &id.to_string()));
        }
        if self.by_name.insert(key.to_owned(), number).is_some() {
            return Err(duplicate("name", key));
        }
        if let Some(public_id) = &named.public_id
            && self.by_public_id.insert(public_id.clone(), number).is_some()
        {
            return Err(duplicate("public id", public_id));
        }
        self.entries.insert(number, Entry { id, public_id: named.public_id.clone(), name: named.name.clone(), value });
        Ok(())
    }

    /// What an entry is registered under: its name or, if an earlier one has that and the ids differ, name and id.
    fn key_of(&self, named: &NamedEntry) -> String {
        match named.id.filter(|_| self.by_name.contains_key(&named.name)) {
            Some(id) => format!("{}:{id}", named.name),
            None => named.name.clone(),
        }
    }

    pub(crate) fn find(&self, reference: &TypeRef<'_>) -> Lookup {
        match reference {
            TypeRef::Id { id } => self.by_id(*id),
            TypeRef::Name { name } => self.by_name(name),
            TypeRef::PublicId { public_id } => self.by_public_id(public_id),
        }
    }

    /// The entry a key names: by id if it is one, otherwise by its exact name.
    pub(crate) fn by_key(&self, key: &str) -> Lookup {
        key_id(key).and_then(|id| self.by_id(id)).or_else(|| self.by_name(key))
    }

    pub(crate) fn by_id(&self, id: Uuid) -> Lookup {
        self.by_id.get(&id).copied()
    }

    pub(crate) fn by_name(&self, name: &str) -> Lookup {
        self.by_name.get(name).copied()
    }

    pub(crate) fn by_public_id(&self, public_id: &str) -> Lookup {
        self.by_public_id.get(public_id).copied()
    }

    /// Id and name, for showing.
    pub(crate) fn shown(&self, number: TypeNumber) -> (Uuid, &str) {
        self.entries.get(&number).map_or((Uuid::nil(), ""), |entry| (entry.id, &entry.name))
    }

    pub(crate) fn name(&self, number: TypeNumber) -> &str {
        self.shown(number).1
    }

    pub(crate) fn public_id(&self, number: TypeNumber) -> Option<&str> {
        self.entries.get(&number).and_then(|entry| entry.public_id.as_deref())
    }

    /// All entries by name.
    pub(crate) fn by_names(&self) -> Vec<TypeNumber> {
        let mut entries: Vec<_> = self.entries.iter().collect();
        entries.sort_unstable_by(|(_, a), (_, b)| (&a.name, a.id).cmp(&(&b.name, b.id)));
        entries.into_iter().map(|(number, _)| *number).collect()
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &T> {
        self.entries.values().map(|entry| &entry.value)
    }

    pub(crate) fn get(&self, number: TypeNumber) -> Option<&T> {
        self.entries.get(&number).map(|entry| &entry.value)
    }
}

type Added = Result<(), ModelError>;

/// A UUID in its usual spelling.
pub(super) fn key_id(key: &str) -> Option<Uuid> {
    if key.len() == 36 { Uuid::try_parse(key).ok() } else { None }
}

#[derive(Debug)]
pub(crate) struct AssetType {
    pub(crate) parent: Option<TypeNumber>,
    default_status: Option<TypeNumber>,
}

#[derive(Debug, Default)]
pub(crate) struct AttributeType {
    pub(crate) kind: AttributeKind,
    /// None are all.
    pub(crate) allowed_values: Vec<String>,
    pub(crate) integer: bool,
}

/// A relation type; an end that names no known asset type admits every asset.
#[derive(Debug)]
pub(crate) struct RelationType {
    pub(crate) source: Lookup,
    pub(crate) target: Lookup,
    pub(crate) role: String,
    pub(crate) co_role: Option<String>,
    /// `Source:role:coRole:Target`, for messages.
    pub(crate) label: String,
}

#[derive(Debug)]
pub(crate) struct ComplexType {
    pub(crate) legs: Vec<Leg>,
}

#[derive(Debug)]
pub(crate) struct Leg {
    pub(crate) number: TypeNumber,
    pub(crate) id: Uuid,
    pub(crate) role: Option<String>,
    pub(crate) label: String,
    pub(crate) asset_type: Lookup,
    pub(crate) min: u32,
    pub(crate) max: Option<u32>,
}

/// The whole model.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) asset_types: Types<AssetType>,
    pub(crate) domain_types: Types<()>,
    pub(crate) attribute_types: Types<AttributeType>,
    pub(crate) statuses: Types<()>,
    pub(crate) relation_types: Types<RelationType>,
    pub(crate) complex_types: Types<ComplexType>,
    /// Whether the role can be held on a resource.
    pub(crate) roles: Types<bool>,
    /// By asset type, those of its own.
    pub(super) assignments: HashMap<TypeNumber, Vec<Assigned>>,
    first_status: TypeNumber,
}

impl Model {
    /// Builds the model; `register` gives each entry its number in the database.
    pub(crate) fn new(
        file: &ModelFile,
        mut register: impl FnMut(&'static str, &str) -> TypeNumber,
    ) -> Result<Self, ModelError> {
        let mut statuses = Types::new();
        for named in &file.statuses {
            let key = statuses.key_of(named);
            statuses.insert("status", register("status", &key), &key, named, ())?;
        }
        let first_status = statuses
            .by_name(FIRST_STATUS)
            .or_else(|| file.statuses.first().and_then(|named| statuses.by_name(&named.name)))
            .ok_or_else(|| unknown("model", "of this server", "status", FIRST_STATUS))?;

        let mut domain_types = Types::new();
        for named in &file.domain_types {
            let key = domain_types.key_of(named);
            domain_types.insert("domain type", register("domain type", &key), &key, named, ())?;
        }
        let mut attribute_types = Types::new();
        for entry in &file.attribute_types {
            let key = attribute_types.key_of(&entry.named);
            let number = register("attribute type", &key);
            let (allowed_values, integer) = (entry.allowed_values.clone(), entry.integer);
            let value = AttributeType { kind: entry.kind, allowed_values, integer };
            attribute_types.insert("attribute type", number, &key, &entry.named, value)?;
        }
        let mut roles = Types::new();
        for entry in &file.roles {
            let key = roles.key_of(&entry.named);
            roles.insert("role", register("role", &key), &key, &entry.named, entry.resource_role)?;
        }

        let mut asset_types = Types::new();
        let mut numbers = Vec::with_capacity(file.asset_types.len());
        for entry in &file.asset_types {
            let name = &entry.named.name;
            let default_status = match &entry.default_status {
                Some(status) => {
                    let known = statuses.by_key(status);
                    Some(known.ok_or_else(|| unknown("asset type", name, "status", status))?)
                }
                None => None,
            };
            let key = asset_types.key_of(&entry.named);
            let number = register("asset type", &key);
            asset_types.insert("asset type", number, &key, &entry.named, AssetType { parent: None, default_status })?;
            numbers.push(number);
        }
        for (entry, number) in file.asset_types.iter().zip(numbers) {
            let Some(parent) = &entry.parent else { continue };
            let parent_number =
                asset_types.by_key(parent).ok_or_else(|| unknown("asset type", &entry.named.name, "parent", parent))?;
            if let Some(own) = asset_types.entries.get_mut(&number) {
                own.value.parent = Some(parent_number);
            }
        }
        refuse_circles(&asset_types)?;

        let mut relation_types = Types::new();
        for entry in &file.relation_types {
            let (source, target) = (asset_types.by_key(&entry.source), asset_types.by_key(&entry.target));
            let name = |found: Lookup, key: &str| found.map_or(key, |number| asset_types.name(number)).to_owned();
            let label = entry.key(&name(source, &entry.source), &name(target, &entry.target));
            let named = NamedEntry { id: entry.id, public_id: entry.public_id.clone(), name: label.clone() };
            let key = relation_types.key_of(&named);
            let (role, co_role) = (entry.role.clone(), entry.co_role.clone());
            let value = RelationType { source, target, role, co_role, label };
            relation_types.insert("relation type", register("relation type", &key), &key, &named, value)?;
        }

        let mut complex_types = Types::new();
        for entry in &file.complex_relation_types {
            let name = &entry.named.name;
            let mut legs = Types::new();
            for (position, leg) in entry.legs.iter().enumerate() {
                let key = format!("{name}:{}", leg.key());
                let named = NamedEntry { id: leg.id, public_id: None, name: leg.key() };
                legs.insert("leg", register("leg", &key), &key, &named, position)?;
            }
            let mut of_type = Vec::with_capacity(entry.legs.len());
            for leg in &entry.legs {
                let label = leg.key();
                let Some(number) = legs.by_name(&format!("{name}:{label}")) else { continue };
                of_type.push(Leg {
                    number,
                    id: legs.shown(number).0,
                    role: leg.role.clone(),
                    label,
                    asset_type: asset_types.by_key(&leg.asset_type),
                    min: leg.min,
                    max: leg.max,
                });
            }
            let key = complex_types.key_of(&entry.named);
            let number = register("complex relation type", &key);
            complex_types.insert("complex relation type", number, &key, &entry.named, ComplexType { legs: of_type })?;
        }

        let referred = Referred {
            asset_types: &asset_types,
            domain_types: &domain_types,
            attribute_types: &attribute_types,
            statuses: &statuses,
            relation_types: &relation_types,
        };
        let assignments = referred.look_up(&file.assignments)?;

        Ok(Self {
            asset_types,
            domain_types,
            attribute_types,
            statuses,
            relation_types,
            complex_types,
            roles,
            assignments,
            first_status,
        })
    }

    /// The status of a new asset: the first of the assignments that hold in its domain, that of its type or of the nearest
    /// parent that names one, otherwise Candidate.
    pub(crate) fn default_status(&self, asset_type: TypeNumber, domain_type: TypeNumber) -> TypeNumber {
        let (_, assignments) = self.assignments(asset_type);
        let mut holding = assignments.iter().filter(|assigned| assigned.holds_in(domain_type));
        if let Some(first) = holding.find_map(|assigned| assigned.statuses.first()) {
            return *first;
        }
        let mut next = Some(asset_type);
        while let Some(found) = next.and_then(|number| self.asset_types.get(number)) {
            if let Some(status) = found.default_status {
                return status;
            }
            next = found.parent;
        }
        self.first_status
    }

    /// Whether `asset_type` is `ancestor` or lies under it. An unknown ancestor admits everything.
    pub(crate) fn is_a(&self, asset_type: TypeNumber, ancestor: Lookup) -> bool {
        let Some(ancestor) = ancestor else { return true };
        let mut next = Some(asset_type);
        while let Some(number) = next {
            if number == ancestor {
                return true;
            }
            next = self.asset_types.get(number).and_then(|found| found.parent);
        }
        false
    }
}

fn refuse_circles(types: &Types<AssetType>) -> Result<(), ModelError> {
    for entry in types.entries.values() {
        let mut steps = 0;
        let mut next = entry.value.parent;
        while let Some(number) = next {
            steps += 1;
            if steps > types.entries.len() {
                return Err(ModelError::Circle { name: entry.name.clone() });
            }
            next = types.get(number).and_then(|found| found.parent);
        }
    }
    Ok(())
}
