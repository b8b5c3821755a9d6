//! `collibra-sync run`

use std::sync::Arc;

use sync_core::{Finalization, SynchronizationId};
use sync_engine::store::{SqliteStore, StateKey};
use sync_engine::{Engine, Input, RunOptions, SavedPlan, Upload};

use super::driving::{Driving, can_hold_reports};
use super::{Manner, check, inputs};
use crate::args::RunArgs;
use crate::exit::{Exit, Failure, OrExit, of_store};
use crate::files::unread;
use crate::output::confirm;
use crate::target::{Chosen, Target};

pub(crate) async fn run(args: &RunArgs, manner: Manner) -> Result<Exit, Failure> {
    let chosen = Chosen::from(&args.target)?;
    can_hold_reports(&args.report)?;
    let store = SqliteStore::open(&args.state).map_err(of_store)?;
    let asked = Asked::of(args)?;
    let inputs = match &asked.plan {
        Some(plan) => plan.inputs.iter().cloned().map(Input::reopen).collect::<Result<_, _>>().or_exit(Exit::FAILED)?,
        None => inputs::open(&args.inputs, &args.kind, &args.state)?,
    };
    let upload: Upload = args.upload.into();
    upload.takes(&inputs, args.relations.into()).map_err(|error| {
        Failure::new(Exit::USAGE, error).with_hint("leave out one of --upload as-is and --relations add")
    })?;
    let target = Target::open(&chosen, &args.target, &args.state).await?;
    let options = options(args, asked, &target.name);
    let asks = !args.yes && confirm::can_ask();
    let driving = Driving { target: &args.target, state: &args.state, reports: &args.report, manner };
    let work = async |engine: Engine| {
        let engine = if asks { engine.with_confirm(Arc::new(confirm::ask)) } else { engine };
        engine.run(inputs, options).await
    };
    driving.drive(target, store, work).await
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
        let json = std::fs::read(file).map_err(unread("the plan", file))?;
        let plan = SavedPlan::from_slice(&json).map_err(unread("the plan", file))?;
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
        .with_patience(args.wait.patience())
        .with_no_wait(args.wait.no_wait)
}
