//! The multipart form of a submit: text parts first, the file last.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::BodyExt;
use reqwest::multipart::{Form as Encoder, Part};
use sync_core::transport::{BatchRequest, FinalizeRequest, FullRequest};
use sync_core::{Finalization, Payload, PayloadFormat};

use crate::service::Body;
use crate::upload::{Blocks, Fate, UploadBody};

/// The fields of a submit, in the order they are sent.
///
/// Never among them: `simulation` (ignored on synchronizations), `batchSize` and `saveResult` (deprecated), and
/// `sendNotification`, whose default of `false` is what we want.
pub(crate) struct Form {
    fields: Vec<(&'static str, String)>,
    payload: Option<Payload>,
}

impl Form {
    pub(crate) fn batch(request: &BatchRequest) -> Self {
        let mut form = Self::new();
        form.push("continueOnError", request.continue_on_error.to_string());
        if request.payload.format() == PayloadFormat::Json {
            form.push("relationsAction", request.relations_action.as_str());
        }
        form.file(&request.payload);
        form
    }

    pub(crate) fn finalize(request: &FinalizeRequest) -> Self {
        let mut form = Self::new();
        form.finalization(request.finalization);
        form
    }

    pub(crate) fn full(request: &FullRequest) -> Self {
        let mut form = Self::new();
        form.push("continueOnError", request.continue_on_error.to_string());
        form.finalization(request.finalization);
        form.file(&request.payload);
        form
    }

    fn new() -> Self {
        Self { fields: Vec::new(), payload: None }
    }

    fn push(&mut self, name: &'static str, value: impl Into<String>) {
        self.fields.push((name, value.into()));
    }

    fn finalization(&mut self, finalization: Finalization) {
        self.push("finalizationStrategy", finalization.strategy());
        if let Some(status) = finalization.missing_status() {
            self.push("missingAssetStatusId", status.to_string());
        }
    }

    fn file(&mut self, payload: &Payload) {
        self.push("fileName", payload.file_name());
        self.payload = Some(payload.clone());
    }

    /// The form as a body of known length; opens the payload and reads its first block.
    pub(crate) async fn encode(self) -> Result<Encoded, FormError> {
        let mut encoder = Encoder::new();
        for (name, value) in self.fields {
            encoder = encoder.text(name, value);
        }
        if let Some(payload) = &self.payload {
            check(payload)?;
            let part = Part::bytes(&[][..]).file_name(payload.file_name().to_owned());
            let part = part.mime_str(payload.format().content_type()).map_err(|_| FormError::Format)?;
            encoder = encoder.part("file", part);
        }
        let content_type = format!("multipart/form-data; boundary={}", encoder.boundary());
        let end = format!("\r\n--{}--", encoder.boundary());
        let text = Body::wrap_stream(encoder.into_stream()).collect().await.map_err(FormError::Encoder)?.to_bytes();
        let Some(payload) = &self.payload else {
            return Ok(Encoded { content_type, length: text.len() as u64, body: text.into(), fate: None });
        };
        // The encoder saw an empty file; the real one goes where it ends, just before the closing boundary. This way
        // the body knows its exact length, and the bytes around the file are the encoder's own.
        let (head, tail) = split_before_last(text, end.as_bytes()).ok_or(FormError::Format)?;
        let blocks = Blocks::open(payload).await.map_err(FormError::Payload)?;
        let body = UploadBody::new(head, payload, blocks, tail);
        let length = http_body::Body::size_hint(&body).exact().unwrap_or_default();
        let fate = Some(body.fate());
        Ok(Encoded { content_type, length, body: Body::wrap(body), fate })
    }
}

/// What this crate and the part's header can carry.
fn check(payload: &Payload) -> Result<(), FormError> {
    if payload.format() != PayloadFormat::Json {
        return Err(FormError::NoTemplate { format: payload.format().as_str() });
    }
    // The encoder would put line ends into the part's header as they are.
    if payload.file_name().is_empty() || payload.file_name().contains(char::is_control) {
        return Err(FormError::FileName);
    }
    Ok(())
}

fn split_before_last(mut text: Bytes, end: &[u8]) -> Option<(Bytes, Bytes)> {
    let at = text.windows(end.len()).rposition(|window| window == end)?;
    let tail = text.split_off(at);
    Some((text, tail))
}

/// A form ready to be sent.
pub(crate) struct Encoded {
    pub(crate) content_type: String,
    pub(crate) length: u64,
    pub(crate) body: Body,
    /// Of the payload, if there is one.
    pub(crate) fate: Option<Arc<Fate>>,
}

/// Why a form cannot be sent; nothing was.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FormError {
    #[error("{format} payloads need template fields, which are not supported yet: send JSON")]
    NoTemplate { format: &'static str },
    #[error("the payload's file name is empty or has control characters")]
    FileName,
    #[error("the multipart form could not be written")]
    Format,
    #[error("the multipart form could not be written")]
    Encoder(#[source] reqwest::Error),
    #[error("the payload could not be read")]
    Payload(#[source] io::Error),
}
