//! Expansion against the plain reference, of random templates and tables.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use sync_core::check::{Path, Segment};
use sync_formats::{
    ExpandError, ExpandOptions, Expander, ListDialect, ListSplitting, MemoryTable, RawExpander, RowCutter, RowReader,
    Template,
};

use crate::expand_reference::{self as reference, Rules, columns};
use crate::expand_support::Table;

const COLUMNS: usize = 5;

/// A string of a template: fixed, a placeholder, or both mixed.
fn string() -> impl Strategy<Value = Value> {
    let placeholder = || (1..=COLUMNS).prop_map(|number| format!("${{{number}}}"));
    let fixed = || prop::sample::select(vec!["", "k", "é \"x\"", "{1}", "$", "a\nb"]);
    prop_oneof![
        6 => placeholder(),
        2 => fixed().prop_map(str::to_owned),
        2 => (fixed(), placeholder(), fixed(), placeholder()).prop_map(|(a, b, c, d)| format!("{a}{b}{c}{d}")),
    ]
    .prop_map(Value::String)
}

/// A value of a template.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        8 => string(),
        1 => prop::sample::select(vec![json!(null), json!(true), json!(7), json!({}), json!([])]),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let name = prop::sample::select(vec!["a", "b", "relations", "complexRelation", "attributes", "tags"]);
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::Array),
            vec((name, inner), 0..4).prop_map(|members| {
                Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            }),
        ]
    })
}

/// One command of a template; most have an identifier that a few rows share.
fn command() -> impl Strategy<Value = Value> {
    let kind = prop::sample::select(vec![json!("Asset"), json!("Complex Relation"), json!("${2}")]);
    let identifier = prop_oneof![
        4 => Just(json!({"name": "${1}"})),
        1 => Just(json!({"name": "${1}", "domain": {"name": "${2}"}})),
        1 => Just(json!({"relations": {"leg": [{"id": "${1}"}]}})),
        1 => Just(json!("fixed")),
        1 => value(),
    ];
    let rest = vec((prop::sample::select(vec!["name", "relations", "attributes", "tags", "x"]), value()), 0..4);
    (kind, proptest::option::weighted(0.9, identifier), rest).prop_map(|(kind, identifier, rest)| {
        let mut members = Map::new();
        members.insert("resourceType".to_owned(), kind);
        members.extend(identifier.map(|identifier| ("identifier".to_owned(), identifier)));
        members.extend(rest.into_iter().map(|(name, value)| (name.to_owned(), value)));
        Value::Object(members)
    })
}

fn template() -> impl Strategy<Value = Value> {
    vec(command(), 1..4).prop_map(Value::Array)
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just(String::new()),
        4 => prop::sample::select(vec!["x", "y", "x,y", "a, b", "y,x", "x,y,z", " x ", "long enough to be copied by blocks, not alone"])
            .prop_map(str::to_owned),
        3 => vec(prop::sample::select(vec!['a', 'b', ' ', ',', '|', '\\', '"', 'é', '\n', ';', '\u{1}']), 0..6)
            .prop_map(|characters| characters.into_iter().collect()),
    ]
}

fn rows() -> impl Strategy<Value = Table> {
    let row = (prop::sample::select(vec!["p", "q", ""]), vec(cell(), 0..COLUMNS)).prop_map(|(first, rest)| {
        std::iter::once(first.to_owned()).chain(rest).collect::<Vec<String>>()
    });
    vec(row, 0..8)
}

fn options() -> impl Strategy<Value = ExpandOptions> {
    let splitting = prop::sample::select(vec![ListSplitting::StringsAndLegs, ListSplitting::EveryArray]);
    let lists = prop::sample::select(vec![ListDialect::csv(';', '"'), ListDialect::csv(',', '\''), ListDialect::excel()]);
    (splitting, lists)
        .prop_map(|(splitting, lists)| ExpandOptions::default().with_splitting(splitting).with_lists(lists))
}

fn compile(template: &Value) -> Template {
    Template::compile(&template.to_string(), None).expect("the template is good")
}

/// The rows that are not blank, and what the reference makes of them.
fn expected(template: &Value, rows: &Table, options: &ExpandOptions) -> Vec<Result<Vec<Option<Value>>, reference::Unfit>> {
    let rules = Rules { splitting: options.splitting, lists: options.lists };
    let is_blank = |row: &&Vec<String>| row.iter().all(|cell| cell.bytes().all(|byte| byte.is_ascii_whitespace()));
    rows.iter().filter(|row| !is_blank(row)).map(|row| reference::row(template, row, rules)).collect()
}

