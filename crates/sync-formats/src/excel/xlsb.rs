//! `.xlsb`: the parts of an `.xlsx` as binary records, read one row at a time. Page and record numbers: [MS-XLSB].

use std::collections::HashMap;
use std::io::{Read, Seek};

use super::binary::{Data, error_cell, push_utf16, put_boolean};
use super::fault::{Fault, Problem};
use super::opc::{References, references};
use super::options::{ExcelLimits, Sheet};
use super::package::{AnySource, Package, Part};
use super::row::RowBuffer;
use super::sheets::{Tab, choose};
use super::strings::Strings;
use super::values::{Epoch, Meaning, builtin_format, format_meaning};
use super::window::Window;
use crate::column_letters;

/// Records that matter, by their names in the documentation.
mod record {
    pub(super) const ROW_HDR: u16 = 0;
    pub(super) const CELL_RK: u16 = 2;
    pub(super) const CELL_ERROR: u16 = 3;
    pub(super) const CELL_BOOL: u16 = 4;
    pub(super) const CELL_REAL: u16 = 5;
    pub(super) const CELL_ST: u16 = 6;
    pub(super) const CELL_ISST: u16 = 7;
    pub(super) const FMLA_STRING: u16 = 8;
    pub(super) const FMLA_NUM: u16 = 9;
    pub(super) const FMLA_BOOL: u16 = 10;
    pub(super) const FMLA_ERROR: u16 = 11;
    pub(super) const SHORT_BLANK: u16 = 12;
    pub(super) const SHORT_ISST: u16 = 18;
    pub(super) const SST_ITEM: u16 = 19;
    pub(super) const FMT: u16 = 44;
    pub(super) const XF: u16 = 47;
    pub(super) const CELL_R_STRING: u16 = 62;
    pub(super) const BEGIN_SHEET_DATA: u16 = 145;
    pub(super) const END_SHEET_DATA: u16 = 146;
    pub(super) const WB_PROP: u16 = 153;
    pub(super) const BUNDLE_SH: u16 = 156;
    pub(super) const MERGE_CELL: u16 = 176;
    pub(super) const BEGIN_CELL_XFS: u16 = 617;
    pub(super) const END_CELL_XFS: u16 = 618;
}

/// The records of a part.
#[derive(Debug)]
struct Records<S> {
    window: Window<S>,
    /// Bytes of the record given last.
    given: usize,
}

impl<S: Read + Seek> Records<S> {
    fn new(part: Part<S>, limits: &ExcelLimits) -> Self {
        Self { window: Window::new(part, limits.row_bytes), given: 0 }
    }

    /// The next record; `None` at the end of the part.
    fn next(&mut self) -> Result<Option<(u16, Data<'_>)>, Fault> {
        self.window.consume(std::mem::take(&mut self.given));
        let (kind, start, end) = loop {
            let bytes = self.window.bytes();
            if let Some((kind, start, end)) = head(bytes).filter(|(_, _, end)| *end <= bytes.len()) {
                break (kind, start, end);
            }
            if bytes.is_empty() {
                if !self.window.more()? {
                    return Ok(None);
                }
            } else {
                self.window.need_more()?;
            }
        };
        self.given = end;
        Ok(Some((kind, Data::new(&self.window.bytes()[start..end], kind))))
    }
}

/// Type of a record, and where its data begins and ends: both written in groups of seven bits, the lower ones first.
fn head(bytes: &[u8]) -> Option<(u16, usize, usize)> {
    let (kind, after_kind) = match *bytes.first()? {
        low if low < 0x80 => (u16::from(low), 1),
        low => (u16::from(low & 0x7F) | u16::from(*bytes.get(1)? & 0x7F) << 7, 2),
    };
    let mut length = 0_usize;
    for group in 0..4 {
        let byte = *bytes.get(after_kind + group)?;
        length |= usize::from(byte & 0x7F) << (7 * group);
        if byte < 0x80 || group == 3 {
            let start = after_kind + group + 1;
            return Some((kind, start, start + length));
        }
    }
    None
}

/// Units of a text that begins with their number, and the place after it. Absent texts have a number of their own.
fn wide_text<'a>(data: &Data<'a>, at: usize) -> Result<(&'a [u8], usize), Fault> {
    let units = match data.u32(at)? {
        u32::MAX => 0,
        units => units as usize,
    };
    let bytes = units.saturating_mul(2);
    Ok((data.bytes(at + 4, bytes)?, at + 4 + bytes))
}

