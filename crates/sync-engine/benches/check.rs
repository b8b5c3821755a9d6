//! Checking a large file with every rule, against the floor that everybody knows: parsing it.
//!
//! `cargo bench -p sync-engine --bench check` writes a file of commands, then runs each contender a few times, one after the
//! other and each in a process of its own, and prints the medians of their processor time and peak memory. `BENCH_COMMANDS`
//! sets the number of commands, 1,000,000 (about 620 MB) without it, `BENCH_ROUNDS` the number of rounds, 3 without it;
//! `BENCH_PYTHON=0` leaves Python out, which takes 4 GB of memory for a million commands.

#![expect(clippy::print_stdout, reason = "the figures are what this program is for")]

use std::collections::BTreeMap;
use std::fs::File;
use std::hint::black_box;
use std::io::BufReader;
use std::path::Path;
use std::process::Command as Process;

use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::Value;
use sync_engine::{CheckOptions, Input, check};
use sync_formats::{BatchLimits, JsonShape, JsonSplitter};

/// What a child process is to do, and with which file.
const ROLE: &str = "BENCH_ROLE";
const FILE: &str = "BENCH_FILE";

const CHECK: &str = "check, all rules";
const VALUES: &str = "serde_json, a Value each";
const TYPED: &str = "split and parse, no rules";
const PYTHON: &str = "Python, json.load";

fn main() {
    let path = std::env::var(FILE).unwrap_or_default();
    match std::env::var(ROLE).as_deref() {
        Ok(CHECK) => report(|| check_all(Path::new(&path))),
        Ok(VALUES) => report(|| values(Path::new(&path))),
        Ok(TYPED) => report(|| typed(Path::new(&path))),
        _ => compare(),
    }
}

/// Runs `work` and prints processor seconds and peak memory for the parent.
fn report(work: impl FnOnce() -> u64) {
    let commands = work();
    println!("{} {} {commands}", processor_seconds(), peak_bytes());
}

fn check_all(path: &Path) -> u64 {
    let folder = path.parent().expect("the file lies in a folder");
    let input = Input::file(path, Some(JsonShape::Array)).expect("the file is there");
    let found =
        check(&[input], BatchLimits::default(), &CheckOptions::default(), folder).expect("the file can be read");
    assert_eq!(found.exit_code, 0, "{:#?}", found.findings);
    found.commands
}

fn typed(path: &Path) -> u64 {
    let mut splitter = JsonSplitter::new(File::open(path).expect("the file is there"), JsonShape::Array);
    let mut count = 0;
    while let Some(record) = splitter.next_record().expect("an array of commands") {
        black_box(sync_core::command::Command::from_slice(record.bytes).expect("a command"));
        count += 1;
    }
    count
}

fn values(path: &Path) -> u64 {
    struct Each;
    impl<'de> Visitor<'de> for Each {
        type Value = u64;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an array")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<u64, A::Error> {
            let mut count = 0;
            while let Some(value) = seq.next_element::<Value>()? {
                black_box(value);
                count += 1;
            }
            Ok(count)
        }
    }
    let file = File::open(path).expect("the file is there");
    let mut json = serde_json::Deserializer::from_reader(BufReader::with_capacity(256 * 1024, file));
    json.deserialize_seq(Each).expect("an array of values")
}

/// User and system time of this process so far.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("this runs on Linux");
    let fields: Vec<&str> = stat.rsplit(')').next().expect("a name in brackets").split_whitespace().collect();
    let ticks = |place: usize| fields[place].parse::<f64>().expect("a number of ticks");
    // Hundredths of a second wherever Linux runs today.
    (ticks(11) + ticks(12)) / 100.0
}

fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("this runs on Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number of kilobytes") * 1024
}

const PYTHON_PROGRAM: &str = "
import json, resource, sys
commands = json.load(open(sys.argv[1], encoding='utf-8'))
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, len(commands))
";

fn compare() {
    let number = |name: &str, default: u64| {
        std::env::var(name).map_or(default, |value| value.parse().unwrap_or_else(|_| panic!("{name} is a number")))
    };
    let (commands, rounds) = (number("BENCH_COMMANDS", 1_000_000), number("BENCH_ROUNDS", 3));
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("the target folder can be written to");
    let path = folder.path().join("commands.json");
    let mut file = File::create(&path).expect("the input can be created");
    generate_commands::write_commands(commands, 0, &mut file).expect("the input can be written");
    let bytes = file.metadata().expect("the input is there").len();

    let mut contenders = vec![CHECK, TYPED, VALUES];
    if number("BENCH_PYTHON", 1) > 0 {
        contenders.push(PYTHON);
    }
    let mut seconds: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    let mut peaks: BTreeMap<&str, u64> = BTreeMap::new();
    for _ in 0..rounds {
        for name in &contenders {
            let (time, peak) = run(name, &path, commands);
            seconds.entry(name).or_default().push(time);
            let most = peaks.entry(name).or_default();
            *most = peak.max(*most);
        }
    }
    let median = |name: &str| {
        let mut all = seconds[name].clone();
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    println!("{commands} commands, {:.1} MB, {rounds} rounds; processor time, medians", bytes as f64 / 1e6);
    println!("{:<28} {:>9} {:>9} {:>14} {:>10}", "", "seconds", "MB/s", "check is x as fast", "peak MiB");
    for name in &contenders {
        let (time, peak) = (median(name), peaks[name] as f64 / 1048576.0);
        let faster = time / median(CHECK);
        println!("{name:<28} {time:>9.2} {:>9.0} {faster:>18.2} {peak:>10.1}", bytes as f64 / 1e6 / time);
    }
}

fn run(name: &str, path: &Path, commands: u64) -> (f64, u64) {
    let mut process = if name == PYTHON {
        let mut python = Process::new("python3");
        python.args(["-c", PYTHON_PROGRAM]).arg(path);
        python
    } else {
        Process::new(std::env::current_exe().expect("this program knows itself"))
    };
    let output = process.env(ROLE, name).env(FILE, path).output().unwrap_or_else(|error| panic!("{name}: {error}"));
    let said = String::from_utf8_lossy(&output.stdout);
    let fields: Vec<&str> = said.split_whitespace().collect();
    let [time, peak, count] = fields[..] else {
        panic!("{name}: {said}{}", String::from_utf8_lossy(&output.stderr));
    };
    assert_eq!(count.parse(), Ok(commands), "{name} lost commands");
    (time.parse().expect("seconds"), peak.parse().expect("bytes"))
}
