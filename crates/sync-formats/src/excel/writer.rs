//! Rows out, as a workbook.

use std::fmt;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use super::options::ExcelLimits;
use super::write_error::{ExcelWriteError, ExcelWriteErrorKind as Kind, SheetNameProblem};
use super::xml;

/// How a workbook is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ExcelOptions {
    /// What is held in memory; [`ExcelMode::LowMemory`] by default.
    pub mode: ExcelMode,
    /// Name of the sheet; `Sheet1`, as Excel names its first one, by default.
    pub sheet_name: Option<String>,
    /// Where the temporary file stands; by default where the system puts them. It takes the sheet's XML, about three
    /// times the text, has no name, and vanishes with the writer.
    pub temp_dir: Option<PathBuf>,
}

impl ExcelOptions {
    /// Sets what is held in memory.
    #[must_use]
    pub fn with_mode(mut self, mode: ExcelMode) -> Self {
        self.mode = mode;
        self
    }

    /// Sets the name of the sheet.
    #[must_use]
    pub fn with_sheet_name(mut self, name: impl Into<String>) -> Self {
        self.sheet_name = Some(name.into());
        self
    }

    /// Sets where the temporary file stands.
    #[must_use]
    pub fn with_temp_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.temp_dir = Some(folder.into());
        self
    }
}

/// What is held in memory while a workbook is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ExcelMode {
    /// One row, and each different text once. Equal texts share one place in the file, as in the files that Excel itself
    /// saves and in all examples of the service: the choice for uploads.
    #[default]
    LowMemory,
    /// One row. Texts stand in their cells, which programs that rewrite workbooks may read more slowly: the choice for
    /// files of any size.
    ConstantMemory,
}

/// Writes rows into the one sheet of an `.xlsx`, every cell as text in its final form: what the service makes of
/// numbers, dates and formulas is not documented.
///
/// The same rows give the same bytes. Nothing can be written twice: rows follow each other, the first one being row 1.
/// Empty cells are left out of the file.
///
/// ```
/// use sync_formats::{ExcelOptions, ExcelReader, ExcelWriter, RowReader, Sheet};
///
/// let mut writer = ExcelWriter::new(&ExcelOptions::default().with_sheet_name("Tables"))?;
/// writer.write_row(["Name", "Note"])?;
/// writer.write_row(["007", "=A1"])?;
/// let file = writer.into_bytes()?;
///
/// let mut reader = ExcelReader::new(std::io::Cursor::new(file), &Sheet::Name("Tables".to_owned()))?;
/// reader.next_row()?;
/// let row = reader.next_row()?.ok_or("two rows were written")?;
/// assert_eq!(row.cells().collect::<Vec<_>>(), [b"007", &b"=A1"[..]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct ExcelWriter {
    workbook: Workbook,
    rows: u32,
    /// A failure left the workbook in an unknown state.
    broken: bool,
    /// The row being written.
    cells: Vec<String>,
}

impl ExcelWriter {
    /// Name of the sheet unless another one is asked for.
    pub const SHEET_NAME: &'static str = "Sheet1";
    /// Excel's own limit of UTF-16 units in a cell.
    pub const MAX_UNITS: usize = 32_767;
    /// Excel's own limit of line feeds in a cell.
    pub const MAX_LINE_FEEDS: usize = 253;
    /// Excel's own limit of UTF-16 units in a sheet's name.
    pub const MAX_SHEET_NAME_UNITS: usize = 31;