fn parsed(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("every command is JSON")
}

/// All commands, merged, each with its number in the template; rows that do not fit are passed over.
fn all(table: Table, template: Template, options: ExpandOptions) -> Vec<(usize, Value)> {
    let mut expander = Expander::new(MemoryTable::new(table), template, options);
    let mut commands = Vec::new();
    loop {
        match expander.next_record() {
            Ok(Some(record)) => {
                let command = parsed(record.bytes);
                commands.push((expander.origin().expect("a command was given").command, command));
            }
            Ok(None) => return commands,
            Err(error) => assert!(matches!(error, ExpandError::Row(_)), "{error}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn rows_become_what_the_reference_makes_of_them(template in template(), rows in rows(), options in options()) {
        let expected = expected(&template, &rows, &options);
        let mut expander = RawExpander::new(MemoryTable::new(rows), &compile(&template), options);
        for row in expected {
            match row {
                Err(_) => prop_assert!(matches!(expander.next_command(), Err(ExpandError::Row(_)))),
                Ok(commands) => {
                    for (number, command) in commands.into_iter().enumerate() {
                        let Some(command) = command else { continue };
                        let found = expander.next_command().expect("the row fits").expect("a command");
                        prop_assert_eq!((parsed(found.bytes), found.command), (command, number));
                    }
                }
            }
        }
        prop_assert!(expander.next_command().expect("the end").is_none());
    }

    #[test]
    fn neighbours_become_what_the_reference_makes_of_them(template in template(), rows in rows(), options in options()) {
        let fitting: Vec<_> = expected(&template, &rows, &options).into_iter().filter_map(Result::ok).collect();
        let commands = template.as_array().map_or(0, Vec::len);
        let found = all(rows, compile(&template), options).into_iter().map(|(_, command)| without_repetition(command));
        let expected = reference::merge(&fitting, commands).into_iter().map(without_repetition);
        prop_assert_eq!(found.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    }

    #[test]
    fn parts_of_a_table_give_the_same_as_the_whole(template in template(), rows in rows(), options in options()) {
        let mut cutter = RowCutter::new(MemoryTable::new(rows.clone()), &compile(&template), options.clone());
        let mut cuts = Vec::new();
        while let Ok(Some(row)) = cutter.next_row() {
            let number = row.row.position().row as usize;
            match row.together_with {
                None => cuts.push(number - 1),
                Some(first) => cuts.retain(|cut| *cut < first.row as usize),
            }
        }
        let whole = state(all(rows.clone(), compile(&template), options.clone()));
        let mut parts = Vec::new();
        let mut start = 0;
        for cut in cuts.into_iter().chain([rows.len()]) {
            parts.extend(all(rows[start.min(cut)..cut].to_vec(), compile(&template), options.clone()));
            start = cut;
        }
        // Rows that do not fit end the cutter's walk early in this test: then there is nothing to compare.
        if expected(&template, &rows, &options).iter().all(Result::is_ok) {
            prop_assert_eq!(state(parts), whole);
        }
    }

    #[test]
    fn every_value_is_found_in_the_cell_it_came_from(template in template(), empty in vec(vec(0_u8..4, COLUMNS), 1..6)) {
        // Every cell has a text of its own, apart from the first column, by which rows are merged.
        let rows: Table = (1..).zip(&empty).map(|(row, kinds)| {
            let cell = |(column, kind): (usize, &u8)| match (column, kind) {
                (1, kind) => if *kind < 3 { "p".to_owned() } else { "q".to_owned() },
                (_, 0) => String::new(),
                (column, 1) => format!("<{row}.{column}>,<{row}.{column}>x"),
                (column, _) => format!("<{row}.{column}>"),
            };
            (1..).zip(kinds).map(cell).collect()
        }).collect();
        let mut expander = Expander::new(MemoryTable::new(rows), compile(&template), ExpandOptions::default());
        loop {
            let command = match expander.next_record() {
                Ok(Some(record)) => parsed(record.bytes),
                Ok(None) => break,
                Err(_) => continue,
            };
            let mut texts = Vec::new();
            collect_texts(&command, Path::default(), &mut texts);
            for (path, text) in texts {
                let place = expander.place_of(&path);
                let Some(token) = text.find('<').and_then(|start| text[start + 1..].split('>').next()) else { continue };
                let place = place.expect("the command has placeholders");
                // The first placeholder may have been empty or in the first column; then it alone is right.
                let found = format!("{}.{}", place.row, place.number);
                let is_inside = text.contains(&format!("<{found}>"));
                let row = token.split('.').next().expect("tokens have a row");
                prop_assert!(is_inside || place.row.to_string() == row, "{} in {} is not {}", found, text, path);
                prop_assert!(place.number as usize <= COLUMNS);
            }
        }
    }

    #[test]
    fn numbers_stand_for_names_and_all_else_is_kept(template in template(), names in vec("[A-Za-z \"\\\\é]{1,8}", COLUMNS)) {
        let unique: Vec<String> = (1..).zip(&names).map(|(number, name)| format!("{name}{number}x")).collect();
        let mut text = template.to_string();
        for (number, name) in (1..).zip(&unique) {
            let written = serde_json::to_string(name).expect("a string");
            text = text.replace(&format!("${{{number}}}"), &format!("${{{}}}", &written[1..written.len() - 1]));
        }
        let compiled = Template::compile(&text, Some(&unique)).expect("all names are known");
        prop_assert_eq!(compiled.numbered_text(), template.to_string());
        prop_assert_eq!(Template::needs_header(&text).expect("a template"), !columns(&template).is_empty());
        prop_assert_eq!(compiled.columns(), columns(&template).into_iter().max().unwrap_or(0));
    }

    #[test]
    fn nonsense_is_a_template_or_an_error_inside_the_text(
        text in vec(prop_oneof![
            6 => prop::sample::select(vec!["[", "]", "{", "}", "${", "\"", ":", ",", "1", "\\u0024", "\\", " ", "a", "\n"]),
            2 => prop::sample::select(vec!["[{\"a\":\"${1}\"}]", "\"a\":", "é", "\\ud800", "{1}"]),
        ], 0..40),
    ) {
        let text = text.concat();
        if let Err(error) = Template::compile(&text, None) {
            let lines = text.split('\n').count() as u64;
            prop_assert!((1..=lines).contains(&error.line()), "{} of {:?}", error, text);
            prop_assert!(error.column() >= 1 && error.column() <= text.len() as u64 + 1, "{} of {:?}", error, text);
            prop_assert!(!error.to_string().ends_with('.'));
        }
    }
}

/// The outermost arrays say nothing twice: a constant one is copied even if it does.
fn without_repetition(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(name, value)| (name, without_repetition(value))).collect())
        }
        Value::Array(elements) => {
            let mut kept = Vec::new();
            elements.into_iter().for_each(|element| {
                if !kept.contains(&element) {
                    kept.push(element);
                }
            });
            Value::Array(kept)
        }
        other => other,
    }
}

