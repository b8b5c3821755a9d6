//! What every operation can reach.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::oneshot;

use super::connections::Connections;
use super::readers::Readers;
use crate::access::Authority;
use crate::api::ApiError;
use crate::catalog::model::Model;
use crate::catalog::read::Reader;
use crate::catalog::{Ids, Stamp, Storage, Store, UserNumber};
use crate::clock::millis;
use crate::faults::FaultBook;
use crate::jobs::{Context, JobProgress, QueueError, Task};
use crate::profile::Profile;
use crate::requests::Journal;

/// State of one server.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) context: Arc<Context>,
    pub(crate) storage: Storage,
    pub(super) lens: RwLock<Lens>,
    pub(crate) authority: Authority,
    pub(crate) profile: Profile,
    /// Largest body, in bytes.
    pub(crate) body_limit: usize,
    /// Whether what careless clients do is tolerated.
    pub(crate) is_loose: bool,
    pub(crate) faults: FaultBook,
    pub(crate) requests: Journal,
    pub(crate) connections: Arc<Connections>,
    /// Nobody gets in before this time.
    pub(super) down_until: AtomicI64,
    pub(crate) start: Start,
    pub(super) readers: Readers,
    /// Deleted with the last one who can reach it.
    pub(super) _temporary: Option<TempDir>,
}

/// What turns numbers of the database into what clients see.
#[derive(Debug, Clone)]
pub(crate) struct Lens {
    pub(crate) ids: Ids,
    pub(crate) model: Arc<Model>,
}

/// What a reset goes back to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start {
    /// Where the clock stood, if it stood still.
    pub(crate) clock: Option<i64>,
    pub(crate) progress: JobProgress,
    /// Where chance and ids come from.
    pub(crate) seed: u64,
    /// Whether the seed was given, so that the same has to come out each time.
    pub(crate) is_seeded: bool,
}

impl Shared {
    /// Ids and operating model as they are now.
    pub(crate) fn lens(&self) -> Lens {
        self.lens.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The catalogue was replaced by another one.
    pub(crate) fn look_through(&self, lens: Lens) {
        *self.lens.write().unwrap_or_else(PoisonError::into_inner) = lens;
    }

    /// Whether a restart keeps everybody out.
    pub(crate) fn is_down(&self) -> bool {
        self.context.clock.now() < self.down_until.load(Ordering::Relaxed)
    }

    /// Does what a restart looks like from outside: connections break, sessions and issued tokens end, the job at work
    /// begins again, and for a while nobody gets in.
    pub(crate) fn restart(&self, down: Duration) {
        let until = if down.is_zero() { 0 } else { self.context.clock.now().saturating_add(millis(down)) };
        self.down_until.store(until, Ordering::Relaxed);
        self.authority.forget_all();
        self.context.line.restart_work();
        self.connections.cut_all();
    }

    /// Ends what a restart has begun.
    pub(crate) fn let_in(&self) {
        self.down_until.store(0, Ordering::Relaxed);
    }

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
            let Lens { ids, model } = shared.lens();
            let found = shared
                .readers
                .with(&shared.storage, |connection| read(shared, &Reader { connection, ids, model: &model }));
            Ok(found?)
        })
        .await
    }

    /// Changes the catalogue between two jobs, in a transaction of its own, and after the jobs of the synchronization named
    /// that were accepted before. A caller that goes away undoes nothing.
    pub(crate) async fn write<T: Send + 'static>(
        self: &Arc<Self>,
        synchronization: Option<&str>,
        write: impl FnOnce(&mut Store) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, ApiError> {
        let context = self.context.clone();
        let work = move |store: &mut Store| {
            let stamp = Stamp { at: context.now(), by: UserNumber(0) };
            store.begin(stamp).and_then(|()| write(store)).and_then(|value| {
                store.commit()?;
                Ok(value)
            })
        };
        Ok(self.on_worker(synchronization.map(str::to_owned), work).await??)
    }

    /// Has the worker do something short between two jobs, after those of the synchronization named that were accepted
    /// before.
    pub(crate) async fn on_worker<T: Send + 'static>(
        self: &Arc<Self>,
        synchronization: Option<String>,
        work: impl FnOnce(&mut Store) -> T + Send + 'static,
    ) -> Result<T, QueueError> {
        let (sender, receiver) = oneshot::channel();
        let task = Task(Box::new(move |store| {
            // Nobody may be waiting any more.
            let _ = sender.send(work(store));
        }));
        self.context.jobs.send(synchronization, task)?;
        receiver.await.map_err(|_| QueueError::Stopping)
    }
}
