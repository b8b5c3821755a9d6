//! `.ods`: one part of XML with all sheets, read one row at a time.
//!
//! Elements are told by their names without prefixes, attributes by the prefixes that every program uses.

use super::fault::{Fault, Problem, XmlProblem};
use super::options::{ExcelLimits, Sheet};
use super::package::{AnySource, Package};
use super::row::{RowBuffer, What};
use super::sheets::absent;
use super::values;
use super::window::Window;
use super::xml::{self, Token, Tokens, attribute, attribute_text};
use crate::column_letters;
use crate::{Span, TableErrorKind};

const CONTENT: &str = "content.xml";
const MANIFEST: &str = "META-INF/manifest.xml";

/// Rows of a sheet of an `.ods`, one at a time.
#[derive(Debug)]
pub(super) struct OdsRows {
    window: Window<AnySource>,
    /// Number of the last row, from 1.
    last: u32,
    /// How many more times the row in the buffer stands in the sheet.
    repeats: u32,
    merged: Vec<String>,
    merged_left_out: u64,
    ended: bool,
}

/// Opens the sheet that is meant, and says its name.
pub(super) fn open(mut package: Package, sheet: &Sheet, limits: ExcelLimits) -> Result<(String, OdsRows), Fault> {
    check_password(&mut package)?;
    let window = Window::new(package.into_part(CONTENT)?, limits.row_bytes);
    let mut rows = OdsRows { window, last: 0, repeats: 0, merged: Vec::new(), merged_left_out: 0, ended: false };
    let name = rows.find_sheet(sheet)?;
    Ok((name, rows))
}

/// Parts of a workbook with a password are packed into each other, or encrypted one by one, which the list of parts says.
fn check_password(package: &mut Package) -> Result<(), Fault> {
    if package.has("encrypted-package") {
        return Err(Fault::new(TableErrorKind::Password));
    }
    if !package.has(MANIFEST) {
        return Ok(());
    }
    let bytes = package.small_part(MANIFEST)?;
    let mut tokens = Tokens::new(&bytes, 0);
    loop {
        match tokens.next() {
            Ok(Some(Token::Start { name: b"encryption-data", .. })) => {
                return Err(Fault::new(TableErrorKind::Password));
            }
            Ok(Some(_)) => {}
            Ok(None) => return Ok(()),
            Err(problem) => return Err(Problem::Xml(MANIFEST.to_owned(), problem).into()),
        }
    }
}

/// What a piece of the sheet was.
enum Step {
    /// A row, of so many bytes and with so many repetitions.
    Row(usize, u64),
    Other(usize),
    End(usize),
    Unfinished,
}

/// Why a cell was not read.
enum CellProblem {
    Xml(XmlProblem),
    Fault(Fault),
}

impl From<XmlProblem> for CellProblem {
    fn from(problem: XmlProblem) -> Self {
        Self::Xml(problem)
    }
}

impl From<Fault> for CellProblem {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl OdsRows {
    /// Moves to the first row of the sheet.
    fn find_sheet(&mut self, sheet: &Sheet) -> Result<String, Fault> {
        const MOST_NAMES: usize = 10_000;
        let mut names: Vec<String> = Vec::new();
        // Tables may stand inside cells, and are no sheets.
        let mut depth = 0_u32;
        let found = self.window.find(|token| match token {
            Token::Start { name: b"table", attributes, empty } => {
                depth += u32::from(!empty);
                if depth != u32::from(!empty) || names.len() >= MOST_NAMES {
                    return None;
                }
                let name = match attribute(attributes, b"table:name").map(attribute_text).transpose() {
                    Ok(name) => name.unwrap_or_default(),
                    Err(problem) => return Some(Err(problem)),
                };
                let is_meant = match sheet {
                    Sheet::First => true,
                    Sheet::Name(wanted) => *wanted == name,
                    Sheet::Index(index) => *index as usize == names.len(),
                };
                names.push(name);
                is_meant.then(|| Ok((names.len() - 1, empty)))
            }
            Token::End { name: b"table" } => {
                depth = depth.saturating_sub(1);
                None
            }
            _ => None,
        })?;
        match found {
            Some(Ok((index, empty))) => {
                self.ended = empty;
                Ok(names.swap_remove(index))
            }
            Some(Err(problem)) => Err(self.window.xml_fault(problem)),
            None => Err(absent(sheet, names.iter().map(String::as_str))),
        }
    }

