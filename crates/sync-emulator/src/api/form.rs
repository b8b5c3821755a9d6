//! Reading the bodies of submits: text fields into memory, files to disk.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use axum::body::Body;
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest, Request};
use http::{StatusCode, header};
use sync_formats::MAX_TEMPLATE_BYTES;
use uuid::Uuid;

use super::body::{has_cause, is_of_type, is_too_slow, read_small, too_slow};
use super::portions::{HeadTooLong, PORTION_BYTES, Place, Portions};
use super::upload::Upload;
use super::{ApiError, params::uuid};
use crate::profile::UrlEncodedForm;
use crate::requests;
use crate::server::Shared;

/// Longest text part, in bytes (ours).
const TEXT_BYTES: usize = 64 * 1024;
/// Most parts of one body (ours).
const PARTS: usize = 200;

/// Text parts that mean something to some operation; all others are passed over.
const TEXTS: [&str; 22] = [
    "attributesAction",
    "batchSize",
    "continueOnError",
    "deleteFile",
    "escape",
    "fileId",
    "fileName",
    "finalizationParameters",
    "finalizationStrategy",
    "headerRow",
    "ignoreLeadingWhitespace",
    "missingAssetStatusId",
    "quote",
    "relationsAction",
    "saveResult",
    "sendNotification",
    "separator",
    "sheetIndex",
    "sheetName",
    "simulation",
    "strictQuotes",
    TEMPLATE,
];
const TEMPLATE: &str = "template";

/// Those of them that are true or false.
const BOOLEANS: [&str; 8] = [
    "continueOnError",
    "deleteFile",
    "headerRow",
    "ignoreLeadingWhitespace",
    "saveResult",
    "sendNotification",
    "simulation",
    "strictQuotes",
];

/// A body that was read to its end.
#[derive(Debug, Default)]
pub(super) struct Form {
    texts: HashMap<String, TextPart>,
    /// Parts named `file`.
    pub(super) files: Vec<Upload>,
}

#[derive(Debug)]
struct TextPart {
    value: String,
    is_json: bool,
}

impl Form {
    /// Reads the body to its end. There has to be at least one part, of whatever name.
    pub(super) async fn read(shared: &Shared, request: Request) -> Result<Self, ApiError> {
        let form = Self::read_body(shared, request).await?;
        let fields = form.texts.iter().map(|(name, part)| (name.as_str(), part.value.as_str()));
        requests::note_form(fields, form.files.first().map(|upload| upload.size));
        Ok(form)
    }

    async fn read_body(shared: &Shared, request: Request) -> Result<Self, ApiError> {
        const MULTIPART: &str = "multipart/form-data";
        const URL_ENCODED: &str = "application/x-www-form-urlencoded";
        if request.headers().get(header::CONTENT_TYPE).is_none() {
            // What a careless client sends that leaves every field to its default.
            return if shared.is_loose {
                Ok(Self::default())
            } else {
                Err(ApiError::bad_request("The body has to be multipart/form-data with at least one part."))
            };
        }
        let takes_url_encoded = shared.is_loose || shared.context.readings.url_encoded_form == UrlEncodedForm::Accepted;
        if is_of_type(&request, URL_ENCODED) && takes_url_encoded {
            return Self::read_url_encoded(shared, request).await;
        }
        if !is_of_type(&request, MULTIPART) {
            return Err(ApiError::unsupported_media_type(MULTIPART));
        }
        let place = Place::default();
        let request = request.map(|body| Body::new(Portions::new(body, place.clone())));
        let mut multipart = Multipart::from_request(request, &())
            .await
            .map_err(|error| ApiError::bad_request(format!("The multipart body cannot be read: {error}.")))?;
        let mut form = Self::default();
        let mut parts = 0;
        while let Some(field) = multipart.next_field().await.map_err(|error| broken(shared, &error))? {
            parts += 1;
            if parts > PARTS {
                return Err(ApiError::bad_request(format!("The body has more than {PARTS} parts.")));
            }
            place.set_within_part(true);
            form.take(shared, field).await?;
            place.set_within_part(false);
        }
        if parts == 0 && !shared.is_loose {
            return Err(no_part());
        }
        Ok(form.understood(shared))
    }

    /// Where careless clients are tolerated, what they write for booleans in the usual words.
    fn understood(mut self, shared: &Shared) -> Self {
        if shared.is_loose {
            self.texts.retain(|name, part| !BOOLEANS.contains(&name.as_str()) || understand(part));
        }
        self
    }

