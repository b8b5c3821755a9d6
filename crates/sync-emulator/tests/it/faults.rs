//! What goes wrong on command, as a client without any of our code sees it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use sync_emulator::{
    Answer, Emulator, Fault, FaultRule, JobProgress, Nth, Operation, RequestOutcome, RequestRecord, StartError,
};

use crate::support::{Client, file, id, tables};

const BATCH: &str = "/import/synchronize/harbour/batch/json-job";

async fn with(rule: FaultRule) -> Client {
    Client::with(Emulator::builder().fault(rule)).await
}

/// Sends a batch of one asset; an error if the connection ends without an answer.
async fn batch(client: &Client, asset: &str) -> reqwest::Result<reqwest::Response> {
    client.request(http::Method::POST, BATCH).multipart(file(&tables(&[asset]))).send().await
}

/// The newest request for the API.
fn last(client: &Client) -> RequestRecord {
    client.emulator.controls().requests().pop().expect("a request")
}

async fn settled(client: &Client) -> u64 {
    client.emulator.controls().held_jobs().await;
    client.get("/jobs").await["total"].as_u64().expect("a number")
}

#[tokio::test]
async fn answer_of_a_rule_comes_without_the_work_or_after_it() {
    for (done, jobs) in [(false, 0), (true, 1)] {
        let answer = Answer::new(503).with_message("The tide is out.").with_retry_after(Duration::from_secs(7));
        let rule = FaultRule::new(Fault::Answer(answer.with_done(done))).on(Operation::Batch).nth(1);
        let client = with(rule.named("ebb")).await;
        let response = batch(&client, "a1").await.expect("an answer");
        assert_eq!(
            (response.status(), response.headers()["retry-after"].as_bytes()),
            (StatusCode::SERVICE_UNAVAILABLE, &b"7"[..])
        );
        let body: Value = response.json().await.expect("JSON");
        assert_eq!(
            (&body["userMessage"], &body["errorCode"]),
            (&json!("The tide is out."), &json!("serviceUnavailable"))
        );
        let record = last(&client);
        assert_eq!((record.rule.map(|rule| rule.name).as_deref(), record.status), (Some("ebb"), Some(503)));
        assert_eq!((record.outcome, record.job.is_some()), (RequestOutcome::Answered, done));
        assert_eq!(settled(&client).await, jobs);
        assert_eq!(batch(&client, "a2").await.expect("an answer").status(), 200, "only the first one");
    }
}

#[tokio::test]
async fn success_without_a_job_id_can_be_ordered() {
    let client = with(FaultRule::new(Fault::Answer(Answer::new(200).with_body("{}").with_done(true))).nth(1)).await;
    let response = batch(&client, "a1").await.expect("an answer");
    assert_eq!((response.status(), response.text().await.expect("a body")), (StatusCode::OK, "{}".to_owned()));
    assert_eq!(settled(&client).await, 1);
}

#[tokio::test]
async fn lost_answer_leaves_the_work_done() {
    let client = with(FaultRule::new(Fault::LoseAnswer).on(Operation::Batch).nth(1)).await;
    let error = batch(&client, "a1").await.expect_err("no answer");
    assert!(!error.is_connect() && !error.is_timeout(), "{error:?}");
    assert_eq!(settled(&client).await, 1);
    assert_eq!(client.names().await, ["a1"]);
    let requests = client.emulator.controls().requests();
    assert_eq!((requests[0].outcome, requests[0].status), (RequestOutcome::Cut, None));
    assert!(requests[0].job.is_some(), "the journal knows the job that the client does not");
}

#[tokio::test]
async fn connection_closed_before_or_within_the_request_leaves_nothing_behind() {
    for fault in [Fault::CloseBeforeReading, Fault::CloseInUpload { after_bytes: 100 }] {
        let client = with(FaultRule::new(fault.clone()).on(Operation::Batch).nth(1)).await;
        let form = Form::new().part("file", Part::bytes(vec![b' '; 4 * 1024 * 1024]));
        let sent = client.request(http::Method::POST, BATCH).multipart(form).send().await;
        assert!(sent.is_err(), "{fault:?}");
        assert_eq!(settled(&client).await, 0, "{fault:?}");
        assert_eq!(batch(&client, "a1").await.expect("an answer").status(), 200);
    }
}

