//! Which sheet is read.

use sync_formats::{ExcelLimits, Sheet};

use crate::excel_support::{Parts, chain, read_with, row};

/// A visible sheet, a chart, a hidden sheet; the first of two names that differ in case only.
fn workbook() -> Vec<u8> {
    let sheet = |cell: &str| {
        format!("<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>{cell}</v></c></row></sheetData></worksheet>")
    };
    Parts::with_rows("")
        .with(
            "xl/workbook.xml",
            r#"<workbook><sheets><sheet name="Chart" r:id="c"/><sheet name="Tables" r:id="r1"/>
               <sheet name="Old &amp; hidden" state="hidden" r:id="r4"/><sheet name="tables" state="veryHidden" r:id="r5"/></sheets></workbook>"#,
        )
        .with(
            "xl/_rels/workbook.xml.rels",
            r#"<Relationships><Relationship Id="c" Type="http://x/chartsheet" Target="chartsheets/sheet1.xml"/>
               <Relationship Id="r1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/>
               <Relationship Id="r4" Type="http://x/worksheet" Target="../xl/worksheets/sheet2.xml"/>
               <Relationship Id="r5" Type="http://x/worksheet" Target="/xl/Worksheets/SHEET3.xml"/></Relationships>"#,
        )
        .with("xl/worksheets/sheet1.xml", sheet("1"))
        .with("xl/worksheets/sheet2.xml", sheet("2"))
        .with("xl/worksheets/sheet3.xml", sheet("3"))
        .pack()
}

fn cell(sheet: Sheet) -> Result<String, String> {
    let read = read_with(workbook(), &sheet, ExcelLimits::default());
    match read.error {
        Some(error) => Err(chain(&error)),
        None => Ok(read.rows[0].1[0].clone()),
    }
}

#[test]
fn first_sheet_is_the_first_one_with_cells() {
    assert_eq!(cell(Sheet::First), Ok("1".to_owned()));
}

#[test]
fn name_is_exact_and_hidden_sheets_can_be_chosen() {
    assert_eq!(cell(Sheet::Name("Tables".to_owned())), Ok("1".to_owned()));
    assert_eq!(cell(Sheet::Name("tables".to_owned())), Ok("3".to_owned()));
    assert_eq!(cell(Sheet::Name("Old & hidden".to_owned())), Ok("2".to_owned()));
}

#[test]
fn index_counts_every_tab_from_0() {
    assert_eq!(cell(Sheet::Index(1)), Ok("1".to_owned()));
    assert_eq!(cell(Sheet::Index(3)), Ok("3".to_owned()));
    let no_cells = "workbook: this is no workbook that can be read: the sheet is no table: it has no cells";
    assert_eq!(cell(Sheet::Index(0)), Err(no_cells.to_owned()));
}

#[test]
fn absent_sheet_is_an_error_that_lists_the_others() {
    let present = "there are Chart, Tables, 'Old & hidden', tables";
    assert_eq!(cell(Sheet::Name("TABLES".to_owned())), Err(format!("workbook: there is no sheet TABLES; {present}")));
    let index = format!("workbook: there is no sheet number 4, counted from 0; {present}");
    assert_eq!(cell(Sheet::Index(4)), Err(index));
}

#[test]
fn many_sheets_are_not_all_listed() {
    let sheets: String = (0..30).map(|index| format!("<sheet name=\"S{index}x\" r:id=\"r1\"/>")).collect();
    let parts = Parts::with_rows("").with("xl/workbook.xml", format!("<workbook><sheets>{sheets}</sheets></workbook>"));
    let read = read_with(parts.pack(), &Sheet::Name("S".to_owned()), ExcelLimits::default());
    let error = read.error.expect("there is no such sheet").to_string();
    assert!(error.ends_with("S18x, S19x and 10 more"), "{error}");
}

#[test]
fn sheet_without_rows_is_an_empty_table() {
    for sheet in ["<sheetData/>", "<sheetData></sheetData>", "<sheetData><row r=\"1\"/></sheetData>"] {
        let read = read_with(Parts::with_rows("").with_sheet(sheet).pack(), &Sheet::First, ExcelLimits::default());
        assert!(read.error.is_none() && read.rows.is_empty());
    }
    let read = read_with(Parts::with_rows("<row><c><v>1</v></c></row>").pack(), &Sheet::First, ExcelLimits::default());
    assert_eq!(read.rows, [row(1, ["1"])]);
}
