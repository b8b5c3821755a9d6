//! Rows to commands, against what people write for it by hand: Python with csv and orjson, and with openpyxl.
//!
//! `cargo bench -p sync-engine --bench tables` writes tables, then runs each contender a few times, in turn and each in a
//! process of its own, and prints the medians. `BENCH_ROWS` sets the number of rows of the text, 1,000,000 (about 150 MB)
//! without it, `BENCH_SHEET_ROWS` that of the workbooks, 100,000 without it; `BENCH_ROUNDS` the number of rounds, 3 without
//! it. `BENCH_PYTHON` names a Python that has orjson and openpyxl; `BENCH_FOLDER` a folder for inputs and outputs, best one
//! in memory. With `BENCH_ONLY=text`, `workbook` or `growth` only that part is run.

#![expect(clippy::print_stdout, reason = "the figures are what this program is for")]

#[path = "../harness/mod.rs"]
mod harness;
mod rival;
mod rows;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use harness::{Contender, INPUT, OUTPUT, ROLE, Used, contest, number, report};
use sync_engine::{Input, TableOptions, expand};
use sync_formats::{ExcelMode, ExcelOptions, ExcelWriter};

const EXPAND: &str = "expand";
const EXPAND_NULL: &str = "expand, into nothing";
const EXPAND_AGAIN: &str = "expand, again and again";
const PYTHON: &str = "Python, csv and orjson";
const PYTHON_NULL: &str = "Python, into nothing";
const OPENPYXL: &str = "Python, openpyxl and orjson";
const FLOOR: &str = "read, and write as much";
const FLOOR_NULL: &str = "read, and write into nothing";

fn main() {
    match std::env::var(ROLE).as_deref() {
        Ok(EXPAND | EXPAND_NULL) => report(expand_all),
        Ok(EXPAND_AGAIN) => report(|| (0..number("BENCH_TIMES", 1)).map(|_| expand_all()).sum()),
        Ok(FLOOR | FLOOR_NULL) => report(floor),
        _ => compare(),
    }
}

fn path(name: &str) -> PathBuf {
    std::env::var_os(name).expect("a path").into()
}

fn expand_all() -> u64 {
    let (input, output) = (path(INPUT), path(OUTPUT));
    let folder = input.parent().expect("the input lies in a folder");
    let options = TableOptions::read(folder.join("template.json")).expect("a template").with_header_row(true);
    let input = Input::table(&input, None, Arc::new(options)).expect("the input is there");
    let mut out = File::create(output).expect("the output can be written");
    let expansion = expand(&[input], &mut out).expect("the table can be expanded");
    assert!(!expansion.has_errors, "{:#?}", expansion.findings);
    expansion.commands
}

/// Reads the table, and writes one block until it is as much as the commands.
fn floor() -> u64 {
    let mut input = File::open(path(INPUT)).expect("the input is there");
    let mut out = File::create(path(OUTPUT)).expect("the output can be written");
    let mut block = vec![b' '; 256 * 1024];
    while input.read(&mut block).expect("the input can be read") > 0 {}
    let mut left = number("BENCH_BYTES", 0) as usize;
    while left > 0 {
        let some = left.min(block.len());
        out.write_all(&block[..some]).expect("the output can be written");
        left -= some;
    }
    number("BENCH_COUNT", 0)
}

fn compare() {
    let rounds = number("BENCH_ROUNDS", 3);
    let folder = match std::env::var_os("BENCH_FOLDER") {
        Some(folder) => tempfile::tempdir_in(folder),
        None => tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")),
    };
    let folder = folder.expect("a folder for inputs and outputs");
    let at = folder.path();
    std::fs::write(at.join("template.json"), rows::TEMPLATE).expect("the template can be written");
    let only = std::env::var("BENCH_ONLY").unwrap_or_default();
    let wants = |part: &str| only.is_empty() || only == part;
    if wants("text") {
        text(at, number("BENCH_ROWS", 1_000_000), rounds);
    }
    if wants("growth") {
        growth(at, rounds);
    }
    if wants("workbook") {
        let rows = number("BENCH_SHEET_ROWS", 100_000);
        workbook(at, rows, rounds, ExcelMode::LowMemory, "shared strings");
        workbook(at, rows, rounds, ExcelMode::ConstantMemory, "inline strings");
    }
}