#[tokio::test]
async fn delays_wait_on_the_servers_clock_before_or_after_the_work() {
    for done in [false, true] {
        let rule = FaultRule::new(Fault::Delay { milliseconds: 3_600_000, done }).on(Operation::Batch);
        let client = Client::with(Emulator::builder().virtual_clock(0).fault(rule)).await;
        let controls = client.emulator.controls();
        let waits = async {
            // The request is under way once it is in the journal; its job, if it comes first, once it is noted.
            while controls.requests().is_empty() || (done && settled(&client).await == 0) {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            let before = settled(&client).await;
            controls.advance(Duration::from_secs(3600)).await;
            before
        };
        let (response, before) = tokio::join!(batch(&client, "a1"), waits);
        assert_eq!(response.expect("an answer").status(), 200);
        assert_eq!((before, settled(&client).await), (u64::from(done), 1));
        let record = &controls.requests()[0];
        assert_eq!(record.milliseconds, Some(3_600_000));
    }
}

#[tokio::test]
async fn slow_read_takes_as_long_as_the_body_is() {
    let rule = FaultRule::new(Fault::SlowRead { bytes_per_second: 1000 }).on(Operation::Batch);
    let client = Client::with(Emulator::builder().virtual_clock(0).fault(rule)).await;
    let controls = client.emulator.controls();
    let moves = async {
        loop {
            controls.advance(Duration::from_secs(1)).await;
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let form = Form::new().part("file", Part::bytes(vec![b' '; 20_000]));
    let sent = client.request(http::Method::POST, BATCH).multipart(form).send();
    let response = tokio::select! {
        response = sent => response.expect("an answer"),
        () = moves => unreachable!("the clock is moved for ever"),
    };
    assert_eq!(response.status(), 200);
    let record = &controls.requests()[0];
    assert!(record.milliseconds.is_some_and(|taken| taken >= 20_000), "{record:?}");
}

#[tokio::test]
async fn truncated_answer_promises_more_than_it_gives() {
    let client = with(FaultRule::new(Fault::TruncateReply { after_bytes: 5 }).on(Operation::Batch)).await;
    let mut response = batch(&client, "a1").await.expect("a head");
    assert!(response.content_length().is_some_and(|length| length > 5));
    assert_eq!(response.chunk().await.expect("the first bytes").map(|bytes| bytes.len()), Some(5));
    assert!(response.chunk().await.is_err(), "and then nothing");
    assert_eq!(settled(&client).await, 1);
}

#[tokio::test]
async fn page_in_place_of_json_comes_with_success() {
    let client = with(FaultRule::new(Fault::NotJson { body: None }).on(Operation::Job)).await;
    let job = client.submit(BATCH, file(&tables(&["a1"]))).await;
    let response = client.request(http::Method::GET, &format!("/jobs/{}", id(&job))).send().await.expect("an answer");
    assert_eq!(response.status(), 200);
    assert!(response.text().await.expect("a body").starts_with("<!DOCTYPE html>"));
}

#[tokio::test]
async fn ordered_failure_ends_the_job_with_or_without_its_work() {
    for (done, names) in [(false, &[][..]), (true, &["a1"][..])] {
        let fault = Fault::FailJob { message: "The pier is gone.".to_owned(), done };
        let client = with(FaultRule::new(fault).on(Operation::Batch).nth(1)).await;
        let ended = client.batch("harbour", &tables(&["a1"])).await;
        assert_eq!((ended.state(), ended.result()), ("ERROR", "FAILURE"));
        assert_eq!(ended.message(), "The pier is gone.");
        assert_eq!(ended.errors[0]["errorType"], "RUNTIME");
        assert_eq!(client.names().await, names);
    }
}

#[tokio::test]
async fn single_jobs_can_be_held_back() {
    let rule = FaultRule::new(Fault::HoldJob { progress: JobProgress::ByHand }).on(Operation::Batch).nth(2);
    let client = with(rule).await;
    assert_eq!(client.batch("harbour", &tables(&["a1"])).await.result(), "SUCCESS");
    let held = client.submit(BATCH, file(&tables(&["a2"]))).await;
    let controls = client.emulator.controls();
    assert_eq!(controls.held_jobs().await.len(), 1);
    controls.release_all().await;
    assert_eq!(client.finished(&held).await["state"], "COMPLETED");
}

// Reading from a bare socket blocks its thread.
#[tokio::test(flavor = "multi_thread")]
async fn restart_breaks_every_connection_and_keeps_what_was_accepted() {
    let rule = FaultRule::new(Fault::Restart { done: true, down_milliseconds: 1000 }).on(Operation::Batch).nth(1);
    let client = Client::with(Emulator::builder().virtual_clock(0).no_auth(true).fault(rule)).await;
    let mut idle = TcpStream::connect(client.emulator.address()).expect("a connection");
    write!(idle, "GET /_emulator/health HTTP/1.1\r\nHost: x\r\n\r\n").expect("a request");
    assert!(idle.read(&mut [0; 12]).expect("an answer") > 0);

    assert!(batch(&client, "a1").await.is_err());
    idle.set_read_timeout(Some(Duration::from_secs(20))).expect("a limit");
    let ended = std::io::copy(&mut idle, &mut std::io::sink());
    assert!(ended.is_ok() || ended.is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionReset));
    assert!(client.request(http::Method::GET, "/jobs").send().await.is_err(), "nobody gets in for a second");
    client.emulator.controls().advance(Duration::from_secs(1)).await;
    assert_eq!(settled(&client).await, 1);
    assert_eq!(client.names().await, ["a1"]);
}

#[tokio::test]
async fn job_at_work_during_a_restart_begins_again_and_counts_nothing_twice() {
    let client = Client::start().await;
    let names: Vec<String> = (0..3000).map(|number| format!("a{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let job = client.submit(BATCH, crate::support::strict(&tables(&names))).await;
    let controls = client.emulator.controls();
    while client.get(&format!("/jobs/{}", id(&job))).await["progressPercentage"] == 0.0 {
        tokio::task::yield_now().await;
    }
    controls.restart(Duration::ZERO);
    let path = format!("/jobs/{}", id(&job));
    // The first request after it may still meet a connection of before.
    while client.request(http::Method::GET, &path).send().await.is_err() {}
    assert_eq!(client.finished(&job).await["result"], "SUCCESS");
    let summary = client.get(&format!("/import/results/{}/summary", id(&job))).await;
    let assets = summary["resourceTypes"].as_array().expect("a list").iter().find(|of| of["resourceType"] == "ASSET");
    assert_eq!(assets.expect("assets")["counters"]["added"], 3000);
}

#[tokio::test]
async fn rules_count_by_operation_and_synchronization_and_the_first_that_fires_decides() {
    let rules = json!([
        {"name": "second quay", "operation": "batch", "synchronization": "quay", "nth": 2, "act": "lose-answer"},
        {"operation": ["batch", "finalize"], "nth": {"from": 3}, "act": {"answer": {"status": 502}}},
    ]);
    let rules: Vec<FaultRule> = serde_json::from_value(rules).expect("good rules");
    let client = Client::with(rules.into_iter().fold(Emulator::builder(), |builder, rule| builder.fault(rule))).await;
    let send = async |sid: &str| {
        let path = format!("/import/synchronize/{sid}/batch/json-job");
        let request = client.request(http::Method::POST, &path).multipart(file(&tables(&["a1"])));
        request.send().await.ok().map(|response| response.status().as_u16())
    };
    assert_eq!(send("quay").await, Some(200));
    assert_eq!(send("harbour").await, Some(200));
    assert_eq!(send("quay").await, None, "the first rule, though the second one counts to three");
    assert_eq!(send("quay").await, Some(502));
    let counts: Vec<_> = client.emulator.controls().faults().iter().map(|rule| (rule.seen, rule.fired)).collect();
    assert_eq!(counts, [(3, 1), (4, 1)]);
    let decided: Vec<_> = client.emulator.controls().requests().into_iter().map(|record| record.rule).collect();
    let names: Vec<_> = decided.iter().map(|rule| rule.as_ref().map(|rule| rule.name.as_str())).collect();
    assert_eq!(names, [None, None, Some("second quay"), Some("2")]);
}

#[tokio::test]
async fn chance_falls_the_same_way_in_every_run_of_a_seed() {
    let run = async || {
        let rule = FaultRule::new(Fault::Answer(Answer::new(503))).on(Operation::Jobs).chance(0.5);
        let builder = Emulator::builder().random_seed(7).fault(rule);
        let client = Client::with(builder).await;
        let mut statuses = Vec::new();
        for _ in 0..30 {
            statuses.push(client.get_status("/jobs").await.as_u16());
        }
        statuses
    };
    let first = run().await;
    assert!(first.contains(&200) && first.contains(&503), "{first:?}");
    assert_eq!(run().await, first);
}

#[tokio::test]
async fn reset_counts_from_the_beginning_and_brings_back_the_rules_of_the_start() {
    let client = with(FaultRule::new(Fault::LoseAnswer).on(Operation::Batch).nth(1)).await;
    let controls = client.emulator.controls();
    assert!(batch(&client, "a1").await.is_err());
    controls.set_faults(Vec::new()).expect("no rules");
    assert!(batch(&client, "a1").await.is_ok());
    controls.reset().await.expect("a reset");
    assert!(controls.requests().is_empty());
    assert!(batch(&client, "a1").await.is_err());
    let every = Nth::Some { from: 1, to: None, every: Some(2) };
    controls.set_faults(vec![FaultRule::new(Fault::LoseAnswer).some(every)]).expect("a rule");
    assert!(batch(&client, "a1").await.is_ok() && batch(&client, "a1").await.is_err());
}

#[tokio::test]
async fn rule_that_makes_no_sense_stops_the_start() {
    let started = Emulator::builder().fault(FaultRule::new(Fault::LoseAnswer).chance(2.0)).start().await;
    assert!(matches!(started, Err(StartError::Fault(_))));
}

#[tokio::test]
async fn without_a_socket_lost_answers_are_errors() {
    let rules = [
        FaultRule::new(Fault::LoseAnswer).nth(1),
        FaultRule::new(Fault::TruncateReply { after_bytes: 3 }).nth(2),
        FaultRule::new(Fault::Restart { done: false, down_milliseconds: 1000 }).nth(3),
    ];
    let builder = Emulator::builder().no_auth(true).without_socket(true).virtual_clock(0);
    let emulator =
        rules.into_iter().fold(builder, |builder, rule| builder.fault(rule)).start().await.expect("a server");
    assert_eq!((emulator.url().as_str(), emulator.address().port()), ("http://localhost", 0));
    let service = emulator.service();
    let ask = || http::Request::get("http://localhost/rest/2.0/jobs").body(String::new()).expect("a request");

    let lost = service.call(ask()).await.expect_err("no answer");
    assert!(!lost.is_refused() && lost.to_string().contains("instead of an answer"), "{lost}");
    let body = service.call(ask()).await.expect("a head").into_body();
    assert!(axum::body::to_bytes(body, 1000).await.is_err());
    assert!(!service.call(ask()).await.expect_err("a restart").is_refused());
    assert!(service.call(ask()).await.expect_err("nobody gets in").is_refused());
    emulator.controls().advance(Duration::from_secs(1)).await;
    assert_eq!(service.call(ask()).await.expect("an answer").status(), 200);
    emulator.stop().await;
    assert_eq!(service.call(ask()).await.expect("an answer").status(), 503);
}