    /// The form some clients use where there is no file.
    async fn read_url_encoded(shared: &Shared, request: Request) -> Result<Self, ApiError> {
        let body = read_small(request).await?;
        let mut form = Self::default();
        let mut fields = 0;
        for (name, value) in form_urlencoded::parse(&body) {
            fields += 1;
            if TEXTS.contains(&name.as_ref()) {
                // Careless clients cannot say of what type a field is.
                let is_json = shared.is_loose && name == "finalizationParameters";
                form.texts.insert(name.into_owned(), TextPart { value: value.into_owned(), is_json });
            }
        }
        if fields == 0 && !shared.is_loose { Err(no_part()) } else { Ok(form.understood(shared)) }
    }

    async fn take(&mut self, shared: &Shared, field: Field<'_>) -> Result<(), ApiError> {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            self.files.push(Upload::store(shared, field).await?);
        } else if TEXTS.contains(&name.as_str()) {
            let part = text(shared, &name, field).await?;
            self.texts.insert(name, part);
        } else {
            drain(shared, field).await?;
        }
        Ok(())
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(|part| part.value.trim())
    }

    /// A text in which blanks matter.
    pub(super) fn exact(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(|part| part.value.as_str())
    }

    /// `true` and `false` in any case: clients written in Python send them capitalised.
    pub(super) fn boolean(&self, name: &str) -> Result<Option<bool>, ApiError> {
        match self.text(name) {
            None => Ok(None),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some(_) => Err(ApiError::bad_request(format!("{name} has to be true or false."))),
        }
    }

    pub(super) fn uuid(&self, name: &str) -> Result<Option<Uuid>, ApiError> {
        self.text(name).map(|text| uuid(name, text)).transpose()
    }

    pub(super) fn number(&self, name: &str, range: RangeInclusive<u32>) -> Result<Option<u32>, ApiError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        match text.parse() {
            Ok(number) if range.contains(&number) => Ok(Some(number)),
            _ => Err(ApiError::bad_request(format!(
                "{name} has to be a whole number from {} to {}.",
                range.start(),
                range.end()
            ))),
        }
    }

    /// A text of exactly one character.
    pub(super) fn character(&self, name: &str) -> Result<Option<char>, ApiError> {
        let Some(text) = self.exact(name) else { return Ok(None) };
        let mut characters = text.chars();
        match (characters.next(), characters.next()) {
            (Some(character), None) => Ok(Some(character)),
            _ => Err(ApiError::bad_request(format!("{name} has to be one character."))),
        }
    }

    /// A part with a JSON object, which has to say so in its content type.
    pub(super) fn json(&self, name: &str) -> Result<Option<serde_json::Value>, ApiError> {
        let Some(part) = self.texts.get(name) else { return Ok(None) };
        if !part.is_json {
            return Err(ApiError::bad_request(format!("{name} needs the content type application/json.")));
        }
        match serde_json::from_str(&part.value) {
            Ok(value @ serde_json::Value::Object(_)) => Ok(Some(value)),
            _ => Err(ApiError::bad_request(format!("{name} has to be a JSON object."))),
        }
    }
}

/// Brings what careless clients write for booleans into the usual words; `false` where nothing is written at all.
fn understand(part: &mut TextPart) -> bool {
    match part.value.trim().to_ascii_lowercase().as_str() {
        "" => return false,
        "1" | "yes" | "on" => part.value = "true".to_owned(),
        "0" | "no" | "off" => part.value = "false".to_owned(),
        _ => {}
    }
    true
}

fn no_part() -> ApiError {
    ApiError::bad_request("The body has no part; at least one is needed.")
}

async fn text(shared: &Shared, name: &str, mut field: Field<'_>) -> Result<TextPart, ApiError> {
    let is_json = field.content_type().is_some_and(|value| value.to_ascii_lowercase().starts_with("application/json"));
    let limit = if name == TEMPLATE { MAX_TEMPLATE_BYTES } else { TEXT_BYTES };
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| broken(shared, &error))? {
        if bytes.len() + chunk.len() > limit {
            return Err(ApiError::bad_request(format!("{name} is longer than {limit} bytes.")));
        }
        bytes.extend_from_slice(&chunk);
    }
    let value = String::from_utf8(bytes).map_err(|_| ApiError::bad_request(format!("{name} has to be UTF-8.")))?;
    Ok(TextPart { value, is_json })
}

async fn drain(shared: &Shared, mut field: Field<'_>) -> Result<(), ApiError> {
    while field.chunk().await.map_err(|error| broken(shared, &error))?.is_some() {}
    Ok(())
}

pub(super) fn broken(shared: &Shared, error: &MultipartError) -> ApiError {
    if is_too_slow(error) {
        return too_slow();
    }
    if has_cause::<HeadTooLong>(error) {
        return ApiError::bad_request(format!("The head of a part is longer than {PORTION_BYTES} bytes."));
    }
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::too_large(shared.body_limit),
        _ => ApiError::bad_request(format!("The multipart body cannot be read: {error}.")),
    }
}
