//! Why a slice is not a command.

use std::fmt;

use super::ResourceKind;

/// A slice that is not one well-formed import command.
///
/// Line and column count from 1 within the slice and are 0 where the JSON is fine and the meaning is not; then
/// [`CommandError::path`] says which member.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{}{kind}", path, if path.is_empty() { "" } else { ": " })]
pub struct CommandError {
    path: String,
    line: usize,
    column: usize,
    kind: CommandErrorKind,
}

/// What is wrong with a command.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommandErrorKind {
    /// The slice is not the JSON this type of command has: syntax, a wrong type of member, a member given twice,
    /// nesting deeper than 128 levels in members that are read.
    Json {
        /// What the parser found.
        message: String,
    },
    /// `resourceType` is missing or not one of the five.
    ResourceTypeInvalid {
        /// What was found, if anything.
        found: Option<String>,
    },
    /// No identifier, or one without members.
    IdentifierNotDefined {
        /// The resource it should identify.
        what: &'static str,
    },
    /// The members of an identifier do not make up exactly one allowed form.
    IdentifierAmbiguous {
        /// The resource it should identify.
        what: &'static str,
        /// The members found.
        present: Vec<&'static str>,
    },
    /// Not exactly one of id, name, publicId.
    TypeRefAmbiguous,
    /// A text that should be a UUID.
    NotAnId {
        /// The text, shortened.
        text: String,
    },
    /// A mapping with several targets.
    MappingTargets,
    /// An attribute with both or neither of `value` and `values`.
    AttributeShape,
    /// An owner with both or neither of `user` and `userGroup`, or without an id or a name.
    OwnerShape,
    /// `lastSyncDate` is not a whole number.
    LastSyncDate,
}

impl CommandErrorKind {
    /// The documented code where there is one, otherwise one of ours beginning with `local.`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Json { .. } => "local.file.notJson",
            Self::ResourceTypeInvalid { .. } => "importCommandResourceTypeInvalid",
            Self::IdentifierNotDefined { .. } => "importCommandIdentifierNotDefined",
            Self::IdentifierAmbiguous { .. } => "importCommandIdentifierAmbiguous",
            Self::TypeRefAmbiguous => "local.assetType.ambiguousRef",
            Self::NotAnId { .. } => "local.id.notUuid",
            Self::MappingTargets => "local.mapping.targetCount",
            Self::AttributeShape => "local.attribute.valueShape",
            Self::OwnerShape => "local.user.ownerShape",
            Self::LastSyncDate => "local.mapping.lastSyncDate",
        }
    }
}

impl fmt::Display for CommandErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json { message } => f.write_str(message),
            Self::ResourceTypeInvalid { found } => {
                match found {
                    Some(found) => write!(f, "unsupported resource type {found:?}; allowed:")?,
                    None => write!(f, "no resource type; allowed:")?,
                }
                for (i, kind) in ResourceKind::ALL.into_iter().enumerate() {
                    write!(f, "{}\"{kind}\"", if i == 0 { " " } else { ", " })?;
                }
                Ok(())
            }
            Self::IdentifierNotDefined { what } => write!(f, "no identifier given for the {what}"),
            Self::IdentifierAmbiguous { what, present } => write!(
                f,
                "the {what} identifier must use exactly one form (its id, its name plus its parent, or an external \
                 pair), but has {}",
                present.join(", ")
            ),
            Self::TypeRefAmbiguous => f.write_str("give exactly one of id, name, publicId"),
            Self::NotAnId { text } => write!(f, "{text:?} is not a UUID"),
            Self::MappingTargets => f.write_str("a mapping points to exactly one resource"),
            Self::AttributeShape => f.write_str("an attribute has either value or values"),
            Self::OwnerShape => f.write_str("an owner has either a user or a user group, by id"),
            Self::LastSyncDate => f.write_str("lastSyncDate is a whole number"),
        }
    }
}

impl CommandError {
    pub(super) fn new(kind: CommandErrorKind) -> Self {
        Self { path: String::new(), line: 0, column: 0, kind }
    }

    pub(crate) fn json(error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let mut message = error.to_string();
        if let Some(end) = message.rfind(&format!(" at line {line} column {column}")) {
            message.truncate(end);
        }
        Self { path: String::new(), line, column, kind: CommandErrorKind::Json { message } }
    }

    /// A byte that is not UTF-8, after `before`.
    pub(super) fn not_utf8(before: &[u8]) -> Self {
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let column = 1 + before.iter().rev().take_while(|byte| **byte != b'\n').count();
        let message = "this is not UTF-8".to_owned();
        Self { path: String::new(), line, column, kind: CommandErrorKind::Json { message } }
    }

    /// Puts a member's name in front of the path.
    pub(super) fn at(mut self, member: &str) -> Self {
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{member}{dot}{}", self.path);
        self
    }

    /// Puts a member with a free key in front of the path.
    pub(super) fn at_key(self, key: &str) -> Self {
        let key = super::identifier::shorten(key);
        self.at(&format!("[{key:?}]"))
    }

    /// Puts a list index in front of the path.
    pub(super) fn at_index(self, index: usize) -> Self {
        self.at(&format!("[{index}]"))
    }

    /// What is wrong.
    pub fn kind(&self) -> &CommandErrorKind {
        &self.kind
    }

    /// The documented code where there is one, otherwise one of ours beginning with `local.`.
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// The member concerned, for example `relations["…:TARGET"][0].domain`; empty for the command itself.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Line within the slice, from 1; 0 if the JSON itself is fine.
    pub fn line(&self) -> usize {
        self.line
    }

    /// Column in bytes within the line, from 1; 0 if the JSON itself is fine.
    pub fn column(&self) -> usize {
        self.column
    }
}
