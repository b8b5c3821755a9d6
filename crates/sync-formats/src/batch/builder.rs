//! From records to payloads.

use bytes::Bytes;
use sync_core::{BatchNumber, Payload, PayloadFormat};

use super::seams::{Form, Seam, Seams};
use super::{BatchError, BatchLimits, BatchLimitsError, RowBatchError};
use crate::{DigestBuilder, Record};

/// Gathers commands into JSON arrays within [`BatchLimits`], copying the user's bytes as they are.
///
/// The same commands with the same limits give the same batches, byte by byte. Memory: the array being built, at most
/// the limit of bytes, and 16 bytes a command.
///
/// ```
/// use sync_core::BatchNumber;
/// use sync_formats::{BatchBuilder, BatchLimits, JsonShape, JsonSplitter, Push};
///
/// let mut splitter = JsonSplitter::new(&br#"[{"a": 1}, {"b": 2}, {"c": 3}]"#[..], JsonShape::Array);
/// let mut builder = BatchBuilder::new(BatchLimits::default().with_commands(2))?;
/// let mut batches = Vec::new();
/// let mut number = BatchNumber::FIRST;
/// while let Some(record) = splitter.next_record()? {
///     while builder.push(&record)? == Push::Full {
///         batches.extend(builder.finish(number, format!("batch-{number}.json")));
///         number = number.next();
///     }
/// }
/// batches.extend(builder.finish(number, format!("batch-{number}.json")));
/// assert_eq!(batches.iter().map(|batch| batch.commands()).collect::<Vec<_>>(), [2, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct BatchBuilder {
    limits: BatchLimits,
    json: Vec<u8>,
    commands: u32,
    /// The commas between commands.
    seams: Vec<Seam>,
    first_index: u64,
    /// Length of the last array: what the next one will need, more or less.
    expected: usize,
}

/// Whether a command was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a command that met a full batch has to be pushed again"]
pub enum Push {
    /// It was.
    Fits,
    /// It was not: finish the batch, then push it again, which succeeds. A limit is reached, or the command does not
    /// follow the last one in the source, as those of one batch must.
    Full,
}

impl BatchBuilder {
    /// An empty builder.
    ///
    /// # Errors
    /// [`BatchLimitsError`] for limits that cannot be used.
    pub fn new(limits: BatchLimits) -> Result<Self, BatchLimitsError> {
        limits.check()?;
        Ok(Self { limits, json: Vec::new(), commands: 0, seams: Vec::new(), first_index: 0, expected: 0 })
    }

    /// Appends a command, if it fits.
    ///
    /// # Errors
    /// [`BatchError`] for a command that fits into no batch. The builder is as before.
    #[inline]
    pub fn push(&mut self, record: &Record<'_>) -> Result<Push, BatchError> {
        let len = record.bytes.len();
        // With a bracket or comma before it, and the closing bracket.
        let total = self.json.len() as u64 + len as u64 + 2;
        if self.commands > 0 {
            let follows = self.first_index + u64::from(self.commands) == record.position.index;
            if total > self.limits.bytes || self.commands >= self.limits.commands || !follows {
                return Ok(Push::Full);
            }
        } else if total > self.limits.bytes {
            let (position, limit) = (record.position, self.limits.bytes);
            return Err(BatchError::CommandTooLarge { position, bytes: total, limit });
        } else {
            self.first_index = record.position.index;
        }
        self.reserve(len + 2);
        if self.commands > 0 {
            self.seams.push(Seam { bytes: self.json.len(), commands: self.commands });
        }
        self.json.push(if self.commands == 0 { b'[' } else { b',' });
        self.json.extend_from_slice(record.bytes);
        self.commands += 1;
        Ok(Push::Fits)
    }

    /// Makes room, never past the limit that [`BatchBuilder::push`] has checked.
    #[inline]
    fn reserve(&mut self, more: usize) {
        if self.json.capacity() - self.json.len() < more {
            let most = usize::try_from(self.limits.bytes).unwrap_or(usize::MAX);
            let wanted = self.json.capacity().saturating_mul(2).max(self.expected + self.expected / 16).max(64 * 1024);
            let room = wanted.min(most).max(self.json.len() + more);
            self.json.reserve_exact(room - self.json.len());
        }
    }