    /// An empty workbook.
    ///
    /// # Errors
    /// [`ExcelWriteError`] for a sheet's name that Excel does not take, and where no temporary file can be made.
    pub fn new(options: &ExcelOptions) -> Result<Self, ExcelWriteError> {
        let ExcelOptions { mode, sheet_name, temp_dir } = options;
        let sheet_name = sheet_name.as_deref().unwrap_or(Self::SHEET_NAME);
        check_sheet_name(sheet_name)
            .map_err(|problem| ExcelWriteError::new(Kind::SheetName { name: sheet_name.to_owned(), problem }))?;
        let mut workbook = Workbook::new();
        let mut prepare = || {
            // The library would write the time of day, and the same rows would never give the same bytes.
            let created = ExcelDateTime::from_ymd(2000, 1, 1)?;
            workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
            if let Some(folder) = temp_dir {
                workbook.set_tempdir(folder)?;
            }
            let sheet = match mode {
                ExcelMode::LowMemory => workbook.add_worksheet_with_low_memory()?,
                ExcelMode::ConstantMemory => workbook.add_worksheet_with_constant_memory()?,
            };
            sheet.set_name(sheet_name)?;
            Ok::<_, XlsxError>(())
        };
        prepare().map_err(|error| ExcelWriteError::new(Kind::Write).with_source(error))?;
        Ok(Self { workbook, rows: 0, broken: false, cells: Vec::new() })
    }

    /// Writes one row.
    ///
    /// # Errors
    /// [`ExcelWriteError`] for a row that Excel could not hold or that would not be read back as it was, of which nothing
    /// is written; another one may follow. Also if the temporary file cannot be written; then nothing more can be.
    pub fn write_row<I>(&mut self, cells: I) -> Result<(), ExcelWriteError>
    where
        I: IntoIterator,
        I::Item: AsRef<[u8]>,
    {
        if self.broken {
            return Err(ExcelWriteError::new(Kind::Write));
        }
        if self.rows == ExcelLimits::MAX_ROWS {
            return Err(ExcelWriteError::new(Kind::TooManyRows { limit: ExcelLimits::MAX_ROWS }));
        }
        let row = self.rows + 1;
        let mut columns = 0;
        for cell in cells {
            if columns == ExcelLimits::MAX_COLUMNS as usize {
                let limit = ExcelLimits::MAX_COLUMNS;
                return Err(ExcelWriteError::new(Kind::TooManyColumns { limit }).in_row(row));
            }
            let text = check_cell(cell.as_ref()).map_err(|kind| ExcelWriteError::new(kind).in_cell(row, columns))?;
            // Buffers of earlier rows are used again.
            match self.cells.get_mut(columns) {
                Some(cell) => {
                    cell.clear();
                    cell.push_str(text);
                }
                None => self.cells.push(text.to_owned()),
            }
            columns += 1;
        }
        let (workbook, cells) = (&mut self.workbook, &self.cells[..columns]);
        let written = contained(|| {
            let sheet = workbook.worksheet_from_index(0)?;
            for (column, cell) in (0..).zip(cells) {
                sheet.write_string(row - 1, column, cell)?;
            }
            Ok(())
        });
        self.rows = row;
        written.map_err(|error| {
            self.broken = true;
            error.in_row(row)
        })
    }

    /// How many rows have been written.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// The file in memory.
    ///
    /// # Errors
    /// [`ExcelWriteError`] where the temporary file fails.
    pub fn into_bytes(mut self) -> Result<Vec<u8>, ExcelWriteError> {
        self.finish(Workbook::save_to_buffer)
    }

    /// Writes the file, which takes no going back: the writer need not be a file. For one, hand on a `BufWriter`.
    ///
    /// # Errors
    /// [`ExcelWriteError`] where it or the temporary file fails.
    pub fn write_to(mut self, writer: impl Write + Send) -> Result<(), ExcelWriteError> {
        self.finish(|workbook| workbook.save_to_writer(writer))
    }

    /// Writes the file to a path; one that is there is overwritten.
    ///
    /// # Errors
    /// [`ExcelWriteError`] where it or the temporary file fails.
    pub fn save(mut self, path: impl AsRef<Path>) -> Result<(), ExcelWriteError> {
        self.finish(|workbook| workbook.save(path))
    }

