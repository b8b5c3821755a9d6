//! Whatever a template and a table hold: errors have their place, commands are JSON, and what is merged is whole.
#![no_main]

use collibra_sync_fuzz::place;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use sync_core::check::{Path, Segment};
use sync_formats::{
    CollibraCsv, CsvDialect, ExpandError, ExpandOptions, Expander, LintContext, ListDialect, ListSplitting,
    RawExpander, RowCutter, Template,
};

/// The template goes up to the first line of a single `%`, the table is the rest.
const BORDER: &str = "\n%\n";

/// Small enough to be met.
const LIMIT: u64 = 2000;

fuzz_target!(|input: &[u8]| {
    let Some((&flags, rest)) = input.split_first() else { return };
    let text = String::from_utf8_lossy(rest);
    let (template, table) = text.split_once(BORDER).unwrap_or((&text, ""));
    let every = flags & 2 != 0;
    let options = ExpandOptions::default()
        .with_header_row(flags & 1 != 0)
        .with_splitting(if every { ListSplitting::EveryArray } else { ListSplitting::StringsAndLegs })
        .with_lists(if flags & 4 != 0 { ListDialect::excel() } else { ListDialect::csv(';', '"') })
        .with_max_command_bytes(if flags & 8 != 0 { LIMIT } else { u64::MAX });
    compile(template);
    expand(template, table, &options);
});

fn reader(table: &str) -> CollibraCsv<&[u8]> {
    CollibraCsv::new(table.as_bytes(), &CsvDialect::default())
}

/// An error lies inside the text, and a template is the same once numbers stand for names.
fn compile(text: &str) {
    let header = ["Name", "Note", "a \"b\""].map(String::from);
    match Template::compile(text, Some(&header)) {
        Ok(template) => {
            let again = Template::compile(template.numbered_text(), None).expect("numbers need no header");
            assert_eq!(again.numbered_text(), template.numbered_text());
            assert_eq!((again.commands(), again.columns()), (template.commands(), template.columns()));
            for finding in template.lint(&LintContext::default().with_header(&header)) {
                let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
                let end = usize::try_from(finding.offset + finding.length).expect("templates fit in memory");
                assert!(end <= text.len() && finding.length > 0, "{finding:?}");
                assert_eq!((finding.line, finding.column), place(text.as_bytes(), finding.offset), "{finding:?}");
            }
        }
        Err(error) => {
            let lines = text.bytes().filter(|byte| *byte == b'\n').count() as u64 + 1;
            assert!((1..=lines).contains(&error.line()), "{error}");
            assert!((1..=text.len() as u64 + 1).contains(&error.column()), "{error}");
        }
    }
}

fn expand(text: &str, table: &str, options: &ExpandOptions) {
    let Ok(mut expander) = Expander::open(reader(table), text, options.clone()) else { return };
    let limit = options.max_command_bytes;
    let (mut records, mut end) = (0, 0);
    loop {
        let command = match expander.next_record() {
            Ok(Some(record)) => {
                assert_eq!(record.position.index, records);
                assert!(record.position.offset <= table.len() as u64);
                // Constants are not counted where rows are merged.
                assert!(record.bytes.len() as u64 <= limit.saturating_add(text.len() as u64));
                records += 1;
                parsed(record.bytes)
            }
            Ok(None) => break,
            Err(ExpandError::Row(error)) => {
                lies_inside(error.place().offset, error.place().line, table);
                continue;
            }
            Err(_) => continue,
        };
        each_path(&command, Path::default(), &mut |path| {
            if let Some(found) = expander.place_of(path) {
                lies_inside(found.offset, found.line, table);
            }
        });
        end = end.max(expander.origin().map_or(0, |origin| origin.first_row.row));
    }
    assert!(expander.rows() >= u64::from(end > 0));
    for warning in expander.take_warnings() {
        lies_inside(warning.place.offset, warning.place.line, table);
    }

    let template = expander.template().clone();
    let mut raw = RawExpander::new(reader(table), &template, options.clone());
    let (mut commands, mut is_good) = (0, true);
    loop {
        match raw.next_command() {
            Ok(Some(command)) => {
                parsed(command.bytes);
                commands += 1;
            }
            Ok(None) => break,
            Err(_) => is_good = false,
        }
    }
    let mut cutter = RowCutter::new(reader(table), &template, options.clone());
    let mut counted = 0;
    loop {
        match cutter.next_row() {
            Ok(Some(row)) => counted += row.commands,
            Ok(None) => break,
            Err(_) => is_good = false,
        }
    }
    assert!(!is_good || counted == commands, "{counted} commands counted, {commands} given");
}

fn parsed(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).expect("every command is JSON")
}

fn lies_inside(offset: u64, line: u64, table: &str) {
    let lines = table.bytes().filter(|byte| matches!(byte, b'\n' | b'\r')).count() as u64 + 1;
    assert!(offset <= table.len() as u64 && (1..=lines).contains(&line), "byte {offset}, line {line}");
}

/// Visits a command and everything in it.
fn each_path(value: &Value, path: Path, visit: &mut impl FnMut(&Path)) {
    visit(&path);
    match value {
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                each_path(element, path.clone().join(Segment::Index(index)), visit);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                each_path(member, path.clone().join(Segment::Member(name.clone())), visit);
            }
        }
        _ => {}
    }
}
