//! Reading rows of nine cells and about 150 bytes: our readers, the csv crate, and reading the file alone.
//!
//! `cargo bench -p sync-formats --bench csv`. `BENCH_ROWS` sets the number of rows, 1,000,000 (150 MB) without it. As it
//! is in practice, a few rows need more than a look: 8 of 100 have a cell in quotes with a separator, a doubled quote or
//! a line break inside, 4 of 100 are not ASCII. In `quoted` every cell stands in quotes, and lines end in CRLF.

use std::fs::File;
use std::hint::black_box;
use std::io::{BufWriter, Read, Write};
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex, PoisonError};

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use sync_formats::{CollibraCsv, CsvDialect, Rfc4180, Rfc4180Dialect, RowReader};
use tempfile::TempDir;

/// The folder of this run, deleted at its end.
static FOLDER: LazyLock<Mutex<Option<TempDir>>> = LazyLock::new(|| {
    let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("the target folder can be written to");
    Mutex::new(Some(folder))
});

static PLAIN: LazyLock<Input> = LazyLock::new(|| Input::new("plain.csv", false));
static QUOTED: LazyLock<Input> = LazyLock::new(|| Input::new("quoted.csv", true));

struct Input {
    path: PathBuf,
    rows: u64,
    bytes: u64,
}

impl Input {
    fn new(name: &str, quoted: bool) -> Self {
        let rows = std::env::var("BENCH_ROWS")
            .map_or(1_000_000, |count| count.parse().expect("BENCH_ROWS is a number of rows"));
        let folder = FOLDER.lock().unwrap_or_else(PoisonError::into_inner);
        let path = folder.as_ref().expect("the folder is deleted at the end").path().join(name);
        let mut file = BufWriter::new(File::create(&path).expect("the input can be created"));
        for row in 0..rows {
            write_row(&mut file, row, quoted).expect("the input can be written");
        }
        file.flush().expect("the input can be written");
        let bytes = path.metadata().expect("the input is there").len();
        Self { path, rows, bytes }
    }
}

fn write_row(file: &mut impl Write, row: u64, quoted: bool) -> std::io::Result<()> {
    let description = match row % 100 {
        3 | 25 | 47 | 69 | 91 => "\"Depth at the berth; low water\"",
        14 | 58 => "\"The so-called \"\"keel\"\" column\"",
        36 => "\"First line\nsecond line\"",
        8 | 33 | 60 | 83 => "Tiefe über Grund, größter Wert",
        _ => "Depth at the berth, lowest water level",
    };
    let mark = if quoted { "\"" } else { "" };
    let end = if quoted { "\r\n" } else { "\n" };
    let cells: [&dyn std::fmt::Display; 9] = [
        &"harbour_operations",
        &format_args!("vessel_movement_{}", row / 40),
        &format_args!("column_{}", row % 40),
        &"NUMERIC(12,3)",
        &description,
        &"true",
        &row,
        &"measured",
        &"reviewed",
    ];
    for (column, cell) in cells.iter().enumerate() {
        let mark = if column == 4 && description.starts_with('"') { "" } else { mark };
        let separator = if column > 0 { ";" } else { "" };
        write!(file, "{separator}{mark}{cell}{mark}")?;
    }
    file.write_all(end.as_bytes())
}

fn measure(bencher: Bencher<'_, '_>, input: &Input, count_rows: impl Fn(File) -> u64 + Sync) {
    bencher
        .counter(BytesCount::new(input.bytes))
        .counter(ItemsCount::new(input.rows))
        .with_inputs(|| File::open(&input.path).expect("the input is there"))
        .bench_local_values(|file| assert_eq!(count_rows(file), input.rows));
}

fn count_rows(mut reader: impl RowReader) -> u64 {
    let mut rows = 0;
    while let Some(row) = reader.next_row().expect("the input can be read") {
        black_box(row.cell(4));
        rows += 1;
    }
    rows
}

#[divan::bench_group(sample_count = 10, sample_size = 1)]
mod plain {
    use super::*;

    #[divan::bench]
    fn collibra(bencher: Bencher<'_, '_>) {
        measure(bencher, &PLAIN, |file| count_rows(CollibraCsv::new(file, &CsvDialect::default())));
    }

    #[divan::bench]
    fn rfc4180(bencher: Bencher<'_, '_>) {
        let dialect = Rfc4180Dialect::new(";", "\"").expect("a dialect");
        measure(bencher, &PLAIN, |file| count_rows(Rfc4180::new(file, &dialect)));
    }

    #[divan::bench]
    fn csv_crate(bencher: Bencher<'_, '_>) {
        measure(bencher, &PLAIN, by_the_csv_crate);
    }

    /// The file read and looked through for UTF-8.
    #[divan::bench]
    fn floor(bencher: Bencher<'_, '_>) {
        measure(bencher, &PLAIN, |mut file| {
            let mut block = vec![0; 256 * 1024];
            loop {
                let count = file.read(&mut block).expect("the input can be read");
                // A character may be cut in two; that is found in a moment, too.
                _ = black_box(str::from_utf8(&block[..count]));
                if count == 0 {
                    return PLAIN.rows;
                }
            }
        });
    }
}

#[divan::bench_group(sample_count = 10, sample_size = 1)]
mod quoted {
    use super::*;

    #[divan::bench]
    fn collibra(bencher: Bencher<'_, '_>) {
        measure(bencher, &QUOTED, |file| count_rows(CollibraCsv::new(file, &CsvDialect::default())));
    }

    #[divan::bench]
    fn csv_crate(bencher: Bencher<'_, '_>) {
        measure(bencher, &QUOTED, by_the_csv_crate);
    }
}

fn by_the_csv_crate(file: File) -> u64 {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(b';').from_reader(file);
    let mut record = csv::ByteRecord::new();
    let mut rows = 0;
    while reader.read_byte_record(&mut record).expect("the input can be read") {
        black_box(record.get(4));
        rows += 1;
    }
    rows
}

fn main() {
    divan::main();
    FOLDER.lock().unwrap_or_else(PoisonError::into_inner).take();
}
