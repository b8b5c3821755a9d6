//! What the tests of comma-separated text need.

use sync_formats::{CellPlace, CollibraCsv, CsvDialect, CsvLimits, Rfc4180, Rfc4180Dialect, RowPosition, RowReader};

use crate::support::Chunks;

/// A row that outlives its reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnRow {
    pub(crate) cells: Vec<String>,
    pub(crate) raw: Vec<u8>,
    pub(crate) position: RowPosition,
    pub(crate) places: Vec<CellPlace>,
}

/// What an error says: message, offset, line, column, and the row concerned.
pub(crate) type Failure = (String, u64, u64, u64, RowPosition);

/// All rows up to the end or to an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) rows: Vec<OwnRow>,
    pub(crate) error: Option<Failure>,
}

impl Outcome {
    pub(crate) fn cells(&self) -> Vec<Vec<String>> {
        self.rows.iter().map(|row| row.cells.clone()).collect()
    }
}

/// Reads to the end, with the place of every cell and of one past the last.
pub(crate) fn outcome(mut reader: impl RowReader) -> Outcome {
    let (mut rows, mut error) = (Vec::new(), None);
    loop {
        let row = match reader.next_row() {
            Ok(Some(row)) => row,
            Ok(None) => break,
            Err(failure) => {
                let place = (failure.offset(), failure.line(), failure.column());
                error = Some((failure.to_string(), place.0, place.1, place.2, failure.position()));
                assert!(reader.next_row().expect("an error is final").is_none());
                break;
            }
        };
        let cells: Vec<_> =
            row.cells().map(|cell| String::from_utf8(cell.to_vec()).expect("cells are UTF-8")).collect();
        let (raw, position) = (row.raw().to_vec(), row.position());
        let places = (0..=cells.len()).map(|column| reader.place_of(position, &raw, column)).collect();
        rows.push(OwnRow { cells, raw, position, places });
    }
    Outcome { rows, error }
}

/// How the bytes come in: how many at a time from the source, and how many are asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Feed {
    pub(crate) size: usize,
    pub(crate) block: usize,
}

impl Feed {
    pub(crate) const WHOLE: Self = Self { size: usize::MAX, block: 256 * 1024 };
    pub(crate) const OTHERS: [Self; 4] = [
        Self { size: 1, block: 16 },
        Self { size: 7, block: 17 },
        Self { size: usize::MAX, block: 64 },
        Self { size: 3, block: 256 * 1024 },
    ];
}

pub(crate) fn collibra(source: &[u8], dialect: &CsvDialect, limits: CsvLimits, feed: Feed) -> Outcome {
    let chunks = Chunks { rest: source, size: feed.size };
    outcome(CollibraCsv::new(chunks, dialect).with_limits(limits).with_block_bytes(feed.block))
}

pub(crate) fn rfc4180(source: &[u8], dialect: &Rfc4180Dialect, limits: CsvLimits, feed: Feed) -> Outcome {
    let chunks = Chunks { rest: source, size: feed.size };
    outcome(Rfc4180::new(chunks, dialect).with_limits(limits).with_block_bytes(feed.block))
}

/// All cells of a source in the service's dialect with its defaults.
pub(crate) fn cells(source: &str) -> Vec<Vec<String>> {
    cells_in(source, &CsvDialect::default())
}

/// All cells of a source that is good.
pub(crate) fn cells_in(source: &str, dialect: &CsvDialect) -> Vec<Vec<String>> {
    let outcome = collibra(source.as_bytes(), dialect, CsvLimits::default(), Feed::WHOLE);
    assert_eq!(outcome.error, None, "{source:?}");
    outcome.cells()
}

/// Asserts that rows and line ends are the source, and that every place is where it says.
pub(crate) fn assert_consistent(source: &[u8], outcome: &Outcome) {
    let mut end = if source.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    for (number, row) in outcome.rows.iter().enumerate() {
        let OwnRow { cells, raw, position, places } = row;
        assert_eq!((position.row, position.offset), (number as u64 + 1, end as u64));
        assert_eq!((position.line, 1), line_and_column(source, end));
        assert_eq!(&source[end..end + raw.len()], raw);
        assert_eq!(places.len(), cells.len() + 1);
        let mut last = end;
        for (column, place) in places.iter().enumerate() {
            let start = place.offset as usize;
            assert!(start >= last && start + place.length as usize <= end + raw.len(), "{place:?}");
            assert_eq!((place.line, place.column), line_and_column(source, start));
            assert_eq!((place.row, place.number), (position.row, column as u64 + 1));
            assert_eq!(place.name, format!("column {}", column + 1));
            last = start + place.length as usize;
        }
        assert_eq!((last, places[cells.len()].length), (end + raw.len(), 0));
        end += raw.len();
        end += match &source[end..] {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            [] => 0,
            other => panic!("row {} is followed by {other:?}", number + 1),
        };
    }
    match &outcome.error {
        None => assert_eq!(end, source.len(), "all has been read"),
        Some((_, offset, line, column, position)) => {
            assert!(*offset >= end as u64 && *offset <= source.len() as u64);
            assert_eq!((*line, *column), line_and_column(source, *offset as usize));
            assert_eq!((position.row, position.offset), (outcome.rows.len() as u64 + 1, end as u64));
        }
    }
}

/// Line and byte column, found the slow way.
fn line_and_column(source: &[u8], offset: usize) -> (u64, u64) {
    let mark = if source.starts_with(b"\xEF\xBB\xBF") { 3.min(offset) } else { 0 };
    let (mut line, mut start) = (1, mark);
    for at in mark..offset {
        let ends = source[at] == b'\n' || source[at] == b'\r' && source.get(at + 1) != Some(&b'\n');
        if ends {
            line += 1;
            start = at + 1;
        }
    }
    (line, (offset - start) as u64 + 1)
}

/// SplitMix64: enough for choosing characters, and the same everywhere.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub(crate) fn one_of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }
}

/// Dialects with all kinds of characters.
pub(crate) fn dialects() -> Vec<CsvDialect> {
    let characters =
        [";\"\\", ",\"\\", "\t\"\\", "|'^", ";'\"", "§«¦", "→\"\\", ";€\\", ";\"é", ";\0\\", ";\"\0", " \"\\"];
    let mut dialects = Vec::new();
    for characters in characters {
        let characters: Vec<_> = characters.chars().map(String::from).collect();
        let dialect = CsvDialect::new(&characters[0], &characters[1], &characters[2]).expect("these are good");
        for switches in 0..4 {
            let strict = dialect.clone().with_strict_quotes(switches & 1 != 0);
            dialects.push(strict.with_ignore_leading_whitespace(switches & 2 != 0));
        }
    }
    dialects
}

/// Compile-time proof that public types can cross threads.
#[test]
fn public_types_are_send_and_sync() {
    fn check<T: Send + Sync>() {}
    check::<CollibraCsv<std::io::Empty>>();
    check::<Rfc4180<std::io::Empty>>();
    check::<sync_formats::CsvWriter<Vec<u8>>>();
    check::<sync_formats::CsvDifference>();
    check::<sync_formats::CsvWriteError>();
    check::<sync_formats::DialectError>();
    check::<sync_formats::TableError>();
    check::<sync_formats::ValuesError>();
}
