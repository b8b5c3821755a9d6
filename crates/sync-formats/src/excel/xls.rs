//! `.xls` of Excel 97 and later: a stream of records in a compound file. Record numbers: [MS-XLS].
//!
//! The stream is held in memory, and the places of its cells, which need not stand in order, are sorted.

use std::collections::HashMap;
use std::io::{self, Read};

use super::biff::{Records, SharedTexts, push_counted_text, record};
use super::binary::{Data, error_cell, put_boolean};
use super::fault::{Fault, Problem};
use super::options::{ExcelLimits, Sheet};
use super::package::AnySource;
use super::row::RowBuffer;
use super::sheets::{Tab, choose};
use super::strings::Strings;
use super::values::{Epoch, Meaning, builtin_format, format_meaning};
use crate::{TableErrorKind, column_letters};

/// Rows of a sheet.
#[derive(Debug)]
pub(super) struct XlsRows {
    stream: Vec<u8>,
    /// By row and column.
    cells: Vec<Cell>,
    next: usize,
    strings: Strings,
    meanings: Vec<Meaning>,
    epoch: Epoch,
    merged: Vec<String>,
    merged_left_out: u64,
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    row: u16,
    column: u16,
    /// Where its record begins.
    at: u32,
}

/// What a workbook says before its sheets.
#[derive(Debug, Default)]
struct Globals {
    tabs: Vec<Tab>,
    strings: Strings,
    own_formats: HashMap<u16, Meaning>,
    /// Numbers of formats, by style.
    styles: Vec<u16>,
    epoch: Epoch,
}

/// Opens the sheet that is meant, and says its name.
pub(super) fn open(source: AnySource, sheet: &Sheet, limits: ExcelLimits) -> Result<(String, XlsRows), Fault> {
    let stream = read_stream(source, limits.held_bytes)?;
    let globals = globals(&stream, &limits)?;
    let (name, start) = choose(&globals.tabs, sheet)?;
    let start = start.parse().map_err(|_| Problem::NoCells)?;
    let meaning = |id: &u16| globals.own_formats.get(id).copied().unwrap_or_else(|| builtin_format(u32::from(*id)));
    let meanings = globals.styles.iter().map(meaning).collect();
    let mut rows = XlsRows {
        stream: Vec::new(),
        cells: Vec::new(),
        next: 0,
        strings: globals.strings,
        meanings,
        epoch: globals.epoch,
        merged: Vec::new(),
        merged_left_out: 0,
    };
    rows.find_cells(&stream, start, limits.held_bytes)?;
    rows.stream = stream;
    Ok((name.to_owned(), rows))
}

/// The stream of the workbook in a compound file.
fn read_stream(source: AnySource, limit: u64) -> Result<Vec<u8>, Fault> {
    let mut file = cfb::CompoundFile::open(source).map_err(container_fault)?;
    if file.is_stream("/EncryptedPackage") {
        return Err(Fault::new(TableErrorKind::Password));
    }
    // The names differ between the versions of Excel.
    let name = match (file.is_stream("/Workbook"), file.is_stream("/Book")) {
        (true, _) => "/Workbook",
        (false, true) => return Err(Problem::TooOld.into()),
        (false, false) => return Err(Problem::NoStream.into()),
    };
    let mut stream = Vec::new();
    let part = file.open_stream(name).map_err(container_fault)?;
    part.take(limit.saturating_add(1)).read_to_end(&mut stream).map_err(container_fault)?;
    if stream.len() as u64 > limit {
        return Err(Fault::new(TableErrorKind::HoldsTooMuch { limit }));
    }
    Ok(stream)
}

/// A damaged file comes as an error of input and output, too.
fn container_fault(error: io::Error) -> Fault {
    use io::ErrorKind::{InvalidData, InvalidInput, NotFound, UnexpectedEof};
    match error.kind() {
        InvalidData | InvalidInput | NotFound | UnexpectedEof => Fault::workbook(error),
        _ => error.into(),
    }
}

