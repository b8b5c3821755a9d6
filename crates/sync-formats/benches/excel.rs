//! Reading and writing workbooks: calamine's streaming reader, ours, and unpacking alone, in turn over the same files.
//!
//! `cargo bench -p sync-formats --bench excel` prints medians of five rounds and their ratios. `BENCH_ROWS` sets the number
//! of rows, 100,000 without it; each has 9 cells and about 140 bytes.

#![expect(clippy::print_stdout, reason = "the figures are what this program is for")]

use std::fs::File;
use std::hint::black_box;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use calamine::{DataRef, Reader, Xlsx};
use sync_formats::{ExcelMode, ExcelOptions, ExcelReader, ExcelWriter, RowReader, Sheet};
use tempfile::TempDir;

const ROUNDS: usize = 5;

fn main() {
    // Test runners start benches, too, with other arguments, to see whether they run at all.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let rows = std::env::var("BENCH_ROWS").map_or(100_000, |rows| rows.parse().expect("BENCH_ROWS is a number of rows"));
    let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("the target folder can be written to");
    let shared = folder.path().join("shared.xlsx");
    let inline = folder.path().join("inline.xlsx");
    write(rows, ExcelMode::LowMemory, &shared);
    write(rows, ExcelMode::ConstantMemory, &inline);

    let work: Vec<(&str, Box<dyn Fn() -> u64>)> = vec![
        ("shared texts: calamine, cell by cell", reading(&shared, with_calamine)),
        ("shared texts: ours", reading(&shared, with_ours)),
        ("shared texts: unpacking alone", reading(&shared, unpack)),
        ("texts in cells: calamine, cell by cell", reading(&inline, with_calamine)),
        ("texts in cells: ours", reading(&inline, with_ours)),
        ("texts in cells: unpacking alone", reading(&inline, unpack)),
        ("writing, low memory", writing(rows, ExcelMode::LowMemory, folder.path())),
        ("writing, constant memory", writing(rows, ExcelMode::ConstantMemory, folder.path())),
    ];
    let mut times = vec![Vec::new(); work.len()];
    for _ in 0..ROUNDS {
        for ((_, run), times) in work.iter().zip(&mut times) {
            let start = Instant::now();
            black_box(run());
            times.push(start.elapsed());
        }
    }
    let medians: Vec<Duration> = times.iter_mut().map(|times| median(times)).collect();
    println!("{rows} rows");
    for ((name, _), median) in work.iter().zip(&medians) {
        println!("{name:40} {:8.1} ms {:8.0} ns a row", median.as_secs_f64() * 1e3, median.as_nanos() as f64 / rows as f64);
    }
    for (first, what) in [(0, "shared texts"), (3, "texts in cells")] {
        let ratio = |of: usize, to: usize| medians[of].as_secs_f64() / medians[to].as_secs_f64();
        println!("{what}: {:.1} times as fast as calamine; unpacking takes {:.2} of it", ratio(first, first + 1), ratio(first + 2, first + 1));
    }
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// A row of a data dictionary.
fn row(number: u64) -> [String; 9] {
    let table = number / 25;
    let noise = number.wrapping_mul(6_364_136_223_846_793_005) >> 40;
    [
        format!("DWH_HARBOUR_{:03}", table / 40),
        format!("BERTH_FACT_{table:05}"),
        format!("COLUMN_{:02}", number % 25),
        ["VARCHAR(255)", "NUMBER(38,0)", "DATE"][noise as usize % 3].to_owned(),
        format!("holds the technical key of a record & its source as loaded nightly {noise} #{number}"),
        (noise % 2 == 0).to_string(),
        (number % 25 + 1).to_string(),
        ["pii", "finance", "internal", "größe"][noise as usize % 4].to_owned(),
        ["gold", "silver", "raw"][noise as usize % 3].to_owned(),
    ]
}

fn write(rows: u64, mode: ExcelMode, path: &Path) -> u64 {
    let mut writer = ExcelWriter::new(&ExcelOptions::default().with_mode(mode)).expect("the options are good");
    for number in 0..rows {
        writer.write_row(row(number)).expect("the rows are good");
    }
    writer.save(path).expect("the folder can be written to");
    rows
}

fn writing(rows: u64, mode: ExcelMode, folder: &Path) -> Box<dyn Fn() -> u64> {
    let path = folder.join("written.xlsx");
    Box::new(move || write(rows, mode, &path))
}

fn reading(path: &Path, read: fn(&PathBuf) -> u64) -> Box<dyn Fn() -> u64> {
    let path = path.to_owned();
    Box::new(move || read(&path))
}

fn with_ours(path: &PathBuf) -> u64 {
    let mut reader = ExcelReader::open(path, &Sheet::First).expect("it is a workbook");
    let mut bytes = 0;
    while let Some(row) = reader.next_row().expect("it is good") {
        bytes += row.cells().map(|cell| cell.len() as u64).sum::<u64>();
    }
    bytes
}

fn with_calamine(path: &PathBuf) -> u64 {
    let mut workbook: Xlsx<_> = calamine::open_workbook(path).expect("it is a workbook");
    let sheet = workbook.sheet_names()[0].clone();
    let mut cells = workbook.worksheet_cells_reader(&sheet).expect("the sheet is there");
    let mut bytes = 0;
    while let Some(cell) = cells.next_cell().expect("it is good") {
        bytes += match cell.get_value() {
            DataRef::String(text) => text.len() as u64,
            DataRef::SharedString(text) => text.len() as u64,
            _ => 0,
        };
    }
    bytes
}

fn unpack(path: &PathBuf) -> u64 {
    let mut archive = zip::ZipArchive::new(File::open(path).expect("it is there")).expect("it is an archive");
    let mut bytes = 0;
    for name in ["xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"] {
        if let Ok(mut part) = archive.by_name(name) {
            bytes += io::copy(&mut part, &mut io::sink()).expect("it is good");
        }
    }
    bytes
}
