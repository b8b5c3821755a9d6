//! Cutting a large JSON array of commands: serde_json's streams, ours, and the floor, in one run over one file.
//!
//! `cargo bench -p sync-formats --bench split` prints divan's table, in which "max alloc" is the peak of memory, and then the
//! ratios of the medians. `BENCH_COMMANDS` sets the number of commands, 1,000,000 (about 600 MB) without it.

#![expect(clippy::print_stdout, reason = "the ratios are what this program is for")]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{BufReader, Read, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use divan::counter::BytesCount;
use divan::{AllocProfiler, Bencher};
use serde::de::{Deserialize, DeserializeOwned, Deserializer, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use sync_core::BatchNumber;
use sync_core::command::Command;
use sync_formats::{BatchBuilder, BatchLimits, Identity, JsonShape, JsonSplitter, Push};
use tempfile::TempDir;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

const BLOCK_BYTES: usize = 256 * 1024;
const VALUE_STREAM: &str = "value_stream";
const FLOOR: &str = "floor";

/// The folder of this run, deleted at its end.
static FOLDER: LazyLock<Mutex<Option<TempDir>>> = LazyLock::new(|| {
    let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("the target folder can be written to");
    Mutex::new(Some(folder))
});

/// The file of commands that all read.
static INPUT: LazyLock<Input> = LazyLock::new(|| {
    let commands = std::env::var("BENCH_COMMANDS")
        .map_or(1_000_000, |count| count.parse().expect("BENCH_COMMANDS is a number of commands"));
    let path = in_folder("commands.json");
    let mut file = File::create(&path).expect("the input can be created");
    generate_commands::write_commands(commands, 0, &mut file).expect("the input can be written");
    let bytes = file.metadata().expect("the input is there").len();
    Input { path, commands, bytes }
});

struct Input {
    path: PathBuf,
    commands: u64,
    bytes: u64,
}

impl Input {
    fn open(&self) -> File {
        File::open(&self.path).expect("the input is there")
    }
}

/// What each contender took, by name.
static TIMES: Mutex<BTreeMap<&str, Vec<Duration>>> = Mutex::new(BTreeMap::new());

fn main() {
    divan::main();
    print_ratios();
    FOLDER.lock().unwrap_or_else(PoisonError::into_inner).take();
}

fn in_folder(name: &str) -> PathBuf {
    let folder = FOLDER.lock().unwrap_or_else(PoisonError::into_inner);
    folder.as_ref().map(TempDir::path).unwrap_or(Path::new(".")).join(name)
}

fn print_ratios() {
    let times = TIMES.lock().unwrap_or_else(PoisonError::into_inner);
    let median = |name: &str| {
        let mut times = times.get(name)?.clone();
        times.sort();
        Some(times[times.len() / 2].as_secs_f64())
    };
    println!("\n{} commands, {:.1} MB; medians", INPUT.commands, INPUT.bytes as f64 / 1e6);
    println!("{:<28} {:>9} {:>9} {:>15} {:>12}", "", "seconds", "MB/s", "x value_stream", "x floor time");
    for name in times.keys() {
        let Some(seconds) = median(name) else { continue };
        let rate = INPUT.bytes as f64 / 1e6 / seconds;
        let against = |other: Option<f64>| other.map_or(String::from("-"), |other| format!("{other:.2}"));
        let faster = against(median(VALUE_STREAM).map(|other| other / seconds));
        let floors = against(median(FLOOR).map(|other| seconds / other));
        println!("{name:<28} {seconds:>9.3} {rate:>9.0} {faster:>15} {floors:>12}");
    }
}

/// Runs `work` over the input a few times, and sees that it met every command.
fn measure(bencher: Bencher<'_, '_>, name: &'static str, work: impl Fn(File) -> u64) {
    bencher.counter(BytesCount::new(INPUT.bytes)).with_inputs(|| INPUT.open()).bench_local_values(|file| {
        let start = Instant::now();
        let commands = work(file);
        record(name, start.elapsed());
        assert_eq!(commands, INPUT.commands, "{name} lost commands");
    });
}

fn record(name: &'static str, time: Duration) {
    TIMES.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_default().push(time);
}

/// Deserializes an array one `T` at a time and counts them.
struct Each<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Each<T> {
    type Value = u64;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<u64, A::Error> {
        let mut count = 0;
        while let Some(element) = seq.next_element::<T>()? {
            black_box(element);
            count += 1;
        }
        Ok(count)
    }
}

fn stream<T: DeserializeOwned>(file: File) -> u64 {
    let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(BLOCK_BYTES, file));
    json.deserialize_seq(Each::<T>(PhantomData)).expect("the input is an array")
}

