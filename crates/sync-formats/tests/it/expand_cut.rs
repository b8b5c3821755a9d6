//! Before which rows a table may be cut.

use sync_formats::{ExpandError, ExpandOptions, MemoryTable, RowCutter, RowKind};

use crate::expand_support::{Table, compile, table};

const TREE: &str =
    r#"[{"identifier": {"d": "${1}"}, "owners": ["${2}"]}, {"identifier": {"a": "${3}"}, "tags": ["${4}"]}]"#;

/// The row each row has to stay together with.
fn cuts(rows: Table) -> Vec<Option<u64>> {
    let mut cutter = RowCutter::new(MemoryTable::new(rows), &compile(TREE), ExpandOptions::default());
    let mut cuts = Vec::new();
    while let Some(row) = cutter.next_row().expect("the rows fit") {
        cuts.push(row.together_with.map(|row| row.row));
    }
    cuts
}

#[test]
fn rows_about_different_resources_may_be_cut() {
    assert_eq!(cuts(table(&[["d", "", "a", "1"], ["e", "", "b", "1"], ["f", "", "c", ""]])), [None, None, None]);
}

#[test]
fn rows_that_say_all_of_it_again_may_be_cut() {
    assert_eq!(cuts(table(&[["d", "u", "a", "1"], ["d", "u", "b", "2"], ["d", "u", "b", "2"]])), [None, None, None]);
}

#[test]
fn rows_that_add_to_each_other_stay_together() {
    let rows =
        [["d", "", "a", "1"], ["d", "", "a", "1"], ["d", "", "a", "2"], ["d", "", "a", "1"], ["d", "", "b", "1"]];
    assert_eq!(cuts(table(&rows)), [None, None, Some(2), Some(2), None]);
}

#[test]
fn parent_that_grows_keeps_all_its_rows_together() {
    let rows = [["d", "u", "a", ""], ["d", "v", "b", ""], ["d", "v", "c", ""], ["e", "u", "f", ""]];
    assert_eq!(cuts(table(&rows)), [None, Some(1), Some(1), None]);
}

#[test]
fn row_that_goes_on_after_rows_without_its_command_says_so() {
    let rows = [["d", "u", "", ""], ["", "", "a", ""], ["", "", "b", ""], ["d", "v", "", ""]];
    assert_eq!(cuts(table(&rows)), [None, None, None, Some(1)]);
}

#[test]
fn all_commands_of_a_row_have_their_say() {
    let rows = [["d", "u", "a", ""], ["d", "v", "b", "1"], ["d", "v", "b", "2"], ["d", "v", "c", ""]];
    assert_eq!(cuts(table(&rows)), [None, Some(1), Some(1), Some(1)]);
    let rows = [["d", "u", "a", "1"], ["d", "u", "a", "2"], ["d", "v", "a", "2"]];
    assert_eq!(cuts(table(&rows)), [None, Some(1), Some(1)]);
}

#[test]
fn rows_are_given_with_what_they_are_and_how_many_commands_they_give() {
    let rows = table(&[["D", "O", "A", "T"], ["d", "", "a", ""], ["", " ", "", ""], ["", "", "b", ""]]);
    let options = ExpandOptions::default().with_header_row(true);
    let mut cutter = RowCutter::new(MemoryTable::new(rows), &compile(TREE), options);
    let mut seen = Vec::new();
    while let Some(row) = cutter.next_row().expect("the rows fit") {
        seen.push((row.kind, row.commands, row.row.position().offset, row.row.raw().to_vec(), row.row.len()));
    }
    assert_eq!(
        seen,
        [
            (RowKind::Header, 0, 0, b"D;O;A;T".to_vec(), 4),
            (RowKind::Data, 2, 8, b"d;;a;".to_vec(), 4),
            (RowKind::Blank, 0, 14, b"; ;;".to_vec(), 4),
            (RowKind::Data, 1, 19, b";;b;".to_vec(), 4)
        ]
    );
}

#[test]
fn row_that_does_not_fit_is_an_error_and_the_next_goes_on() {
    let rows = table(&[["d", "", "a", "|x"], ["d", "", "b", "y"]]);
    let mut cutter = RowCutter::new(MemoryTable::new(rows), &compile(TREE), ExpandOptions::default());
    assert!(matches!(cutter.next_row(), Err(ExpandError::Row(_))));
    assert_eq!(cutter.next_row().expect("the row fits").map(|row| row.commands), Some(2));
    assert!(cutter.next_row().expect("the end").is_none());
}
