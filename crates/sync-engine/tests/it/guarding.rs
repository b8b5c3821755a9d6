//! What must stop a run before anything is removed, and the way past it.

use sync_core::Finalization;
use sync_core::guard::GuardLimits;
use sync_emulator::Readings;
use sync_engine::{Demands, GuardReasonKind, PLAN_LIST, Pattern, Report, RunOutcome, SavedPlan, plan};

use sync_engine::store::StateStore;

use crate::support::{Thing, World, copy_folder};

const REMOVE: Finalization = Finalization::RemoveResources;

fn everything(version: u32) -> Vec<(Thing, u32)> {
    Thing::all().map(|thing| (thing, version)).collect()
}

fn without(gone: &[Thing]) -> Vec<(Thing, u32)> {
    everything(0).into_iter().filter(|(thing, _)| !gone.contains(thing)).collect()
}

fn reasons(report: &Report) -> Vec<GuardReasonKind> {
    report.guard.iter().map(|reason| reason.kind).collect()
}

/// A world in which one cycle with everything is finalized.
async fn synchronized() -> World {
    let world = World::new(Readings::default()).await;
    let report = world.run(&world.source(&everything(0)), world.options("guarded", REMOVE)).await;
    assert_eq!(report.outcome, RunOutcome::Finalized, "{:?}", report.message);
    world
}

async fn stopped(world: &World, things: &[(Thing, u32)], demands: Demands) -> Report {
    let before = world.present().await;
    let options = world.consenting("guarded", REMOVE).with_demands(demands);
    let report = world.run(&world.source(things), options).await;
    assert_eq!(report.outcome, RunOutcome::Guarded, "{:?}", report.message);
    assert_eq!(report.exit_code, 3);
    assert_eq!(world.present().await, before, "nothing was removed");
    assert_eq!(report.cycle, 0, "nothing was sent");
    report
}

#[tokio::test]
async fn a_protected_name_among_the_missing_stops_the_run() {
    let world = synchronized().await;
    let demands = Demands::default().with_protect(vec![Pattern::from("*asset 2 (domain 1*")]);
    let report = stopped(&world, &without(&[Thing::Asset(1, 2), Thing::Asset(0, 1)]), demands).await;
    assert_eq!(reasons(&report), [GuardReasonKind::Protected]);
    assert_eq!(report.guard[0].names, [Thing::Asset(1, 2).identity().to_string()]);
}

#[tokio::test]
async fn a_source_that_is_smaller_than_expected_stops_the_run() {
    let world = synchronized().await;
    let demands = Demands::default().with_expect_commands(Some(16));
    let report = stopped(&world, &without(&[Thing::Asset(0, 1)]), demands).await;
    assert_eq!(reasons(&report), [GuardReasonKind::TooFewCommands]);
}

#[tokio::test]
async fn a_source_without_a_required_resource_stops_the_run() {
    let world = synchronized().await;
    let require = ["Domain:name=domain 1", "Asset:name=the last one"].map(|text| text.parse().expect("a sentinel"));
    let demands = Demands::default().with_require(require.to_vec());
    let report = stopped(&world, &everything(0), demands).await;
    assert_eq!(reasons(&report), [GuardReasonKind::SentinelMissing]);
    assert_eq!(report.guard[0].names, ["Asset:name=the last one"]);
}

#[tokio::test]
async fn a_missing_resource_that_another_synchronization_holds_stops_the_run() {
    let world = synchronized().await;
    let shared = [(Thing::Community, 0), (Thing::Domain(0), 0), (Thing::Asset(0, 3), 0)];
    let report = world.run(&world.source(&shared), world.options("other", Finalization::Ignore)).await;
    assert_eq!(report.outcome, RunOutcome::Finalized, "{:?}", report.message);
    let report = stopped(&world, &without(&[Thing::Asset(0, 3)]), Demands::default()).await;
    assert_eq!(reasons(&report), [GuardReasonKind::HeldElsewhere]);
    assert!(report.guard[0].names[0].ends_with("held by other"), "{:?}", report.guard);
}

#[tokio::test]
async fn more_changes_than_allowed_stop_the_run_and_the_flag_lets_it_pass() {
    let world = synchronized().await;
    let options = |limit: &str| {
        let limits = GuardLimits::default().with_max_changes(Some(limit.parse().expect("a limit")));
        world.options("guarded", REMOVE).with_guard(limits)
    };
    let source = world.source(&everything(1));
    let report = world.run(&source, options("50%")).await;
    assert_eq!(reasons(&report), [GuardReasonKind::TooManyChanges]);
    let flag = report.guard[0].flag.as_deref().and_then(|flag| flag.strip_prefix("--max-changes "));
    assert_eq!(flag, Some("12"), "all assets changed, nothing else did");
    let report = world.run(&source, options("12")).await;
    assert_eq!(report.outcome, RunOutcome::Finalized, "{:?}", report.message);
}