/// Calls `each` with every command's bytes.
fn split(file: File, mut each: impl FnMut(&[u8])) -> u64 {
    let mut splitter = JsonSplitter::new(file, JsonShape::Array);
    let mut count = 0;
    while let Some(record) = splitter.next_record().expect("the input is an array of commands") {
        each(record.bytes);
        count += 1;
    }
    count
}

/// Builds batches of the default limits; `finish` takes them.
fn batch(file: File, mut finish: impl FnMut(&mut BatchBuilder)) -> u64 {
    let mut splitter = JsonSplitter::new(file, JsonShape::Array);
    let mut builder = BatchBuilder::new(BatchLimits::default()).expect("the defaults are good");
    let mut count = 0;
    while let Some(record) = splitter.next_record().expect("the input is an array of commands") {
        while builder.push(&record).expect("no command is too large") == Push::Full {
            finish(&mut builder);
        }
        count += 1;
    }
    finish(&mut builder);
    count
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn value_stream(bencher: Bencher<'_, '_>) {
    measure(bencher, VALUE_STREAM, stream::<Value>);
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn raw_value_stream(bencher: Bencher<'_, '_>) {
    measure(bencher, "raw_value_stream", stream::<Box<RawValue>>);
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn split_only(bencher: Bencher<'_, '_>) {
    measure(bencher, "split_only", |file| split(file, |bytes| _ = black_box(bytes)));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn split_into_batches(bencher: Bencher<'_, '_>) {
    measure(bencher, "split_into_batches", |file| batch(file, |builder| _ = black_box(builder.take_json())));
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn split_batch_and_digest(bencher: Bencher<'_, '_>) {
    measure(bencher, "split_batch_and_digest", |file| {
        batch(file, |builder| _ = black_box(builder.finish(BatchNumber::FIRST, "batch.json")))
    });
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn split_and_content_digest(bencher: Bencher<'_, '_>) {
    measure(bencher, "split_and_content_digest", |file| {
        split(file, |bytes| _ = black_box(sync_formats::content_digest(bytes)))
    });
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn split_and_parse_shallow(bencher: Bencher<'_, '_>) {
    measure(bencher, "split_and_parse_shallow", |file| {
        let mut key = Vec::new();
        split(file, |bytes| {
            let command = Command::from_slice_shallow(bytes).expect("every element is a command");
            key.clear();
            Identity::write_key(&command, &mut key);
            black_box((command.kind(), &key));
        })
    });
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn split_and_parse_typed(bencher: Bencher<'_, '_>) {
    measure(bencher, "split_and_parse_typed", |file| {
        split(file, |bytes| _ = black_box(Command::from_slice(bytes).expect("every element is a command")))
    });
}

/// The same bytes read and written to a new file.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn floor(bencher: Bencher<'_, '_>) {
    let path = in_folder("copy.json");
    let open = || {
        // Cutting off or deleting an old file takes as long as writing a new one.
        _ = fs::remove_file(&path);
        (INPUT.open(), File::create_new(&path).expect("the copy can be created"))
    };
    bencher.counter(BytesCount::new(INPUT.bytes)).with_inputs(open).bench_local_values(|(mut input, mut output)| {
        let start = Instant::now();
        let mut block = vec![0; BLOCK_BYTES];
        loop {
            match input.read(&mut block).expect("the input can be read") {
                0 => break,
                count => output.write_all(&block[..count]).expect("the copy can be written"),
            }
        }
        record(FLOOR, start.elapsed());
    });
}
