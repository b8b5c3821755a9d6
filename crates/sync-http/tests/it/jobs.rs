//! Jobs in both shapes, and the way from one to the other.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sync_core::transport::{JobQuery, Transport, TransportErrorKind};
use sync_core::{ImportApi, JobResult, JobState};
use sync_http::{HttpTransport, JobsApi};

use crate::fake::{Asked, Fake, answer, job};
use crate::{basic, job_id};

const OLD: &str = "GET /rest/2.0/jobs/0b7f2d4e-5a0e-4c53-9f2b-1f6f6d1b7a11";
const NEW: &str = "GET /rest/jobs/v1/jobs/0b7f2d4e-5a0e-4c53-9f2b-1f6f6d1b7a11";

fn with(fake: &Arc<Fake>, jobs_api: JobsApi) -> HttpTransport {
    let builder = HttpTransport::builder("http://localhost").credentials(basic()).service(fake.clone());
    builder.jobs_api(jobs_api).build().expect("a good URL")
}

fn is_v1(asked: &Asked) -> bool {
    asked.line.contains("/rest/jobs/v1/")
}

fn job_v1(state: &str) -> http::Response<String> {
    answer(
        200,
        format!(
            r#"{{"id":"0b7f2d4e-5a0e-4c53-9f2b-1f6f6d1b7a11","state":"{state}","result":"SUCCESS","type":"IMPORT",
            "user":"u-2","createdOn":"2026-07-21T17:32:28.5Z","progressPercentage":100,"selfManaged":false}}"#
        ),
    )
}

