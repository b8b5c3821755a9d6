//! Sessions: opened, kept, lost, fought over, closed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sync_core::transport::{Delivery, Transport, TransportErrorKind};
use sync_http::Credentials;

use crate::fake::{Asked, Fake, answer, job};
use crate::{PASSWORD, batch, job_id};

const LOGIN: &str = "POST /rest/2.0/auth/sessions";
const BATCH: &str = "POST /rest/2.0/import/synchronize/harbour/batch/json-job";
const JOB: &str = "GET /rest/2.0/jobs/0b7f2d4e-5a0e-4c53-9f2b-1f6f6d1b7a11";
const HEARTBEAT: &str = "GET /rest/2.0/auth/sessions/heartbeat";

fn session() -> Credentials {
    Credentials::Session { username: "importer".into(), password: PASSWORD.into() }
}

/// A service with one session at a time, numbered from 1.
struct Sessions {
    latest: AtomicU32,
    fake: Arc<Fake>,
}

impl Sessions {
    fn new() -> Arc<Self> {
        Arc::new_cyclic(|sessions: &std::sync::Weak<Self>| {
            let sessions = sessions.clone();
            let fake = Fake::new(move |asked| sessions.upgrade().expect("the service lives").answer(asked));
            Self { latest: AtomicU32::new(0), fake }
        })
    }

