//! Open sessions.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use uuid::Uuid;

use super::Account;
use crate::clock::millis;

/// What a session is known by: the value of its cookie, and the token that proves a request was meant.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SessionKey {
    pub(crate) cookie: String,
    pub(crate) csrf_token: String,
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKey(…)")
    }
}

struct Session {
    account: Account,
    csrf_token: String,
    last_used: i64,
}

/// Sessions live in memory, one for each account: a restart ends them all, as an expiry would.
pub(super) struct Sessions {
    lifetime_ms: i64,
    open: Mutex<HashMap<String, Session>>,
}

impl Sessions {
    pub(super) fn new(lifetime: Duration) -> Self {
        Self { lifetime_ms: millis(lifetime), open: Mutex::default() }
    }

    fn open_sessions(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a session and ends the one that the account had.
    pub(super) fn open(&self, account: Account, now: i64) -> SessionKey {
        let random = || format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let key = SessionKey { cookie: random(), csrf_token: Uuid::new_v4().to_string() };
        let mut open = self.open_sessions();
        open.retain(|_, session| session.account.id != account.id);
        open.insert(key.cookie.clone(), Session { account, csrf_token: key.csrf_token.clone(), last_used: now });
        key
    }

    /// The account of an open session, which is used with this and lives on from now.
    pub(super) fn touch(&self, cookie: &str, now: i64) -> Option<(Account, SessionKey)> {
        let mut open = self.open_sessions();
        let session = open.get_mut(cookie)?;
        if now.saturating_sub(session.last_used) > self.lifetime_ms {
            open.remove(cookie);
            return None;
        }
        session.last_used = now;
        let key = SessionKey { cookie: cookie.to_owned(), csrf_token: session.csrf_token.clone() };
        Some((session.account.clone(), key))
    }

    pub(super) fn close_all(&self) {
        self.open_sessions().clear();
    }

    pub(super) fn close(&self, cookie: &str) {
        self.open_sessions().remove(cookie);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(name: &str) -> Account {
        Account::new(name, None, false)
    }

    #[test]
    fn session_lives_while_it_is_used_and_ends_when_it_is_not() {
        let sessions = Sessions::new(Duration::from_millis(100));
        let key = sessions.open(account("keeper"), 0);
        assert!(sessions.touch(&key.cookie, 90).is_some());
        assert!(sessions.touch(&key.cookie, 180).is_some());
        assert!(sessions.touch(&key.cookie, 281).is_none());
        assert!(sessions.touch(&key.cookie, 181).is_none(), "what has ended does not come back");
    }

    #[test]
    fn second_login_ends_the_first_and_leaves_others_alone() {
        let sessions = Sessions::new(Duration::from_secs(1));
        let [first, other] = ["keeper", "pilot"].map(|name| sessions.open(account(name), 0));
        let second = sessions.open(account("keeper"), 1);
        assert!(sessions.touch(&first.cookie, 2).is_none());
        assert!(sessions.touch(&second.cookie, 2).is_some());
        assert!(sessions.touch(&other.cookie, 2).is_some());
    }
}
