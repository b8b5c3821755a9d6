//! One resource of a source: who it is, and digests of what is said about it.

use std::fmt;
use std::io::{self, Read};

use sync_core::Digest;
use sync_core::command::ResourceKind;
use sync_formats::{Identity, Parts};

/// A resource that a source names, or that the service may track.
///
/// Kept as the bytes it has in temporary files, so that sorting and merging millions of them copies and allocates as
/// little as possible.
#[derive(Clone, PartialEq, Eq)]
pub struct Member(Vec<u8>);

/// Where things stand: key, content, kind, place, length of the parts, length of the identity; then the two.
const KEY: std::ops::Range<usize> = 0..16;
const CONTENT: std::ops::Range<usize> = 16..32;
const KIND: usize = 32;
const PLACE: std::ops::Range<usize> = 33..41;
const PARTS_LEN: usize = 41;
const IDENTITY_LEN: std::ops::Range<usize> = 42..46;
pub(crate) const HEAD: usize = 46;

impl Member {
    /// A resource by its kind and the canonical JSON of its identifier.
    ///
    /// `content` digests the command (the commands in their order where there are several), `parts` its members where
    /// they are known, `place` is where the command stands: the bytes before it in all inputs together.
    pub fn new(kind: ResourceKind, identity: &[u8], content: Digest, parts: &Parts, place: u64) -> Self {
        let mut member = Self::blank();
        member.set(Identity::digest_of(kind, identity), kind, identity, content, parts.as_bytes(), place);
        member
    }

    /// A place to [`Member::set`] or [`Member::read`] into.
    pub(crate) fn blank() -> Self {
        Self(vec![0; HEAD])
    }

    /// Becomes another member, in the same memory.
    pub(crate) fn set(
        &mut self,
        key: Digest,
        kind: ResourceKind,
        identity: &[u8],
        content: Digest,
        parts: &[u8],
        place: u64,
    ) {
        self.0.clear();
        append(&mut self.0, key, kind, identity, content, parts, place);
    }

    /// Becomes the next member of a temporary file; `false` at its end.
    pub(crate) fn read(&mut self, from: &mut impl Read) -> io::Result<bool> {
        self.0.resize(HEAD, 0);
        let mut filled = 0;
        while filled < HEAD {
            match from.read(&mut self.0[filled..]) {
                Ok(0) if filled == 0 => return Ok(false),
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let len = HEAD + body_len(&self.0);
        self.0.resize(len, 0);
        from.read_exact(&mut self.0[HEAD..])?;
        Ok(true)
    }

    /// What members are sorted and found by: the identity's digest.
    pub fn key(&self) -> Digest {
        digest(&self.0[KEY])
    }

    /// Digest of what is said.
    pub fn content(&self) -> Digest {
        digest(&self.0[CONTENT])
    }

    /// Kind of resource.
    pub fn kind(&self) -> ResourceKind {
        kind_from_byte(self.0[KIND]).unwrap_or(ResourceKind::Asset)
    }

    /// Where its command stands: the bytes before it in all inputs together; `u64::MAX` where there are several, or no
    /// source.
    pub fn place(&self) -> u64 {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&self.0[PLACE]);
        u64::from_le_bytes(bytes)
    }

    /// Short digests of the command's members; empty where they were not taken.
    pub fn parts(&self) -> Parts {
        Parts::from_bytes(self.parts_bytes())
    }

    pub(crate) fn parts_bytes(&self) -> &[u8] {
        &self.0[HEAD..HEAD + usize::from(self.0[PARTS_LEN])]
    }

    /// Canonical JSON of the identifier.
    pub fn identity_key(&self) -> &str {
        str::from_utf8(self.identity_bytes()).unwrap_or_default()
    }

    pub(crate) fn identity_bytes(&self) -> &[u8] {
        &self.0[HEAD + usize::from(self.0[PARTS_LEN])..]
    }

    /// Who it is.
    pub fn identity(&self) -> Identity {
        Identity::from_parts(self.kind(), self.identity_key())
    }

    /// The bytes for a temporary file.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Member({} {})", self.kind(), self.identity_key())
    }
}

/// Appends a member's bytes.
pub(crate) fn append(
    out: &mut Vec<u8>,
    key: Digest,
    kind: ResourceKind,
    identity: &[u8],
    content: Digest,
    parts: &[u8],
    place: u64,
) {
    // Parts have at most 22 entries of 5 bytes; an identifier is part of a command, far below 4 GiB.
    let parts = if parts.len() <= usize::from(u8::MAX) { parts } else { &[] };
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(content.as_bytes());
    out.push(kind_to_byte(kind));
    out.extend_from_slice(&place.to_le_bytes());
    out.push(parts.len() as u8);
    out.extend_from_slice(&(identity.len() as u32).to_le_bytes());
    out.extend_from_slice(parts);
    out.extend_from_slice(identity);
}

/// Length of the member that `bytes` begin with.
pub(crate) fn len_of(bytes: &[u8]) -> usize {
    HEAD + body_len(bytes)
}

fn body_len(head: &[u8]) -> usize {
    let mut len = [0; 4];
    len.copy_from_slice(&head[IDENTITY_LEN]);
    usize::from(head[PARTS_LEN]) + u32::from_le_bytes(len) as usize
}

fn digest(bytes: &[u8]) -> Digest {
    let mut digest = [0; 16];
    digest.copy_from_slice(bytes);
    Digest::from_bytes(digest)
}

/// One byte per kind, in dependency order, for stores and temporary files.
pub(crate) fn kind_to_byte(kind: ResourceKind) -> u8 {
    kind as u8
}

/// The kind of a byte written by [`kind_to_byte`].
pub(crate) fn kind_from_byte(byte: u8) -> Option<ResourceKind> {
    ResourceKind::ALL.get(usize::from(byte)).copied()
}