/// What a service holds after these commands: lists are replaced, everything else is added to what was there.
fn state(commands: Vec<(usize, Value)>) -> BTreeMap<String, Value> {
    let mut state: BTreeMap<String, Value> = BTreeMap::new();
    for (number, command) in commands {
        let key = json!([number, command.get("resourceType"), command.get("identifier")]).to_string();
        apply(state.entry(key).or_insert(Value::Null), command);
    }
    state
}

fn apply(held: &mut Value, value: Value) {
    match (held, value) {
        (Value::Object(held), Value::Object(members)) => {
            for (name, value) in members {
                apply(held.entry(name).or_insert(Value::Null), value);
            }
        }
        (held, value) => *held = value,
    }
}

fn collect_texts(value: &Value, path: Path, texts: &mut Vec<(Path, String)>) {
    match value {
        Value::String(text) => texts.push((path, text.clone())),
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                collect_texts(element, path.clone().join(Segment::Index(index)), texts);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                collect_texts(member, path.clone().join(Segment::Member(name.clone())), texts);
            }
        }
        _ => {}
    }
}

#[test]
fn memory_tables_are_read_like_other_tables() {
    let mut table = MemoryTable::new([["a", "b;c"], ["d\ne", "f"]]);
    let first = table.next_row().expect("a row").expect("a row").position();
    let second = table.next_row().expect("a row").expect("a row").position();
    assert!(table.next_row().expect("the end").is_none());
    let place = |position, column| {
        let place = table.place_of(position, &[], column);
        (place.offset, place.line, place.column, place.length)
    };
    assert_eq!(place(first, 1), (2, 1, 3, 3));
    assert_eq!(place(second, 0), (6, 2, 1, 3));
    assert_eq!(place(second, 1), (10, 3, 3, 1));
    assert_eq!(place(second, 7), (11, 3, 4, 0));
}
