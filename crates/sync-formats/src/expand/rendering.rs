//! One command of one row, as it was written.

use std::ops::Range;

use super::plan::MemberPlan;

/// Bytes behind a command that may be written to.
pub(super) const ROOM: usize = 64;

/// A command, and where it says whom it is about.
#[derive(Debug, Clone, Default)]
pub(super) struct Rendering {
    /// The command, and maybe something behind it that means nothing.
    buffer: Vec<u8>,
    len: usize,
    kind: Range<usize>,
    identifier: Range<usize>,
}

/// A member that says whom a command is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// `resourceType`, where it comes from the row.
    Kind,
    Identifier,
}

impl Key {
    pub(super) fn of(member: &MemberPlan) -> Option<Self> {
        match &*member.name {
            "identifier" => Some(Self::Identifier),
            "resourceType" if !member.value.is_constant() => Some(Self::Kind),
            _ => None,
        }
    }
}

impl Rendering {
    /// The command; empty if there is none.
    #[inline]
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[..self.len]
    }

    /// Forgets the command, and gives the buffer for another one, with this length, room behind it and any content.
    #[inline]
    pub(super) fn reset(&mut self, len: usize) -> &mut [u8] {
        self.len = len;
        (self.kind, self.identifier) = (0..0, 0..0);
        if self.buffer.len() < len + ROOM {
            self.buffer.resize(len + ROOM, 0);
        }
        &mut self.buffer
    }

    /// Forgets the command, and lets `write` append another one.
    pub(super) fn rewrite<E>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>) -> Result<(), E> {
        (self.kind, self.identifier) = (0..0, 0..0);
        self.buffer.clear();
        let written = write(&mut self.buffer);
        self.len = self.buffer.len();
        written
    }

    /// Memory held, in bytes.
    pub(super) fn capacity(&self) -> usize {
        self.buffer.capacity()
    }

    /// Says where a key stands.
    pub(super) fn set_key(&mut self, key: Key, place: Range<usize>) {
        match key {
            Key::Kind => self.kind = place,
            Key::Identifier => self.identifier = place,
        }
    }

    /// Whether it says whom it is about.
    pub(super) fn has_identifier(&self) -> bool {
        !self.identifier.is_empty()
    }

    /// A part of what says whom it is about, as JSON; empty if it is not there.
    pub(super) fn part(&self, key: Key) -> &[u8] {
        let place = match key {
            Key::Kind => &self.kind,
            Key::Identifier => &self.identifier,
        };
        &self.buffer[place.clone()]
    }

    /// The identifier, and the kind where it comes from the row.
    pub(super) fn key(&self) -> [&[u8]; 2] {
        [self.part(Key::Identifier), self.part(Key::Kind)]
    }

    /// Whether two commands of one place in the template are about the same resource. One without an identifier is about
    /// none.
    #[inline]
    pub(super) fn is_about_same(&self, other: &Self) -> bool {
        self.has_identifier() && self.key() == other.key()
    }
}
