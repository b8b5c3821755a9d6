//! What the service answers, and what is made of it.

use std::error::Error;
use std::time::Duration;

use sync_core::transport::{Delivery, Transport, TransportError, TransportErrorKind};

use crate::peer::{Peer, answer, answer_with, job};
use crate::{batch, job_id, transport};

async fn batch_answered(answer: String) -> TransportError {
    let peer = Peer::answering([answer]).await;
    let error = transport(&peer.url()).submit_batch(&batch()).await.expect_err("no success");
    assert_eq!(peer.captured().len(), 1, "one attempt");
    error
}

#[tokio::test]
async fn a_success_without_a_job_id_leaves_open_whether_there_is_a_job() {
    for body in
        [r#"{"resourceType":"Job"}"#, r#"{"id":null}"#, r#"{"id":""}"#, "[]", "", "nonsense", "{\"id\":\"a b\"}"]
    {
        let error = batch_answered(answer("200 OK", body)).await;
        assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Faulty, Delivery::Unknown), "{body}");
        assert_eq!(error.body(), Some(body));
        assert_eq!(error.message(), Some("the service answered 200 without a usable job id"));
    }
}

#[tokio::test]
async fn a_job_with_odd_fields_keeps_its_id() {
    let odd = r#"{"id":"0b7f2d4e-5a0e-4c53-9f2b-1f6f6d1b7a11","state":7,"progressPercentage":"half"}"#;
    let peer = Peer::answering([answer("200 OK", odd)]).await;
    let job = transport(&peer.url()).submit_batch(&batch()).await.expect("a job");
    assert_eq!((job.id, job.state), (job_id(), None));
}

#[tokio::test]
async fn another_job_than_asked_for_is_not_believed() {
    let peer = Peer::answering([job(), answer("200 OK", r#"{"id":"another","state":"COMPLETED"}"#)]).await;
    let transport = transport(&peer.url());
    let upper = job_id().as_str().to_uppercase().parse().expect("a good id");
    transport.job(&upper).await.expect("the same job in capitals");
    let error = transport.job(&job_id()).await.expect_err("another job");
    assert_eq!(error.kind(), TransportErrorKind::Faulty);
}

#[tokio::test]
async fn a_login_page_with_status_200_is_no_success() {
    let page = answer_with("200 OK", "Content-Type: text/html;charset=utf-8\r\n", "<html>Sign in</html>");
    let error = batch_answered(page).await;
    assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Faulty, Delivery::Unknown));
    assert_eq!(
        error.to_string(),
        "sending a batch failed (the service answered 200 without a usable job id: text/html instead of JSON, perhaps \
         a gateway's or a login page)"
    );
    assert_eq!(error.body(), Some("<html>Sign in</html>"));
}

#[tokio::test]
async fn the_services_own_words_are_kept() {
    let body = r#"{"statusCode":400,"titleMessage":"Bad request","userMessage":"The field is wrong.",
        "helpMessage":"Look it up.","errorCode":"invalidRequest"}"#;
    let error = batch_answered(answer("400 Bad Request", body)).await;
    assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Refused, Delivery::Answered));
    assert_eq!(error.status(), Some(400));
    assert_eq!(error.message(), Some("Bad request: The field is wrong. Look it up. [invalidRequest]"));
    assert_eq!(error.body(), Some(body));
}