fn wide_string(data: &Data<'_>, at: usize) -> Result<(String, usize), Fault> {
    let (units, after) = wide_text(data, at)?;
    let mut text = Vec::new();
    push_utf16(units, &mut text);
    Ok((String::from_utf8_lossy(&text).into_owned(), after))
}

/// Rows of a sheet, one at a time.
#[derive(Debug)]
pub(super) struct XlsbRows {
    records: Records<AnySource>,
    strings: Strings,
    meanings: Vec<Meaning>,
    epoch: Epoch,
    stage: Stage,
    /// Number of the row whose cells come next, from 1.
    row: u32,
    merged: Vec<String>,
    merged_left_out: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Before,
    Rows,
    After,
}

/// Opens the sheet that is meant, and says its name.
pub(super) fn open(
    mut package: Package,
    workbook: &str,
    sheet: &Sheet,
    limits: ExcelLimits,
) -> Result<(String, XlsbRows), Fault> {
    let references = references(&mut package, workbook)?;
    let (tabs, epoch) = tabs(package.part(workbook)?, &references, &limits)?;
    let (name, part) = choose(&tabs, sheet)?;
    let meanings = match references.part("styles").filter(|part| package.has(part)) {
        Some(styles) => meanings(package.part(styles)?, &limits)?,
        None => Vec::new(),
    };
    let strings = match references.part("sharedStrings").filter(|part| package.has(part)) {
        Some(strings) => strings_of(package.part(strings)?, &limits)?,
        None => Strings::default(),
    };
    let records = Records::new(package.into_part(part)?, &limits);
    let rows = XlsbRows {
        records,
        strings,
        meanings,
        epoch,
        stage: Stage::Before,
        row: 0,
        merged: Vec::new(),
        merged_left_out: 0,
    };
    Ok((name.to_owned(), rows))
}

fn tabs(part: Part<&mut AnySource>, references: &References, limits: &ExcelLimits) -> Result<(Vec<Tab>, Epoch), Fault> {
    const MOST_TABS: usize = 65_535;
    let mut records = Records::new(part, limits);
    let (mut tabs, mut epoch) = (Vec::new(), Epoch::Year1900);
    while let Some((kind, data)) = records.next()? {
        match kind {
            record::WB_PROP if data.u8(0)? & 1 == 1 => epoch = Epoch::Year1904,
            record::BUNDLE_SH if tabs.len() < MOST_TABS => {
                let (id, after) = wide_string(&data, 8)?;
                let (name, _) = wide_string(&data, after)?;
                tabs.push(Tab { name, cells: references.worksheet(&id) });
            }
            _ => {}
        }
    }
    Ok((tabs, epoch))
}

fn meanings(part: Part<&mut AnySource>, limits: &ExcelLimits) -> Result<Vec<Meaning>, Fault> {
    // Excel has 65,490 at most.
    const MOST: usize = 1 << 17;
    let mut records = Records::new(part, limits);
    let (mut own, mut meanings, mut in_cells) = (HashMap::new(), Vec::new(), false);
    while let Some((kind, data)) = records.next()? {
        match kind {
            record::FMT => {
                own.insert(data.u16(0)?, format_meaning(&wide_string(&data, 2)?.0));
            }
            record::BEGIN_CELL_XFS => in_cells = true,
            record::END_CELL_XFS => in_cells = false,
            record::XF if in_cells && meanings.len() < MOST => {
                let id = data.u16(2)?;
                meanings.push(own.get(&id).copied().unwrap_or_else(|| builtin_format(u32::from(id))));
            }
            _ => {}
        }
    }
    Ok(meanings)
}

fn strings_of(part: Part<&mut AnySource>, limits: &ExcelLimits) -> Result<Strings, Fault> {
    let mut records = Records::new(part, limits);
    let mut strings = Strings::default();
    while let Some((kind, data)) = records.next()? {
        if kind == record::SST_ITEM {
            let (units, _) = wide_text(&data, 1)?;
            strings.push(limits.held_bytes, |out| push_utf16(units, out))?;
        }
    }
    Ok(strings)
}

