//! Everybody who is known, by what they prove themselves with.

use std::collections::HashMap;

use uuid::Uuid;

use super::account::{Account, BearerToken, OAuthClient, User};

/// A token for somebody nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a token stands for {user:?}, which is neither a user nor a client")]
pub(crate) struct UnknownTokenUser {
    user: String,
}

#[derive(Default)]
pub(crate) struct Accounts {
    users: HashMap<String, (Account, Vec<String>)>,
    clients: HashMap<String, (Account, String)>,
    tokens: HashMap<String, Account>,
}

impl Accounts {
    /// Lets a user in; the same name with another password is let in with both.
    pub(crate) fn add_user(&mut self, user: &User) -> Account {
        let (account, passwords) = self.users.entry(user.name.clone()).or_insert_with(|| (user.account(), Vec::new()));
        passwords.push(user.password.clone());
        account.clone()
    }

    pub(crate) fn add_client(&mut self, client: &OAuthClient) {
        self.clients.insert(client.id.clone(), (client.account(), client.secret.clone()));
    }

    /// The user or client of a token has to be known already.
    pub(crate) fn add_token(&mut self, token: &BearerToken) -> Result<(), UnknownTokenUser> {
        let account = self.by_subject(&token.user).ok_or_else(|| UnknownTokenUser { user: token.user.clone() })?;
        self.tokens.insert(token.token.clone(), account);
        Ok(())
    }

    pub(super) fn by_password(&self, name: &str, password: &str) -> Option<Account> {
        let (account, passwords) = self.users.get(name)?;
        passwords.iter().any(|known| known == password).then(|| account.clone())
    }

    pub(super) fn by_secret(&self, id: &str, secret: &str) -> Option<Account> {
        let (account, known) = self.clients.get(id)?;
        (known == secret).then(|| account.clone())
    }

    pub(super) fn by_token(&self, token: &str) -> Option<Account> {
        self.tokens.get(token).cloned()
    }

    /// By the name or id of a user, or the id of a client.
    pub(super) fn by_subject(&self, subject: &str) -> Option<Account> {
        let named = self.users.get(subject).map(|(account, _)| account);
        let client = || self.clients.get(subject).map(|(account, _)| account);
        let by_id = || {
            let id = Uuid::try_parse(subject).ok()?;
            self.users.values().map(|(account, _)| account).find(|account| account.id == id)
        };
        named.or_else(client).or_else(by_id).cloned()
    }
}
