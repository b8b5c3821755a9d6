//! What is uploaded: bytes that can be read again, with their length and digest.

use std::fmt;
use std::io::{self, Cursor, Read};
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::{Digest, FileId, TableParameters};

/// The three formats of the endpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PayloadFormat {
    /// A JSON array of commands.
    Json,
    /// A table with a template.
    Csv,
    /// A workbook with a template.
    Excel,
}

impl PayloadFormat {
    /// The word in the endpoint's path.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Excel => "excel",
        }
    }

    /// The content type sent with the file part.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv",
            Self::Excel => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// A body that can be opened as often as an upload has to be tried.
pub trait PayloadSource: Send + Sync {
    /// The bytes from the beginning. Blocking: transports read it on a thread of their own.
    ///
    /// # Errors
    /// Whatever opening a file or a buffer can meet.
    fn open(&self) -> io::Result<Box<dyn Read + Send>>;
}

impl PayloadSource for Bytes {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(Cursor::new(self.clone())))
    }
}

impl<F: Fn() -> io::Result<Box<dyn Read + Send>> + Send + Sync> PayloadSource for F {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        self()
    }
}

/// One file for the service to work on: bytes that go along, or a file that was uploaded before. Cheap to clone: the
/// body is shared.
///
/// ```
/// use sync_core::{Digest, Payload, PayloadFormat};
/// use std::io::Read;
///
/// let payload = Payload::from_bytes(PayloadFormat::Json, "batch-1.json", "[]".into(), Digest::default());
/// let mut text = String::new();
/// payload.open()?.read_to_string(&mut text)?;
/// assert_eq!((text.as_str(), payload.len()), ("[]", 2));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct Payload {
    format: PayloadFormat,
    file_name: String,
    len: u64,
    digest: Digest,
    content: Content,
    table: Option<Arc<TableParameters>>,
    deletes_file: bool,
}

#[derive(Clone)]
enum Content {
    Inline(Arc<dyn PayloadSource>),
    Stored(FileId),
}

impl Payload {
    /// A payload of `len` bytes from anything that can be opened again.
    ///
    /// `file_name` is what the service stores the upload under; `digest` identifies the bytes in the journal.
    pub fn new(
        format: PayloadFormat,
        file_name: impl Into<String>,
        len: u64,
        digest: Digest,
        source: impl PayloadSource + 'static,
    ) -> Self {
        let content = Content::Inline(Arc::new(source));
        Self { format, file_name: file_name.into(), len, digest, content, table: None, deletes_file: false }
    }

    /// A payload in memory.
    pub fn from_bytes(format: PayloadFormat, file_name: impl Into<String>, bytes: Bytes, digest: Digest) -> Self {
        Self::new(format, file_name, bytes.len() as u64, digest, bytes)
    }

    /// A file that somebody uploaded to the service before. Its length and digest are not known here: both are zero.
    pub fn stored(format: PayloadFormat, file: FileId) -> Self {
        let (content, digest) = (Content::Stored(file), Digest::default());
        Self { format, file_name: String::new(), len: 0, digest, content, table: None, deletes_file: false }
    }

    /// The same file after it was uploaded: submits name it by its id, which makes them small and cheap to repeat.
    ///
    /// ```
    /// use sync_core::{Digest, Payload, PayloadFormat};
    ///
    /// let payload = Payload::from_bytes(PayloadFormat::Json, "batch-1.json", "[]".into(), Digest::default());
    /// let stored = payload.stored_as("0b7f2d4e-5a0e-4c53-9f2b-1f6f6d1b7a11".parse()?);
    /// assert_eq!(stored.len(), 2);
    /// assert!(stored.open().is_err(), "the bytes are with the service");
    /// # Ok::<(), sync_core::IdError>(())
    /// ```
    #[must_use]
    pub fn stored_as(mut self, file: FileId) -> Self {
        self.content = Content::Stored(file);
        self
    }

    /// Sets how the service is to read a table. CSV and Excel files cannot be sent without.
    #[must_use]
    pub fn with_table(mut self, table: TableParameters) -> Self {
        self.table = Some(Arc::new(table));
        self
    }

    /// Sets whether the service deletes the file after use. Default no, as in the service, which deletes it after an
    /// import that succeeded, and after a synchronization whatever came of it. If the file backs an attachment, the
    /// attachment goes too; and a submit that is repeated finds no file any more.
    #[must_use]
    pub fn with_delete_file(mut self, delete: bool) -> Self {
        self.deletes_file = delete;
        self
    }

    /// Format of the bytes.
    pub fn format(&self) -> PayloadFormat {
        self.format
    }

    /// Name the service stores the upload under.
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    /// Length in bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Digest of the bytes.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The file's id, if it was uploaded before.
    pub fn file_id(&self) -> Option<&FileId> {
        match &self.content {
            Content::Inline(_) => None,
            Content::Stored(file) => Some(file),
        }
    }

    /// How the service is to read a table.
    pub fn table(&self) -> Option<&TableParameters> {
        self.table.as_deref()
    }

    /// Whether the service deletes the file after use.
    pub fn deletes_file(&self) -> bool {
        self.deletes_file
    }

    /// The bytes from the beginning; blocking.
    ///
    /// # Errors
    /// Whatever opening the source meets; [`io::ErrorKind::Unsupported`] if the bytes are with the service.
    pub fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        match &self.content {
            Content::Inline(source) => source.open(),
            Content::Stored(_) => Err(io::Error::new(io::ErrorKind::Unsupported, "the bytes are with the service")),
        }
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payload")
            .field("format", &self.format)
            .field("file_name", &self.file_name)
            .field("len", &self.len)
            .field("digest", &self.digest)
            .field("file_id", &self.file_id())
            .field("table", &self.table)
            .field("deletes_file", &self.deletes_file)
            .finish_non_exhaustive()
    }
}
