//! One resource of a source: who it is and a digest of what is said about it.

use sync_core::Digest;
use sync_core::command::ResourceKind;
use sync_formats::Identity;

/// A resource that a source names, or that the service may track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// What members are sorted and found by: the identity's digest.
    pub key: Digest,
    /// Who it is.
    pub identity: Identity,
    /// Digest of the command; of the commands in their order where there are several.
    pub content: Digest,
}

/// One byte per kind, in dependency order, for stores and spools.
pub(crate) fn kind_to_byte(kind: ResourceKind) -> u8 {
    kind as u8
}

/// The kind of a byte written by [`kind_to_byte`].
pub(crate) fn kind_from_byte(byte: u8) -> Option<ResourceKind> {
    ResourceKind::ALL.get(usize::from(byte)).copied()
}
