//! `collibra-sync sync`

use serde_json::json;
use sync_core::ImportApiExt;
use sync_core::cycle::{CycleState, Phase};
use sync_core::transport::TransportError;
use sync_engine::store::{SqliteStore, StateKey, StateStore};

use super::Manner;
use crate::args::{OutputFormat, SyncArgs, SyncAt, SyncCommand, SyncOf};
use crate::exit::{Exit, Failure, OrExit, of_store};
use crate::output::{human, printer};
use crate::target::{Chosen, Target};

pub(crate) async fn run(args: SyncArgs, manner: Manner) -> Result<Exit, Failure> {
    match args.command {
        SyncCommand::List(at) => list(&at, manner).await,
        SyncCommand::Exists(of) => exists(&of, manner).await,
        SyncCommand::Evict(of) => evict(&of, manner).await,
        SyncCommand::Forget(of) => forget(&of, manner).await,
    }
}

/// All pages, in the order of the ids: the service gives none.
async fn list(at: &SyncAt, manner: Manner) -> Result<Exit, Failure> {
    let target = open(at).await?;
    let listed = target.api().all_synchronizations(usize::MAX).await.map_err(of_transport);
    target.close().await;
    let mut ids: Vec<String> = listed?.into_iter().map(|info| info.synchronization_id).collect();
    ids.sort_unstable();
    match manner.output {
        OutputFormat::Json => printer::json(&json!({"total": ids.len(), "synchronizations": ids})),
        OutputFormat::Human => ids.iter().for_each(|id| printer::line(&human::plain(id))),
    }
    Ok(Exit::DONE)
}

async fn exists(of: &SyncOf, manner: Manner) -> Result<Exit, Failure> {
    let target = open(&of.at).await?;
    let exists = target.transport.exists(&of.id).await.map_err(of_transport);
    target.close().await;
    match (exists?, manner.output) {
        (exists, OutputFormat::Json) => printer::json(&exists),
        (true, OutputFormat::Human) => printer::line(&format!("the target knows {}", of.id)),
        (false, OutputFormat::Human) => printer::line(&format!("the target does not know {}", of.id)),
    }
    Ok(Exit::DONE)
}

/// Nothing is lost by it: the next cycle takes longer.
async fn evict(of: &SyncOf, manner: Manner) -> Result<Exit, Failure> {
    let target = open(&of.at).await?;
    let evicted = async {
        let known = target.transport.exists(&of.id).await?;
        if known {
            target.api().evict(&of.id).await?;
        }
        Ok(known)
    };
    let evicted = evicted.await.map_err(of_transport);
    target.close().await;
    let known = evicted?;
    tell(of, known, manner);
    match known {
        true => printer::note(&format!("the next cycle of {} executes every command again", of.id)),
        false => printer::note(&format!("the target does not know {}", of.id)),
    }
    Ok(Exit::DONE)
}

/// For programs: whether there was anything to be done.
fn tell(of: &SyncOf, known: bool, manner: Manner) {
    if manner.output == OutputFormat::Json {
        printer::json(&json!({"synchronization_id": of.id, "known": known}));
    }
}

/// First the target, then the state: a state that has forgotten what the target has not would be a lost one.
async fn forget(of: &SyncOf, manner: Manner) -> Result<Exit, Failure> {
    let store = SqliteStore::open(&of.at.state).map_err(of_store)?;
    let target = open(&of.at).await?;
    let key = StateKey::new(&target.name, of.id.clone());
    let lock = store.lock(&key).map_err(of_store)?;
    if !is_settled(&store, &key)? {
        return Err(Failure::new(
            Exit::UNCERTAIN,
            anyhow::anyhow!("a run of {} was cut off and may have jobs under way", of.id),
        )
        .with_hint("resume it, or run it once more first: that looks after its jobs, whatever comes of it"));
    }
    let forgotten = async {
        let known = target.transport.exists(&of.id).await?;
        target.transport.forget(&of.id).await?;
        Ok(known)
    };
    let forgotten = forgotten.await.map_err(of_transport);
    target.close().await;
    let known = forgotten? || store.standing(&key).map_err(of_store)?.cycle > 0;
    store.forget(&key).map_err(of_store)?;
    drop(lock);
    tell(of, known, manner);
    match known {
        true => printer::note(&format!("{} is forgotten; the next cycle begins anew and removes nothing", of.id)),
        false => printer::note(&format!("neither the target nor this state knew {}", of.id)),
    }
    Ok(Exit::DONE)
}

/// Whether no cycle of this state is open: a job of it that ran after the target has forgotten would be tracked again.
fn is_settled(store: &SqliteStore, key: &StateKey) -> Result<bool, Failure> {
    let standing = store.standing(key).map_err(of_store)?;
    let state = CycleState::replay(&standing.journal).or_exit(Exit::BROKEN)?;
    Ok(matches!(state.phase(), Phase::Idle | Phase::Finalized))
}

async fn open(at: &SyncAt) -> Result<Target, Failure> {
    let chosen = Chosen::from(&at.target)?;
    Target::open(&chosen, &at.target, &at.state).await
}

/// A call of its own that did not succeed.
pub(super) fn of_transport(error: TransportError) -> Failure {
    let exit = match error {
        _ if error.is_denied() => Exit::DENIED,
        _ if error.says_nothing() => Exit::UNREACHABLE,
        _ => Exit::FAILED,
    };
    let hint = error.hint();
    let failure = Failure::new(exit, error);
    match hint {
        Some(hint) => failure.with_hint(hint),
        None => failure,
    }
}