#[tokio::test]
async fn a_deleted_state_folder_removes_nothing_and_the_way_out_works() {
    let world = synchronized().await;
    std::fs::remove_dir_all(world.state()).expect("the state is deleted");
    let fewer = without(&[Thing::Asset(0, 1)]);
    let report = stopped(&world, &fewer, Demands::default()).await;
    assert_eq!(reasons(&report), [GuardReasonKind::NoBaseline]);

    world.forget("guarded").await;
    let anew = world.run(&world.source(&everything(0)), world.options("guarded", REMOVE)).await;
    assert_eq!((anew.outcome, anew.plan.missing), (RunOutcome::Finalized, 0), "{:?}", anew.message);
    let report = world.run(&world.source(&fewer), world.options("guarded", REMOVE)).await;
    assert_eq!(report.outcome, RunOutcome::Finalized, "{:?}", report.message);
    assert!(!world.present().await.contains(&Thing::Asset(0, 1)));
}

#[tokio::test]
async fn a_cycle_that_ignores_does_not_heal_a_lost_state() {
    let world = synchronized().await;
    std::fs::remove_dir_all(world.state()).expect("the state is deleted");
    let fewer = without(&[Thing::Asset(0, 1)]);
    let ignoring = world.run(&world.source(&fewer), world.options("guarded", Finalization::Ignore)).await;
    assert_eq!(ignoring.outcome, RunOutcome::Finalized, "{:?}", ignoring.message);
    // The target still tracks the asset this state has never heard of, and would remove it uncounted.
    let report = stopped(&world, &fewer, Demands::default()).await;
    assert_eq!(reasons(&report), [GuardReasonKind::NoBaseline]);
}

#[tokio::test]
async fn a_first_cycle_that_was_cut_off_is_a_baseline_all_the_same() {
    let world = World::new(Readings::default()).await;
    let bad =
        r#"{"resourceType":"Asset","identifier":{"name":"x","domain":{"name":"nowhere","community":{"name":"y"}}}}"#;
    let good: Vec<_> = everything(0).into_iter().map(|(thing, version)| thing.command(version)).collect();
    let input = world.write("half.json", &format!("[{},{bad}]", good.join(",")));
    let options = world.options("guarded", REMOVE).with_batches(sync_formats::BatchLimits::default().with_commands(8));
    let failed = world.run(&input, options).await;
    assert_eq!(failed.outcome, RunOutcome::Failed, "{:?}", failed.message);
    let report = world.run(&world.source(&without(&[Thing::Asset(2, 3)])), world.options("guarded", REMOVE)).await;
    assert_eq!(report.outcome, RunOutcome::Finalized, "{:?} {:?}", report.message, report.guard);
    assert_eq!(report.plan.missing, 2, "what was never confirmed counts too");
}

#[tokio::test]
async fn a_state_whose_own_jobs_never_came_about_is_no_baseline_for_what_others_did() {
    let world = World::new(Readings::default()).await;
    // A folder begins a cycle and reaches nobody.
    let few = [(Thing::Community, 0), (Thing::Domain(0), 0), (Thing::Asset(0, 0), 0)];
    let options = world.options("guarded", REMOVE);
    world.store().begin(&options.key, "{}", &mut |_| Ok(())).expect("a cycle is noted");
    let mine = world.folder.path().join("mine");
    copy_folder(&world.state(), &mine);
    // Another folder brings everything.
    std::fs::remove_dir_all(world.state()).expect("the state is deleted");
    let all = world.run(&world.source(&everything(0)), options).await;
    assert_eq!(all.outcome, RunOutcome::Finalized, "{:?}", all.message);

    std::fs::remove_dir_all(world.state()).expect("the state is deleted");
    copy_folder(&mine, &world.state());
    let report = stopped(&world, &few, Demands::default()).await;
    assert_eq!(reasons(&report), [GuardReasonKind::StateBehind]);
}

#[tokio::test]
async fn a_saved_plan_for_leaving_alone_is_no_plan_for_removing() {
    let world = synchronized().await;
    let input = world.source(&without(&[Thing::Asset(0, 1)]));
    let leaving = world.options("guarded", Finalization::Ignore);
    let saved =
        plan(std::slice::from_ref(&input), &leaving, &world.store(), &world.state(), PLAN_LIST).expect("a plan").saved;
    let report = world.run(&input, world.options("guarded", REMOVE).with_plan(saved)).await;
    assert_eq!(reasons(&report), [GuardReasonKind::PlanOutdated]);
}

