//! Telling commands apart: whom one is about, and whether it says the same as last time.
//!
//! Both digests are taken over the parsed command written out again, so white space, the order of a command's own
//! members and members nobody knows make no difference. The order of attributes, relations and lists does.

use serde::Serialize;
use sha2::{Digest as _, Sha256};
use sync_core::command::Command;

use super::merge::Identifier;

/// The first half of a SHA-256.
pub(crate) type Digest16 = [u8; 16];

/// Computes digests with a buffer that is used again.
#[derive(Debug, Default)]
pub(super) struct Fingerprints {
    buffer: Vec<u8>,
}

impl Fingerprints {
    /// Kind and identifier.
    pub(super) fn identity(&mut self, command: &Command<'_>) -> Digest16 {
        let mut hasher = Sha256::new();
        hasher.update(command.kind().as_str());
        hasher.update(self.json(&Identifier(command)));
        short(hasher)
    }

    /// Adds everything a command says to the digest of its group.
    pub(super) fn content(&mut self, command: &Command<'_>, hasher: &mut Sha256) {
        hasher.update(self.json(command));
    }

    fn json(&mut self, value: &impl Serialize) -> &[u8] {
        self.buffer.clear();
        // Writing into memory fails only for map keys that are no text, and those here are.
        let written = serde_json::to_writer(&mut self.buffer, value);
        debug_assert!(written.is_ok(), "commands can always be written: {written:?}");
        &self.buffer
    }
}

pub(super) fn short(hasher: Sha256) -> Digest16 {
    let mut digest = [0; 16];
    digest.copy_from_slice(&hasher.finalize()[..16]);
    digest
}
