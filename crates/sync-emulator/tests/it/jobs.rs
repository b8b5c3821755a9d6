//! Jobs and their results.

use serde_json::json;
use sync_emulator::{Emulator, HiddenJob, JobResultField, LargePage, Readings};

use crate::support::{Client, community, file, id, readings, table, tables, with, with_place};

const UNKNOWN: &str = "12345678-0000-4000-8000-000000000000";

/// Commands that keep the worker busy for a moment.
fn many() -> serde_json::Value {
    with_place((0..8000).map(|number| table(&format!("t{number}"))).collect())
}

#[tokio::test]
async fn results_of_an_unknown_job_are_404_and_of_a_running_one_400() {
    let client = Client::start().await;
    let running = id(&client.submit("/import/synchronize/big/batch/json-job", file(&many())).await);
    for list in ["summary", "errors"] {
        assert_eq!(client.get_status(&format!("/import/results/{UNKNOWN}/{list}")).await, 404);
        assert_eq!(client.get_status(&format!("/import/results/nonsense/{list}")).await, 400);
        assert_eq!(client.get_status(&format!("/import/results/{running}/{list}")).await, 400);
    }
    client.finished(&json!({"id": running})).await;
    for list in ["summary", "errors"] {
        assert_eq!(client.get_status(&format!("/import/results/{running}/{list}")).await, 200);
    }
    assert_eq!(client.get_status(&format!("/jobs/{UNKNOWN}")).await, 404);
}

#[tokio::test]
async fn jobs_wait_and_run_in_the_order_of_their_acceptance() {
    let client = Client::start().await;
    let first = client.submit("/import/synchronize/harbour/batch/json-job", file(&many())).await;
    let finalize = reqwest::multipart::Form::new().text("finalizationStrategy", "REMOVE_RESOURCES");
    let second = client.submit("/import/synchronize/harbour/finalize/job", finalize).await;
    let waiting = client.get(&format!("/jobs/{}", id(&second))).await;
    assert_eq!((&waiting["state"], &waiting["progressPercentage"]), (&json!("WAITING"), &json!(0.0)));
    let second = client.finished(&second).await;
    let first = client.finished(&first).await;
    assert!(first["endDate"].as_i64() <= second["startDate"].as_i64());
    assert_eq!(client.get("/assets?limit=1").await["total"], 8000, "the finalize came after the batch");
}

#[tokio::test]
async fn job_leaves_out_its_result_unless_the_reading_includes_it() {
    for (reading, shown) in [(JobResultField::Omitted, false), (JobResultField::Included, true)] {
        let client = Client::with_readings(|readings| readings.job_result_field = reading).await;
        let job = client.run("/import/synchronize/harbour/batch/json-job", file(&tables(&[]))).await;
        assert_eq!(job.get("result").is_some(), shown);
        assert_eq!(client.get("/jobs").await["results"][0].get("result").is_some(), shown);
    }
    assert_eq!(Readings::default().job_result_field, JobResultField::Omitted);
}

#[tokio::test]
async fn finished_job_has_times_a_message_and_its_user() {
    let client = Client::start().await;
    let job = client.run("/import/synchronize/harbour/batch/json-job", file(&tables(&[]))).await;
    let times = ["createdOn", "startDate", "endDate"].map(|name| job[name].as_i64().expect("a time"));
    assert!(times.is_sorted() && times[0] > 1_600_000_000_000, "{times:?}");
    assert_eq!(job["progressPercentage"], 100.0);
    assert!(job["message"].is_string());
    assert_eq!(job["createdBy"], job["userId"]);
    assert_eq!((&job["system"], &job["cancelable"]), (&json!(false), &json!(false)));
}

#[tokio::test]
async fn fresh_job_stays_hidden_for_as_many_reads_as_asked_for() {
    for (answer, status) in [(HiddenJob::NotFound, 404), (HiddenJob::ServerError, 500)] {
        let client = Client::with_readings(|readings| {
            readings.hidden_polls = 2;
            readings.hidden_job = answer;
        })
        .await;
        let job = id(&client.submit("/import/synchronize/harbour/batch/json-job", file(&tables(&[]))).await);
        assert_eq!(client.get_status(&format!("/jobs/{job}")).await, status);
        assert_eq!(client.get_status(&format!("/jobs/{job}")).await, status);
        assert_eq!(client.get_status(&format!("/jobs/{job}")).await, 200);
    }
}

