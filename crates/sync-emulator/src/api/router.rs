//! Which path leads where.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::{delete, get, post};
use axum::{Router, middleware};
use http::{Uri, header};
use sync_core::PayloadFormat::{Csv, Excel, Json};

use super::auth::authenticate;
use super::{
    ApiError, application, catalogue, document, files, health, jobs, mappings, newer_jobs, oauth, operating_model,
    removal, results, sessions, submit, synchronizations,
};
use crate::admin;
use crate::faults;
use crate::server::Shared;

/// All operations over one server's state.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let api = Router::new()
        .route("/application/info", get(application::info))
        .route("/auth/sessions/current", get(sessions::current).delete(sessions::log_out))
        .route("/auth/sessions/heartbeat", get(sessions::heartbeat))
        .route("/users/current", get(sessions::user))
        .route("/import/synchronize", get(synchronizations::list))
        .route("/import/synchronize/exists/{sid}", get(synchronizations::exists))
        .route("/import/synchronize/{sid}", delete(synchronizations::remove))
        .route("/import/synchronize/{sid}/evict", delete(synchronizations::evict))
        .route("/import/json-job", submit::import(Json))
        .route("/import/csv-job", submit::import(Csv))
        .route("/import/excel-job", submit::import(Excel))
        .route("/import/synchronize/{sid}/batch/json-job", submit::batch(Json))
        .route("/import/synchronize/{sid}/batch/csv-job", submit::batch(Csv))
        .route("/import/synchronize/{sid}/batch/excel-job", submit::batch(Excel))
        .route("/import/synchronize/{sid}/json-job", submit::full(Json))
        .route("/import/synchronize/{sid}/csv-job", submit::full(Csv))
        .route("/import/synchronize/{sid}/excel-job", submit::full(Excel))
        .route("/import/synchronize/{sid}/finalize/job", submit::finalize())
        .route("/import/results/{job}/summary", get(results::summary))
        .route("/import/results/{job}/errors", get(results::errors))
        .route("/jobs", get(jobs::find))
        .route("/jobs/{job}", get(jobs::get))
        .route("/jobs/{job}/canceled", post(jobs::cancel))
        .route("/files", post(files::add))
        .route("/files/bulk", delete(files::remove_old))
        .route("/files/{file}", get(files::content).delete(files::remove))
        .route("/files/{file}/info", get(files::info))
        .route("/assets", get(catalogue::assets))
        .route("/assets/{asset}", get(catalogue::asset))
        .route("/assets/{asset}/tags", get(catalogue::tags))
        .route("/communities", get(catalogue::communities))
        .route("/communities/{community}", get(catalogue::community).delete(removal::community))
        .route("/domains", get(catalogue::domains))
        .route("/domains/{domain}", get(catalogue::domain))
        .route("/attributes", get(catalogue::attributes))
        .route("/relations", get(catalogue::relations))
        .route("/mappings", get(mappings::list))
        .route("/mappings/{mapping}", get(mappings::mapping))
        .route(
            "/mappings/externalSystem/{system}/externalEntity/{entity}",
            get(mappings::of_pair).delete(removal::mapping),
        )
        .route("/mappings/externalSystem/{system}/mappedResource/{resource}", get(mappings::of_resource))
        .merge(operating_model::router())
        .fallback(unknown_path)
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .layer(middleware::from_fn_with_state(shared.clone(), authenticate))
        .route("/auth/sessions", post(sessions::log_in))
        .layer(DefaultBodyLimit::max(shared.body_limit))
        .layer(middleware::from_fn_with_state(shared.clone(), refuse_too_large));
    let newer_jobs = Router::new()
        .route("/jobs", get(newer_jobs::find))
        .route("/jobs/{job}", get(newer_jobs::get).delete(newer_jobs::cancel))
        .layer(middleware::from_fn_with_state(shared.clone(), authenticate));
    let admin = admin::router()
        .fallback(unknown_path)
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .layer(middleware::from_fn_with_state(shared.clone(), authenticate))
        .route("/health", get(health::health))
        .route("/openapi.json", get(document::openapi));
    Router::new()
        .nest("/rest/2.0", api)
        .nest("/rest/jobs/v1", newer_jobs)
        .route("/rest/oauth/v2/token", post(oauth::token))
        .nest("/_emulator", admin)
        .fallback(unknown_path)
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .layer(middleware::from_fn_with_state(shared.clone(), faults::apply))
        .with_state(shared)
}

/// Refuses bodies that say themselves that they are too large, before anything is read of them.
async fn refuse_too_large(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let length =
        request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > shared.body_limit as u64) {
        return Err(ApiError::too_large(shared.body_limit));
    }
    Ok(next.run(request).await)
}

async fn unknown_path(uri: Uri) -> ApiError {
    // An empty id makes an empty segment, which no route matches.
    if uri.path().contains("/import/synchronize//") {
        return ApiError::bad_request("A synchronization id has 1 to 50 characters.");
    }
    ApiError::not_found("There is no such path.")
}
