//! `collibra-sync run`

use std::path::Path;
use std::sync::Arc;

use sync_core::cycle::{Patience, StopSignal};
use sync_core::guard::GuardLimits;
use sync_engine::store::{SqliteStore, StateKey};
use sync_engine::{Engine, Report, RunOptions};

use super::{Manner, check, inputs};
use crate::args::{OutputFormat, RunArgs};
use crate::exit::{Exit, Failure, OrExit};
use crate::output::{human, memory, printer, progress};
use crate::target::Target;

pub(crate) async fn run(args: &RunArgs, manner: Manner) -> Result<Exit, Failure> {
    let reports = args.report.iter().map(|path| report_path(path)).collect::<Result<Vec<_>, _>>()?;
    let store = SqliteStore::open(&args.state).or_exit(Exit::BROKEN)?;
    let spill = args.state.clone();
    let inputs = inputs::open(&args.input, &spill)?;
    let target = Target::open(&args.target, &args.state).await?;

    let stop = StopSignal::default();
    let listening = tokio::spawn(stop_on_interrupt(stop.clone()));
    let engine = Engine::new(Arc::new(store), Arc::clone(&target.transport), spill)
        .with_progress(progress::sink(manner))
        .with_stop(stop);
    let mut report = engine.run(inputs, options(args, &target.name)).await;
    listening.abort();
    target.close().await;

    report.peak_memory_bytes = memory::peak_bytes();
    for path in reports {
        write_report(path, &report)?;
    }
    match manner.output {
        OutputFormat::Json => printer::json(&report),
        OutputFormat::Human => printer::text(&human::run(&report)),
    }
    Ok(Exit(report.exit_code))
}

fn options(args: &RunArgs, target: &str) -> RunOptions {
    let guard = GuardLimits::default().with_max_removals(args.max_removals).with_allow_removals(args.allow_removals);
    RunOptions::new(StateKey::new(target, args.id.clone()))
        .with_finalization(args.on_missing)
        .with_guard(guard)
        .with_batches(check::limits(&args.batches))
        .with_continue_on_error(args.continue_on_error)
        .with_relations_action(args.relations.into())
        .with_patience(Patience::default().with_quiet_period(args.quiet_period))
}

/// Refuses what cannot be written before anything is done.
fn report_path(path: &Path) -> Result<&Path, Failure> {
    match path.extension() {
        Some(ending) if ending == "json" => Ok(path),
        _ => Err(Failure::usage(format_args!("{}: a report is a .json file", path.display()))),
    }
}

fn write_report(path: &Path, report: &Report) -> Result<(), Failure> {
    let mut json = serde_json::to_vec_pretty(report).or_exit(Exit::BROKEN)?;
    json.push(b'\n');
    std::fs::write(path, json)
        .map_err(|error| anyhow::Error::new(error).context(format!("writing the report {} failed", path.display())))
        .or_exit(Exit::BROKEN)
}

/// The first Ctrl-C asks to stop at the next safe point, the second one does not wait for it: the journal is good at
/// any moment.
async fn stop_on_interrupt(stop: StopSignal) {
    if tokio::signal::ctrl_c().await.is_err() {
        return;
    }
    printer::note("stopping at the next safe point; press Ctrl-C again to stop at once");
    stop.stop();
    if tokio::signal::ctrl_c().await.is_ok() {
        printer::note("stopped; the state is kept, running the same again goes on from here");
        std::process::exit(Exit::UNCERTAIN.0.into());
    }
}
