//! The model as a file.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::assignments::AssignmentEntry;
use crate::access::{BearerToken, JwtKey, OAuthClient, User};

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
/// JSON with the section `model`, and with who is let in, all of it optional. The model has the lists `assetTypes`,
/// `domainTypes`, `attributeTypes`, `statuses`, `relationTypes`, `complexRelationTypes`, `roles` and `assignments`, all
/// optional; they may also stand at the top of the file. An entry with the id or the name of a known one replaces it, the
/// assignments of an asset type replace those it had, every other entry is added; with `"complete": true` nothing is left
/// of the packaged model. Entries refer to each other by name or id. One without `id` gets one derived from its kind and
/// name (UUID version 5), the same in every server. Files of more than 64 MiB are refused.
///
/// Who is let in: `users` (`name`, `password`, `id`, `admin`), `clients` (`id`, `secret`), `tokens` (`token`, `user`) and
/// `jwt` (`secret`, `issuer`, `audience`); see [`User`], [`OAuthClient`], [`BearerToken`] and [`JwtKey`]. These are not kept
/// in the data folder, so a server needs the file at every start.
///
/// ```
/// let seed = sync_emulator::ModelFile::from_slice(br#"{"assetTypes": [{"name": "Buoy", "parent": "Asset"}]}"#)?;
/// # Ok::<(), sync_emulator::ModelError>(())
/// ```
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ModelFile {
    /// Whether this is a whole model, that has nothing of the packaged one.
    #[serde(skip_serializing_if = "is_false")]
    complete: bool,
    pub(super) asset_types: Vec<AssetTypeEntry>,
    pub(super) domain_types: Vec<NamedEntry>,
    pub(super) attribute_types: Vec<AttributeTypeEntry>,
    pub(super) statuses: Vec<NamedEntry>,
    pub(super) relation_types: Vec<RelationTypeEntry>,
    pub(super) complex_relation_types: Vec<ComplexTypeEntry>,
    pub(super) roles: Vec<RoleEntry>,
    pub(super) assignments: Vec<AssignmentEntry>,
    #[serde(skip_serializing)]
    pub(crate) users: Vec<User>,
    #[serde(skip_serializing)]
    pub(crate) clients: Vec<OAuthClient>,
    #[serde(skip_serializing)]
    pub(crate) tokens: Vec<BearerToken>,
    #[serde(skip_serializing)]
    pub(crate) jwt: Option<JwtKey>,
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
    /// What can be chosen from a list; nothing given means that everything can.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) allowed_values: Vec<String>,
    /// Whether numbers have to be whole.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) integer: bool,
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

fn is_false(flag: &bool) -> bool {
    !flag
}

/// An entry that refers to what is not there.
pub(super) fn unknown(kind: &'static str, name: &str, what: &'static str, target: &str) -> ModelError {
    ModelError::Unknown { kind, name: name.to_owned(), what, target: target.to_owned() }
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
        RelationTypeEntry::key(self, &self.source, &self.target)
    }
}

impl RelationTypeEntry {
    /// The name-based spelling of a relation type between these asset types.
    pub(super) fn key(&self, source: &str, target: &str) -> String {
        format!("{source}:{}:{}:{target}", self.role, self.co_role.as_deref().unwrap_or(""))
    }
}

impl LegEntry {
    pub(super) fn key(&self) -> String {
        format!("{}:{}", self.role.as_deref().unwrap_or(""), self.asset_type)
    }
}

fn merge<E: Entry>(entries: &mut Vec<E>, additions: &[E]) {
    if entries.is_empty() {
        // As it stands, with entries that share a name.
        return entries.extend_from_slice(additions);
    }
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

    /// The model that a new server has after these files; later ones win.
    pub(crate) fn of_new_server(files: &[Self]) -> Result<Self, ModelError> {
        let (mut model, rest) = match files.iter().rposition(|file| file.complete) {
            Some(whole) => (Self::default(), &files[whole..]),
            None => (Self::packaged()?, files),
        };
        rest.iter().for_each(|addition| model.add(addition));
        Ok(model)
    }

    /// Adds the entries of another file; those of the same id or name are replaced.
    pub(crate) fn add(&mut self, other: &Self) {
        self.complete |= other.complete;
        merge(&mut self.asset_types, &other.asset_types);
        merge(&mut self.domain_types, &other.domain_types);
        merge(&mut self.attribute_types, &other.attribute_types);
        merge(&mut self.statuses, &other.statuses);
        merge(&mut self.relation_types, &other.relation_types);
        merge(&mut self.complex_relation_types, &other.complex_relation_types);
        merge(&mut self.roles, &other.roles);
        let is_given = |known: &AssignmentEntry| other.assignments.iter().any(|given| given.is_of_type_of(known));
        self.assignments.retain(|known| !is_given(known));
        self.assignments.extend_from_slice(&other.assignments);
    }
}
