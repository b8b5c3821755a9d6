//! One call: what it is about, where it is traced, and the errors that are not the service's.

use http::StatusCode;
use sync_core::transport::{Delivery, Operation, TransportError, TransportErrorKind};
use sync_core::{FileId, JobId, SynchronizationId};
use tracing::{Instrument, Span, field};

use crate::form::FormError;

/// One call of the contract.
pub(crate) struct Call<'a> {
    operation: Operation,
    /// An id of the service's that becomes a segment of the path.
    segment: Option<&'a str>,
    span: Span,
}

impl<'a> Call<'a> {
    pub(crate) fn new(operation: Operation) -> Self {
        Self::about(operation, None, None, None)
    }

    pub(crate) fn synchronization(operation: Operation, id: &'a SynchronizationId) -> Self {
        Self::about(operation, Some(id), None, None)
    }

    pub(crate) fn job(operation: Operation, id: &'a JobId) -> Self {
        Self::about(operation, None, Some(id), None)
    }

    pub(crate) fn file(operation: Operation, id: &'a FileId) -> Self {
        Self::about(operation, None, None, Some(id))
    }

    fn about(
        operation: Operation,
        synchronization: Option<&SynchronizationId>,
        job: Option<&'a JobId>,
        file: Option<&'a FileId>,
    ) -> Self {
        let span = tracing::info_span!(
            "sync_http.call",
            ?operation,
            synchronization = synchronization.map(field::display),
            job = job.map(field::display),
            file = file.map(field::display),
            status = field::Empty,
        );
        Self { operation, segment: job.map(JobId::as_str).or(file.map(FileId::as_str)), span }
    }

    pub(crate) fn operation(&self) -> Operation {
        self.operation
    }

    pub(crate) fn note_status(&self, status: StatusCode) {
        self.span.record("status", status.as_u16());
    }

    /// Runs the call in its span, unless its path would lead elsewhere: dots alone are a path step even when
    /// percent-encoded (URL standard, "double-dot path segment"). Synchronization ids of dots do not exist.
    pub(crate) async fn run<T>(
        &self,
        work: impl Future<Output = Result<T, TransportError>>,
    ) -> Result<T, TransportError> {
        async {
            if let Some("." | "..") = self.segment {
                return Err(refused(self.operation).with_message("an id of dots alone cannot travel as a path segment"));
            }
            work.await.inspect_err(|error| {
                tracing::debug!(kind = ?error.kind(), delivery = ?error.delivery(), "the call did not succeed");
            })
        }
        .instrument(self.span.clone())
        .await
    }
}

/// A request that is not made.
pub(crate) fn refused(operation: Operation) -> TransportError {
    TransportError::new(operation, TransportErrorKind::Refused, Delivery::NotSent)
}

pub(crate) fn unsendable(operation: Operation, error: FormError) -> TransportError {
    match error {
        FormError::Payload(source) => {
            TransportError::new(operation, TransportErrorKind::Payload, Delivery::NotSent).with_source(source)
        }
        FormError::Encoder(source) => refused(operation).with_source(source),
        error => refused(operation).with_message(error.to_string()),
    }
}

/// The service did not get the whole request, so no answer to it is a success.
pub(crate) fn broken_off(operation: Operation, failure: Option<std::io::Error>) -> TransportError {
    match failure {
        Some(source) => {
            TransportError::new(operation, TransportErrorKind::Payload, Delivery::Unknown).with_source(source)
        }
        None => TransportError::new(operation, TransportErrorKind::Faulty, Delivery::Unknown)
            .with_message("the service answered with a success before it had the whole request"),
    }
}
