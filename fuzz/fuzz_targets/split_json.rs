//! Records are slices of the source at their places, errors lie inside it, and the size of reads makes no difference.
#![no_main]

use collibra_sync_fuzz::{Chunks, place};
use libfuzzer_sys::fuzz_target;
use sync_formats::{DEFAULT_MAX_RECORD_BYTES, JsonShape, JsonSplitter, OwnedRecord, Position};

/// Records up to the end or to an error, and what the error says.
type Outcome = (Vec<OwnedRecord>, Option<(String, Position)>);

fuzz_target!(|source: &[u8]| {
    for shape in [JsonShape::Array, JsonShape::Lines] {
        // The second is met by sources of any length that a fuzzer tries.
        for limit in [DEFAULT_MAX_RECORD_BYTES, 40] {
            let whole = split(source, shape, limit, usize::MAX);
            lies_inside(source, &whole);
            for size in [1, 7] {
                assert_eq!(split(source, shape, limit, size), whole, "{size} bytes at a time");
            }
        }
    }
});

fn split(source: &[u8], shape: JsonShape, limit: u64, size: usize) -> Outcome {
    let splitter = JsonSplitter::new(Chunks { rest: source, size }, shape).with_max_record_bytes(limit);
    let mut records = Vec::new();
    for record in splitter {
        match record {
            Ok(record) => records.push(record),
            Err(error) => return (records, Some((error.to_string(), error.position()))),
        }
    }
    (records, None)
}

fn lies_inside(source: &[u8], (records, error): &Outcome) {
    let mut end = 0;
    for (number, record) in records.iter().enumerate() {
        let OwnedRecord { bytes, position } = record;
        let from = usize::try_from(position.offset).expect("sources fit in memory");
        assert!(from >= end, "records do not overlap");
        end = from + bytes.len();
        assert_eq!(source.get(from..end), Some(&bytes[..]));
        // Brackets are counted, not paired: a record that is no JSON may end in the other kind.
        assert!(bytes.starts_with(b"{") && (bytes.ends_with(b"}") || bytes.ends_with(b"]")));
        assert!(str::from_utf8(bytes).is_ok());
        assert_eq!(position.index, number as u64);
        assert_eq!((position.line, position.column), place(source, position.offset));
    }
    if let Some((_, position)) = error {
        assert_eq!((position.line, position.column), place(source, position.offset));
        assert_eq!(position.index, records.len() as u64);
    }
}
