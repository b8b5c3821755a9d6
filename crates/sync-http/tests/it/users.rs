//! Who we are to the service.

use sync_core::transport::{Transport, TransportErrorKind};
use sync_emulator::Emulator;
use sync_http::{ConnectOptions, Credentials, HttpTransport};

use crate::peer::{Peer, answer};
use crate::transport;

#[tokio::test]
async fn the_own_user_is_the_one_that_jobs_name() {
    let emulator = Emulator::start().await.expect("a server");
    let credentials = Credentials::Basic { username: "admin".into(), password: "admin".into() };
    let transport = HttpTransport::new(&emulator.url(), credentials, ConnectOptions::default()).expect("a transport");
    let job = transport.submit_batch(&crate::batch()).await.expect("a job");
    let user = transport.own_user().await.expect("an answer").expect("a user");
    let job = transport.job(&job.id).await.expect("the job");
    assert_eq!(job.created_by.as_deref(), Some(user.as_str()));
    assert!(job.created_on.is_some());
}

#[tokio::test]
async fn a_service_without_the_call_for_the_current_user_is_asked_for_the_session() {
    let session = answer("200 OK", r#"{"csrfToken":"x","user":{"id":"u-17","userName":"importer"}}"#);
    for user in [answer("200 OK", ""), answer("403 Forbidden", ""), answer("404 Not Found", "")] {
        let peer = Peer::answering([user, session.clone()]).await;
        let own = transport(&peer.url()).own_user().await.expect("an answer");
        assert_eq!(own.map(String::from).as_deref(), Some("u-17"));
        let paths: Vec<String> =
            peer.captured().iter().map(|asked| asked.head.split(' ').nth(1).unwrap_or_default().to_owned()).collect();
        assert_eq!(paths, ["/rest/2.0/users/current", "/rest/2.0/auth/sessions/current?include=user"]);
    }
}

#[tokio::test]
async fn a_service_that_does_not_say_who_we_are_is_no_error_but_a_broken_one_is() {
    let peer = Peer::answering([answer("404 Not Found", "")]).await;
    assert_eq!(transport(&peer.url()).own_user().await.expect("an answer"), None);
    let peer = Peer::answering([answer("503 Unavailable", "")]).await;
    let error = transport(&peer.url()).own_user().await.expect_err("no answer");
    assert_eq!(error.kind(), TransportErrorKind::Faulty);
    let peer = Peer::answering([answer("401 Unauthorized", "")]).await;
    let error = transport(&peer.url()).own_user().await.expect_err("it does not know us");
    assert_eq!(error.kind(), TransportErrorKind::Unauthenticated);
}
