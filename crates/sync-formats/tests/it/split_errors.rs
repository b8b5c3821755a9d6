//! Every way a source can be wrong, with the exact place.

use std::error::Error;
use std::io::{self, Read};

use sync_formats::{Found, JsonShape, JsonSplitter, Position, SplitError, SplitErrorKind};

use crate::support::{Chunks, position};

const ARRAY: JsonShape = JsonShape::Array;
const LINES: JsonShape = JsonShape::Lines;

/// Reads to the error, which has to be the same however the bytes come in.
fn failure(source: impl AsRef<[u8]>, shape: JsonShape) -> SplitError {
    let source = source.as_ref();
    let errors = [1, 2, 7, usize::MAX].map(|size| {
        let mut splitter = JsonSplitter::new(Chunks { rest: source, size }, shape).with_max_record_bytes(100);
        loop {
            match splitter.next_record() {
                Ok(Some(_)) => {}
                Ok(None) => panic!("the source should not end well"),
                Err(error) => {
                    assert!(splitter.next_record().expect("an error is final").is_none());
                    break error;
                }
            }
        }
    });
    let [first, others @ ..] = errors;
    for other in others {
        assert_eq!((other.to_string(), other.position()), (first.to_string(), first.position()));
    }
    first
}

/// Asserts kind and position.
macro_rules! assert_fails {
    ($source:expr, $shape:expr, $kind:pat, $position:expr) => {
        let error = failure($source, $shape);
        assert!(matches!(error.kind(), $kind), "{error:?}");
        assert_eq!(error.position(), $position, "{error}");
    };
}

#[test]
fn nothing_where_an_array_should_be_is_empty() {
    assert_fails!("", ARRAY, SplitErrorKind::Empty, Position::START);
    assert_fails!(" \n ", ARRAY, SplitErrorKind::Empty, position(0, 3, 2, 2));
    assert_fails!("\u{FEFF}", ARRAY, SplitErrorKind::Empty, position(0, 3, 1, 1));
}

#[test]
fn other_root_than_an_array_is_refused() {
    assert_fails!("{\"a\": 1}", ARRAY, SplitErrorKind::NotAnArray { found: Found::Byte(b'{') }, Position::START);
    assert_fails!("\n <xml/>", ARRAY, SplitErrorKind::NotAnArray { found: Found::Byte(b'<') }, position(0, 2, 2, 2));
    assert!(failure("{}", ARRAY).hint().is_some_and(|hint| hint.contains(".jsonl")));
}

#[test]
fn element_that_is_no_object_is_refused() {
    assert_fails!("[{},\n 1]", ARRAY, SplitErrorKind::NotAnObject { found: Found::Byte(b'1') }, position(1, 6, 2, 2));
    assert_fails!("[[]]", ARRAY, SplitErrorKind::NotAnObject { found: Found::Byte(b'[') }, position(0, 1, 1, 2));
    assert_fails!("[,{}]", ARRAY, SplitErrorKind::NotAnObject { found: Found::Byte(b',') }, position(0, 1, 1, 2));
    assert_fails!("[{},,{}]", ARRAY, SplitErrorKind::NotAnObject { found: Found::Byte(b',') }, position(1, 4, 1, 5));
    assert_fails!(
        "[\u{FEFF}{}]",
        ARRAY,
        SplitErrorKind::NotAnObject { found: Found::Byte(0xEF) },
        position(0, 1, 1, 2)
    );
}

#[test]
fn line_that_is_no_object_is_refused() {
    assert_fails!("{}\n[{}]", LINES, SplitErrorKind::NotAnObject { found: Found::Byte(b'[') }, position(1, 3, 2, 1));
    assert_fails!("\n null", LINES, SplitErrorKind::NotAnObject { found: Found::Byte(b'n') }, position(0, 2, 2, 2));
}

#[test]
fn elements_without_a_comma_are_refused() {
    assert_fails!("[{} {}]", ARRAY, SplitErrorKind::MissingComma { found: Found::Byte(b'{') }, position(1, 4, 1, 5));
    assert_fails!("[{}}]", ARRAY, SplitErrorKind::MissingComma { found: Found::Byte(b'}') }, position(1, 3, 1, 4));
}

#[test]
fn comma_before_the_end_is_refused() {
    assert_fails!("[{},\n]", ARRAY, SplitErrorKind::TrailingComma, position(1, 5, 2, 1));
}

#[test]
fn text_after_the_array_is_refused() {
    assert_fails!("[{}]\n]", ARRAY, SplitErrorKind::TrailingData { found: Found::Byte(b']') }, position(1, 5, 2, 1));
    assert_fails!("[]\0", ARRAY, SplitErrorKind::TrailingData { found: Found::Byte(0) }, position(0, 2, 1, 3));
}

#[test]
fn text_after_a_command_in_its_line_is_refused() {
    assert_fails!("{} {}\n", LINES, SplitErrorKind::MissingLineEnd { found: Found::Byte(b'{') }, position(1, 3, 1, 4));
    assert_fails!("{},\n{}", LINES, SplitErrorKind::MissingLineEnd { found: Found::Byte(b',') }, position(1, 2, 1, 3));
}