    fn finish<T>(&mut self, save: impl FnOnce(&mut Workbook) -> Result<T, XlsxError>) -> Result<T, ExcelWriteError> {
        if self.broken {
            return Err(ExcelWriteError::new(Kind::Write));
        }
        let workbook = &mut self.workbook;
        contained(|| save(workbook))
    }
}

impl fmt::Debug for ExcelWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExcelWriter").field("rows", &self.rows).finish_non_exhaustive()
    }
}

/// Calls into the library, which panics where its temporary file cannot be written: a full disk is no defect of ours,
/// and must come out as an error. What it leaves behind is not used again.
fn contained<T>(call: impl FnOnce() -> Result<T, XlsxError>) -> Result<T, ExcelWriteError> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(ExcelWriteError::new(Kind::Write).with_source(error)),
        Err(_) => Err(ExcelWriteError::new(Kind::Storage)),
    }
}

fn check_sheet_name(name: &str) -> Result<(), SheetNameProblem> {
    let units = name.encode_utf16().count();
    if name.is_empty() {
        Err(SheetNameProblem::Empty)
    } else if units > ExcelWriter::MAX_SHEET_NAME_UNITS {
        Err(SheetNameProblem::TooLong { units, limit: ExcelWriter::MAX_SHEET_NAME_UNITS })
    } else if name.starts_with('\'') || name.ends_with('\'') {
        Err(SheetNameProblem::Apostrophe)
    } else if name.eq_ignore_ascii_case("History") {
        Err(SheetNameProblem::Reserved)
    } else {
        let refused =
            |c: &char| matches!(c, '*' | '?' | ':' | '[' | ']' | '\\' | '/') || c.is_control() || is_no_xml(*c);
        name.chars().find(refused).map_or(Ok(()), |character| Err(SheetNameProblem::Character(character)))
    }
}

/// The text of a cell that Excel can hold and that is read back as it is.
fn check_cell(cell: &[u8]) -> Result<&str, Kind> {
    let text = str::from_utf8(cell).map_err(|_| Kind::NotUtf8)?;
    // A text of so few bytes is within both limits.
    if text.len() > ExcelWriter::MAX_LINE_FEEDS {
        let units = text.encode_utf16().count();
        if units > ExcelWriter::MAX_UNITS {
            return Err(Kind::CellTooLong { units, limit: ExcelWriter::MAX_UNITS });
        }
        let line_feeds = memchr::memchr_iter(b'\n', cell).count();
        if line_feeds > ExcelWriter::MAX_LINE_FEEDS {
            return Err(Kind::TooManyLineFeeds { line_feeds, limit: ExcelWriter::MAX_LINE_FEEDS });
        }
    }
    if let Some(character) = text.chars().find(|c| is_no_xml(*c)) {
        return Err(Kind::Character { character });
    }
    match misread_escape(text) {
        true => Err(Kind::Escape),
        false => Ok(text),
    }
}

/// Characters that XML has not, and for which the escapes of control characters are not used.
fn is_no_xml(character: char) -> bool {
    matches!(character, '\u{FFFE}' | '\u{FFFF}')
}

/// Whether a text would be read back as another one. Control characters are written as `_x0001_`, and an underscore that
/// begins such an escape by itself as `_x005F_`; but `_x0041` before a control character makes `_x0041_x0001_`, whose
/// first seven characters look like an escape of their own.
fn misread_escape(text: &str) -> bool {
    let is_escaped = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n');
    if !text.contains("_x") || !text.bytes().any(|byte| is_escaped(&byte)) {
        return false;
    }
    let mut written = Vec::new();
    for (at, byte) in text.bytes().enumerate() {
        if is_escaped(&byte) {
            written.extend_from_slice(format!("_x{byte:04X}_").as_bytes());
            continue;
        }
        if byte == b'_' && xml::is_escape(&text.as_bytes()[at..]) {
            written.extend_from_slice(b"_x005F");
        }
        written.push(byte);
    }
    xml::resolve_escapes(&mut written, 0);
    written != text.as_bytes()
}