    /// Number of commands gathered.
    pub fn commands(&self) -> u32 {
        self.commands
    }

    /// Whether nothing is gathered.
    pub fn is_empty(&self) -> bool {
        self.commands == 0
    }

    /// The commands gathered as a batch with its digest, leaving the builder empty; `None` where there are none.
    ///
    /// `file_name` is what the service stores the upload under.
    pub fn finish(&mut self, number: BatchNumber, file_name: impl Into<String>) -> Option<Batch> {
        let (commands, first_index) = (self.commands, self.first_index);
        let seams = std::mem::take(&mut self.seams);
        let json = Bytes::from(self.take_json()?);
        let payload = payload(PayloadFormat::Json, file_name.into(), json.clone());
        Some(Batch { number, commands, first_index, payload, seams: Seams::new(Form::Json, json, seams) })
    }

    /// The commands gathered as the bytes of a JSON array and nothing more, leaving the builder empty; `None` where
    /// there are none. For those who write files and need no digest.
    pub fn take_json(&mut self) -> Option<Vec<u8>> {
        if self.is_empty() {
            return None;
        }
        self.json.push(b']');
        self.expected = self.json.len();
        self.commands = 0;
        self.seams.clear();
        Some(std::mem::take(&mut self.json))
    }
}

/// One upload of a cycle in memory: consecutive commands of the source as a JSON array, or rows of a table.
#[derive(Debug, Clone)]
pub struct Batch {
    number: BatchNumber,
    commands: u32,
    first_index: u64,
    payload: Payload,
    seams: Seams,
}

impl Batch {
    pub(super) fn new(number: BatchNumber, commands: u32, first_index: u64, payload: Payload, seams: Seams) -> Self {
        Self { number, commands, first_index, payload, seams }
    }

    /// Its place among those that were cut from the source; both halves of a batch keep its number.
    pub fn number(&self) -> BatchNumber {
        self.number
    }

    /// Number of commands.
    pub fn commands(&self) -> u32 {
        self.commands
    }

    /// Index in the source of its first command.
    pub fn first_index(&self) -> u64 {
        self.first_index
    }

    /// Index in the source of the command that is `index_in_batch` here, from 0; `None` past the last one.
    pub fn source_index(&self, index_in_batch: u64) -> Option<u64> {
        (index_in_batch < u64::from(self.commands)).then(|| self.first_index + index_in_batch)
    }

    /// What is uploaded.
    pub fn payload(&self) -> &Payload {
        &self.payload
    }

    /// Whether it can be cut in two: it has more than one command, and not all of its rows belong together.
    pub fn can_be_halved(&self) -> bool {
        !self.seams.is_empty()
    }

    /// Cuts it where it is nearest to half its bytes, never between rows that the service has to see together; `None` where
    /// it cannot be cut. The same batch gives the same halves, byte by byte. Their files are called like its one with `.1`
    /// and `.2` before the ending.
    ///
    /// # Errors
    /// [`RowBatchError`] if the halves of a workbook cannot be written.
    pub fn halves(&self) -> Result<Option<[Self; 2]>, RowBatchError> {
        let Some((commands, [first, second])) = self.seams.halves() else { return Ok(None) };
        let half = |part: &str, commands, first_index, seams: Seams| {
            let file_name = match self.payload.file_name().rsplit_once('.') {
                Some((stem, ending)) => format!("{stem}.{part}.{ending}"),
                None => format!("{}.{part}", self.payload.file_name()),
            };
            let mut payload = payload(self.payload.format(), file_name, seams.file()?);
            if let Some(table) = self.payload.table() {
                payload = payload.with_table(table.clone());
            }
            Ok::<_, RowBatchError>(Self { number: self.number, commands, first_index, payload, seams })
        };
        let after = self.first_index + u64::from(commands);
        let halves =
            [half("1", commands, self.first_index, first)?, half("2", self.commands - commands, after, second)?];
        Ok(Some(halves))
    }
}

/// A payload in memory with its digest.
pub(super) fn payload(format: PayloadFormat, file_name: String, bytes: Bytes) -> Payload {
    let mut digest = DigestBuilder::new();
    digest.update(&bytes);
    Payload::from_bytes(format, file_name, bytes, digest.finish())
}
