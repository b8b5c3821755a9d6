//! Batches against their limits, and against the source.

use std::io::Read;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::value::RawValue;
use sync_core::{BatchNumber, PayloadFormat};
use sync_formats::{
    Batch, BatchBuilder, BatchError, BatchLimits, BatchLimitsError, DigestBuilder, OwnedRecord, Push, Record,
};

use crate::json_text::object;
use crate::support::position;

fn record(bytes: &[u8], index: u64) -> Record<'_> {
    Record { bytes, position: position(index, 10 * index, index + 1, 1) }
}

fn builder(commands: u32, bytes: u64) -> BatchBuilder {
    let limits = BatchLimits::default().with_commands(commands).with_bytes(bytes);
    BatchBuilder::new(limits).expect("the limits are good")
}

fn bytes_of(batch: &Batch) -> Vec<u8> {
    let mut bytes = Vec::new();
    batch.payload().open().and_then(|mut body| body.read_to_end(&mut bytes)).expect("memory can be read");
    bytes
}

fn batches(records: &[OwnedRecord], builder: &mut BatchBuilder) -> Vec<Batch> {
    let (mut batches, mut number) = (Vec::new(), BatchNumber::FIRST);
    for record in records {
        while builder.push(&record.as_record()).expect("every command fits alone") == Push::Full {
            batches.extend(builder.finish(number, format!("batch-{number}.json")));
            number = number.next();
        }
    }
    batches.extend(builder.finish(number, format!("batch-{number}.json")));
    batches
}

#[test]
fn batch_is_an_array_of_the_users_bytes_with_its_digest() {
    let mut builder = builder(10, 1000);
    assert_eq!(builder.push(&record(b"{\"a\" : 1}", 4)), Ok(Push::Fits));
    assert_eq!(builder.push(&record(b"{}", 5)), Ok(Push::Fits));
    let batch = builder.finish(BatchNumber::FIRST, "batch-1.json").expect("there are commands");

    let bytes = bytes_of(&batch);
    let mut digest = DigestBuilder::new();
    digest.update(&bytes);
    assert_eq!(bytes, b"[{\"a\" : 1},{}]");
    assert_eq!((batch.number(), batch.commands(), batch.first_index()), (BatchNumber::FIRST, 2, 4));
    let payload = batch.payload();
    assert_eq!((payload.len(), payload.file_name(), payload.digest()), (14, "batch-1.json", digest.finish()));
    assert_eq!(payload.format(), PayloadFormat::Json);
}

#[test]
fn place_in_a_batch_leads_back_to_the_source() {
    let mut builder = builder(10, 1000);
    for index in 7..9 {
        assert_eq!(builder.push(&record(b"{}", index)), Ok(Push::Fits));
    }
    let batch = builder.finish(BatchNumber::FIRST, "b").expect("there are commands");
    assert_eq!([0, 1, 2].map(|index| batch.source_index(index)), [Some(7), Some(8), None]);
}

#[test]
fn nothing_gathered_is_no_batch() {
    let mut builder = builder(10, 1000);
    assert!(builder.finish(BatchNumber::FIRST, "b").is_none());
    assert!(builder.take_json().is_none());
    assert!(builder.is_empty());
}

#[test]
fn full_batch_takes_the_command_after_it_is_finished() {
    let mut builder = builder(1, 1000);
    assert_eq!(builder.push(&record(b"{}", 0)), Ok(Push::Fits));
    assert_eq!(builder.push(&record(b"{\"b\":1}", 1)), Ok(Push::Full));
    assert_eq!(builder.take_json().as_deref(), Some(&b"[{}]"[..]));
    assert_eq!(builder.push(&record(b"{\"b\":1}", 1)), Ok(Push::Fits));
    assert_eq!(builder.take_json().as_deref(), Some(&b"[{\"b\":1}]"[..]));
}

