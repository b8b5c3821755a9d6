//! What the server remembers.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::{ControlError, Controls};
use crate::catalog::model::{ModelError, ModelFile};
use crate::catalog::{SnapshotError, Stamp, Store, UserNumber};
use crate::server::Lens;
use crate::tracking;

/// What the server remembers.
impl Controls {
    /// Makes the server as it was after its start: no resources, synchronizations, jobs or files, no requests in the journal,
    /// the fault rules, job progress and clock it was started with. Operating model and users stay. Jobs that wait or run
    /// are dropped.
    ///
    /// Ids of before are not used again, unless the server has a [random seed](crate::EmulatorBuilder::random_seed) of its
    /// own: then the same requests get the same ids again.
    ///
    /// # Errors
    /// [`ControlError`] if the server is stopping or its files cannot be written.
    pub async fn reset(&self) -> Result<(), ControlError> {
        let (context, anew) = (self.shared.context.clone(), self.shared.start.is_seeded);
        self.line().drop_jobs(None);
        let unneeded = self
            .on_worker(move |store| {
                in_transaction(store, context.clock.now(), |store| store.wipe(anew))?;
                for file in context.jobs.forget_files_before(i64::MAX)? {
                    context.remove_stored(file);
                }
                context.jobs.forget(None, anew, context.now())
            })
            .await??;
        self.delete_uploads(unneeded).await;
        self.shared.faults.reset();
        self.shared.requests.clear();
        self.shared.let_in();
        self.line().set_progress(self.shared.start.progress);
        self.clock().set(self.shared.start.clock);
        self.line().clock_moved();
        Ok(())
    }

    /// Undoes one synchronization: its jobs are dropped, what is known of it is forgotten, and the resources go that it
    /// alone tracks. A domain or a community that still holds something else stays. One that nobody knows is no error.
    ///
    /// # Errors
    /// [`ControlError`] if the server is stopping or its files cannot be written.
    pub async fn reset_synchronization(&self, id: &str) -> Result<(), ControlError> {
        let (context, id) = (self.shared.context.clone(), id.to_owned());
        self.line().drop_jobs(Some(&id));
        let unneeded = self
            .on_worker(move |store| {
                let unneeded = context.jobs.forget(Some(&id), false, context.now())?;
                in_transaction(store, context.clock.now(), |store| tracking::undo(store, &id))?;
                Ok::<_, rusqlite::Error>(unneeded)
            })
            .await??;
        self.delete_uploads(unneeded).await;
        Ok(())
    }

    /// Writes all that the server remembers into a file: catalogue, operating model, synchronizations, jobs that are over
    /// with their results, but not files stored on their own. A file that is there is replaced, and never seen half written. The format is SQLite's, the layout
    /// inside that of this version.
    ///
    /// # Errors
    /// [`SnapshotError`].
    pub async fn export(&self, path: impl AsRef<Path>) -> Result<(), SnapshotError> {
        let (path, context) = (path.as_ref().to_owned(), self.shared.context.clone());
        self.on_worker(move |store| {
            let mut unfinished = path.clone().into_os_string();
            unfinished.push(".part");
            let unfinished = PathBuf::from(unfinished);
            let written = match std::fs::remove_file(&unfinished) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
                _ => store.export(&unfinished),
            };
            let written = written.and_then(|()| context.jobs.export(&unfinished));
            written.and_then(|()| Ok(std::fs::rename(&unfinished, &path)?))
        })
        .await
        .map_err(|_| SnapshotError::Stopping)?
    }

    /// Becomes what a file of [`export`](Self::export) holds, operating model included. What was there before is gone, jobs
    /// that wait or run too; fault rules, clock and journal stay as they are.
    ///
    /// # Errors
    /// [`SnapshotError`]; the catalogue is then as it was.
    pub async fn import(&self, path: impl AsRef<Path>) -> Result<(), SnapshotError> {
        let (path, shared) = (path.as_ref().to_owned(), self.shared.clone());
        let unneeded = self
            .on_worker(move |store| {
                store.import(&path, shared.context.clock.now())?;
                shared.look_through(Lens { ids: store.ids, model: store.model.clone() });
                shared.context.jobs.import(&path, shared.context.now())
            })
            .await
            .map_err(|_| SnapshotError::Stopping)??;
        self.delete_uploads(unneeded).await;
        Ok(())
    }

    /// The operating model in force; as JSON it can seed another server.
    ///
    /// # Errors
    /// [`ModelError`] if it cannot be read, which would be a defect.
    pub async fn model(&self) -> Result<ModelFile, ModelError> {
        let content = self
            .shared
            .read(|_, reader| {
                reader.connection.query_row("SELECT content FROM model_file", [], |row| row.get::<_, String>(0))
            })
            .await;
        ModelFile::from_slice(content.unwrap_or_default().as_bytes())
    }

    /// Deletes files that no job needs any more.
    async fn delete_uploads(&self, names: HashSet<String>) {
        let folder = self.shared.context.uploads.clone();
        for name in names {
            let path = folder.join(name);
            if let Err(error) = tokio::fs::remove_file(&path).await
                && error.kind() != std::io::ErrorKind::NotFound
            {
                tracing::warn!(%error, path = %path.display(), "cannot delete an upload");
            }
        }
    }

    async fn on_worker<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Store) -> T + Send + 'static,
    ) -> Result<T, ControlError> {
        Ok(self.shared.on_worker(None, work).await?)
    }
}

fn in_transaction<T>(
    store: &mut Store,
    at: i64,
    work: impl FnOnce(&mut Store) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    store.begin(Stamp { at, by: UserNumber(0) })?;
    let worked = work(store)?;
    store.commit()?;
    Ok(worked)
}
