//! Tokens that this server has issued.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use uuid::Uuid;

use super::Account;
use crate::clock::millis;

/// Most tokens kept; beyond it the one that expires first is forgotten (ours).
const LIMIT: usize = 10_000;

/// Tokens live in memory: a restart ends them all, as an expiry would.
pub(super) struct IssuedTokens {
    lifetime: Duration,
    issued: Mutex<HashMap<String, (Account, i64)>>,
}

impl IssuedTokens {
    pub(super) fn new(lifetime: Duration) -> Self {
        Self { lifetime, issued: Mutex::default() }
    }

    /// A new token and the seconds it is good for.
    pub(super) fn issue(&self, account: Account, now: i64) -> (String, u64) {
        let token = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        issued.retain(|_, (_, expires)| *expires > now);
        if issued.len() >= LIMIT
            && let Some(first) = issued.iter().min_by_key(|(_, (_, expires))| *expires).map(|(token, _)| token.clone())
        {
            issued.remove(&first);
        }
        issued.insert(token.clone(), (account, now.saturating_add(millis(self.lifetime))));
        (token, self.lifetime.as_secs())
    }

    pub(super) fn forget_all(&self) {
        self.issued.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(super) fn account(&self, token: &str, now: i64) -> Option<Account> {
        let issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        issued.get(token).filter(|(_, expires)| *expires > now).map(|(account, _)| account.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_is_good_until_it_expires() {
        let tokens = IssuedTokens::new(Duration::from_secs(2));
        let (token, seconds) = tokens.issue(Account::new("urn:a", None, false), 1000);
        assert_eq!(seconds, 2);
        assert!(tokens.account(&token, 2999).is_some());
        assert!(tokens.account(&token, 3000).is_none());
        assert!(tokens.account("another", 1000).is_none());
    }

    #[test]
    fn number_of_tokens_is_bounded() {
        let tokens = IssuedTokens::new(Duration::from_secs(3600));
        let account = Account::new("urn:a", None, false);
        let (first, _) = tokens.issue(account.clone(), 0);
        for number in 0..LIMIT as i64 {
            tokens.issue(account.clone(), 1 + number);
        }
        assert!(tokens.account(&first, 1).is_none());
        assert_eq!(tokens.issued.lock().expect("no panic").len(), LIMIT);
    }
}
