//! Whatever a file holds: rows and line ends are the file, cells lie in their rows, the size of reads makes no
//! difference, and rows written anew are read back.
#![no_main]

use collibra_sync_fuzz::Chunks;
use libfuzzer_sys::fuzz_target;
use sync_formats::{
    CellPlace, CollibraCsv, CsvDialect, CsvLimits, CsvWriter, Rfc4180, Rfc4180Dialect, RowPosition, RowReader,
    csv_differences,
};

/// Separator, quote and escape.
const DIALECTS: [[&str; 3]; 6] =
    [[";", "\"", "\\"], [",", "\"", "\\"], ["\t", "'", "^"], ["→", "«", "€"], [";", "\0", "\\"], [";", "\"", "\0"]];

#[derive(Debug, PartialEq)]
struct OwnRow {
    cells: Vec<Vec<u8>>,
    raw: Vec<u8>,
    position: RowPosition,
    places: Vec<CellPlace>,
}

/// Rows up to the end or to an error, and what the error says and where it is.
type Outcome = (Vec<OwnRow>, Option<(String, u64, u64, u64)>);

fuzz_target!(|input: &[u8]| {
    let Some((&choice, source)) = input.split_first() else { return };
    let choice = usize::from(choice);
    let [separator, quote, escape] = DIALECTS[choice % DIALECTS.len()];
    let dialect = CsvDialect::new(separator, quote, escape)
        .expect("these are good")
        .with_strict_quotes(choice & 0x40 != 0)
        .with_ignore_leading_whitespace(choice & 0x80 != 0);

    // The second limits are met by files of any length that a fuzzer tries.
    for limits in [CsvLimits::default(), CsvLimits::default().with_cell_bytes(20).with_row_bytes(40).with_cells(5)] {
        let whole = read(source, usize::MAX, 1 << 18, |chunks, block| {
            CollibraCsv::new(chunks, &dialect).with_limits(limits).with_block_bytes(block)
        });
        lies_inside(source, &whole);
        for (size, block) in [(1, 16), (7, 64)] {
            let other = read(source, size, block, |chunks, block| {
                CollibraCsv::new(chunks, &dialect).with_limits(limits).with_block_bytes(block)
            });
            assert_eq!(other, whole, "{size} bytes at a time, {block} in a block");
        }
        is_read_back(&whole, &dialect);
    }
    if let Ok(standard) = Rfc4180Dialect::new(separator, quote) {
        let whole =
            read(source, usize::MAX, 1 << 18, |chunks, block| Rfc4180::new(chunks, &standard).with_block_bytes(block));
        lies_inside(source, &whole);
        let other = read(source, 3, 16, |chunks, block| Rfc4180::new(chunks, &standard).with_block_bytes(block));
        assert_eq!(other, whole);
        let differences = csv_differences(source, &dialect, 10).expect("both dialects take these characters");
        assert!(differences.len() <= 10);
        for difference in differences {
            assert_ne!(difference.collibra, difference.rfc4180, "{difference}");
            assert!(difference.place.offset + difference.place.length <= source.len() as u64);
        }
    }
});

fn read<'a, R: RowReader>(
    source: &'a [u8],
    size: usize,
    block: usize,
    reader: impl Fn(Chunks<'a>, usize) -> R,
) -> Outcome {
    let mut reader = reader(Chunks { rest: source, size }, block);
    let mut rows = Vec::new();
    loop {
        match reader.next_row() {
            Ok(Some(row)) => {
                let cells: Vec<_> = row.cells().map(<[u8]>::to_vec).collect();
                let (raw, position) = (row.raw().to_vec(), row.position());
                let places = (0..=cells.len()).map(|column| reader.place_of(position, &raw, column)).collect();
                rows.push(OwnRow { cells, raw, position, places });
            }
            Ok(None) => return (rows, None),
            Err(error) => {
                assert!(matches!(reader.next_row(), Ok(None)), "an error is final");
                return (rows, Some((error.to_string(), error.offset(), error.line(), error.column())));
            }
        }
    }
}

fn lies_inside(source: &[u8], (rows, error): &Outcome) {
    let mut end = if source.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    for row in rows {
        assert_eq!(row.position.offset, end as u64);
        assert!(source[end..].starts_with(&row.raw));
        assert!(row.cells.iter().all(|cell| str::from_utf8(cell).is_ok()));
        let mut last = end as u64;
        end += row.raw.len();
        for place in &row.places {
            assert!(place.offset >= last && place.offset + place.length <= end as u64, "{place:?}");
            last = place.offset + place.length;
        }
        end += match &source[end..] {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            rest => {
                assert!(rest.is_empty(), "a row ends with its line");
                0
            }
        };
    }
    match error {
        None => assert_eq!(end, source.len(), "all has been read"),
        Some((_, offset, ..)) => assert!(*offset >= end as u64 && *offset <= source.len() as u64),
    }
}

fn is_read_back((rows, _): &Outcome, dialect: &CsvDialect) {
    let mut writer = CsvWriter::new(Vec::new(), dialect);
    for row in rows {
        writer.write_row(&row.cells).expect("no reader of the service's dialect gives a carriage return");
    }
    let file = writer.into_inner();
    let (again, error) = read(&file, usize::MAX, 1 << 18, |chunks, _| CollibraCsv::new(chunks, dialect));
    assert_eq!(error, None);
    assert!(again.iter().map(|row| &row.cells).eq(rows.iter().map(|row| &row.cells)));
}
