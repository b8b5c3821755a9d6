//! Every operation against the embedded server: signed in in each of four ways, jobs in both shapes, a token that runs
//! out during an upload, a session that somebody else takes over.

use std::io::{Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use http_body_util::BodyExt;
use sync_core::transport::{
    BatchRequest, FinalizeRequest, FullRequest, JobQuery, RelationsAction, Transport, TransportError,
    TransportErrorKind, TransportExt,
};
use sync_core::{
    Digest, Finalization, ImportApi, ImportApiExt, ImportMode, ImportRequest, Job, JobState, Outcome, Payload,
    PayloadFormat, Profile, SynchronizationId, TableParameters,
};
use sync_emulator::{BearerToken, Emulator, EmulatorBuilder, Readings, User};
use sync_formats::{ExcelOptions, ExcelWriter};
use sync_http::{
    Body, ClientAuthentication, ConnectOptions, Credentials, HttpService, HttpTransport, OAuthClient, ReqwestService,
    ServiceError,
};

use crate::peer::soon;

const CLIENT: &str = "urn:harbour:sync+1";
const SECRET: &str = "50% of \"all\": secrets";
const TEMPLATE: &str = r#"[{"resourceType":"Community","identifier":{"name":"${1}"}}]"#;

fn server() -> EmulatorBuilder {
    Emulator::builder()
        .account(User::new("keeper", "lamp"))
        .client(sync_emulator::OAuthClient::new(CLIENT, SECRET))
        .token(BearerToken::new("opaque-1", "keeper"))
}

/// A server with jobs at one of the two APIs alone.
fn server_with(jobs_api: sync_emulator::JobsApi) -> EmulatorBuilder {
    let mut readings = Readings::default();
    readings.jobs_api = jobs_api;
    readings.older_cancel = sync_emulator::OlderCancel::Offered;
    readings.hidden_polls = 1;
    server().readings(readings)
}

fn ways() -> [(&'static str, Credentials); 5] {
    let client = OAuthClient::new(CLIENT, SECRET);
    let (username, password) = ("keeper".to_owned(), "lamp".into());
    [
        ("basic", Credentials::Basic { username: username.clone(), password }),
        ("session", Credentials::Session { username, password: "lamp".into() }),
        ("bearer", Credentials::Bearer("opaque-1".into())),
        ("oauth", Credentials::OAuth(client.clone())),
        ("oauth-post", Credentials::OAuth(client.with_authentication(ClientAuthentication::Post))),
    ]
}

fn connect(emulator: &Emulator, credentials: Credentials) -> HttpTransport {
    HttpTransport::new(&emulator.url(), credentials, ConnectOptions::default()).expect("a loopback target")
}

fn payload(format: PayloadFormat, name: &str, text: String) -> Payload {
    Payload::from_bytes(format, name, text.into(), Digest::default())
}

fn community(name: &str) -> String {
    format!(r#"{{"resourceType":"Community","identifier":{{"name":"{name}"}}}}"#)
}

fn communities(names: &[&str]) -> Payload {
    let commands: Vec<String> = names.iter().map(|name| community(name)).collect();
    payload(PayloadFormat::Json, "communities.json", format!("[{}]", commands.join(",")))
}

/// Waits for a job to end and says how it did.
async fn outcome(transport: &HttpTransport, job: Job, continue_on_error: bool) -> Outcome {
    let job = soon("the end of the job", ended(transport, &job)).await;
    let summary = transport.summary(&job.id).await.expect("a summary");
    Outcome::judge(continue_on_error, &job, Some(&summary)).expect("an ended job")
}

async fn ended(transport: &HttpTransport, job: &Job) -> Job {
    loop {
        match transport.job(&job.id).await {
            Ok(job) if job.is_terminal() => return job,
            Ok(_) => {}
            // Not visible yet.
            Err(error) if error.kind() == TransportErrorKind::NotFound => {}
            Err(error) => panic!("the job cannot be read: {error}"),
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn succeeds(transport: &HttpTransport, submitted: Result<Job, TransportError>) -> Job {
    let job = submitted.expect("a job");
    assert_eq!(outcome(transport, job.clone(), false).await, Outcome::Succeeded);
    job
}

/// Each operation at least once; `way` keeps the names of one way of signing in apart from the others'.
async fn drive(transport: &HttpTransport, way: &str) {
    imports(transport, way).await;
    files(transport, way).await;
    cycle(transport, way).await;
    tables(transport, way).await;
    cancellation(transport, way).await;
    let info = transport.server().await.expect("a version");
    assert_eq!(info.version.as_ref().map(Profile::of), Some(Profile::V2026_07));
}

async fn imports(transport: &HttpTransport, way: &str) {
    let name = format!("{way} imports");
    let import = ImportRequest::new(communities(&[&name]));
    let simulation = import.clone().with_mode(ImportMode::Simulation);
    let job = transport.submit_import(&simulation).await.expect("a job");
    let job = soon("the end of the simulation", ended(transport, &job)).await;
    assert_eq!(transport.summary(&job.id).await.expect("a summary").total().added, 1, "what would be done");
    let job = succeeds(transport, transport.submit_import(&import.with_send_notification(true)).await).await;
    assert_eq!(transport.summary(&job.id).await.expect("a summary").total().added, 1, "the simulation kept nothing");

    let bad = r#"[{"resourceType":"Domain","identifier":{"name":"x","community":{"name":"nowhere"}}}]"#;
    let bad = payload(PayloadFormat::Json, "bad.json", bad.to_owned());
    let request = ImportRequest::new(bad)
        .with_mode(ImportMode::ContinueOnError)
        .with_relations_action(RelationsAction::AddOrIgnore);
    let job = transport.submit_import(&request).await.expect("a job");
    assert_eq!(outcome(transport, job.clone(), true).await, Outcome::CompletedWithErrors);
    let errors = transport.all_errors(&job.id, usize::MAX).await.expect("errors");
    assert_eq!(errors.len(), 1, "{errors:?}");

    let user = transport.own_user().await.expect("an answer").expect("a user");
    let jobs = transport.jobs(&JobQuery::default().with_created_by(user.clone()), 0).await.expect("jobs").results;
    let ours = jobs.iter().find(|other| other.id == job.id).expect("our job among ours");
    assert_eq!(ours.created_by.as_deref(), Some(user.as_str()));
    assert!(ours.created_on.is_some_and(|created| created > 1_600_000_000_000), "{ours:?}");
    assert!(jobs.is_sorted_by(|newer, older| newer.created_on >= older.created_on), "the newest first");
}

async fn files(transport: &HttpTransport, way: &str) {
    let name = format!("{way} files");
    let payload = communities(&[&name]);
    let file = transport.upload_file(&payload).await.expect("a file");
    assert_eq!(transport.file_info(&file.id).await.expect("the file").size, Some(payload.len()));
    let stored = payload.clone().stored_as(file.id.clone());
    succeeds(transport, transport.submit_import(&ImportRequest::new(stored.clone())).await).await;
    succeeds(transport, transport.submit_import(&ImportRequest::new(stored)).await).await;
    transport.delete_file(&file.id).await.expect("deleted");
    transport.delete_file(&file.id).await.expect("deleted already");
    assert_eq!(transport.file_info(&file.id).await.expect_err("gone").kind(), TransportErrorKind::NotFound);

    let file = transport.upload_file(&payload).await.expect("a file").id;
    let once = payload.stored_as(file.clone()).with_delete_file(true);
    succeeds(transport, transport.submit_import(&ImportRequest::new(once)).await).await;
    assert_eq!(transport.file_info(&file).await.expect_err("used up").kind(), TransportErrorKind::NotFound);
}

async fn cycle(transport: &HttpTransport, way: &str) {
    let id: SynchronizationId = format!("{way}-cycle").parse().expect("a good id");
    let [kept, gone] = ["kept", "gone"].map(|name| format!("{way} {name}"));
    let domain = |name: &str| {
        format!(
            r#"{{"resourceType":"Domain","identifier":{{"name":"{name}","community":{{"name":"{kept}"}}}},"type":{{"name":"Physical Data Dictionary"}}}}"#
        )
    };
    let asset = |name: &str| {
        format!(
            r#"{{"resourceType":"Asset","identifier":{{"name":"{name}","domain":{{"name":"d","community":{{"name":"{kept}"}}}}}},"type":{{"name":"Table"}}}}"#
        )
    };
    let json = |commands: &[String]| payload(PayloadFormat::Json, "batch.json", format!("[{}]", commands.join(",")));
    let batch = |commands: &[String]| BatchRequest::new(id.clone(), json(commands));
    let base = [community(&kept), domain("d")];
    succeeds(transport, transport.submit_batch(&batch(&base)).await).await;
    succeeds(transport, transport.submit_batch(&batch(&[asset(&kept), asset(&gone)])).await).await;
    let ignore = FinalizeRequest::new(id.clone(), Finalization::Ignore);
    succeeds(transport, transport.submit_finalize(&ignore).await).await;
    assert!(transport.exists(&id).await.expect("an answer"));
    let all = transport.all_synchronizations(usize::MAX).await.expect("a list");
    assert!(all.iter().any(|info| info.synchronization_id == id.as_str()), "{all:?}");

    transport.evict(&id).await.expect("evicted");
    let again = [base.as_slice(), &[asset(&kept)]].concat();
    let full = FullRequest::new(id.clone(), json(&again), Finalization::RemoveResources).with_continue_on_error(false);
    let job = succeeds(transport, transport.submit_full(&full).await).await;
    let summary = transport.summary(&job.id).await.expect("a summary");
    assert_eq!(summary.counts("ASSET").removed, 1, "{summary:?}");
    transport.forget(&id).await.expect("forgotten");
    assert!(!transport.exists(&id).await.expect("an answer"));
}

async fn tables(transport: &HttpTransport, way: &str) {
    let id: SynchronizationId = format!("{way}-tables").parse().expect("a good id");
    let table = || TableParameters::new(TEMPLATE);
    let csv = payload(PayloadFormat::Csv, "t.csv", format!("{way} csv\n")).with_table(table());
    let mut book = ExcelWriter::new(&ExcelOptions::default()).expect("a workbook");
    book.write_row([format!("{way} excel")]).expect("a row");
    let book = book.into_bytes().expect("a workbook").into();
    let excel = Payload::from_bytes(PayloadFormat::Excel, "t.xlsx", book, Digest::default()).with_table(table());
    for payload in [csv, excel] {
        let import = ImportRequest::new(payload.clone());
        let full = FullRequest::new(id.clone(), payload.clone(), Finalization::Ignore);
        succeeds(transport, transport.submit_import(&import).await).await;
        succeeds(transport, transport.submit_batch(&BatchRequest::new(id.clone(), payload)).await).await;
        succeeds(transport, transport.submit_full(&full).await).await;
    }
}

async fn cancellation(transport: &HttpTransport, way: &str) {
    for round in 0..5 {
        let names: Vec<String> = (0..2000).map(|number| format!("{way} busy {round}.{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let busy = transport.submit_import(&ImportRequest::new(communities(&names))).await.expect("a job");
        let behind = ImportRequest::new(communities(&[&format!("{way} canceled {round}")]));
        let behind = transport.submit_import(&behind).await.expect("a job");
        let canceled = transport.cancel(&behind.id, Some("not \"today\" & not tomorrow")).await;
        let behind = soon("the end of the job", ended(transport, &behind)).await;
        soon("the end of the job", ended(transport, &busy)).await;
        match (canceled, behind.state) {
            (Ok(()), Some(JobState::Canceled | JobState::Deleted)) => {
                assert_eq!(behind.message.as_deref(), Some("not \"today\" & not tomorrow"));
                return;
            }
            // It was done already; a busier server will do.
            (_, Some(JobState::Completed)) => {}
            other => panic!("neither canceled nor done: {other:?}"),
        }
    }
    panic!("no job could be canceled in time");
}

#[tokio::test]
async fn every_operation_works_in_both_shapes_of_jobs_however_one_signs_in() {
    for jobs_api in [sync_emulator::JobsApi::OlderOnly, sync_emulator::JobsApi::NewerOnly] {
        let emulator = server_with(jobs_api).start().await.expect("a server");
        for (way, credentials) in ways() {
            let transport = connect(&emulator, credentials);
            drive(&transport, way).await;
            transport.close().await.expect("closed");
        }
        emulator.stop().await;
    }
}

/// A gateway that takes whole requests before it passes them on, as gateways do.
struct Gateway {
    onward: ReqwestService,
    refused: AtomicU32,
}

impl Gateway {
    fn new() -> Arc<Self> {
        let onward = ReqwestService::new(ConnectOptions::default()).expect("a client");
        Arc::new(Self { onward, refused: AtomicU32::new(0) })
    }

    fn transport(self: &Arc<Self>, emulator: &Emulator, credentials: Credentials) -> HttpTransport {
        HttpTransport::over(self.clone(), &emulator.url(), credentials).expect("a loopback target")
    }

    fn refused(&self) -> u32 {
        self.refused.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl HttpService for Gateway {
    async fn call(&self, request: http::Request<Body>) -> Result<http::Response<Body>, ServiceError> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map_err(ServiceError::broken)?.to_bytes();
        let response = self.onward.call(http::Request::from_parts(parts, body.into())).await?;
        if response.status() == http::StatusCode::UNAUTHORIZED {
            self.refused.fetch_add(1, Ordering::SeqCst);
        }
        Ok(response)
    }
}

/// Size of the blocks in which files are read.
const BLOCK: usize = 256 * 1024;

/// A file whose first block is there at once and the rest only at some time.
struct Late {
    until: Instant,
    inner: Cursor<Vec<u8>>,
}

impl Read for Late {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = usize::try_from(self.inner.position()).expect("a small file");
        if read >= BLOCK {
            std::thread::sleep(self.until.saturating_duration_since(Instant::now()));
        }
        let most = if read < BLOCK { buffer.len().min(BLOCK - read) } else { buffer.len() };
        self.inner.read(&mut buffer[..most])
    }
}

#[tokio::test]
async fn a_token_that_runs_out_during_an_upload_is_renewed_and_the_upload_repeated() {
    const LIFETIME: Duration = Duration::from_secs(1);
    let emulator = server().token_lifetime(LIFETIME).start().await.expect("a server");
    let gateway = Gateway::new();
    let transport = gateway.transport(&emulator, Credentials::OAuth(OAuthClient::new(CLIENT, SECRET)));
    let text = format!("[{}{}]", " ".repeat(2 * BLOCK), community("slow")).into_bytes();
    let opened = Arc::new(AtomicU32::new(0));
    let (source, counter) = (text.clone(), opened.clone());
    let until = Instant::now() + 3 * LIFETIME;
    let late = move || {
        counter.fetch_add(1, Ordering::SeqCst);
        Ok(Box::new(Late { until, inner: Cursor::new(source.clone()) }) as Box<dyn Read + Send>)
    };
    let payload = Payload::new(PayloadFormat::Json, "slow.json", text.len() as u64, Digest::default(), late);
    let batch = BatchRequest::new("slow".parse().expect("a good id"), payload);
    succeeds(&transport, transport.submit_batch(&batch).await).await;
    assert_eq!((gateway.refused(), opened.load(Ordering::SeqCst)), (1, 2), "refused once, opened twice");
}

#[tokio::test]
async fn a_session_that_somebody_else_takes_over_is_opened_again_wherever_it_is_missed() {
    let emulator = server().start().await.expect("a server");
    let session = || ways()[1].1.clone();
    let gateway = Gateway::new();
    let transport = gateway.transport(&emulator, session());
    let id: SynchronizationId = "pilots".parse().expect("a good id");
    let take_over = || async { connect(&emulator, session()).exists(&id).await.expect("another session") };
    let exists = || async { transport.exists(&id).await.expect("an answer") };
    assert!(!exists().await);
    take_over().await;
    succeeds(&transport, transport.submit_batch(&BatchRequest::new(id.clone(), communities(&["pilots"]))).await).await;
    assert_eq!(gateway.refused(), 1, "the upload met it");
    take_over().await;
    let finalize = FinalizeRequest::new(id.clone(), Finalization::Ignore);
    succeeds(&transport, transport.submit_finalize(&finalize).await).await;
    assert_eq!(gateway.refused(), 2, "the finalization met it");
    assert!(exists().await);

    let error = loop {
        take_over().await;
        match transport.exists(&id).await {
            Ok(_) => assert!(gateway.refused() < 5, "an endless fight"),
            Err(error) => break error,
        }
    };
    assert_eq!((error.kind(), gateway.refused()), (TransportErrorKind::Unauthenticated, 4));
    assert!(error.to_string().contains("somebody else signs in as the same user"), "{error}");
}
