//! Connections for reading.

use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::catalog::{Storage, open_reader};

/// Most readers at once: each connection has a cache of its own.
const READERS: usize = 8;

#[derive(Debug)]
pub(super) struct Readers {
    kept: Mutex<Vec<Connection>>,
    turns: Semaphore,
}

impl Default for Readers {
    fn default() -> Self {
        Self { kept: Mutex::default(), turns: Semaphore::new(READERS) }
    }
}

impl Readers {
    /// Waits until not too many read at once. The turn lasts as long as what is returned.
    pub(super) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed.
        self.turns.acquire().await.ok()
    }

    /// Runs `read` on a connection of its own. One that failed is not used again.
    pub(super) fn with<T>(
        &self,
        storage: &Storage,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let kept = self.kept().pop();
        let connection = match kept {
            Some(connection) => connection,
            None => open_reader(storage)?,
        };
        let found = read(&connection)?;
        self.kept().push(connection);
        Ok(found)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