#[tokio::test]
async fn what_is_asked_to_stop_before_anything_was_sent_sends_nothing() {
    let world = World::new(Readings::default()).await;
    let stop = sync_core::cycle::StopSignal::default();
    stop.stop();
    let input = world.source(&everything(0));
    let report = world.engine().with_stop(stop).run(vec![input], world.options("guarded", REMOVE)).await;
    assert_eq!((report.outcome, report.exit_code, report.cycle), (RunOutcome::Stopped, 4, 0));
    assert!(world.present().await.is_empty());
}

#[tokio::test]
async fn a_no_to_the_question_sends_nothing_and_consent_leaves_the_question_out() {
    let world = synchronized().await;
    let before = world.present().await;
    let input = world.source(&without(&[Thing::Asset(0, 1)]));
    let engine =
        || world.engine().with_confirm(std::sync::Arc::new(|plan: &sync_engine::Plan| plan.missing.total == 0));
    let report = engine().run(vec![input.clone()], world.options("guarded", REMOVE)).await;
    assert_eq!((reasons(&report), report.cycle), (vec![GuardReasonKind::Declined], 0));
    assert_eq!(world.present().await, before);
    let report = engine().run(vec![input], world.consenting("guarded", REMOVE)).await;
    assert_eq!(report.outcome, RunOutcome::Finalized, "{:?}", report.message);
}

/// Runs a whole cycle of the same id from another state folder as soon as a batch of the watched run is through.
struct Meddler {
    world: std::sync::Arc<World>,
    input: sync_engine::Input,
    is_due: std::sync::atomic::AtomicBool,
}

impl sync_engine::ProgressSink for Meddler {
    fn progress(&self, progress: sync_engine::Progress<'_>) {
        let ended =
            matches!(progress, sync_engine::Progress::Ended { call, .. } if call != sync_core::cycle::Call::Finalize);
        if !ended || !self.is_due.swap(false, std::sync::atomic::Ordering::Relaxed) {
            return;
        }
        let (world, input) = (std::sync::Arc::clone(&self.world), self.input.clone());
        let meddling = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            runtime.block_on(async {
                let elsewhere = world.folder.path().join("elsewhere");
                let store = sync_engine::store::SqliteStore::open(&elsewhere).expect("a state folder");
                let transport = std::sync::Arc::new(world.connect());
                let engine = sync_engine::Engine::new(std::sync::Arc::new(store), transport, elsewhere);
                let report = engine.run(vec![input], world.options("guarded", Finalization::Ignore)).await;
                assert_eq!(report.outcome, RunOutcome::Finalized, "{:?}", report.message);
            });
        });
        meddling.join().expect("the other run goes through");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_finalizes_the_same_id_in_between_keeps_the_run_from_finalizing() {
    let world = std::sync::Arc::new(synchronized().await);
    let before = world.present().await;
    let input = world.source(&everything(0));
    let meddler = Meddler { world: std::sync::Arc::clone(&world), input: input.clone(), is_due: true.into() };
    let options = world
        .options("guarded", REMOVE)
        .with_batches(sync_formats::BatchLimits::default().with_commands(8))
        .with_guard(GuardLimits::default().with_max_removals("0".parse().expect("a limit")));
    let report = world.engine().with_progress(std::sync::Arc::new(meddler)).run(vec![input], options).await;
    assert_eq!(reasons(&report), [GuardReasonKind::StateBehind], "{:?}", report.message);
    assert_eq!(world.present().await, before, "nothing was removed");
}

#[tokio::test]
async fn a_foreign_state_folder_removes_nothing() {
    let world = synchronized().await;
    let other = synchronized().await;
    std::fs::remove_dir_all(world.state()).expect("the state is deleted");
    copy_folder(&other.state(), &world.state());
    let report = stopped(&world, &without(&[Thing::Asset(0, 1)]), Demands::default()).await;
    assert_eq!(reasons(&report), [GuardReasonKind::NoBaseline]);
}

