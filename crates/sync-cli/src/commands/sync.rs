//! `collibra-sync sync`

use sync_core::cycle::{CycleState, Phase};
use sync_core::transport::{TransportError, TransportErrorKind};
use sync_engine::store::{SqliteStore, StateKey, StateStore};

use super::Manner;
use crate::args::{OutputFormat, SyncArgs, SyncCommand, SyncOf};
use crate::exit::{Exit, Failure, OrExit, of_store};
use crate::output::printer;
use crate::target::{Chosen, Target};

pub(crate) async fn run(args: SyncArgs, manner: Manner) -> Result<Exit, Failure> {
    match args.command {
        SyncCommand::Exists(of) => exists(&of, manner).await,
        SyncCommand::Forget(of) => forget(&of).await,
    }
}

async fn exists(of: &SyncOf, manner: Manner) -> Result<Exit, Failure> {
    let target = open(of).await?;
    let exists = target.transport.exists(&of.id).await.map_err(of_transport);
    target.close().await;
    match (exists?, manner.output) {
        (exists, OutputFormat::Json) => printer::json(&exists),
        (true, OutputFormat::Human) => printer::line(&format!("the target knows {}", of.id)),
        (false, OutputFormat::Human) => printer::line(&format!("the target does not know {}", of.id)),
    }
    Ok(Exit::DONE)
}

/// First the target, then the state: a state that has forgotten what the target has not would be a lost one.
async fn forget(of: &SyncOf) -> Result<Exit, Failure> {
    let store = SqliteStore::open(&of.state).map_err(of_store)?;
    let target = open(of).await?;
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

async fn open(of: &SyncOf) -> Result<Target, Failure> {
    let chosen = Chosen::from(&of.target)?;
    Target::open(&chosen, &of.target, &of.state).await
}

/// A call of its own that did not succeed.
pub(super) fn of_transport(error: TransportError) -> Failure {
    let exit = match error.kind() {
        TransportErrorKind::Unauthenticated | TransportErrorKind::Forbidden => Exit::DENIED,
        TransportErrorKind::Unreachable | TransportErrorKind::Broken => Exit::UNREACHABLE,
        _ => Exit::FAILED,
    };
    let hint = error.hint();
    let failure = Failure::new(exit, error);
    match hint {
        Some(hint) => failure.with_hint(hint),
        None => failure,
    }
}
