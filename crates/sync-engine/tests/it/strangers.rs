//! Somebody else runs the same synchronization, with a state folder of his own.

use std::collections::BTreeSet;
use std::sync::Arc;

use sync_core::transport::JobQuery;
use sync_core::{Finalization, Transport};
use sync_emulator::{JobNames, Readings};
use sync_engine::store::SqliteStore;
use sync_engine::{Engine, ResumeOptions, RunOutcome};
use sync_formats::BatchLimits;

use crate::support::{Thing, World};

/// A job that names the file of a lost batch is taken for it: two state folders, or one that was lost and begun anew, must
/// not call their files alike.
#[tokio::test]
async fn two_state_folders_never_call_the_files_of_a_synchronization_alike() {
    let mut readings = Readings::default();
    readings.job_names = JobNames::WithFile;
    let world = World::new(readings).await;
    let source = world.source(&[(Thing::Community, 0), (Thing::Domain(0), 0), (Thing::Asset(0, 0), 1)]);
    for _ in 0..2 {
        let report = world.run(&source, world.options("harbour", Finalization::Ignore)).await;
        assert_eq!((report.outcome, report.cycle), (RunOutcome::Finalized, 1), "{:?}", report.message);
        std::fs::remove_dir_all(world.state()).expect("the state folder is lost");
    }
    let jobs = world.transport.jobs(&JobQuery::default(), 0).await.expect("the jobs are listed").results;
    let said = jobs.iter().flat_map(|job| [job.name.clone(), job.message.clone()]).flatten();
    let files: Vec<String> = said.filter(|text| text.contains("harbour-1.1-")).collect();
    let distinct: BTreeSet<&String> = files.iter().collect();
    assert_eq!((files.len(), distinct.len()), (2, 2), "{files:?}");
}

/// The batch that was brought went into a cycle that is over: to bring the others and finalize would remove it.
#[tokio::test]
async fn a_cycle_left_on_purpose_removes_nothing_once_somebody_has_ended_it() {
    for job_names in [JobNames::Plain, JobNames::WithFile] {
        let mut readings = Readings::default();
        readings.job_names = job_names;
        is_noticed(&World::new(readings).await).await;
    }
}

async fn is_noticed(world: &World) {
    let things = [(Thing::Community, 0), (Thing::Domain(0), 0), (Thing::Asset(0, 0), 1), (Thing::Asset(0, 1), 1)];
    let source = world.source(&things);
    let options = world
        .consenting("harbour", Finalization::RemoveResources)
        .with_batches(BatchLimits::default().with_commands(2))
        .with_no_wait(true);
    let (key, patience) = (options.key.clone(), options.patience);
    assert_eq!(world.run(&source, options).await.outcome, RunOutcome::Running);

    let state = world.folder.path().join("stranger");
    let store = SqliteStore::open(&state).expect("a state folder");
    let stranger = Engine::new(Arc::new(store), Arc::new(world.transport.clone()), state);
    let report = stranger.run(vec![source.clone()], world.options("harbour", Finalization::Ignore)).await;
    assert_eq!(report.outcome, RunOutcome::Finalized, "{:?}", report.message);

    let report = world.engine().resume(ResumeOptions::new(key).with_patience(patience)).await;
    assert_eq!(report.outcome, RunOutcome::Guarded, "{:?}", report.message);
    assert_eq!(world.present().await, things.iter().map(|(thing, _)| *thing).collect());
}
