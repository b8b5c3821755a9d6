//! What the service tells of resources, as far as commands need it.

use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

/// Something else, by its id.
#[derive(Debug, Deserialize)]
pub(super) struct Reference {
    pub(super) id: Uuid,
}

/// An entry of a list: its id tells whether the same entry came twice.
pub(crate) trait Entry {
    fn id(&self) -> Uuid;
}

/// Declares answers with an id and the fields given.
macro_rules! answers {
    ($($(#[$doc:meta])* $name:ident { $($(#[$meta:meta])* $field:ident: $ty:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Deserialize)]
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
    /// A community.
    CommunityAnswer {
        name: String,
        description: Option<String>,
        parent: Option<Reference>,
    }
    /// A domain.
    DomainAnswer {
        name: String,
        description: Option<String>,
        community: Reference,
        #[serde(rename = "type")]
        type_ref: Reference,
    }
    /// An asset without what hangs on it.
    AssetAnswer {
        name: String,
        display_name: Option<String>,
        domain: Reference,
        #[serde(rename = "type")]
        type_ref: Reference,
        status: Option<Reference>,
    }
    /// One attribute. The value is kept as it came: a number as a float would lose digits.
    AttributeAnswer {
        #[serde(rename = "type")]
        type_ref: Reference,
        value: Box<RawValue>,
    }
    /// A relation from its source to its target.
    RelationAnswer {
        #[serde(rename = "type")]
        type_ref: Reference,
        source: Reference,
        target: Reference,
    }
    /// A mapping; without its resource where that was deleted by hand.
    MappingAnswer {
        external_system_id: String,
        external_entity_id: String,
        external_entity_url: Option<String>,
        description: Option<String>,
        mapped_resource: Option<Reference>,
    }
}

/// A tag.
#[derive(Debug, Deserialize)]
pub(super) struct TagAnswer {
    pub(super) name: String,
}

/// A text that says something.
pub(super) fn said(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}
