//! Users, clients and tokens as they are given, and the account each of them acts as.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use uuid::Uuid;

/// Namespace of the ids derived from names.
const NAMESPACE: Uuid = Uuid::from_u128(0x2f0d_94a1_7c3e_4b55_8a1d_66e0_3c5b_1f90);

/// Whoever acts: a user, or the system user of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) id: Uuid,
    pub(crate) name: Arc<str>,
    /// Whether other people's jobs may be cancelled.
    pub(crate) is_admin: bool,
}

impl Account {
    /// Without an id of its own an account gets one that follows from its name, the same in every server.
    pub(super) fn new(name: &str, id: Option<Uuid>, is_admin: bool) -> Self {
        let id = id.unwrap_or_else(|| Uuid::new_v5(&NAMESPACE, name.as_bytes()));
        Self { id, name: name.into(), is_admin }
    }
}

/// Somebody who signs in with a name and a password, by HTTP Basic or by opening a session.
///
/// ```
/// let user = sync_emulator::User::new("keeper", "s3cret").with_admin(true);
/// assert!(!format!("{user:?}").contains("s3cret"));
/// ```
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    pub(crate) name: String,
    pub(crate) password: String,
    #[serde(default)]
    pub(super) id: Option<Uuid>,
    #[serde(default)]
    pub(super) admin: bool,
}

impl User {
    /// An ordinary user whose id follows from the name (UUID version 5).
    pub fn new(name: impl Into<String>, password: impl Into<String>) -> Self {
        Self { name: name.into(), password: password.into(), id: None, admin: false }
    }

    /// The id that jobs and resources of this user show.
    #[must_use]
    pub fn with_id(mut self, id: Uuid) -> Self {
        self.id = Some(id);
        self
    }

    /// Whether the user may cancel other people's jobs; default no.
    #[must_use]
    pub fn with_admin(mut self, admin: bool) -> Self {
        self.admin = admin;
        self
    }

    pub(crate) fn account(&self) -> Account {
        Account::new(&self.name, self.id, self.admin)
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").field("name", &self.name).field("admin", &self.admin).finish_non_exhaustive()
    }
}

/// A registered integration application: gets tokens with its id and secret and acts as a system user of its own.
#[derive(Clone, Deserialize)]
pub struct OAuthClient {
    pub(super) id: String,
    pub(super) secret: String,
}

impl OAuthClient {
    /// The service's own ids look like `urn:…`, with colons.
    pub fn new(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self { id: id.into(), secret: secret.into() }
    }

    pub(super) fn account(&self) -> Account {
        Account::new(&self.id, None, false)
    }
}

impl fmt::Debug for OAuthClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthClient").field("id", &self.id).finish_non_exhaustive()
    }
}

/// An opaque token that somebody else issued and that never expires.
#[derive(Clone, Deserialize)]
pub struct BearerToken {
    pub(super) token: String,
    /// Name of the user, or id of the client, that it stands for.
    pub(super) user: String,
}

impl BearerToken {
    /// `user` is the name of a user or the id of a client.
    pub fn new(token: impl Into<String>, user: impl Into<String>) -> Self {
        Self { token: token.into(), user: user.into() }
    }
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BearerToken").field("user", &self.user).finish_non_exhaustive()
    }
}

/// What tokens of an identity provider are checked with: JSON Web Tokens signed with HMAC-SHA-256 (`HS256`).
///
/// The service itself fetches public keys from an address; a shared secret does the same for a test. The claim `sub` is
/// the name or the id of a user; `exp` and `nbf` count where they are given, without leeway.
#[derive(Clone, Deserialize)]
pub struct JwtKey {
    pub(super) secret: String,
    #[serde(default)]
    pub(super) issuer: Option<String>,
    #[serde(default)]
    pub(super) audience: Option<String>,
}

impl JwtKey {
    /// Any issuer and any audience.
    pub fn new(secret: impl Into<String>) -> Self {
        Self { secret: secret.into(), issuer: None, audience: None }
    }

    /// What the claim `iss` has to be.
    #[must_use]
    pub fn with_issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// What the claim `aud` has to be or to hold.
    #[must_use]
    pub fn with_audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }
}

impl fmt::Debug for JwtKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtKey").field("issuer", &self.issuer).field("audience", &self.audience).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_has_no_secret() {
        let shown = format!(
            "{:?} {:?} {:?} {:?}",
            User::new("admin", "s3cret"),
            OAuthClient::new("urn:a", "s3cret"),
            BearerToken::new("s3cret", "admin"),
            JwtKey::new("s3cret")
        );
        assert!(!shown.contains("s3cret"), "{shown}");
    }
}
