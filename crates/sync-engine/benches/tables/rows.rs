//! The table of the benchmark: a data dictionary, one column of a table a row, about 150 bytes each.

use std::io::{self, BufWriter, Write};

/// What stands above the columns.
pub(crate) const HEADER: [&str; 9] =
    ["Schema", "Table", "Column", "Data Type", "Description", "Is Nullable", "Position", "Tag 1", "Tag 2"];

/// One asset a row.
pub(crate) const TEMPLATE: &str = r#"[{"resourceType":"Asset","identifier":{"name":"${1}>${2}>${3}","domain":{"name":"Physical ${1}","community":{"name":"Warehouse Office"}}},"displayName":"${3}","type":{"name":"Column"},"attributes":{"Description":[{"value":"${5}"}],"Technical Data Type":[{"value":"${4}"}],"Is Nullable":[{"value":"${6}"}],"Column Position":[{"value":"${7}"}]},"relations":{"00000000-0000-0000-0000-000000007042:TARGET":[{"name":"${1}>${2}","domain":{"name":"Physical ${1}","community":{"name":"Warehouse Office"}}}]},"tags":["${8}","${9}"]}]"#;

const SUBJECTS: [&str; 8] = ["BERTH", "VESSEL", "CARGO", "INVOICE", "TARIFF", "CRANE", "PILOT", "CONTAINER"];
const FIELDS: [&str; 10] =
    ["ID", "NAME", "STATUS", "AMOUNT", "CURRENCY", "CREATED_AT", "UPDATED_AT", "QUANTITY", "NOTE", "SOURCE_KEY"];
const TYPES: [&str; 6] = ["VARCHAR(255)", "NUMBER(38,0)", "TIMESTAMP_NTZ", "BOOLEAN", "DATE", "DECIMAL(18,4)"];
const WORDS: [&str; 16] = [
    "holds", "the", "key", "of", "a", "record", "as", "loaded", "from", "source", "nightly", "never", "empty", "used",
    "in", "reports",
];
const FOREIGN: [&str; 4] = ["Größe des Schiffs", "numéro de série", "船舶番号", "naïve façade 📊"];
const TAGS: [&str; 6] = ["pii", "finance", "internal", "public", "reference", "master-data"];
const GRADES: [&str; 4] = ["gold", "silver", "bronze", "raw"];

/// The cells of row `number`, whatever the number of rows. Of 100 rows, 5 hold the separator in the description, 2 quotes,
/// 1 a line break, 4 text beyond ASCII; no cell is empty.
pub(crate) fn row(number: u64) -> [String; 9] {
    // One round of splitmix64: every row differs, none depends on another.
    let mut mixed = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed ^= mixed >> 31;
    let pick = |from: &[&'static str], shift: u32| from[(mixed >> shift) as usize % from.len()];
    let table = number / 25;
    let schema = table / 40;
    let column = format!("{}_{:02}", FIELDS[(number % 10) as usize], number % 25);
    let words = 8 + mixed % 6;
    let mut text = (0..words).map(|word| pick(&WORDS, (word * 4) as u32)).collect::<Vec<_>>().join(" ");
    match (mixed >> 40) % 100 {
        0..=4 => text = text.replacen(' ', "; ", 1),
        5..=6 => text = format!("the \"{column}\" {text}"),
        7 => text = text.replacen(' ', "\n", 1),
        8..=11 => text = format!("{text} {}", pick(&FOREIGN, 20)),
        _ => {}
    }
    [
        format!("DWH_{}_{schema:03}", SUBJECTS[(schema % 8) as usize]),
        format!("{}_FACT_{table:05}", SUBJECTS[(table % 8) as usize]),
        column,
        pick(&TYPES, 8).to_owned(),
        format!("{text} #{number}"),
        (if mixed & 64 == 0 { "false" } else { "true" }).to_owned(),
        (number % 25 + 1).to_string(),
        pick(&TAGS, 12).to_owned(),
        pick(&GRADES, 16).to_owned(),
    ]
}

/// Writes header and rows with semicolons, quotes where they are needed.
pub(crate) fn write_csv(rows: u64, out: impl Write) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(256 * 1024, out);
    writeln!(out, "{}", HEADER.join(";"))?;
    for number in 0..rows {
        let cells = row(number);
        for (place, cell) in cells.iter().enumerate() {
            if place > 0 {
                out.write_all(b";")?;
            }
            if cell.contains(['"', ';', '\n']) {
                write!(out, "\"{}\"", cell.replace('"', "\"\""))?;
            } else {
                out.write_all(cell.as_bytes())?;
            }
        }
        out.write_all(b"\n")?;
    }
    out.flush()
}
