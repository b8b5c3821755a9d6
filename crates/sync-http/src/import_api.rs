//! The calls beside those of a cycle.

use async_trait::async_trait;
use http::Method;
use serde::Deserialize;
use sync_core::transport::{Operation, TransportError};
use sync_core::{
    FileId, FileInfo, ImportApi, ImportRequest, Job, JobId, Page, Payload, Profile, ServerInfo, ServerVersion,
    SynchronizationId, SynchronizationInfo,
};

use crate::HttpTransport;
use crate::answer::Answer;
use crate::call::{Call, unsendable};
use crate::form::Form;
use crate::transport::unless_missing;
use crate::wire::Ask;

/// The page on files names HTTP Basic alone, those on imports and jobs tokens too: with tokens, rather send files along.
#[async_trait]
impl ImportApi for HttpTransport {
    async fn submit_import(&self, request: &ImportRequest) -> Result<Job, TransportError> {
        let path = format!("/import/{}-job", request.payload.format().as_str());
        self.submit(Call::new(Operation::SubmitImport), path, Form::import(request)).await
    }

    async fn upload_file(&self, payload: &Payload) -> Result<FileInfo, TransportError> {
        let call = Call::new(Operation::UploadFile);
        call.run(async {
            let form = Form::upload(payload).map_err(|error| unsendable(Operation::UploadFile, error))?;
            let answer = self.ask(&call, &Ask::api(Method::POST, "/files").with_form(form)).await?;
            // A list, since the call takes several.
            let files: Vec<FileInfo> = answer.json()?;
            files.into_iter().next().ok_or_else(|| answer.faulty("without a file"))
        })
        .await
    }

    async fn file_info(&self, id: &FileId) -> Result<FileInfo, TransportError> {
        self.read(Call::file(Operation::ReadFile, id), Ask::get(format!("/files/{id}/info")), Answer::object).await
    }

    async fn delete_file(&self, id: &FileId) -> Result<(), TransportError> {
        let ask = Ask::api(Method::DELETE, format!("/files/{id}"));
        unless_missing(self.read(Call::file(Operation::DeleteFile, id), ask, |_| Ok(())).await)
    }

    async fn synchronizations(&self, offset: u64) -> Result<Page<SynchronizationInfo>, TransportError> {
        let limit = Page::<SynchronizationInfo>::MAX_LIMIT;
        let ask = Ask::get(format!("/import/synchronize?offset={offset}&limit={limit}&countLimit=-1")).for_page();
        self.read(Call::new(Operation::ListSynchronizations), ask, Answer::object).await
    }

    async fn evict(&self, id: &SynchronizationId) -> Result<(), TransportError> {
        let ask = Ask::api(Method::DELETE, format!("/import/synchronize/{}/evict", id.path_segment()));
        self.read(Call::synchronization(Operation::Evict, id), ask, |_| Ok(())).await
    }

    /// As everything about jobs, in the shape that the service has; see [`crate::JobsApi`].
    async fn cancel(&self, id: &JobId, message: Option<&str>) -> Result<(), TransportError> {
        self.cancel_job(id, message).await
    }

    async fn server(&self) -> Result<ServerInfo, TransportError> {
        let call = Call::new(Operation::ReadServer);
        let info: ApplicationInfo = self.read(call, Ask::get("/application/info"), Answer::object).await?;
        let info = ServerInfo::new(info.version.and_then(VersionAnswer::read), info.build_number);
        match &info.version {
            Some(version) => tracing::info!(%version, profile = %Profile::of(version), "the service says its version"),
            None => tracing::info!("the service does not say its version"),
        }
        Ok(info)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApplicationInfo {
    version: Option<VersionAnswer>,
    build_number: Option<String>,
}

/// An object by the core API's document; a text is understood too.
#[derive(Deserialize)]
#[serde(untagged)]
enum VersionAnswer {
    Text(String),
    #[serde(rename_all = "camelCase")]
    Object {
        full_version: Option<String>,
        major: Option<u32>,
        minor: Option<u32>,
    },
    Other(serde::de::IgnoredAny),
}

impl VersionAnswer {
    fn read(self) -> Option<ServerVersion> {
        match self {
            Self::Text(text) => text.parse().ok(),
            Self::Object { full_version, major, minor } => {
                full_version.and_then(|text| text.parse().ok()).or_else(|| Some(ServerVersion::new(major?, minor?)))
            }
            Self::Other(_) => None,
        }
    }
}
