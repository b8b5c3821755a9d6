//! Which path leads where.

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::routing::{delete, get, post};
use axum::{Router, middleware};
use http::Uri;

use super::auth::authenticate;
use super::{ApiError, catalogue, health, jobs, mappings, operating_model, removal, results, submit, synchronizations};
use crate::admin;
use crate::faults;
use crate::server::Shared;

/// All operations over one server's state.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let api = Router::new()
        .route("/import/synchronize", get(synchronizations::list))
        .route("/import/synchronize/exists/{sid}", get(synchronizations::exists))
        .route("/import/synchronize/{sid}", delete(synchronizations::remove))
        .route("/import/synchronize/{sid}/evict", delete(synchronizations::evict))
        .route("/import/synchronize/{sid}/batch/json-job", post(submit::batch_json))
        .route("/import/synchronize/{sid}/batch/csv-job", post(submit::unsupported))
        .route("/import/synchronize/{sid}/batch/excel-job", post(submit::unsupported))
        .route("/import/synchronize/{sid}/json-job", post(submit::full_json))
        .route("/import/synchronize/{sid}/csv-job", post(submit::unsupported))
        .route("/import/synchronize/{sid}/excel-job", post(submit::unsupported))
        .route("/import/synchronize/{sid}/finalize/job", post(submit::finalize))
        .route("/import/results/{job}/summary", get(results::summary))
        .route("/import/results/{job}/errors", get(results::errors))
        .route("/jobs", get(jobs::find))
        .route("/jobs/{job}", get(jobs::get))
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
        .layer(DefaultBodyLimit::max(shared.body_limit));
    let admin = admin::router()
        .fallback(unknown_path)
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .layer(middleware::from_fn_with_state(shared.clone(), authenticate))
        .route("/health", get(health::health));
    Router::new()
        .nest("/rest/2.0", api)
        .nest("/_emulator", admin)
        .fallback(unknown_path)
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .layer(middleware::from_fn_with_state(shared.clone(), faults::apply))
        .with_state(shared)
}

async fn unknown_path(uri: Uri) -> ApiError {
    // An empty id makes an empty segment, which no route matches.
    if uri.path().contains("/import/synchronize//") {
        return ApiError::bad_request("A synchronization id has 1 to 50 characters.");
    }
    ApiError::not_found("There is no such path.")
}