    /// Fills in the next row that the sheet has; `false` after the last one.
    pub(super) fn next(&mut self, row: &mut RowBuffer) -> Result<bool, Fault> {
        if self.repeats > 0 {
            self.repeats -= 1;
            self.last += 1;
            row.number = self.last;
            return Ok(true);
        }
        while !self.ended {
            row.clear();
            row.number = self.last + 1;
            match self.step(row) {
                Ok(Step::Row(length, repeats)) => {
                    self.window.consume(length);
                    if self.start_repeats(row, repeats)? {
                        return Ok(true);
                    }
                }
                Ok(Step::Other(length)) => self.window.consume(length),
                Ok(Step::End(length)) => {
                    self.window.consume(length);
                    self.ended = true;
                    // The rest is read for its checksum.
                    self.window.find(|_| None::<()>)?;
                }
                Ok(Step::Unfinished) => self.window.need_more()?,
                Err(CellProblem::Xml(problem)) => return Err(self.window.xml_fault(problem).in_row(row.number)),
                Err(CellProblem::Fault(fault)) => return Err(fault.in_row(row.number)),
            }
        }
        Ok(false)
    }

    /// Counts a row and its repetitions; `false` where it is empty, and passed over as often as it stands there.
    fn start_repeats(&mut self, row: &mut RowBuffer, repeats: u64) -> Result<bool, Fault> {
        let is_empty = !row.finish() && row.notes.is_empty();
        // Sheets are filled up with empty rows to their end, and now and then beyond.
        let left = u64::from(ExcelLimits::MAX_ROWS - self.last);
        if repeats > left && !is_empty {
            return Err(Fault::from(Problem::RowNumber).in_row(row.number));
        }
        let repeats = u32::try_from(repeats.min(left)).unwrap_or(0);
        if is_empty {
            self.last += repeats;
            return Ok(false);
        }
        self.repeats = repeats.saturating_sub(1);
        self.last += 1;
        Ok(true)
    }

    pub(super) fn take_merged(&mut self) -> (Vec<String>, u64) {
        (std::mem::take(&mut self.merged), std::mem::take(&mut self.merged_left_out))
    }

    fn step(&mut self, row: &mut RowBuffer) -> Result<Step, CellProblem> {
        let mut tokens = Tokens::new(self.window.bytes(), 0);
        match tokens.next()? {
            Some(Token::Start { name: b"table-row", attributes, empty }) => {
                let repeats = repeated(attributes, b"table:number-rows-repeated")?;
                if empty {
                    return Ok(Step::Row(tokens.at(), repeats));
                }
                let mut merged = Vec::new();
                if !cells(&mut tokens, row, &mut merged)? {
                    return Ok(Step::Unfinished);
                }
                let length = tokens.at();
                self.note_merged(merged);
                Ok(Step::Row(length, repeats))
            }
            // What groups rows is passed through; a sheet's end is that of its element.
            Some(Token::Start { name: b"table-rows" | b"table-row-group" | b"table-header-rows", .. }) => {
                Ok(Step::Other(tokens.at()))
            }
            Some(Token::Start { empty: false, .. }) => match tokens.skip_element()? {
                true => Ok(Step::Other(tokens.at())),
                false => Ok(Step::Unfinished),
            },
            Some(Token::End { name: b"table" }) => Ok(Step::End(tokens.at())),
            Some(_) => Ok(Step::Other(tokens.at())),
            None => Ok(Step::Unfinished),
        }
    }

