//! What the server remembers.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::{ControlError, Controls};
use crate::catalog::model::{ModelError, ModelFile};
use crate::catalog::snapshot::check;
use crate::catalog::{SnapshotError, Stamp, Store, UserNumber};
use crate::jobs::Context;
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
    ///
    /// # Cancellation
    /// Once it has begun the reset goes on to its end, whether somebody waits for it or not.
    pub async fn reset(&self) -> Result<(), ControlError> {
        let shared = self.shared.clone();
        self.line().drop_jobs(None);
        self.on_worker(move |store| {
            let (context, start) = (&shared.context, &shared.start);
            in_transaction(store, context.now(), |store| store.wipe(start.is_seeded))?;
            for file in context.jobs.forget_files_before(i64::MAX)? {
                context.remove_stored(file);
            }
            remove_uploads(context, context.jobs.forget(None, start.is_seeded, context.now())?);
            shared.faults.reset();
            shared.requests.clear();
            shared.authority.forget_all();
            shared.let_in();
            context.line.set_progress(start.progress);
            context.clock.set(start.clock);
            context.line.clock_moved();
            Ok::<_, rusqlite::Error>(())
        })
        .await??;
        Ok(())
    }

    /// Undoes one synchronization: its jobs are dropped, what is known of it is forgotten, and the resources go that it
    /// alone tracks. A domain or a community that still holds something else stays. One that nobody knows is no error.
    ///
    /// # Errors
    /// [`ControlError`] if the server is stopping or its files cannot be written.
    ///
    /// # Cancellation
    /// Once it has begun this goes on to its end, whether somebody waits for it or not.
    pub async fn reset_synchronization(&self, id: &str) -> Result<(), ControlError> {
        let (context, id) = (self.shared.context.clone(), id.to_owned());
        self.line().drop_jobs(Some(&id));
        self.on_worker(move |store| {
            remove_uploads(&context, context.jobs.forget(Some(&id), false, context.now())?);
            in_transaction(store, context.now(), |store| tracking::undo(store, &id))
        })
        .await??;
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
            let written = written.and_then(|()| Ok(std::fs::rename(&unfinished, &path)?));
            if written.is_err() {
                // There may be none, and what is wrong has been said.
                let _ = std::fs::remove_file(&unfinished);
            }
            written
        })
        .await
        .map_err(|_| SnapshotError::Stopping)?
    }

    /// Becomes what a file of [`export`](Self::export) holds, operating model included. What was there before is gone, jobs
    /// that wait or run too; fault rules, clock, journal and files stored on their own stay as they are.
    ///
    /// # Errors
    /// [`SnapshotError`]; for a file that is no whole snapshot everything is then as it was.
    pub async fn import(&self, path: impl AsRef<Path>) -> Result<(), SnapshotError> {
        let (path, shared) = (path.as_ref().to_owned(), self.shared.clone());
        self.on_worker(move |store| {
            let context = &shared.context;
            check(&path)?;
            context.jobs.check_snapshot(&path)?;
            store.import(&path, context.now())?;
            shared.look_through(Lens { ids: store.ids, model: store.model.clone() });
            remove_uploads(context, context.jobs.import(&path)?);
            Ok(())
        })
        .await
        .map_err(|_| SnapshotError::Stopping)?
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

    async fn on_worker<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Store) -> T + Send + 'static,
    ) -> Result<T, ControlError> {
        Ok(self.shared.on_worker(None, work).await?)
    }
}

/// Deletes files that no job needs any more.
fn remove_uploads(context: &Context, names: HashSet<String>) {
    names.iter().for_each(|name| context.remove_upload(name));
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
