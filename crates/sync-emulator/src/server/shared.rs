//! What every operation can reach.

use std::sync::Arc;

use tempfile::TempDir;
use tokio::sync::oneshot;

use super::readers::Readers;
use crate::access::Authority;
use crate::api::ApiError;
use crate::catalog::model::Model;
use crate::catalog::read::Reader;
use crate::catalog::{Ids, Stamp, Storage, Store, UserNumber};
use crate::jobs::{Context, Task, Work};
use crate::profile::Profile;

/// State of one server.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) context: Arc<Context>,
    pub(crate) storage: Storage,
    pub(crate) ids: Ids,
    pub(crate) model: Arc<Model>,
    pub(crate) authority: Authority,
    pub(crate) profile: Profile,
    /// Largest body, in bytes.
    pub(crate) body_limit: usize,
    pub(super) readers: Readers,
    /// Deleted with the last one who can reach it.
    pub(super) _temporary: Option<TempDir>,
}

impl Shared {
    /// Runs something that waits for the disk where it holds up no other request.
    pub(crate) async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let shared = self.clone();
        match tokio::task::spawn_blocking(move || work(&shared)).await {
            Ok(done) => done,
            Err(error) => Err(ApiError::internal(&error)),
        }
    }

    /// Looks at the catalogue as it was last committed.
    pub(crate) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        read: impl FnOnce(&Self, &Reader<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, ApiError> {
        let _turn = self.readers.turn().await;
        self.blocking(move |shared| {
            let found = shared.readers.with(&shared.storage, |connection| {
                read(shared, &Reader { connection, ids: shared.ids, model: &shared.model })
            });
            Ok(found?)
        })
        .await
    }

    /// Changes the catalogue in a transaction of its own, after the jobs accepted before. A caller that goes away
    /// undoes nothing.
    pub(crate) async fn write<T: Send + 'static>(
        self: &Arc<Self>,
        write: impl FnOnce(&mut Store) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, ApiError> {
        let (sender, receiver) = oneshot::channel();
        let at = self.context.now();
        let task = Task(Box::new(move |store| {
            let stamp = Stamp { at, by: UserNumber(0) };
            let written = store.begin(stamp).and_then(|()| write(store)).and_then(|value| {
                store.commit()?;
                Ok(value)
            });
            // Nobody may be waiting any more.
            let _ = sender.send(written);
        }));
        self.blocking(move |shared| Ok(shared.context.jobs.send(Work::Task(task))?)).await?;
        match receiver.await {
            Ok(written) => Ok(written?),
            Err(_) => Err(ApiError::unavailable("The server is stopping.")),
        }
    }
}
