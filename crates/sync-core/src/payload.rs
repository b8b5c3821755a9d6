//! What is uploaded: bytes that can be read again, with their length and digest.

use std::fmt;
use std::io::{self, Cursor, Read};
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::Digest;

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

/// One file to upload. Cheap to clone: the body is shared.
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
    source: Arc<dyn PayloadSource>,
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
        Self { format, file_name: file_name.into(), len, digest, source: Arc::new(source) }
    }

    /// A payload in memory.
    pub fn from_bytes(format: PayloadFormat, file_name: impl Into<String>, bytes: Bytes, digest: Digest) -> Self {
        Self::new(format, file_name, bytes.len() as u64, digest, bytes)
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

    /// The bytes from the beginning; blocking.
    ///
    /// # Errors
    /// Whatever opening the source meets.
    pub fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        self.source.open()
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payload")
            .field("format", &self.format)
            .field("file_name", &self.file_name)
            .field("len", &self.len)
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}
