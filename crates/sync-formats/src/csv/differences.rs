//! Where the two dialects read a file differently.

use std::fmt;

use super::{CollibraCsv, CsvDialect, DialectError, Rfc4180, Rfc4180Dialect};
use crate::table::{CellPlace, Row, RowPosition, RowReader, TableError, TableErrorKind};

/// A cell that the service reads differently from most other programs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CsvDifference {
    /// Where it is.
    pub place: CellPlace,
    /// What the service reads; `None` where it sees no such cell, or no end of it.
    pub collibra: Option<String>,
    /// What is read by RFC 4180; `None` as above.
    pub rfc4180: Option<String>,
    /// Whether the missing reading is one of a quote that is not closed in the sample.
    pub unterminated: bool,
}

impl CsvDifference {
    /// The two readings, without the place.
    pub fn message(&self) -> String {
        let missing = if self.unterminated { "no end of the cell" } else { "no such cell" };
        let reading = |text: &Option<String>| text.as_deref().map_or_else(|| missing.to_owned(), shortened);
        let (collibra, rfc4180) = (reading(&self.collibra), reading(&self.rfc4180));
        format!("the service reads {collibra}, most other programs {rfc4180}")
    }
}

impl fmt::Display for CsvDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CellPlace { row, line, column, name, .. } = &self.place;
        write!(f, "row {row}, {name} (line {line}, byte {column}): {}", self.message())
    }
}

/// A cell in quotation marks, the start of a long one.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        None => format!("{text:?}"),
        Some((end, _)) => format!("{:?}…", &text[..end]),
    }
}

/// Reads the start of a file in both dialects, with the same separator and quote, and tells where they differ: at most
/// `at_most` cells. The sample may end anywhere; the first MiB of a file is enough to see how it was written.
///
/// Most programs write by RFC 4180. Where the service reads such a file differently, data is changed without a word: a
/// backslash vanishes, or a cell swallows those behind it. CR and CRLF within a cell count as LF.
///
/// In rows that are cut into cells at different places only the first cell is told, and reading goes on where both see
/// the start of a row again. Where only one of them finds the end of a row, that is the last difference; from bytes that
/// are not UTF-8 on nothing is compared.
///
/// # Errors
/// [`DialectError`] where separator or quote is not ASCII: RFC 4180 is not read with them.
///
/// ```
/// use sync_formats::{CsvDialect, csv_differences};
///
/// let sample = b"path;note\nC:\\temp;none\n";
/// let differences = csv_differences(sample, &CsvDialect::default(), 10)?;
/// let told: Vec<_> = differences.iter().map(ToString::to_string).collect();
/// assert_eq!(told, [r#"row 2, column 1 (line 2, byte 1): the service reads "C:temp", most other programs "C:\\temp""#]);
/// # Ok::<(), sync_formats::DialectError>(())
/// ```
pub fn csv_differences(
    sample: &[u8],
    dialect: &CsvDialect,
    at_most: usize,
) -> Result<Vec<CsvDifference>, DialectError> {
    let standard = Rfc4180Dialect::new(&dialect.separator().to_string(), &dialect.quote().to_string())?;
    let mut pair = Pair {
        collibra: CollibraCsv::new(sample, dialect),
        standard: Rfc4180::new(sample, &standard),
        found: Vec::new(),
    };
    while pair.found.len() < at_most && pair.compare_rows(at_most) {}
    Ok(pair.found)
}

/// Both readers, at the start of the same row.
struct Pair<'a> {
    collibra: CollibraCsv<&'a [u8]>,
    standard: Rfc4180<&'a [u8]>,
    found: Vec<CsvDifference>,
}

/// A row as a difference needs it, once its reader has gone on.
struct OwnRow {
    cells: Vec<String>,
    raw: Vec<u8>,
    position: RowPosition,
}

impl OwnRow {
    fn new(row: Row<'_>) -> Self {
        let cells = row.cells().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
        Self { cells, raw: row.raw().to_vec(), position: row.position() }
    }

