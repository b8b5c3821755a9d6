//! `collibra-sync run`

use std::path::Path;
use std::sync::Arc;

use sync_core::cycle::{Patience, StopSignal};
use sync_core::{Finalization, SynchronizationId};
use sync_engine::store::{SqliteStore, StateKey};
use sync_engine::{Engine, Input, Report, RunOptions, SavedPlan};

use super::{Manner, check, inputs};
use crate::args::{OutputFormat, Relations, RunArgs, UploadArg};
use crate::exit::{Exit, Failure, OrExit, of_store};
use crate::output::{confirm, human, memory, printer, progress};
use crate::signals::StopRequests;
use crate::target::{Chosen, Target};

pub(crate) async fn run(args: &RunArgs, manner: Manner) -> Result<Exit, Failure> {
    if args.upload == UploadArg::AsIs && args.relations == Relations::Add {
        let message = "with --upload as-is the service takes no --relations add";
        return Err(Failure::usage(message).with_hint("leave out one of them"));
    }
    let chosen = Chosen::from(&args.target)?;
    for path in &args.report {
        can_hold_report(path)?;
    }
    let store = SqliteStore::open(&args.state).map_err(of_store)?;
    let asked = Asked::of(args)?;
    let inputs = match &asked.plan {
        Some(plan) => plan.inputs.iter().cloned().map(Input::reopen).collect::<Result<_, _>>().or_exit(Exit::FAILED)?,
        None => inputs::open(&args.inputs, &args.kind, &args.state)?,
    };
    let target = Target::open(&chosen, &args.target, &args.state).await?;

    let requests = StopRequests::listen().or_exit(Exit::BROKEN)?;
    let stop = StopSignal::default();
    let listening = tokio::spawn(stop_on_request(requests, stop.clone()));
    let engine = Engine::new(Arc::new(store), Arc::clone(&target.transport), &args.state)
        .with_progress(progress::sink(manner))
        .with_catalogue(Arc::clone(&target.catalogue))
        .with_stop(stop);
    let engine = if args.yes || !confirm::can_ask() { engine } else { engine.with_confirm(Arc::new(confirm::ask)) };
    let mut report = engine.run(inputs, options(args, asked, &target.name)).await;
    target.close().await;
    listening.abort();

    report.peak_memory_bytes = memory::peak_bytes();
    report.message.extend(ways_out(&report));
    match manner.output {
        OutputFormat::Json => printer::json(&report),
        OutputFormat::Human => printer::text(&human::run(&report)),
    }
    for path in &args.report {
        write_report(path, &report)?;
    }
    Ok(Exit(report.exit_code))
}

/// What is to be run: as the arguments say, or as a saved plan does.
struct Asked {
    id: SynchronizationId,
    on_missing: Finalization,
    plan: Option<SavedPlan>,
}

impl Asked {
    fn of(args: &RunArgs) -> Result<Self, Failure> {
        let Some(file) = &args.plan else {
            let id = args.id.clone().ok_or_else(|| Failure::usage("no synchronization was given"))?;
            let on_missing = args.guard.on_missing.unwrap_or_default();
            return Ok(Self { id, on_missing, plan: None });
        };
        let named = |error: anyhow::Error| error.context(format!("reading the plan {} failed", file.display()));
        let json = std::fs::read(file).map_err(|error| named(error.into())).or_exit(Exit::USAGE)?;
        let plan = SavedPlan::from_slice(&json).map_err(|error| named(error.into())).or_exit(Exit::USAGE)?;
        if args.id.as_ref().is_some_and(|id| *id != plan.synchronization_id) {
            return Err(Failure::usage(format_args!(
                "the plan is for the synchronization {}",
                plan.synchronization_id
            )));
        }
        if let Some(asked) = args.guard.on_missing.filter(|asked| *asked != plan.on_missing) {
            let made = plan.on_missing;
            return Err(Failure::usage(format_args!("the plan was made with --on-missing {made}, not {asked}")));
        }
        Ok(Self { id: plan.synchronization_id.clone(), on_missing: plan.on_missing, plan: Some(plan) })
    }
}

fn options(args: &RunArgs, asked: Asked, target: &str) -> RunOptions {
    RunOptions::new(StateKey::new(target, asked.id))
        .with_finalization(asked.on_missing)
        .with_guard(args.guard.limits())
        .with_demands(args.guard.demands())
        .with_plan(asked.plan)
        .with_export_missing(args.guard.export_missing.clone())
        .with_batches(check::limits(&args.batches))
        .with_checks(args.levels.options())
        .with_upload(args.upload.into())
        .with_continue_on_error(args.continue_on_error)
        .with_relations_action(args.relations.into())
        .with_patience(Patience::default().with_quiet_period(args.quiet_period))
}

/// The flags that let a run pass which the guard has stopped, and what to do where there is none.
fn ways_out(report: &Report) -> Vec<String> {
    let mut ways = Vec::new();
    for reason in &report.guard {
        let way = match (&reason.flag, &reason.advice) {
            (Some(flag), _) => format!("to let this one run do it, add {flag}"),
            (None, Some(advice)) => advice.clone(),
            (None, None) => continue,
        };
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    ways
}

/// Refuses what cannot be written before anything is done.
fn can_hold_report(path: &Path) -> Result<(), Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if path.extension().is_none_or(|ending| ending != "json") {
        return Err(Failure::usage(format_args!("{}: a report is a .json file", path.display())));
    }
    match folder {
        Some(folder) if !folder.is_dir() => {
            Err(Failure::usage(format_args!("{}: there is no folder {}", path.display(), folder.display())))
        }
        _ => Ok(()),
    }
}

fn write_report(path: &Path, report: &Report) -> Result<(), Failure> {
    let mut json = serde_json::to_vec_pretty(report).or_exit(Exit::BROKEN)?;
    json.push(b'\n');
    std::fs::write(path, json)
        .map_err(|error| anyhow::Error::new(error).context(format!("writing the report {} failed", path.display())))
        .or_exit(Exit::BROKEN)
}

/// The first request asks to stop at the next safe point, the second one does not wait for it: the journal is good at
/// any moment.
async fn stop_on_request(mut requests: StopRequests, stop: StopSignal) {
    requests.next().await;
    printer::note("stopping at the next safe point; press Ctrl-C again to stop at once");
    stop.stop();
    requests.next().await;
    printer::note("stopped; the state is kept, running the same again goes on from here");
    std::process::exit(Exit::UNCERTAIN.0.into());
}
