//! The multipart form of a submit: text parts first, the file last.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::BodyExt;
use reqwest::multipart::{Form as Encoder, Part};
use sync_core::transport::{BatchRequest, FinalizeRequest, FullRequest, RelationsAction};
use sync_core::{Finalization, ImportRequest, Payload, PayloadFormat, SheetChoice, TableParameters};

use crate::service::Body;
use crate::upload::{Blocks, Fate, UploadBody};

/// The fields of a submit, in the order they are sent.
///
/// Never among them: `batchSize` and `saveResult` (deprecated), `finalizationParameters` (replaced by
/// `missingAssetStatusId`), and on synchronizations `simulation`, which the service ignores there. `sendNotification`
/// and, for files that go along, `deleteFile` are left out where they are not wanted: that is their default everywhere.
#[derive(Debug)]
pub(crate) struct Form {
    fields: Vec<(&'static str, String)>,
    payload: Option<Payload>,
}

impl Form {
    pub(crate) fn batch(request: &BatchRequest) -> Result<Self, FormError> {
        let mut form = Self::new();
        form.push("continueOnError", request.continue_on_error);
        form.relations_action(&request.payload, request.relations_action);
        form.send_notification(request.send_notification);
        form.content(&request.payload)?;
        Ok(form)
    }

    pub(crate) fn finalize(request: &FinalizeRequest) -> Self {
        let mut form = Self::new();
        form.finalization(request.finalization);
        form.send_notification(request.send_notification);
        form
    }

    pub(crate) fn full(request: &FullRequest) -> Result<Self, FormError> {
        let mut form = Self::new();
        form.push("continueOnError", request.continue_on_error);
        form.finalization(request.finalization);
        form.send_notification(request.send_notification);
        form.content(&request.payload)?;
        Ok(form)
    }

    pub(crate) fn import(request: &ImportRequest) -> Result<Self, FormError> {
        let mut form = Self::new();
        form.push("continueOnError", request.mode.continues_on_error());
        form.push("simulation", request.mode.is_simulation());
        form.relations_action(&request.payload, request.relations_action);
        form.send_notification(request.send_notification);
        form.content(&request.payload)?;
        Ok(form)
    }

    /// A file alone.
    pub(crate) fn upload(payload: &Payload) -> Result<Self, FormError> {
        let mut form = Self::new();
        match payload.file_id() {
            Some(_) => return Err(FormError::Stored),
            None => form.payload = Some(payload.clone()),
        }
        Ok(form)
    }

    /// Whether bytes go along.
    pub(crate) fn has_file(&self) -> bool {
        self.payload.is_some()
    }

    fn new() -> Self {
        Self { fields: Vec::new(), payload: None }
    }

    fn push(&mut self, name: &'static str, value: impl ToString) {
        self.fields.push((name, value.to_string()));
    }

    fn relations_action(&mut self, payload: &Payload, action: RelationsAction) {
        if payload.format() == PayloadFormat::Json {
            self.push("relationsAction", action.as_str());
        }
    }

    fn finalization(&mut self, finalization: Finalization) {
        self.push("finalizationStrategy", finalization.strategy());
        if let Some(status) = finalization.missing_status() {
            self.push("missingAssetStatusId", status);
        }
    }

    fn send_notification(&mut self, wanted: bool) {
        if wanted {
            self.push("sendNotification", wanted);
        }
    }

    /// The fields of a table, and the bytes or the id of the file.
    fn content(&mut self, payload: &Payload) -> Result<(), FormError> {
        self.table(payload)?;
        if let Some(id) = payload.file_id() {
            self.push("fileId", id);
            // Said in any case: what is deleted by mistake may be an attachment.
            self.push("deleteFile", payload.deletes_file());
            return Ok(());
        }
        if payload.deletes_file() {
            self.push("deleteFile", true);
        }
        self.push("fileName", payload.file_name());
        self.payload = Some(payload.clone());
        Ok(())
    }

    /// All fields of a table, whatever their values: some documents call them required, others have defaults.
    fn table(&mut self, payload: &Payload) -> Result<(), FormError> {
        let format = payload.format();
        let TableParameters { template, header_row, csv, sheet, .. } = match (format, payload.table()) {
            (PayloadFormat::Json, None) => return Ok(()),
            (PayloadFormat::Json, Some(_)) => return Err(FormError::NoTable),
            (_, None) => return Err(FormError::NoTemplate { format: format.as_str() }),
            (_, Some(table)) if table.template.trim().is_empty() => return Err(FormError::EmptyTemplate),
            (_, Some(table)) => table,
        };
        if format == PayloadFormat::Csv {
            if sheet.is_some() {
                return Err(FormError::NoSheets);
            }
            let csv = csv.unwrap_or_default();
            self.push("separator", csv.separator);
            self.push("quote", csv.quote);
            self.push("escape", csv.escape);
            self.push("strictQuotes", csv.strict_quotes);
            self.push("ignoreLeadingWhitespace", csv.ignore_leading_whitespace);
        } else if csv.is_some() {
            return Err(FormError::NoCsv);
        }
        self.push("headerRow", header_row);
        match sheet {
            None => {}
            Some(SheetChoice::Name(name)) => self.push("sheetName", name),
            Some(SheetChoice::Index(index)) => self.push("sheetIndex", index),
        }
        self.push("template", template);
        Ok(())
    }

    /// The form as a body of known length; opens the payload and reads its first block.
    pub(crate) async fn encode(&self) -> Result<Encoded, FormError> {
        let mut encoder = Encoder::new();
        for (name, value) in &self.fields {
            encoder = encoder.text(*name, value.clone());
        }
        if let Some(payload) = &self.payload {
            // The encoder would put line ends into the part's header as they are.
            if payload.file_name().is_empty() || payload.file_name().contains(char::is_control) {
                return Err(FormError::FileName);
            }
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
    #[error("the {format} file has no template: it needs one")]
    NoTemplate { format: &'static str },
    #[error("the template is empty")]
    EmptyTemplate,
    #[error("a json file has no template: its commands are whole")]
    NoTable,
    #[error("a csv file has no sheets to choose from")]
    NoSheets,
    #[error("an excel file has no separator, quote or escape")]
    NoCsv,
    #[error("the file is with the service already")]
    Stored,
    #[error("the payload's file name is empty or has control characters")]
    FileName,
    #[error("the multipart form could not be written")]
    Format,
    #[error("the multipart form could not be written")]
    Encoder(#[source] reqwest::Error),
    #[error("the payload could not be read")]
    Payload(#[source] io::Error),
}
