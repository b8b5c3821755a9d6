//! What is probably not meant in the rows of a table.

use std::collections::BTreeMap;

use sync_core::check::Severity;
use sync_formats::{ExpandOptions, ExpandWarning, Expander, ListSplitting, MemoryTable};

use crate::expand_support::{Table, table};

const ASSET: &str = r#"[{"identifier": {"name": "${1}"}, "attributes": {"Note": [{"value": "${2}"}]},
    "relations": {"r": [{"name": "${3}"}]}, "tags": ["${4}"]}]"#;

type Found = (Vec<ExpandWarning>, BTreeMap<&'static str, u64>);

fn warnings(template: &str, rows: Table, options: ExpandOptions) -> Found {
    let mut expander = Expander::open(MemoryTable::new(rows), template, options).expect("the template is good");
    while expander.next_record().expect("the rows fit the template").is_some() {}
    let totals = expander.warning_totals().collect();
    let found = expander.take_warnings();
    assert!(expander.take_warnings().is_empty(), "each is given once");
    (found, totals)
}

/// Code, row, column and related row of each.
fn places((warnings, _): &Found) -> Vec<(&'static str, u64, u64, Option<(u64, u64)>)> {
    warnings.iter().map(|warning| (warning.code, warning.place.row, warning.place.number, warning.related)).collect()
}

#[test]
fn good_rows_give_no_warnings() {
    let rows = table(&[["a", "x", "y", "t,u"], ["a", "x", "z", ""], ["b", "1", "2", "3"]]);
    assert_eq!(warnings(ASSET, rows, ExpandOptions::default()), (Vec::new(), BTreeMap::new()));
}

#[test]
fn list_characters_below_arrays_of_objects_are_noted_in_attributes_and_a_warning_elsewhere() {
    let rows = table(&[["a", "long, very", "p", "t,u"], ["b", "x", "p,q", ""]]);
    let found = warnings(ASSET, rows.clone(), ExpandOptions::default());
    let code = "local.template.listBelowObjects";
    assert_eq!(places(&found), [(code, 1, 2, None), (code, 2, 3, None)]);
    assert_eq!((found.0[0].severity, found.0[1].severity), (Severity::Note, Severity::Warning));
    assert_eq!(found.0[1].message, "column 3 stands in an array of objects, where ',' separates no values");
    assert_eq!(found.1, BTreeMap::from([(code, 2)]));

    let every = ExpandOptions::default().with_splitting(ListSplitting::EveryArray);
    assert!(warnings(ASSET, rows, every).0.is_empty(), "there it separates values");
}

#[test]
fn warnings_are_counted_where_they_are_no_longer_listed() {
    let rows = (0..500).map(|row| ["a", "b"].map(|cell| format!("{cell}{row},x")).to_vec()).collect();
    let template = r#"[{"identifier": {"name": "${1}"}, "x": [{"a": "${1}", "b": "${2}"}]}]"#;
    let (listed, totals) = warnings(template, rows, ExpandOptions::default());
    assert_eq!((listed.len(), totals["local.template.listBelowObjects"]), (20, 1000));
}

#[test]
fn identifier_that_returns_is_found_with_both_rows() {
    let rows = table(&[["a", "1", "", ""], ["b", "2", "", ""], ["a", "3", "", ""], ["a", "4", "", ""]]);
    let found = warnings(ASSET, rows, ExpandOptions::default());
    assert_eq!(places(&found), [("local.template.identifierReturns", 3, 1, Some((1, 1)))]);
    assert_eq!(found.0[0].severity, Severity::Warning);
    assert!(found.0[0].message.contains("row 1"));
}

#[test]
fn command_that_is_nothing_but_its_identifier_may_return() {
    let template = r#"[{"identifier": {"name": "${1}"}, "type": {"name": "Glossary"}}]"#;
    assert!(warnings(template, table(&[["a"], ["b"], ["a"]]), ExpandOptions::default()).0.is_empty());
}

#[test]
fn second_pass_over_the_same_resources_is_noticed_among_more_than_can_be_remembered() {
    let template = r#"[{"identifier": {"name": "${1}"}, "tags": ["${2}"]}]"#;
    let row = |number: usize| vec![format!("asset {}", number % 100_000), "t".to_owned()];
    let rows = (0..150_000).map(row).collect::<Table>();
    let mut expander =
        Expander::open(MemoryTable::new(rows), template, ExpandOptions::default()).expect("the template is good");
    let mut first = None;
    while let Some(record) = expander.next_record().expect("the rows fit") {
        let row = record.position.row;
        if first.is_none() && expander.warning_totals().next().is_some() {
            first = Some(row);
        }
    }
    assert!(expander.may_have_missed_returns());
    assert!(first.is_some_and(|row| row < 101_000), "{first:?}");
    assert!(expander.warning_totals().all(|(_, total)| total > 1_000));
    for warning in expander.take_warnings() {
        assert_eq!(warning.related.map(|(row, _)| row + 100_000), Some(warning.place.row));
    }
}

#[test]
fn every_return_is_noticed_among_as_many_as_can_be_remembered() {
    let template = r#"[{"identifier": {"name": "${1}"}, "tags": ["${2}"]}]"#;
    let rows = (0..600).map(|number| vec![format!("asset {}", number % 300), "t".to_owned()]).collect();
    let (_, totals) = warnings(template, rows, ExpandOptions::default());
    assert_eq!(totals, BTreeMap::from([("local.template.identifierReturns", 300)]));
}

const HEADED: &str = r#"[{"identifier": {"name": "${1}"}, "position": "${2}", "tags": ["${3}"]}]"#;

fn header_imported(template: &str, rows: Table) -> bool {
    let (found, _) = warnings(template, rows, ExpandOptions::default());
    let found: Vec<_> = found.iter().filter(|warning| warning.code == "local.template.headerImported").collect();
    assert!(found.iter().all(|warning| (warning.place.row, warning.place.number) == (1, 1)));
    !found.is_empty()
}

#[test]
fn first_row_above_a_column_of_numbers_looks_like_a_header() {
    assert!(header_imported(HEADED, table(&[["Column", "Pos", "Labels"], ["a", "1", "x"], ["b", "2", "x"]])));
    assert!(header_imported(
        HEADED,
        table(&[["Column", "Since", "Labels"], ["a", "2024-01-01", ""], ["b", "2024-02-29", ""]])
    ));
}

#[test]
fn first_row_of_words_that_head_columns_looks_like_a_header() {
    assert!(header_imported(HEADED, table(&[["Name", "Description", "Labels"], ["a", "b", "c"]])));
    assert!(header_imported(HEADED, table(&[["Name", "Description", "Labels"]])));
}

#[test]
fn first_row_like_the_others_is_no_header() {
    for rows in [
        [["a", "one", "x"], ["b", "two", "x"], ["c", "three", "y"]],
        [["a", "1", "x"], ["b", "2", "y"], ["c", "3", "z"]],
        [["a", "one", "x"], ["b", "2", "x"], ["c", "3", "z"]],
        [["Name", "Description", "x"], ["b", "c", "x"], ["c", "3", "z"]],
        [["Name", "Name", "x"], ["b", "1", "y"], ["c", "3", "z"]],
        [["Name", "", "Tags"], ["b", "1", "y"], ["c", "3", "z"]],
        [["a", "one", "x"], ["b", "", "y"], ["c", "3", "z"]],
    ] {
        assert!(!header_imported(HEADED, table(&rows)), "{rows:?}");
    }
    let (found, _) = warnings(
        HEADED,
        table(&[["Name", "Pos", "Tags"], ["Id", "Type", "Status"]]),
        ExpandOptions::default().with_header_row(true),
    );
    assert!(found.is_empty(), "a header was said to be there");
}

#[test]
fn cells_past_the_header_are_noted_unless_they_are_empty() {
    let rows = vec![
        ["Name", "Pos", "Tags"].map(str::to_owned).to_vec(),
        ["a", "1", "x", "", " "].map(str::to_owned).to_vec(),
        ["b", "2", "x", "", "more"].map(str::to_owned).to_vec(),
    ];
    let found = warnings(HEADED, rows, ExpandOptions::default().with_header_row(true));
    assert_eq!(places(&found), [("local.template.rowTooLong", 3, 5, None)]);
    assert_eq!(found.0[0].message, "a row of 5 cells under a header of 3");
}
