//! Rows gathered into files of their own kind, for uploads that leave it to the service to make commands of them.

use bytes::Bytes;
use sync_core::{BatchNumber, CsvParameters, PayloadFormat, TableParameters};

use super::builder::payload;
use super::seams::{Form, Seam, Seams};
use super::{Batch, BatchLimits, BatchLimitsError};
use crate::{
    CsvDialect, CsvWriteError, CsvWriter, CutRow, ExpandError, ExpandOptions, RowCutter, RowKind, RowPosition,
    RowReader, Template,
};
#[cfg(feature = "excel")]
use crate::{ExcelLimits, ExcelOptions, ExcelWriteError, ExcelWriter};

/// How the files of [`RowBatches`] are written. None has a header row.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RowForm {
    /// Rows of a text as they stand in it, read in this dialect.
    Verbatim(CsvDialect),
    /// Rows written anew as text, so that the service reads the same cells in this dialect.
    Csv(CsvDialect),
    /// Rows of texts in a workbook.
    #[cfg(feature = "excel")]
    Excel,
}

impl RowForm {
    fn format(&self) -> PayloadFormat {
        match self {
            Self::Verbatim(_) | Self::Csv(_) => PayloadFormat::Csv,
            #[cfg(feature = "excel")]
            Self::Excel => PayloadFormat::Excel,
        }
    }

    fn ending(&self) -> &'static str {
        match self {
            Self::Verbatim(_) | Self::Csv(_) => "csv",
            #[cfg(feature = "excel")]
            Self::Excel => "xlsx",
        }
    }

    fn parameters(&self, template: &Template) -> TableParameters {
        let parameters = TableParameters::new(template.numbered_text());
        match self {
            Self::Verbatim(dialect) | Self::Csv(dialect) => parameters.with_csv(
                CsvParameters::default()
                    .with_separator(dialect.separator())
                    .with_quote(dialect.quote())
                    .with_escape(dialect.escape())
                    .with_strict_quotes(dialect.strict_quotes())
                    .with_ignore_leading_whitespace(dialect.ignore_leading_whitespace()),
            ),
            #[cfg(feature = "excel")]
            Self::Excel => parameters,
        }
    }
}

/// Cuts a table into batches, never between rows that the service has to see together. Rows that would be a batch without
/// a command are left out.
///
/// The limits are those of [`BatchLimits`]: commands are counted before the service merges them, bytes are those of the
/// text of the rows, which a workbook packs. The same rows and limits give the same batches, byte by byte. Memory: the rows
/// of one batch, and the workbook they make; a batch keeps them, so that it can be [halved](Batch::halves).
///
/// ```
/// use sync_core::{BatchNumber, PayloadFormat};
/// use sync_formats::{BatchLimits, CollibraCsv, CsvDialect, ExpandOptions, RowBatches, RowForm, Template};
///
/// let table = "Keel;a\nKeel;b\nMast;c\n";
/// let dialect = CsvDialect::default();
/// let template = Template::compile(r#"[{"identifier": {"name": "${1}"}, "tags": ["${2}"]}]"#, None)?;
/// let rows = CollibraCsv::new(table.as_bytes(), &dialect);
/// let limits = BatchLimits::default().with_commands(2);
/// let form = RowForm::Verbatim(dialect);
/// let mut batches = RowBatches::new(rows, &template, ExpandOptions::default(), form, limits)?;
///
/// let first = batches.next_batch(BatchNumber::FIRST, "batch")?.ok_or("a batch")?;
/// assert_eq!((first.payload().format(), first.commands()), (PayloadFormat::Csv, 2));
/// let mut text = String::new();
/// std::io::Read::read_to_string(&mut first.payload().open()?, &mut text)?;
/// assert_eq!(text, "Keel;a\nKeel;b\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct RowBatches<R> {
    cutter: RowCutter<R>,
    form: RowForm,
    limits: BatchLimits,
    parameters: TableParameters,
    rows: Rows,
    /// Commands in all batches before.
    first_index: u64,
    has_ended: bool,
}

