//! Bodies that can be read again.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use sync_core::{Digest, FileId, Payload, PayloadFormat, TableParameters};

fn read(payload: &Payload) -> io::Result<String> {
    let mut text = String::new();
    payload.open()?.read_to_string(&mut text)?;
    Ok(text)
}

#[test]
fn a_payload_in_memory_is_read_from_the_beginning_each_time() {
    let payload = Payload::from_bytes(PayloadFormat::Json, "batch-1.json", "[1,2]".into(), Digest::default());
    let mut half = [0; 3];
    payload.open().and_then(|mut body| body.read_exact(&mut half)).expect("readable");
    assert_eq!(
        (read(&payload).expect("readable"), read(&payload.clone()).expect("readable")),
        ("[1,2]".into(), "[1,2]".into())
    );
    assert_eq!((payload.len(), payload.is_empty(), payload.file_name()), (5, false, "batch-1.json"));
}

#[test]
fn a_payload_from_elsewhere_is_opened_each_time() {
    let opened = Arc::new(AtomicU32::new(0));
    let counter = opened.clone();
    let source = move || -> io::Result<Box<dyn Read + Send>> {
        counter.fetch_add(1, Ordering::Relaxed);
        Ok(Box::new(io::Cursor::new("a;b")))
    };
    let payload = Payload::new(PayloadFormat::Csv, "rows.csv", 3, Digest::default(), source);
    assert_eq!(opened.load(Ordering::Relaxed), 0);
    assert_eq!((read(&payload).expect("readable"), read(&payload).expect("readable")), ("a;b".into(), "a;b".into()));
    assert_eq!(opened.load(Ordering::Relaxed), 2);
}

#[test]
fn a_body_that_cannot_be_opened_says_so() {
    let gone = || -> io::Result<Box<dyn Read + Send>> { Err(io::Error::from(io::ErrorKind::NotFound)) };
    let payload = Payload::new(PayloadFormat::Excel, "book.xlsx", 3, Digest::default(), gone);
    assert_eq!(read(&payload).expect_err("gone").kind(), io::ErrorKind::NotFound);
}

#[test]
fn debug_output_shows_no_content() {
    let payload = Payload::from_bytes(PayloadFormat::Json, "b.json", "[\"secret\"]".into(), Digest::default());
    let shown = format!("{payload:?}");
    assert!(shown.contains("b.json") && !shown.contains("secret"), "{shown}");
}

#[test]
fn formats_have_their_word_and_content_type() {
    for (format, word, content_type) in [
        (PayloadFormat::Json, "json", "application/json"),
        (PayloadFormat::Csv, "csv", "text/csv"),
        (PayloadFormat::Excel, "excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ] {
        assert_eq!((format.as_str(), format.content_type()), (word, content_type));
        assert_eq!(serde_json::to_value(format).expect("JSON"), word);
    }
}

#[test]
fn a_stored_payload_keeps_what_is_known_of_it_but_not_the_bytes() {
    let table = TableParameters::new("[]").with_header_row(true);
    let payload = Payload::from_bytes(PayloadFormat::Csv, "tides.csv", "a;b".into(), Digest::default())
        .with_table(table.clone())
        .with_delete_file(true);
    assert_eq!((payload.file_id(), payload.table()), (None, Some(&table)));
    let id: FileId = "17".parse().expect("a good id");
    let stored = payload.stored_as(id.clone());
    assert_eq!((stored.file_id(), stored.table(), stored.deletes_file()), (Some(&id), Some(&table), true));
    assert_eq!((stored.len(), stored.file_name()), (3, "tides.csv"));
    let error = stored.open().err().expect("the bytes are not here");
    assert_eq!(error.kind(), std::io::ErrorKind::Unsupported);
}
