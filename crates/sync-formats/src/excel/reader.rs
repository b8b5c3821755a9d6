//! Rows of a workbook, of whichever format it is.

use std::fmt;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::fault::{Fault, Problem};
use super::ods::{self, OdsRows};
use super::opc::workbook_part;
use super::options::{ExcelLimits, Sheet};
use super::package::{AnySource, Package};
use super::place::{area_name, cell_name};
use super::row::{RowBuffer, What};
use super::warning::{ExcelWarning, Warnings};
use super::xls::{self, XlsRows};
use super::xlsb::{self, XlsbRows};
use super::xlsx::{self, XlsxRows};
use crate::{CellPlace, Row, RowPosition, RowReader, TableError, TableErrorKind};

/// Gives the rows of one sheet of a workbook, one after the other.
pub struct ExcelReader {
    sheet: String,
    rows: Rows,
    row: RowBuffer,
    warnings: Warnings,
    limits: ExcelLimits,
    /// Bytes of text that rows may still have.
    left: u64,
    ended: bool,
}

#[derive(Debug)]
enum Rows {
    Xlsx(XlsxRows),
    Ods(OdsRows),
    Xlsb(XlsbRows),
    Xls(XlsRows),
}

impl Rows {
    /// Fills in the next row, which may be empty; `false` after the last one.
    fn next(&mut self, row: &mut RowBuffer) -> Result<bool, Fault> {
        match self {
            Self::Xlsx(rows) => rows.next(row),
            Self::Ods(rows) => rows.next(row),
            Self::Xlsb(rows) => rows.next(row),
            Self::Xls(rows) => rows.next(row),
        }
    }

    /// Merged areas found so far, and how many more there were.
    fn take_merged(&mut self) -> (Vec<String>, u64) {
        match self {
            Self::Xlsx(rows) => rows.take_merged(),
            Self::Ods(rows) => rows.take_merged(),
            Self::Xlsb(rows) => rows.take_merged(),
            Self::Xls(rows) => rows.take_merged(),
        }
    }
}

impl ExcelReader {
    /// Opens a sheet of a file, with the default [`ExcelLimits`].
    ///
    /// # Errors
    /// As [`ExcelReader::with_limits`].
    pub fn open(path: impl AsRef<Path>, sheet: &Sheet) -> Result<Self, TableError> {
        match File::open(path) {
            Ok(file) => Self::new(file, sheet),
            Err(error) => Err(Fault::from(error).into_error("")),
        }
    }

    /// Opens a sheet of a workbook, with the default [`ExcelLimits`].
    ///
    /// # Errors
    /// As [`ExcelReader::with_limits`].
    pub fn new(source: impl Read + Seek + Send + Sync + 'static, sheet: &Sheet) -> Result<Self, TableError> {
        Self::with_limits(source, sheet, ExcelLimits::default())
    }

    /// Opens a sheet of a workbook.
    ///
    /// # Errors
    /// [`TableError`] for a file that is no workbook, is damaged, is protected by a password, does not have the sheet, or
    /// is over a limit.
    pub fn with_limits(
        source: impl Read + Seek + Send + Sync + 'static,
        sheet: &Sheet,
        limits: ExcelLimits,
    ) -> Result<Self, TableError> {
        let limits = limits.clamped();
        let opened = open(Box::new(source), sheet, limits);
        let (sheet, rows) = opened.map_err(|fault| fault.into_error(""))?;
        Ok(Self {
            sheet,
            rows,
            row: RowBuffer::new(limits),
            warnings: Warnings::default(),
            limits,
            left: limits.unpacked_bytes,
            ended: false,
        })
    }

    /// Name of the sheet.
    pub fn sheet(&self) -> &str {
        &self.sheet
    }

    /// What was noticed so far; complete once [`RowReader::next_row`] has given `None`. At most 100 are kept.
    pub fn warnings(&self) -> &[ExcelWarning] {
        self.warnings.list()
    }

    /// How many more warnings there were than are kept.
    pub fn warnings_left_out(&self) -> u64 {
        self.warnings.left_out()
    }