    fn note_merged(&mut self, areas: Vec<String>) {
        for area in areas {
            match self.merged.len() < super::warning::Warnings::MOST {
                true => self.merged.push(area),
                false => self.merged_left_out += 1,
            }
        }
    }
}

/// A number of repetitions: at least 1.
fn repeated(attributes: &[u8], name: &[u8]) -> Result<u64, Fault> {
    let Some(text) = attribute(attributes, name) else { return Ok(1) };
    let number = str::from_utf8(text).ok().and_then(|text| text.trim().parse().ok());
    match number {
        Some(number @ 1..) => Ok(number),
        _ => Err(Problem::Value(String::from_utf8_lossy(&text[..text.len().min(60)]).into_owned(), "count").into()),
    }
}

/// Reads the cells up to the row's end; `false` where it is not all there.
fn cells(tokens: &mut Tokens<'_>, row: &mut RowBuffer, merged: &mut Vec<String>) -> Result<bool, CellProblem> {
    let mut column = 0_usize;
    loop {
        match tokens.next()? {
            Some(Token::Start { name: b"table-cell" | b"covered-table-cell", attributes, empty }) => {
                let count = repeated(attributes, b"table:number-columns-repeated")?;
                if let Some(area) = merged_area(attributes, row.number, column)? {
                    merged.push(area);
                }
                let start = row.bytes.len();
                if !cell(tokens, attributes, empty, column, row)? {
                    return Ok(false);
                }
                let is_empty = row.bytes.len() == start;
                let count = usize::try_from(count).unwrap_or(usize::MAX);
                if !is_empty && count > 1 {
                    row.check_column(column.saturating_add(count - 1))?;
                    let span = Span { start: start as u32, end: row.bytes.len() as u32 };
                    for column in column + 1..column + count {
                        row.place(column, span)?;
                    }
                }
                column = column.saturating_add(count);
            }
            Some(Token::Start { empty: false, .. }) => {
                if !tokens.skip_element()? {
                    return Ok(false);
                }
            }
            Some(Token::End { name: b"table-row" }) => return Ok(true),
            Some(Token::End { .. }) => return Err(XmlProblem::Nesting.into()),
            Some(_) => {}
            None => return Ok(false),
        }
    }
}

/// The area that a cell is merged with, if it is.
fn merged_area(attributes: &[u8], row: u32, column: usize) -> Result<Option<String>, Fault> {
    let columns = repeated(attributes, b"table:number-columns-spanned")?;
    let rows = repeated(attributes, b"table:number-rows-spanned")?;
    if (columns, rows) == (1, 1) {
        return Ok(None);
    }
    let last = column.saturating_add(usize::try_from(columns - 1).unwrap_or(usize::MAX));
    let last = last.min(ExcelLimits::MAX_COLUMNS as usize);
    let last_row = u64::from(row).saturating_add(rows - 1);
    Ok(Some(format!("{}{row}:{}{last_row}", column_letters(column), column_letters(last))))
}

/// Reads one cell, its opening tag being read; `false` where it is not all there.
fn cell(
    tokens: &mut Tokens<'_>,
    attributes: &[u8],
    empty: bool,
    column: usize,
    row: &mut RowBuffer,
) -> Result<bool, CellProblem> {
    // Error values have no type of their own in the format: the program that most write it with marks them.
    let is_error = attribute(attributes, b"calcext:value-type") == Some(b"error");
    let kind = attribute(attributes, b"office:value-type");
    let value = |name: &[u8]| attribute(attributes, name).unwrap_or_default();
    let mut text = None;
    match kind {
        Some(b"float" | b"percentage" | b"currency") if !is_error => {
            let number = value(b"office:value");
            row.put(column, |out| match values::push_number_text(number, out) {
                true => Ok(()),
                false => Err(Fault::from(Problem::Value(String::from_utf8_lossy(number).into_owned(), "number"))),
            })?;
        }
        Some(b"boolean") if !is_error => match value(b"office:boolean-value") {
            b"true" | b"TRUE" => row.put_text(column, b"true")?,
            _ => row.put_text(column, b"false")?,
        },
        Some(b"date") if !is_error => put(column, row, |out| {
            values::push_iso_date(value(b"office:date-value"), out);
            Ok(())
        })?,
        Some(b"time") if !is_error => put(column, row, |out| {
            values::push_iso_duration(value(b"office:time-value"), out);
            Ok(())
        })?,
        // Text, or nothing, or a type of tomorrow: what is shown counts.
        _ => match attribute(attributes, b"office:string-value") {
            Some(value) if !is_error => put(column, row, |out| xml::push_text(value, out))?,
            _ => text = Some(Vec::new()),
        },
    }
    if !empty && !push_paragraphs(tokens, &mut text, row.cell_limit())? {
        return Ok(false);
    }
    let shown = text.unwrap_or_default();
    if is_error {
        let value = String::from_utf8_lossy(&shown[..shown.len().min(60)]).into_owned();
        return Err(Fault::new(TableErrorKind::ErrorCell { value }).in_column(column).into());
    }
    if !shown.is_empty() {
        put(column, row, |out| {
            out.extend_from_slice(&shown);
            Ok(())
        })?;
    } else if kind.is_none() && attribute(attributes, b"table:formula").is_some() {
        row.note(column, What::FormulaWithoutValue);
    }
    Ok(true)
}

fn put(
    column: usize,
    row: &mut RowBuffer,
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), XmlProblem>,
) -> Result<(), Fault> {
    row.put(column, |out| {
        let start = out.len();
        write(out)?;
        match str::from_utf8(&out[start..]) {
            Ok(_) => Ok(()),
            Err(_) => Err(XmlProblem::Encoding),
        }
    })
}

