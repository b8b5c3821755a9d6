//! The surprises of the service's dialect, one a line.

use sync_formats::{CsvDialect, CsvLimits};

use crate::csv_support::{Feed, cells, cells_in, collibra};

#[test]
fn lines_are_read_as_the_service_reads_them() {
    let table: &[(&str, &[&str])] = &[
        (r#"a;;"""#, &["a", "", ""]),
        (r#""a""b";c"#, &["a\"b", "c"]),
        (r#""a\"b";c"#, &["a\"b", "c"]),
        // The escape character works outside quotes, too, but not where a cell begins.
        (r"a\;b;c", &["a;b", "c"]),
        (r"x;\;b", &["x", "", "b"]),
        (r#""a\\b";c"#, &[r"a\b", "c"]),
        (r"C:\temp\x;c", &["C:tempx", "c"]),
        (r#""a\nb""#, &["anb"]),
        ("x;  a;c", &["x", "  a", "c"]),
        // White space in front of a quote makes it text, and so does anything behind one.
        (r#"x;  "a;b";c"#, &["x", "  \"a;b", "c"]),
        (r#"x;"a;b"  ;c"#, &["x", "a;b\"  ", "c"]),
        (r#"abcd"c;d"e;f"#, &["abcd\"c;d\"e", "f"]),
        // Not among the first three characters of a line.
        (r#"a"b"c;d"#, &["ab\"c", "d"]),
        ("\"a\nb\";c", &["a\nb", "c"]),
        ("\"a\r\nb\";c", &["a\nb", "c"]),
        ("\"a\rb\";c", &["a\nb", "c"]),
        ("\n", &[""]),
    ];
    for (line, expected) in table {
        assert_eq!(cells(line), [*expected], "{line:?}");
    }
}

#[test]
fn white_space_in_front_of_a_quote_is_dropped_when_asked() {
    let dialect = CsvDialect::default().with_ignore_leading_whitespace(true);
    assert_eq!(cells_in(r#"x;  "a;b";c"#, &dialect), [["x", "a;b", "c"]]);
    // But not in front of anything else, and no spaces that forbid a line break.
    assert_eq!(cells_in("x;  a;c", &dialect), [["x", "  a", "c"]]);
    assert_eq!(cells_in("x;\u{2003}\u{1F}\"a\";c", &dialect), [["x", "a", "c"]]);
    assert_eq!(cells_in("x;\u{A0}y\"a\"z;c", &dialect), [["x", "\u{A0}y\"a\"z", "c"]]);
}

#[test]
fn strict_quotes_drop_what_stands_outside_quotes() {
    let dialect = CsvDialect::default().with_strict_quotes(true);
    assert_eq!(cells_in(r#"a;"b";c"#, &dialect), [["", "b", ""]]);
    assert_eq!(cells_in(r#"a "b" c;d"#, &dialect), [["b", ""]]);
}

#[test]
fn quote_that_is_never_closed_is_an_error_where_it_opened() {
    for (source, place) in [(r#""a\";c"#, "row 1, column 1"), ("x\ny;z;\"a;\nb;c\n", "row 2, column 3")] {
        let outcome = collibra(source.as_bytes(), &CsvDialect::default(), CsvLimits::default(), Feed::WHOLE);
        let (message, offset, ..) = outcome.error.expect("a quote is open");
        assert_eq!(message, format!("{place}: the quote opened here is never closed"));
        assert_eq!(offset as usize, source.find('"').expect("there is a quote"));
    }
}

#[test]
fn place_of_a_quote_in_its_line_is_counted_in_units_of_utf_16() {
    // The third character of its line is the last one at which a quote disappears.
    assert_eq!(cells("éé\"c;d\"e"), [["ééc;d\"e"]]);
    assert_eq!(cells("ééé\"c;d\"e"), [["ééé\"c;d\"e"]]);
    assert_eq!(cells("a😀\"c;d\"e"), [["a😀\"c;d\"e"]]);
}

#[test]
fn byte_order_mark_is_passed_over_and_counted() {
    let source = "\u{FEFF}\"a\";b\n\u{FEFF}c";
    let outcome = collibra(source.as_bytes(), &CsvDialect::default(), CsvLimits::default(), Feed::WHOLE);
    assert_eq!(outcome.cells(), [vec!["a", "b"], vec!["\u{FEFF}c"]]);
    let (position, place) = (outcome.rows[0].position, &outcome.rows[0].places[1]);
    assert_eq!((position.offset, place.offset, place.column), (3, 7, 5));
    assert_eq!(cells("\u{FEFF}"), Vec::<Vec<String>>::new());
}

#[test]
fn file_without_text_has_no_rows_and_a_blank_line_is_one() {
    assert_eq!(cells(""), Vec::<Vec<String>>::new());
    assert_eq!(cells("\n"), [[""]]);
    assert_eq!(cells("a\n\n\r\rb"), [["a"], [""], [""], [""], ["b"]]);
}

#[test]
fn places_of_cells_lead_into_the_file_across_lines() {
    let source = "x;y\n\"two\r\nlines\";b;\"c\"\n";
    let outcome = collibra(source.as_bytes(), &CsvDialect::default(), CsvLimits::default(), Feed::WHOLE);
    let row = &outcome.rows[1];
    assert_eq!(row.cells, ["two\nlines", "b", "c"]);
    let places: Vec<_> =
        row.places.iter().map(|place| (place.offset, place.line, place.column, place.length)).collect();
    assert_eq!(places, [(4, 2, 1, 12), (17, 3, 8, 1), (19, 3, 10, 3), (22, 3, 13, 0)]);
}
