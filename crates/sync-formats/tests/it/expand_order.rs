//! In which order commands leave, and what happens when one has to be waited for too long.

use std::collections::BTreeMap;

use sync_formats::{ExpandOptions, Expander, MemoryTable};

use crate::expand_support::{Table, json, merged, table, text};

/// Community, domain and asset of a row.
const TREE: &str = r#"[
    {"identifier": {"c": "${1}"}, "owners": ["${4}"]},
    {"identifier": {"d": "${2}", "c": "${1}"}},
    {"identifier": {"a": "${3}", "d": "${2}"}, "note": "${5}"}]"#;

/// The value that identifies each command.
fn names(commands: &[String]) -> Vec<String> {
    let name = |command: &String| {
        let identifier = json(command)["identifier"].clone();
        let name = ["a", "d", "c"].into_iter().find_map(|key| identifier[key].as_str().map(str::to_owned));
        name.expect("every command has an identifier")
    };
    commands.iter().map(name).collect()
}

#[test]
fn commands_leave_in_the_order_of_their_first_rows() {
    let rows = table(&[
        ["c1", "d1", "a1", "", ""],
        ["c1", "d1", "a2", "", ""],
        ["c1", "d2", "a3", "", ""],
        ["c2", "d3", "a4", "", ""],
    ]);
    assert_eq!(names(&merged(TREE, rows)), ["c1", "d1", "a1", "a2", "d2", "a3", "c2", "d3", "a4"]);
}

#[test]
fn parent_of_few_rows_leaves_once_with_everything() {
    let rows = table(&[["c", "d", "a1", "u1", ""], ["c", "d", "a2", "u2", ""], ["c", "d", "a3", "u1", ""]]);
    let commands = merged(TREE, rows);
    assert_eq!(names(&commands), ["c", "d", "a1", "a2", "a3"]);
    assert_eq!(commands[0], r#"{"identifier":{"c":"c"},"owners":["u1","u2"]}"#);
}

/// Rows of one community whose commands are more than can wait; `owner` says who owns it in which row.
fn many(rows: usize, owner: impl Fn(usize) -> &'static str) -> Table {
    let note = "n".repeat(1000);
    let row = |number: usize| {
        let name = format!("a{number}");
        ["c", "d", &name, owner(number), &note].map(str::to_owned).to_vec()
    };
    (0..rows).map(row).collect()
}

#[test]
fn parent_of_many_rows_leaves_before_its_children_as_it_is_so_far() {
    let commands = merged(TREE, many(1000, |_| "u"));
    let names = names(&commands);
    assert_eq!(names[..3], ["c", "d", "a0"]);
    assert_eq!(names.len(), 1002, "a parent to which nothing was added leaves once");
}

#[test]
fn parent_that_grew_after_it_left_leaves_again_as_a_whole_when_it_ends() {
    let mut rows = many(1000, |number| if number == 999 { "v" } else { "u" });
    rows.extend(table(&[["c2", "d", "z", "", ""]]));
    let mut expander = Expander::open(MemoryTable::new(rows), TREE, ExpandOptions::default()).expect("a template");
    let mut seen = Vec::new();
    while let Some(record) = expander.next_record().expect("the rows fit the template") {
        let (command, position) = (text(record.bytes), record.position);
        let origin = expander.origin().expect("a command was given");
        assert_eq!(origin.first_row.row, position.row);
        if origin.command == 0 {
            seen.push((command, origin.first_row.row, origin.rows, origin.is_again));
        }
    }
    let (first, whole) =
        (r#"{"identifier":{"c":"c"},"owners":["u"]}"#, r#"{"identifier":{"c":"c"},"owners":["u","v"]}"#);
    let rows_so_far = seen[0].2;
    assert!((50..260).contains(&rows_so_far), "{rows_so_far} rows fit into what may wait");
    assert_eq!(
        seen,
        [
            (first.to_owned(), 1, rows_so_far, false),
            (whole.to_owned(), 1, 1000, true),
            (r#"{"identifier":{"c":"c2"}}"#.to_owned(), 1001, 1, false)
        ]
    );
}

#[test]
fn parent_that_grew_before_it_left_leaves_with_that_and_not_again() {
    let commands = merged(TREE, many(1000, |number| if number == 5 { "v" } else { "u" }));
    assert_eq!(names(&commands)[..3], ["c", "d", "a0"]);
    assert_eq!(commands[0], r#"{"identifier":{"c":"c"},"owners":["u","v"]}"#);
    assert_eq!(commands.len(), 1002);
}

#[test]
fn end_state_is_that_of_the_whole_however_much_has_to_wait() {
    // Every row adds an owner, and the last row of each ten begins a new community.
    let owners: Vec<&'static str> = (0..997).map(|number| &*format!("u{number}").leak()).collect();
    let commands = merged(TREE, many(997, |number| owners[number]));
    let mut state = BTreeMap::new();
    for command in &commands {
        let command = json(command);
        state.insert(command["identifier"].to_string(), command);
    }
    let community = &state[r#"{"c":"c"}"#];
    assert_eq!(community["owners"].as_array().map(Vec::len), Some(997));
    assert_eq!(state.len(), 999);
}

#[test]
fn memory_does_not_grow_with_the_rows_that_add_nothing() {
    // A community of a million rows would hold them all if each was kept.
    let mut rows = many(20_000, |number| if number % 2 == 0 { "u" } else { "v" });
    rows.iter_mut().for_each(|row| row[4].clear());
    let commands = merged(TREE, rows);
    assert_eq!(commands[0], r#"{"identifier":{"c":"c"},"owners":["u","v"]}"#);
    assert_eq!(commands.len(), 20_002);
}
