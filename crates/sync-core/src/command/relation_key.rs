//! Keys of `relations`: which type of relation, and at which end the listed assets are.

use std::fmt;

use uuid::Uuid;

/// The end of a relation at which the *listed* assets are; the asset of the command is at the other one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RelationEnd {
    /// The listed assets are the sources.
    Source,
    /// The listed assets are the targets.
    Target,
}

impl RelationEnd {
    /// `SOURCE` or `TARGET`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Source => "SOURCE",
            Self::Target => "TARGET",
        }
    }

    /// The end at which the asset of the command is.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Source => Self::Target,
            Self::Target => Self::Source,
        }
    }
}

/// A type of relation, or a leg of a type of complex relation, as keys name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RelationType<'a> {
    /// By id: the one spelling that all sources agree on.
    Id(Uuid),
    /// By public id, on newer servers.
    PublicId(&'a str),
    /// By the names of its parts, on newer servers.
    Names {
        /// Type of the assets at the source end.
        source: &'a str,
        /// What the source is to the target.
        role: &'a str,
        /// What the target is to the source.
        co_role: &'a str,
        /// Type of the assets at the target end.
        target: &'a str,
    },
    /// By names with slashes between them: of a leg type of relation, role, possibly co-role, type of asset; read, but no
    /// longer taken by newer servers.
    Legacy(&'a str),
}

/// A key of `relations`, whatever its spelling.
///
/// ```
/// use sync_core::command::{RelationEnd, RelationKey};
///
/// let key = RelationKey::parse("00000000-0000-0000-0000-00000000ABCD:TARGET").ok_or("no key")?;
/// assert_eq!(key.end, RelationEnd::Target);
/// assert_eq!(key.to_string(), "00000000-0000-0000-0000-00000000abcd:TARGET");
/// assert!(RelationKey::parse("Column:is part of:contains:Table:TARGET").is_some());
/// assert!(RelationKey::parse("00000000-0000-0000-0000-00000000abcd").is_none());
/// // Legs of complex relations may leave the end out.
/// assert_eq!(RelationKey::parse_leg("00000000-0000-0000-0000-00000000abcd"), Some(key));
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RelationKey<'a> {
    /// Which type of relation, or which leg.
    pub relation: RelationType<'a>,
    /// At which end the listed assets are.
    pub end: RelationEnd,
}

impl<'a> RelationKey<'a> {
    /// The key of a type of relation by its id.
    pub fn of(id: Uuid, end: RelationEnd) -> Self {
        Self { relation: RelationType::Id(id), end }
    }

    /// Reads a key of an asset: `type:SOURCE` or `type:TARGET`, where the type is a UUID, `PUBLIC_ID:` with a public id,
    /// or four names with colons (or, of old, slashes) between them.
    pub fn parse(key: &'a str) -> Option<Self> {
        let (relation, end) = split_end(key)?;
        Some(Self { relation: relation_type(relation)?, end })
    }

    /// Reads a key of a complex relation's leg: the same as of an asset, and without an end a UUID, or of old names with
    /// slashes, of which the third may be empty.
    pub fn parse_leg(key: &'a str) -> Option<Self> {
        if let Some(found) = Self::parse(key) {
            return Some(found);
        }
        let (relation, end) = split_end(key).unwrap_or((key, RelationEnd::Target));
        if let Some(id) = uuid(relation) {
            return Some(Self::of(id, end));
        }
        let names: Vec<&str> = relation.split('/').collect();
        let is_legacy = (3..=4).contains(&names.len())
            && names.iter().enumerate().all(|(place, name)| !name.is_empty() || (place == 2 && names.len() == 4));
        is_legacy.then_some(Self { relation: RelationType::Legacy(relation), end })
    }
}

const PUBLIC_ID: &str = "PUBLIC_ID:";

fn split_end(key: &str) -> Option<(&str, RelationEnd)> {
    let (relation, end) = key.rsplit_once(':')?;
    match end {
        "SOURCE" => Some((relation, RelationEnd::Source)),
        "TARGET" => Some((relation, RelationEnd::Target)),
        _ => None,
    }
}

fn relation_type(text: &str) -> Option<RelationType<'_>> {
    if let Some(id) = uuid(text) {
        return Some(RelationType::Id(id));
    }
    if let Some(id) = text.strip_prefix(PUBLIC_ID) {
        let is_public_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        return is_public_id.then_some(RelationType::PublicId(id));
    }
    if let Some([source, role, co_role, target]) = four_names(text, ':') {
        return Some(RelationType::Names { source, role, co_role, target });
    }
    four_names(text, '/').map(|_| RelationType::Legacy(text))
}

fn uuid(text: &str) -> Option<Uuid> {
    if text.len() == 36 { Uuid::try_parse(text).ok() } else { None }
}

fn four_names(text: &str, mark: char) -> Option<[&str; 4]> {
    let mut names = text.split(mark);
    let four = [names.next()?, names.next()?, names.next()?, names.next()?];
    (names.next().is_none() && four.iter().all(|name| !name.is_empty())).then_some(four)
}

impl fmt::Display for RelationKey<'_> {
    /// The canonical spelling, ids in lower case.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.relation {
            RelationType::Id(id) => write!(f, "{id}")?,
            RelationType::PublicId(id) => write!(f, "{PUBLIC_ID}{id}")?,
            RelationType::Names { source, role, co_role, target } => write!(f, "{source}:{role}:{co_role}:{target}")?,
            RelationType::Legacy(names) => f.write_str(names)?,
        }
        write!(f, ":{}", self.end.as_str())
    }
}
