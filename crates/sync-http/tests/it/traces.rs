//! What is traced: one span a call.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use sync_core::transport::Transport;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::peer::{Peer, answer, job};
use crate::{PASSWORD, batch, job_id, transport};

/// Writes spans and what is recorded in them into a text.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<String>>);

impl Notes {
    fn line(&self, what: &str, visit: impl FnOnce(&mut Line)) {
        let mut line = Line(what.to_owned());
        visit(&mut line);
        self.0.lock().expect("no panic under the lock").push_str(&format!("{}\n", line.0));
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {}={value:?}", field.name()).expect("a text takes all");
    }
}

impl Subscriber for Notes {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("sync_http")
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.line(span.metadata().name(), |line| span.record(line));
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, values: &Record<'_>) {
        self.line("recorded", |line| values.record(line));
    }
    fn event(&self, event: &Event<'_>) {
        self.line("event", |line| event.record(line));
    }
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn each_call_is_one_span_with_stable_names() {
    let notes = Notes::default();
    let missing = || answer("404 Not Found", PASSWORD);
    let peer = Peer::answering([job(), missing(), job(), missing()]).await;
    let transport = transport(&peer.url());
    let mut guard = None;
    // The first round is not looked at: tests beside this one may just be registering the same call sites, and one that
    // registers while a subscriber comes in can miss it.
    for _ in 0..2 {
        transport.submit_batch(&batch()).await.expect("a job");
        transport.job(&job_id()).await.expect_err("no such job");
        guard = match guard {
            None => Some(tracing::subscriber::set_default(notes.clone())),
            Some(_) => None,
        };
    }
    assert_eq!(
        *notes.0.lock().expect("no panic under the lock"),
        "sync_http.call operation=SubmitBatch synchronization=harbour\n\
         recorded status=200\n\
         sync_http.call operation=ReadJob job=0b7f2d4e-5a0e-4c53-9f2b-1f6f6d1b7a11\n\
         recorded status=404\n\
         event message=the call did not succeed kind=NotFound delivery=Answered\n"
    );
}
