//! The splitter against serde_json, and against nonsense.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::value::RawValue;
use sync_formats::{JsonShape, JsonSplitter, OwnedRecord, SplitError};

use crate::json_text::{Json, object, spaces};
use crate::support::{Chunks, place};

fn split_in_chunks(source: &[u8], shape: JsonShape, size: usize) -> Result<Vec<OwnedRecord>, SplitError> {
    JsonSplitter::new(Chunks { rest: source, size }, shape).into_iter().collect()
}

/// Asserts that records are exactly these slices of the source, at their places.
fn assert_slices(source: &str, records: &[OwnedRecord], raw: &[&RawValue]) {
    assert_eq!(records.len(), raw.len());
    for (number, (record, raw)) in records.iter().zip(raw).enumerate() {
        assert_eq!(record.bytes, raw.get().as_bytes());
        let offset = (raw.get().as_ptr() as usize - source.as_ptr() as usize) as u64;
        let position = record.position;
        assert_eq!((position.index, position.offset), (number as u64, offset));
        assert_eq!((position.line, position.column), place(source.as_bytes(), offset));
    }
}

fn array(objects: &[Json], spaces: &[&'static str]) -> String {
    let mut spaces = spaces.iter().copied().cycle();
    let mut source = String::from("[");
    for (number, object) in objects.iter().enumerate() {
        source.push_str(if number > 0 { "," } else { "" });
        source.extend(spaces.next());
        object.write(&mut spaces, &mut source);
        source.extend(spaces.next());
    }
    source.push(']');
    source
}

proptest! {
    #[test]
    fn array_is_split_as_serde_json_would(
        objects in vec(object(), 0..8), spaces in spaces(false), size in 1_usize..200,
    ) {
        let source = array(&objects, &spaces);
        let raw: Vec<&RawValue> = serde_json::from_str(&source).expect("the text is JSON");
        let records = split_in_chunks(source.as_bytes(), JsonShape::Array, size).expect("the source is good");
        assert_slices(&source, &records, &raw);
    }

    #[test]
    fn lines_are_split_as_serde_json_would(
        objects in vec(object(), 0..8), spaces in spaces(true), ends in spaces(false), size in 1_usize..200,
    ) {
        let mut source = String::new();
        let (mut spaces, mut ends) = (spaces.into_iter().cycle(), ends.into_iter().cycle());
        for object in &objects {
            source.extend(spaces.next());
            object.write(&mut spaces, &mut source);
            source.extend(spaces.next());
            source.push('\n');
            source.extend(ends.next());
        }
        let raw: Vec<&RawValue> = serde_json::Deserializer::from_str(&source)
            .into_iter()
            .collect::<Result<_, _>>()
            .expect("the text is JSON");
        let records = split_in_chunks(source.as_bytes(), JsonShape::Lines, size).expect("the source is good");
        assert_slices(&source, &records, &raw);
    }

    #[test]
    fn cut_off_array_never_looks_complete(objects in vec(object(), 1..5), spaces in spaces(false), cut in any::<prop::sample::Index>()) {
        let source = array(&objects, &spaces);
        let cut = cut.index(source.len());
        prop_assert!(split_in_chunks(&source.as_bytes()[..cut], JsonShape::Array, usize::MAX).is_err());
    }

    #[test]
    fn nonsense_ends_in_an_error_inside_the_input_or_in_records(
        source in vec(prop_oneof![
            8 => prop::sample::select(b"[]{}[]{},,\"\"\\\n :a1".to_vec()), 1 => any::<u8>(),
        ], 0..300),
        rooted in any::<bool>(), size in 1_usize..70, limit in 1_u64..400,
    ) {
        let source = if rooted { [b"[{", &source[..]].concat() } else { source };
        for shape in [JsonShape::Array, JsonShape::Lines] {
            let all = |size| {
                let reader = Chunks { rest: &source, size };
                let mut records = Vec::new();
                for record in JsonSplitter::new(reader, shape).with_max_record_bytes(limit) {
                    match record {
                        Ok(record) => records.push(record),
                        Err(error) => return (records, Some(error)),
                    }
                }
                (records, None)
            };
            let (records, error) = all(size);
            for record in &records {
                let from = record.position.offset as usize;
                prop_assert_eq!(&record.bytes[..], &source[from..from + record.bytes.len()]);
                prop_assert_eq!((record.position.line, record.position.column), place(&source, record.position.offset));
            }
            if let Some(error) = &error {
                let position = error.position();
                prop_assert!(position.offset <= source.len() as u64);
                prop_assert_eq!((position.line, position.column), place(&source, position.offset));
                prop_assert_eq!(position.index, records.len() as u64);
            }
            // How the bytes come in makes no difference.
            let (whole_records, whole_error) = all(usize::MAX);
            prop_assert_eq!(&records, &whole_records);
            let words = |error: Option<SplitError>| error.map(|error| (error.to_string(), error.position()));
            prop_assert_eq!(words(error), words(whole_error));
        }
    }
}

#[test]
fn every_size_of_read_gives_the_same_records() {
    let unit = r#"{"a\\":"}\"]","b":[{"c":"\\\\"},{}],"d":"é and enough text to cross from one block into the next"}"#;
    let source = format!("\u{FEFF}[\r\n{unit},\n {unit} ,{unit}\n]\n");
    let whole = split_in_chunks(source.as_bytes(), JsonShape::Array, usize::MAX).expect("the source is good");
    assert_eq!(whole.len(), 3);
    for size in 1..=source.len() {
        let records = split_in_chunks(source.as_bytes(), JsonShape::Array, size).expect("the source is good");
        assert_eq!(records, whole, "{size} bytes at a time");
    }
}

#[test]
fn record_is_found_wherever_it_lies_in_a_block() {
    for before in 0..130 {
        for backslashes in 0..68 {
            let record = format!("{{\"{}\":\"}}\"}}", "\\\\".repeat(backslashes));
            let source = format!("[{}{record},{{}}]", " ".repeat(before));
            let records = split_in_chunks(source.as_bytes(), JsonShape::Array, usize::MAX).expect("the source is good");
            assert_eq!((records[0].bytes.as_slice(), records.len()), (record.as_bytes(), 2));
        }
    }
}
