//! Files that come in: to disk as they come, never into memory.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use axum::extract::multipart::Field;
use tokio::io::{AsyncWriteExt, BufWriter};
use uuid::Uuid;

use super::ApiError;
use super::form::broken;
use crate::jobs::StoredFile;
use crate::server::Shared;

/// Block written to disk at a time.
const WRITE_BYTES: usize = 256 * 1024;

/// An uploaded file; deleted when dropped unless it is kept.
#[derive(Debug)]
pub(super) struct Upload {
    path: PathBuf,
    name: String,
    is_kept: bool,
    /// What the client calls it: in the field for that, or in the head of the part.
    pub(super) file_name: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) size: u64,
}

impl Upload {
    /// Writes a part to the folder for uploads.
    pub(super) async fn store(shared: &Shared, mut field: Field<'_>) -> Result<Self, ApiError> {
        let file_name = field.file_name().map(str::to_owned);
        let content_type = field.content_type().map(str::to_owned);
        let name = Uuid::new_v4().to_string();
        let path = shared.context.uploads.join(&name);
        let file = tokio::fs::File::create_new(&path).await.map_err(|error| unwritable(&path, &error))?;
        let mut upload = Self { path, name, is_kept: false, file_name, content_type, size: 0 };
        let mut writer = BufWriter::with_capacity(WRITE_BYTES, file);
        while let Some(chunk) = field.chunk().await.map_err(|error| broken(shared, &error))? {
            upload.size += chunk.len() as u64;
            writer.write_all(&chunk).await.map_err(|error| unwritable(&upload.path, &error))?;
        }
        writer.flush().await.map_err(|error| unwritable(&upload.path, &error))?;
        if shared.storage.durable {
            writer.get_ref().sync_data().await.map_err(|error| unwritable(&upload.path, &error))?;
        }
        Ok(upload)
    }

    /// Another name for a stored file, which may be deleted from now on.
    pub(super) fn of_stored(shared: &Shared, file: StoredFile) -> io::Result<Self> {
        let stored = shared.context.files.join(file.id.to_string());
        let name = Uuid::new_v4().to_string();
        let path = shared.context.uploads.join(&name);
        // Where links cannot be made, copies can.
        if fs::hard_link(&stored, &path).is_err() {
            fs::copy(&stored, &path)?;
        }
        let (file_name, content_type) = (Some(file.name), Some(file.content_type));
        Ok(Self { path, name, is_kept: false, file_name, content_type, size: file.size })
    }

    /// The file's name in the folder for uploads. From now on somebody else deletes it.
    pub(super) fn keep(mut self) -> String {
        self.is_kept = true;
        std::mem::take(&mut self.name)
    }

    /// Puts the file among the stored ones.
    pub(super) fn move_to(mut self, path: &Path) -> io::Result<()> {
        fs::rename(&self.path, path)?;
        self.is_kept = true;
        Ok(())
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if !self.is_kept
            && let Err(error) = fs::remove_file(&self.path)
        {
            tracing::warn!(%error, path = %self.path.display(), "cannot delete an upload");
        }
    }
}

/// Makes new names in a folder last, which the content alone does not.
pub(super) fn sync_folder(shared: &Shared, folder: &Path) -> Result<(), ApiError> {
    if shared.storage.durable {
        fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| unwritable(folder, &error))?;
    }
    Ok(())
}

pub(super) fn unwritable(path: &Path, error: &io::Error) -> ApiError {
    tracing::error!(%error, path = %path.display(), "cannot write a file");
    ApiError::hidden()
}
