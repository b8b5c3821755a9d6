//! Where commands, values and errors are.

use sync_formats::{
    CellPlace, CollibraCsv, CsvDialect, ExpandError, ExpandOptions, Expander, MemoryTable, RawExpander, RowErrorKind,
    RowPosition, RowReader,
};

use crate::expand_support::{compile, path, row_error, table};

const ASSET: &str = r#"[{"resourceType": "Asset", "identifier": {"name": "${1}", "domain": {"name": "Tides"}},
    "displayName": "${2}", "note": "${3} of ${1}", "tags": ["${4}", "fixed", "${5}"],
    "attributes": {"Note": [{"value": "${3}", "k": "c", "values": ["${4}", "${5}"]}]}}]"#;

fn expander(rows: &[[&str; 5]]) -> Expander<MemoryTable> {
    Expander::open(MemoryTable::new(table(rows)), ASSET, ExpandOptions::default()).expect("the template is good")
}

/// Row and column number of the value at a path of the command given last.
fn cell<R: RowReader>(expander: &Expander<R>, at: &str) -> (u64, u64) {
    let place = expander.place_of(&path(at)).expect("the template has placeholders");
    (place.row, place.number)
}

#[test]
fn command_stands_where_its_first_row_begins() {
    let file = "\u{FEFF}Name;Note\r\nKeel;\"long\nvery\"\r\n\r\nMast;x\r\nMast;y\r\nBow;z";
    let reader = CollibraCsv::new(file.as_bytes(), &CsvDialect::default());
    let template = r#"[{"identifier": "${Name}", "notes": ["${Note}"]}]"#;
    let options = ExpandOptions::default().with_header_row(true);
    let mut expander = Expander::open(reader, template, options).expect("the template is good");
    let mut places = Vec::new();
    while let Some(record) = expander.next_record().expect("the rows fit the template") {
        let position = record.position;
        assert_eq!(position.column, 1);
        places.push((position.index, position.row, position.line, position.offset as usize));
    }
    let offset = |text: &str| file.find(text).expect("it is in the file");
    assert_eq!(places, [(0, 2, 2, offset("Keel")), (1, 4, 5, offset("Mast;x")), (2, 6, 7, offset("Bow"))]);
    assert_eq!(expander.rows(), 4);
    assert_eq!(expander.header(), Some(&["Name", "Note"].map(String::from)[..]));
}

#[test]
fn value_comes_from_the_cell_of_its_placeholder() {
    let mut expander = expander(&[["keel", "Keel", "long", "wood,oak", "big"]]);
    expander.next_record().expect("the row fits").expect("a command");
    assert_eq!(cell(&expander, "identifier.name"), (1, 1));
    assert_eq!(cell(&expander, "displayName"), (1, 2));
    assert_eq!(cell(&expander, "note"), (1, 3), "the first placeholder of several");
    assert_eq!(cell(&expander, "tags.0"), (1, 4));
    assert_eq!(cell(&expander, "tags.1"), (1, 4));
    assert_eq!(cell(&expander, "tags.3"), (1, 5));
    assert_eq!(cell(&expander, "attributes.Note.0.value"), (1, 3));
    assert_eq!(cell(&expander, "attributes.Note.0.values.1"), (1, 4));
    assert_eq!(cell(&expander, "attributes.Note.0.values.2"), (1, 5));
}

#[test]
fn constant_and_whole_values_come_from_the_first_cell_that_can_be_told() {
    let mut expander = expander(&[["keel", "Keel", "long", "wood,oak", "big"]]);
    expander.next_record().expect("the row fits").expect("a command");
    assert_eq!(cell(&expander, ""), (1, 1), "the command");
    assert_eq!(cell(&expander, "resourceType"), (1, 1), "a constant");
    assert_eq!(cell(&expander, "identifier"), (1, 1));
    assert_eq!(cell(&expander, "identifier.domain.name"), (1, 1));
    assert_eq!(cell(&expander, "tags"), (1, 4));
    assert_eq!(cell(&expander, "tags.2"), (1, 1), "a constant in a list");
    assert_eq!(cell(&expander, "attributes"), (1, 3));
    assert_eq!(cell(&expander, "attributes.Note.0"), (1, 3));
    assert_eq!(cell(&expander, "attributes.Note.0.k"), (1, 3), "a constant beside a cell");
    assert_eq!(cell(&expander, "nowhere.at.all"), (1, 1));
    assert_eq!(cell(&expander, "tags.99"), (1, 4));
}

