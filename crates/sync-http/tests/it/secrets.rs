//! Secrets are sent and never shown.

use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use proptest::prelude::*;
use sync_core::transport::{Transport, TransportError};
use sync_http::{Body, ConnectOptions, Credentials, HttpService, HttpTransport, OAuthClient, ServiceError};

use crate::peer::{Peer, answer, answer_with};
use crate::{PASSWORD, basic, batch, job_id, transport};

/// `importer:correct-horse` in base64.
const ENCODED: &str = "aW1wb3J0ZXI6Y29ycmVjdC1ob3JzZQ==";

/// A secret that only the service knows.
const UNKNOWN: &str = "wpq-9182-kdf";

/// Everything an error can show.
fn shown(error: &TransportError) -> String {
    let mut text = format!("{error} {error:?} {error:#?} {:?} {:?}", error.message(), error.body());
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(" {cause} {cause:?}"));
        source = cause.source();
    }
    text
}

#[tokio::test]
async fn an_echo_of_the_credentials_is_not_repeated() {
    let echo = format!("you are {PASSWORD} ({ENCODED})");
    for answer in [
        answer("401 Unauthorized", &format!(r#"{{"userMessage":"{echo}"}}"#)),
        answer("500 Oops", &echo),
        answer("200 OK", &echo),
        answer("200 OK", &format!(r#"{{"id":"{echo}","errorsCount":"{echo}"}}"#)),
        answer("200 OK", &format!(r#""{echo}""#)),
        answer_with("400 Bad", &format!("Content-Type: {PASSWORD}\r\n"), &echo),
        answer_with("302 Found", &format!("Location: https://{PASSWORD}.example.com/{PASSWORD}\r\n"), &echo),
    ] {
        let peer = Peer::answering([answer]).await;
        let transport = transport(&peer.url());
        let summary = transport.summary(&job_id()).await.expect_err("no summary");
        for error in [transport.submit_batch(&batch()).await.expect_err("no job"), summary] {
            let shown = shown(&error);
            assert!(!shown.contains(PASSWORD) && !shown.contains(ENCODED), "{shown}");
            assert!(error.body().is_some_and(|body| body.contains("you are ***")), "{shown}");
        }
    }
}

#[tokio::test]
async fn a_secret_at_the_cut_is_not_half_shown() {
    // Longer than what replaces it, so that what is read (64 KiB) shrinks below what is kept (4 KiB) and shows its end.
    let token = "0123456789".repeat(10);
    let transport = |url: &str| {
        HttpTransport::new(url, Credentials::Bearer(token.as_str().into()), ConnectOptions::default()).expect("a URL")
    };
    for (before, echoes) in [(0, 700), (4096 - 6, 1), (65_536 - 6, 1)] {
        let body = format!("{}{}{}", ".".repeat(before), token.repeat(echoes), "-".repeat(70_000));
        let peer = Peer::answering([answer("500 Oops", &body)]).await;
        let error = transport(&peer.url()).submit_batch(&batch()).await.expect_err("no job");
        assert!(!shown(&error).contains("0123"), "{error:?}");
    }
}

#[tokio::test]
async fn a_quoted_echo_of_the_secret_is_not_repeated() {
    let password = "quo\"ted\\horse";
    let quoted = r#"quo\"ted\\horse"#;
    let peer = Peer::answering([answer("400 Bad", &format!(r#"{{"userMessage":"not {quoted}"}}"#))]).await;
    let credentials = Credentials::Basic { username: "u".into(), password: password.into() };
    let transport = HttpTransport::new(&peer.url(), credentials, ConnectOptions::default()).expect("a good URL");
    let error = transport.submit_batch(&batch()).await.expect_err("no job");
    assert_eq!((error.message(), error.body()), (Some("not ***"), Some(r#"{"userMessage":"not ***"}"#)));
}

#[tokio::test]
async fn nothing_that_can_be_printed_shows_a_secret() {
    let transport = transport("http://127.0.0.1:9");
    let builder = HttpTransport::builder("http://u:correct-horse@127.0.0.1:9").credentials(basic());
    let token = Credentials::Bearer(PASSWORD.into());
    let shown = format!("{transport:?} {transport:#?} {builder:?} {builder:#?} {:?} {token:?}", basic());
    assert!(!shown.contains(PASSWORD) && !shown.contains(ENCODED), "{shown}");
}

/// Gives one answer, whatever it is asked.
struct Saying {
    status: u16,
    content_type: &'static str,
    body: Vec<u8>,
}

#[async_trait]
impl HttpService for Saying {
    async fn call(&self, request: http::Request<Body>) -> Result<http::Response<Body>, ServiceError> {
        http_body_util::BodyExt::collect(request.into_body()).await.map_err(ServiceError::broken)?;
        let response = http::Response::builder().status(self.status).header("content-type", self.content_type);
        response.header("location", PASSWORD).body(self.body.clone().into()).map_err(ServiceError::broken)
    }
}

/// Bits of answers, good and bad, with the secrets among them.
fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        Just(PASSWORD.as_bytes().to_vec()),
        Just(ENCODED.as_bytes().to_vec()),
        prop::sample::select(vec!["{", "}", "[", "\"", ":", ",", "\\", "\"id\"", "\"userMessage\"", "null", "1"])
            .prop_map(|text| text.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..8),
    ];
    prop::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn whatever_is_answered_no_error_shows_a_secret(
        status in 200_u16..600,
        content_type in prop::sample::select(vec!["application/json", "text/html", PASSWORD]),
        body in bodies(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let service = Arc::new(Saying { status, content_type, body });
        let session = Credentials::Session { username: "importer".into(), password: PASSWORD.into() };
        let oauth = Credentials::OAuth(OAuthClient::new("importer", PASSWORD));
        // A session sends the password as it is.
        for (credentials, sent) in [(basic(), ENCODED), (session, PASSWORD), (oauth, ENCODED)] {
            let transport = HttpTransport::over(service.clone(), "http://localhost", credentials).expect("a good URL");
            let (job, page) = runtime.block_on(async {
                (transport.submit_batch(&batch()).await, transport.errors(&job_id(), 0).await)
            });
            for error in [job.err(), page.err()].into_iter().flatten() {
                let shown = shown(&error);
                prop_assert!(!shown.contains(PASSWORD) && !shown.contains(sent), "{}", shown);
            }
        }
    }

    #[test]
    fn whatever_a_sign_in_is_answered_with_what_may_be_a_token_is_not_shown(
        before in "[ -~]{0,20}",
        after in "[ -~]{0,20}",
        member in prop::sample::select(vec!["access_token", "csrfToken", "token_type", "expires_in"]),
        in_object in any::<bool>(),
    ) {
        let value = serde_json::Value::from(format!("{before}{UNKNOWN}{after}"));
        let body = if in_object { format!(r#"{{"{member}":{value}}}"#) } else { value.to_string() };
        let service = Arc::new(Saying { status: 200, content_type: "application/json", body: body.into_bytes() });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let session = Credentials::Session { username: "importer".into(), password: PASSWORD.into() };
        for credentials in [session, Credentials::OAuth(OAuthClient::new("importer", PASSWORD))] {
            let transport = HttpTransport::over(service.clone(), "http://localhost", credentials).expect("a good URL");
            if let Err(error) = runtime.block_on(transport.submit_batch(&batch())) {
                prop_assert!(!shown(&error).contains(UNKNOWN), "{}", shown(&error));
            }
        }
    }
}
