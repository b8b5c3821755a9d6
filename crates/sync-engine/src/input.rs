//! Where commands come from.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sync_formats::JsonShape;
use tempfile::NamedTempFile;

/// One source of commands: a file, or standard input spooled to one, since a run reads its input twice.
#[derive(Debug, Clone)]
pub struct Input {
    name: String,
    path: PathBuf,
    shape: JsonShape,
    /// Keeps a spooled file alive as long as somebody may read it.
    _spool: Option<Arc<NamedTempFile>>,
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
            Some(shape) => Ok(Self { name, path, shape, _spool: None }),
            None => Err(InputError::Format { name }),
        }
    }

    /// Copies `reader` to a temporary file in `folder` and reads that. Blocking; memory: 64 KiB.
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
        let spool = || -> io::Result<NamedTempFile> {
            let mut file = NamedTempFile::new_in(folder)?;
            io::copy(&mut reader, file.as_file_mut())?;
            file.as_file_mut().flush()?;
            Ok(file)
        };
        let spool = spool_result(spool, &name)?;
        Ok(Self { name, path: spool.path().to_owned(), shape, _spool: Some(Arc::new(spool)) })
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

fn spool_result(spool: impl FnOnce() -> io::Result<NamedTempFile>, name: &str) -> Result<NamedTempFile, InputError> {
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
    /// The input cannot be kept for the second reading.
    #[error("keeping {name} for the second reading failed")]
    Spool {
        /// The input.
        name: String,
        /// Why.
        source: io::Error,
    },
}
