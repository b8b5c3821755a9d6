//! How a job ended: state, result and summary judged together.

use sync_core::command::ResourceKind;
use sync_core::{Committed, Counters, ImportState, ImportSummary, Job, JobResult, JobState, Outcome, ResourceCounts};

fn job(state: JobState) -> Job {
    Job::new("job-1".parse().expect("a valid job id")).with_state(state)
}

fn completed(result: Option<JobResult>) -> Job {
    match result {
        Some(result) => job(JobState::Completed).with_result(result),
        None => job(JobState::Completed),
    }
}

fn summary(state: Option<ImportState>, errors: Option<u64>) -> ImportSummary {
    let mut summary = ImportSummary::default();
    (summary.import_job_state, summary.errors_count) = (state, errors);
    summary
}

fn judged(job: &Job, summary: Option<&ImportSummary>) -> [Option<Outcome>; 2] {
    [Outcome::judge(false, job, summary), Outcome::judge(true, job, summary)]
}

#[track_caller]
fn both(job: &Job, summary: Option<&ImportSummary>, expected: Outcome) {
    assert_eq!(judged(job, summary), [Some(expected); 2]);
}

#[test]
fn completed_with_success_is_success() {
    both(&completed(Some(JobResult::Success)), None, Outcome::Succeeded);
    assert!(Outcome::Succeeded.is_success());
    assert_eq!(Outcome::Succeeded.committed(), Committed::Everything);
}

#[test]
fn an_error_is_rolled_back_in_one_transaction_and_broken_off_in_many() {
    for result in [None, Some(JobResult::Failure), Some(JobResult::NotSet), Some(JobResult::Success)] {
        let mut failed = job(JobState::Error);
        failed.result = result;
        assert_eq!(judged(&failed, None), [Some(Outcome::RolledBack), Some(Outcome::BrokenOff)]);
    }
    assert_eq!(Outcome::RolledBack.committed(), Committed::Nothing);
    assert_eq!(Outcome::BrokenOff.committed(), Committed::Unknown);
}

#[test]
fn completed_with_error_committed_the_good_commands() {
    both(&completed(Some(JobResult::CompletedWithError)), None, Outcome::CompletedWithErrors);
    assert_eq!(Outcome::CompletedWithErrors.committed(), Committed::Part);
    assert!(!Outcome::CompletedWithErrors.is_success());
}

#[test]
fn completed_but_aborted_committed_what_came_before_the_threshold() {
    both(&completed(Some(JobResult::Aborted)), None, Outcome::Aborted);
    assert_eq!(Outcome::Aborted.committed(), Committed::Part);
}

#[test]
fn a_job_that_has_not_ended_is_not_judged() {
    for state in [JobState::Waiting, JobState::Running, JobState::Canceling, JobState::Other("PAUSED".into())] {
        let running = job(state).with_result(JobResult::NotSet);
        assert!(!running.is_terminal());
        assert_eq!(judged(&running, Some(&summary(Some(ImportState::Completed), None))), [None; 2]);
    }
    assert_eq!(judged(&Job::new("1".parse().expect("valid")), None), [None; 2]);
}

#[test]
fn canceled_is_canceled_whatever_the_result() {
    for result in [JobResult::Success, JobResult::NotSet, JobResult::Failure, JobResult::Aborted] {
        both(&job(JobState::Canceled).with_result(result), None, Outcome::Canceled);
    }
    assert_eq!(Outcome::Canceled.committed(), Committed::Unknown);
}

#[test]
fn the_words_of_the_newer_job_api_end_a_job_too() {
    let read =
        |state: &str| serde_json::from_value::<Job>(serde_json::json!({"id": "1", "state": state})).expect("a job");
    let failed = read("FAILED");
    assert!(failed.is_terminal());
    assert_eq!(judged(&failed, None), [Some(Outcome::RolledBack), Some(Outcome::BrokenOff)]);
    let deleted = read("DELETED");
    assert!(deleted.is_terminal());
    both(&deleted, None, Outcome::Canceled);
}

#[test]
fn completed_without_a_result_is_what_the_summary_says() {
    let unclear = [None, Some(JobResult::NotSet), Some(JobResult::Other("SPLENDID".into()))];
    for job in unclear.map(completed) {
        both(&job, None, Outcome::Undetermined);
        both(&job, Some(&summary(None, Some(0))), Outcome::Undetermined);
        both(&job, Some(&summary(Some(ImportState::Other("SPLENDID".into())), None)), Outcome::Undetermined);
        both(&job, Some(&summary(Some(ImportState::Completed), None)), Outcome::Succeeded);
        both(&job, Some(&summary(Some(ImportState::Completed), Some(0))), Outcome::Succeeded);
        both(&job, Some(&summary(Some(ImportState::Completed), Some(1))), Outcome::CompletedWithErrors);
        both(&job, Some(&summary(Some(ImportState::CompletedWithErrors), None)), Outcome::CompletedWithErrors);
        both(&job, Some(&summary(Some(ImportState::Aborted), None)), Outcome::Aborted);
        let failed = summary(Some(ImportState::Failed), None);
        assert_eq!(judged(&job, Some(&failed)), [Some(Outcome::RolledBack), Some(Outcome::BrokenOff)]);
    }
    assert_eq!(Outcome::Undetermined.committed(), Committed::Unknown);
}

#[test]
fn errors_counted_without_a_word_do_not_make_an_unclear_end_clear() {
    both(&completed(None), Some(&summary(None, Some(3))), Outcome::Undetermined);
}

