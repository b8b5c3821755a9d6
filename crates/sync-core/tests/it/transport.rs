//! What a transport reports, and the comfort around it.

use std::error::Error;
use std::time::Duration;

use sync_core::transport::{Delivery, Operation, TransportError, TransportErrorKind, TransportExt};
use sync_core::{ImportError, Page};

use crate::stage::Stage;

#[test]
fn a_status_says_what_it_proves() {
    use TransportErrorKind as K;
    for (status, kind, delivery) in [
        (302, K::Refused, Delivery::Answered),
        (400, K::Refused, Delivery::Answered),
        (401, K::Unauthenticated, Delivery::Answered),
        (403, K::Forbidden, Delivery::Answered),
        (404, K::NotFound, Delivery::Answered),
        (408, K::Broken, Delivery::Unknown),
        (409, K::Refused, Delivery::Answered),
        (413, K::TooLarge, Delivery::Answered),
        (429, K::Busy, Delivery::Answered),
        (499, K::Refused, Delivery::Answered),
        (500, K::Faulty, Delivery::Unknown),
        (503, K::Faulty, Delivery::Unknown),
        (599, K::Faulty, Delivery::Unknown),
        (200, K::Faulty, Delivery::Unknown),
    ] {
        let error = TransportError::answered(Operation::SubmitBatch, status);
        assert_eq!((error.status(), error.kind(), error.delivery()), (Some(status), kind, delivery), "{status}");
    }
}

#[test]
fn an_error_says_what_was_attempted_and_keeps_its_cause_apart() {
    let error = TransportError::new(Operation::SubmitFinalize, TransportErrorKind::Unreachable, Delivery::NotSent)
        .with_source(std::io::Error::other("no route"));
    assert_eq!(error.to_string(), "sending the finalization failed: the target cannot be reached");
    assert_eq!(error.source().map(ToString::to_string), Some("no route".to_owned()));

    let error = TransportError::answered(Operation::ReadJob, 429)
        .with_message("slow down")
        .with_body("{}")
        .with_retry_after(Some(Duration::from_secs(7)));
    assert_eq!(error.to_string(), "reading a job failed: the service answered 429 (slow down)");
    assert_eq!((error.retry_after(), error.body()), (Some(Duration::from_secs(7)), Some("{}")));
}

#[tokio::test]
async fn all_pages_of_errors_are_read_up_to_the_most_asked_for() {
    let stage = Stage::new();
    let job = "job-1".parse().expect("valid");
    let rows = |n: usize| Page::new(0, 0, 1000, vec![ImportError::default(); n]);
    stage.wire.set_pages([rows(1000), rows(1000), rows(3)]);
    assert_eq!(stage.wire.all_errors(&job, usize::MAX).await.expect("readable").len(), 2003);
    assert_eq!(stage.wire.offsets(), [0, 1000, 2000]);

    stage.wire.set_pages([rows(1000), rows(1000), rows(1000)]);
    assert_eq!(stage.wire.all_errors(&job, 1500).await.expect("readable").len(), 1500);
    assert_eq!(stage.wire.offsets(), [0, 1000]);
}

#[test]
fn what_is_too_large_says_how_to_send_it() {
    let hint = |operation, status| TransportError::answered(operation, status).hint();
    assert!(hint(Operation::SubmitBatch, 413).is_some_and(|hint| hint.contains("smaller batches")));
    assert!(hint(Operation::SubmitFull, 413).is_some_and(|hint| hint.contains("batches and a finalization")));
    assert!(hint(Operation::SubmitImport, 413).is_some_and(|hint| hint.contains("smaller ones")));
    assert_eq!(hint(Operation::SubmitBatch, 400), None);
}
