//! Rows put into a template: reading alone, as a server does it, merged, merged with several rows a resource, and where to
//! cut. Over one table in memory, in turns.
//!
//! `cargo bench -p sync-formats --bench expand` prints the best time of each, which other work on the machine disturbs least, and
//! the median. `BENCH_ROWS` sets the number of rows, 2,000 (0.3 MB) without it: short
//! rounds fit between interruptions.

#![expect(clippy::print_stdout, reason = "the figures are what this program is for")]

use std::error::Error;
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use sync_formats::{CollibraCsv, CsvDialect, ExpandOptions, Expander, RawExpander, RowCutter, RowReader, Template};

const ROUNDS: usize = 101;

const HEADER: &str = "Schema;Table;Column;Data Type;Description;Is Nullable;Position;Tag 1;Tag 2\n";

/// One asset a row; no cell is empty.
const TEMPLATE: &str = r#"[{"resourceType": "Asset",
    "identifier": {"name": "${1}>${2}>${3}", "domain": {"name": "Physical ${1}", "community": {"name": "Warehouse Office"}}},
    "displayName": "${3}", "type": {"name": "Column"},
    "attributes": {
        "Description": [{"value": "${5}"}], "Technical Data Type": [{"value": "${4}"}],
        "Is Nullable": [{"value": "${6}"}], "Column Position": [{"value": "${7}"}]},
    "relations": {"00000000-0000-0000-0000-000000007042:TARGET": [
        {"name": "${1}>${2}", "domain": {"name": "Physical ${1}", "community": {"name": "Warehouse Office"}}}]},
    "tags": ["${8}", "${9}"]}]"#;

/// A community and a domain of many rows, and one table for each 25 rows, which bring its tags.
const TREE: &str = r#"[
    {"resourceType": "Community", "identifier": {"name": "Warehouse Office"}},
    {"resourceType": "Domain", "identifier": {"name": "Physical ${1}", "community": {"name": "Warehouse Office"}},
     "type": {"name": "Physical Data Dictionary"}},
    {"resourceType": "Asset",
     "identifier": {"name": "${2}", "domain": {"name": "Physical ${1}", "community": {"name": "Warehouse Office"}}},
     "type": {"name": "Table"}, "tags": ["${8}", "${9}"], "attributes": {"Columns": [{"value": "${3}"}]}}]"#;

/// What is measured.
type Run = fn(&str) -> Result<Amount, Box<dyn Error>>;

fn main() -> Result<(), Box<dyn Error>> {
    let rows = std::env::var("BENCH_ROWS").map_or(Ok(2_000), |rows| rows.parse())?;
    let table = table(rows)?;
    let runs: [(&str, Run); 5] = [
        ("rows alone", read),
        ("raw", raw),
        ("merged", |table| merged(table, TEMPLATE)),
        ("merged, 25 rows each", |table| merged(table, TREE)),
        ("cuts", cuts),
    ];
    let mut times = [const { Vec::new() }; 5];
    let mut amounts = [Amount::default(); 5];
    for _ in 0..ROUNDS {
        for (place, (_, run)) in runs.iter().enumerate() {
            let start = Instant::now();
            amounts[place] = run(&table)?;
            times[place].push(start.elapsed());
        }
    }
    println!("{rows} rows, {:.1} MB, {ROUNDS} rounds", table.len() as f64 / 1e6);
    println!("{:<22} {:>10} {:>12} {:>10} {:>12} {:>10}", "", "ns a row", "(median)", "commands", "MB of JSON", "GB/s");
    for ((name, _), (times, amount)) in runs.iter().zip(times.iter_mut().zip(amounts)) {
        times.sort_unstable();
        let of_row = |time: Duration| time.as_secs_f64() * 1e9 / f64::from(rows);
        let (best, median) = (times[0], times[ROUNDS / 2]);
        let megabytes = amount.bytes as f64 / 1e6;
        let rate = megabytes / 1e3 / best.as_secs_f64();
        println!(
            "{name:<22} {:>10.0} {:>12.0} {:>10} {megabytes:>12.1} {rate:>10.2}",
            of_row(best),
            of_row(median),
            amount.commands
        );
    }
    Ok(())
}

/// What came out.
#[derive(Debug, Clone, Copy, Default)]
struct Amount {
    commands: u64,
    bytes: u64,
}

impl Amount {
    fn add(&mut self, command: &[u8]) {
        self.commands += 1;
        self.bytes += black_box(command).len() as u64;
    }
}

/// A data dictionary, one column of a table a row, about 150 bytes each; 8 of 100 rows are quoted.
fn table(rows: u32) -> Result<String, std::fmt::Error> {
    const TYPES: [&str; 4] = ["VARCHAR(255)", "NUMBER(38,0)", "TIMESTAMP_NTZ", "BOOLEAN"];
    const TAGS: [&str; 5] = ["pii", "finance", "internal", "public", "reference"];
    let mut table = String::from(HEADER);
    for number in 0..rows {
        let (of_schema, of_table) = (number / 1000, number / 25);
        write!(table, "DWH_CUSTOMER_{of_schema:03};ORDER_FACT_{of_table:05};COLUMN_{:02};", number % 25)?;
        let description = "holds the technical key of a record as loaded from the source nightly, never null";
        let kind = TYPES[number as usize % TYPES.len()];
        match number % 100 {
            0..5 => write!(table, "{kind};\"first; {description} #{number}\"")?,
            5..7 => write!(table, "{kind};\"the \"\"key\"\" {description} #{number}\"")?,
            7 => write!(table, "{kind};\"first\n{description} #{number}\"")?,
            8..12 => write!(table, "{kind};größer: {description} #{number}")?,
            _ => write!(table, "{kind};{description} #{number}")?,
        }
        let (tag, grade) = (TAGS[number as usize % TAGS.len()], TAGS[of_table as usize % TAGS.len()]);
        writeln!(table, ";{};{};{tag};{grade}x", number % 2 == 0, number % 25 + 1)?;
    }
    Ok(table)
}

fn reader(table: &str) -> CollibraCsv<&[u8]> {
    CollibraCsv::new(table.as_bytes(), &CsvDialect::default())
}

fn options() -> ExpandOptions {
    ExpandOptions::default().with_header_row(true)
}

fn read(table: &str) -> Result<Amount, Box<dyn Error>> {
    let mut reader = reader(table);
    while let Some(row) = reader.next_row()? {
        black_box(row);
    }
    Ok(Amount::default())
}

fn raw(table: &str) -> Result<Amount, Box<dyn Error>> {
    let template = Template::compile(TEMPLATE, None)?;
    let mut expander = RawExpander::new(reader(table), &template, options());
    let mut amount = Amount::default();
    while let Some(command) = expander.next_command()? {
        amount.add(command.bytes);
    }
    Ok(amount)
}

fn merged(table: &str, template: &str) -> Result<Amount, Box<dyn Error>> {
    let mut expander = Expander::open(reader(table), template, options())?;
    let mut amount = Amount::default();
    while let Some(record) = expander.next_record()? {
        amount.add(record.bytes);
    }
    Ok(amount)
}

fn cuts(table: &str) -> Result<Amount, Box<dyn Error>> {
    let template = Template::compile(TEMPLATE, None)?;
    let mut cutter = RowCutter::new(reader(table), &template, options());
    let mut amount = Amount::default();
    while let Some(row) = cutter.next_row()? {
        amount.commands += black_box(row).commands as u64;
    }
    Ok(amount)
}
