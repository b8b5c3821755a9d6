//! The cycle's journal, kept in the state store; its last entry brings the manifest up to date.

use std::sync::Arc;

use async_trait::async_trait;
use sync_core::command::ResourceKind;
use sync_core::cycle::{Call, Event};
use sync_core::journal::{Entry, Journal, JournalError};
use sync_core::{Finalization, ImportSummary, JobId};

use crate::store::{ManifestSwap, StateKey, StateLock, StateStore, StoreError};

/// Appends to the journal of a synchronization's current cycle.
#[derive(Debug)]
pub(crate) struct StoreJournal {
    pub(crate) store: Arc<dyn StateStore>,
    pub(crate) key: StateKey,
    /// What the cycle's finalization does.
    pub(crate) finalization: Finalization,
    /// Held until the last entry is written, whatever becomes of the run.
    pub(crate) lock: Arc<StateLock>,
}

#[async_trait]
impl Journal for StoreJournal {
    async fn append(&self, entry: &Entry) -> Result<(), JournalError> {
        let (store, key, finalization) = (Arc::clone(&self.store), self.key.clone(), self.finalization);
        let (entry, lock) = (entry.clone(), Arc::clone(&self.lock));
        let written = tokio::task::spawn_blocking(move || -> Result<(), StoreError> {
            let swap = match &entry.event {
                Event::Judged { call: Call::Finalize, outcome, summary } if outcome.is_success() => {
                    Some(swap(finalization, &store.noted_missing(&key)?, summary.as_deref()))
                }
                _ => None,
            };
            let appended = store.append(&key, &entry, swap.as_ref());
            drop(lock);
            appended
        });
        match written.await {
            Ok(written) => written.map_err(JournalError::new),
            Err(stopped) => Err(JournalError::new(stopped)),
        }
    }

    async fn knows_job(&self, job: &JobId) -> Result<bool, JournalError> {
        let (store, key, job) = (Arc::clone(&self.store), self.key.clone(), job.clone());
        match tokio::task::spawn_blocking(move || store.knows_job(&key, &job)).await {
            Ok(known) => known.map_err(JournalError::new),
            Err(stopped) => Err(JournalError::new(stopped)),
        }
    }
}

/// Which missing members leave the manifest: those of kinds of which the service says it removed as many as were
/// missing. Everything else may still be tracked.
fn swap(finalization: Finalization, missing: &[(ResourceKind, u64)], summary: Option<&ImportSummary>) -> ManifestSwap {
    let removed = match (finalization, summary) {
        (Finalization::RemoveResources, Some(summary)) => {
            let confirmed = missing.iter().filter(|(kind, count)| summary.confirms_removal(*kind, *count));
            confirmed.map(|(kind, _)| *kind).collect()
        }
        _ => Vec::new(),
    };
    ManifestSwap { removed }
}
