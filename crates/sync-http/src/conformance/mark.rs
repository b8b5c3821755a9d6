//! What makes the names and ids of a run its own.

use uuid::Uuid;

/// Random, and part of every name and id of a run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark(Uuid);

impl Mark {
    pub(super) fn new() -> Self {
        Self(Uuid::new_v4())
    }

    /// Eight characters.
    pub(super) fn short(self) -> String {
        let (short, _, _, _) = self.0.as_fields();
        format!("{short:08x}")
    }

    /// The community everything lies in.
    pub(super) fn community(self) -> String {
        format!("collibra-sync conformance {}", self.short())
    }

    /// A synchronization id: a UUID, as some server may want one.
    pub(super) fn synchronization(self, case: u8, which: u8) -> String {
        let tail = u128::from(case) << 8 | u128::from(which);
        Uuid::from_u128(self.0.as_u128() & !0xFFFF | tail).to_string()
    }

    /// The external system of mappings; the service takes at most 36 characters.
    pub(super) fn external_system(self) -> String {
        format!("conformance-{}", self.short())
    }
}
