//! OAuth tokens: asked for, renewed, refused.

use std::error::Error;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sync_core::transport::{BatchRequest, Delivery, Transport, TransportErrorKind};
use sync_core::{Digest, Payload, PayloadFormat};
use sync_http::{ClientAuthentication, ConnectOptions, Credentials, HttpTransport, OAuthClient};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::fake::{Asked, Fake, answer, job};
use crate::peer::{self, Peer, read_head, soon};
use crate::{batch, harbour, job_id};

const TOKEN: &str = "POST /rest/oauth/v2/token";
const BATCH: &str = "POST /rest/2.0/import/synchronize/harbour/batch/json-job";
const JOB: &str = "GET /rest/2.0/jobs/0b7f2d4e-5a0e-4c53-9f2b-1f6f6d1b7a11";
const SECRET: &str = "s+e c:r%t";

fn client() -> OAuthClient {
    OAuthClient::new("urn:collibra:client 1", SECRET)
}

/// A service that takes only the latest of the tokens it gives; they say they last for `expires_in`.
struct Tokens {
    latest: AtomicU32,
    fake: Arc<Fake>,
}

impl Tokens {
    fn new(expires_in: &'static str) -> Arc<Self> {
        Arc::new_cyclic(|tokens: &std::sync::Weak<Self>| {
            let tokens = tokens.clone();
            let fake = Fake::new(move |asked| tokens.upgrade().expect("the service lives").answer(asked, expires_in));
            Self { latest: AtomicU32::new(0), fake }
        })
    }

