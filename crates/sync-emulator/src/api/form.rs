//! Reading multipart bodies: text parts into memory, the file to disk.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use axum::body::to_bytes;
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest, Request};
use http::{StatusCode, header};
use tokio::io::{AsyncWriteExt, BufWriter};
use uuid::Uuid;

use super::{ApiError, params::uuid};
use crate::requests;
use crate::server::Shared;

/// Longest text part, in bytes (ours).
const TEXT_BYTES: usize = 64 * 1024;
/// Most parts of one body (ours).
const PARTS: usize = 200;
/// Block written to disk at a time.
const WRITE_BYTES: usize = 256 * 1024;

/// Text parts that mean something; all others are passed over.
const TEXTS: [&str; 6] = [
    "continueOnError",
    "fileId",
    "finalizationParameters",
    "finalizationStrategy",
    "missingAssetStatusId",
    "relationsAction",
];

/// Booleans that are read, checked and have no effect on a synchronization.
const IGNORED_BOOLEANS: [&str; 4] = ["deleteFile", "saveResult", "sendNotification", "simulation"];

/// A body that was read to its end.
#[derive(Debug, Default)]
pub(super) struct Form {
    texts: HashMap<String, TextPart>,
    pub(super) file: Option<Upload>,
}

#[derive(Debug)]
struct TextPart {
    value: String,
    is_json: bool,
}

/// An uploaded file; deleted when dropped unless it is kept.
#[derive(Debug)]
pub(super) struct Upload {
    path: PathBuf,
    name: String,
    bytes: u64,
    is_kept: bool,
}

impl Upload {
    /// The file's name in the folder for uploads. From now on somebody else deletes it.
    pub(super) fn keep(mut self) -> String {
        self.is_kept = true;
        std::mem::take(&mut self.name)
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if !self.is_kept
            && let Err(error) = std::fs::remove_file(&self.path)
        {
            tracing::warn!(%error, path = %self.path.display(), "cannot delete an upload");
        }
    }
}

impl Form {
    /// Reads the body to its end. There has to be at least one part, of whatever name.
    pub(super) async fn read(shared: &Shared, request: Request) -> Result<Self, ApiError> {
        match request.headers().get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default()) {
            // What a client sends that leaves every field to its default.
            None if shared.is_loose => return Self::default().checked(shared),
            Some(value) if shared.is_loose && is_url_encoded(value) => {
                return Self { texts: url_encoded(request).await?, ..Self::default() }.checked(shared);
            }
            None => {
                return Err(ApiError::bad_request("The body has to be multipart/form-data with at least one part."));
            }
            Some(value) if !value.trim_start().to_ascii_lowercase().starts_with("multipart/form-data") => {
                return Err(ApiError::unsupported_media_type());
            }
            Some(_) => {}
        }
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
            form.take(shared, field).await?;
        }
        if parts == 0 && !shared.is_loose {
            return Err(ApiError::bad_request("The body has no part; at least one is needed."));
        }
        form.checked(shared)
    }

    /// The form, once everything is there.
    fn checked(mut self, shared: &Shared) -> Result<Self, ApiError> {
        if shared.is_loose {
            self.texts.retain(|name, part| understood(name, part));
        }
        let form = self;
        let fields = form.texts.iter().map(|(name, part)| (name.as_str(), part.value.as_str()));
        requests::note_form(fields, form.file.as_ref().map(|upload| upload.bytes));
        for name in IGNORED_BOOLEANS {
            form.boolean(name)?;
        }
        Ok(form)
    }

    async fn take(&mut self, shared: &Shared, field: Field<'_>) -> Result<(), ApiError> {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            if self.file.is_some() {
                return Err(ApiError::bad_request("The body has two parts named file."));
            }
            self.file = Some(store(shared, field).await?);
        } else if TEXTS.contains(&name.as_str()) || IGNORED_BOOLEANS.contains(&name.as_str()) {
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
fn understood(name: &str, part: &mut TextPart) -> bool {
    if name != "continueOnError" && !IGNORED_BOOLEANS.contains(&name) {
        return true;
    }
    match part.value.trim().to_ascii_lowercase().as_str() {
        "" => return false,
        "1" | "yes" | "on" => part.value = "true".to_owned(),
        "0" | "no" | "off" => part.value = "false".to_owned(),
        _ => {}
    }
    true
}

fn is_url_encoded(content_type: &str) -> bool {
    content_type.trim_start().to_ascii_lowercase().starts_with("application/x-www-form-urlencoded")
}

/// The fields of a form that came in the wrong encoding; it cannot have a file.
async fn url_encoded(request: Request) -> Result<HashMap<String, TextPart>, ApiError> {
    let body = to_bytes(request.into_body(), TEXT_BYTES)
        .await
        .map_err(|_| ApiError::bad_request(format!("The body cannot be read or has more than {TEXT_BYTES} bytes.")))?;
    let known = |name: &str| TEXTS.contains(&name) || IGNORED_BOOLEANS.contains(&name);
    let fields = form_urlencoded::parse(&body).filter(|(name, _)| known(name));
    Ok(fields
        .map(|(name, value)| {
            let is_json = name == "finalizationParameters";
            (name.into_owned(), TextPart { value: value.into_owned(), is_json })
        })
        .collect())
}

async fn text(shared: &Shared, name: &str, mut field: Field<'_>) -> Result<TextPart, ApiError> {
    let is_json = field.content_type().is_some_and(|value| value.to_ascii_lowercase().starts_with("application/json"));
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| broken(shared, &error))? {
        if bytes.len() + chunk.len() > TEXT_BYTES {
            return Err(ApiError::bad_request(format!("{name} is longer than {TEXT_BYTES} bytes.")));
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

/// Writes the file to the folder for uploads as it comes in.
async fn store(shared: &Shared, mut field: Field<'_>) -> Result<Upload, ApiError> {
    let name = Uuid::new_v4().to_string();
    let path = shared.context.uploads.join(&name);
    let file = tokio::fs::File::create_new(&path).await.map_err(|error| unwritable(&path, &error))?;
    let mut upload = Upload { path, name, bytes: 0, is_kept: false };
    let mut writer = BufWriter::with_capacity(WRITE_BYTES, file);
    while let Some(chunk) = field.chunk().await.map_err(|error| broken(shared, &error))? {
        upload.bytes += chunk.len() as u64;
        writer.write_all(&chunk).await.map_err(|error| unwritable(&upload.path, &error))?;
    }
    writer.flush().await.map_err(|error| unwritable(&upload.path, &error))?;
    if shared.storage.durable {
        writer.get_ref().sync_data().await.map_err(|error| unwritable(&upload.path, &error))?;
    }
    Ok(upload)
}

fn unwritable(path: &Path, error: &std::io::Error) -> ApiError {
    tracing::error!(%error, path = %path.display(), "cannot write an upload");
    ApiError::hidden()
}

fn broken(shared: &Shared, error: &MultipartError) -> ApiError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::too_large(shared.body_limit),
        _ => ApiError::bad_request(format!("The multipart body cannot be read: {error}.")),
    }
}
