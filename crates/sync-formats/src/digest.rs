//! Digests of what commands say and of the bytes that are sent.

use std::fmt;

use sha2::{Digest as _, Sha256};
use sync_core::Digest;

use crate::scan;

/// The digest of what a command says: its bytes without the white space between tokens.
///
/// Laying a file out differently changes no digest; anything inside a string, the order of members and the spelling of
/// numbers and escapes do. Nothing is parsed: `record` may be any bytes. Compact records are hashed in one go, at about
/// the speed of SHA-256.
///
/// ```
/// use sync_formats::content_digest;
///
/// let compact = content_digest(br#"{"name":"Tide Station"}"#);
/// assert_eq!(compact, content_digest(b"{\n  \"name\": \"Tide Station\"\n}"));
/// assert_ne!(compact, content_digest(br#"{"name":"Tide  Station"}"#));
/// ```
pub fn content_digest(record: &[u8]) -> Digest {
    let mut builder = DigestBuilder::new();
    scan::for_each_significant(record, |piece| builder.update(piece));
    builder.finish()
}

/// Computes a [`Digest`], the first 128 bits of a SHA-256, over exactly the bytes it is given.
#[derive(Clone, Default)]
pub struct DigestBuilder(Sha256);

impl DigestBuilder {
    /// No bytes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends bytes; how they are cut into pieces makes no difference.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of everything appended.
    pub fn finish(self) -> Digest {
        let mut first = [0; 16];
        first.copy_from_slice(&self.0.finalize()[..16]);
        Digest::from_bytes(first)
    }
}

impl fmt::Debug for DigestBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DigestBuilder").finish_non_exhaustive()
    }
}
