//! What clients that we did not write send, and what a server must refuse.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use reqwest::multipart::{Form, Part};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sync_emulator::{Emulator, FileAndFileId, UrlEncodedForm};

use crate::support::{Client, community, file, strict, tables};

const BATCH: &str = "/import/synchronize/harbour/batch/json-job";
const FINALIZE: &str = "/import/synchronize/harbour/finalize/job";

/// Sends a body with this boundary and gives the status and the job.
async fn raw(client: &Client, path: &str, body: &str) -> (StatusCode, Value) {
    let request = client.request(Method::POST, path).header("content-type", "multipart/form-data; boundary=q7");
    let response = request.body(body.replace('\n', "\r\n")).send().await.expect("an answer");
    let status = response.status();
    (status, response.json().await.expect("JSON"))
}

#[tokio::test]
async fn every_error_has_the_shape_of_the_service() {
    let client = Client::start().await;
    let error = |response: reqwest::Response| async move {
        let status = response.status().as_u16();
        let body: Value = response.json().await.expect("JSON");
        assert_eq!(body["statusCode"], status);
        for member in ["titleMessage", "userMessage", "helpMessage", "errorCode"] {
            assert!(body[member].is_string(), "{member} of {body}");
        }
        status
    };
    let send = async |request: reqwest::RequestBuilder| error(request.send().await.expect("an answer")).await;
    assert_eq!(send(client.request(Method::GET, "/nonsense")).await, 404);
    assert_eq!(send(client.request(Method::PUT, "/jobs")).await, 405);
    assert_eq!(send(client.request(Method::GET, "/assets/no-uuid")).await, 400);
    assert_eq!(send(client.request(Method::GET, "/assets?limit=x")).await, 400);
    assert_eq!(send(client.request(Method::GET, "/assets?domainId=x")).await, 400);
    assert_eq!(send(client.request(Method::GET, "/assets?nameMatchMode=LIKE&name=x")).await, 400);
    assert_eq!(send(client.request(Method::GET, &format!("/assets?name={}", "x".repeat(60_000)))).await, 400);
    assert_eq!(send(client.request(Method::GET, &format!("/jobs?{}", "states=ERROR&".repeat(200)))).await, 400);
    assert_eq!(send(client.request(Method::GET, "/import/synchronize/exists/%FF")).await, 400);
    assert_eq!(send(client.request(Method::POST, BATCH)).await, 400);
    assert_eq!(send(client.request(Method::POST, "/import/synchronize/harbour/csv-job")).await, 400);
    assert_eq!(send(client.anonymous("/nonsense")).await, 404);
    assert_eq!(send(client.anonymous("/rest/2.0/assets")).await, 401);
}

#[tokio::test]
async fn strangers_are_refused_with_a_challenge_and_health_needs_no_name() {
    let client = Client::start().await;
    let response = client.anonymous("/rest/2.0/assets").send().await.expect("an answer");
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert!(response.headers()["www-authenticate"].to_str().expect("text").starts_with("Basic"));
    let wrong = client.anonymous("/rest/2.0/assets").basic_auth("admin", Some("wrong"));
    assert_eq!(wrong.send().await.expect("an answer").status(), StatusCode::UNAUTHORIZED);
    let health = client.anonymous("/_emulator/health").send().await.expect("an answer");
    assert_eq!(health.status(), StatusCode::OK);
}

