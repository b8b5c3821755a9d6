//! RFC 4180 against the csv crate.

use proptest::collection::vec;
use proptest::prelude::*;
use sync_formats::{CsvLimits, Rfc4180Dialect};

use crate::csv_support::{Feed, assert_consistent, rfc4180};

fn cells(source: &str) -> Vec<Vec<String>> {
    let outcome = rfc4180(source.as_bytes(), &Rfc4180Dialect::default(), CsvLimits::default(), Feed::WHOLE);
    assert_eq!(outcome.error, None, "{source:?}");
    outcome.cells()
}

#[test]
fn cells_are_read_by_the_standard() {
    assert_eq!(cells("a,\"b,\"\"c\"\"\",C:\\x\r\n"), [["a", "b,\"c\"", "C:\\x"]]);
    assert_eq!(cells("a\"b\",\"c\"d,\"\"\n"), [["a\"b\"", "cd", ""]]);
    assert_eq!(cells("\"a\r\nb\",c"), [["a\r\nb", "c"]]);
    assert_eq!(cells("a,b\n\nc\n"), [vec!["a", "b"], vec![""], vec!["c"]]);
    assert_eq!(cells("a\n\u{FEFF}\"b\"\n"), [["a"], ["\u{FEFF}\"b\""]]);
}

#[test]
fn quote_that_is_never_closed_is_an_error_where_it_opened() {
    let source = b"\xEF\xBB\xBFa,b\nc,\"d\n\"\"e,\nf\n";
    let outcome = rfc4180(source, &Rfc4180Dialect::default(), CsvLimits::default(), Feed::WHOLE);
    assert_eq!(outcome.cells(), [["a", "b"]]);
    let (message, offset, line, column, _) = outcome.error.expect("a quote is open");
    assert_eq!(message, "row 2, column 2: the quote opened here is never closed");
    assert_eq!((offset, line, column), (9, 2, 3));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn rows_are_those_of_the_csv_crate(
        pieces in vec(prop_oneof![
            4 => prop::sample::select(vec![",", "\"", "\n", "\r\n", "\r", "\\", "\"\"", ";"]),
            3 => prop::sample::select(vec!["a", "b c", "é", "😀", "\0", "\u{FEFF}", "some longer text within a cell"]),
            2 => prop::sample::select(vec!["\"a\",", ",\"b\"", "\"c\"\n", ",\"d,\ne\"\r\n"]),
        ], 0..40),
        characters in prop::sample::select(vec![",\"", ";'", "\t\"", ",\0"]),
        feed in prop::sample::select(Feed::OTHERS.to_vec()),
    ) {
        let source = pieces.concat();
        let (separator, quote) = characters.split_at(1);
        let dialect = Rfc4180Dialect::new(separator, quote).expect("these are good");
        let whole = rfc4180(source.as_bytes(), &dialect, CsvLimits::default(), Feed::WHOLE);
        assert_consistent(source.as_bytes(), &whole);
        prop_assert_eq!(&rfc4180(source.as_bytes(), &dialect, CsvLimits::default(), feed), &whole);

        let mut crates = csv::ReaderBuilder::new();
        crates.has_headers(false).flexible(true).delimiter(dialect.separator()).quote(dialect.quote());
        let mut expected: Vec<Vec<String>> = crates
            .from_reader(source.as_bytes())
            .records()
            .map(|record| record.expect("the text is UTF-8").iter().map(String::from).collect())
            .collect();
        if whole.error.is_some() {
            // It takes what is open for a row.
            expected.pop();
        }
        // It passes over blank lines.
        let rows: Vec<_> = whole.rows.into_iter().filter(|row| !row.raw.is_empty()).map(|row| row.cells).collect();
        prop_assert_eq!(rows, expected);
    }
}