/// Rows that wait to be written.
#[derive(Debug)]
struct Rows {
    /// Where the last of them stands.
    latest: RowPosition,
    /// Each row's text as it goes into a text file; for a workbook its cells, each after its length.
    bytes: Vec<u8>,
    commands: u64,
    count: u64,
    /// Where a file may begin; the first row is always one of them.
    starts: Vec<Start>,
}

/// Rows before a place where a file may begin.
#[derive(Debug, Clone, Copy)]
struct Start {
    row: RowPosition,
    bytes: usize,
    commands: u64,
    count: u64,
}

impl<R: RowReader> RowBatches<R> {
    /// Cuts what `reader` gives.
    ///
    /// # Errors
    /// [`BatchLimitsError`] for limits that cannot be used.
    pub fn new(
        reader: R,
        template: &Template,
        options: ExpandOptions,
        form: RowForm,
        limits: BatchLimits,
    ) -> Result<Self, BatchLimitsError> {
        limits.check()?;
        let parameters = form.parameters(template);
        let cutter = RowCutter::new(reader, template, options);
        Ok(Self { cutter, form, limits, parameters, rows: Rows::default(), first_index: 0, has_ended: false })
    }

    /// The next batch, whose file is called after `stem` and its number; `None` after the last one.
    ///
    /// # Errors
    /// [`RowBatchError`], which is final.
    pub fn next_batch(&mut self, number: BatchNumber, stem: &str) -> Result<Option<Batch>, RowBatchError> {
        loop {
            if !self.rows.are_within(self.limits) {
                let before = self.rows.split_last().ok_or_else(|| self.too_large())?;
                // Rows that give no command are no batch.
                if before.commands > 0 {
                    return self.batch(number, stem, before).map(Some);
                }
                continue;
            }
            if self.has_ended {
                let rest = std::mem::take(&mut self.rows);
                return if rest.commands == 0 { Ok(None) } else { self.batch(number, stem, rest).map(Some) };
            }
            let Self { cutter, form, rows, .. } = self;
            match cutter.next_row()? {
                Some(next) if next.kind == RowKind::Data => rows.add(form, &next)?,
                Some(_) => {}
                None => self.has_ended = true,
            }
        }
    }

    fn too_large(&self) -> RowBatchError {
        let Rows { bytes, commands, latest, starts, .. } = &self.rows;
        let (first, last) = (starts.first().map_or(*latest, |start| start.row), *latest);
        RowBatchError::TooLarge { first, last, commands: *commands, bytes: bytes.len() as u64, limits: self.limits }
    }

    fn batch(&mut self, number: BatchNumber, stem: &str, rows: Rows) -> Result<Batch, RowBatchError> {
        let name = format!("{stem}-{number}.{}", self.form.ending());
        let first_index = self.first_index;
        self.first_index += rows.commands;
        let commands = few(rows.commands);
        let seams = rows.seams(&self.form);
        let payload = payload(self.form.format(), name, seams.file()?).with_table(self.parameters.clone());
        Ok(Batch::new(number, commands, first_index, payload, seams))
    }
}

impl Default for Rows {
    fn default() -> Self {
        Self { latest: RowPosition::START, bytes: Vec::new(), commands: 0, count: 0, starts: Vec::new() }
    }
}

impl Rows {
    fn add(&mut self, form: &RowForm, next: &CutRow<'_>) -> Result<(), RowBatchError> {
        let row = next.row.position();
        self.latest = row;
        if let Some(first) = next.together_with {
            while self.starts.len() > 1 && self.starts.last().is_some_and(|start| start.row > first) {
                self.starts.pop();
            }
        }
        if next.together_with.is_none() || self.starts.is_empty() {
            let (bytes, commands, count) = (self.bytes.len(), self.commands, self.count);
            self.starts.push(Start { row, bytes, commands, count });
        }
        match form {
            RowForm::Verbatim(_) => {
                self.bytes.extend_from_slice(next.row.raw());
                self.bytes.push(b'\n');
            }
            RowForm::Csv(dialect) => {
                let written = CsvWriter::new(&mut self.bytes, dialect).write_row(next.row.cells());
                written.map_err(|error| RowBatchError::Csv { row, error })?;
            }
            #[cfg(feature = "excel")]
            RowForm::Excel => {
                self.bytes.extend_from_slice(&(next.row.len() as u32).to_le_bytes());
                for cell in next.row.cells() {
                    self.bytes.extend_from_slice(&(cell.len() as u32).to_le_bytes());
                    self.bytes.extend_from_slice(cell);
                }
            }
        }
        self.commands += next.commands as u64;
        self.count += 1;
        Ok(())
    }

