//! Somebody else runs the same synchronization, with a state folder of his own.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use sync_core::transport::JobQuery;
use sync_core::{Finalization, Transport};
use sync_emulator::{Answer, Fault, FaultRule, JobNames, MissingResources, Operation, Readings};
use sync_engine::store::SqliteStore;
use sync_engine::{Engine, Input, ResumeOptions, RunOutcome};
use sync_formats::BatchLimits;
use sync_http::{Body, Credentials, HttpService, HttpTransport, ServiceError};

use crate::support::{Answering, Thing, World, answering};

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

/// The first batch has containers: what goes with it is everything.
fn removing() -> Readings {
    let mut readings = Readings::default();
    readings.missing_domains_and_communities = MissingResources::Removed;
    readings
}

/// The batch that was brought went into a cycle that is over: to bring the others and finalize would remove it.
#[tokio::test]
async fn a_cycle_left_on_purpose_removes_nothing_once_somebody_has_ended_it() {
    for job_names in [JobNames::Plain, JobNames::WithFile] {
        let mut readings = removing();
        readings.job_names = job_names;
        is_noticed(&World::new(readings).await).await;
    }
}

async fn is_noticed(world: &World) {
    let source = world.source(&THINGS);
    let options = world
        .consenting("harbour", Finalization::RemoveResources)
        .with_batches(BatchLimits::default().with_commands(2))
        .with_no_wait(true);
    let (key, patience) = (options.key.clone(), options.patience);
    assert_eq!(world.run(&source, options).await.outcome, RunOutcome::Running);
    a_stranger_runs(world, &source).await;

    let report = world.engine().resume(ResumeOptions::new(key).with_patience(patience)).await;
    assert_eq!(report.outcome, RunOutcome::Guarded, "{:?}", report.message);
    assert_eq!(world.present().await, THINGS.iter().map(|(thing, _)| *thing).collect());
}

/// One of the jobs nobody knows of may be that of the batch whose answer was lost; a finalization is not.
#[tokio::test]
async fn a_cycle_with_a_lost_answer_is_sent_again_as_a_whole_once_somebody_has_ended_it() {
    let world = World::new(removing()).await;
    let source = world.source(&THINGS);
    let options = world
        .consenting("harbour", Finalization::RemoveResources)
        .with_batches(BatchLimits::default().with_commands(2))
        .with_no_wait(true);
    let (key, patience) = (options.key.clone(), options.patience);
    let service = LosesAnAnswer { answering: answering(&world.emulator), has_lost: AtomicBool::new(false) };
    let credentials = Credentials::Basic {
        username: world.emulator.username().to_owned(),
        password: world.emulator.password().to_owned().into(),
    };
    let lossy = HttpTransport::over(Arc::new(service), &world.emulator.url(), credentials).expect("a good target");
    let engine = Engine::new(Arc::new(world.store()), Arc::new(lossy), world.state());
    let resume = ResumeOptions::new(key).with_patience(patience);
    let mut report = engine.run(vec![source.clone()], options).await;
    // As long as the job of the lost one is at work, nobody who does not wait comes further.
    for _ in 0..1000 {
        if report.outcome != RunOutcome::Uncertain {
            break;
        }
        report = world.engine().resume(resume.clone().with_no_wait(true)).await;
    }
    assert_eq!(report.outcome, RunOutcome::Running, "{:?}", report.message);
    a_stranger_runs(&world, &source).await;

    let report = world.engine().resume(resume).await;
    assert_eq!(report.outcome, RunOutcome::Finalized, "{:?}", report.message);
    assert_eq!(world.present().await, THINGS.iter().map(|(thing, _)| *thing).collect());
}

/// The job of the batch whose answer was lost, and which the list did not have yet when it was sought, is nobody else's,
/// though it names another file than the first one does.
#[tokio::test]
async fn the_own_job_of_a_lost_answer_is_no_stranger_where_jobs_name_their_files() {
    let mut readings = removing();
    readings.job_names = JobNames::WithFile;
    let world = World::new(readings).await;
    let nothing = r#"{"total": 0, "offset": 0, "limit": 1000, "results": []}"#;
    let faults = [
        FaultRule::new(Fault::LoseAnswer).on(Operation::Batch).nth(2),
        FaultRule::new(Fault::Answer(Answer::new(200).with_body(nothing))).on(Operation::Jobs),
        FaultRule::new(Fault::Answer(Answer::new(400))).on(Operation::Batch).nth(4),
    ];
    world.emulator.controls().set_faults(faults.to_vec()).expect("good rules");
    let options = world
        .consenting("harbour", Finalization::RemoveResources)
        .with_batches(BatchLimits::default().with_commands(1));
    let resume = ResumeOptions::new(options.key.clone()).with_patience(options.patience);
    let report = world.run(&world.source(&THINGS), options).await;
    assert_eq!((report.outcome, report.batches.len()), (RunOutcome::Failed, 3), "{:?}", report.message);

    world.emulator.controls().set_faults(Vec::new()).expect("no rules");
    let report = world.engine().resume(resume).await;
    assert_eq!(report.outcome, RunOutcome::Finalized, "{:?}", report.message);
    let goes_on = report.recovery.iter().any(|sentence| sentence.contains("it goes on with the next one"));
    assert!(goes_on, "{:?}", report.recovery);
}

const THINGS: [(Thing, u32); 4] =
    [(Thing::Community, 0), (Thing::Domain(0), 0), (Thing::Asset(0, 0), 1), (Thing::Asset(0, 1), 1)];

/// A whole cycle from another state folder.
async fn a_stranger_runs(world: &World, source: &Input) {
    let state = world.folder.path().join("stranger");
    let store = SqliteStore::open(&state).expect("a state folder");
    let stranger = Engine::new(Arc::new(store), Arc::new(world.transport.clone()), state);
    let report = stranger.run(vec![source.clone()], world.options("harbour", Finalization::Ignore)).await;
    assert_eq!(report.outcome, RunOutcome::Finalized, "{:?}", report.message);
}

/// The answer to the first batch does not arrive.
struct LosesAnAnswer {
    answering: Answering,
    has_lost: AtomicBool,
}

#[async_trait]
impl HttpService for LosesAnAnswer {
    async fn call(&self, request: http::Request<Body>) -> Result<http::Response<Body>, ServiceError> {
        let is_batch = request.uri().path().contains("/batch/");
        let answer = (self.answering)(request).await;
        if is_batch && !self.has_lost.swap(true, Ordering::Relaxed) {
            return Err(ServiceError::broken("the connection broke"));
        }
        Ok(answer)
    }
}
