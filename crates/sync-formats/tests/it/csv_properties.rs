//! Both ways through the reader against the description of the dialect, and nonsense of all kinds.

use proptest::collection::vec;
use proptest::prelude::*;
use sync_formats::{CsvDialect, CsvLimits, Rfc4180Dialect};

use crate::csv_reference;
use crate::csv_support::{Feed, assert_consistent, collibra, dialects, rfc4180};

fn dialect() -> impl Strategy<Value = CsvDialect> {
    prop::sample::select(dialects())
}

fn feed() -> impl Strategy<Value = Feed> {
    prop::sample::select(Feed::OTHERS.to_vec())
}

/// Text in which signs stand, as numbers: 0 to 2 for separator, quote and escape.
fn text(pieces: &[&str], dialect: &CsvDialect) -> String {
    let signs = [dialect.separator(), dialect.quote(), dialect.escape()].map(String::from);
    let mut text = String::new();
    for piece in pieces {
        for character in piece.chars() {
            match character {
                'S' => text.push_str(&signs[0]),
                'Q' => text.push_str(&signs[1]),
                'E' => text.push_str(&signs[2]),
                other => text.push(other),
            }
        }
    }
    text
}

fn pieces(clean: u32) -> impl Strategy<Value = Vec<&'static str>> {
    let nonsense =
        vec!["S", "Q", "E", "a", "bc", " ", "é", "😀", "\u{2003}", "\t", "\0", "\n", "\r\n", "\r", "QS", "SQ", "QQ"];
    let clean_cells = vec![
        "aS",
        "a longer cell with textS",
        "QaQS",
        "QaSbQS",
        "QQS",
        "Qa\nbQS",
        "S",
        "a\n",
        "QbQ\r\n",
        "éS",
        "Q😀Q\n",
        "Qa long cell in quotes, such as textsQS",
        "b\r",
    ];
    vec(prop_oneof![1 => prop::sample::select(nonsense), clean => prop::sample::select(clean_cells)], 0..50)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]
    #[test]
    fn text_is_read_as_the_description_has_it(
        pieces in prop_oneof![pieces(0), pieces(3), pieces(40)], dialect in dialect(), feed in feed(),
    ) {
        let text = text(&pieces, &dialect);
        let whole = collibra(text.as_bytes(), &dialect, CsvLimits::default(), Feed::WHOLE);
        let (expected, open) = csv_reference::rows(&text, &dialect);
        prop_assert_eq!((whole.cells(), whole.error.is_some()), (expected, open), "{:?}", text);
        assert_consistent(text.as_bytes(), &whole);
        prop_assert_eq!(collibra(text.as_bytes(), &dialect, CsvLimits::default(), feed), whole);
    }

    #[test]
    fn limits_and_bad_bytes_show_the_same_place_however_bytes_come_in(
        pieces in pieces(3), dialect in dialect(), feed in feed(), bad in any::<prop::sample::Index>(), spoilt in any::<bool>(),
        cell_bytes in 1_u64..40, row_bytes in 1_u64..100, cells in 1_u64..10,
    ) {
        let limits = CsvLimits::default().with_cell_bytes(cell_bytes).with_row_bytes(row_bytes).with_cells(cells);
        let mut source = text(&pieces, &dialect).into_bytes();
        if spoilt && !source.is_empty() {
            let at = bad.index(source.len());
            source[at] ^= 0x80;
        }
        let whole = collibra(&source, &dialect, limits, Feed::WHOLE);
        assert_consistent(&source, &whole);
        prop_assert_eq!(&collibra(&source, &dialect, limits, feed), &whole);
        for row in &whole.rows {
            prop_assert!(row.raw.len() as u64 <= row_bytes && row.cells.len() as u64 <= cells);
            prop_assert!(row.places.iter().all(|place| place.length <= cell_bytes));
        }
        if let Ok(dialect) = Rfc4180Dialect::new(&dialect.separator().to_string(), &dialect.quote().to_string()) {
            let whole = rfc4180(&source, &dialect, limits, Feed::WHOLE);
            assert_consistent(&source, &whole);
            prop_assert_eq!(&rfc4180(&source, &dialect, limits, feed), &whole);
        }
    }
}

#[test]
fn row_is_found_wherever_it_lies_in_a_block() {
    let dialect = CsvDialect::default();
    for before in 0..140 {
        for row in ["a;b", "\"a;b\";c", "\"a\"\"b\";c", "a\\;b", "\"a\nb\";\"c\""] {
            let source = format!("{}\n{row}\r\n{row}", "x".repeat(before));
            let outcome = collibra(source.as_bytes(), &dialect, CsvLimits::default(), Feed::WHOLE);
            assert_eq!((outcome.cells(), outcome.error), (csv_reference::rows(&source, &dialect).0, None));
        }
    }
}

#[test]
fn rows_longer_than_a_block_are_read_across_blocks() {
    let dialect = CsvDialect::default();
    let long = "0123456789".repeat(200);
    let source = format!("{long};\"{long}\n{long}\";{long}\"\"x\\;\r\nb\r\n");
    for block in [16, 64, 100, 1_000, 6_000, 256 * 1024] {
        let feed = Feed { size: usize::MAX, block };
        let outcome = collibra(source.as_bytes(), &dialect, CsvLimits::default(), feed);
        assert_consistent(source.as_bytes(), &outcome);
        assert_eq!((outcome.cells(), outcome.error), (csv_reference::rows(&source, &dialect).0, None));
    }
}
