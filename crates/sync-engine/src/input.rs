//! Where commands come from.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};
use sync_formats::JsonShape;
use tempfile::NamedTempFile;

use crate::table::{TableFormat, TableOptions};

/// What is inside an input. As JSON, a template is named by its path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Commands as JSON.
    Json(JsonShape),
    /// Rows, with a template that makes commands of them.
    Table(TableFormat, #[serde(with = "shared")] Arc<TableOptions>),
}

/// Options in an [`Arc`] are written as they are.
mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::table::TableOptions;

    pub(super) fn serialize<S: Serializer>(options: &Arc<TableOptions>, serializer: S) -> Result<S::Ok, S::Error> {
        options.as_ref().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<TableOptions>, D::Error> {
        TableOptions::deserialize(deserializer).map(Arc::new)
    }
}

/// An input as it can be opened again, later and from another folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SavedInput {
    /// What people call it.
    pub name: String,
    /// The file, as an absolute path.
    pub path: PathBuf,
    /// What is inside.
    pub content: Content,
    /// Whether the file is a copy of something that can be read once only.
    #[serde(default)]
    pub spooled: bool,
}

impl From<JsonShape> for Content {
    fn from(shape: JsonShape) -> Self {
        Self::Json(shape)
    }
}

/// One source of commands: a file, or standard input spooled to one, since a run reads its input twice.
#[derive(Debug, Clone)]
pub struct Input {
    name: String,
    path: PathBuf,
    content: Content,
    /// Keeps a spooled file alive as long as somebody may read it.
    spool: Option<Arc<Spool>>,
}

/// A temporary file that is deleted with the last input that reads it, unless it has to outlive them.
#[derive(Debug)]
struct Spool {
    path: PathBuf,
    kept: AtomicBool,
    /// Locked for as long as somebody here may read it: see [`sweep`](crate::sweep::sweep).
    _lock: File,
}

/// What the names of temporary files begin with that an input was copied to.
pub(crate) const SPOOL_PREFIX: &str = "spool-";

impl Drop for Spool {
    fn drop(&mut self) {
        if !self.kept.load(Ordering::Relaxed)
            && let Err(error) = std::fs::remove_file(&self.path)
        {
            tracing::warn!(%error, path = %self.path.display(), "a temporary file cannot be deleted");
        }
    }
}

impl SavedInput {
    /// Deletes what was kept for one run alone.
    pub(crate) fn discard(&self) {
        if self.spooled
            && let Err(error) = std::fs::remove_file(&self.path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, path = %self.path.display(), "a temporary file cannot be deleted");
        }
    }
}

impl Input {
    /// A file of commands; the shape follows the ending unless `shape` says otherwise.
    ///
    /// # Errors
    /// [`InputError`] if the ending says nothing or the file is not there.
    pub fn file(path: impl Into<PathBuf>, shape: Option<JsonShape>) -> Result<Self, InputError> {
        let (path, name) = regular(path.into())?;
        match shape.or_else(|| JsonShape::of_path(&path)) {
            Some(shape) => Ok(Self { name, path, content: shape.into(), spool: None }),
            None if TableFormat::of_path(&path).is_some() => Err(InputError::NoTemplate { name }),
            None => Err(InputError::Format { name }),
        }
    }

