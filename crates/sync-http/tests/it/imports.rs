//! Plain imports, and what can be asked for beside the file.

use sync_core::transport::{BatchRequest, FinalizeRequest, FullRequest, RelationsAction, Transport};
use sync_core::{Finalization, ImportApi, ImportMode, ImportRequest, ServerVersion, SynchronizationInfo};

use crate::fake::{Fake, answer, job};
use crate::peer::{self, Peer};
use crate::{basic, harbour, json, transport};

#[tokio::test]
async fn an_import_says_what_it_wants_in_any_case() {
    let peer = Peer::answering([peer::job()]).await;
    transport(&peer.url()).submit_import(&ImportRequest::new(json("[]"))).await.expect("a job");
    let text = peer.only().redacted();
    let (head, body) = text.split_once("\n\n").expect("a head");
    assert!(head.starts_with("POST /rest/2.0/import/json-job HTTP/1.1\n"), "{head}");
    assert_eq!(
        body,
        r#"--BOUNDARY
Content-Disposition: form-data; name="continueOnError"

false
--BOUNDARY
Content-Disposition: form-data; name="simulation"

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

[]
--BOUNDARY--
"#
    );
}

#[tokio::test]
async fn modes_of_an_import_are_sent() {
    let fake = Fake::new(|_| job());
    let transport = fake.transport(basic());
    for (mode, continues, simulates) in [
        (ImportMode::AllOrNothing, "false", "false"),
        (ImportMode::ContinueOnError, "true", "false"),
        (ImportMode::Simulation, "false", "true"),
    ] {
        let request =
            ImportRequest::new(json("[]")).with_mode(mode).with_relations_action(RelationsAction::AddOrIgnore);
        transport.submit_import(&request).await.expect("a job");
        let asked = fake.asked().pop().expect("a request");
        for (name, value) in
            [("continueOnError", continues), ("simulation", simulates), ("relationsAction", "ADD_OR_IGNORE")]
        {
            assert!(
                asked.text().contains(&format!("name=\"{name}\"\r\n\r\n{value}\r\n")),
                "{mode:?}: {}",
                asked.text()
            );
        }
    }
}

#[tokio::test]
async fn notifications_are_asked_for_everywhere_and_simulations_nowhere_else() {
    let fake = Fake::new(|_| job());
    let transport = fake.transport(basic());
    let json = || json("[]");
    for wanted in [true, false] {
        let batch = BatchRequest::new(harbour(), json()).with_send_notification(wanted);
        transport.submit_batch(&batch).await.expect("a job");
        let full = FullRequest::new(harbour(), json(), Finalization::Ignore).with_send_notification(wanted);
        transport.submit_full(&full).await.expect("a job");
        let finalize = FinalizeRequest::new(harbour(), Finalization::Ignore).with_send_notification(wanted);
        transport.submit_finalize(&finalize).await.expect("a job");
        let all = fake.asked();
        for asked in &all[all.len() - 3..] {
            let says = asked.text().contains("name=\"sendNotification\"\r\n\r\ntrue\r\n");
            assert_eq!(says, wanted, "{}", asked.line);
            assert!(!asked.text().contains("simulation"), "{}", asked.line);
        }
        transport.submit_import(&ImportRequest::new(json()).with_send_notification(wanted)).await.expect("a job");
        let asked = fake.asked().pop().expect("a request");
        assert_eq!(asked.text().contains("name=\"sendNotification\"\r\n\r\ntrue\r\n"), wanted);
    }
}

#[tokio::test]
async fn synchronizations_are_listed_and_evicted() {
    let fake = Fake::new(|asked| match asked.line.starts_with("GET") {
        true => answer(
            200,
            r#"{"total":2,"offset":0,"limit":1000,"results":[{"synchronizationId":"a/b"},{"synchronizationId":"harbour"}]}"#,
        ),
        false => answer(204, ""),
    });
    let transport = fake.transport(basic());
    let page = transport.synchronizations(7).await.expect("a page");
    assert_eq!(page.results, [SynchronizationInfo::new("a/b"), SynchronizationInfo::new("harbour")]);
    transport.evict(&harbour()).await.expect("evicted");
    assert_eq!(
        fake.lines(),
        [
            "GET /rest/2.0/import/synchronize?offset=7&limit=1000&countLimit=-1",
            "DELETE /rest/2.0/import/synchronize/harbour/evict"
        ]
    );
}

#[tokio::test]
async fn the_version_of_the_service_is_read_however_it_says_it() {
    for (body, version) in [
        (r#"{"version":{"major":2026,"minor":7,"fullVersion":"2026.07.1-4"},"buildNumber":"4"}"#, Some("2026.07.1-4")),
        (r#"{"version":{"major":2026,"minor":7},"buildNumber":"4"}"#, Some("2026.07")),
        (r#"{"version":"2024.10.0","buildNumber":"4"}"#, Some("2024.10.0")),
        (r#"{"version":17,"buildNumber":"4"}"#, None),
        (r#"{"buildNumber":"4"}"#, None),
    ] {
        let fake = Fake::new(move |_| answer(200, body));
        let info = fake.transport(basic()).server().await.expect("an answer");
        assert_eq!(info.version.as_ref().map(ServerVersion::as_str), version, "{body}");
        assert_eq!(info.build.as_deref(), Some("4"));
        assert_eq!(fake.lines(), ["GET /rest/2.0/application/info"]);
    }
}