#[test]
fn values_that_are_left_out_do_not_shift_the_places_of_others() {
    let mut expander = expander(&[["keel", "", "", "", "big,old"]]);
    expander.next_record().expect("the row fits").expect("a command");
    assert_eq!(cell(&expander, "tags.1"), (1, 5));
    assert_eq!(cell(&expander, "tags.2"), (1, 5));
    assert_eq!(cell(&expander, "attributes.Note.0.values.1"), (1, 5));
    assert_eq!(cell(&expander, "displayName"), (1, 2), "where it would have been");
}

#[test]
fn value_of_a_merged_command_comes_from_the_row_that_brought_it() {
    let mut expander = expander(&[
        ["keel", "Keel", "long", "wood", "big"],
        ["keel", "The keel", "", "wood,oak", "big"],
        ["keel", "The keel", "strong", "", "old,big"],
        ["mast", "", "", "", ""],
    ]);
    let keel = expander.next_record().expect("the rows fit").expect("a command");
    assert!(
        keel.bytes.ends_with(
            concat!(
                r#""displayName":"The keel","note":"strong of keel","tags":["wood","fixed","big","oak","old"],"#,
                r#""attributes":{"Note":[{"value":"long","k":"c","values":["wood","big"]},"#,
                r#"{"k":"c","values":["wood","oak","big"]},{"value":"strong","k":"c","values":["old","big"]}]}}"#
            )
            .as_bytes()
        )
    );
    assert_eq!(cell(&expander, "identifier.name"), (1, 1));
    assert_eq!(cell(&expander, "displayName"), (2, 2));
    assert_eq!(cell(&expander, "note"), (3, 3));
    assert_eq!(cell(&expander, "tags.0"), (1, 4));
    assert_eq!(cell(&expander, "tags.3"), (2, 4));
    assert_eq!(cell(&expander, "tags.4"), (3, 5));
    assert_eq!(cell(&expander, "attributes.Note.1.values.1"), (2, 4));
    assert_eq!(cell(&expander, "attributes.Note.2.value"), (3, 3));
    assert_eq!(cell(&expander, "attributes.Note.2.values.1"), (3, 5));
    assert_eq!(cell(&expander, "attributes.Note.2.k"), (3, 3));
    assert_eq!(expander.origin().map(|origin| (origin.first_row.row, origin.rows)), Some((1, 3)));

    expander.next_record().expect("the rows fit").expect("a command");
    assert_eq!(cell(&expander, "identifier.name"), (4, 1));
    assert!(expander.next_record().expect("the rows fit").is_none());
    assert_eq!(expander.place_of(&path("identifier")), None);
    assert_eq!(expander.origin(), None);
}

#[test]
fn place_is_that_of_the_cell_in_the_file() {
    let file = "a;\"x\ny\";one\na;z;\" two, three\"\n";
    let reader = CollibraCsv::new(file.as_bytes(), &CsvDialect::default());
    let template = r#"[{"identifier": "${1}", "name": "${2}", "tags": ["${3}"]}]"#;
    let mut expander = Expander::open(reader, template, ExpandOptions::default()).expect("the template is good");
    expander.next_record().expect("the rows fit").expect("a command");
    let place = |at: &str| expander.place_of(&path(at)).expect("the template has placeholders");
    assert_eq!(
        place("tags.2"),
        CellPlace { row: 2, number: 3, offset: 16, line: 3, column: 5, length: 13, name: "column 3".to_owned() }
    );
    assert_eq!((place("tags.0").line, place("tags.0").column), (2, 4));
    assert_eq!((place("name").row, place("name").offset), (2, 14));
}

#[test]
fn place_stays_right_after_many_rows_that_each_replace_the_last() {
    let mut rows: Vec<_> =
        (0..40_000).map(|row| ["a".to_owned(), format!("{row}{}", "x".repeat(300))].to_vec()).collect();
    rows[0].push("first".to_owned());
    rows[20_000].push("middle".to_owned());
    let template = r#"[{"identifier": "${1}", "name": "${2}", "tags": ["${3}"]}]"#;
    let mut expander =
        Expander::open(MemoryTable::new(rows), template, ExpandOptions::default()).expect("the template is good");
    expander.next_record().expect("the rows fit").expect("a command");
    assert_eq!(cell(&expander, "name"), (40_000, 2));
    assert_eq!(cell(&expander, "tags.0"), (1, 3));
    assert_eq!(cell(&expander, "tags.1"), (20_001, 3));
}

