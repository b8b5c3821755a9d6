//! What goes over the wire.

use sync_core::transport::{BatchRequest, FinalizeRequest, FullRequest, RelationsAction, Transport, TransportExt};
use sync_core::{Digest, Finalization, JobState, Page, Payload, PayloadFormat, SynchronizationId};
use sync_http::{ConnectOptions, Credentials, HttpTransport};

use crate::peer::{Peer, answer, job};
use crate::{batch, harbour, job_id, json, transport};

const STATUS: &str = "6c9d0f0e-3a52-4d60-a9a7-5f1a1a1a5066";

#[tokio::test]
async fn a_batch_is_a_form_with_its_text_first_and_its_file_last() {
    let peer = Peer::answering([job()]).await;
    let request = BatchRequest::new(harbour(), json(r#"[{"resourceType":"Community"}]"#));
    let job = transport(&peer.url()).submit_batch(&request).await.expect("a job");
    assert_eq!((job.id, job.state), (job_id(), Some(JobState::Waiting)));
    assert_eq!(
        peer.only().redacted(),
        r#"POST /rest/2.0/import/synchronize/harbour/batch/json-job HTTP/1.1
accept: application/json
user-agent: collibra-sync/VERSION
authorization: Basic aW1wb3J0ZXI6Y29ycmVjdC1ob3JzZQ==
content-type: multipart/form-data; boundary=BOUNDARY
content-length: 690
host: HOST

--BOUNDARY
Content-Disposition: form-data; name="continueOnError"

false
--BOUNDARY
Content-Disposition: form-data; name="relationsAction"

REPLACE
--BOUNDARY
Content-Disposition: form-data; name="fileName"

batch-1.json
--BOUNDARY
Content-Disposition: form-data; name="file"; filename="batch-1.json"
Content-Type: application/json

[{"resourceType":"Community"}]
--BOUNDARY--
"#
    );
}

#[tokio::test]
async fn options_of_a_batch_are_sent() {
    let peer = Peer::answering([job()]).await;
    let request = batch().with_continue_on_error(true).with_relations_action(RelationsAction::AddOrIgnore);
    transport(&peer.url()).submit_batch(&request).await.expect("a job");
    let text = peer.only().redacted();
    assert!(text.contains("name=\"continueOnError\"\n\ntrue\n"), "{text}");
    assert!(text.contains("name=\"relationsAction\"\n\nADD_OR_IGNORE\n"), "{text}");
}

#[tokio::test]
async fn a_finalize_always_names_its_strategy() {
    let peer = Peer::answering([job()]).await;
    let request = FinalizeRequest::new(harbour(), Finalization::RemoveResources);
    transport(&peer.url()).submit_finalize(&request).await.expect("a job");
    assert_eq!(
        peer.only().redacted(),
        r#"POST /rest/2.0/import/synchronize/harbour/finalize/job HTTP/1.1
accept: application/json
user-agent: collibra-sync/VERSION
authorization: Basic aW1wb3J0ZXI6Y29ycmVjdC1ob3JzZQ==
content-type: multipart/form-data; boundary=BOUNDARY
content-length: 225
host: HOST

--BOUNDARY
Content-Disposition: form-data; name="finalizationStrategy"

REMOVE_RESOURCES
--BOUNDARY--
"#
    );
}

#[tokio::test]
async fn the_status_of_missing_assets_goes_with_change_status_alone() {
    let peer = Peer::answering([job()]).await;
    let transport = transport(&peer.url());
    let change = Finalization::ChangeStatus(STATUS.parse().expect("a UUID"));
    for finalization in [change, Finalization::Ignore] {
        transport.submit_finalize(&FinalizeRequest::new(harbour(), finalization)).await.expect("a job");
    }
    let bodies: Vec<String> = peer.captured().iter().map(|request| request.redacted()).collect();
    assert!(bodies[0].ends_with(&format!(
        "--BOUNDARY\nContent-Disposition: form-data; name=\"finalizationStrategy\"\n\nCHANGE_STATUS\n\
         --BOUNDARY\nContent-Disposition: form-data; name=\"missingAssetStatusId\"\n\n{STATUS}\n--BOUNDARY--\n"
    )));
    assert!(bodies[1].contains("IGNORE") && !bodies[1].contains("missingAssetStatusId"), "{}", bodies[1]);
}

#[tokio::test]
async fn a_whole_cycle_has_the_fields_of_both_and_no_relations_action() {
    let peer = Peer::answering([job()]).await;
    let request = FullRequest::new(harbour(), json("[]"), Finalization::Ignore).with_continue_on_error(true);
    transport(&peer.url()).submit_full(&request).await.expect("a job");
    let text = peer.only().redacted();
    let (head, body) = text.split_once("\n\n").expect("a head");
    assert!(head.starts_with("POST /rest/2.0/import/synchronize/harbour/json-job HTTP/1.1\n"), "{head}");
    assert_eq!(
        body,
        r#"--BOUNDARY
Content-Disposition: form-data; name="continueOnError"

true
--BOUNDARY
Content-Disposition: form-data; name="finalizationStrategy"

IGNORE
--BOUNDARY
Content-Disposition: form-data; name="fileName"

batch-1.json
--BOUNDARY
Content-Disposition: form-data; name="file"; filename="batch-1.json"
Content-Type: application/json

[]
--BOUNDARY--
"#
    );
}

#[tokio::test]
async fn a_file_name_beyond_ascii_travels_as_utf8() {
    let peer = Peer::answering([job()]).await;
    let payload = Payload::from_bytes(PayloadFormat::Json, "Hafen \"Süd\".json", "[]".into(), Digest::default());
    transport(&peer.url()).submit_batch(&BatchRequest::new(harbour(), payload)).await.expect("a job");
    let text = peer.only().redacted();
    assert!(text.contains("name=\"fileName\"\n\nHafen \"Süd\".json\n"), "{text}");
    assert!(text.contains(r#"name="file"; filename="Hafen \"Süd\".json""#), "{text}");
}

#[tokio::test]
async fn an_empty_payload_is_an_empty_file() {
    let peer = Peer::answering([job()]).await;
    transport(&peer.url()).submit_batch(&BatchRequest::new(harbour(), json(""))).await.expect("a job");
    assert!(peer.only().redacted().ends_with("Content-Type: application/json\n\n\n--BOUNDARY--\n"));
}

#[tokio::test]
async fn a_strange_id_stays_one_path_segment() {
    let peer = Peer::answering([job()]).await;
    let id = SynchronizationId::new_unchecked_alphabet("a/../b?c#d é").expect("short enough");
    transport(&peer.url()).submit_batch(&BatchRequest::new(id, json("[]"))).await.expect("a job");
    let head = peer.only().head;
    assert!(
        head.starts_with("POST /rest/2.0/import/synchronize/a%2F..%2Fb%3Fc%23d%20%C3%A9/batch/json-job HTTP/1.1\r\n"),
        "{head}"
    );
}

#[tokio::test]
async fn reads_name_their_job_and_have_no_body() {
    let peer = Peer::answering([
        job(),
        answer("200 OK", r#"{"resourceTypes":[],"errorsCount":0,"importJobState":"COMPLETED"}"#),
        answer("200 OK", "true"),
    ])
    .await;
    let transport = transport(&peer.url());
    transport.job(&job_id()).await.expect("a job");
    transport.summary(&job_id()).await.expect("a summary");
    assert!(transport.exists(&harbour()).await.expect("an answer"));
    let captured = peer.captured();
    assert_eq!(
        captured[0].redacted(),
        "GET /rest/2.0/jobs/0b7f2d4e-5a0e-4c53-9f2b-1f6f6d1b7a11 HTTP/1.1\n\
         accept: application/json\n\
         user-agent: collibra-sync/VERSION\n\
         authorization: Basic aW1wb3J0ZXI6Y29ycmVjdC1ob3JzZQ==\n\
         host: HOST\n\n"
    );
    let line = |number: usize| captured[number].head.lines().next().unwrap_or_default().to_owned();
    assert_eq!(line(1), "GET /rest/2.0/import/results/0b7f2d4e-5a0e-4c53-9f2b-1f6f6d1b7a11/summary HTTP/1.1");
    assert_eq!(line(2), "GET /rest/2.0/import/synchronize/exists/harbour HTTP/1.1");
}

#[tokio::test]
async fn all_errors_are_paged_until_a_short_page() {
    let row = r#"{"errorType":"RUNTIME","errorMessage":"no such type","command":{"indices":[3],"identifier":"x"}}"#;
    let page = |rows: usize| {
        let rows = vec![row; rows].join(",");
        answer("200 OK", &format!(r#"{{"total":-1,"offset":0,"limit":1000,"results":[{rows}]}}"#))
    };
    let full = Page::<()>::MAX_LIMIT as usize;
    let peer = Peer::answering([page(full), page(full), page(7)]).await;
    let errors = transport(&peer.url()).all_errors(&job_id(), usize::MAX).await.expect("errors");
    assert_eq!(errors.len(), 2 * full + 7);
    assert_eq!(errors[0].error_message.as_deref(), Some("no such type"));
    let paths: Vec<String> = peer
        .captured()
        .iter()
        .map(|request| request.head.split(' ').nth(1).unwrap_or_default().rsplit('/').next().unwrap_or_default().into())
        .collect();
    assert_eq!(
        paths,
        [
            "errors?offset=0&limit=1000&countLimit=-1",
            "errors?offset=1000&limit=1000&countLimit=-1",
            "errors?offset=2000&limit=1000&countLimit=-1"
        ]
    );
}

#[tokio::test]
async fn a_bearer_token_is_sent_as_it_is() {
    let peer = Peer::answering([job()]).await;
    let token = Credentials::Bearer("abc.def.ghi".into());
    let transport = HttpTransport::new(&peer.url(), token, ConnectOptions::default()).expect("a loopback target");
    transport.job(&job_id()).await.expect("a job");
    assert_eq!(peer.only().header("authorization"), Some("Bearer abc.def.ghi"));
}

#[tokio::test]
async fn without_credentials_none_are_sent() {
    let peer = Peer::answering([job()]).await;
    let transport = HttpTransport::builder(peer.url()).build().expect("a loopback target");
    transport.job(&job_id()).await.expect("a job");
    assert_eq!(peer.only().header("authorization"), None);
}

#[tokio::test]
async fn a_prefix_before_the_api_is_kept() {
    let peer = Peer::answering([job()]).await;
    for tail in ["/collibra", "/collibra/", "/collibra/rest/2.0", "/collibra/rest/2.0/"] {
        transport(&format!("{}{tail}", peer.url())).job(&job_id()).await.expect("a job");
    }
    for request in peer.captured() {
        assert!(request.head.starts_with("GET /collibra/rest/2.0/jobs/0b7f"), "{}", request.head);
    }
}
