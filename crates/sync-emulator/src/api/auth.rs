//! Who is calling: HTTP Basic.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header;
use uuid::Uuid;

use super::ApiError;
use crate::server::Shared;

/// Namespace of the ids derived from user names.
const NAMESPACE: Uuid = Uuid::from_u128(0x2f0d_94a1_7c3e_4b55_8a1d_66e0_3c5b_1f90);

/// A user who is signed in.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) id: Uuid,
    pub(crate) name: Arc<str>,
}

impl Account {
    /// A user's id follows from the name, so it is the same in every server.
    pub(crate) fn new(name: &str) -> Self {
        Self { id: Uuid::new_v5(&NAMESPACE, name.as_bytes()), name: name.into() }
    }
}

/// Who is let in.
pub(crate) struct Credentials {
    /// Account by the text that a client sends after `Basic `.
    accounts: RwLock<HashMap<String, Account>>,
    /// Whoever comes without signing in, if anyone may.
    anonymous: Option<Account>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("anonymous", &self.anonymous).finish_non_exhaustive()
    }
}

impl Credentials {
    pub(crate) fn new(anonymous: Option<Account>) -> Self {
        Self { accounts: RwLock::default(), anonymous }
    }

    /// Lets a user in; the same name with another password is let in with both.
    pub(crate) fn add(&self, name: &str, password: &str) -> Account {
        let account = Account::new(name);
        let token = base64(format!("{name}:{password}").as_bytes());
        self.accounts.write().unwrap_or_else(PoisonError::into_inner).insert(token, account.clone());
        account
    }

    fn account(&self, header: Option<&str>) -> Option<Account> {
        let signed_in = header.and_then(|header| {
            let (scheme, token) = header.trim().split_once(' ')?;
            let accounts = self.accounts.read().unwrap_or_else(PoisonError::into_inner);
            accounts.get(token.trim()).filter(|_| scheme.eq_ignore_ascii_case("basic")).cloned()
        });
        signed_in.or_else(|| self.anonymous.clone())
    }
}

/// Refuses strangers, and everybody once the server stops.
pub(super) async fn authenticate(
    State(shared): State<Arc<Shared>>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    if shared.context.is_stopping() {
        return Err(ApiError::unavailable("The server is stopping."));
    }
    let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let account = shared.credentials.account(header).ok_or_else(ApiError::unauthorized)?;
    request.extensions_mut().insert(account);
    Ok(next.run(request).await)
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for position in 0..4 {
            let sextet = (word >> (18 - 6 * position) & 0x3F) as usize;
            text.push(if position <= chunk.len() { ALPHABET[sextet] as char } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_agrees_with_the_vectors_of_rfc_4648() {
        let vectors = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (plain, encoded) in vectors {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }

    #[test]
    fn debug_output_of_credentials_has_no_password() {
        let credentials = Credentials::new(None);
        credentials.add("admin", "s3cret");
        assert!(!format!("{credentials:?}").contains(&base64(b"admin:s3cret")));
    }
}