    /// A file with a table; its kind follows the ending unless `format` says otherwise.
    ///
    /// # Errors
    /// [`InputError`] if the ending says nothing or the file is not there.
    pub fn table(
        path: impl Into<PathBuf>,
        format: Option<TableFormat>,
        options: Arc<TableOptions>,
    ) -> Result<Self, InputError> {
        let (path, name) = regular(path.into())?;
        match format.or_else(|| TableFormat::of_path(&path)) {
            Some(format) => Ok(Self { name, path, content: Content::Table(format, options), spool: None }),
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
        content: impl Into<Content>,
    ) -> Result<Self, InputError> {
        let name = name.into();
        let mut spool = || -> io::Result<Spool> {
            let mut file = locked_file(folder)?;
            io::copy(&mut reader, file.as_file_mut())?;
            file.as_file_mut().flush()?;
            // From here on deleted by us.
            let (lock, path) = file.keep().map_err(|failed| failed.error)?;
            Ok(Spool { path, kept: AtomicBool::new(false), _lock: lock })
        };
        let spool = spool().map_err(|source| InputError::Spool { name: name.clone(), source })?;
        Ok(Self { name, path: spool.path.clone(), content: content.into(), spool: Some(Arc::new(spool)) })
    }

    /// Sets whether a temporary file outlives this process; gives what was set before.
    pub(crate) fn keep(&self, keep: bool) -> bool {
        self.spool.as_ref().is_some_and(|spool| spool.kept.swap(keep, Ordering::Relaxed))
    }

    /// Whether the state can say where to find it again: paths are kept as text.
    pub(crate) fn can_be_noted(&self) -> Result<(), InputError> {
        let SavedInput { path, content, .. } = self.save();
        let is_text = match &content {
            Content::Json(_) => true,
            Content::Table(_, options) => options.template.to_str().is_some(),
        };
        match path.to_str() {
            Some(_) if is_text => Ok(()),
            _ => Err(InputError::NotUnicode { name: self.name.clone() }),
        }
    }

    /// What people call it: the path as given, or `-`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What opens it again with [`Input::reopen`], from another folder too. A copy of standard input is there for as long as the [`Input`] lives,
    /// or a run with it can be carried on.
    pub fn save(&self) -> SavedInput {
        let path = std::path::absolute(&self.path).unwrap_or_else(|_| self.path.clone());
        let (name, spooled) = (self.name.clone(), self.spool.is_some());
        let content = match &self.content {
            Content::Json(shape) => Content::Json(*shape),
            Content::Table(format, options) => {
                Content::Table(*format, Arc::new(TableOptions::clone(options).absolute()))
            }
        };
        SavedInput { name, path, content, spooled }
    }

    /// Opens an input again; reads its template again, too.
    ///
    /// # Errors
    /// [`InputError`] if a file is not there any more.
    pub fn reopen(saved: SavedInput) -> Result<Self, InputError> {
        let SavedInput { name, path, mut content, spooled } = saved;
        if spooled && !path.is_file() {
            return Err(InputError::NotKept { name });
        }
        let (path, _) = regular(path)?;
        if let Content::Table(_, options) = &mut content {
            let template = |source| InputError::Open { name: options.template.display().to_string(), source };
            *options = Arc::new(TableOptions::clone(options).reload().map_err(template)?);
        }
        let spool = match spooled {
            true => {
                let open = |path: &Path| File::open(path).and_then(|file| file.lock_shared().map(|()| file));
                let lock = open(&path).map_err(|source| InputError::Open { name: name.clone(), source })?;
                Some(Arc::new(Spool { path: path.clone(), kept: AtomicBool::new(true), _lock: lock }))
            }
            false => None,
        };
        Ok(Self { name, path, content, spool })
    }

    /// What is inside.
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// The file of its template, if it is a table.
    pub(crate) fn template_name(&self) -> Option<String> {
        match &self.content {
            Content::Json(_) => None,
            Content::Table(_, options) => Some(options.template.display().to_string()),
        }
    }

    /// Whether its commands are made of the rows of a table.
    pub(crate) fn is_table(&self) -> bool {
        matches!(self.content, Content::Table(..))
    }

    /// Whether it is text, of which lines can be shown.
    pub(crate) fn is_text(&self) -> bool {
        !matches!(self.content, Content::Table(TableFormat::Excel, _))
    }

    /// Bytes in it, as far as the system tells.
    pub(crate) fn len(&self) -> u64 {
        self.path.metadata().map_or(0, |metadata| metadata.len())
    }

    pub(crate) fn open(&self) -> Result<File, InputError> {
        File::open(&self.path).map_err(|source| InputError::Open { name: self.name.clone(), source })
    }
}

/// The path, and what people call it, if it is a file that can be read twice.
fn regular(path: PathBuf) -> Result<(PathBuf, String), InputError> {
    let name = path.display().to_string();
    match path.metadata() {
        Ok(found) if found.is_dir() => Err(InputError::Directory { name }),
        Ok(found) if !found.is_file() => Err(InputError::NotAFile { name }),
        Ok(_) => Ok((path, name)),
        Err(source) => Err(InputError::Open { name, source }),
    }
}

/// A temporary file that nobody sweeps away.
fn locked_file(folder: &Path) -> io::Result<NamedTempFile> {
    loop {
        let file = tempfile::Builder::new().prefix(SPOOL_PREFIX).tempfile_in(folder)?;
        file.as_file().lock_shared()?;
        // It may have been swept away before it was locked.
        if file.path().exists() {
            return Ok(file);
        }
    }
}

/// Why an input cannot be read at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// The ending is none that is known.
    #[error(
        "{name}: the ending does not say what is inside; known are .json, .jsonl, .ndjson, .csv, .xlsx, .xlsb, .xls and .ods"
    )]
    Format {
        /// The input.
        name: String,
    },
    /// A table without a template.
    #[error("{name} is a table, and no template says what commands its rows make")]
    NoTemplate {
        /// The input.
        name: String,
    },
    /// A folder.
    #[error("{name} is a folder, not a file")]
    Directory {
        /// The input.
        name: String,
    },
    /// The path of the file or of its template is not Unicode.
    #[error(
        "{name}: a run notes where its inputs are, and this path or that of its template is not Unicode; rename it"
    )]
    NotUnicode {
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
