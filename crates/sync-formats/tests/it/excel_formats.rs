//! The same table in every format, as different programs save it. What the files hold: `tests/workbooks/make_workbooks.py`.

use std::fs;
use std::path::Path;

use sync_formats::{ExcelLimits, ExcelReader, ExcelWarning, RowReader, Sheet, TableErrorKind};

use crate::excel_support::{Read, TextRow, chain, read, read_with, row};

fn workbook(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/workbooks").join(name);
    fs::read(path).expect("the workbook is committed")
}

/// The rows of the sheet `Kinds`, with the results of its formulas.
fn kinds(results: &[&str], yes: &str, no: &str) -> Vec<TextRow> {
    let formulas = ["", "", "formulas"].iter().chain(results).map(|cell| (*cell).to_owned()).collect();
    vec![
        row(4, ["", "", "text", "Größe 顧客 📊 <&>\"'", "two\nlines", " spaces ", "=1+1"]),
        row(5, ["", "", "numbers", "5", "0.25", "1234567890123", "-1e-7"]),
        row(6, ["", "", "dates", "2024-02-29", "2024-02-29T13:05:00", "13:05:00"]),
        row(7, ["", "", "booleans", yes, no]),
        (9, formulas),
        row(10, ["", "", "merged", "over four", "", "after"]),
        row(11, ["", "", "", "", "", "below"]),
        row(12, ["", "", "durations", "36:15:00", "", "", "42"]),
    ]
}

fn merged() -> ExcelWarning {
    ExcelWarning::Merged { area: "Kinds!D10:E11".to_owned() }
}

#[test]
fn same_table_is_read_from_xlsx_and_xls() {
    for name in ["kinds.libreoffice.xlsx", "kinds.libreoffice.xls", "epoch1904.xls"] {
        let Read { rows, warnings, error } = read(workbook(name));
        assert!(error.is_none(), "{name}");
        assert_eq!(rows, kinds(&["2", "ab", "true", "2024-02-29"], "true", "false"), "{name}");
        assert_eq!(warnings, [merged()], "{name}");
    }
}

#[test]
fn same_table_is_read_from_ods() {
    // The program that saved it has made numbers of the booleans.
    for name in ["kinds.libreoffice.ods", "epoch1904.ods"] {
        let Read { rows, warnings, error } = read(workbook(name));
        assert!(error.is_none(), "{name}");
        assert_eq!(rows, kinds(&["2", "ab", "1", "2024-02-29"], "1", "0"), "{name}");
        assert_eq!(warnings, [merged()], "{name}");
    }
}

#[test]
fn formulas_saved_without_results_are_warned_of() {
    for name in ["kinds.xlsx", "epoch1904.xlsx"] {
        let Read { rows, warnings, error } = read(workbook(name));
        assert!(error.is_none(), "{name}");
        assert_eq!(rows, kinds(&[], "true", "false"), "{name}");
        let without = |cell: &str| ExcelWarning::FormulaWithoutValue { place: format!("Kinds!{cell}") };
        assert_eq!(warnings, [without("D9"), without("E9"), without("F9"), without("G9"), merged()], "{name}");
    }
}

#[test]
fn xlsb_is_read_like_the_others() {
    let Read { rows, warnings, error } = read(workbook("kinds.xlsb"));
    assert!(error.is_none());
    let expected = [
        row(4, ["", "", "text", "Größe 顧客 📊", "two\nlines", "rich"]),
        row(5, ["", "", "5", "0.25", "1234567890123", "1.5"]),
        row(6, ["", "", "2024-02-29", "2024-02-29T13:05:00", "36:15:00"]),
        row(7, ["", "", "true", "false"]),
        row(9, ["", "", "2", "ab", "true"]),
    ];
    assert_eq!(rows, expected);
    assert_eq!(warnings, [merged()]);
}

#[test]
fn xls_of_another_writer_is_read_too() {
    let Read { rows, warnings, error } = read(workbook("kinds.xlwt.xls"));
    assert!(error.is_none());
    let hull = "hull and keel ".repeat(700);
    let mut expected = vec![
        row(3, ["", "", "1", "2", "3.5", "1234567890123", "0.01", "-7"]),
        row(4, ["2024-02-29", "true"]),
        row(5, ["merged"]),
    ];
    // Its formula has no result, but the writer says 0 or an empty text: nothing can be known of that.
    expected.extend((10..20).map(|number| {
        let (latin, wide) = (format!("{number} {}", &hull[..3000]), format!("{number} {}", "顧客".repeat(1500)));
        (number + 1, vec![latin, wide])
    }));
    assert_eq!(rows, expected);
    assert_eq!(warnings, [ExcelWarning::Merged { area: "Kinds!A5:B6".to_owned() }]);
}

