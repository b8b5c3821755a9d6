//! Who may come in: users with passwords, clients with secrets, sessions and tokens.

mod account;
mod accounts;
mod authority;
mod jwt;
mod sessions;
mod tokens;

pub(crate) use account::Account;
pub use account::{BearerToken, JwtKey, OAuthClient, User};
pub(crate) use accounts::Accounts;
pub(crate) use authority::{Authority, COOKIE, Refusal, Visitor, pair};
pub(crate) use sessions::SessionKey;
