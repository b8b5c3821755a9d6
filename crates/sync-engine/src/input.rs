//! Where commands come from.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};
use sync_formats::JsonShape;
use tempfile::NamedTempFile;

/// One source of commands: a file, or standard input spooled to one, since a run reads its input twice.
#[derive(Debug, Clone)]
pub struct Input {
    name: String,
    path: PathBuf,
    shape: JsonShape,
    /// Keeps a spooled file alive as long as somebody may read it.
    spool: Option<Arc<Spool>>,
}

/// A temporary file that is deleted with the last input that reads it, unless it has to outlive them.
#[derive(Debug)]
struct Spool {
    path: PathBuf,
    kept: AtomicBool,
}

impl Drop for Spool {
    fn drop(&mut self) {
        if !self.kept.load(Ordering::Relaxed)
            && let Err(error) = std::fs::remove_file(&self.path)
        {
            tracing::warn!(%error, path = %self.path.display(), "a temporary file cannot be deleted");
        }
    }
}

/// An input as it is kept in the state, to be read again by whoever carries a run on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum InputRecord {
    /// A file of JSON commands.
    Json {
        /// What people call it.
        name: String,
        /// Where it is, from the root.
        path: String,
        /// Whether it has one command a line.
        lines: bool,
        /// Whether it is a copy of something that can be read once only.
        spooled: bool,
    },
}

impl InputRecord {
    /// Deletes what was kept for this run alone.
    pub(crate) fn discard(&self) {
        let Self::Json { path, spooled, .. } = self;
        if *spooled
            && let Err(error) = std::fs::remove_file(path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, path, "a temporary file cannot be deleted");
        }
    }
}

impl Input {
    /// A file; the kind of its content follows the ending unless `shape` says otherwise.
    ///
    /// # Errors
    /// [`InputError`] if the ending says nothing or the file is not there.
    pub fn file(path: impl Into<PathBuf>, shape: Option<JsonShape>) -> Result<Self, InputError> {
        let path = path.into();
        let name = path.display().to_string();
        match path.metadata() {
            Ok(found) if found.is_dir() => return Err(InputError::Directory { name }),
            Ok(found) if !found.is_file() => return Err(InputError::NotAFile { name }),
            Ok(_) => {}
            Err(source) => return Err(InputError::Open { name, source }),
        }
        match shape.or_else(|| JsonShape::of_path(&path)) {
            Some(shape) => Ok(Self { name, path, shape, spool: None }),
            None => Err(InputError::Format { name }),
        }
    }

    /// Copies `reader` to a temporary file in `folder` and reads that. Blocking; memory: 64 KiB.
    ///
    /// The file is deleted with the last clone of the input, unless a run with it was cut off after it had sent something:
    /// then it is kept for whoever carries that run on, or begins the next.
    ///
    /// # Errors
    /// [`InputError`] if reading or writing fails.
    pub fn spooled(
        name: impl Into<String>,
        mut reader: impl Read,
        folder: &Path,
        shape: JsonShape,
    ) -> Result<Self, InputError> {
        let name = name.into();
        let spool = || -> io::Result<PathBuf> {
            let mut file = NamedTempFile::new_in(folder)?;
            io::copy(&mut reader, file.as_file_mut())?;
            file.as_file_mut().flush()?;
            // From here on deleted by us.
            let (_, path) = file.keep().map_err(|failed| failed.error)?;
            Ok(path)
        };
        let path = spool_result(spool, &name)?;
        let spool = Arc::new(Spool { path: path.clone(), kept: AtomicBool::new(false) });
        Ok(Self { name, path, shape, spool: Some(spool) })
    }

    /// The input that was kept as `record`.
    pub(crate) fn of_record(record: &InputRecord) -> Result<Self, InputError> {
        let InputRecord::Json { name, path, lines, spooled } = record;
        let shape = if *lines { JsonShape::Lines } else { JsonShape::Array };
        if *spooled && !Path::new(path).is_file() {
            return Err(InputError::NotKept { name: name.clone() });
        }
        let spool = spooled.then(|| Arc::new(Spool { path: path.into(), kept: AtomicBool::new(true) }));
        Ok(Self { name: name.clone(), spool, ..Self::file(path, Some(shape))? })
    }

    /// How it is kept in the state.
    pub(crate) fn record(&self) -> InputRecord {
        InputRecord::Json {
            name: self.name.clone(),
            path: self.absolute_name(),
            lines: self.shape == JsonShape::Lines,
            spooled: self.spool.is_some(),
        }
    }

    /// Sets whether a temporary file outlives this process.
    pub(crate) fn keep(&self, keep: bool) {
        if let Some(spool) = &self.spool {
            spool.kept.store(keep, Ordering::Relaxed);
        }
    }

    /// What people call it: the path as given, or `-`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What finds it from another folder too.
    pub(crate) fn absolute_name(&self) -> String {
        std::path::absolute(&self.path).unwrap_or_else(|_| self.path.clone()).display().to_string()
    }

    /// How commands lie in it.
    pub fn shape(&self) -> JsonShape {
        self.shape
    }

    pub(crate) fn open(&self) -> Result<File, InputError> {
        File::open(&self.path).map_err(|source| InputError::Open { name: self.name.clone(), source })
    }
}

fn spool_result(spool: impl FnOnce() -> io::Result<PathBuf>, name: &str) -> Result<PathBuf, InputError> {
    spool().map_err(|source| InputError::Spool { name: name.to_owned(), source })
}

/// Why an input cannot be read at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// The ending is none that is known.
    #[error("{name}: the ending does not say what is inside; known are .json, .jsonl and .ndjson")]
    Format {
        /// The input.
        name: String,
    },
    /// A folder.
    #[error("{name} is a folder, not a file")]
    Directory {
        /// The input.
        name: String,
    },
    /// A pipe or a device, which cannot be read twice.
    #[error("{name} is no regular file and cannot be read twice; pass it as standard input")]
    NotAFile {
        /// The input.
        name: String,
    },
    /// The file cannot be opened.
    #[error("opening {name} failed")]
    Open {
        /// The input.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// What could be read once only is not there any more.
    #[error("{name} could be read once only, and what was kept of it is gone")]
    NotKept {
        /// The input.
        name: String,
    },
    /// The input cannot be kept for the second reading.
    #[error("keeping {name} for the second reading failed")]
    Spool {
        /// The input.
        name: String,
        /// Why.
        source: io::Error,
    },
}
