//! Files uploaded before they are used.

use sync_core::transport::{BatchRequest, Delivery, Transport, TransportErrorKind};
use sync_core::{FileId, ImportApi, Payload, PayloadFormat, TableParameters};

use crate::fake::{Fake, answer, job};
use crate::peer::{self, Peer};
use crate::{basic, harbour, json, transport};

const ID: &str = "5e9a1c44-0d53-4a3c-9f0e-0a4f6a1c2b3d";

fn id() -> FileId {
    ID.parse().expect("a good id")
}

#[tokio::test]
async fn an_upload_is_the_file_alone() {
    let body = format!(r#"[{{"id":"{ID}","name":"batch-1.json","size":2,"contentType":"application/json","x":1}}]"#);
    let peer = Peer::answering([peer::answer("201 Created", &body)]).await;
    let file = transport(&peer.url()).upload_file(&json("[]")).await.expect("a file");
    assert_eq!((file.id, file.size, file.name.as_deref()), (id(), Some(2), Some("batch-1.json")));
    let text = peer.only().redacted();
    let (head, body) = text.split_once("\n\n").expect("a head");
    assert!(head.starts_with("POST /rest/2.0/files HTTP/1.1\n"), "{head}");
    assert_eq!(
        body,
        r#"--BOUNDARY
Content-Disposition: form-data; name="file"; filename="batch-1.json"
Content-Type: application/json

[]
--BOUNDARY--
"#
    );
}

#[tokio::test]
async fn an_upload_that_tells_of_no_file_leaves_it_open() {
    for body in ["[]", "{}", "", r#"[{"name":"x"}]"#] {
        let fake = Fake::new(move |_| answer(201, body));
        let error = fake.transport(basic()).upload_file(&json("[]")).await.expect_err("no file");
        assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Faulty, Delivery::Unknown), "{body}");
    }
}

#[tokio::test]
async fn a_submit_names_an_uploaded_file_and_says_whether_it_is_deleted() {
    let fake = Fake::new(|_| job());
    let transport = fake.transport(basic());
    for delete in [false, true] {
        let payload = json("[]").stored_as(id()).with_delete_file(delete);
        transport.submit_batch(&BatchRequest::new(harbour(), payload)).await.expect("a job");
        let asked = fake.asked().pop().expect("a request");
        assert!(asked.text().contains(&format!("name=\"fileId\"\r\n\r\n{ID}\r\n")), "{}", asked.text());
        assert!(asked.text().contains(&format!("name=\"deleteFile\"\r\n\r\n{delete}\r\n")), "{}", asked.text());
        assert!(!asked.text().contains("name=\"file\"") && !asked.text().contains("fileName"), "{}", asked.text());
    }
    let table = TableParameters::new("[]");
    let payload = Payload::stored(PayloadFormat::Csv, id()).with_table(table);
    transport.submit_batch(&BatchRequest::new(harbour(), payload)).await.expect("a job");
    let asked = fake.asked().pop().expect("a request");
    assert!(asked.text().contains("name=\"template\"") && asked.text().contains("name=\"fileId\""), "{}", asked.text());
}

#[tokio::test]
async fn a_file_that_goes_along_is_deleted_only_if_asked_for() {
    let fake = Fake::new(|_| job());
    let transport = fake.transport(basic());
    for delete in [false, true] {
        let payload = json("[]").with_delete_file(delete);
        transport.submit_batch(&BatchRequest::new(harbour(), payload)).await.expect("a job");
        let asked = fake.asked().pop().expect("a request");
        assert_eq!(asked.text().contains("name=\"deleteFile\"\r\n\r\ntrue\r\n"), delete, "{}", asked.text());
    }
}

#[tokio::test]
async fn files_are_asked_about_and_deleted_by_their_id() {
    let fake = Fake::new(|asked| match asked.line.starts_with("GET") {
        true => answer(200, format!(r#"{{"id":"{ID}","name":"tides.csv","size":17,"extension":"csv"}}"#)),
        false => answer(404, ""),
    });
    let transport = fake.transport(basic());
    assert_eq!(transport.file_info(&id()).await.expect("a file").size, Some(17));
    transport.delete_file(&id()).await.expect("what is not there need not be deleted");
    assert_eq!(fake.lines(), [format!("GET /rest/2.0/files/{ID}/info"), format!("DELETE /rest/2.0/files/{ID}")]);
}

#[tokio::test]
async fn what_cannot_be_a_file_is_not_asked_for() {
    let transport = transport("http://127.0.0.1:9");
    let dots: FileId = "..".parse().expect("an id as the core sees it");
    let stored = json("[]").stored_as(id());
    for error in [
        transport.delete_file(&dots).await.expect_err("dots"),
        transport.file_info(&dots).await.expect_err("dots"),
        transport.upload_file(&stored).await.expect_err("no bytes"),
    ] {
        assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Refused, Delivery::NotSent));
    }
}