#[tokio::test]
async fn an_older_copy_of_the_state_removes_nothing_and_the_way_out_works() {
    let world = World::new(Readings::default()).await;
    let few = [(Thing::Community, 0), (Thing::Domain(0), 0), (Thing::Asset(0, 0), 0)];
    assert_eq!(world.run(&world.source(&few), world.options("guarded", REMOVE)).await.outcome, RunOutcome::Finalized);
    let backup = world.folder.path().join("backup");
    copy_folder(&world.state(), &backup);
    let all = world.run(&world.source(&everything(0)), world.options("guarded", REMOVE)).await;
    assert_eq!(all.outcome, RunOutcome::Finalized, "{:?}", all.message);

    std::fs::remove_dir_all(world.state()).expect("the state is deleted");
    copy_folder(&backup, &world.state());
    let report = stopped(&world, &few, Demands::default()).await;
    assert_eq!(reasons(&report), [GuardReasonKind::StateBehind]);

    world.forget("guarded").await;
    let anew = world.run(&world.source(&everything(0)), world.options("guarded", REMOVE)).await;
    assert_eq!(anew.outcome, RunOutcome::Finalized, "{:?}", anew.message);
    let fewer = without(&[Thing::Asset(1, 1)]);
    let report = world.run(&world.source(&fewer), world.options("guarded", REMOVE)).await;
    assert_eq!(report.outcome, RunOutcome::Finalized, "{:?}", report.message);
    assert!(!world.present().await.contains(&Thing::Asset(1, 1)));
}

#[tokio::test]
async fn what_is_about_to_go_is_exported_first_and_can_be_brought_back() {
    let world = synchronized().await;
    let before = world.present().await;
    let file = world.folder.path().join("gone.json");
    let fewer = world.source(&without(&[Thing::Asset(0, 1), Thing::Asset(2, 3)]));
    let options = world.consenting("guarded", REMOVE).with_export_missing(Some(file.clone()));
    let report = world.run(&fewer, options).await;
    assert_eq!(report.outcome, RunOutcome::Finalized, "{:?}", report.message);
    assert_eq!(world.present().await.len(), before.len() - 2);

    let gone = std::fs::read_to_string(&file).expect("the export is there");
    let commands: Vec<serde_json::Value> = serde_json::from_str(&gone).expect("the export is JSON");
    assert_eq!(commands.len(), 2);
    let back = world.write("back.json", &gone);
    let report = world.run(&back, world.options("back", Finalization::Ignore)).await;
    assert_eq!(report.outcome, RunOutcome::Finalized, "{:?} {:?}", report.message, report.errors);
    assert_eq!(world.present().await, before);
}

#[tokio::test]
async fn a_saved_plan_runs_once_and_is_refused_when_source_or_state_have_moved() {
    let world = synchronized().await;
    let fewer = without(&[Thing::Asset(0, 1)]);
    let made = |things: &[(Thing, u32)]| -> SavedPlan {
        let options = world.options("guarded", REMOVE);
        let input = world.source(things);
        let report = plan(&[input], &options, &world.store(), &world.state(), PLAN_LIST).expect("a plan");
        report.saved.expect("the input is good")
    };
    let saved = made(&fewer);
    let run = |things: Vec<(Thing, u32)>| {
        let options = world.options("guarded", REMOVE).with_plan(Some(saved.clone()));
        let input = world.source(&things);
        let world = &world;
        async move { world.run(&input, options).await }
    };
    let moved = run(without(&[Thing::Asset(0, 2)])).await;
    assert_eq!(reasons(&moved), [GuardReasonKind::PlanOutdated], "the source has moved");
    assert_eq!(run(fewer.clone()).await.outcome, RunOutcome::Finalized);
    let again = run(fewer).await;
    assert_eq!(reasons(&again), [GuardReasonKind::PlanOutdated], "the state has moved");
}

#[tokio::test]
async fn a_plan_names_the_members_that_changed() {
    let world = synchronized().await;
    let input = world.source(&everything(1));
    let options = world.options("guarded", REMOVE);
    let report = plan(&[input], &options, &world.store(), &world.state(), PLAN_LIST).expect("a plan");
    assert_eq!((report.plan.changed.total, report.plan.same), (12, 4));
    assert!(
        report.plan.changed.entries.iter().all(|entry| entry.members == ["attributes"]),
        "{:?}",
        report.plan.changed
    );
}

#[tokio::test]
async fn a_target_that_was_reset_has_nothing_to_lose_and_the_manifest_is_dropped() {
    let world = synchronized().await;
    let fresh = World::new(Readings::default()).await;
    copy_folder(&world.state(), &fresh.state());
    // The old state under the new server's name: what a server reset looks like from here.
    let options = sync_engine::RunOptions::new(sync_engine::store::StateKey::new(
        world.emulator.url(),
        "guarded".parse().expect("a good id"),
    ))
    .with_finalization(REMOVE);
    let few = [(Thing::Community, 0), (Thing::Domain(0), 0), (Thing::Asset(0, 0), 0)];
    let report = fresh.run(&fresh.source(&few), options).await;
    assert_eq!(report.outcome, RunOutcome::Finalized, "{:?}", report.message);
    assert_eq!((report.plan.added, report.plan.missing), (3, 0));
}