    fn answer(&self, asked: &Asked, expires_in: &str) -> http::Response<String> {
        if asked.line == TOKEN {
            let number = self.latest.fetch_add(1, Ordering::SeqCst) + 1;
            let token =
                format!(r#"{{"access_token":"token-{number}","token_type":"bearer","expires_in":{expires_in}}}"#);
            return answer(200, token);
        }
        let good = format!("Bearer token-{}", self.latest.load(Ordering::SeqCst));
        match asked.header("authorization") == Some(&good) {
            true => job(),
            false => answer(401, r#"{"errorCode":"expiredToken"}"#),
        }
    }
}

#[tokio::test]
async fn a_client_says_who_it_is_in_either_way() {
    let service = Tokens::new("3600");
    service.fake.transport(Credentials::OAuth(client())).submit_batch(&batch()).await.expect("a job");
    let asked = service.fake.asked();
    assert_eq!(service.fake.lines(), [TOKEN, BATCH]);
    // urn%3Acollibra%3Aclient+1:s%2Be+c%3Ar%25t
    let basic = "Basic dXJuJTNBY29sbGlicmElM0FjbGllbnQrMTpzJTJCZStjJTNBciUyNXQ=";
    assert_eq!((asked[0].header("authorization"), asked[0].text()), (Some(basic), "grant_type=client_credentials"));
    assert_eq!(asked[0].header("content-type"), Some("application/x-www-form-urlencoded"));
    assert!(asked[0].headers["authorization"].is_sensitive() && asked[1].headers["authorization"].is_sensitive());

    let post = client().with_authentication(ClientAuthentication::Post);
    service.fake.transport(Credentials::OAuth(post)).submit_batch(&batch()).await.expect("a job");
    let asked = service.fake.asked();
    let form = "grant_type=client_credentials&client_id=urn%3Acollibra%3Aclient+1&client_secret=s%2Be+c%3Ar%25t";
    assert_eq!((asked[0].header("authorization"), asked[0].text()), (None, form));
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_before_it_runs_out() {
    for (expires_in, seconds) in [("3600", 3540), ("100", 80), ("\"100\"", 80)] {
        let service = Tokens::new(expires_in);
        let transport = service.fake.transport(Credentials::OAuth(client()));
        transport.job(&job_id()).await.expect("a job");
        tokio::time::advance(Duration::from_secs(seconds - 1)).await;
        transport.job(&job_id()).await.expect("a job");
        assert_eq!(service.fake.lines(), [TOKEN, JOB, JOB], "{expires_in}");
        tokio::time::advance(Duration::from_secs(1)).await;
        transport.job(&job_id()).await.expect("a job");
        assert_eq!(service.fake.lines(), [TOKEN, JOB], "{expires_in}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_without_an_end_is_kept_until_it_is_refused() {
    for expires_in in ["null", "-5", "\"soon\"", "1e300"] {
        let service = Tokens::new(expires_in);
        let transport = service.fake.transport(Credentials::OAuth(client()));
        transport.job(&job_id()).await.expect("a job");
        tokio::time::advance(Duration::from_secs(86_400)).await;
        transport.job(&job_id()).await.expect("a job");
        assert_eq!(service.fake.lines(), [TOKEN, JOB, JOB], "{expires_in}");
    }
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_and_the_call_repeated() {
    let service = Tokens::new("3600");
    let transport = service.fake.transport(Credentials::OAuth(client()));
    transport.job(&job_id()).await.expect("a job");
    service.latest.fetch_add(1, Ordering::SeqCst);
    transport.submit_batch(&batch()).await.expect("a job");
    assert_eq!(service.fake.lines(), [TOKEN, JOB, BATCH, TOKEN, BATCH]);

    let never = Fake::new(|asked| match asked.line == TOKEN {
        true => answer(200, r#"{"access_token":"t-1","token_type":"Bearer"}"#),
        false => answer(401, r#"{"errorCode":"invalidToken"}"#),
    });
    let transport = never.transport(Credentials::OAuth(client()));
    let error = transport.submit_batch(&batch()).await.expect_err("refused twice");
    assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Unauthenticated, Delivery::Answered));
    assert_eq!(never.lines(), [TOKEN, BATCH, TOKEN, BATCH]);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_still_lasts_is_used_while_there_is_no_other() {
    let down = Arc::new(AtomicU32::new(0));
    let is_down = down.clone();
    let service = Fake::new(move |asked| match (asked.line == TOKEN, is_down.load(Ordering::SeqCst)) {
        (true, 0) => answer(200, r#"{"access_token":"token-1","token_type":"Bearer","expires_in":100}"#),
        (true, _) => answer(503, ""),
        (false, _) => job(),
    });
    let transport = service.transport(Credentials::OAuth(client()));
    transport.job(&job_id()).await.expect("a job");
    down.store(1, Ordering::SeqCst);
    tokio::time::advance(Duration::from_secs(90)).await;
    transport.job(&job_id()).await.expect("a job");
    assert_eq!(service.lines(), [TOKEN, JOB, TOKEN, JOB]);
    tokio::time::advance(Duration::from_secs(10)).await;
    let error = transport.job(&job_id()).await.expect_err("no token");
    assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Faulty, Delivery::NotSent));
    assert_eq!(service.lines(), [TOKEN]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_renewal_is_not_tried_again_while_the_token_lasts_a_failed_one_after_a_while() {
    for (status, lines) in [(401, &[TOKEN, JOB, JOB, JOB][..]), (503, &[TOKEN, JOB, JOB, TOKEN, JOB])] {
        let asked_before = AtomicU32::new(0);
        let service = Fake::new(move |asked| match (asked.line == TOKEN, &asked_before) {
            (true, before) if before.fetch_add(1, Ordering::SeqCst) == 0 => {
                answer(200, r#"{"access_token":"token-1","token_type":"Bearer","expires_in":3600}"#)
            }
            (true, _) => answer(status, r#"{"error":"invalid_client"}"#),
            (false, _) => job(),
        });
        let transport = service.transport(Credentials::OAuth(client()));
        transport.job(&job_id()).await.expect("a job");
        service.lines();
        tokio::time::advance(Duration::from_secs(3545)).await;
        for _ in 0..3 {
            transport.job(&job_id()).await.expect("the token lasts");
            tokio::time::advance(Duration::from_secs(12)).await;
        }
        assert_eq!(service.lines(), lines, "{status}");
    }
}

#[tokio::test]
async fn what_a_client_is_refused_with_says_whether_another_try_can_help() {
    use TransportErrorKind::{Busy, Faulty, Unauthenticated};
    for (status, kind, delivery) in [
        (400, Unauthenticated, Delivery::Answered),
        (401, Unauthenticated, Delivery::Answered),
        (404, Unauthenticated, Delivery::Answered),
        (429, Busy, Delivery::Answered),
        (503, Faulty, Delivery::NotSent),
    ] {
        let refusal = format!(r#"{{"error":"invalid_client","error_description":"not {SECRET}"}}"#);
        let service = Fake::new(move |_| {
            let mut answer = answer(status, refusal.clone());
            answer.headers_mut().insert("retry-after", "7".parse().expect("a value"));
            answer
        });
        let error = service.transport(Credentials::OAuth(client())).submit_batch(&batch()).await.expect_err("refused");
        assert_eq!((error.kind(), error.delivery()), (kind, delivery), "{status}");
        let source = error.source().expect("a cause").to_string();
        let said = format!("signing in failed: the service answered {status} (not *** [invalid_client])");
        assert_eq!(source, said);
        if status == 429 {
            assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        }
        assert_eq!(service.lines(), [TOKEN]);
    }
}

#[tokio::test]
async fn an_answer_without_a_usable_token_gives_nothing_away() {
    for body in [
        r#"{"access_token":"tok-secret","token_type":"mac"}"#,
        r#"{"access_token":"tok-secret two","token_type":"Bearer"}"#,
        r#"{"access_token":["tok-secret"]}"#,
        r#"["tok-secret"]"#,
        r#"tok-secret"#,
        r#"{"access_token":""}"#,
    ] {
        let service = Fake::new(move |_| answer(200, body));
        let error = service.transport(Credentials::OAuth(client())).submit_batch(&batch()).await.expect_err("no token");
        assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Faulty, Delivery::NotSent), "{body}");
        assert!(!format!("{error:?} {:#?}", error.source()).contains("tok-secret"), "{error:?}");
        assert_eq!(service.lines(), [TOKEN]);
    }
}

#[tokio::test]
async fn an_echo_of_a_token_is_not_repeated() {
    let service = Fake::new(|asked| match asked.line == TOKEN {
        true => answer(200, r#"{"access_token":"tok-secret","token_type":"Bearer"}"#),
        false => answer(500, r#"{"userMessage":"tok-secret is no good"}"#),
    });
    let error = service.transport(Credentials::OAuth(client())).submit_batch(&batch()).await.expect_err("broken");
    assert_eq!(error.message(), Some("*** is no good"));
    assert!(!format!("{error:?}").contains("tok-secret"), "{error:?}");
}

#[tokio::test]
async fn an_upload_refused_half_way_is_sent_again_from_its_beginning() {
    const MIB: u64 = 1 << 20;
    let uploads = Arc::new(AtomicU32::new(0));
    let counter = uploads.clone();
    let peer = Peer::start(move |mut stream| {
        let counter = counter.clone();
        async move {
            let head = read_head(&mut stream).await.expect("a head");
            let length = head.to_ascii_lowercase().lines().find_map(|line| {
                line.strip_prefix("content-length: ").map(|length| length.parse::<usize>().expect("a number"))
            });
            let length = length.expect("a length");
            let (read, answer) = match (head.starts_with("POST /rest/oauth"), counter.load(Ordering::SeqCst)) {
                (true, _) => (length, peer::answer("200 OK", r#"{"access_token":"t-1","token_type":"Bearer"}"#)),
                (false, 0) => (length / 2, peer::answer("401 Unauthorized", r#"{"errorCode":"expiredToken"}"#)),
                (false, _) => (length, peer::job()),
            };
            if !head.starts_with("POST /rest/oauth") {
                counter.fetch_add(1, Ordering::SeqCst);
            }
            let mut body = vec![0; read];
            stream.read_exact(&mut body).await.expect("that much of the body");
            stream.write_all(answer.as_bytes()).await.expect("somebody listens");
            // Stays open, or the client might see the end before the answer.
            std::future::pending::<()>().await;
        }
    })
    .await;
    let opened = Arc::new(AtomicU32::new(0));
    let counter = opened.clone();
    let source = move || {
        counter.fetch_add(1, Ordering::SeqCst);
        Ok(Box::new(std::io::repeat(b' ').take(40 * MIB)) as Box<dyn Read + Send>)
    };
    let payload = Payload::new(PayloadFormat::Json, "big.json", 40 * MIB, Digest::default(), source);
    let credentials = Credentials::OAuth(client());
    let transport = HttpTransport::new(&peer.url(), credentials, ConnectOptions::default()).expect("a transport");
    let request = BatchRequest::new(harbour(), payload);
    soon("the second upload", transport.submit_batch(&request)).await.expect("a job");
    assert_eq!((uploads.load(Ordering::SeqCst), opened.load(Ordering::SeqCst)), (2, 2));
}
