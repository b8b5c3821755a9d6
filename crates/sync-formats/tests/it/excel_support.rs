//! Workbooks made by hand, and what is read of them.

use std::error::Error;
use std::io::{Cursor, Write};

use sync_formats::{ExcelLimits, ExcelReader, ExcelWarning, RowReader, Sheet, TableError};
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

/// A row as tests name it: its number and the text of its cells.
pub(crate) type TextRow = (u64, Vec<String>);

/// An `.xlsx` of parts, each of which can be replaced.
#[derive(Debug, Clone)]
pub(crate) struct Parts(Vec<(String, Vec<u8>)>);

impl Parts {
    /// A workbook of one sheet, `Tables`, with these rows of XML.
    pub(crate) fn with_rows(rows: &str) -> Self {
        Self(Vec::new())
            .with(
                "_rels/.rels",
                r#"<Relationships><Relationship Id="a" Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
            )
            .with(
                "xl/_rels/workbook.xml.rels",
                r#"<Relationships><Relationship Id="r1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/>
                   <Relationship Id="r2" Type="http://x/styles" Target="styles.xml"/>
                   <Relationship Id="r3" Type="http://x/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>"#,
            )
            .with("xl/workbook.xml", r#"<workbook><sheets><sheet name="Tables" sheetId="1" r:id="r1"/></sheets></workbook>"#)
            .with_sheet(&format!("<sheetData>{rows}</sheetData>"))
    }

    /// The same with another sheet: what its root element holds.
    pub(crate) fn with_sheet(self, content: &str) -> Self {
        self.with("xl/worksheets/sheet1.xml", &format!("<?xml version=\"1.0\"?>\n<worksheet>{content}</worksheet>"))
    }

    /// The same with shared texts: the elements of each.
    pub(crate) fn with_strings(self, strings: &str) -> Self {
        self.with("xl/sharedStrings.xml", &format!("<sst uniqueCount=\"4000000000\">{strings}</sst>"))
    }

    /// The same with styles: 1 a date, 2 a duration.
    pub(crate) fn with_styles(self) -> Self {
        self.with(
            "xl/styles.xml",
            r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="[h]:mm"/></numFmts><cellStyleXfs><xf numFmtId="46"/>
               </cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>"#,
        )
    }

    /// The same with a part.
    pub(crate) fn with(mut self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.0.retain(|(other, _)| other != name);
        self.0.push((name.to_owned(), content.as_ref().to_vec()));
        self
    }

    /// The file.
    pub(crate) fn pack(&self) -> Vec<u8> {
        self.pack_as(CompressionMethod::Deflated)
    }

    /// The file, packed in a way of one's own.
    pub(crate) fn pack_as(&self, method: CompressionMethod) -> Vec<u8> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in &self.0 {
            archive.start_file(name, SimpleFileOptions::default().compression_method(method)).expect("memory takes it");
            archive.write_all(content).expect("memory takes it");
        }
        archive.finish().expect("memory takes it").into_inner()
    }
}

/// What was read of a sheet.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) rows: Vec<TextRow>,
    pub(crate) warnings: Vec<ExcelWarning>,
    pub(crate) error: Option<TableError>,
}

/// Reads a sheet up to its end, or to an error.
pub(crate) fn read_with(file: Vec<u8>, sheet: &Sheet, limits: ExcelLimits) -> Read {
    let mut read = Read { rows: Vec::new(), warnings: Vec::new(), error: None };
    let mut reader = match ExcelReader::with_limits(Cursor::new(file), sheet, limits) {
        Ok(reader) => reader,
        Err(error) => return Read { error: Some(error), ..read },
    };
    loop {
        match reader.next_row() {
            Ok(Some(row)) => {
                let cells = row.cells().map(|cell| String::from_utf8(cell.to_vec()).expect("cells are UTF-8"));
                read.rows.push((row.position().row, cells.collect()));
            }
            Ok(None) => break,
            Err(error) => {
                read.error = Some(error);
                assert!(reader.next_row().expect("an error is final").is_none());
                break;
            }
        }
    }
    read.warnings = reader.warnings().to_vec();
    read
}

pub(crate) fn read(file: Vec<u8>) -> Read {
    read_with(file, &Sheet::First, ExcelLimits::default())
}

/// The rows of a good workbook.
pub(crate) fn rows(file: Vec<u8>) -> Vec<TextRow> {
    let read = read(file);
    assert!(read.error.is_none(), "{}", chain(&read.error.expect("it was just looked at")));
    read.rows
}

/// The rows of a sheet of XML.
pub(crate) fn rows_of(rows: &str) -> Vec<TextRow> {
    self::rows(Parts::with_rows(rows).pack())
}

/// The error that a workbook ends in, with its causes.
pub(crate) fn error(file: Vec<u8>) -> String {
    chain(&read(file).error.expect("the workbook is bad"))
}

/// An error and its causes.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// A row for comparing.
pub(crate) fn row<const N: usize>(number: u64, cells: [&str; N]) -> TextRow {
    (number, cells.map(str::to_owned).to_vec())
}