#[test]
fn completed_with_failure_has_failed() {
    let job = completed(Some(JobResult::Failure));
    for summary in [None, Some(summary(Some(ImportState::Completed), None))] {
        assert_eq!(judged(&job, summary.as_ref()), [Some(Outcome::RolledBack), Some(Outcome::BrokenOff)]);
    }
}

#[test]
fn where_result_and_summary_disagree_the_worse_holds() {
    let good = completed(Some(JobResult::Success));
    both(&good, Some(&summary(Some(ImportState::CompletedWithErrors), None)), Outcome::CompletedWithErrors);
    both(&good, Some(&summary(Some(ImportState::Aborted), None)), Outcome::Aborted);
    both(&good, Some(&summary(Some(ImportState::Completed), Some(2))), Outcome::CompletedWithErrors);
    both(&good, Some(&summary(None, Some(2))), Outcome::CompletedWithErrors);
    let failed = summary(Some(ImportState::Failed), None);
    assert_eq!(judged(&good, Some(&failed)), [Some(Outcome::RolledBack), Some(Outcome::BrokenOff)]);

    let partial = completed(Some(JobResult::CompletedWithError));
    both(&partial, Some(&summary(Some(ImportState::Completed), Some(0))), Outcome::CompletedWithErrors);
    both(&partial, Some(&summary(Some(ImportState::Aborted), Some(9))), Outcome::Aborted);
    both(&completed(Some(JobResult::Aborted)), Some(&summary(Some(ImportState::Completed), None)), Outcome::Aborted);
}

#[test]
fn unknown_words_are_kept_and_decide_nothing() {
    let text = r#"{"id":"1","state":"RESTING","result":"FINE","type":"IMPORT","unheardOf":[1]}"#;
    let job: Job = serde_json::from_str(text).expect("a job");
    assert_eq!(job.state.as_ref().map(JobState::as_str), Some("RESTING"));
    assert_eq!(job.result.as_ref().map(JobResult::as_str), Some("FINE"));
    assert!(!job.is_terminal());
    assert!(serde_json::to_string(&job).expect("JSON").contains("RESTING"));
}

#[test]
fn the_guides_own_summary_is_read_with_its_null_members() {
    let text = r#"{"resourceTypes":[
        {"resourceType":"ASSET","counters":{"added":2,"removed":1,"updated":0,"failed":4},"subcategories":null},
        {"resourceType":"DOMAIN","counters":null},
        {"resourceType":"ASSET","counters":{"added":1}}],
        "errorsCount":4,"importJobState":"COMPLETED_WITH_ERRORS","more":{}}"#;
    let summary: ImportSummary = serde_json::from_str(text).expect("a summary");
    assert_eq!(summary.import_job_state, Some(ImportState::CompletedWithErrors));
    assert_eq!(summary.counts("ASSET"), Counters { added: 2, updated: 0, removed: 1 });
    assert_eq!(summary.counts("MAPPING"), Counters::default());
    assert_eq!(summary.total(), Counters { added: 3, updated: 0, removed: 1 });
    let empty: ImportSummary = serde_json::from_str(r#"{"resourceTypes":null}"#).expect("a summary");
    assert_eq!(empty, ImportSummary::default());
}

#[test]
fn counts_beyond_all_bounds_stop_at_the_bound() {
    let most = Counters { added: u64::MAX, updated: 0, removed: u64::MAX };
    let mut sum = ImportSummary::default();
    sum.resource_types = vec![ResourceCounts::new("ASSET", most)];
    sum.errors_count = Some(u64::MAX);
    sum.add(&sum.clone());
    assert_eq!((sum.counts("ASSET"), sum.errors_count), (most, Some(u64::MAX)));
}

#[test]
fn an_equal_number_proves_a_removal_only_where_nothing_goes_along() {
    let summary = |counts: &str| -> ImportSummary {
        let kinds = counts.split(' ').map(|kind| {
            let (kind, removed) = kind.split_once('=').expect("KIND=NUMBER");
            format!(r#"{{"resourceType":"{kind}","counters":{{"removed":{removed}}}}}"#)
        });
        let kinds: Vec<_> = kinds.collect();
        serde_json::from_str(&format!(r#"{{"resourceTypes":[{}]}}"#, kinds.join(","))).expect("a summary")
    };
    let confirms = |counts: &str, kind, missing| summary(counts).confirms_removal(kind, missing);
    assert!(confirms("ASSET=3 RELATION=7", ResourceKind::Asset, 3));
    assert!(!confirms("ASSET=3", ResourceKind::Asset, 4));
    assert!(!confirms("ASSET=3 DOMAIN=1", ResourceKind::Asset, 3), "they may have gone with the domain");
    assert!(confirms("ASSET=3 DOMAIN=1", ResourceKind::Domain, 1));
    assert!(confirms("MAPPING=1", ResourceKind::Mapping, 1));
    assert!(!confirms("MAPPING=1 ASSET=1", ResourceKind::Mapping, 1), "it may have gone with the asset");
}

#[test]
fn the_moment_of_a_job_is_read_in_either_unit_and_never_loses_the_job() {
    for (written, read) in [
        ("1700000000123", Some(1_700_000_000_123)),
        ("1700000000", Some(1_700_000_000_000)),
        ("\"2017-07-21T17:32:28Z\"", None),
        ("null", None),
        ("-5", None),
    ] {
        let job: Job = serde_json::from_str(&format!(r#"{{"id":"1","createdOn":{written}}}"#)).expect("a job");
        assert_eq!(job.created_on, read, "{written}");
    }
}