    /// Fills in the next row that is not empty; `false` after the last one.
    fn advance(&mut self) -> Result<bool, Fault> {
        loop {
            if !self.rows.next(&mut self.row)? {
                self.note_merged();
                return Ok(false);
            }
            self.note_cells();
            if self.row.finish() {
                let size = self.row.bytes.len() as u64 + self.row.cells.len() as u64;
                self.left = self.left.checked_sub(size).ok_or_else(|| {
                    Fault::new(TableErrorKind::TooLarge { limit: self.limits.unpacked_bytes }).in_row(self.row.number)
                })?;
                return Ok(true);
            }
        }
    }

    fn note_cells(&mut self) {
        let (sheet, row) = (&self.sheet, u64::from(self.row.number));
        for note in self.row.notes.drain(..) {
            self.warnings.push(|| {
                let place = cell_name(sheet, row, note.column);
                match note.what {
                    What::FormulaWithoutValue => ExcelWarning::FormulaWithoutValue { place },
                    What::NoDate(number) => ExcelWarning::NoDate { place, number: number.to_string() },
                }
            });
        }
    }

    fn note_merged(&mut self) {
        let (areas, left_out) = self.rows.take_merged();
        for area in areas {
            self.warnings.push(|| ExcelWarning::Merged { area: area_name(&self.sheet, &area) });
        }
        self.warnings.leave_out(left_out);
    }
}

impl RowReader for ExcelReader {
    fn next_row(&mut self) -> Result<Option<Row<'_>>, TableError> {
        if self.ended {
            return Ok(None);
        }
        match self.advance() {
            Ok(true) => {
                let number = u64::from(self.row.number);
                let position = RowPosition { row: number, offset: 0, line: number };
                Ok(Some(Row { bytes: &self.row.bytes, cells: &self.row.cells, raw: &[], position }))
            }
            Ok(false) => {
                self.ended = true;
                Ok(None)
            }
            Err(fault) => {
                self.ended = true;
                Err(fault.into_error(&self.sheet))
            }
        }
    }

    fn place_of(&self, position: RowPosition, _raw: &[u8], column: usize) -> CellPlace {
        let RowPosition { row, line, .. } = position;
        let number = column as u64 + 1;
        let name = cell_name(&self.sheet, row, column);
        CellPlace { row, number, offset: 0, line, column: number, length: 0, name }
    }
}

impl fmt::Debug for ExcelReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExcelReader").field("sheet", &self.sheet).field("row", &self.row.number).finish_non_exhaustive()
    }
}

/// Finds out by its first bytes what a file is, and opens the sheet.
fn open(mut source: AnySource, sheet: &Sheet, limits: ExcelLimits) -> Result<(String, Rows), Fault> {
    let mut magic = Vec::new();
    source.by_ref().take(8).read_to_end(&mut magic)?;
    source.seek(SeekFrom::Start(0))?;
    match magic[..] {
        [b'P', b'K', ..] => open_package(Package::open(source, limits.unpacked_bytes)?, sheet, limits),
        [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1] => {
            let (name, rows) = xls::open(source, sheet, limits)?;
            Ok((name, Rows::Xls(rows)))
        }
        _ => Err(Problem::NeitherZipNorCompound.into()),
    }
}

fn open_package(mut package: Package, sheet: &Sheet, limits: ExcelLimits) -> Result<(String, Rows), Fault> {
    if package.has("content.xml") {
        let (name, rows) = ods::open(package, sheet, limits)?;
        return Ok((name, Rows::Ods(rows)));
    }
    let workbook = workbook_part(&mut package)?;
    if workbook.to_ascii_lowercase().ends_with(".bin") {
        let (name, rows) = xlsb::open(package, &workbook, sheet, limits)?;
        return Ok((name, Rows::Xlsb(rows)));
    }
    let (name, rows) = xlsx::open(package, &workbook, sheet, limits)?;
    Ok((name, Rows::Xlsx(rows)))
}