/// Reads what a cell shows, up to its end, into `text` if it is wanted: paragraphs as lines, white space as one space
/// unless it is written as elements. Comments and drawings are passed over. `false` where it is not all there.
fn push_paragraphs(tokens: &mut Tokens<'_>, text: &mut Option<Vec<u8>>, most: usize) -> Result<bool, XmlProblem> {
    let (mut depth, mut paragraphs) = (0_u32, 0_u32);
    while let Some(token) = tokens.next()? {
        match token {
            Token::Start { name, attributes, empty } => {
                let is_foreign = matches!(name, b"annotation" | b"table") || (depth == 0 && name != b"p");
                if is_foreign && !empty {
                    if !tokens.skip_element()? {
                        return Ok(false);
                    }
                    continue;
                }
                depth += u32::from(!empty);
                let Some(out) = text else { continue };
                match name {
                    b"p" => {
                        if paragraphs > 0 {
                            out.push(b'\n');
                        }
                        paragraphs += 1;
                    }
                    b"s" => push_spaces(attributes, out, most),
                    b"tab" => out.push(b'\t'),
                    b"line-break" => out.push(b'\n'),
                    _ => {}
                }
            }
            Token::End { .. } if depth == 0 => return Ok(true),
            Token::End { .. } => depth -= 1,
            Token::Text(piece) if depth > 0 => {
                if let Some(out) = text {
                    let start = out.len();
                    xml::push_text(piece, out)?;
                    collapse(out, start);
                }
            }
            Token::Verbatim(piece) if depth > 0 => {
                if let Some(out) = text {
                    let start = out.len();
                    out.extend_from_slice(piece);
                    collapse(out, start);
                }
            }
            _ => {}
        }
    }
    Ok(false)
}

/// One element stands for any number of spaces: more than make a cell too long are not written.
fn push_spaces(attributes: &[u8], out: &mut Vec<u8>, most: usize) {
    let count = attribute(attributes, b"text:c").and_then(|count| str::from_utf8(count).ok()?.trim().parse().ok());
    let room = most.saturating_add(1).saturating_sub(out.len());
    out.resize(out.len() + count.unwrap_or(1_usize).min(room), b' ');
}

/// Makes one space of each run of white space from a place on.
fn collapse(out: &mut Vec<u8>, start: usize) {
    let mut write = start;
    for read in start..out.len() {
        let is_space = matches!(out[read], b' ' | b'\t' | b'\n' | b'\r');
        if is_space && write > start && out[write - 1] == b' ' {
            continue;
        }
        out[write] = if is_space { b' ' } else { out[read] };
        write += 1;
    }
    out.truncate(write);
}
