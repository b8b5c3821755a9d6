//! Workbooks of every format: no panic, an end, and rows within the limits.
//!
//! A file that begins like a workbook is read as it is. Of any other input the first byte says which part of a workbook
//! the rest is: checksums would keep a fuzzer from changing anything inside an archive.
#![no_main]

use std::io::{Cursor, Write};

use libfuzzer_sys::fuzz_target;
use sync_formats::{ExcelLimits, ExcelReader, RowReader, Sheet};
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

const CELL_BYTES: u64 = 200;
const CELLS: u32 = 60;

fuzz_target!(|input: &[u8]| {
    let limits = ExcelLimits::default()
        .with_unpacked_bytes(4 << 20)
        .with_held_bytes(1 << 20)
        .with_row_bytes(300_000)
        .with_cell_bytes(CELL_BYTES)
        .with_cells(CELLS);
    for sheet in [Sheet::First, Sheet::Index(1)] {
        let Ok(mut reader) = ExcelReader::with_limits(Cursor::new(workbook(input)), &sheet, limits) else { continue };
        let mut last = 0;
        loop {
            match reader.next_row() {
                Ok(Some(row)) => {
                    let number = row.position().row;
                    assert!(number > last && number <= u64::from(ExcelLimits::MAX_ROWS));
                    last = number;
                    assert!(!row.is_empty() && row.len() <= CELLS as usize);
                    assert!(!row.cell(row.len() - 1).is_empty());
                    for cell in row.cells() {
                        assert!(cell.len() as u64 <= CELL_BYTES && str::from_utf8(cell).is_ok());
                    }
                }
                Ok(None) => break,
                Err(error) => {
                    assert!(!error.to_string().is_empty());
                    assert!(reader.next_row().is_ok_and(|row| row.is_none()));
                    break;
                }
            }
        }
        assert!(reader.warnings().len() <= 100);
    }
});

fn workbook(input: &[u8]) -> Vec<u8> {
    if input.starts_with(b"PK") || input.starts_with(&[0xD0, 0xCF]) {
        return input.to_vec();
    }
    let Some((part, input)) = input.split_first() else { return Vec::new() };
    match part % 8 {
        0 => xlsx("xl/worksheets/sheet1.xml", input),
        1 => xlsx("xl/sharedStrings.xml", input),
        2 => xlsx("xl/styles.xml", input),
        3 => xlsx("xl/workbook.xml", input),
        4 => archive(&[("content.xml", input)]),
        5 => xlsb("xl/worksheets/sheet1.bin", input),
        6 => xlsb("xl/sharedStrings.bin", input),
        _ => xls(input),
    }
}

/// A workbook, one part of it being the input.
fn xlsx(name: &str, input: &[u8]) -> Vec<u8> {
    let mut parts = vec![
        ("_rels/.rels", &br#"<r><Relationship Id="a" Type="/officeDocument" Target="xl/workbook.xml"/></r>"#[..]),
        (
            "xl/_rels/workbook.xml.rels",
            br#"<r><Relationship Id="r1" Type="/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="/styles"
                Target="styles.xml"/><Relationship Id="r3" Type="/sharedStrings" Target="sharedStrings.xml"/></r>"#,
        ),
        ("xl/workbook.xml", br#"<w><sheet name="a" r:id="r1"/><sheet name="b" r:id="r1"/></w>"#),
        ("xl/worksheets/sheet1.xml", br#"<w><sheetData><row><c t="s"><v>0</v></c><c s="1"><v>1</v></c></row></sheetData></w>"#),
        ("xl/sharedStrings.xml", b"<sst><si><t>a</t></si></sst>"),
        ("xl/styles.xml", br#"<s><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></s>"#),
    ];
    parts.retain(|(other, _)| *other != name);
    parts.push((name, input));
    archive(&parts)
}

/// The same of records.
fn xlsb(name: &str, input: &[u8]) -> Vec<u8> {
    // A sheet called a, with the reference r1, twice.
    let workbook = b"\x9C\x01\x14\0\0\0\0\x01\0\0\0\x02\0\0\0r\x001\0\x01\0\0\0a\0".repeat(2);
    let mut parts = vec![
        ("_rels/.rels", &br#"<r><Relationship Id="a" Type="/officeDocument" Target="xl/workbook.bin"/></r>"#[..]),
        (
            "xl/_rels/workbook.bin.rels",
            br#"<r><Relationship Id="r1" Type="/worksheet" Target="worksheets/sheet1.bin"/>
                <Relationship Id="r3" Type="/sharedStrings" Target="sharedStrings.bin"/></r>"#,
        ),
        ("xl/workbook.bin", &workbook),
        // A row with the first shared text.
        ("xl/worksheets/sheet1.bin", b"\x91\x01\0\0\x04\0\0\0\0\x07\x0C\0\0\0\0\0\0\0\0\0\0\0\0\x92\x01\0"),
        ("xl/sharedStrings.bin", b"\x13\x07\0\x01\0\0\0a\0"),
    ];
    parts.retain(|(other, _)| *other != name);
    parts.push((name, input));
    archive(&parts)
}

fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, content) in parts {
        archive.start_file(*name, options).expect("memory takes it");
        archive.write_all(content).expect("memory takes it");
    }
    archive.finish().expect("memory takes it").into_inner()
}

fn xls(stream: &[u8]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("memory takes it");
    file.create_stream("/Workbook").and_then(|mut part| part.write_all(stream)).expect("memory takes it");
    file.flush().expect("memory takes it");
    file.into_inner().into_inner()
}