#[tokio::test]
async fn a_job_of_the_job_api_is_read_with_its_dates_its_user_and_its_words() {
    for (state, expected) in
        [("COMPLETED", JobState::Completed), ("FAILED", JobState::Failed), ("DELETED", JobState::Deleted)]
    {
        let fake = Fake::new(move |_| job_v1(state));
        let job = with(&fake, JobsApi::V1).job(&job_id()).await.expect("a job");
        assert_eq!((job.state, job.result), (Some(expected), Some(JobResult::Success)));
        assert_eq!((job.created_on, job.created_by.as_deref()), (Some(1_784_655_148_500), Some("u-2")));
        assert_eq!(fake.lines(), [NEW]);
    }
    for (date, expected) in [
        ("2026-07-21T19:32:28.5+02:00", Some(1_784_655_148_500)),
        ("2026-07-21T12:02:28.5-05:30", Some(1_784_655_148_500)),
        ("2026-07-21T17:32:28.5-", None),
        ("1970-01-01T00:00:00+01:00", None),
    ] {
        let id = job_id();
        let fake = Fake::new(move |_| answer(200, format!(r#"{{"id":"{id}","createdOn":"{date}"}}"#)));
        let job = with(&fake, JobsApi::V1).job(&job_id()).await.expect("a job");
        assert_eq!(job.created_on, expected, "{date}");
    }
    let creator = r#"{"id":"0b7f2d4e-5a0e-4c53-9f2b-1f6f6d1b7a11","createdBy":"u-1","user":"u-2","createdOn":"soon"}"#;
    let fake = Fake::new(move |_| answer(200, creator));
    let job = with(&fake, JobsApi::V1).job(&job_id()).await.expect("a job");
    assert_eq!((job.created_by.as_deref(), job.created_on, job.state), (Some("u-1"), None, None));
}

#[tokio::test(start_paused = true)]
async fn a_job_missing_for_long_is_looked_for_at_the_job_api() {
    let fake = Fake::new(|asked| match is_v1(asked) {
        true => job_v1("RUNNING"),
        false => answer(404, ""),
    });
    let transport = with(&fake, JobsApi::Auto);
    for _ in 0..2 {
        let error = transport.job(&job_id()).await.expect_err("not there yet");
        assert_eq!(error.kind(), TransportErrorKind::NotFound);
        tokio::time::advance(Duration::from_secs(5)).await;
    }
    assert_eq!(fake.lines(), [OLD, OLD]);
    transport.job(&job_id()).await.expect("a job");
    assert_eq!(fake.lines(), [OLD, NEW]);
    transport.clone().job(&job_id()).await.expect("a job");
    assert_eq!(fake.lines(), [NEW], "from now on, and by clones too");
    transport.cancel(&job_id(), None).await.expect("canceled");
    assert_eq!(fake.lines(), [NEW.replace("GET", "DELETE")], "where jobs are not read they are not canceled");
}

#[tokio::test(start_paused = true)]
async fn a_job_that_appears_is_not_looked_for_elsewhere() {
    let appears = Arc::new(AtomicBool::new(false));
    let there = appears.clone();
    let fake = Fake::new(move |_| match there.load(Ordering::SeqCst) {
        true => job(),
        false => answer(404, ""),
    });
    let transport = with(&fake, JobsApi::Auto);
    for _ in 0..2 {
        transport.job(&job_id()).await.expect_err("not there yet");
        tokio::time::advance(Duration::from_secs(6)).await;
        appears.store(true, Ordering::SeqCst);
        transport.job(&job_id()).await.expect("a job");
        appears.store(false, Ordering::SeqCst);
    }
    assert_eq!(fake.lines(), [OLD; 4]);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_nowhere_is_not_found_and_changes_nothing() {
    let fake = Fake::new(|asked| match is_v1(asked) {
        true => answer(404, r#"{"userMessage":"new"}"#),
        false => answer(404, r#"{"userMessage":"old"}"#),
    });
    let transport = with(&fake, JobsApi::Auto);
    transport.job(&job_id()).await.expect_err("not there");
    tokio::time::advance(Duration::from_secs(10)).await;
    let error = transport.job(&job_id()).await.expect_err("not there");
    assert_eq!((error.kind(), error.message()), (TransportErrorKind::NotFound, Some("old")));
    transport.job(&job_id()).await.expect_err("not there");
    assert_eq!(fake.lines(), [OLD, OLD, NEW, OLD, NEW]);
}

#[tokio::test]
async fn an_old_api_that_is_gone_is_left_at_once() {
    let fake = Fake::new(|asked| match is_v1(asked) {
        true => job_v1("RUNNING"),
        false => answer(410, ""),
    });
    let transport = with(&fake, JobsApi::Auto);
    transport.job(&job_id()).await.expect("a job");
    transport.job(&job_id()).await.expect("a job");
    assert_eq!(fake.lines(), [OLD, NEW, NEW]);
}

#[tokio::test]
async fn a_chosen_shape_is_kept() {
    let fake = Fake::new(|_| answer(410, ""));
    let query = JobQuery::default();
    for (jobs_api, path) in [(JobsApi::V2, "/rest/2.0/jobs"), (JobsApi::V1, "/rest/jobs/v1/jobs")] {
        let transport = with(&fake, jobs_api);
        transport.job(&job_id()).await.expect_err("gone");
        transport.jobs(&query, 0).await.expect_err("gone");
        transport.cancel(&job_id(), Some("no more")).await.expect_err("gone");
        let lines = fake.lines();
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert!(lines.iter().all(|line| line.contains(path)), "{lines:?}");
    }
}

#[tokio::test]
async fn a_cancellation_goes_where_it_is_taken() {
    let old = |message: &str| format!("POST /rest/2.0/jobs/{}/canceled{message}", job_id());
    let new = |message: &str| format!("DELETE /rest/jobs/v1/jobs/{}{message}", job_id());
    let fake = Fake::new(|asked| match is_v1(asked) {
        true => answer(204, ""),
        false => answer(202, "{}"),
    });
    let transport = with(&fake, JobsApi::Auto);
    transport.cancel(&job_id(), Some("the \"tide\"")).await.expect("canceled");
    transport.cancel(&job_id(), None).await.expect("canceled");
    let asked = fake.asked();
    assert_eq!(
        (asked[0].text(), asked[0].header("content-type")),
        (r#"{"message":"the \"tide\""}"#, Some("application/json"))
    );
    assert_eq!((asked[1].text(), asked[1].header("content-length")), ("", Some("0")));
    assert_eq!(fake.lines(), [old(""), old("")]);

    for gone in [404, 405, 410] {
        let fake = Fake::new(move |asked| match is_v1(asked) {
            true => answer(204, ""),
            false => answer(gone, ""),
        });
        let transport = with(&fake, JobsApi::Auto);
        transport.cancel(&job_id(), Some("a & b")).await.expect("canceled");
        transport.cancel(&job_id(), None).await.expect("canceled");
        assert_eq!(fake.lines(), [old(""), new("?message=a+%26+b"), new("")]);
        transport.job(&job_id()).await.expect_err("an empty answer, but from where jobs are still read");
        assert_eq!(fake.lines()[0], OLD);
    }

    let fake = Fake::new(|asked| answer(if is_v1(asked) { 404 } else { 403 }, ""));
    let error = with(&fake, JobsApi::Auto).cancel(&job_id(), None).await.expect_err("not ours");
    assert_eq!(error.kind(), TransportErrorKind::Forbidden);
    assert_eq!(fake.lines(), [old("")]);
}

#[tokio::test]
async fn a_message_too_long_for_a_cancellation_is_refused() {
    let fake = Fake::new(|_| answer(202, ""));
    let transport = with(&fake, JobsApi::Auto);
    transport.cancel(&job_id(), Some(&"ä".repeat(128))).await.expect("canceled");
    let error = transport.cancel(&job_id(), Some(&"ä".repeat(129))).await.expect_err("too long");
    assert_eq!(error.kind(), TransportErrorKind::Refused);
    assert_eq!(fake.lines().len(), 1);
}

/// A list of `count` jobs at the Job API, in pages of `size`.
fn listing(count: usize, size: usize) -> Arc<Fake> {
    Fake::new(move |asked| {
        if !is_v1(asked) {
            return answer(404, "");
        }
        let cursor = asked.line.split("cursor=").nth(1).map_or(0, |cursor| cursor.parse().expect("our own cursor"));
        let end = count.min(cursor + size);
        let rows: Vec<String> =
            (cursor..end).map(|row| format!(r#"{{"id":"job-{row}","state":"COMPLETED"}}"#)).collect();
        let next = if end < count { format!(r#","nextCursor":"{end}""#) } else { String::new() };
        answer(200, format!(r#"{{"results":[{}]{next}}}"#, rows.join(",")))
    })
}

#[tokio::test]
async fn a_list_by_cursors_is_given_by_offsets() {
    let fake = listing(1234, 50);
    let transport = with(&fake, JobsApi::Auto);
    let query = JobQuery::default().with_created_by("u 1");
    let first = transport.jobs(&query, 0).await.expect("a page");
    assert_eq!((first.results.len(), first.results[999].id.as_str()), (1000, "job-999"));
    let lines = fake.lines();
    assert_eq!(lines[0], "GET /rest/2.0/jobs?offset=0&limit=1000&sortField=CREATED_ON&sortOrder=DESC&createdBy=u+1");
    assert_eq!(lines[1], "GET /rest/jobs/v1/jobs?pageSize=50&user=u+1");
    assert_eq!(lines[20], "GET /rest/jobs/v1/jobs?pageSize=50&user=u+1&cursor=950");
    assert_eq!(lines.len(), 21);
    let second = transport.jobs(&query, 1000).await.expect("a page");
    assert_eq!((second.results.len(), second.results[0].id.as_str()), (234, "job-1000"));
    assert_eq!(fake.lines().len(), 5, "it went on where it was");
    let other = transport.jobs(&JobQuery::default(), 1200).await.expect("a page");
    assert_eq!((other.results.len(), other.results[0].id.as_str()), (34, "job-1200"));
    let again = transport.jobs(&query, 0).await.expect("a page");
    assert_eq!(again.results[0].id.as_str(), "job-0");
}

#[tokio::test]
async fn a_list_without_results_is_no_empty_list() {
    let fake = Fake::new(|_| answer(200, "{}"));
    let error = with(&fake, JobsApi::V1).jobs(&JobQuery::default(), 0).await.expect_err("no list");
    assert_eq!(error.kind(), TransportErrorKind::Faulty);
}

#[tokio::test]
async fn a_list_that_is_nowhere_is_the_old_ones_answer() {
    let fake = Fake::new(|asked| answer(if is_v1(asked) { 500 } else { 404 }, ""));
    let error = with(&fake, JobsApi::Auto).jobs(&JobQuery::default(), 0).await.expect_err("no list");
    assert_eq!(error.kind(), TransportErrorKind::NotFound);
}

#[tokio::test]
async fn a_list_that_never_ends_is_no_endless_loop() {
    let turns = Mutex::new(0);
    let fake = Fake::new(move |_| {
        let mut turns = turns.lock().expect("no panic");
        *turns += 1;
        answer(200, format!(r#"{{"results":[],"nextCursor":"{turns}"}}"#))
    });
    let page = with(&fake, JobsApi::V1).jobs(&JobQuery::default(), 0).await.expect("a page");
    assert!(page.results.is_empty());
    assert_eq!(fake.lines().len(), 1);
}