fn globals(stream: &[u8], limits: &ExcelLimits) -> Result<Globals, Fault> {
    let mut globals = Globals::default();
    let mut records = Records::new(stream, 0);
    match records.next()? {
        Some((record::BOF, data)) if data.u16(0)? == 0x0600 => {}
        Some((record::BOF, _)) => return Err(Problem::TooOld.into()),
        _ => return Err(Problem::NoStream.into()),
    }
    while let Some((kind, data)) = records.next()? {
        match kind {
            record::FILE_PASS => return Err(Fault::new(TableErrorKind::Password)),
            record::DATE_1904 if data.u16(0)? == 1 => globals.epoch = Epoch::Year1904,
            record::FORMAT => {
                let mut code = Vec::new();
                push_counted_text(&data, 2, &mut code)?;
                globals.own_formats.insert(data.u16(0)?, format_meaning(&String::from_utf8_lossy(&code)));
            }
            record::XF => globals.styles.push(data.u16(2)?),
            record::BOUND_SHEET => globals.tabs.push(tab(&data)?),
            record::SST => SharedTexts::new(&mut records, data).read(&mut globals.strings, limits.held_bytes)?,
            record::EOF => break,
            _ => {}
        }
    }
    Ok(globals)
}

fn tab(data: &Data<'_>) -> Result<Tab, Fault> {
    const WORKSHEET: u8 = 0;
    let (start, kind, units, flags) = (data.u32(0)?, data.u8(5)?, usize::from(data.u8(6)?), data.u8(7)?);
    let mut name = Vec::new();
    super::biff::push_units(data, 8, units, flags, &mut name)?;
    let name = String::from_utf8_lossy(&name).into_owned();
    Ok(Tab { name, cells: (kind == WORKSHEET).then(|| start.to_string()) })
}

impl XlsRows {
    /// Notes where the cells of the sheet are.
    fn find_cells(&mut self, stream: &[u8], start: u32, limit: u64) -> Result<(), Fault> {
        let mut records = Records::new(stream, start as usize);
        match records.next()? {
            Some((record::BOF, _)) => {}
            _ => return Err(Problem::NoCells.into()),
        }
        // Charts stand inside the sheet, with records of their own that look like cells.
        let mut depth = 0_u32;
        while let Some((kind, data)) = records.next()? {
            match kind {
                record::BOF => depth += 1,
                record::EOF if depth == 0 => break,
                record::EOF => depth -= 1,
                _ if depth > 0 => {}
                record::MERGE_CELLS => self.note_merged(&data)?,
                record::MUL_RK => {
                    let (row, first) = (data.u16(0)?, data.u16(2)?);
                    let count = data.len().saturating_sub(6) / 6;
                    for column in (first..=u16::MAX).take(count) {
                        self.cells.push(Cell { row, column, at: records.given() });
                    }
                }
                record::NUMBER
                | record::LABEL
                | record::R_STRING
                | record::BOOL_ERR
                | record::RK
                | record::LABEL_SST
                | record::FORMULA => {
                    self.cells.push(Cell { row: data.u16(0)?, column: data.u16(2)?, at: records.given() });
                }
                _ => {}
            }
            if (stream.len() + self.cells.len() * size_of::<Cell>()) as u64 > limit {
                return Err(Fault::new(TableErrorKind::HoldsTooMuch { limit }));
            }
        }
        let place = |cell: &Cell| (cell.row, cell.column);
        if !self.cells.is_sorted_by_key(place) {
            // Stable: of two records for one cell the later one counts.
            self.cells.sort_by_key(place);
        }
        self.cells.shrink_to_fit();
        Ok(())
    }

