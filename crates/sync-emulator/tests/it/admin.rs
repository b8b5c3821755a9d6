//! The controls over HTTP.

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use sync_emulator::{Emulator, JobProgress};

use crate::support::{Client, file, id, tables};

fn ask(client: &Client, method: Method, path: &str) -> RequestBuilder {
    let url = format!("{}/_emulator{path}", client.emulator.url());
    reqwest::Client::new().request(method, url).basic_auth(client.emulator.username(), Some(client.emulator.password()))
}

async fn send(request: RequestBuilder) -> Response {
    request.send().await.expect("an answer")
}

async fn json_of(request: RequestBuilder) -> Value {
    let response = send(request).await;
    let status = response.status();
    let body = response.text().await.expect("a body");
    assert!(status.is_success(), "{status}: {body}");
    serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error} in {body}"))
}

#[tokio::test]
async fn everything_but_health_wants_signing_in() {
    let client = Client::start().await;
    assert_eq!(send(client.anonymous("/_emulator/health")).await.status(), StatusCode::OK);
    for path in ["clock", "export", "faults", "jobs", "model", "requests", "nonsense"] {
        let answer = send(client.anonymous(&format!("/_emulator/{path}"))).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{path}");
    }
    assert_eq!(send(ask(&client, Method::GET, "/nonsense")).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(send(ask(&client, Method::PATCH, "/clock")).await.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn rules_come_and_go_over_http() {
    let client = Client::start().await;
    let rule = json!({"name": "gone", "operation": "batch", "nth": 1, "act": "lose-answer"});
    let rules = json_of(ask(&client, Method::POST, "/faults").json(&rule)).await;
    assert_eq!((&rules[0]["rule"], &rules[0]["seen"]), (&rule, &json!(0)));
    let path = "/import/synchronize/harbour/batch/json-job";
    assert!(client.request(Method::POST, path).multipart(file(&tables(&["a1"]))).send().await.is_err());
    assert_eq!(json_of(ask(&client, Method::GET, "/faults")).await[0]["fired"], 1);

    let requests = json_of(ask(&client, Method::GET, "/requests?operation=batch&synchronization=harbour")).await;
    let record = &requests["results"][0];
    assert_eq!((&record["outcome"], &record["rule"]), (&json!("cut"), &json!({"place": 1, "name": "gone"})));
    assert!(record["fileBytes"].as_u64().is_some_and(|bytes| bytes > 100), "{record}");
    assert!(!requests.to_string().to_lowercase().contains("authorization"));

    assert_eq!(json_of(ask(&client, Method::PUT, "/faults").json(&json!([]))).await, json!([]));
    let nonsense = json!([{"act": {"delay": {"milliseconds": 1, "surprise": 1}}}, {"act": "x"}, {"nth": 1}]);
    for rule in nonsense.as_array().expect("a list") {
        let answer = send(ask(&client, Method::POST, "/faults").json(rule)).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{rule}");
    }
    let impossible = json!({"chance": 2.0, "act": "lose-answer"});
    let answer = send(ask(&client, Method::POST, "/faults").json(&impossible)).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    assert_eq!(send(ask(&client, Method::DELETE, "/faults")).await.status(), StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn journal_tells_what_a_form_said_and_can_be_read_bit_by_bit() {
    let client = Client::start().await;
    client.cycle("harbour", &tables(&["a1"]), "IGNORE").await;
    let finalize = json_of(ask(&client, Method::GET, "/requests?operation=finalize")).await;
    assert_eq!(finalize["results"][0]["fields"], json!({"finalizationStrategy": "IGNORE"}));
    let all = json_of(ask(&client, Method::GET, "/requests")).await;
    let last = all["results"].as_array().and_then(|all| all.last()).expect("a request")["number"].clone();
    client.get("/assets?limit=3").await;
    let new = json_of(ask(&client, Method::GET, &format!("/requests?after={last}"))).await;
    assert_eq!((&new["total"], &new["results"][0]["query"]), (&json!(1), &json!("limit=3")));
    assert_eq!(send(ask(&client, Method::DELETE, "/requests")).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(json_of(ask(&client, Method::GET, "/requests")).await["total"], 0);
    assert_eq!(send(ask(&client, Method::GET, "/requests?after=x")).await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(send(ask(&client, Method::GET, "/requests?operation=x")).await.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn clock_and_jobs_are_moved_over_http() {
    let client = Client::start().await;
    let progress = json_of(ask(&client, Method::PUT, "/jobs").json(&json!({"progress": "after:2h"}))).await;
    assert_eq!(progress, json!({"progress": "after:2h", "held": []}));
    json_of(ask(&client, Method::POST, "/clock").json(&json!({"set": 1_700_000_000_000i64}))).await;
    let job = client.submit("/import/synchronize/harbour/batch/json-job", file(&tables(&["a1"]))).await;
    let held = json_of(ask(&client, Method::GET, "/jobs")).await;
    assert_eq!((&held["held"][0]["id"], &held["held"][0]["running"]), (&job["id"], &json!(true)));
    // As curl sends it, with the content type of a form.
    let moved = ask(&client, Method::POST, "/clock").header("content-type", "application/x-www-form-urlencoded");
    let moved = json_of(moved.body(r#"{"advance": "2h"}"#)).await;
    assert_eq!(moved, json!({"now": 1_700_007_200_000i64, "virtual": true}));
    assert_eq!(client.get(&format!("/jobs/{}", id(&job))).await["state"], "COMPLETED");
    let followed = json_of(ask(&client, Method::POST, "/clock").json(&json!({"followSystem": true}))).await;
    assert_eq!(followed["virtual"], false);
    for nonsense in [json!({"advance": "2d"}), json!({"set": "x"}), json!({}), json!({"advance": "1s", "set": 1})] {
        let answer = send(ask(&client, Method::POST, "/clock").json(&nonsense)).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{nonsense}");
    }
}

#[tokio::test]
async fn jobs_are_released_over_http() {
    let client = Client::with(Emulator::builder().job_progress(JobProgress::ByHand)).await;
    let submit = async || client.submit("/import/synchronize/harbour/batch/json-job", file(&tables(&["a1"]))).await;
    let (first, _second) = (submit().await, submit().await);
    let path = format!("/jobs/{}/release", id(&first));
    assert_eq!(send(ask(&client, Method::POST, &path)).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(send(ask(&client, Method::POST, &path)).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(json_of(ask(&client, Method::POST, "/jobs/release")).await, json!({"released": 1}));
}

#[tokio::test]
async fn state_is_exported_imported_and_reset_over_http() {
    let client = Client::start().await;
    client.batch("harbour", &tables(&["a1"])).await;
    let response = send(ask(&client, Method::GET, "/export")).await;
    assert_eq!(response.headers()["content-type"], "application/vnd.sqlite3");
    let snapshot = response.bytes().await.expect("a file");

    assert_eq!(send(ask(&client, Method::POST, "/reset")).await.status(), StatusCode::NO_CONTENT);
    assert!(client.names().await.is_empty());
    let imported = send(ask(&client, Method::POST, "/import").body(snapshot)).await;
    assert_eq!(imported.status(), StatusCode::NO_CONTENT);
    assert_eq!(client.names().await, ["a1"]);
    let refused = send(ask(&client, Method::POST, "/import").body("no snapshot")).await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);

    let one = send(ask(&client, Method::POST, "/reset/harbour")).await;
    assert_eq!(one.status(), StatusCode::NO_CONTENT);
    assert!(client.names().await.is_empty());
}

#[tokio::test]
async fn model_of_one_server_seeds_another() {
    let seed = br#"{"model": {"assetTypes": [{"name": "Buoy", "parent": "Asset"}]}}"#;
    let seed = sync_emulator::ModelFile::from_slice(seed).expect("a model");
    let client = Client::with(Emulator::builder().seed(seed)).await;
    let model = send(ask(&client, Method::GET, "/model")).await.bytes().await.expect("a model");
    let model = sync_emulator::ModelFile::from_slice(&model).expect("a model");
    let twin = Client::with(Emulator::builder().seed(model)).await;
    let buoy = crate::support::with(crate::support::table("b1"), json!({"type": {"name": "Buoy"}}));
    let ended = twin.batch("harbour", &crate::support::with_place(vec![buoy])).await;
    assert_eq!(ended.result(), "SUCCESS");
}

#[tokio::test]
async fn careless_clients_are_refused_unless_the_server_is_loose() {
    let finalize = "/import/synchronize/harbour/finalize/job";
    let bare = |client: &Client| client.request(Method::POST, finalize);
    let encoded = |client: &Client| bare(client).form(&[("finalizationStrategy", "IGNORE")]);
    let strict = Client::start().await;
    assert_eq!(send(bare(&strict)).await.status(), StatusCode::BAD_REQUEST);
    assert_eq!(send(encoded(&strict)).await.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);

    let loose = Client::with(Emulator::builder().loose(true)).await;
    loose.cycle("harbour", &tables(&["a1", "a2"]), "IGNORE").await;
    let batch = "/import/synchronize/harbour/batch/json-job";
    let lazy = file(&tables(&["a1"])).text("continueOnError", "0").text("sendNotification", "");
    loose.run(batch, lazy).await;
    let job: Value = send(encoded(&loose)).await.json().await.expect("a job");
    loose.finished(&job).await;
    assert_eq!(loose.names().await, ["a1", "a2"], "the strategy was understood");
    loose.run(batch, file(&tables(&["a1"]))).await;
    let job: Value = send(bare(&loose)).await.json().await.expect("a job");
    loose.finished(&job).await;
    assert_eq!(loose.names().await, ["a1"], "without a strategy missing resources are removed");
    let still_nonsense = file(&tables(&["a1"])).text("continueOnError", "perhaps");
    assert_eq!(loose.post(batch, still_nonsense).await.status(), StatusCode::BAD_REQUEST);
}
