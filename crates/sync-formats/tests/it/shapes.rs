//! Sources that are good, in all their forms.

use std::io::{self, Read};

use sync_core::command::{Command, CommandErrorKind};
use sync_formats::{JsonShape, JsonSplitter};

use crate::support::{position, split, texts};

const ARRAY: JsonShape = JsonShape::Array;
const LINES: JsonShape = JsonShape::Lines;

#[test]
fn array_gives_the_bytes_of_its_elements() {
    let source = "[{\"a\": [1, {\"b\": \"}\"}]} , {}\n,\t{\"c\":\"\\\"]\"}]\n";
    assert_eq!(texts(source, ARRAY), ["{\"a\": [1, {\"b\": \"}\"}]}", "{}", "{\"c\":\"\\\"]\"}"]);
}

#[test]
fn array_without_elements_has_no_records() {
    assert!(texts("[]", ARRAY).is_empty());
    assert!(texts(" [ \n ] \n", ARRAY).is_empty());
}

#[test]
fn positions_name_index_offset_line_and_column() {
    let records = split("[\n  {\n\"a\": 1}, {\"b\": 2},\n{}]", ARRAY).expect("the source is good");
    let positions: Vec<_> = records.iter().map(|record| record.position).collect();
    assert_eq!(positions, [position(0, 4, 2, 3), position(1, 15, 3, 10), position(2, 25, 4, 1)]);
}

#[test]
fn byte_order_mark_counts_in_the_offset_but_not_in_the_column() {
    let array = split("\u{FEFF}[{}]", ARRAY).expect("the source is good");
    assert_eq!(array[0].position, position(0, 4, 1, 2));
    let lines = split("\u{FEFF}{}\n{}", LINES).expect("the source is good");
    assert_eq!(lines[0].position, position(0, 3, 1, 1));
    assert_eq!(lines[1].position, position(1, 6, 2, 1));
}

#[test]
fn lines_may_be_blank_end_with_crlf_and_lack_the_last_end() {
    let source = "\n{\"a\":1}\r\n  \r\n\t{\"b\":2} \n\n{\"c\":3}";
    assert_eq!(texts(source, LINES), ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]);
    let records = split(source, LINES).expect("the source is good");
    let places: Vec<_> = records.iter().map(|record| (record.position.line, record.position.column)).collect();
    assert_eq!(places, [(2, 1), (4, 2), (6, 1)]);
}

#[test]
fn lines_without_any_line_have_no_records() {
    for source in ["", "\n", " \r\n\r\n", "\u{FEFF}"] {
        assert!(texts(source, LINES).is_empty(), "{source:?}");
    }
}

#[test]
fn ten_thousand_levels_are_one_record() {
    let depth = 10_000;
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(texts(format!("[{deep},{{}}]"), ARRAY), [deep.as_str(), "{}"]);
    assert_eq!(texts(format!("{deep}\n{{}}"), LINES), [deep.as_str(), "{}"]);
}

#[test]
fn ten_thousand_levels_are_refused_by_the_reader_without_overflow() {
    let depth = 10_000;
    for (open, close) in [
        ("[", "]"),
        ("{\"community\":", "}"),
        ("{\"domain\":", "}"),
        ("{\"asset\":", "}"),
        ("{\"complexRelation\":", "}"),
        ("{\"relations\":{\"x\":[", "]}}"),
    ] {
        let nested = format!("{}1{}", open.repeat(depth), close.repeat(depth));
        let deep = format!("{{\"resourceType\":\"Asset\",\"identifier\":{nested}}}");
        let error = Command::from_slice(deep.as_bytes()).expect_err("no identifier is that deep");
        assert!(matches!(error.kind(), CommandErrorKind::Json { .. }), "{error}");
    }
}

#[test]
fn record_longer_than_a_block_of_reading_comes_whole() {
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(700_000));
    assert_eq!(texts(format!("[{{}},{long},{{}}]"), ARRAY), ["{}", long.as_str(), "{}"]);
}

#[test]
fn record_of_exactly_the_limit_is_taken() {
    let mut splitter = JsonSplitter::new(&b"[{\"a\":123}]"[..], ARRAY).with_max_record_bytes(9);
    assert!(splitter.next_record().expect("nine bytes are allowed").is_some());
}

#[test]
fn interrupted_reads_are_repeated() {
    struct Interrupted(bool, &'static [u8]);
    impl Read for Interrupted {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0 = !self.0;
            if self.0 { Err(io::ErrorKind::Interrupted.into()) } else { self.1.read(buffer) }
        }
    }
    let records = JsonSplitter::new(Interrupted(false, b"[{},{}]"), ARRAY).into_iter().collect::<Result<Vec<_>, _>>();
    assert_eq!(records.expect("the source is good").len(), 2);
}

/// A source of many blocks, made while it is read; remembers the largest buffer it was given.
struct Endless<'a> {
    unit: &'a [u8],
    at: usize,
    rest: u64,
    largest: &'a mut usize,
}

impl Read for Endless<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        *self.largest = buffer.len().max(*self.largest);
        let unit = &self.unit[self.at..];
        let count = unit.len().min(buffer.len()).min(usize::try_from(self.rest).unwrap_or(usize::MAX));
        buffer[..count].copy_from_slice(&unit[..count]);
        self.at = (self.at + count) % self.unit.len();
        self.rest -= count as u64;
        Ok(count)
    }
}

#[test]
fn long_source_passes_through_one_block_of_memory() {
    let unit = "{\"resourceType\":\"Community\"}\n".repeat(1000);
    let (mut largest, count) = (0, 150);
    let source = Endless { unit: unit.as_bytes(), at: 0, rest: unit.len() as u64 * count, largest: &mut largest };
    let mut splitter = JsonSplitter::new(source, LINES);
    let mut last = None;
    while let Some(record) = splitter.next_record().expect("the source is good") {
        last = Some(record.position);
    }
    let records = 1000 * count;
    assert_eq!(last, Some(position(records - 1, 29 * (records - 1), records, 1)));
    assert_eq!(largest, 256 * 1024);
}

#[test]
fn command_without_end_is_refused_before_it_fills_the_memory() {
    let mut largest = 0;
    let source = Endless { unit: b"{\"a\":", at: 0, rest: u64::MAX, largest: &mut largest };
    let mut splitter = JsonSplitter::new(source, LINES).with_max_record_bytes(1_000_000);
    assert!(splitter.next_record().is_err());
    assert!(largest <= 1_000_000 + 256 * 1024, "{largest}");
}
