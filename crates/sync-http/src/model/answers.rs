//! What the service tells of its operating model, as far as checks need it.

use serde::Deserialize;
use uuid::Uuid;

use crate::catalogue::Entry;

/// Something else, by its id.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Reference {
    pub(super) id: Uuid,
}

/// Declares answers with an id and the fields given.
macro_rules! answers {
    ($($(#[$doc:meta])* $name:ident { $($(#[$meta:meta])* $field:ident: $ty:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub(super) struct $name {
            pub(super) id: Uuid,
            $($(#[$meta])* pub(super) $field: $ty,)*
        }

        impl Entry for $name {
            fn id(&self) -> Uuid {
                self.id
            }
        }
    )*};
}

answers! {
    /// A status or a type of domains.
    NamedAnswer {
        name: String,
        public_id: Option<String>,
    }
    /// A type of assets.
    AssetTypeAnswer {
        name: String,
        public_id: Option<String>,
        parent: Option<Reference>,
    }
    /// A type of attributes; the discriminator is the newer name of the resource type.
    AttributeTypeAnswer {
        name: String,
        public_id: Option<String>,
        resource_type: Option<String>,
        attribute_type_discriminator: Option<String>,
        allowed_values: Option<Vec<String>>,
        is_integer: Option<bool>,
    }
    /// A type of relations.
    RelationTypeAnswer {
        public_id: Option<String>,
        source_type: Option<Reference>,
        target_type: Option<Reference>,
        role: Option<String>,
        co_role: Option<String>,
    }
    /// A type of complex relations.
    ComplexRelationTypeAnswer {
        name: String,
        public_id: Option<String>,
        leg_types: Option<Vec<LegAnswer>>,
    }
    /// A role.
    RoleAnswer {
        name: String,
        public_id: Option<String>,
        global: Option<bool>,
    }
}

/// One end of a complex relation. Keys of commands name it by the relation type.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LegAnswer {
    pub(super) relation_type_id: Option<Uuid>,
    pub(super) role: Option<String>,
    pub(super) asset_type: Option<Reference>,
    pub(super) minimum_occurrences: Option<i64>,
    pub(super) maximum_occurrences: Option<i64>,
}

/// What assets of a type can have, in all domains or in those of a scope.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AssignmentAnswer {
    pub(super) domain_types: Option<Vec<Reference>>,
    pub(super) statuses: Option<Vec<Reference>>,
    pub(super) default_status_id: Option<Uuid>,
    #[serde(flatten)]
    pub(super) characteristics: Characteristics,
    /// Where traits give more characteristics.
    trait_assignment_inheritances: Option<Vec<Characteristics>>,
    assignment_inheritances: Option<Vec<AssignmentInheritance>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssignmentInheritance {
    trait_assignment_inheritances: Option<Vec<Characteristics>>,
}

/// Attribute types and relation types that are assigned: a list of references or, from older servers, of whole types.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Characteristics {
    assigned_characteristic_type_references: Option<Vec<CharacteristicAnswer>>,
    characteristic_types: Option<Vec<CharacteristicAnswer>>,
}

/// One of either list.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CharacteristicAnswer {
    assigned_resource_reference: Option<Reference>,
    assigned_resource_id: Option<Uuid>,
    attribute_type: Option<Reference>,
    relation_type: Option<Reference>,
    pub(super) minimum_occurrences: Option<i64>,
    pub(super) maximum_occurrences: Option<i64>,
    relation_type_direction: Option<String>,
    role_direction: Option<String>,
}

impl AssignmentAnswer {
    /// All that is assigned, by the type itself and by its traits.
    pub(super) fn all_characteristics(&self) -> impl Iterator<Item = &CharacteristicAnswer> {
        let further = self.assignment_inheritances.iter().flatten();
        let further = further.filter_map(|inherited| inherited.trait_assignment_inheritances.as_ref());
        let traits = self.trait_assignment_inheritances.iter().chain(further).flatten();
        std::iter::once(&self.characteristics).chain(traits).flat_map(Characteristics::entries)
    }
}

impl Characteristics {
    fn entries(&self) -> &[CharacteristicAnswer] {
        let newer = self.assigned_characteristic_type_references.as_deref().filter(|list| !list.is_empty());
        newer.or(self.characteristic_types.as_deref()).unwrap_or_default()
    }
}

impl CharacteristicAnswer {
    /// The id of the type.
    pub(super) fn what(&self) -> Option<Uuid> {
        let references = [&self.assigned_resource_reference, &self.attribute_type, &self.relation_type];
        let referred = references.into_iter().flatten().map(|reference| reference.id);
        referred.chain(self.assigned_resource_id).next()
    }

    /// Which end of a relation the other assets are at, as the service spells it.
    pub(super) fn direction(&self) -> Option<&str> {
        self.relation_type_direction.as_deref().or(self.role_direction.as_deref())
    }
}
