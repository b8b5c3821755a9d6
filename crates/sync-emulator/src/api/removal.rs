//! Deleting by hand what synchronizations are not asked about.

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;

use super::ApiError;
use super::catalogue::number;
use super::mappings::Pair;
use super::params::{Segment, uuid};
use crate::catalog::{Kind, Number};
use crate::server::Shared;

/// `DELETE /communities/{communityId}`: with all it holds, between two jobs.
pub(super) async fn community(State(shared): State<Arc<Shared>>, Segment(id): Segment) -> Result<StatusCode, ApiError> {
    let id = uuid("communityId", &id)?;
    let unknown = || ApiError::not_found("There is no such community.");
    let number = Number(number(&shared, Kind::Community, id).ok_or_else(unknown)?);
    let is_removed = shared.write(None, move |store| store.remove_community_by_hand(number)).await?;
    if is_removed { Ok(StatusCode::NO_CONTENT) } else { Err(unknown()) }
}

/// `DELETE /mappings/externalSystem/{externalSystemId}/externalEntity/{externalEntityId}`: a pair that is not mapped is
/// no error, as documented.
pub(super) async fn mapping(
    State(shared): State<Arc<Shared>>,
    Pair(system, entity): Pair,
) -> Result<StatusCode, ApiError> {
    shared.write(None, move |store| store.remove_mapping_by_hand(&system, &entity)).await?;
    Ok(StatusCode::NO_CONTENT)
}