#[test]
fn bytes_are_counted_with_brackets_and_commas() {
    let mut builder = builder(10, 7);
    assert_eq!(builder.push(&record(b"{}", 0)), Ok(Push::Fits));
    assert_eq!(builder.push(&record(b"{}", 1)), Ok(Push::Fits));
    assert_eq!(builder.push(&record(b"{}", 2)), Ok(Push::Full));
    assert_eq!(builder.take_json().as_deref(), Some(&b"[{},{}]"[..]));
}

#[test]
fn command_that_does_not_follow_begins_a_new_batch() {
    let mut builder = builder(10, 1000);
    assert_eq!(builder.push(&record(b"{}", 0)), Ok(Push::Fits));
    assert_eq!(builder.push(&record(b"{}", 2)), Ok(Push::Full));
}

#[test]
fn command_too_large_for_any_batch_is_refused_with_its_place_and_size() {
    let mut builder = builder(10, 8);
    assert_eq!(builder.push(&record(b"{}", 0)), Ok(Push::Fits));
    let large = record(b"{\"a\":1}", 1);
    // First the batch is finished, as for any command that does not fit.
    assert_eq!(builder.push(&large), Ok(Push::Full));
    builder.take_json();
    let error = builder.push(&large).expect_err("nine bytes are more than eight");
    assert_eq!(error, BatchError::CommandTooLarge { position: large.position, bytes: 9, limit: 8 });
    assert_eq!(error.to_string(), "the command at line 2, column 1 makes a batch of 9 bytes, more than the limit of 8");
    assert!(error.hint().contains("raise the limit"));
    assert_eq!(builder.push(&record(b"{}", 2)), Ok(Push::Fits));
}

#[test]
fn limits_outside_the_documented_ones_are_refused() {
    let new = |commands, bytes| {
        BatchBuilder::new(BatchLimits::default().with_commands(commands).with_bytes(bytes)).map(|_| ())
    };
    assert_eq!(new(0, 1000), Err(BatchLimitsError::Commands { commands: 0, max: 50_000 }));
    assert_eq!(new(50_001, 1000), Err(BatchLimitsError::Commands { commands: 50_001, max: 50_000 }));
    assert_eq!(new(1, 0), Err(BatchLimitsError::Bytes));
    assert_eq!(new(50_000, 1), Ok(()));
    assert_eq!((BatchLimits::default().commands, BatchLimits::default().bytes), (10_000, 20 * 1024 * 1024));
}

proptest! {
    #[test]
    fn batches_hold_the_source_in_order_within_their_limits(
        objects in vec(object(), 0..30), commands in 1_u32..8, spare in 0_u64..600,
    ) {
        let records: Vec<_> = objects.iter().enumerate().map(|(index, object)| OwnedRecord {
            bytes: object.compact().into_bytes(),
            position: position(index as u64, 0, 1, 1),
        }).collect();
        let longest = records.iter().map(|record| record.bytes.len()).max().unwrap_or(0) as u64;
        let limit = longest + 2 + spare;
        let made = batches(&records, &mut builder(commands, limit));

        let mut next = records.iter();
        for (place, batch) in made.iter().enumerate() {
            let bytes = bytes_of(batch);
            prop_assert!(bytes.len() as u64 <= limit && (1..=commands).contains(&batch.commands()));
            prop_assert_eq!(batch.number().index(), place);
            let raw: Vec<&RawValue> = serde_json::from_slice(&bytes).expect("a batch is JSON");
            prop_assert_eq!(raw.len(), batch.commands() as usize);
            for (at, raw) in raw.iter().enumerate() {
                let record = next.next().expect("a batch adds nothing");
                prop_assert_eq!(raw.get().as_bytes(), &record.bytes[..]);
                prop_assert_eq!(batch.source_index(at as u64), Some(record.position.index));
            }
        }
        prop_assert!(next.next().is_none(), "a command was lost");

        let again = batches(&records, &mut builder(commands, limit));
        let digests = |batches: &[Batch]| batches.iter().map(|batch| batch.payload().digest()).collect::<Vec<_>>();
        prop_assert_eq!(digests(&made), digests(&again));
    }
}
