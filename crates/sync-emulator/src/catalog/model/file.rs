//! The model as a file.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The model every server starts from.
const PACKAGED: &str = include_str!("../../../model/packaged.json");

/// Largest model file, in bytes (ours).
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// A model file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The file cannot be read.
    #[error("cannot read the model file {path}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The content is not a model.
    #[error("cannot understand the model file")]
    Json(#[from] serde_json::Error),
    /// Two entries cannot be told apart.
    #[error("two {kind}s share the {what} {value:?}")]
    Duplicate {
        /// Kind of entry.
        kind: &'static str,
        /// Name, id or public id.
        what: &'static str,
        /// What they share.
        value: String,
    },
    /// A name that belongs to no entry.
    #[error("the {kind} {name:?} refers to the unknown {what} {target:?}")]
    Unknown {
        /// Kind of entry.
        kind: &'static str,
        /// Its name.
        name: String,
        /// What it refers to.
        what: &'static str,
        /// The unknown name.
        target: String,
    },
    /// A type whose parents lead back to itself.
    #[error("the asset type {name:?} is its own ancestor")]
    Circle {
        /// The type.
        name: String,
    },
}

/// An operating model, or an addition to one, as read from a seed file.
///
/// JSON with the lists `assetTypes`, `domainTypes`, `attributeTypes`, `statuses`, `relationTypes`,
/// `complexRelationTypes`, `roles` and `users`, all optional. An entry with the id or the name of a known one replaces
/// it, every other one is added. An entry without `id` gets one derived from its kind and name (UUID version 5), the same
/// in every server. Files of more than 64 MiB are refused.
///
/// ```
/// let seed = sync_emulator::ModelFile::from_slice(br#"{"assetTypes": [{"name": "Buoy", "parent": "Asset"}]}"#)?;
/// # Ok::<(), sync_emulator::ModelError>(())
/// ```
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ModelFile {
    pub(super) asset_types: Vec<AssetTypeEntry>,
    pub(super) domain_types: Vec<NamedEntry>,
    pub(super) attribute_types: Vec<AttributeTypeEntry>,
    pub(super) statuses: Vec<NamedEntry>,
    pub(super) relation_types: Vec<RelationTypeEntry>,
    pub(super) complex_relation_types: Vec<ComplexTypeEntry>,
    pub(super) roles: Vec<RoleEntry>,
    #[serde(skip_serializing)]
    pub(crate) users: Vec<UserEntry>,
    /// The lists of the model in a section of their own, as they are written; empty once a file was read.
    #[serde(skip_serializing)]
    model: Option<Box<ModelFile>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NamedEntry {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) public_id: Option<String>,
    pub(super) name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AssetTypeEntry {
    #[serde(flatten)]
    pub(super) named: NamedEntry,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) parent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) default_status: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AttributeTypeEntry {
    #[serde(flatten)]
    pub(super) named: NamedEntry,
    #[serde(default)]
    pub(super) kind: super::AttributeKind,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RelationTypeEntry {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) public_id: Option<String>,
    pub(super) source: String,
    pub(super) role: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) co_role: Option<String>,
    pub(super) target: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ComplexTypeEntry {
    #[serde(flatten)]
    pub(super) named: NamedEntry,
    #[serde(default)]
    pub(super) legs: Vec<LegEntry>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LegEntry {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) role: Option<String>,
    pub(super) asset_type: String,
    #[serde(default)]
    pub(super) min: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) max: Option<u32>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RoleEntry {
    #[serde(flatten)]
    pub(super) named: NamedEntry,
    #[serde(default = "yes")]
    pub(super) resource_role: bool,
}

fn yes() -> bool {
    true
}

#[derive(Clone, Deserialize)]
pub(crate) struct UserEntry {
    pub(crate) name: String,
    pub(crate) password: String,
}

impl std::fmt::Debug for UserEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserEntry").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What tells entries of one list apart.
trait Entry: Clone {
    fn id(&self) -> Option<Uuid>;
    fn key(&self) -> String;
}

macro_rules! named {
    ($($entry:ty)*) => {$(
        impl Entry for $entry {
            fn id(&self) -> Option<Uuid> {
                self.named.id
            }
            fn key(&self) -> String {
                self.named.name.clone()
            }
        }
    )*};
}
named!(AssetTypeEntry AttributeTypeEntry ComplexTypeEntry RoleEntry);

impl Entry for NamedEntry {
    fn id(&self) -> Option<Uuid> {
        self.id
    }
    fn key(&self) -> String {
        self.name.clone()
    }
}

impl Entry for RelationTypeEntry {
    fn id(&self) -> Option<Uuid> {
        self.id
    }
    fn key(&self) -> String {
        RelationTypeEntry::key(self)
    }
}

impl RelationTypeEntry {
    /// The name-based spelling of a relation type.
    pub(super) fn key(&self) -> String {
        format!("{}:{}:{}:{}", self.source, self.role, self.co_role.as_deref().unwrap_or(""), self.target)
    }
}

impl LegEntry {
    pub(super) fn key(&self) -> String {
        format!("{}:{}", self.role.as_deref().unwrap_or(""), self.asset_type)
    }
}

fn merge<E: Entry>(entries: &mut Vec<E>, additions: &[E]) {
    for addition in additions {
        let known = entries
            .iter_mut()
            .find(|entry| (addition.id().is_some() && addition.id() == entry.id()) || addition.key() == entry.key());
        match known {
            Some(entry) => *entry = addition.clone(),
            None => entries.push(addition.clone()),
        }
    }
}

impl ModelFile {
    /// The model every server starts from.
    pub(crate) fn packaged() -> Result<Self, ModelError> {
        Self::from_slice(PACKAGED.as_bytes())
    }

    /// Reads a model from JSON.
    ///
    /// # Errors
    /// [`ModelError::Json`] says where the text is not a model. Names that refer to nothing are found at start.
    pub fn from_slice(json: &[u8]) -> Result<Self, ModelError> {
        let mut file: Self = serde_json::from_slice(json)?;
        if let Some(model) = file.model.take() {
            file.add(&model);
        }
        Ok(file)
    }

    /// Reads a model from a file.
    ///
    /// # Errors
    /// [`ModelError`] says whether the file could not be read or not be understood.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, ModelError> {
        let path = path.as_ref();
        let read = || {
            let length = std::fs::metadata(path)?.len();
            if length > MAX_BYTES {
                return Err(std::io::Error::other(format!("{length} bytes are more than the {MAX_BYTES} allowed")));
            }
            std::fs::read(path)
        };
        let content = read().map_err(|source| ModelError::Read { path: path.to_owned(), source })?;
        Self::from_slice(&content)
    }

    /// Adds the entries of another file; those of the same id or name are replaced.
    pub(crate) fn add(&mut self, other: &Self) {
        merge(&mut self.asset_types, &other.asset_types);
        merge(&mut self.domain_types, &other.domain_types);
        merge(&mut self.attribute_types, &other.attribute_types);
        merge(&mut self.statuses, &other.statuses);
        merge(&mut self.relation_types, &other.relation_types);
        merge(&mut self.complex_relation_types, &other.complex_relation_types);
        merge(&mut self.roles, &other.roles);
    }
}