#[tokio::test]
async fn errors_come_in_pages() {
    let client = Client::with(Emulator::builder().failed_commands_limit(5000)).await;
    let bad = (0..1200).map(|number| with(table(&format!("b{number}")), json!({"type": {"name": "x"}})));
    let ended = client.lenient_batch("harbour", &with_place(bad.collect())).await;
    let errors = format!("/import/results/{}/errors", id(&ended.job));
    assert_eq!(ended.errors.len(), 1000);
    let page = client.get(&format!("{errors}?offset=1000&limit=0")).await;
    assert_eq!((&page["total"], &page["offset"], &page["limit"]), (&json!(1200), &json!(1000), &json!(1000)));
    assert_eq!(page["results"].as_array().map(Vec::len), Some(200));
    assert_eq!(client.get(&format!("{errors}?limit=5000")).await["limit"], 1000);
    assert_eq!(client.get(&format!("{errors}?countLimit=0")).await["total"], -1);
    assert_eq!(client.get(&format!("{errors}?countLimit=7")).await["total"], 7);
    let page = client.get(&format!("{errors}?offset=1199&limit=3")).await;
    assert_eq!(page["results"][0]["command"]["identifier"], "b1199");
    assert_eq!(client.get_status(&format!("{errors}?offset=-1")).await, 400);
}

#[tokio::test]
async fn page_beyond_the_maximum_is_refused_in_that_reading() {
    let client = Client::build(Emulator::builder().readings(readings(|readings| {
        readings.large_page = LargePage::Refused;
    })))
    .await;
    assert_eq!(client.get_status("/jobs?limit=1001").await, 400);
    assert_eq!(client.get_status("/jobs?limit=1000").await, 200);
}

#[tokio::test]
async fn jobs_are_found_by_name_state_result_and_user() {
    let client = Client::start().await;
    client.batch("harbour", &json!([community()])).await;
    client.batch("harbour", &json!([table("t1")])).await;
    client.finalize("harbour", "IGNORE").await;
    let total = async |query: &str| client.get(&format!("/jobs?{query}")).await["total"].clone();
    assert_eq!(total("").await, 3);
    assert_eq!(total("states=ERROR").await, 1);
    assert_eq!(total("states=ERROR&states=COMPLETED").await, 3);
    assert_eq!(total("results=FAILURE").await, 1);
    assert_eq!(total("name=FINALIZE").await, 1);
    assert_eq!(total("name=FINALIZE&nameMatchMode=EXACT").await, 0);
    assert_eq!(total("types=OTHER").await, 0);
    let user = client.get("/jobs").await["results"][0]["createdBy"].as_str().unwrap_or_default().to_owned();
    assert_eq!(total(&format!("createdBy={user}")).await, 3);
    assert_eq!(total(&format!("createdBy={UNKNOWN}")).await, 0);
    let newest = client.get("/jobs?limit=1").await["results"][0].clone();
    let oldest = client.get("/jobs?limit=1&sortOrder=ASC").await["results"][0].clone();
    assert!(newest["name"].as_str().is_some_and(|name| name.starts_with("Finalize")));
    assert!(newest["createdOn"].as_i64() >= oldest["createdOn"].as_i64());
}

#[tokio::test]
async fn full_queue_refuses_further_jobs() {
    let client = Client::with(Emulator::builder().queue_limit(1)).await;
    let running = client.submit("/import/synchronize/big/batch/json-job", file(&many())).await;
    // Once the first job runs, one may wait; of three more at least one is too many.
    let mut refused = 0;
    for _ in 0..3 {
        let path = "/import/synchronize/harbour/batch/json-job";
        let response = client.post(path, file(&json!([community()]))).await;
        if response.status() == 429 {
            assert_eq!(response.headers()["retry-after"], "5");
            let body: serde_json::Value = response.json().await.expect("JSON");
            assert_eq!(body["errorCode"], "tooManyRequests");
            refused += 1;
        }
    }
    assert!(refused > 0);
    client.finished(&running).await;
}
