//! `collibra-sync resume`

use sync_engine::ResumeOptions;
use sync_engine::store::{SqliteStore, StateKey, StateStore};

use super::Manner;
use super::driving::{Driving, can_hold_reports};
use crate::args::ResumeArgs;
use crate::exit::{Exit, Failure, of_store};
use crate::target::{Chosen, Target};

pub(crate) async fn run(args: &ResumeArgs, manner: Manner) -> Result<Exit, Failure> {
    let chosen = Chosen::from(&args.target)?;
    can_hold_reports(&args.report)?;
    let store = SqliteStore::open(&args.state).map_err(of_store)?;
    let key = StateKey::new(chosen.name(&args.state)?, args.id.clone());
    is_meant(&store, &key)?;
    let target = Target::open(&chosen, &args.target, &args.state).await?;
    let options = ResumeOptions::new(key)
        .with_patience(args.wait.patience())
        .with_allow_removals(args.allow_removals)
        .with_no_wait(args.wait.no_wait);
    let driving = Driving { target: &args.target, state: &args.state, reports: &args.report, manner };
    driving.drive(target, store, async |engine| engine.resume(options).await).await
}

/// Refuses a target this state has never heard of where it knows the synchronization on another one.
fn is_meant(store: &SqliteStore, key: &StateKey) -> Result<(), Failure> {
    let known = store.list().map_err(of_store)?;
    let others: Vec<_> = known.iter().filter(|other| other.synchronization() == key.synchronization()).collect();
    if others.is_empty() || others.contains(&key) {
        return Ok(());
    }
    let targets: Vec<_> = others.iter().map(|other| other.target()).collect();
    Err(Failure::usage(format_args!(
        "this state knows {} on another target than {}",
        key.synchronization(),
        key.target()
    ))
    .with_hint(format!("its target is {}", targets.join(" or "))))
}