#[tokio::test]
async fn users_are_those_given_and_anyone_may_come_where_nobody_signs_in() {
    let client = Client::with(Emulator::builder().user("keeper", "päss")).await;
    assert_eq!((client.emulator.username(), client.emulator.password()), ("keeper", "päss"));
    assert_eq!(client.get_status("/assets").await, 200);
    let admin = || client.anonymous("/rest/2.0/assets").basic_auth("admin", Some("admin"));
    assert_eq!(admin().send().await.expect("an answer").status(), StatusCode::UNAUTHORIZED);
    client.emulator.add_user("admin", "admin");
    assert_eq!(admin().send().await.expect("an answer").status(), StatusCode::OK);

    let open = Client::with(Emulator::builder().no_auth(true)).await;
    let response = open.anonymous("/rest/2.0/assets").send().await.expect("an answer");
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn ids_have_one_to_fifty_characters_and_need_not_be_uuids() {
    let client = Client::start().await;
    let post = async |sid: &str| {
        let path = format!("/import/synchronize/{sid}/batch/json-job");
        client.post(&path, file(&json!([community()]))).await.status()
    };
    assert_eq!(post("x").await, StatusCode::OK);
    assert_eq!(post(&"x".repeat(50)).await, StatusCode::OK);
    assert_eq!(post(&"x".repeat(51)).await, StatusCode::BAD_REQUEST);
    assert_eq!(post("").await, StatusCode::BAD_REQUEST);
    assert_eq!(post("erp-prod_01").await, StatusCode::OK);
    assert_eq!(post("%C3%A4%20b").await, StatusCode::OK);

    let strict = Client::with_readings(|readings| readings.uuid_ids_only = true).await;
    let job = file(&json!([community()]));
    assert_eq!(strict.post("/import/synchronize/erp-prod_01/batch/json-job", job).await.status(), 400);
    let job = file(&json!([community()]));
    let sid = "12345678-0000-4000-8000-000000000000";
    assert_eq!(strict.post(&format!("/import/synchronize/{sid}/batch/json-job"), job).await.status(), 200);
}

#[tokio::test]
async fn each_submit_answers_at_once_with_a_job() {
    let client = Client::start().await;
    let full = "/import/synchronize/harbour/json-job";
    for (path, form) in
        [(BATCH, file(&tables(&[]))), (FINALIZE, Form::new().text("a", "b")), (full, file(&tables(&[])))]
    {
        let job = client.submit(path, form).await;
        assert_eq!(
            (&job["resourceType"], &job["state"], &job["type"]),
            (&json!("Job"), &json!("WAITING"), &json!("IMPORT"))
        );
        assert!(job["id"].as_str().is_some_and(|id| id.len() == 36));
        assert!(!job.to_string().contains("harbour"), "the synchronization is not to be seen in {job}");
        client.finished(&job).await;
    }
}

#[tokio::test]
async fn parts_come_in_any_order_and_with_any_content_type() {
    let client = Client::start().await;
    let commands = r#"[{"resourceType": "Community", "identifier": {"name": "Port"}}]"#;
    // As curl does it: the file first, no content type on the text.
    let body = format!(
        "--q7\nContent-Disposition: form-data; name=\"file\"; filename=\"größe %22a%22.json\"\n\
         Content-Type: application/octet-stream\n\n{commands}\n--q7\n\
         Content-Disposition: form-data; name=\"continueOnError\"\n\nFalse\n--q7--\n"
    );
    assert_eq!(raw(&client, BATCH, &body).await.0, StatusCode::OK);
    // As a Java client does it: types everywhere, an encoding, a filename on a text part, parts nobody knows.
    let body = format!(
        "--q7\nContent-Disposition: form-data; name=\"continueOnError\"; filename=\"continueOnError\"\n\
         Content-Type: text/plain; charset=UTF-8\n\nTrue\n--q7\n\
         Content-Disposition: form-data; name=\"synchronizationId\"\n\nharbour\n--q7\n\
         Content-Disposition: form-data; name=\"batchSize\"\n\n1000\n--q7\n\
         Content-Disposition: form-data; name=\"file\"\nContent-Transfer-Encoding: binary\n\n{commands}\n--q7--\n"
    );
    let (status, job) = raw(&client, BATCH, &body).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(client.finished(&job).await["result"], "SUCCESS");
}

#[tokio::test]
async fn capitalised_booleans_mean_what_they_say() {
    let client = Client::start().await;
    let bad = json!([community(), {"resourceType": "Nonsense"}]);
    let ended = client.ended(BATCH, file(&bad).text("continueOnError", "False")).await;
    assert_eq!(ended.result(), "FAILURE");
    let ended = client.ended(BATCH, file(&bad).text("continueOnError", "True")).await;
    assert_eq!(ended.result(), "COMPLETED_WITH_ERROR");
}

#[tokio::test]
async fn get_with_a_content_type_and_delete_with_a_body_are_taken() {
    let client = Client::start().await;
    client.batch("harbour", &tables(&[])).await;
    let get = client.request(Method::GET, "/jobs").header("content-type", "application/json");
    assert_eq!(get.send().await.expect("an answer").status(), StatusCode::OK);
    let delete = client.request(Method::DELETE, "/import/synchronize/harbour/evict").json(&json!({}));
    assert_eq!(delete.send().await.expect("an answer").status(), StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn file_and_file_id_exclude_each_other_and_one_is_needed() {
    let client = Client::start().await;
    let id = "12345678-0000-4000-8000-000000000000";
    for (form, status) in [
        (file(&tables(&[])).text("fileId", id), 400),
        (Form::new().text("fileId", id), 404),
        (Form::new().text("fileId", "no-uuid"), 400),
        (Form::new().text("continueOnError", "true"), 400),
        (file(&tables(&[])).part("file", Part::text("[]")), 400),
    ] {
        assert_eq!(client.post(BATCH, form).await.status(), status);
    }
    let lenient = Client::with_readings(|readings| readings.file_and_file_id = FileAndFileId::JobError).await;
    let ended = lenient.ended(BATCH, file(&tables(&[])).text("fileId", id)).await;
    assert_eq!((ended.state(), ended.result()), ("ERROR", "FAILURE"));
    assert!(ended.message().contains("file and fileId"));
}

#[tokio::test]
async fn bad_words_are_refused() {
    let client = Client::start().await;
    for (name, value) in [
        ("continueOnError", "perhaps"),
        ("simulation", "1"),
        ("relationsAction", "replace"),
        ("relationsAction", "XREPLACEX"),
        ("sendNotification", ""),
        ("saveResult", "y"),
        ("deleteFile", "no"),
        ("batchSize", "0"),
        ("batchSize", "many"),
    ] {
        let form = file(&tables(&[])).text(name, value);
        assert_eq!(client.post(BATCH, form).await.status(), StatusCode::BAD_REQUEST, "{name}={value}");
    }
    let long = file(&tables(&[])).text("relationsAction", "R".repeat(70_000));
    assert_eq!(client.post(BATCH, long).await.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn broken_multipart_is_refused() {
    let client = Client::start().await;
    for body in ["", "nonsense", "--q7\nContent-Disposition: form-data; name=\"file\"\n\n[]"] {
        assert_eq!(raw(&client, BATCH, body).await.0, StatusCode::BAD_REQUEST, "{body:?}");
    }
    let no_boundary = client.request(Method::POST, BATCH).header("content-type", "multipart/form-data").body("--q7--");
    assert_eq!(no_boundary.send().await.expect("an answer").status(), StatusCode::BAD_REQUEST);
    let encoded = client.request(Method::POST, BATCH).header("content-type", "application/json").body("[]");
    assert_eq!(encoded.send().await.expect("an answer").status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(client.get("/jobs").await["total"], 0);
}

#[tokio::test]
async fn url_encoded_submits_are_refused_unless_the_reading_takes_them() {
    for (reading, status) in [(UrlEncodedForm::Refused, 415), (UrlEncodedForm::Accepted, 200)] {
        let client = Client::with_readings(|readings| readings.url_encoded_form = reading).await;
        let post = async |fields: &[(&str, &str)]| {
            let request = client.request(Method::POST, FINALIZE).form(fields);
            request.send().await.expect("an answer").status().as_u16()
        };
        assert_eq!(post(&[("finalizationStrategy", "IGNORE"), ("other", "x")]).await, status, "{reading:?}");
        if reading == UrlEncodedForm::Accepted {
            assert_eq!(post(&[]).await, 400);
            assert_eq!(post(&[("finalizationStrategy", "ignore")]).await, 400);
        }
    }
}

#[tokio::test]
async fn a_table_with_a_bad_field_or_template_is_refused_before_there_is_a_job() {
    let client = Client::start().await;
    let message = async |path: &str, form: Form| {
        let response = client.post(path, form).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        let body: Value = response.json().await.expect("JSON");
        body["userMessage"].as_str().unwrap_or_default().to_owned()
    };
    let table = || Form::new().part("file", Part::text("a;b")).text("template", r#"[{"a": "${1}"}]"#);
    for path in ["/import", "/import/synchronize/harbour/batch", "/import/synchronize/harbour"] {
        let csv = format!("{path}/csv-job");
        let excel = format!("{path}/excel-job");
        for kind in [&csv, &excel] {
            assert!(message(kind, Form::new().part("file", Part::text("a;b"))).await.contains("template"));
            assert!(message(kind, table().text("headerRow", "1")).await.contains("headerRow"));
        }
        for name in ["separator", "quote", "escape"] {
            assert!(message(&csv, table().text(name, "ab")).await.contains(name));
        }
        assert!(message(&csv, table().text("separator", "\"")).await.contains("separator"));
        assert!(message(&csv, table().text("template", r#"[{"a": "${Name}"}]"#)).await.contains("header"));
        assert!(message(&csv, table().text("strictQuotes", "x")).await.contains("strictQuotes"));
        assert!(message(&excel, table().text("sheetIndex", "-1")).await.contains("sheetIndex"));
    }
    let broken = Form::new().part("file", Part::text("a")).text("template", "[");
    assert!(message("/import/csv-job", broken).await.contains("template"));
}

#[tokio::test]
async fn body_beyond_the_limit_is_refused() {
    let client = Client::with(Emulator::builder().body_limit_bytes(1000)).await;
    let form = Form::new().part("file", Part::bytes(vec![b' '; 5000]));
    assert_eq!(client.post(BATCH, form).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(client.post(BATCH, strict(&json!([community()]))).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn client_that_expects_a_continue_gets_one_before_it_sends() {
    let client = Client::with(Emulator::builder().no_auth(true)).await;
    let address = client.emulator.address();
    let answer = tokio::task::spawn_blocking(move || {
        let mut socket = TcpStream::connect(address)?;
        socket.set_read_timeout(Some(Duration::from_secs(20)))?;
        let body = "--q7\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--q7--\r\n";
        write!(
            socket,
            "POST /rest/2.0{FINALIZE} HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=q7\r\n\
             Content-Length: {}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
            body.len()
        )?;
        let mut first = [0; 25];
        socket.read_exact(&mut first)?;
        assert_eq!(&first, b"HTTP/1.1 100 Continue\r\n\r\n");
        socket.write_all(body.as_bytes())?;
        let mut rest = String::new();
        socket.read_to_string(&mut rest)?;
        Ok::<_, std::io::Error>(rest)
    });
    let answer = answer.await.expect("no panic").expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
}

#[tokio::test]
async fn deeply_nested_and_oversized_input_is_an_error_and_nothing_worse() {
    let client = Client::start().await;
    let deep = format!("[{{\"resourceType\": \"Community\", \"x\": {}1{}}}]", "[".repeat(20_000), "]".repeat(20_000));
    let form = Form::new().part("file", Part::text(deep)).text("continueOnError", "false");
    assert_eq!(client.ended(BATCH, form).await.state(), "ERROR");
    let invalid = Form::new().part("file", Part::bytes(b"[{\"resourceType\": \"\xFF\"}]".to_vec()));
    assert_eq!(client.ended(BATCH, invalid.text("continueOnError", "true")).await.state(), "ERROR");
    assert_eq!(client.batch("harbour", &tables(&[])).await.result(), "SUCCESS");
}
