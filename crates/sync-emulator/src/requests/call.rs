//! The request that is being worked on, as far as the work has to know of it.
//!
//! Rules may have something to say about the job that a request makes, and the journal wants to know which job that was.
//! Both meet where jobs are accepted, several calls below the layer that knows the rules; what they need travels with the
//! task rather than through every handler in between.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use super::RequestRecord;
use crate::faults::JobOrders;

/// Characters of a form's field that are kept.
const FIELD_CHARS: usize = 256;

tokio::task_local! {
    static CURRENT: Call;
}

/// A request that is being worked on.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    notes: Notes,
    orders: JobOrders,
}

impl Call {
    pub(crate) fn new(notes: Notes, orders: JobOrders) -> Self {
        Self { notes, orders }
    }

    /// Does the work of this request.
    pub(crate) async fn scope<T>(self, work: impl Future<Output = T>) -> T {
        CURRENT.scope(self, work).await
    }
}

/// What the rules say about the job that this request is about to make.
pub(crate) fn orders() -> JobOrders {
    CURRENT.try_with(|call| call.orders.clone()).unwrap_or_default()
}

/// This request made a job.
pub(crate) fn note_job(id: Uuid) {
    note(|noted| noted.job = Some(id));
}

/// This request has a form with these fields and a file of so many bytes.
pub(crate) fn note_form<'f>(fields: impl Iterator<Item = (&'f str, &'f str)>, file_bytes: Option<u64>) {
    note(|noted| {
        noted.fields =
            fields.map(|(name, value)| (name.to_owned(), value.chars().take(FIELD_CHARS).collect())).collect();
        noted.file_bytes = file_bytes;
    });
}

fn note(note: impl FnOnce(&mut Noted)) {
    // Without a request there is nobody to tell.
    let _ = CURRENT.try_with(|call| note(&mut call.notes.lock()));
}

/// What the work has found out, for the journal.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notes(Arc<Mutex<Noted>>);

#[derive(Debug, Default)]
struct Noted {
    job: Option<Uuid>,
    fields: BTreeMap<String, String>,
    file_bytes: Option<u64>,
}

impl Notes {
    fn lock(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn fill(&self, record: &mut RequestRecord) {
        let mut noted = self.lock();
        record.job = noted.job;
        record.fields = std::mem::take(&mut noted.fields);
        record.file_bytes = noted.file_bytes;
    }
}
