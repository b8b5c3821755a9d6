//! What the tests of templates and expansion need.

use serde_json::Value;
use sync_core::check::{Path, Segment};
use sync_formats::{ExpandError, ExpandOptions, Expander, MemoryTable, RawExpander, RowError, Template, TemplateError};

pub(crate) type Table = Vec<Vec<String>>;

/// Rows of cells.
pub(crate) fn table<const N: usize>(rows: &[[&str; N]]) -> Table {
    rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
}

pub(crate) fn compile(text: &str) -> Template {
    Template::compile(text, None).expect("the template is good")
}

pub(crate) fn template_error(text: &str) -> TemplateError {
    Template::compile(text, None).expect_err("the template is not good")
}

/// The commands of every row, unmerged.
pub(crate) fn raw(template: &str, table: Table, options: ExpandOptions) -> Vec<String> {
    let mut expander = RawExpander::new(MemoryTable::new(table), &compile(template), options);
    let mut commands = Vec::new();
    while let Some(command) = expander.next_command().expect("the rows fit the template") {
        commands.push(text(command.bytes));
    }
    commands
}

/// The one command of one row, of a template with one command `{"identifier": {"id": "fixed"}, ...}`, without that start.
pub(crate) fn members(template: &str, row: &[&str]) -> String {
    members_with(template, row, ExpandOptions::default())
}

pub(crate) fn members_with(template: &str, row: &[&str], options: ExpandOptions) -> String {
    // A cell of its own keeps the command there whatever the others hold.
    let template = format!(r#"[{{"identifier": "${{1}}"{template}}}]"#);
    let row = std::iter::once("x").chain(row.iter().copied()).map(str::to_owned).collect();
    let commands = raw(&template, vec![row], options);
    assert_eq!(commands.len(), 1);
    let rest = commands[0].strip_prefix(r#"{"identifier":"x""#).expect("the start is that of the template");
    rest.strip_suffix('}').expect("a command is an object").trim_start_matches(',').to_owned()
}

/// The error of the first row that does not fit.
pub(crate) fn row_error(template: &str, table: Table, options: ExpandOptions) -> RowError {
    let mut expander = Expander::open(MemoryTable::new(table), template, options).expect("the template is good");
    loop {
        match expander.next_record() {
            Ok(Some(_)) => {}
            Ok(None) => panic!("no row is wrong"),
            Err(ExpandError::Row(error)) => return *error,
            Err(error) => panic!("{error}"),
        }
    }
}

/// The commands of a table, merged.
pub(crate) fn merged(template: &str, table: Table) -> Vec<String> {
    merged_with(template, table, ExpandOptions::default())
}

pub(crate) fn merged_with(template: &str, table: Table, options: ExpandOptions) -> Vec<String> {
    let mut expander = Expander::open(MemoryTable::new(table), template, options).expect("the template is good");
    let mut commands = Vec::new();
    while let Some(record) = expander.next_record().expect("the rows fit the template") {
        assert_eq!(record.position.index, commands.len() as u64);
        commands.push(text(record.bytes));
    }
    commands
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("commands are UTF-8")
}

pub(crate) fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("commands are JSON")
}

/// A path written as `relations.key.0.name`.
pub(crate) fn path(text: &str) -> Path {
    let segments = text.split('.').filter(|segment| !segment.is_empty());
    segments
        .map(|segment| match segment.parse() {
            Ok(index) => Segment::Index(index),
            Err(_) => Segment::Member(segment.to_owned()),
        })
        .collect()
}
