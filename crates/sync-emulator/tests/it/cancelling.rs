//! Stopping jobs.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sync_emulator::{CanceledWork, Emulator, OlderCancel, Profile, User};

use crate::support::{Client, Ended, community, file, id, readings, table, with_place};

const BIG: &str = "/import/synchronize/big/batch/json-job";
const UNKNOWN: &str = "12345678-0000-4000-8000-000000000000";

/// Commands that keep the worker busy for long enough.
fn many() -> Value {
    with_place((0..30_000).map(|number| table(&format!("t{number}"))).collect())
}

async fn start() -> Client {
    Client::with_readings(|readings| readings.older_cancel = OlderCancel::Offered).await
}

async fn cancel(client: &Client, job: &str) -> StatusCode {
    let request = client.request(Method::POST, &format!("/jobs/{job}/canceled")).json(&json!({"message": "enough"}));
    request.send().await.expect("an answer").status()
}

/// Waits until some of the job's work is done.
async fn under_way(client: &Client, job: &str) {
    while client.get(&format!("/jobs/{job}")).await["progressPercentage"].as_f64() < Some(2.0) {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
}

async fn ended(client: &Client, job: &Value) -> Ended {
    let job = client.finished(job).await;
    let id = id(&job);
    let summary = client.get(&format!("/import/results/{id}/summary")).await;
    let errors = client.get(&format!("/import/results/{id}/errors")).await["results"].as_array().cloned();
    Ended { job, summary, errors: errors.unwrap_or_default() }
}

#[tokio::test]
async fn running_job_is_undone_unless_the_reading_keeps_its_work() {
    for (reading, is_kept) in [(CanceledWork::RolledBack, false), (CanceledWork::Kept, true)] {
        let client = Client::with_readings(|readings| {
            readings.older_cancel = OlderCancel::Offered;
            readings.canceled_work = reading;
        })
        .await;
        let job = client.submit(BIG, file(&many()).text("continueOnError", "false")).await;
        under_way(&client, &id(&job)).await;
        assert_eq!(cancel(&client, &id(&job)).await, StatusCode::ACCEPTED);
        let ended = ended(&client, &job).await;
        assert_eq!((ended.state(), ended.result()), ("CANCELED", "ABORTED"));
        assert_eq!(ended.job["message"], "enough");
        let total = client.get("/assets?limit=1").await["total"].as_u64().expect("a count");
        assert_eq!(ended.counts("ASSET"), [total, 0, 0], "the summary tells what is left");
        assert_eq!(total > 0, is_kept, "{reading:?}: {total} assets");
        assert!(total < 30_000);
        assert_eq!(
            client.get("/import/synchronize/exists/big").await,
            is_kept,
            "nothing was committed, nothing is known"
        );
    }
}

#[tokio::test]
async fn simulation_leaves_nothing_even_where_canceled_work_is_kept() {
    let client = Client::with_readings(|readings| {
        readings.older_cancel = OlderCancel::Offered;
        readings.canceled_work = CanceledWork::Kept;
    })
    .await;
    let job = client.submit("/import/json-job", file(&many()).text("simulation", "true")).await;
    under_way(&client, &id(&job)).await;
    assert_eq!(cancel(&client, &id(&job)).await, StatusCode::ACCEPTED);
    assert_eq!(ended(&client, &job).await.state(), "CANCELED");
    for list in ["/communities", "/domains", "/assets"] {
        assert_eq!(client.get(list).await["total"], 0, "{list}");
    }
}

#[tokio::test]
async fn canceled_and_undone_job_has_touched_nothing() {
    let client = start().await;
    client.batch("place", &with_place(vec![table("t7")])).await;
    let first = client.submit(BIG, file(&many()).text("continueOnError", "false")).await;
    let second = client
        .submit(
            "/import/synchronize/beside/batch/json-job",
            file(&json!([table("t7")])).text("continueOnError", "false"),
        )
        .await;
    under_way(&client, &id(&first)).await;
    cancel(&client, &id(&first)).await;
    assert_eq!(ended(&client, &first).await.state(), "CANCELED");
    let second = ended(&client, &second).await;
    assert_eq!(second.result(), "SUCCESS", "{:?}", second.errors);
}

#[tokio::test]
async fn small_transactions_that_were_committed_stay() {
    let client = start().await;
    let job = client.submit(BIG, file(&many()).text("continueOnError", "true")).await;
    under_way(&client, &id(&job)).await;
    cancel(&client, &id(&job)).await;
    let ended = ended(&client, &job).await;
    assert_eq!(ended.state(), "CANCELED");
    let total = client.get("/assets?limit=1").await["total"].as_u64().expect("a count");
    assert!(total > 0);
    assert_eq!(ended.counts("ASSET"), [total, 0, 0], "the summary tells what is left");
}

#[tokio::test]
async fn waiting_job_is_cancelled_at_once_and_those_behind_it_go_on() {
    let client = start().await;
    let first = client.submit(BIG, file(&many())).await;
    let second = client.submit(BIG, file(&json!([community()]))).await;
    let third = client.submit(BIG, file(&json!([community()]))).await;
    assert_eq!(cancel(&client, &id(&second)).await, StatusCode::ACCEPTED);
    let canceled = ended(&client, &second).await;
    assert_eq!((canceled.state(), &canceled.job["startDate"]), ("CANCELED", &Value::Null));
    assert_eq!(canceled.summary, json!({"resourceTypes": [], "errorsCount": 0, "importJobState": "ABORTED"}));
    cancel(&client, &id(&first)).await;
    assert_eq!(ended(&client, &third).await.state(), "COMPLETED");
    assert_eq!(cancel(&client, &id(&second)).await, StatusCode::ACCEPTED, "twice does no harm");
    assert_eq!(cancel(&client, &id(&third)).await, StatusCode::CONFLICT, "it is over");
    assert_eq!(cancel(&client, UNKNOWN).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn others_may_not_cancel_a_job_and_administrators_may() {
    let builder = Emulator::builder()
        .user("keeper", "lamp")
        .user("pilot", "boat")
        .account(User::new("harbour master", "quay").with_admin(true));
    let client =
        Client::build(builder.readings(readings(|readings| readings.older_cancel = OlderCancel::Offered))).await;
    let job = id(&client.submit(BIG, file(&many())).await);
    let cancel = async |name: &str, password: &str| {
        let path = format!("/rest/2.0/jobs/{job}/canceled");
        let request = client.nobody(Method::POST, &path).basic_auth(name, Some(password));
        request.send().await.expect("an answer").status()
    };
    assert_eq!(cancel("pilot", "boat").await, StatusCode::FORBIDDEN);
    assert_eq!(cancel("harbour master", "quay").await, StatusCode::ACCEPTED, "without a body");
    assert_eq!(client.finished(&json!({"id": job})).await["state"], "CANCELED");
}

#[tokio::test]
async fn older_call_goes_with_the_version_and_the_newer_one_stays() {
    for (profile, reading, status) in [
        (Profile::BeforeV2026_07, OlderCancel::ByVersion, 404),
        (Profile::V2026_07, OlderCancel::ByVersion, 410),
        (Profile::V2026_07, OlderCancel::Offered, 404),
        (Profile::BeforeV2026_07, OlderCancel::Removed, 410),
    ] {
        let readings = readings(|readings| readings.older_cancel = reading);
        let client = Client::build(Emulator::builder().profile(profile).readings(readings)).await;
        assert_eq!(cancel(&client, UNKNOWN).await, status, "{profile} {reading:?}");
        let newer = client.nobody(Method::DELETE, &format!("/rest/jobs/v1/jobs/{UNKNOWN}"));
        let newer = newer.basic_auth("admin", Some("admin")).send().await.expect("an answer");
        assert_eq!(newer.status(), StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn cancelled_job_stays_cancelled_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let client = Client::build(Emulator::builder().data_dir(folder.path()).readings(readings(|readings| {
        readings.older_cancel = OlderCancel::Offered;
    })))
    .await;
    client.submit(BIG, file(&many())).await;
    let waiting = client.submit(BIG, file(&json!([community()]))).await;
    cancel(&client, &id(&waiting)).await;
    drop(client);
    let client = Client::with(Emulator::builder().data_dir(folder.path())).await;
    assert_eq!(client.get(&format!("/jobs/{}", id(&waiting))).await["state"], "CANCELED");
}
