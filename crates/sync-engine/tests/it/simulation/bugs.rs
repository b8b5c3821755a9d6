//! Bugs that are planted to see the simulation find them. Each is a wrapper around a piece that is right.

use http_body_util::BodyExt;
use serde_json::Value;
use sync_http::{Body, ServiceError};

/// A bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bug {
    /// A batch that failed is taken for a good one, so that the cycle is finalized.
    TakesFailedBatches,
    /// The finalization is sent twice.
    FinalizesTwice,
    /// Answers to submits do not reach the journal.
    ForgetsJobs,
    /// A call is sent again while its copy runs: neither are jobs looked for nor is anything waited out.
    SendsBesideRunningCopy,
    /// The guard is not asked.
    SkipsGuard,
}

impl Bug {
    pub(super) const ALL: [Self; 5] = [
        Self::TakesFailedBatches,
        Self::FinalizesTwice,
        Self::ForgetsJobs,
        Self::SendsBesideRunningCopy,
        Self::SkipsGuard,
    ];
}

/// Makes every job that has ended a success.
pub(super) async fn as_success(answer: http::Response<Body>, path: &str) -> Result<http::Response<Body>, ServiceError> {
    let (head, body) = answer.into_parts();
    let body = body.collect().await.map_err(ServiceError::broken)?.to_bytes();
    let Ok(mut read) = serde_json::from_slice::<Value>(&body) else {
        return Ok(http::Response::from_parts(head, Body::from(body)));
    };
    if path.contains("/jobs") && matches!(read["state"].as_str(), Some("ERROR" | "FAILED")) {
        read["state"] = "COMPLETED".into();
        read["result"] = "SUCCESS".into();
    }
    if path.ends_with("/summary") && read.get("importJobState").is_some() {
        read["importJobState"] = "COMPLETED".into();
        read["errorsCount"] = 0.into();
    }
    Ok(http::Response::from_parts(head, Body::from(read.to_string())))
}

/// Makes every list of jobs empty.
pub(super) fn as_empty(mut answer: http::Response<Body>, path: &str) -> Result<http::Response<Body>, ServiceError> {
    let empty = if path.starts_with("/rest/jobs/v1") { r#"{"results":[]}"# } else { r#"{"total":0,"results":[]}"# };
    *answer.body_mut() = Body::from(empty);
    answer.headers_mut().remove("content-length");
    Ok(answer)
}