#[test]
fn command_stands_at_its_first_row_even_if_nothing_of_that_is_left() {
    let rows = (0..40_000).map(|row| ["a".to_owned(), format!("{row}{}", "x".repeat(300))].to_vec());
    let template = r#"[{"identifier": "${1}", "name": "${2}"}]"#;
    let mut expander =
        Expander::open(MemoryTable::new(rows), template, ExpandOptions::default()).expect("the template is good");
    let record = expander.next_record().expect("the rows fit").expect("a command");
    assert_eq!((record.position.row, record.position.offset), (1, 0));
    assert_eq!(cell(&expander, "identifier"), (1, 1));
    assert_eq!(cell(&expander, "name"), (40_000, 2));
}

#[test]
fn row_is_known_where_there_were_too_many_to_keep_them_whole() {
    let rows = (0..60_000).map(|row| ["a".to_owned(), format!("{row}"), "x".repeat(200)].to_vec());
    let template = r#"[{"identifier": "${1}", "tags": ["${2}"]}]"#;
    let mut expander =
        Expander::open(MemoryTable::new(rows), template, ExpandOptions::default()).expect("the template is good");
    expander.next_record().expect("the rows fit").expect("a command");
    assert_eq!(cell(&expander, "tags.0"), (1, 2));
    assert_eq!(cell(&expander, "tags.59999"), (60_000, 2));
}

#[test]
fn command_without_placeholders_has_no_cell() {
    let mut expander =
        Expander::open(MemoryTable::new([["x"]]), r#"[{"identifier": "fixed"}]"#, ExpandOptions::default())
            .expect("the template is good");
    expander.next_record().expect("the rows fit").expect("a command");
    assert_eq!(expander.place_of(&path("identifier")), None);
}

const LEG: &str = r#"[{"resourceType": "Complex Relation", "identifier": {"id": "${Id}"},
    "relations": {"leg": [{"name": "${Name}", "domain": {"name": "${Domain}"}}]}}]"#;

fn with_header() -> ExpandOptions {
    ExpandOptions::default().with_header_row(true)
}

#[test]
fn lists_of_different_lengths_are_an_error_of_their_row() {
    let rows = table(&[["Id", "Name", "Domain"], ["i", "a", "d"], ["j", "a,b", "d,e,f"], ["k", "c", "d"]]);
    let error = row_error(LEG, rows, with_header());
    assert_eq!(error.to_string(), "row 3, column 3 (Domain): expected 2 values, as in column 2 (Name), found 3");
    assert_eq!(error.position(), RowPosition { row: 3, offset: 21, line: 3 });
    let place = error.place();
    assert_eq!((place.row, place.number, place.offset, place.line, place.column), (3, 3, 27, 3, 7));
    assert_eq!(error.column_name(), Some("Domain"));
    assert!(error.hint().is_some_and(|hint| hint.contains("the same number")));
    assert!(matches!(error.kind(), RowErrorKind::UnequalLists { values: 3, others: 2, .. }));
}

#[test]
fn single_value_beside_a_longer_list_is_an_error() {
    let error = row_error(LEG, table(&[["Id", "Name", "Domain"], ["i", "a,b", "d"]]), with_header());
    assert_eq!(error.to_string(), "row 2, column 3 (Domain): expected 2 values, as in column 2 (Name), found 1");
}

#[test]
fn quote_that_is_not_closed_is_an_error_of_its_cell() {
    let template = r#"[{"identifier": "${1}", "tags": ["${2}"]}]"#;
    let error = row_error(template, table(&[["a", "x"], ["b", "y,|z"]]), ExpandOptions::default());
    assert_eq!(error.to_string(), "row 2, column 2: expected | at the end of a value that begins with it");
    assert_eq!((error.column_name(), error.place().offset), (None, 6));
}

