//! Looking at the catalogue.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::ApiError;
use super::params::{Params, Segment, uuid};
use crate::catalog::Kind;
use crate::catalog::read::{Conditions, Listed, Reader, Window};
use crate::server::Shared;

/// Namespace of the ids derived from tags.
const TAGS: uuid::Uuid = uuid::Uuid::from_u128(0x5e0c_77d2_9b14_4f6e_a3c8_10d9_6b42_8f53);

pub(super) type Answer = Result<Json<Value>, ApiError>;

/// `GET /assets`: `name`, `nameMatchMode`, `domainId`, `communityId`, `offset`, `limit`; sorted by name.
pub(super) async fn assets(State(shared): State<Arc<Shared>>, params: Params) -> Answer {
    let mut conditions = Conditions::default();
    conditions.name("asset.name", &params.name_match()?);
    if let Some(id) = params.uuid("domainId")? {
        conditions.number("asset.domain", number(&shared, Kind::Domain, id));
    }
    if let Some(id) = params.uuid("communityId")? {
        conditions.number("domain.community", number(&shared, Kind::Community, id));
    }
    page(shared, params, conditions, |reader, conditions, window| reader.assets(conditions, window)).await
}

/// `GET /assets/{assetId}`
pub(super) async fn asset(State(shared): State<Arc<Shared>>, Segment(id): Segment) -> Answer {
    let id = uuid("assetId", &id)?;
    let asset = shared.read(move |_, reader| reader.asset(id)).await?;
    asset.map(Json).ok_or_else(|| ApiError::not_found("There is no such asset."))
}

/// `GET /assets/{assetId}/tags`: all of them, without pages; 400 without the asset, as documented.
pub(super) async fn tags(State(shared): State<Arc<Shared>>, Segment(id): Segment) -> Answer {
    let id = uuid("assetId", &id)?;
    let asset = shared.read(move |_, reader| reader.asset(id)).await?;
    let Some(asset) = asset else { return Err(ApiError::bad_request("There is no such asset.")) };
    let tag = |name: &str| {
        let id = uuid::Uuid::new_v5(&TAGS, name.as_bytes());
        json!({"id": id, "resourceType": "Tag", "system": false, "name": name})
    };
    Ok(Json(asset["tags"].as_array().into_iter().flatten().filter_map(Value::as_str).map(tag).collect()))
}

/// `GET /communities`: `name`, `nameMatchMode`, `parentId`, `offset`, `limit`; sorted by name.
pub(super) async fn communities(State(shared): State<Arc<Shared>>, params: Params) -> Answer {
    let mut conditions = Conditions::default();
    conditions.name("community.name", &params.name_match()?);
    if let Some(id) = params.uuid("parentId")? {
        conditions.number("community.parent", number(&shared, Kind::Community, id));
    }
    page(shared, params, conditions, |reader, conditions, window| reader.communities(conditions, window)).await
}

/// `GET /communities/{communityId}`
pub(super) async fn community(State(shared): State<Arc<Shared>>, Segment(id): Segment) -> Answer {
    let id = uuid("communityId", &id)?;
    let mut conditions = Conditions::default();
    conditions.number("community.number", number(&shared, Kind::Community, id));
    only(shared, conditions, "community", |reader, conditions, window| reader.communities(conditions, window)).await
}

/// `GET /domains`: `name`, `nameMatchMode`, `communityId`, `offset`, `limit`; sorted by name.
pub(super) async fn domains(State(shared): State<Arc<Shared>>, params: Params) -> Answer {
    let mut conditions = Conditions::default();
    conditions.name("domain.name", &params.name_match()?);
    if let Some(id) = params.uuid("communityId")? {
        conditions.number("domain.community", number(&shared, Kind::Community, id));
    }
    page(shared, params, conditions, |reader, conditions, window| reader.domains(conditions, window)).await
}

/// `GET /domains/{domainId}`
pub(super) async fn domain(State(shared): State<Arc<Shared>>, Segment(id): Segment) -> Answer {
    let id = uuid("domainId", &id)?;
    let mut conditions = Conditions::default();
    conditions.number("domain.number", number(&shared, Kind::Domain, id));
    only(shared, conditions, "domain", |reader, conditions, window| reader.domains(conditions, window)).await
}

/// `GET /attributes`: `assetId`, `offset`, `limit`; by asset, type and position.
pub(super) async fn attributes(State(shared): State<Arc<Shared>>, params: Params) -> Answer {
    let mut conditions = Conditions::default();
    if let Some(id) = params.uuid("assetId")? {
        conditions.number("attribute.owner", number(&shared, Kind::Asset, id));
    }
    page(shared, params, conditions, |reader, conditions, window| reader.attributes(conditions, window)).await
}

/// `GET /relations`: `sourceId`, `targetId` (both have to fit), `relationTypeId`, `offset`, `limit`; by age.
pub(super) async fn relations(State(shared): State<Arc<Shared>>, params: Params) -> Answer {
    let mut conditions = Conditions::default();
    for (name, column) in [("sourceId", "relation.source"), ("targetId", "relation.target")] {
        if let Some(id) = params.uuid(name)? {
            conditions.number(column, number(&shared, Kind::Asset, id));
        }
    }
    if let Some(id) = params.uuid("relationTypeId")? {
        conditions.number("relation.type", shared.lens().model.relation_types.by_id(id).map(|found| found.0));
    }
    page(shared, params, conditions, |reader, conditions, window| reader.relations(conditions, window)).await
}

pub(super) fn number(shared: &Shared, kind: Kind, id: uuid::Uuid) -> Option<i64> {
    shared.lens().ids.number(kind, id).map(|number| number.0)
}

/// The one entry that matches.
pub(super) async fn only(
    shared: Arc<Shared>,
    conditions: Conditions,
    noun: &str,
    list: impl FnOnce(&Reader<'_>, Conditions, Window) -> Listed + Send + 'static,
) -> Answer {
    let window = Window { offset: 0, limit: 1 };
    let (_, found) = shared.read(move |_, reader| list(reader, conditions, window)).await?;
    let found = found.into_iter().next();
    found.map(Json).ok_or_else(|| ApiError::not_found(format!("There is no such {noun}.")))
}

async fn page(
    shared: Arc<Shared>,
    params: Params,
    conditions: Conditions,
    list: impl FnOnce(&Reader<'_>, Conditions, Window) -> Listed + Send + 'static,
) -> Answer {
    let window = params.window(&shared.context.readings)?;
    let (total, results) = shared.read(move |_, reader| list(reader, conditions, window)).await?;
    let total = params.total(total)?;
    Ok(Json(json!({"total": total, "offset": window.offset, "limit": window.limit, "results": results})))
}