    fn answer(&self, asked: &Asked) -> http::Response<String> {
        if asked.line == LOGIN {
            let number = self.latest.fetch_add(1, Ordering::SeqCst) + 1;
            let mut answer = answer(200, format!(r#"{{"csrfToken":"csrf-{number}","user":{{"id":"u-1"}}}}"#));
            for cookie in [format!("JSESSIONID=session-{number}; Path=/; HttpOnly"), "LB=left; Secure".into()] {
                answer.headers_mut().append("set-cookie", cookie.parse().expect("a cookie"));
            }
            return answer;
        }
        let number = self.latest.load(Ordering::SeqCst);
        let (cookie, csrf) = (format!("JSESSIONID=session-{number}; LB=left"), format!("csrf-{number}"));
        if asked.header("cookie") != Some(&cookie) || asked.header("x-csrf-token") != Some(&csrf) {
            return answer(401, r#"{"userMessage":"no session"}"#);
        }
        match asked.line.starts_with("DELETE") {
            true => answer(204, ""),
            false => job(),
        }
    }

    /// Somebody else signs in.
    fn take_over(&self) {
        self.latest.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn a_session_is_opened_by_the_first_call_and_used_by_all() {
    let service = Sessions::new();
    let transport = service.fake.transport(session());
    assert!(service.fake.asked().is_empty(), "nothing before the first call");
    transport.submit_batch(&batch()).await.expect("a job");
    transport.clone().job(&job_id()).await.expect("a job");
    let asked = service.fake.asked();
    assert_eq!(asked[0].text(), r#"{"username":"importer","password":"correct-horse"}"#);
    assert_eq!(asked[0].header("content-type"), Some("application/json"));
    for asked in &asked[1..] {
        assert!(asked.headers["cookie"].is_sensitive() && asked.headers["x-csrf-token"].is_sensitive());
        assert_eq!(asked.header("authorization"), None);
    }
    assert_eq!(service.fake.lines(), [LOGIN, BATCH, JOB]);
}

#[tokio::test]
async fn calls_at_the_same_time_open_one_session() {
    let service = Sessions::new();
    let transport = service.fake.transport(session());
    let calls: Vec<_> = (0..8)
        .map(|_| {
            let transport = transport.clone();
            tokio::spawn(async move { transport.job(&job_id()).await })
        })
        .collect();
    for call in calls {
        call.await.expect("no panic").expect("a job");
    }
    assert_eq!(service.fake.lines().iter().filter(|line| *line == LOGIN).count(), 1);
    service.take_over();
    let calls: Vec<_> = (0..8)
        .map(|_| {
            let transport = transport.clone();
            tokio::spawn(async move { transport.job(&job_id()).await })
        })
        .collect();
    for call in calls {
        call.await.expect("no panic").expect("a job");
    }
    assert_eq!(service.fake.lines().iter().filter(|line| *line == LOGIN).count(), 1, "renewed together");
}

#[tokio::test]
async fn a_session_that_was_taken_over_is_opened_again_and_the_call_repeated() {
    let service = Sessions::new();
    let transport = service.fake.transport(session());
    transport.job(&job_id()).await.expect("a job");
    service.take_over();
    transport.submit_batch(&batch()).await.expect("a job");
    assert_eq!(service.fake.asked()[4].text().matches("batch-1.json").count(), 2, "the file was opened again");
    assert_eq!(service.fake.lines(), [LOGIN, JOB, BATCH, LOGIN, BATCH]);
}

#[tokio::test(start_paused = true)]
async fn two_workers_who_end_each_others_sessions_are_told() {
    let service = Sessions::new();
    let workers = [service.fake.transport(session()), service.fake.transport(session())];
    let mut rounds = 0;
    let error = 'fight: loop {
        rounds += 1;
        assert!(rounds < 10, "an endless fight");
        for worker in &workers {
            if let Err(error) = worker.job(&job_id()).await {
                break 'fight error;
            }
            tokio::time::advance(Duration::from_secs(2)).await;
        }
    };
    assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Unauthenticated, Delivery::Answered));
    assert_eq!(
        error.to_string(),
        "reading a job failed: the service answered 401 (the session was ended 3 times within 10 minutes and opened \
         again, most likely because somebody else signs in as the same user: give each worker a user of its own, or \
         sign in with basic or a token)"
    );
    service.fake.lines();
    workers[0].job(&job_id()).await.expect_err("still");
    workers[1].job(&job_id()).await.expect("the other one goes on");
    assert_eq!(service.fake.lines(), [JOB], "without another sign-in");
    tokio::time::advance(Duration::from_secs(600)).await;
    workers[0].job(&job_id()).await.expect("later it may try again");
}

#[tokio::test(start_paused = true)]
async fn a_session_that_runs_out_now_and_then_is_no_fight() {
    let service = Sessions::new();
    let transport = service.fake.transport(session());
    for _ in 0..20 {
        transport.job(&job_id()).await.expect("a job");
        service.take_over();
        tokio::time::advance(Duration::from_secs(30 * 60)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_idle_session_is_looked_after_before_an_upload() {
    let service = Sessions::new();
    let transport = service.fake.transport(session());
    transport.submit_batch(&batch()).await.expect("a job");
    tokio::time::advance(Duration::from_secs(299)).await;
    transport.submit_batch(&batch()).await.expect("a job");
    assert_eq!(service.fake.lines(), [LOGIN, BATCH, BATCH], "it was in use");
    tokio::time::advance(Duration::from_secs(300)).await;
    transport.submit_batch(&batch()).await.expect("a job");
    assert_eq!(service.fake.lines(), [HEARTBEAT, BATCH]);
    service.take_over();
    tokio::time::advance(Duration::from_secs(300)).await;
    transport.submit_batch(&batch()).await.expect("a job");
    assert_eq!(service.fake.lines(), [HEARTBEAT, LOGIN, BATCH], "the file was not sent in vain");
}

#[tokio::test]
async fn a_session_is_kept_and_closed() {
    let service = Sessions::new();
    let transport = service.fake.transport(session());
    transport.keep_alive().await.expect("nothing to keep");
    transport.close().await.expect("nothing to close");
    assert!(service.fake.lines().is_empty());
    transport.job(&job_id()).await.expect("a job");
    transport.keep_alive().await.expect("kept");
    transport.close().await.expect("closed");
    transport.close().await.expect("nothing to close");
    assert_eq!(service.fake.lines(), [LOGIN, JOB, HEARTBEAT, "DELETE /rest/2.0/auth/sessions/current"]);
    transport.job(&job_id()).await.expect("a job");
    assert_eq!(service.fake.lines(), [LOGIN, JOB]);
    service.take_over();
    transport.keep_alive().await.expect_err("it has ended");
    transport.close().await.expect("somebody else has closed it");
}

#[tokio::test]
async fn a_session_that_is_refused_although_it_is_new_is_not_kept() {
    let service = Fake::new(|asked| match asked.line == LOGIN {
        true => {
            let mut answer = answer(200, "");
            answer.headers_mut().append("set-cookie", "JSESSIONID=1".parse().expect("a cookie"));
            answer
        }
        false => answer(401, r#"{"userMessage":"not you"}"#),
    });
    let transport = service.transport(session());
    let error = transport.submit_batch(&batch()).await.expect_err("refused twice");
    assert_eq!((error.kind(), error.message()), (TransportErrorKind::Unauthenticated, Some("not you")));
    assert_eq!(service.lines(), [LOGIN, BATCH, LOGIN, BATCH]);
    transport.job(&job_id()).await.expect_err("refused");
    assert_eq!(service.lines(), [LOGIN, JOB, LOGIN, JOB], "the next call begins with a new one");
}

#[tokio::test]
async fn a_call_that_is_refused_whatever_the_session_keeps_no_other_call_out() {
    let service = Fake::new(|asked| match asked.line.as_str() {
        LOGIN => {
            let mut answer = answer(200, "");
            answer.headers_mut().append("set-cookie", "JSESSIONID=1".parse().expect("a cookie"));
            answer
        }
        JOB => job(),
        _ => answer(401, r#"{"userMessage":"not you"}"#),
    });
    let transport = service.transport(session());
    for _ in 0..6 {
        let error = transport.submit_batch(&batch()).await.expect_err("refused twice");
        assert_eq!(error.message(), Some("not you"));
        transport.job(&job_id()).await.expect("a job");
    }
}

#[tokio::test]
async fn a_login_without_a_session_is_no_success() {
    for cookie in [None, Some("JSESSIONID=; Max-Age=0"), Some("OTHER=1"), Some("JSESSIONID")] {
        let service = Fake::new(move |_| {
            let mut answer = answer(200, r#"{"csrfToken":"secret-csrf"}"#);
            if let Some(cookie) = cookie {
                answer.headers_mut().append("set-cookie", cookie.parse().expect("a cookie"));
            }
            answer
        });
        let error = service.transport(session()).submit_batch(&batch()).await.expect_err("no session");
        assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Faulty, Delivery::NotSent), "{cookie:?}");
        let source = std::error::Error::source(&error).expect("a cause");
        assert_eq!(source.to_string(), "signing in failed (the service answered 200 without a session's cookie)");
        assert!(!format!("{error:?}").contains("secret-csrf"), "{error:?}");
        assert_eq!(service.lines(), [LOGIN]);
    }
}

#[tokio::test]
async fn an_echo_of_the_session_is_not_repeated() {
    let service = Fake::new(|asked| match asked.line == LOGIN {
        true => {
            let mut answer = answer(200, r#"{"csrfToken":"csrf-17"}"#);
            for cookie in ["JSESSIONID=session-17; Path=/", "LB=left"] {
                answer.headers_mut().append("set-cookie", cookie.parse().expect("a cookie"));
            }
            answer
        }
        false => answer(500, r#"{"userMessage":"session-17 with csrf-17 left us"}"#),
    });
    let error = service.transport(session()).job(&job_id()).await.expect_err("broken");
    assert_eq!(error.message(), Some("*** with *** left us"));
    assert!(!format!("{error:?}").contains("n-17"), "{error:?}");
}

#[tokio::test]
async fn a_refused_login_counts_as_the_answer_to_the_call() {
    let service = Fake::new(|_| answer(401, format!(r#"{{"userMessage":"{PASSWORD} is wrong"}}"#)));
    let error = service.transport(session()).submit_batch(&batch()).await.expect_err("refused");
    assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Unauthenticated, Delivery::Answered));
    assert_eq!(error.to_string(), "sending a batch failed: the service answered 401 (signing in did not succeed)");
    let source = std::error::Error::source(&error).expect("a cause");
    assert_eq!(source.to_string(), "signing in failed: the service answered 401 (*** is wrong)");
    assert_eq!(service.lines(), [LOGIN]);
}