#[test]
fn following_rows_go_on_behind_one_that_does_not_fit() {
    let rows = table(&[["Id", "Name", "Domain"], ["i", "a", "d"], ["j", "a,b", "d"], ["k", "c", "d"]]);
    let mut expander =
        Expander::open(MemoryTable::new(rows.clone()), LEG, with_header()).expect("the template is good");
    let mut outcomes = Vec::new();
    loop {
        match expander.next_record() {
            Ok(Some(record)) => outcomes.push(Ok(record.position.row)),
            Ok(None) => break,
            Err(error) => outcomes.push(Err(error.to_string())),
        }
    }
    assert_eq!(outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).collect::<Vec<_>>(), [&2, &4]);
    assert_eq!(outcomes.len(), 3);

    let template = compile(&LEG.replace("${Id}", "${1}").replace("${Name}", "${2}").replace("${Domain}", "${3}"));
    let mut raw = RawExpander::new(MemoryTable::new(rows), &template, with_header());
    assert_eq!(raw.next_command().expect("the row fits").map(|command| command.row.row), Some(2));
    assert!(matches!(raw.next_command(), Err(ExpandError::Row(_))));
    assert_eq!(
        raw.next_command().expect("the row fits").map(|command| (command.command, command.row.row)),
        Some((0, 4))
    );
    assert!(raw.next_command().expect("the end").is_none());
}

#[test]
fn command_over_the_limit_is_an_error_whichever_way_it_is_written() {
    let template = r#"[{"identifier": "${1}", "name": "${2}${2}${2}", "tags": ["${3}"]}]"#;
    let options = ExpandOptions::default().with_max_command_bytes(100);
    let long = "x".repeat(30);
    for tags in ["a", "", "a,b"] {
        let error = row_error(template, table(&[["n", &long, tags]]), options.clone());
        assert_eq!(
            error.to_string(),
            "row 1, column 2: expected a command of at most 100 bytes, found a longer one",
            "{tags:?}"
        );
    }
    let many = vec!["y"; 1000].join(",");
    assert!(matches!(
        row_error(template, table(&[["n", "", &many]]), options).kind(),
        RowErrorKind::CommandTooLarge { limit: 100 }
    ));
}

#[test]
fn merged_command_over_the_limit_is_an_error_that_names_the_rows() {
    let template = r#"[{"identifier": "${1}", "tags": ["${2}"]}]"#;
    let options = ExpandOptions::default().with_max_command_bytes(100);
    let rows = (0..50).map(|row| ["a".to_owned(), format!("value {row}")].to_vec()).collect();
    let error = row_error(template, rows, options);
    assert_eq!(
        error.to_string(),
        "row 7, column 1: expected a command of at most 100 bytes from the rows 1 to 7 together, found a longer one"
    );
    assert!(error.hint().is_some_and(|hint| hint.contains("identifier")));
}

#[test]
fn commands_before_the_place_where_a_table_breaks_come_before_the_error() {
    let file = "a;1\na;2\nb;\"3";
    let reader = CollibraCsv::new(file.as_bytes(), &CsvDialect::default());
    let template = r#"[{"identifier": "${1}", "tags": ["${2}"]}]"#;
    let mut expander = Expander::open(reader, template, ExpandOptions::default()).expect("the template is good");
    assert_eq!(
        expander.next_record().expect("a good row").map(|record| record.bytes.to_vec()),
        Some(br#"{"identifier":"a","tags":["1","2"]}"#.to_vec())
    );
    let error = expander.next_record().expect_err("a quote is open");
    assert_eq!(error.to_string(), "row 3, column 2: the quote opened here is never closed");
    assert!(matches!(error, ExpandError::Table(_)));
    assert!(expander.next_record().expect("an error is final").is_none());
}

#[test]
fn header_that_cannot_be_read_is_an_error_from_the_start() {
    let broken = || CollibraCsv::new("a;\"b".as_bytes(), &CsvDialect::default());
    assert!(matches!(Expander::open(broken(), "[{}]", with_header()), Err(ExpandError::Table(_))));
    let mut expander = Expander::new(broken(), compile("[{}]"), with_header());
    assert!(matches!(expander.next_record(), Err(ExpandError::Table(_))));
    assert!(expander.next_record().expect("an error is final").is_none());
}

#[test]
fn template_error_is_told_when_the_expander_is_opened() {
    let open = |text: &str, options| Expander::open(MemoryTable::new([["Name"]]), text, options);
    let error = open(r#"[{"a": "${Nam}"}]"#, with_header()).expect_err("no such column");
    assert_eq!(error.to_string(), r#"no column has the name "Nam" at line 1, column 9"#);
    assert_eq!(error.hint().as_deref(), Some(r#"a column has the name "Name""#));
    let error = open(r#"[{"a": "${Name}"}]"#, ExpandOptions::default()).expect_err("no header");
    assert!(error.hint().is_some_and(|hint| hint.contains("header")));
    assert!(matches!(error, ExpandError::Template(_)));
}
