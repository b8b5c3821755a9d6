//! Connections for reading.

use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;

use crate::catalog::{Storage, open_reader};

/// Connections kept for the next reader; more are opened when more read at once.
const KEPT: usize = 8;

#[derive(Debug, Default)]
pub(super) struct Readers(Mutex<Vec<Connection>>);

impl Readers {
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
        let mut kept = self.kept();
        if kept.len() < KEPT {
            kept.push(connection);
        }
        Ok(found)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