impl XlsbRows {
    /// Fills in the next row that the sheet has; `false` after the last one.
    pub(super) fn next(&mut self, row: &mut RowBuffer) -> Result<bool, Fault> {
        if self.stage == Stage::After {
            return Ok(false);
        }
        row.clear();
        row.number = self.row;
        while let Some((kind, data)) = self.records.next()? {
            match (self.stage, kind) {
                (Stage::Before, record::BEGIN_SHEET_DATA) => self.stage = Stage::Rows,
                (Stage::Rows, record::ROW_HDR) => {
                    let number = data.u32(0)?.checked_add(1).filter(|number| *number <= ExcelLimits::MAX_ROWS);
                    let number = number.ok_or(Problem::RowNumber)?;
                    if number <= self.row {
                        return Err(Fault::from(Problem::RowOrder(number)).in_row(number));
                    }
                    let last = std::mem::replace(&mut self.row, number);
                    if last > 0 {
                        return Ok(true);
                    }
                    row.number = number;
                }
                (Stage::Rows, record::END_SHEET_DATA) => {
                    self.stage = Stage::After;
                    self.read_rest()?;
                    return Ok(self.row > 0);
                }
                (Stage::Rows, _) => {
                    let cells = Cells { strings: &self.strings, meanings: &self.meanings, epoch: self.epoch };
                    cells.read(kind, &data, row).map_err(|fault| fault.in_row(self.row))?;
                }
                _ => {}
            }
        }
        Err(match self.stage {
            Stage::Before => Problem::NoCells.into(),
            _ => Problem::Truncated("of the sheet".to_owned()).into(),
        })
    }

    pub(super) fn take_merged(&mut self) -> (Vec<String>, u64) {
        (std::mem::take(&mut self.merged), std::mem::take(&mut self.merged_left_out))
    }

    /// Reads what follows the rows: merged areas, and the checksum that says whether all of it was right.
    fn read_rest(&mut self) -> Result<(), Fault> {
        while let Some((kind, data)) = self.records.next()? {
            if kind != record::MERGE_CELL {
                continue;
            }
            if self.merged.len() == super::warning::Warnings::MOST {
                self.merged_left_out += 1;
                continue;
            }
            let corner = |row: u32, column: u32| format!("{}{}", column_letters(column as usize), u64::from(row) + 1);
            let first = corner(data.u32(0)?, data.u32(8)?);
            self.merged.push(format!("{first}:{}", corner(data.u32(4)?, data.u32(12)?)));
        }
        Ok(())
    }
}

/// What cells of all rows share.
struct Cells<'a> {
    strings: &'a Strings,
    meanings: &'a [Meaning],
    epoch: Epoch,
}

impl Cells<'_> {
    fn read(&self, kind: u16, data: &Data<'_>, row: &mut RowBuffer) -> Result<(), Fault> {
        let is_cell = matches!(kind, record::CELL_RK..=record::FMLA_ERROR | record::CELL_R_STRING);
        if (record::SHORT_BLANK..=record::SHORT_ISST).contains(&kind) {
            // Documented, but never seen: cells without a column. Better no table than one that lacks them.
            return Err(Problem::UnknownRecord(kind).into());
        }
        if !is_cell {
            return Ok(());
        }
        let column = data.u32(0)? as usize;
        let style = (data.u32(4)? & 0xFF_FFFF) as usize;
        let number = |number: f64, row: &mut RowBuffer| {
            let meaning = self.meanings.get(style).copied().unwrap_or_default();
            row.put_number(meaning, self.epoch, column, number)
        };
        let text = |at: usize, row: &mut RowBuffer| {
            let (units, _) = wide_text(data, at)?;
            row.put(column, |out| {
                push_utf16(units, out);
                Ok::<_, Fault>(())
            })
        };
        match kind {
            record::CELL_RK => number(data.packed_number(8)?, row),
            record::CELL_REAL | record::FMLA_NUM => number(data.f64(8)?, row),
            record::CELL_BOOL | record::FMLA_BOOL => put_boolean(column, data.u8(8)?, row),
            record::CELL_ERROR | record::FMLA_ERROR => Err(error_cell(column, data.u8(8)?)),
            record::CELL_ST | record::FMLA_STRING => text(8, row),
            record::CELL_R_STRING => text(9, row),
            record::CELL_ISST => {
                let index = data.u32(8)?;
                match self.strings.get(index as usize) {
                    Some(text) => row.put_text(column, text),
                    None => Err(Problem::NoSharedText(index.to_string(), self.strings.len()).into()),
                }
            }
            _ => Ok(()),
        }
        .map_err(|fault| fault.in_column(column))
    }
}