#[test]
fn input_that_ends_in_a_command_names_where_the_command_began() {
    let found = Found::EndOfInput;
    for (source, record, end) in [
        ("[{},\n  {\"a\": {\"b\": 1}", position(1, 7, 2, 3), position(1, 21, 2, 17)),
        ("[{\"a\": \"x}]\n", position(0, 1, 1, 2), position(0, 12, 2, 1)),
        ("[{\"a\\\"}]", position(0, 1, 1, 2), position(0, 8, 1, 9)),
        ("[{", position(0, 1, 1, 2), position(0, 2, 1, 3)),
    ] {
        let error = failure(source, ARRAY);
        let SplitErrorKind::Truncated { record: Some(began), found: ended } = error.kind() else { panic!("{error:?}") };
        assert_eq!((*began, error.position(), *ended), (record, end, found), "{source}");
    }
}

#[test]
fn array_that_is_not_closed_is_truncated() {
    let found = Found::EndOfInput;
    for (source, end) in [("[", position(0, 1, 1, 2)), ("[{}\n", position(1, 4, 2, 1)), ("[{},", position(1, 4, 1, 5))]
    {
        let error = failure(source, ARRAY);
        assert!(matches!(error.kind(), SplitErrorKind::Truncated { record: None, found: ended } if *ended == found));
        assert_eq!(error.position(), end, "{source}");
    }
}

#[test]
fn command_that_goes_on_in_the_next_line_is_truncated_at_the_end_of_its_line() {
    for source in ["{}\n {\"a\":\n1}\n", "{}\n {\"a\":\n", "{}\n {\"a\":\n{\"b\": 1}}{{{{{{{{{{{{{"] {
        let error = failure(source, LINES);
        let SplitErrorKind::Truncated { record: Some(began), found: Found::EndOfLine } = error.kind() else {
            panic!("{error:?}")
        };
        assert_eq!((*began, error.position()), (position(1, 4, 2, 2), position(1, 9, 2, 7)));
    }
    assert_fails!(
        "{\"a\":",
        LINES,
        SplitErrorKind::Truncated { record: Some(_), found: Found::EndOfInput },
        position(0, 5, 1, 6)
    );
}

#[test]
fn bytes_that_are_not_utf_8_are_refused_where_they_stand() {
    assert_fails!(
        b"[{},\n{\"a\": \"\xC3\xA9 \xFF\"}]",
        ARRAY,
        SplitErrorKind::InvalidUtf8 { found: Found::Byte(0xFF) },
        position(1, 15, 2, 11)
    );
    assert_fails!(b"{\"\xE2\x82\"}", LINES, SplitErrorKind::InvalidUtf8 { .. }, position(0, 2, 1, 3));
}

#[test]
fn marks_of_wider_encodings_are_refused_at_once() {
    for source in [&b"\xFF\xFE[\0"[..], b"\xFE\xFF\0[", b"\xFF\xFE\0\0", b"\0\0\xFE\xFF", b"\xFF\xFE"] {
        for shape in [ARRAY, LINES] {
            assert_fails!(source, shape, SplitErrorKind::WideEncoding, Position::START);
        }
    }
}

#[test]
fn command_over_the_limit_is_refused_where_it_begins() {
    let kind = SplitErrorKind::RecordTooLarge { limit: 100 };
    let long = format!("[{{}},\n{{\"a\":\"{}\"}}]", "x".repeat(95));
    let error = failure(&long, ARRAY);
    assert_eq!((error.kind().to_string(), error.position()), (kind.to_string(), position(1, 5, 2, 1)));
    // Long and without an end: too long is what shows first.
    assert_fails!(&long[..long.len() - 2], ARRAY, SplitErrorKind::RecordTooLarge { .. }, position(1, 5, 2, 1));
    assert_fails!(&long[4..], LINES, SplitErrorKind::RecordTooLarge { .. }, position(0, 1, 2, 1));
}

#[test]
fn failure_to_read_is_the_source_of_the_error() {
    struct Broken(&'static [u8]);
    impl Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() { Err(io::Error::other("the disk is gone")) } else { self.0.read(buffer) }
        }
    }
    let mut splitter = JsonSplitter::new(Broken(b"[{},\n{\"a"), ARRAY);
    assert!(splitter.next_record().is_ok());
    let error = splitter.next_record().expect_err("reading fails");
    assert!(matches!(error.kind(), SplitErrorKind::Io(_)));
    assert_eq!(error.position(), position(1, 8, 2, 4));
    assert_eq!(error.source().map(ToString::to_string).as_deref(), Some("the disk is gone"));
    assert!(!error.to_string().contains("disk"));
}

#[test]
fn messages_say_what_was_expected_and_found() {
    let message = |source: &str, shape| failure(source, shape).to_string();
    assert_eq!(message("[{},\n7]", ARRAY), "expected '{', the start of a command, found '7' at line 2, column 1");
    assert_eq!(message("[{}\n{}]", ARRAY), "expected ',' or ']' after a command, found '{' at line 2, column 1");
    assert_eq!(
        message("[\n {", ARRAY),
        "expected the end of the command that begins at line 2, column 2, found the end of the input at line 2, column 3"
    );
    assert_eq!(
        message("[]\u{1}", ARRAY),
        "expected nothing after the end of the array, found the byte 0x01 at line 1, column 3"
    );
}
