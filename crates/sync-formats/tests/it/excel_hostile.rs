//! Files that are damaged, or made to do harm, end in errors.

use std::fs;
use std::path::Path;

use sync_formats::{ExcelLimits, Sheet, TableErrorKind};
use zip::CompressionMethod;

use crate::excel_support::{Parts, chain, error, read, read_with, row, rows};

const NO_WORKBOOK: &str = "workbook: this is no workbook that can be read";

fn workbooks() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/workbooks");
    let files =
        fs::read_dir(folder).expect("the folder is committed").map(|entry| entry.expect("it can be read").path());
    let is_workbook = |path: &std::path::PathBuf| path.extension().is_some_and(|ending| ending != "py");
    let named = |path: std::path::PathBuf| (path.display().to_string(), fs::read(path).expect("it can be read"));
    files.filter(is_workbook).map(named).collect()
}

fn limited(file: Vec<u8>, limits: ExcelLimits) -> String {
    chain(&read_with(file, &Sheet::First, limits).error.expect("the workbook is over a limit"))
}

#[test]
fn what_is_no_workbook_is_refused() {
    for (file, expected) in [
        (&b""[..], "it is neither a zip archive, as .xlsx, .xlsb and .ods are, nor a compound file, as .xls is"),
        (b"a;b\n1;2\n", "it is neither a zip archive, as .xlsx, .xlsb and .ods are, nor a compound file, as .xls is"),
        (
            b"<html><table>",
            "it is neither a zip archive, as .xlsx, .xlsb and .ods are, nor a compound file, as .xls is",
        ),
    ] {
        assert_eq!(error(file.to_vec()), format!("{NO_WORKBOOK}: {expected}"));
    }
    assert!(error(b"PK\x03\x04 and nothing more".to_vec()).starts_with(NO_WORKBOOK));
    assert!(error(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and nothing more".to_vec()).starts_with(NO_WORKBOOK));
    let archive = Parts::with_rows("").with("_rels/.rels", "<Relationships/>").with("readme.txt", "hello");
    let found_anyway = archive.clone().pack();
    assert!(rows(found_anyway).is_empty());
}

#[test]
fn archive_without_a_workbook_is_refused() {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("readme.txt", zip::write::SimpleFileOptions::default()).expect("memory takes it");
    let file = archive.finish().expect("memory takes it").into_inner();
    assert_eq!(error(file), format!("{NO_WORKBOOK}: a zip archive without a workbook in it"));
}

#[test]
fn workbook_cut_off_anywhere_is_refused() {
    for (name, file) in workbooks() {
        let is_xls = name.ends_with(".xls");
        let step = if is_xls { 4_001 } else { 97 };
        for length in (0..file.len()).step_by(step).chain([file.len() - 1]) {
            let read = read(file[..length].to_vec());
            // The end of an .xls may hold nothing that is read.
            assert!(is_xls || read.error.is_some(), "{name} cut off after {length} bytes");
        }
    }
}

#[test]
fn workbook_with_any_byte_changed_is_read_or_refused() {
    for (name, file) in workbooks() {
        // A prime, so that all parts of records are met.
        let step = if file.len() > 20_000 { 1_009 } else { 53 };
        for at in (0..file.len()).step_by(step) {
            for change in [0x01, 0x80, 0xFF] {
                let mut changed = file.clone();
                changed[at] ^= change;
                // No panic, and an end.
                let _ = read(changed);
            }
        }
        assert!(!name.is_empty());
    }
}

#[test]
fn xls_that_leads_around_in_a_circle_is_refused() {
    let (_, mut file) = workbooks().into_iter().find(|(name, _)| name.ends_with("kinds.xlwt.xls")).expect("it is committed");
    // The table of sectors, and the sector that holds the directory: let that one follow itself.
    let number = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().expect("four bytes"));
    let (table, directory) = (number(76), number(48));
    let at = 512 * (table as usize + 1) + 4 * directory as usize;
    file[at..at + 4].copy_from_slice(&directory.to_le_bytes());
    assert!(error(file).starts_with(NO_WORKBOOK));
}

#[test]
fn damaged_part_is_told_by_its_checksum() {
    let parts = Parts::with_rows("<row><c t=\"str\"><v>hull hull hull</v></c></row>");
    let mut file = parts.pack_as(CompressionMethod::Stored);
    assert_eq!(rows(file.clone()), [row(1, ["hull hull hull"])]);
    let at = file.windows(9).position(|bytes| bytes == b"hull hull").expect("it is stored as it is");
    file[at] = b'H';
    let read = read(file);
    assert!(chain(&read.error.expect("it is damaged")).contains("xl/worksheets/sheet1.xml is damaged"));
}

#[test]
fn archive_that_lies_about_sizes_is_refused() {
    let rows: String = (1..2_000).map(|row| format!("<row r=\"{row}\"><c><v>{row}</v></c></row>")).collect();
    let file = Parts::with_rows(&rows).pack();
    // The sizes of the last part stand in the last entry of the directory at the end.
    let entry = file.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").expect("there is a directory");
    let size = u32::from_le_bytes(file[entry + 24..entry + 28].try_into().expect("four bytes"));
    for lie in [1, size - 1, size + 1, u32::MAX - 1] {
        let mut file = file.clone();
        file[entry + 24..entry + 28].copy_from_slice(&lie.to_le_bytes());
        let error = error(file);
        assert!(error.contains("is damaged") || error.contains("unpacks to more"), "{lie}: {error}");
    }
}

#[test]
fn archive_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() {
    let spaces = " ".repeat(30 << 20);
    let parts = Parts::with_rows(&format!("<row><c><v>1</v></c></row>{spaces}"));
    let file = parts.pack();
    assert!(file.len() < 100_000);
    let limits = ExcelLimits::default().with_unpacked_bytes(20 << 20);
    let text = limited(file.clone(), limits);
    assert_eq!(text, "workbook: the workbook unpacks to more than 20971520 bytes");
    assert_eq!(rows(file), [row(1, ["1"])]);
}

#[test]
fn few_bytes_that_stand_for_many_are_counted() {
    let text = "x".repeat(100_000);
    let row_xml = "<row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>0</v></c></row>";
    let parts = Parts::with_rows(&row_xml.repeat(200)).with_strings(&format!("<si><t>{text}</t></si>"));
    let limits = ExcelLimits::default().with_unpacked_bytes(2_000_000);
    assert_eq!(limited(parts.pack(), limits), "Tables!10:10: the workbook unpacks to more than 2000000 bytes");
}

#[test]
fn row_and_cell_limits_name_the_cell() {
    let cell = |name: &str| format!("<c r=\"{name}\" t=\"inlineStr\"><is><t>{}</t></is></c>", "x".repeat(1000));
    let file = Parts::with_rows(&format!("<row r=\"5\">{}{}</row>", cell("A5"), cell("B5"))).pack();
    let limits = ExcelLimits::default();
    assert!(limited(file.clone(), limits.with_cell_bytes(999)).starts_with("Tables!A5: a cell of more than 999 bytes"));
    assert!(
        limited(file.clone(), limits.with_row_bytes(1_999)).starts_with("Tables!B5: a row of more than 1999 bytes")
    );
    assert_eq!(limited(file, limits.with_cells(1)), "Tables!B5: a row of more than 1 cells");
    // A row that is not text, but never ends.
    let comment = format!("<row r=\"1\"><!--{}--></row>", "x".repeat(600_000));
    let text = limited(Parts::with_rows(&comment).pack(), limits.with_row_bytes(300_000));
    assert!(text.contains("a row of more than 300000 bytes"), "{text}");
}

#[test]
fn shared_texts_are_limited_and_their_announced_number_is_not_believed() {
    // The table announces four thousand million texts.
    let parts = Parts::with_rows("<row><c t=\"s\"><v>0</v></c></row>").with_strings("<si><t>one</t></si>");
    assert_eq!(rows(parts.pack()), [row(1, ["one"])]);
    let many = parts.with_strings(&"<si/>".repeat(1_000));
    let text = limited(many.pack(), ExcelLimits::default().with_held_bytes(3_999));
    assert!(text.contains("more than 3999 bytes of shared texts"), "{text}");
}

#[test]
fn rows_that_do_not_follow_each_other_are_refused() {
    for (rows, expected) in [
        (
            "<row r=\"2\"/><row r=\"2\"/>",
            "Tables!2:2: this is no workbook that can be read: the row's number 2 is not larger than the last one's",
        ),
        ("<row r=\"0\"/>", "the row's number 0 is not larger than the last one's"),
        (
            "<row r=\"1048577\"/>",
            "Tables!1048577:1048577: this is no workbook that can be read: the row's number is none of 1 to 1048576",
        ),
        ("<row r=\"1048576\"/><row/>", "the row's number is none of 1 to 1048576"),
        ("<row r=\"-1\"/>", "the row's number is none of 1 to 1048576"),
        ("<row r=\"99999999999\"/>", "the row's number is none of 1 to 1048576"),
        ("<row></c></row>", "an end without its beginning"),
        ("</row>", "an end without its beginning"),
        ("<row><c r=\"A1\"><v>1</v>", "ends too early"),
        ("<row><c><v>1</v></row>", "an end without its beginning"),
        ("< row/>", "a tag without a name"),
    ] {
        let sheet = format!("<worksheet><sheetData>{rows}");
        let error = error(Parts::with_rows("").with("xl/worksheets/sheet1.xml", sheet).pack());
        assert!(error.contains(expected), "{rows}: {error}");
    }
}

#[test]
fn document_types_are_refused_and_depth_costs_nothing() {
    let bomb = r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;">]><worksheet><sheetData/></worksheet>"#;
    assert!(error(Parts::with_rows("").with("xl/worksheets/sheet1.xml", bomb).pack()).contains("a document type"));
    let deep = "<a>".repeat(1_000_000) + &"</a>".repeat(1_000_000);
    let parts = Parts::with_rows(&format!("<row>{deep}<c><v>1</v></c></row>"));
    assert_eq!(rows(parts.pack()), [row(1, ["1"])]);
}

#[test]
fn parts_packed_otherwise_or_missing_are_refused() {
    let parts = Parts::with_rows("").with(
        "xl/_rels/workbook.xml.rels",
        "<Relationships><Relationship Id=\"r1\" Type=\"x/worksheet\" Target=\"none.xml\"/></Relationships>",
    );
    assert_eq!(error(parts.pack()), format!("{NO_WORKBOOK}: the part xl/none.xml is missing"));
    let parts = Parts::with_rows("").with("xl/_rels/workbook.xml.rels", "<Relationships><Relationship Id=\"r1\" Type=\"x/worksheet\" Target=\"../../../../etc/passwd\"/></Relationships>");
    assert_eq!(error(parts.pack()), format!("{NO_WORKBOOK}: the part etc/passwd is missing"));
    let parts = Parts::with_rows("").with("xl/worksheets/sheet1.xml", "hello");
    assert_eq!(
        error(parts.pack()),
        "sheet Tables: this is no workbook that can be read: the sheet is no table: it has no cells"
    );
    let utf16: Vec<u8> = "\u{FEFF}<workbook/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(error(Parts::with_rows("").with("xl/workbook.xml", utf16).pack()).starts_with("workbook: "));
}

#[test]
fn archive_of_too_many_parts_is_refused() {
    let mut file = Parts::with_rows("").pack();
    let end = file.windows(4).rposition(|bytes| bytes == b"PK\x05\x06").expect("there is an end");
    // Both records for archives of more parts than two bytes can count.
    let mut larger = b"PK\x06\x06".to_vec();
    larger.extend_from_slice(&44_u64.to_le_bytes());
    larger.extend_from_slice(&[0; 12]);
    for number in [1_u64 << 40, 1 << 40, 0, 0] {
        larger.extend_from_slice(&number.to_le_bytes());
    }
    larger.extend_from_slice(b"PK\x06\x07");
    larger.extend_from_slice(&[0; 16]);
    file[end + 8..end + 12].fill(0xFF);
    file.splice(end..end, larger);
    assert!(error(file).contains("the archive has 1099511627776 parts, more than the 65535 that are read"));
}

/// An `.ods` of this sheet.
fn ods(rows: &str) -> Vec<u8> {
    let content = format!(
        "<office:document-content><office:body><office:spreadsheet><table:table table:name=\"Tables\">{rows}</table:table>\
         </office:spreadsheet></office:body></office:document-content>"
    );
    Parts::with_rows("").with("content.xml", content).pack()
}

#[test]
fn repetitions_are_bounded() {
    let cell = "<table:table-cell office:value-type=\"string\" table:number-columns-repeated=\"COUNT\"><text:p>x</text:p></table:table-cell>";
    let wide = |count: &str| format!("<table:table-row>{}</table:table-row>", cell.replace("COUNT", count));
    assert_eq!(rows(ods(&wide("16384")))[0].1.len(), 16_384);
    for count in ["16385", "18446744073709551615"] {
        assert_eq!(error(ods(&wide(count))), "Tables!XFE1: a row of more than 16384 cells");
    }
    for count in ["0", "-1", "18446744073709551616", ""] {
        assert!(error(ods(&wide(count))).contains("is no count"), "{count}");
    }
    let high = |count: &str| {
        format!(
            "<table:table-row table:number-rows-repeated=\"{count}\">{}</table:table-row>",
            cell.replace("COUNT", "2")
        )
    };
    assert_eq!(rows(ods(&high("3"))), [row(1, ["x", "x"]), row(2, ["x", "x"]), row(3, ["x", "x"])]);
    assert!(error(ods(&high("1048577"))).contains("the row's number is none of 1 to 1048576"));
    let limits = ExcelLimits::default().with_unpacked_bytes(100_000);
    let text = limited(ods(&high("1048576")), limits);
    assert!(text.ends_with("the workbook unpacks to more than 100000 bytes"), "{text}");
    // Empty ones fill sheets up to their end and beyond.
    let filled = format!(
        "<table:table-row table:number-rows-repeated=\"9\"/>{}<table:table-row table:number-rows-repeated=\"99999999999\"><table:table-cell table:number-columns-repeated=\"99999999\"/></table:table-row>",
        high("1")
    );
    assert_eq!(rows(ods(&filled)), [row(10, ["x", "x"])]);
}

#[test]
fn spaces_of_an_ods_are_bounded() {
    let cell = "<table:table-row><table:table-cell office:value-type=\"string\"><text:p>a<text:s text:c=\"COUNT\"/>b</text:p></table:table-cell></table:table-row>";
    assert_eq!(rows(ods(&cell.replace("COUNT", "3"))), [row(1, ["a   b"])]);
    let text = error(ods(&cell.replace("COUNT", "4000000000")));
    assert!(text.starts_with("Tables!A1: a cell of more than 131072 bytes"), "{text}");
}

#[test]
fn ods_that_ends_within_its_sheet_is_refused() {
    for content in
        ["<table:table table:name=\"a\"><table:table-row>", "<table:table table:name=\"a\">", "<office:body>"]
    {
        let file = Parts::with_rows("").with("content.xml", content).pack();
        assert!(read(file).error.is_some(), "{content}");
    }
}

#[test]
fn ods_with_a_password_is_refused_as_such() {
    let manifest = "<manifest:manifest><manifest:file-entry manifest:full-path=\"content.xml\"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>";
    let parts = Parts::with_rows("").with("content.xml", b"\x8F\xC2").with("META-INF/manifest.xml", manifest);
    let error = read(parts.pack()).error.expect("it is encrypted");
    assert!(matches!(error.kind(), TableErrorKind::Password));
}

#[test]
fn texts_of_an_ods_lose_what_only_looks_like_text() {
    let cells = "<table:table-row><table:table-cell office:value-type=\"string\"><office:annotation><text:p>note</text:p></office:annotation>\
        <text:p>  a\n b&amp;<text:span>c<text:tab/></text:span></text:p><draw:frame><text:p>no</text:p></draw:frame><text:p/><text:p>d<text:line-break/></text:p></table:table-cell>\
        <table:table-cell office:value-type=\"string\" office:string-value=\"val &lt;ue\"><text:p>shown</text:p></table:table-cell>\
        <table:covered-table-cell/><table:table-cell office:value-type=\"boolean\" office:boolean-value=\"true\"><text:p>WAHR</text:p></table:table-cell>\
        <table:table-cell office:value-type=\"currency\" office:value=\"5.00\"><text:p>5,00 €</text:p></table:table-cell>\
        <table:table-cell table:formula=\"of:=1\"/></table:table-row>";
    let read = read(ods(cells));
    assert_eq!(read.rows, [row(1, [" a b&c\t\n\nd\n", "val <ue", "", "true", "5"])]);
    assert_eq!(read.warnings.len(), 1);
}
