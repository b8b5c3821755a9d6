//! Against the real opencsv.

use serde::Deserialize;
use sync_formats::{CsvDialect, CsvLimits};

use crate::csv_reference;
use crate::csv_support::{Feed, assert_consistent, collibra};

#[derive(Deserialize)]
struct Vector {
    d: String,
    #[serde(default)]
    s: bool,
    #[serde(default)]
    w: bool,
    t: String,
    r: Vec<Vec<String>>,
    #[serde(default)]
    open: bool,
}

impl Vector {
    fn dialect(&self) -> CsvDialect {
        let characters: Vec<_> = self.d.chars().map(String::from).collect();
        let [separator, quote, escape] = &characters[..] else { panic!("three characters: {:?}", self.d) };
        let dialect = CsvDialect::new(separator, quote, escape).expect("opencsv takes these characters");
        dialect.with_strict_quotes(self.s).with_ignore_leading_whitespace(self.w)
    }
}

fn vectors() -> impl Iterator<Item = Vector> {
    let lines = include_str!("../vectors/opencsv.jsonl").lines();
    lines.map(|line| serde_json::from_str(line).expect("a vector is JSON"))
}

#[test]
fn every_text_is_read_as_opencsv_reads_it() {
    let mut complete = 0;
    for vector in vectors() {
        let (dialect, source) = (vector.dialect(), vector.t.as_bytes());
        let whole = collibra(source, &dialect, CsvLimits::default(), Feed::WHOLE);
        assert_eq!((whole.cells(), whole.error.is_some()), (vector.r, vector.open), "{:?} {dialect:?}", vector.t);
        if let Some((message, ..)) = &whole.error {
            assert!(message.ends_with("the quote opened here is never closed"), "{message}");
        }
        assert_consistent(source, &whole);
        for feed in Feed::OTHERS {
            let other = collibra(source, &dialect, CsvLimits::default(), feed);
            assert_eq!(other, whole, "{:?} {dialect:?} {feed:?}", vector.t);
        }
        complete += usize::from(!vector.open);
    }
    assert!(complete >= 2_500, "{complete} vectors");
}

#[test]
fn description_of_the_dialect_is_what_opencsv_does() {
    for vector in vectors() {
        let dialect = vector.dialect();
        assert_eq!(csv_reference::rows(&vector.t, &dialect), (vector.r, vector.open), "{:?} {dialect:?}", vector.t);
    }
}
