//! What hangs on a resource: attribute values and owners.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Text;
use super::checked::{Checked, Parsed, checked, checked_list, objects};
use super::error::{CommandError, CommandErrorKind};
use super::identifier::uuid;
use super::members::Members;
use super::text::Scalar;

/// Attribute type name or UUID to the values of that type; what is listed becomes all values of the type.
pub type Attributes<'a> = Members<'a, Vec<AttributeValue<'a>>>;

/// Role name or UUID to the owners of that role; what is listed replaces the owners of the role.
pub type Responsibilities<'a> = Members<'a, Vec<Owner<'a>>>;

/// One attribute. Every value is text on the wire, whatever the kind of its type: numbers as `"12.5"`, booleans as
/// `"true"`, dates as epoch milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum AttributeValue<'a> {
    /// A single value.
    Value(Text<'a>),
    /// The chosen values of a multi-value list.
    Values(Vec<Text<'a>>),
}

impl<'a> AttributeValue<'a> {
    /// A single value.
    pub fn text(value: impl Into<Text<'a>>) -> Self {
        Self::Value(value.into())
    }

    /// The chosen values of a multi-value list.
    pub fn list<T: Into<Text<'a>>>(values: impl IntoIterator<Item = T>) -> Self {
        Self::Values(values.into_iter().map(Into::into).collect())
    }
}

#[derive(Debug, Deserialize)]
#[serde(remote = "Self")]
pub(super) struct AttributeMembers<'a> {
    #[serde(borrow, default)]
    value: Option<Scalar<'a>>,
    #[serde(borrow, default)]
    values: Option<Vec<Scalar<'a>>>,
}

impl<'a> AttributeMembers<'a> {
    fn attribute(self) -> Parsed<AttributeValue<'a>> {
        match (self.value, self.values) {
            (Some(value), None) => Ok(AttributeValue::Value(value.0)),
            (None, Some(values)) => Ok(AttributeValue::Values(values.into_iter().map(|value| value.0).collect())),
            _ => Err(CommandError::new(CommandErrorKind::AttributeShape)),
        }
    }
}

pub(super) type AttributesMembers<'a> = Members<'a, Vec<Checked<AttributeValue<'a>>>>;

pub(super) fn attributes<'a>(members: AttributesMembers<'a>) -> Parsed<Attributes<'a>> {
    members.try_map(checked_list)
}

/// Who holds a role.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Owner<'a> {
    /// A user.
    User(UserRef<'a>),
    /// A user group.
    UserGroup(UserGroupRef<'a>),
}

impl Owner<'_> {
    /// A user by id.
    pub fn user(id: Uuid) -> Self {
        Self::User(UserRef::Id { id })
    }

    /// A user group by id.
    pub fn user_group(id: Uuid) -> Self {
        Self::UserGroup(UserGroupRef::Id { id })
    }
}

/// Refers to a user. The documents say by id; the published schema also has a name, which real servers may refuse.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum UserRef<'a> {
    /// By id.
    Id {
        /// The user's id.
        id: Uuid,
    },
    /// By user name; read, but never built by us.
    UserName {
        /// The user's name.
        #[serde(rename = "userName")]
        user_name: Text<'a>,
    },
}

/// Refers to a user group. The documents say by id; the published schema also has a name, which real servers may refuse.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum UserGroupRef<'a> {
    /// By id.
    Id {
        /// The group's id.
        id: Uuid,
    },
    /// By name; read, but never built by us.
    Name {
        /// The group's name.
        name: Text<'a>,
    },
}

#[derive(Debug, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub(super) struct OwnerMembers<'a> {
    #[serde(borrow, default)]
    user: Option<HolderMembers<'a>>,
    #[serde(borrow, default)]
    user_group: Option<HolderMembers<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase")]
struct HolderMembers<'a> {
    #[serde(borrow, default)]
    id: Option<Text<'a>>,
    #[serde(borrow, default)]
    user_name: Option<Text<'a>>,
    #[serde(borrow, default)]
    name: Option<Text<'a>>,
}

impl<'a> OwnerMembers<'a> {
    fn owner(self) -> Parsed<Owner<'a>> {
        let shape = || CommandError::new(CommandErrorKind::OwnerShape);
        match (self.user, self.user_group) {
            (Some(HolderMembers { id, user_name, name: None }), None) => match (id, user_name) {
                (Some(id), None) => Ok(Owner::user(uuid(&id).map_err(|e| e.at("id").at("user"))?)),
                (None, Some(user_name)) => Ok(Owner::User(UserRef::UserName { user_name })),
                _ => Err(shape().at("user")),
            },
            (None, Some(HolderMembers { id, user_name: None, name })) => match (id, name) {
                (Some(id), None) => Ok(Owner::user_group(uuid(&id).map_err(|e| e.at("id").at("userGroup"))?)),
                (None, Some(name)) => Ok(Owner::UserGroup(UserGroupRef::Name { name })),
                _ => Err(shape().at("userGroup")),
            },
            _ => Err(shape()),
        }
    }
}

objects! { AttributeMembers OwnerMembers HolderMembers }

checked! {
    AttributeValue = AttributeMembers::attribute,
    Owner = OwnerMembers::owner,
}

pub(super) type ResponsibilitiesMembers<'a> = Members<'a, Vec<Checked<Owner<'a>>>>;

pub(super) fn responsibilities<'a>(members: ResponsibilitiesMembers<'a>) -> Parsed<Responsibilities<'a>> {
    members.try_map(checked_list)
}