#[tokio::test]
async fn fields_of_other_types_do_not_lose_the_others() {
    let error = batch_answered(answer("422 Unprocessable", r#"{"titleMessage":["x"],"errorCode":17}"#)).await;
    assert_eq!(error.message(), Some("[17]"));
    let error = batch_answered(answer("409 Conflict", r#"["nothing of the kind"]"#)).await;
    assert_eq!((error.message(), error.body()), (None, Some(r#"["nothing of the kind"]"#)));
}

#[tokio::test]
async fn a_gateways_page_is_named_and_its_start_kept() {
    let page = format!("<html>{}</html>", "ä".repeat(40_000));
    let error = batch_answered(answer_with("502 Bad Gateway", "Content-Type: text/html\r\n", &page)).await;
    assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Faulty, Delivery::Unknown));
    assert_eq!(
        error.message(),
        Some("text/html instead of the service's own error, perhaps a gateway's or a login page")
    );
    let body = error.body().expect("a start");
    assert!(body.starts_with("<html>ä") && (4090..=4096).contains(&body.len()), "{} bytes", body.len());
}

#[tokio::test]
async fn statuses_say_what_can_be_done() {
    use TransportErrorKind::{Broken, Busy, Faulty, Forbidden, NotFound, TooLarge, Unauthenticated};
    for (status, kind, delivery) in [
        (401, Unauthenticated, Delivery::Answered),
        (403, Forbidden, Delivery::Answered),
        (404, NotFound, Delivery::Answered),
        (408, Broken, Delivery::Unknown),
        (413, TooLarge, Delivery::Answered),
        (429, Busy, Delivery::Answered),
        (500, Faulty, Delivery::Unknown),
        (503, Faulty, Delivery::Unknown),
    ] {
        let error = batch_answered(answer(&format!("{status} Something"), "")).await;
        assert_eq!((error.status(), error.kind(), error.delivery()), (Some(status), kind, delivery));
    }
}

#[tokio::test]
async fn retry_after_is_read_as_seconds_or_as_a_date() {
    let date = "Date: Tue, 24 Nov 2026 10:00:00 GMT\r\n";
    for (headers, expected) in [
        ("Retry-After: 7\r\n".to_owned(), Some(7)),
        ("Retry-After: 86400\r\n".to_owned(), Some(600)),
        ("Retry-After: 99999999999999999999999999\r\n".to_owned(), Some(600)),
        (format!("{date}Retry-After: Tue, 24 Nov 2026 10:00:42 GMT\r\n"), Some(42)),
        (format!("{date}Retry-After: Wed, 25 Nov 2026 10:00:00 GMT\r\n"), Some(600)),
        (format!("{date}Retry-After: Tue, 24 Nov 2026 09:00:00 GMT\r\n"), Some(0)),
        ("Retry-After: soon\r\n".to_owned(), None),
        ("Retry-After: -5\r\n".to_owned(), None),
        (String::new(), None),
    ] {
        let error = batch_answered(answer_with("429 Too Many Requests", &headers, "")).await;
        assert_eq!(error.kind(), TransportErrorKind::Busy);
        assert_eq!(error.retry_after(), expected.map(Duration::from_secs), "{headers}");
    }
}

#[tokio::test]
async fn a_redirect_is_refused_and_gets_no_credentials() {
    let elsewhere = Peer::answering([job()]).await;
    for status in ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"] {
        let location = format!("Location: {}/login?next=secret-page\r\n", elsewhere.url());
        let error = batch_answered(answer_with(status, &location, "")).await;
        assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Refused, Delivery::Answered));
        let expected = format!("redirects are not followed: this one leads to {}", elsewhere.url());
        assert_eq!(error.message(), Some(expected.as_str()));
    }
    assert!(elsewhere.captured().is_empty());
    let error = batch_answered(answer_with("302 Found", "Location: /login\r\n", "")).await;
    assert_eq!(error.message(), Some("redirects are not followed: this one leads to another path of the same host"));
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let long = format!(r#"{{"id":"{}","message":"{}"}}"#, job_id(), "x".repeat(2 << 20));
    let error = batch_answered(answer("200 OK", &long)).await;
    assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Faulty, Delivery::Unknown));
    assert_eq!(error.message(), Some("the service answered 200 an answer longer than 1048576 bytes"));
    assert_eq!(error.body().map(str::len), Some(4096));
}

#[tokio::test]
async fn json_without_end_is_an_error_with_a_cause() {
    let peer = Peer::answering([answer("200 OK", &r#"{"a":"#.repeat(100_000))]).await;
    let error = transport(&peer.url()).summary(&job_id()).await.expect_err("no summary");
    assert_eq!(error.kind(), TransportErrorKind::Faulty);
    assert!(error.source().is_some());
}

#[tokio::test]
async fn an_array_is_no_empty_list_of_errors() {
    let peer = Peer::answering([answer("200 OK", "[]")]).await;
    let transport = transport(&peer.url());
    let page = transport.errors(&job_id(), 0).await.expect_err("no page");
    let summary = transport.summary(&job_id()).await.expect_err("no summary");
    assert_eq!((page.kind(), summary.kind()), (TransportErrorKind::Faulty, TransportErrorKind::Faulty));
}
