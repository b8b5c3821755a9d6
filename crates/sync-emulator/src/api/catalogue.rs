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

type Answer = Result<Json<Value>, ApiError>;

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

/// `GET /communities`: `name`, `nameMatchMode`, `parentId`, `offset`, `limit`; sorted by name.
pub(super) async fn communities(State(shared): State<Arc<Shared>>, params: Params) -> Answer {
    let mut conditions = Conditions::default();
    conditions.name("community.name", &params.name_match()?);
    if let Some(id) = params.uuid("parentId")? {
        conditions.number("community.parent", number(&shared, Kind::Community, id));
    }
    page(shared, params, conditions, |reader, conditions, window| reader.communities(conditions, window)).await
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
        conditions.number("relation.type", shared.model.relation_types.by_id(id).map(|found| found.0));
    }
    page(shared, params, conditions, |reader, conditions, window| reader.relations(conditions, window)).await
}

fn number(shared: &Shared, kind: Kind, id: uuid::Uuid) -> Option<i64> {
    shared.ids.number(kind, id).map(|number| number.0)
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
