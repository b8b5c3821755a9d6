//! Jobs in the shape of the newer API.

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use sync_emulator::{HiddenJob, JobsApi, LargePage, MissingJobsApi};

use crate::support::{Client, community, file, id, table, tables, with_place};

const BATCH: &str = "/import/synchronize/harbour/batch/json-job";

fn request(client: &Client, method: Method, path: &str) -> RequestBuilder {
    client.nobody(method, &format!("/rest/jobs/v1{path}")).basic_auth("admin", Some("admin"))
}

async fn get(client: &Client, path: &str) -> Value {
    let response = request(client, Method::GET, path).send().await.expect("an answer");
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    response.json().await.expect("JSON")
}

async fn status(client: &Client, path: &str) -> u16 {
    request(client, Method::GET, path).send().await.expect("an answer").status().as_u16()
}

#[tokio::test]
async fn job_has_times_as_text_and_other_words() {
    let client = Client::start().await;
    let older = client.run(BATCH, file(&tables(&[]))).await;
    let newer = get(&client, &format!("/jobs/{}", id(&older))).await;
    assert_eq!((&newer["state"], &newer["result"]), (&json!("COMPLETED"), &json!("SUCCESS")));
    assert_eq!((&newer["user"], &newer["selfManaged"]), (&older["userId"], &json!(false)));
    for name in ["createdOn", "lastModifiedOn", "startDate", "endDate"] {
        let text = newer[name].as_str().unwrap_or_default();
        assert!(text.len() == 24 && text.starts_with("20") && text.ends_with('Z'), "{name}: {text}");
    }
    for name in ["resourceType", "cancelable", "visibility", "userId"] {
        assert!(newer.get(name).is_none(), "{name}");
    }
    let failed = client.run(BATCH, file(&json!([{"resourceType": "Nonsense"}])).text("continueOnError", "false")).await;
    assert_eq!(failed["state"], "ERROR");
    assert_eq!(get(&client, &format!("/jobs/{}", id(&failed))).await["state"], "FAILED");
    assert_eq!(status(&client, "/jobs/12345678-0000-4000-8000-000000000000").await, 404);
    assert_eq!(status(&client, "/jobs/nonsense").await, 400);
    let stranger = client.nobody(Method::GET, "/rest/jobs/v1/jobs").send().await.expect("an answer");
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn pages_follow_each_other_by_cursor_and_new_jobs_move_nothing() {
    let client = Client::start().await;
    let mut accepted = Vec::new();
    for _ in 0..5 {
        accepted.push(id(&client.run(BATCH, file(&json!([community()]))).await));
    }
    for (query, backwards) in [
        ("", true),
        ("&sortOrder=ASC", false),
        ("&sortField=NAME", true),
        ("&sortField=START_DATE&sortOrder=ASC", false),
        ("&sortField=CREATED_BY", true),
    ] {
        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = get(&client, &format!("/jobs?pageSize=2{query}{cursor}")).await;
            let jobs = page["results"].as_array().expect("a list");
            seen.extend(jobs.iter().map(id));
            if seen.len() == 2 && query.is_empty() {
                client.run(BATCH, file(&json!([community()]))).await;
            }
            let Some(next) = page["nextCursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        let mut expected: Vec<String> = seen.clone();
        expected.retain(|job| accepted.contains(job));
        let mut all = accepted.clone();
        if backwards {
            all.reverse();
        }
        assert_eq!(expected, all, "{query}");
        assert!(seen.len() <= 6 && (query.is_empty() == (seen.len() == 5)), "{query}: {seen:?}");
    }
    let first = get(&client, "/jobs?pageSize=1").await;
    let cursor = first["nextCursor"].as_str().expect("a cursor");
    assert_eq!(status(&client, &format!("/jobs?cursor={cursor}&sortOrder=ASC")).await, 400, "of another list");
    assert_eq!(status(&client, "/jobs?cursor=nonsense").await, 400);
    assert_eq!(status(&client, "/jobs?pageSize=-1").await, 400);
    assert_eq!(status(&client, "/jobs?sortField=SIZE").await, 400);
}

#[tokio::test]
async fn jobs_are_found_by_name_state_result_type_and_user() {
    let client = Client::start().await;
    client.batch("harbour", &json!([community()])).await;
    client.batch("harbour", &json!([table("t1")])).await;
    client.finalize("harbour", "IGNORE").await;
    let count = async |query: &str| get(&client, &format!("/jobs?{query}")).await["results"].as_array().map(Vec::len);
    assert_eq!(count("state=FAILED").await, Some(1));
    assert_eq!(count("state=COMPLETED").await, Some(2));
    assert_eq!(count("state=DELETED").await, Some(0));
    assert_eq!(count("result=FAILURE").await, Some(1));
    assert_eq!(count("type=IMPORT").await, Some(3));
    assert_eq!(count("name=finalize&nameMatchMode=START").await, Some(1));
    let user = client.get("/users/current").await;
    assert_eq!(count(&format!("user={}", id(&user))).await, Some(3));
    assert_eq!(count("user=12345678-0000-4000-8000-000000000000").await, Some(0));
    assert_eq!(status(&client, "/jobs?state=ERROR").await, 400, "a word of the older API");
    assert_eq!(client.get_status("/jobs?states=FAILED").await, 400, "and the other way round");
}

#[tokio::test]
async fn job_is_cancelled_by_deleting_it() {
    let client = Client::start().await;
    let many = with_place((0..30_000).map(|number| table(&format!("t{number}"))).collect());
    let job = client.submit(BATCH, file(&many)).await;
    let delete = request(&client, Method::DELETE, &format!("/jobs/{}?message=enough", id(&job)));
    assert_eq!(delete.send().await.expect("an answer").status(), StatusCode::NO_CONTENT);
    let finished = client.finished(&job).await;
    assert_eq!((&finished["state"], &finished["message"]), (&json!("CANCELED"), &json!("enough")));
    assert_eq!(get(&client, &format!("/jobs/{}", id(&job))).await["state"], "DELETED");
}

#[tokio::test]
async fn server_has_the_jobs_apis_of_its_reading() {
    for (apis, missing, older, newer) in [
        (JobsApi::Both, MissingJobsApi::Gone, 200, 200),
        (JobsApi::OlderOnly, MissingJobsApi::NotFound, 200, 404),
        (JobsApi::NewerOnly, MissingJobsApi::Gone, 410, 200),
    ] {
        let client = Client::with_readings(|readings| {
            readings.jobs_api = apis;
            readings.missing_jobs_api = missing;
        })
        .await;
        let job = id(&client.submit(BATCH, file(&tables(&[]))).await);
        for path in ["/jobs".to_owned(), format!("/jobs/{job}")] {
            assert_eq!(client.get_status(&path).await, older, "{apis:?} {path}");
            assert_eq!(status(&client, &path).await, newer, "{apis:?} {path}");
        }
    }
}

#[tokio::test]
async fn fresh_job_is_hidden_here_too_and_large_pages_are_refused() {
    let client = Client::with_readings(|readings| {
        readings.hidden_polls = 1;
        readings.hidden_job = HiddenJob::ServerError;
        readings.large_page = LargePage::Refused;
    })
    .await;
    let job = id(&client.submit(BATCH, file(&tables(&[]))).await);
    assert_eq!(status(&client, &format!("/jobs/{job}")).await, 500);
    assert_eq!(status(&client, &format!("/jobs/{job}")).await, 200);
    assert_eq!(status(&client, "/jobs?pageSize=1001").await, 400);
}
