//! Which path leads where.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use super::{clock, faults, jobs, requests, state};
use crate::server::Shared;

/// Everything under `/_emulator` that wants signing in.
pub(crate) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/clock", get(clock::show).post(clock::change))
        .route("/export", get(state::export))
        .route("/faults", get(faults::list).post(faults::add).put(faults::replace).delete(faults::clear))
        .route("/import", post(state::import))
        .route("/jobs", get(jobs::held).put(jobs::set_progress))
        .route("/jobs/release", post(jobs::release_all))
        .route("/jobs/{job}/release", post(jobs::release))
        .route("/model", get(state::model))
        .route("/requests", get(requests::list).delete(requests::clear))
        .route("/reset", post(state::reset))
        .route("/reset/{synchronization}", post(state::reset_synchronization))
        .route("/restart", post(state::restart))
}
