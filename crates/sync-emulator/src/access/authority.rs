//! From a request's headers to an account.

use std::fmt;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, header};

use super::sessions::Sessions;
use super::tokens::IssuedTokens;
use super::{Account, Accounts, JwtKey, SessionKey, User};

/// Name of the cookie that carries a session.
pub(crate) const COOKIE: &str = "JSESSIONID";

/// Somebody who was let in.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    pub(crate) account: Account,
    /// Set where a cookie let them in.
    pub(crate) session: Option<SessionKey>,
}

/// Why somebody is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Nothing was shown.
    Nothing,
    /// Name and password are not those of a user.
    Password,
    /// The token is not good, or not any more.
    Token,
    /// The session has ended.
    Session,
}

/// Decides who is let in.
pub(crate) struct Authority {
    accounts: RwLock<Accounts>,
    sessions: Sessions,
    tokens: IssuedTokens,
    jwt: Option<JwtKey>,
    /// Whoever comes without signing in, if anyone may.
    anonymous: Option<Account>,
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").field("anonymous", &self.anonymous).finish_non_exhaustive()
    }
}

impl Authority {
    pub(crate) fn new(
        accounts: Accounts,
        jwt: Option<JwtKey>,
        anonymous: Option<Account>,
        session_lifetime: Duration,
        token_lifetime: Duration,
    ) -> Self {
        let sessions = Sessions::new(session_lifetime);
        Self { accounts: RwLock::new(accounts), sessions, tokens: IssuedTokens::new(token_lifetime), jwt, anonymous }
    }

    fn accounts(&self) -> std::sync::RwLockReadGuard<'_, Accounts> {
        self.accounts.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add_user(&self, user: &User) {
        self.accounts.write().unwrap_or_else(PoisonError::into_inner).add_user(user);
    }

    /// Who sends these headers. Of several ways to sign in, the `Authorization` header counts.
    pub(crate) fn identify(&self, headers: &HeaderMap, now: i64) -> Result<Visitor, Refusal> {
        self.named(headers, now).or_else(|refusal| match &self.anonymous {
            Some(account) => Ok(Visitor { account: account.clone(), session: None }),
            None => Err(refusal),
        })
    }

    fn named(&self, headers: &HeaderMap, now: i64) -> Result<Visitor, Refusal> {
        let alone = |account| Visitor { account, session: None };
        if let Some(value) = headers.get(header::AUTHORIZATION) {
            let (scheme, proof) =
                value.to_str().ok().and_then(|value| value.trim().split_once(' ')).unwrap_or_default();
            let proof = proof.trim();
            return if scheme.eq_ignore_ascii_case("basic") {
                let found = pair(proof).and_then(|(name, password)| self.accounts().by_password(&name, &password));
                found.map(alone).ok_or(Refusal::Password)
            } else if scheme.eq_ignore_ascii_case("bearer") {
                self.by_token(proof, now).map(alone).ok_or(Refusal::Token)
            } else {
                Err(Refusal::Nothing)
            };
        }
        let Some(cookie) = cookie(headers) else { return Err(Refusal::Nothing) };
        let (account, session) = self.sessions.touch(cookie, now).ok_or(Refusal::Session)?;
        Ok(Visitor { account, session: Some(session) })
    }

    fn by_token(&self, token: &str, now: i64) -> Option<Account> {
        let issued = self.tokens.account(token, now).or_else(|| self.accounts().by_token(token));
        issued.or_else(|| self.accounts().by_subject(&self.jwt.as_ref()?.subject(token, now)?))
    }

    /// Opens a session, which ends the one that the user had.
    pub(crate) fn log_in(&self, name: &str, password: &str, now: i64) -> Result<SessionKey, Refusal> {
        let account = self.accounts().by_password(name, password).ok_or(Refusal::Password)?;
        Ok(self.sessions.open(account, now))
    }

    pub(crate) fn log_out(&self, session: &SessionKey) {
        self.sessions.close(&session.cookie);
    }

    /// Ends all sessions and all tokens that were issued, as a restart does.
    pub(crate) fn forget_all(&self) {
        self.sessions.close_all();
        self.tokens.forget_all();
    }

    /// Issues a token to a client: the token and the seconds it is good for.
    pub(crate) fn issue(&self, client: &str, secret: &str, now: i64) -> Option<(String, u64)> {
        let account = self.accounts().by_secret(client, secret)?;
        Some(self.tokens.issue(account, now))
    }
}

/// What HTTP Basic carries: two texts.
pub(crate) fn pair(proof: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(proof).ok()?).ok()?;
    let (name, password) = text.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.flat_map(|value| value.split(';')).find_map(|cookie| {
        let (name, value) = cookie.trim().split_once('=')?;
        (name == COOKIE).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=b; JSESSIONIDX=no".parse().expect("a value"));
        headers.append(header::COOKIE, "c=d; JSESSIONID=yes; e=f".parse().expect("a value"));
        assert_eq!(cookie(&headers), Some("yes"));
    }

    #[test]
    fn password_may_hold_colons_and_name_may_not() {
        assert_eq!(pair("YTpiOmM="), Some(("a".to_owned(), "b:c".to_owned())));
        assert_eq!(pair("YQ=="), None);
        assert_eq!(pair("no base64"), None);
    }
}
