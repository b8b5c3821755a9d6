//! Looking at external mappings.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use serde_json::json;

use super::ApiError;
use super::catalogue::{Answer, number, only};
use super::params::{Params, Segment, uuid};
use crate::catalog::Kind;
use crate::catalog::read::{Conditions, NameMatch};
use crate::server::Shared;

/// `GET /mappings`: `externalSystemId`, `mappedResourceType`, `offset`, `limit`; sorted by system and entity.
pub(super) async fn list(State(shared): State<Arc<Shared>>, params: Params) -> Answer {
    let mut conditions = Conditions::default();
    conditions.name("mapping.system", &params.one("externalSystemId").map(exactly));
    if let Some(kind) = params.one("mappedResourceType") {
        let kind = match kind {
            "Asset" => Kind::Asset,
            "Domain" => Kind::Domain,
            "Community" => Kind::Community,
            _ => return Err(ApiError::bad_request("mappedResourceType is one of Asset, Domain, Community.")),
        };
        conditions.number("mapping.kind", Some(kind as i64));
    }
    let window = params.window(&shared.context.readings)?;
    let (total, results) = shared.read(move |_, reader| reader.mappings(conditions, window)).await?;
    let total = params.total(total)?;
    Ok(Json(json!({"total": total, "offset": window.offset, "limit": window.limit, "results": results})))
}

/// `GET /mappings/{mappingId}`
pub(super) async fn mapping(State(shared): State<Arc<Shared>>, Segment(id): Segment) -> Answer {
    let id = uuid("mappingId", &id)?;
    let mut conditions = Conditions::default();
    conditions.number("mapping.number", number(&shared, Kind::Mapping, id));
    one(shared, conditions).await
}

/// `GET /mappings/externalSystem/{externalSystemId}/externalEntity/{externalEntityId}`
pub(super) async fn of_pair(State(shared): State<Arc<Shared>>, Pair(system, entity): Pair) -> Answer {
    let mut conditions = Conditions::default();
    conditions.name("mapping.system", &Some(exactly(&system)));
    conditions.name("mapping.entity", &Some(exactly(&entity)));
    one(shared, conditions).await
}

/// `GET /mappings/externalSystem/{externalSystemId}/mappedResource/{mappedResourceId}`
pub(super) async fn of_resource(State(shared): State<Arc<Shared>>, Pair(system, id): Pair) -> Answer {
    let id = uuid("mappedResourceId", &id)?;
    let mut conditions = Conditions::default();
    conditions.name("mapping.system", &Some(exactly(&system)));
    conditions.number("mapping.resource", shared.lens().ids.resource(id).map(|(_, number)| number.0));
    one(shared, conditions).await
}

async fn one(shared: Arc<Shared>, conditions: Conditions) -> Answer {
    only(shared, conditions, "mapping", |reader, conditions, window| reader.mappings(conditions, window)).await
}

fn exactly(text: impl Into<String>) -> NameMatch {
    NameMatch::Exact(text.into())
}

/// The two variable parts of a path, decoded.
#[derive(Debug)]
pub(super) struct Pair(pub(super) String, pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Pair {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path: Result<Path<(String, String)>, PathRejection> = Path::from_request_parts(parts, state).await;
        match path {
            Ok(Path((first, second))) => Ok(Self(first, second)),
            Err(_) => Err(ApiError::bad_request("The path cannot be read.")),
        }
    }
}
