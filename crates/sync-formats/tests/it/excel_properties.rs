//! Tables written and read: nothing changes.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use proptest::collection::vec;
use proptest::prelude::*;
use sync_formats::{ExcelMode, ExcelOptions, ExcelReader, ExcelWriter, RowReader, Sheet};

use crate::excel_support::{TextRow, rows};

fn write(table: &[Vec<String>], mode: ExcelMode) -> Vec<u8> {
    let mut writer = ExcelWriter::new(&ExcelOptions::default().with_mode(mode)).expect("the options are good");
    for cells in table {
        writer.write_row(cells).expect("it can be written");
    }
    writer.into_bytes().expect("it can be written")
}

/// What is read of a table: empty cells at the ends of rows, and rows without anything, are not in the file.
fn expected(table: &[Vec<String>]) -> Vec<TextRow> {
    let trimmed = |cells: &Vec<String>| match cells.iter().rposition(|cell| !cell.is_empty()) {
        Some(last) => cells[..=last].to_vec(),
        None => Vec::new(),
    };
    (1..).zip(table.iter().map(trimmed)).filter(|(_, cells)| !cells.is_empty()).collect()
}

/// Text of all that might be taken for something else, without the pair of which the writer refuses one.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-z0-9 ]{0,6}",
        1 => any::<char>().prop_filter("XML has not these", |c| !matches!(c, '\u{FFFE}' | '\u{FFFF}')).prop_map(String::from),
        2 => prop::sample::select(vec![
            "&", "<", "]]>", "</t></is>", "_", "_x", "_x0041_", "_x005F_", "x000D_", "\r", "\n", "\r\n", "\t", "  ", "\"", "'",
            "=1+1", "\u{1}", "\u{1F}", "\u{FEFF}", "&amp;", "📊", "<row>", "&#10;",
        ]).prop_map(str::to_owned),
    ];
    vec(piece, 0..5).prop_map(|pieces| pieces.concat()).prop_filter("refused", |text| !is_ambiguous(text))
}

/// Whether a control character completes the beginning of an escape.
fn is_ambiguous(text: &str) -> bool {
    text.contains("_x") && text.chars().any(|c| c < ' ' && c != '\t' && c != '\n')
}

proptest! {
    #[test]
    fn any_table_comes_back(table in vec(vec(text(), 0..6), 0..8), is_constant in any::<bool>()) {
        let mode = if is_constant { ExcelMode::ConstantMemory } else { ExcelMode::LowMemory };
        prop_assert_eq!(rows(write(&table, mode)), expected(&table));
    }

    #[test]
    fn any_text_comes_back_or_is_refused(text in "[_xA0-9\u{0}-\u{1F}\u{FFFE}]{0,12}") {
        let mut writer = ExcelWriter::new(&ExcelOptions::default()).expect("the options are good");
        if writer.write_row([&text]).is_ok() {
            let table = [vec![text]];
            prop_assert_eq!(rows(writer.into_bytes().expect("it can be written")), expected(&table));
        } else {
            let refused = text.contains('\u{FFFE}') || is_ambiguous(&text);
            prop_assert!(refused);
        }
    }

    #[test]
    fn another_reader_reads_the_same(table in vec(vec(text(), 1..6), 1..8), is_constant in any::<bool>()) {
        let mode = if is_constant { ExcelMode::ConstantMemory } else { ExcelMode::LowMemory };
        let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(write(&table, mode))).expect("it is a workbook");
        let range = workbook.worksheet_range(ExcelWriter::SHEET_NAME).expect("the sheet is there");
        for (number, cells) in expected(&table) {
            for (column, cell) in (0..).zip(&cells) {
                let row = u32::try_from(number).expect("tables are small") - 1;
                let found = match range.get_value((row, column)) {
                    Some(Data::String(text)) => text.as_str(),
                    Some(Data::Empty) | None => "",
                    Some(other) => panic!("{other:?} is no text"),
                };
                prop_assert_eq!(found, cell);
            }
        }
    }
}

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn text(&mut self) -> String {
        const PIECES: [&str; 28] = [
            "hull", "keel ", " ", "", "&", "<t>", "]]>", "_x0041_", "_x005F_", "_", "\n", "\t", "\"", "'", ";", ",",
            "=1", "0012", "Größe", "顧客", "📊", "\u{FEFF}", "\u{A0}", "x000D_", "a_b", "\\", "|", "&lt;",
        ];
        let mut text: String = (0..self.below(4)).map(|_| PIECES[self.below(PIECES.len())]).collect();
        if self.below(20) == 0 && !text.contains("_x") {
            text.push(['\r', '\u{1}', '\0', '\u{1F}'][self.below(4)]);
        }
        text
    }

    fn table(&mut self) -> Vec<Vec<String>> {
        (0..self.below(4)).map(|_| (0..self.below(5)).map(|_| self.text()).collect()).collect()
    }
}

/// 100,000 tables of up to 3 rows and 4 columns, one below the other in 400 workbooks: a workbook each would take an hour.
#[test]
fn a_hundred_thousand_tables_come_back() {
    for seed in 0..400_u64 {
        let mut random = Random(seed);
        let tables: Vec<Vec<Vec<String>>> = (0..250).map(|_| random.table()).collect();
        let mode = if seed % 2 == 0 { ExcelMode::LowMemory } else { ExcelMode::ConstantMemory };
        let all = tables.concat();
        let file = write(&all, mode);
        let mut reader = ExcelReader::new(Cursor::new(file), &Sheet::First).expect("it is a workbook");
        for (number, cells) in expected(&all) {
            let row = reader.next_row().expect("it is good").expect("there are more rows");
            assert_eq!(row.position().row, number, "seed {seed}");
            assert!(row.cells().eq(cells.iter().map(String::as_bytes)), "seed {seed}, row {number}: {cells:?}");
        }
        assert!(reader.next_row().expect("it is good").is_none(), "seed {seed}");
    }
}
