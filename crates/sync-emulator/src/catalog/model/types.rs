//! The model in memory.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use sync_core::command::TypeRef;
use uuid::Uuid;

use super::file::{ModelError, ModelFile, NamedEntry};
use crate::catalog::TypeNumber;

/// Namespace of the ids derived for entries that come without one.
const NAMESPACE: Uuid = Uuid::from_u128(0x7c1f_0b8e_55a1_4d0c_9d55_2b1f_9c0a_6e31);

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
        self.entries.insert(number, Entry { id, name: named.name.clone(), value });
        Ok(())
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
    parent: Option<TypeNumber>,
    default_status: Option<TypeNumber>,
}

/// A relation type; an end that names no known asset type admits every asset.
#[derive(Debug)]
pub(crate) struct RelationType {
    pub(crate) source: Lookup,
    pub(crate) target: Lookup,
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
    pub(crate) attribute_types: Types<AttributeKind>,
    pub(crate) statuses: Types<()>,
    pub(crate) relation_types: Types<RelationType>,
    pub(crate) complex_types: Types<ComplexType>,
    /// Whether the role can be held on a resource.
    pub(crate) roles: Types<bool>,
    first_status: TypeNumber,
}

impl Model {
    /// Builds the model; `register` gives each entry its number in the database.
    pub(crate) fn new(
        file: &ModelFile,
        mut register: impl FnMut(&'static str, &str) -> TypeNumber,
    ) -> Result<Self, ModelError> {
        let unknown = |kind, name: &str, what, target: &str| ModelError::Unknown {
            kind,
            name: name.to_owned(),
            what,
            target: target.to_owned(),
        };

        let mut statuses = Types::new();
        for named in &file.statuses {
            statuses.insert("status", register("status", &named.name), &named.name, named, ())?;
        }
        let first_status =
            statuses.by_name(FIRST_STATUS).ok_or_else(|| unknown("model", "of this server", "status", FIRST_STATUS))?;

        let mut domain_types = Types::new();
        for named in &file.domain_types {
            domain_types.insert("domain type", register("domain type", &named.name), &named.name, named, ())?;
        }
        let mut attribute_types = Types::new();
        for entry in &file.attribute_types {
            let name = &entry.named.name;
            let number = register("attribute type", name);
            attribute_types.insert("attribute type", number, name, &entry.named, entry.kind)?;
        }
        let mut roles = Types::new();
        for entry in &file.roles {
            let name = &entry.named.name;
            roles.insert("role", register("role", name), name, &entry.named, entry.resource_role)?;
        }

        let mut asset_types = Types::new();
        for entry in &file.asset_types {
            let name = &entry.named.name;
            let default_status = match &entry.default_status {
                Some(status) => {
                    let known = statuses.by_name(status);
                    Some(known.ok_or_else(|| unknown("asset type", name, "status", status))?)
                }
                None => None,
            };
            let value = AssetType { parent: None, default_status };
            asset_types.insert("asset type", register("asset type", name), name, &entry.named, value)?;
        }
        for entry in &file.asset_types {
            let Some(parent) = &entry.parent else { continue };
            let name = &entry.named.name;
            let parent_number =
                asset_types.by_name(parent).ok_or_else(|| unknown("asset type", name, "parent", parent))?;
            let own = asset_types.by_name(name).and_then(|number| asset_types.entries.get_mut(&number));
            if let Some(own) = own {
                own.value.parent = Some(parent_number);
            }
        }
        refuse_circles(&asset_types)?;

        let mut relation_types = Types::new();
        for entry in &file.relation_types {
            let key = entry.key();
            let named = NamedEntry { id: entry.id, public_id: entry.public_id.clone(), name: key.clone() };
            let value = RelationType {
                source: asset_types.by_name(&entry.source),
                target: asset_types.by_name(&entry.target),
                label: key.clone(),
            };
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
                    label,
                    asset_type: asset_types.by_name(&leg.asset_type),
                    min: leg.min,
                    max: leg.max,
                });
            }
            let number = register("complex relation type", name);
            complex_types.insert("complex relation type", number, name, &entry.named, ComplexType { legs: of_type })?;
        }

        Ok(Self {
            asset_types,
            domain_types,
            attribute_types,
            statuses,
            relation_types,
            complex_types,
            roles,
            first_status,
        })
    }

    /// The status of a new asset: that of its type or of the nearest parent that names one, otherwise Candidate.
    pub(crate) fn default_status(&self, asset_type: TypeNumber) -> TypeNumber {
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