    fn note_merged(&mut self, data: &Data<'_>) -> Result<(), Fault> {
        for index in 0..usize::from(data.u16(0)?) {
            if self.merged.len() == super::warning::Warnings::MOST {
                self.merged_left_out += 1;
                continue;
            }
            let at = 2 + 8 * index;
            let corner =
                |row: u16, column: u16| format!("{}{}", column_letters(usize::from(column)), u32::from(row) + 1);
            let first = corner(data.u16(at)?, data.u16(at + 4)?);
            self.merged.push(format!("{first}:{}", corner(data.u16(at + 2)?, data.u16(at + 6)?)));
        }
        Ok(())
    }

    /// Fills in the next row that the sheet has; `false` after the last one.
    pub(super) fn next(&mut self, row: &mut RowBuffer) -> Result<bool, Fault> {
        row.clear();
        let Some(first) = self.cells.get(self.next) else { return Ok(false) };
        let number = first.row;
        row.number = u32::from(number) + 1;
        while let Some(cell) = self.cells.get(self.next).copied().filter(|cell| cell.row == number) {
            self.next += 1;
            let column = usize::from(cell.column);
            self.read(cell, row).map_err(|fault| fault.in_row(row.number).in_column(column))?;
        }
        Ok(true)
    }

    pub(super) fn take_merged(&mut self) -> (Vec<String>, u64) {
        (std::mem::take(&mut self.merged), std::mem::take(&mut self.merged_left_out))
    }

    fn read(&self, cell: Cell, row: &mut RowBuffer) -> Result<(), Fault> {
        let column = usize::from(cell.column);
        let mut records = Records::new(&self.stream, cell.at as usize);
        let Some((kind, data)) = records.next()? else { return Ok(()) };
        match kind {
            record::NUMBER => self.put_number(column, data.u16(4)?, data.f64(6)?, row),
            record::RK => self.put_number(column, data.u16(4)?, data.packed_number(6)?, row),
            record::MUL_RK => {
                let at = 4 + 6 * usize::from(cell.column - data.u16(2)?);
                self.put_number(column, data.u16(at)?, data.packed_number(at + 2)?, row)
            }
            record::BOOL_ERR => match data.u8(7)? {
                0 => put_boolean(column, data.u8(6)?, row),
                _ => Err(error_cell(column, data.u8(6)?)),
            },
            record::LABEL | record::R_STRING => row.put(column, |out| push_counted_text(&data, 6, out)),
            record::LABEL_SST => {
                let index = data.u32(6)?;
                match self.strings.get(index as usize) {
                    Some(text) => row.put_text(column, text),
                    None => Err(Problem::NoSharedText(index.to_string(), self.strings.len()).into()),
                }
            }
            record::FORMULA => self.put_result(column, &data, &mut records, row),
            _ => Ok(()),
        }
    }

    /// The result of a formula: a number, or what two bytes that no number has announce.
    fn put_result(
        &self,
        column: usize,
        data: &Data<'_>,
        records: &mut Records<'_>,
        row: &mut RowBuffer,
    ) -> Result<(), Fault> {
        if data.u16(12)? != 0xFFFF {
            return self.put_number(column, data.u16(4)?, data.f64(6)?, row);
        }
        match data.u8(6)? {
            0 => {
                // The text follows, perhaps after the formula that several cells share.
                for _ in 0..3 {
                    match records.next()? {
                        Some((record::STRING, text)) => {
                            return row.put(column, |out| records.push_continued_text(text, out));
                        }
                        Some((record::SHARED_FORMULA | record::ARRAY | record::TABLE, _)) => {}
                        _ => break,
                    }
                }
                row.note(column, super::row::What::FormulaWithoutValue);
                Ok(())
            }
            1 => put_boolean(column, data.u8(8)?, row),
            2 => Err(error_cell(column, data.u8(8)?)),
            _ => Ok(()),
        }
    }

    fn put_number(&self, column: usize, style: u16, number: f64, row: &mut RowBuffer) -> Result<(), Fault> {
        let meaning = self.meanings.get(usize::from(style)).copied().unwrap_or_default();
        row.put_number(meaning, self.epoch, column, number)
    }
}