fn text(folder: &Path, rows: u64, rounds: u64) {
    let input = folder.join("rows.csv");
    rows::write_csv(rows, File::create(&input).expect("a file")).expect("the table can be written");
    let (ours, theirs) = (folder.join("ours.json"), folder.join("theirs.json"));
    let null = || PathBuf::from("/dev/null");
    let python = |name, output| Contender::python(name, &format!("{}{}", rival::CSV, harness::PYTHON_REPORT), output);
    // Once before the rounds: the two must say the same, and the floor has to know how much that is.
    let pair = [Contender::ours(EXPAND, ours.clone()), python(PYTHON, theirs.clone())];
    contest(&pair, &input, 1);
    let bytes = same_bytes(&ours, &theirs);
    let floor = |role, output| Contender::ours(role, output).with("BENCH_BYTES", bytes).with("BENCH_COUNT", rows);
    let contenders = [
        Contender::ours(EXPAND, ours.clone()),
        python(PYTHON, theirs.clone()),
        floor(FLOOR, folder.join("floor")),
        Contender::ours(EXPAND_NULL, null()),
        python(PYTHON_NULL, null()),
        floor(FLOOR_NULL, null()),
    ];
    let used = contest(&contenders, &input, rounds);
    let size = std::fs::metadata(&input).expect("the input is there").len();
    println!("\n{rows} rows of text, {:.1} MB in, {:.1} MB out, {rounds} rounds", mb(size), mb(bytes));
    table(&used, &[(EXPAND, PYTHON), (FLOOR, PYTHON), (EXPAND_NULL, PYTHON_NULL), (FLOOR_NULL, PYTHON_NULL)]);
}

/// The same at three sizes, each as often as makes a million rows: processor time a row, and memory.
fn growth(folder: &Path, rounds: u64) {
    println!("\n{:<12} {:>14} {:>10}", "rows", "ns a row", "peak MiB");
    for rows in [10_000, 100_000, 1_000_000] {
        let input = folder.join("growth.csv");
        rows::write_csv(rows, File::create(&input).expect("a file")).expect("the table can be written");
        let again = Contender::ours(EXPAND_AGAIN, "/dev/null".into()).with("BENCH_TIMES", 1_000_000 / rows);
        let used = contest(&[again], &input, rounds)[EXPAND_AGAIN];
        println!("{rows:<12} {:>14.0} {:>10.1}", used.processor * 1e3, mib(used.peak));
        std::fs::remove_file(input).expect("the table can be removed");
    }
}

fn workbook(folder: &Path, rows: u64, rounds: u64, mode: ExcelMode, kind: &str) {
    let input = folder.join("rows.xlsx");
    let mut writer = ExcelWriter::new(&ExcelOptions::default().with_mode(mode)).expect("a workbook");
    writer.write_row(rows::HEADER).expect("the header can be written");
    for number in 0..rows {
        writer.write_row(rows::row(number)).expect("a row can be written");
    }
    writer.save(&input).expect("the workbook can be saved");
    let (ours, theirs) = (folder.join("ours.json"), folder.join("theirs.json"));
    let script = format!("{}{}", rival::excel(), harness::PYTHON_REPORT);
    let mut contenders = vec![Contender::ours(EXPAND, ours.clone())];
    if number("BENCH_RIVAL", 1) > 0 {
        contenders.push(Contender::python(OPENPYXL, &script, theirs.clone()));
    }
    let used = contest(&contenders, &input, rounds);
    if contenders.len() > 1 {
        same_bytes(&ours, &theirs);
    }
    let size = std::fs::metadata(&input).expect("the input is there").len();
    println!("\n{rows} rows of a workbook with {kind}, {:.1} MB in, {rounds} rounds", mb(size));
    table(&used, &[(EXPAND, OPENPYXL)]);
}

fn same_bytes(ours: &Path, theirs: &Path) -> u64 {
    let [ours, theirs] = [ours, theirs].map(|path| std::fs::read(path).expect("an output"));
    assert!(ours == theirs, "the outputs differ");
    ours.len() as u64
}

fn table(used: &BTreeMap<&str, Used>, pairs: &[(&str, &str)]) {
    println!("{:<30} {:>9} {:>11} {:>10} {:>18}", "", "seconds", "processor", "peak MiB", "x as fast as it");
    for (name, Used { wall, processor, peak }) in used {
        let rival = pairs.iter().find(|(ours, _)| ours == name).and_then(|(_, rival)| used.get(rival));
        let ratio = rival.map_or(String::new(), |rival| format!("{:.2}", rival.wall / wall));
        println!("{name:<30} {wall:>9.3} {processor:>11.2} {:>10.1} {ratio:>18}", mib(*peak));
    }
}

fn mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / 1048576.0
}
