//! What planning costs beside reading: one source of commands, and a manifest that knows the source before it.
//!
//! `cargo bench -p sync-engine --bench plan` fills a manifest by a run against a target that accepts everything, changes
//! one command of a hundred, and then reads and parses the changed source and plans it, in turn, each in a process of
//! its own. It prints medians of the processor time and the peak of memory, and fails if a bar is missed.
//! `BENCH_COMMANDS` sets the number of commands, 1,000,000 (about 630 MB, twice) without it; `BENCH_ROUNDS` the rounds, 5.

#![expect(clippy::print_stdout, reason = "the figures are what this program is for")]

mod accepting;
mod process;

use std::error::Error;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use sync_core::command::Command;
use sync_engine::store::{SqliteStore, StateKey, StateStore};
use sync_engine::{Engine, Input, PLAN_LIST, RunOptions, RunOutcome};
use sync_formats::{JsonShape, JsonSplitter};
use tempfile::TempDir;

use process::Usage;

type Fallible<T> = Result<T, Box<dyn Error>>;

/// Times as much processor time as reading and parsing.
const MOST_RATIO: f64 = 2.0;
/// Peak of memory of a plan.
const MOST_MIB: f64 = 128.0;

const BEFORE: &str = "before.json";
const AFTER: &str = "after.json";
const STATE: &str = "state";

type Role = fn(&Path) -> Fallible<u64>;

/// What a process of its own does, in the folder that `main` has filled. Each answers with what it counted.
const ROLES: [(&str, Role); 4] = [("fill", fill), ("parse", parse), ("visit", visit), ("plan", plan)];

fn main() -> Fallible<()> {
    if let Some((role, folder)) = process::role() {
        let (_, act) = ROLES.iter().find(|(name, _)| *name == role).ok_or("no such role")?;
        let counted = act(&folder)?;
        return process::answer(counted);
    }
    let number = |name: &str, default: u64| std::env::var(name).map_or(Ok(default), |number| number.parse());
    let (commands, rounds) = (number("BENCH_COMMANDS", 1_000_000)?, number("BENCH_ROUNDS", 5)?);

    let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR"))?;
    generate_commands::write_commands(commands, 0, &mut File::create(folder.path().join(BEFORE))?)?;
    generate_commands::write_commands(commands, 1, &mut File::create(folder.path().join(AFTER))?)?;
    let bytes = folder.path().join(AFTER).metadata()?.len();
    println!("{commands} commands, {:.0} MB, 1 % of them changed; medians of {rounds} rounds", bytes as f64 / 1e6);

    let show = |what: &str, used: Usage| {
        println!(
            "{what:<34} {:>8.2} s of processor {:>8.2} s of clock {:>8.1} MiB at most",
            used.processor_seconds, used.clock_seconds, used.peak_mib
        );
    };
    let filled = process::run("fill", folder.path())?;
    assert_eq!(filled.counted, commands, "every command is about another resource");
    show("run that adds everything", filled.usage);
    std::fs::remove_file(folder.path().join(BEFORE))?;

    let (mut parses, mut visits, mut plans) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        for (role, usages) in [("parse", &mut parses), ("visit", &mut visits), ("plan", &mut plans)] {
            let ended = process::run(role, folder.path())?;
            let counted = if role == "plan" { commands / 100 } else { commands };
            assert!(ended.counted.abs_diff(counted) <= 1, "{role} counted {}, not {counted}", ended.counted);
            usages.push(ended.usage);
        }
    }
    let [parse, visit, plan] = [parses, visits, plans].map(Usage::median);
    show("read and parse the source", parse);
    show("visit the manifest", visit);
    show("plan", plan);
    let ratio = plan.processor_seconds / parse.processor_seconds;
    println!(
        "a plan costs {ratio:.2} times reading and parsing (bar: {MOST_RATIO}), {:.1} MiB (bar: {MOST_MIB})",
        plan.peak_mib
    );
    if ratio > MOST_RATIO || plan.peak_mib > MOST_MIB {
        return Err("a bar is missed".into());
    }
    Ok(())
}

fn options() -> Fallible<RunOptions> {
    Ok(RunOptions::new(StateKey::new("bench", "bench".parse()?)))
}

fn input(folder: &Path, name: &str) -> Fallible<Input> {
    Ok(Input::file(folder.join(name), None)?)
}

/// A run that fills the manifest; counts the members.
fn fill(folder: &Path) -> Fallible<u64> {
    let store: Arc<dyn StateStore> = Arc::new(SqliteStore::open(folder.join(STATE))?);
    let engine = Engine::new(Arc::clone(&store), Arc::new(accepting::Accepting::default()), folder);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let report = runtime.block_on(engine.run(vec![input(folder, BEFORE)?], options()?));
    match report.outcome {
        RunOutcome::Finalized => Ok(store.standing(&options()?.key)?.known),
        _ => Err(report.message.join("; ").into()),
    }
}

/// Reads and parses the source; counts the commands.
fn parse(folder: &Path) -> Fallible<u64> {
    let mut splitter = JsonSplitter::new(File::open(folder.join(AFTER))?, JsonShape::Array);
    let mut commands = 0;
    while let Some(record) = splitter.next_record()? {
        std::hint::black_box(Command::from_slice(record.bytes)?);
        commands += 1;
    }
    Ok(commands)
}

/// Visits the manifest; counts the members.
fn visit(folder: &Path) -> Fallible<u64> {
    let mut members = 0;
    SqliteStore::open(folder.join(STATE))?.visit_members(&options()?.key, &mut |known| {
        std::hint::black_box(known);
        members += 1;
        Ok(())
    })?;
    Ok(members)
}

/// Plans the source; counts the changes.
fn plan(folder: &Path) -> Fallible<u64> {
    let store = SqliteStore::open(folder.join(STATE))?;
    let report = sync_engine::plan(&[input(folder, AFTER)?], &options()?, &store, folder, PLAN_LIST)?;
    assert_eq!((report.plan.added.total, report.plan.missing.total), (0, 0), "nothing else differs");
    Ok(report.plan.changed.total)
}