#[test]
fn sheets_are_chosen_alike_in_every_format() {
    for name in ["kinds.libreoffice.xlsx", "kinds.libreoffice.xls", "kinds.libreoffice.ods"] {
        let read = |sheet: Sheet| read_with(workbook(name), &sheet, ExcelLimits::default());
        assert_eq!(read(Sheet::Name("Not shown".to_owned())).rows, [row(1, ["hidden"])], "{name}");
        assert_eq!(read(Sheet::Index(1)).rows, [row(1, ["hidden"])], "{name}");
        let long = read(Sheet::Name("Long".to_owned())).rows;
        assert_eq!(long[2], (3, vec![format!("3 {}", "hull and keel ".repeat(700))]), "{name}");
        let errors = read(Sheet::Name("Errors".to_owned()));
        let error = errors.error.expect("a cell holds an error").to_string();
        assert_eq!(error, "Errors!B2: the cell holds the error #DIV/0! instead of a value", "{name}");
        let absent = read(Sheet::Name("kinds".to_owned())).error.expect("there is no such sheet").to_string();
        assert_eq!(absent, "workbook: there is no sheet kinds; there are Kinds, 'Not shown', Errors, Long", "{name}");
    }
    let hidden = read_with(workbook("kinds.xlsb"), &Sheet::Index(1), ExcelLimits::default());
    assert_eq!(hidden.rows, [row(1, ["hidden"])]);
}

#[test]
fn file_with_a_password_is_refused_as_such() {
    let is_password = |file: Vec<u8>| {
        let error = read(file).error.expect("it cannot be read");
        assert!(matches!(error.kind(), TableErrorKind::Password), "{}", chain(&error));
        error.to_string()
    };
    let text = is_password(workbook("protected.xlsx"));
    assert_eq!(text, "workbook: the workbook is protected by a password; a copy saved without one can be read");
    // A record of no meaning, who saved the file, becomes the one that says the rest is encrypted.
    let mut xls = workbook("kinds.xlwt.xls");
    let at = xls.windows(4).position(|bytes| bytes == [0x5C, 0, 0x70, 0]).expect("the record is there");
    xls[at] = 0x2F;
    is_password(xls);
}

#[test]
fn file_opens_by_its_content_whatever_its_name() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = folder.path().join("kinds.csv");
    fs::write(&path, workbook("kinds.xlsb")).expect("there is room for a file");
    let mut reader = ExcelReader::open(&path, &Sheet::First).expect("it is a workbook");
    assert_eq!(reader.sheet(), "Kinds");
    assert_eq!(reader.next_row().expect("it is good").expect("there is a row").cell(2), b"text");
    let error = ExcelReader::open(folder.path().join("absent.xlsx"), &Sheet::First).expect_err("there is no such file");
    assert!(matches!(error.kind(), TableErrorKind::Io(_)));
}

#[test]
fn limits_hold_in_every_format() {
    let limits = ExcelLimits::default().with_cell_bytes(9_000);
    for name in ["kinds.libreoffice.xlsx", "kinds.libreoffice.xls", "kinds.libreoffice.ods"] {
        let error =
            read_with(workbook(name), &Sheet::Name("Long".to_owned()), limits).error.expect("texts are too long");
        assert!(matches!(error.kind(), TableErrorKind::CellTooLong { limit: 9_000 }), "{name}");
        assert_eq!(error.place(), "Long!A1");
    }
    let limits = ExcelLimits::default().with_cells(6);
    for name in ["kinds.libreoffice.xlsx", "kinds.libreoffice.xls", "kinds.libreoffice.ods"] {
        let error = read_with(workbook(name), &Sheet::First, limits).error.expect("rows are too wide");
        assert!(matches!(error.kind(), TableErrorKind::TooManyCells { limit: 6 }), "{name}");
        assert_eq!(error.place(), "Kinds!G4");
    }
    for name in ["kinds.libreoffice.xlsx", "kinds.libreoffice.xls", "kinds.xlsb"] {
        let limits = ExcelLimits::default().with_held_bytes(20);
        let error = read_with(workbook(name), &Sheet::First, limits).error.expect("it holds too much");
        assert!(matches!(error.kind(), TableErrorKind::HoldsTooMuch { limit: 20 }), "{name}");
    }
    for name in ["kinds.libreoffice.xlsx", "kinds.libreoffice.ods", "kinds.xlsb"] {
        let limits = ExcelLimits::default().with_unpacked_bytes(1_000);
        let error = read_with(workbook(name), &Sheet::First, limits).error.expect("it unpacks to too much");
        assert!(matches!(error.kind(), TableErrorKind::TooLarge { limit: 1_000 }), "{name}");
    }
}