    /// The first byte behind the text of the row.
    fn end(&self) -> u64 {
        end(self.position, &self.raw)
    }
}

fn end(position: RowPosition, raw: &[u8]) -> u64 {
    position.offset + raw.len() as u64
}

impl Pair<'_> {
    /// Compares the next rows of both; `false` at the end.
    fn compare_rows(&mut self, at_most: usize) -> bool {
        match (self.collibra.next_row(), self.standard.next_row()) {
            (Ok(Some(collibra)), Ok(Some(standard))) => {
                let same_place = collibra.raw().len() == standard.raw().len() && collibra.len() == standard.len();
                if same_place && collibra.cells().eq(standard.cells()) {
                    return true;
                }
                let (collibra, standard) = (OwnRow::new(collibra), OwnRow::new(standard));
                self.compare_cells(&collibra, &standard, same_place, at_most);
                self.meet(collibra.end(), standard.end())
            }
            (Err(error), Ok(Some(row))) => {
                let row = OwnRow::new(row);
                if let Some((place, text)) = swallowed(&error, &row, &self.standard) {
                    self.found.push(CsvDifference { place, collibra: None, rfc4180: text, unterminated: true });
                }
                false
            }
            (Ok(Some(row)), Err(error)) => {
                let row = OwnRow::new(row);
                if let Some((place, text)) = swallowed(&error, &row, &self.collibra) {
                    self.found.push(CsvDifference { place, collibra: text, rfc4180: None, unterminated: true });
                }
                false
            }
            // Errors of both, or ends of both: what comes first in the file is the same for them.
            _ => false,
        }
    }

    /// The cells of a row that differ; the first of them if the others may only stand at other places.
    fn compare_cells(&mut self, collibra: &OwnRow, standard: &OwnRow, same_place: bool, at_most: usize) {
        let columns = collibra.cells.len().max(standard.cells.len());
        for column in 0..columns {
            let (left, right) = (collibra.cells.get(column), standard.cells.get(column));
            if left.map(|text| with_line_feeds(text)) == right.map(|text| with_line_feeds(text)) {
                continue;
            }
            let place = match left {
                Some(_) => self.collibra.place_of(collibra.position, &collibra.raw, column),
                None => self.standard.place_of(standard.position, &standard.raw, column),
            };
            let (collibra, rfc4180) = (left.cloned(), right.cloned());
            self.found.push(CsvDifference { place, collibra, rfc4180, unterminated: false });
            if !same_place || self.found.len() >= at_most {
                return;
            }
        }
    }

    /// Goes on until rows end at the same place in both; `false` if there is none.
    fn meet(&mut self, mut collibra: u64, mut standard: u64) -> bool {
        while collibra != standard {
            let (reader, reached): (&mut dyn RowReader, _) = if collibra < standard {
                (&mut self.collibra, &mut collibra)
            } else {
                (&mut self.standard, &mut standard)
            };
            match reader.next_row() {
                Ok(Some(row)) => *reached = end(row.position(), row.raw()),
                _ => return false,
            }
        }
        true
    }
}

/// The cell of a row that goes on and on in the dialect that gave the error: the one with the quote that never closes,
/// else the last one, in which the row ends for the other dialect only.
fn swallowed(error: &TableError, row: &OwnRow, reader: &dyn RowReader) -> Option<(CellPlace, Option<String>)> {
    if !matches!(error.kind(), TableErrorKind::UnterminatedQuote) {
        return None;
    }
    let mut places = (0..row.cells.len()).map(|column| reader.place_of(row.position, &row.raw, column));
    let last = reader.place_of(row.position, &row.raw, row.cells.len().saturating_sub(1));
    let place =
        places.find(|place| (place.offset..place.offset + place.length).contains(&error.offset())).unwrap_or(last);
    let text = row.cells.get(place.number as usize - 1).cloned();
    Some((place, text))
}

fn with_line_feeds(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}
