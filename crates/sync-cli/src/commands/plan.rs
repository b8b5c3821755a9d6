//! `collibra-sync plan`

use std::path::Path;

use serde::Serialize;
use sync_engine::store::{SqliteStore, StateKey, StateStore};
use sync_engine::{Finding, GuardReason, PlanEntry, PlanReport, PreviewError, RunOptions, SurveyError, plan};

use super::{Manner, inputs};
use crate::args::{OutputFormat, PlanArgs};
use crate::exit::{Exit, Failure, OrExit, of_store};
use crate::files::write_json;
use crate::output::{human, printer};
use crate::target::Chosen;

pub(crate) fn run(args: &PlanArgs, manner: Manner) -> Result<Exit, Failure> {
    if args.out.is_some() && args.input.inputs.iter().any(|input| input == Path::new("-")) {
        return Err(Failure::usage("a plan of standard input cannot be run later: nothing of it is kept")
            .with_hint("write it to a file, and make a plan of that"));
    }
    let store = SqliteStore::open(&args.state).map_err(of_store)?;
    let inputs = inputs::open(&args.input.inputs, &args.input.kind, &args.state)?;
    let options = RunOptions::new(key(args, &store)?)
        .with_finalization(args.guard.on_missing.unwrap_or_default())
        .with_guard(args.guard.limits())
        .with_demands(args.guard.demands());
    let list = if args.full { usize::MAX } else { sync_engine::PLAN_LIST };
    let report = plan(&inputs, &options, &store, &args.state, list).map_err(failed)?;

    let exit = match report.is_rejected() {
        true => Exit::FAILED,
        false if args.detailed_exitcode && report.has_work() => Exit::TO_DO,
        false => Exit::DONE,
    };
    if let (Some(file), Some(saved)) = (&args.out, &report.saved) {
        write_json("the plan", file, saved)?;
    }
    match manner.output {
        OutputFormat::Json => printer::json(&Json::of(&report, exit)),
        OutputFormat::Human => printer::text(&human::plan(&report, args.full)),
    }
    Ok(exit)
}

/// What the state is kept under. Without a target it must be clear which one is meant.
fn key(args: &PlanArgs, store: &SqliteStore) -> Result<StateKey, Failure> {
    if Chosen::is_given(&args.target) {
        let chosen = Chosen::from(&args.target)?;
        return Ok(StateKey::new(chosen.name(&args.state)?, args.id.clone()));
    }
    let known = store.list().or_exit(Exit::BROKEN)?;
    let mut known = known.into_iter().filter(|key| *key.synchronization() == args.id);
    match (known.next(), known.next()) {
        (Some(key), None) => Ok(key),
        (None, _) if args.out.is_some() => Err(Failure::usage("a plan to be run needs a target")
            .with_hint("name one with --url URL (or COLLIBRA_URL) or --embedded")),
        // Nothing is known of it anywhere: all of the source is new.
        (None, _) => Ok(StateKey::new("", args.id.clone())),
        (Some(_), Some(_)) => Err(Failure::usage(format_args!("the state knows {} for several targets", args.id))
            .with_hint("name one with --url URL (or COLLIBRA_URL) or --embedded")),
    }
}

fn failed(error: PreviewError) -> Failure {
    let exit = match &error {
        PreviewError::Survey(error) => survey_exit(error),
        PreviewError::Input(_) => Exit::FAILED,
        _ => Exit::BROKEN,
    };
    Failure::new(exit, error)
}

/// What a survey that broke off means: the input, the command line, or our own machine.
pub(super) fn survey_exit(error: &SurveyError) -> Exit {
    match error {
        SurveyError::Limits(_) => Exit::USAGE,
        SurveyError::Spill(_) => Exit::BROKEN,
        _ => Exit::FAILED,
    }
}

/// The object `--output json` prints.
#[derive(Serialize)]
struct Json<'r> {
    added: &'r [PlanEntry],
    changed: &'r [PlanEntry],
    missing: &'r [PlanEntry],
    same: u64,
    added_total: u64,
    changed_total: u64,
    missing_total: u64,
    known: u64,
    unfinished: bool,
    guard: &'r [GuardReason],
    findings: &'r [Finding],
    exit_code: u8,
}

impl<'r> Json<'r> {
    fn of(report: &'r PlanReport, exit: Exit) -> Self {
        let plan = &report.plan;
        Self {
            added: &plan.added.entries,
            changed: &plan.changed.entries,
            missing: &plan.missing.entries,
            same: plan.same,
            added_total: plan.added.total,
            changed_total: plan.changed.total,
            missing_total: plan.missing.total,
            known: plan.known,
            unfinished: report.unfinished,
            guard: &report.guard,
            findings: &report.findings,
            exit_code: exit.0,
        }
    }
}