    fn are_within(&self, limits: BatchLimits) -> bool {
        #[cfg(feature = "excel")]
        let has_rows = self.count <= u64::from(ExcelLimits::MAX_ROWS);
        #[cfg(not(feature = "excel"))]
        let has_rows = true;
        self.commands <= u64::from(limits.commands) && self.bytes.len() as u64 <= limits.bytes && has_rows
    }

    /// Takes the rows before the last place where a file may begin, and keeps the others; `None` if all belong together.
    fn split_last(&mut self) -> Option<Self> {
        let at = self.starts.last().copied().filter(|start| start.count > 0)?;
        let kept = Self {
            latest: self.latest,
            bytes: self.bytes.split_off(at.bytes),
            commands: self.commands - at.commands,
            count: self.count - at.count,
            starts: vec![Start { row: at.row, bytes: 0, commands: 0, count: 0 }],
        };
        let before = std::mem::replace(self, kept);
        Some(Self { commands: at.commands, count: at.count, ..before })
    }

    /// The rows as the content of a batch, which may be cut wherever a file may begin.
    fn seams(self, form: &RowForm) -> Seams {
        let form = match form {
            RowForm::Verbatim(_) | RowForm::Csv(_) => Form::Text,
            #[cfg(feature = "excel")]
            RowForm::Excel => Form::Workbook,
        };
        // A half without a command would be no batch.
        let inside = self.starts.iter().filter(|start| (1..self.commands).contains(&start.commands));
        let places = inside.map(|start| Seam { bytes: start.bytes, commands: few(start.commands) }).collect();
        Seams::new(form, Bytes::from(self.bytes), places)
    }
}

/// Commands of one batch: the limit is far below.
fn few(commands: u64) -> u32 {
    u32::try_from(commands).unwrap_or(u32::MAX)
}

/// The workbook of rows that [`Rows::add`] has packed.
#[cfg(feature = "excel")]
pub(super) fn workbook(packed: &[u8]) -> Result<Vec<u8>, ExcelWriteError> {
    let mut writer = ExcelWriter::new(&ExcelOptions::default())?;
    let mut rest = packed;
    let mut cells: Vec<&[u8]> = Vec::new();
    while !rest.is_empty() {
        cells.clear();
        for _ in 0..take_length(&mut rest) {
            let length = take_length(&mut rest);
            cells.push(rest.split_off(..length).unwrap_or_default());
        }
        writer.write_row(&cells)?;
    }
    writer.into_bytes()
}

/// A length that [`Rows::add`] has written.
#[cfg(feature = "excel")]
fn take_length(rest: &mut &[u8]) -> usize {
    let length = rest.split_off(..4).and_then(|bytes| bytes.try_into().ok());
    length.map_or(0, |bytes| u32::from_le_bytes(bytes) as usize)
}

/// Why a table cannot be cut into batches.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RowBatchError {
    /// The table does not become commands.
    #[error(transparent)]
    Expand(#[from] ExpandError),
    /// Rows that have to stay together do not fit into one batch.
    #[error(
        "the rows {} to {} are about one resource and make a batch of {commands} commands and {bytes} bytes; the limits are {} and {}",
        first.row, last.row, limits.commands, limits.bytes
    )]
    TooLarge {
        /// The first of the rows.
        first: RowPosition,
        /// The row that is too much.
        last: RowPosition,
        /// Commands they make.
        commands: u64,
        /// Bytes they have.
        bytes: u64,
        /// The limits.
        limits: BatchLimits,
    },
    /// A row that cannot be written as text.
    #[error("row {} cannot be written for the service", row.row)]
    Csv {
        /// The row in its table.
        row: RowPosition,
        /// Why.
        #[source]
        error: CsvWriteError,
    },
    /// Rows that cannot be written as a workbook.
    #[cfg(feature = "excel")]
    #[error("the workbook cannot be written")]
    Excel(#[from] ExcelWriteError),
}
