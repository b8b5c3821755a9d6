//! Looking at the operating model.

mod page;
mod show;

use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::Value;
use uuid::Uuid;

use self::page::{entry, page};
use self::show::Show;
use super::ApiError;
use super::catalogue::Answer;
use super::params::{Params, Segment, uuid};
use crate::catalog::TypeNumber;
use crate::catalog::model::Model;
use crate::server::Shared;

/// The lists with a page, one entry by id and, where the documents have it, by name or public id.
pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/assetTypes", get(asset_types))
        .route("/assetTypes/{id}", get(asset_type))
        .route("/assetTypes/publicId/{id}", get(asset_type_by_public_id))
        .route("/domainTypes", get(domain_types))
        .route("/domainTypes/{id}", get(domain_type))
        .route("/attributeTypes", get(attribute_types))
        .route("/attributeTypes/{id}", get(attribute_type))
        .route("/attributeTypes/name/{name}", get(attribute_type_by_name))
        .route("/relationTypes", get(relation_types))
        .route("/relationTypes/{id}", get(relation_type))
        .route("/complexRelationTypes", get(complex_relation_types))
        .route("/complexRelationTypes/{id}", get(complex_relation_type))
        .route("/statuses", get(statuses))
        .route("/statuses/{id}", get(status))
        .route("/statuses/name/{name}", get(status_by_name))
        .route("/roles", get(roles))
        .route("/roles/{id}", get(role))
        .route("/assignments/assetType/{id}", get(assignments))
}

/// `GET /assetTypes`: `name`, `nameMatchMode`, `excludeMeta` (true unless given: the roots are left out), `offset`, `limit`.
async fn asset_types(State(shared): State<Arc<Shared>>, params: Params) -> Answer {
    let model = shared.lens().model;
    let excludes_meta = match params.one("excludeMeta") {
        None | Some("true") => true,
        Some("false") => false,
        Some(_) => return Err(ApiError::bad_request("excludeMeta has to be true or false.")),
    };
    let is_shown = |number: &TypeNumber| {
        !excludes_meta || model.asset_types.get(*number).is_some_and(|found| found.parent.is_some())
    };
    let entries = model.asset_types.by_names().into_iter().filter(is_shown);
    page(&shared, &params, entries, |number| model.asset_types.name(number), |number| model.show_asset_type(number))
}

/// `GET /assetTypes/publicId/{publicId}`
async fn asset_type_by_public_id(State(shared): State<Arc<Shared>>, Segment(id): Segment) -> Answer {
    let model = shared.lens().model;
    entry(model.asset_types.by_public_id(&id), "asset type", |number| model.show_asset_type(number))
}

/// A page of one list, and one entry by its id.
macro_rules! reads {
    ($($all:ident $one:ident $parameter:literal $noun:literal $list:ident $show:ident;)*) => {$(
        async fn $all(State(shared): State<Arc<Shared>>, params: Params) -> Answer {
            let model = shared.lens().model;
            let entries = model.$list.by_names().into_iter();
            page(&shared, &params, entries, |number| model.$list.name(number), |number| model.$show(number))
        }
        reads!(@one $one $parameter $noun $list $show);
    )*};
    (@one $one:ident $parameter:literal $noun:literal $list:ident $show:ident) => {
        async fn $one(State(shared): State<Arc<Shared>>, Segment(id): Segment) -> Answer {
            let id = uuid($parameter, &id)?;
            let model = shared.lens().model;
            entry(model.$list.by_id(id), $noun, |number| model.$show(number))
        }
    };
}

reads!(@one asset_type "assetTypeId" "asset type" asset_types show_asset_type);
reads! {
    domain_types domain_type "domainTypeId" "domain type" domain_types show_domain_type;
    attribute_types attribute_type "attributeTypeId" "attribute type" attribute_types show_attribute_type;
    relation_types relation_type "relationTypeId" "relation type" relation_types show_relation_type;
    complex_relation_types complex_relation_type "complexRelationTypeId" "complex relation type"
        complex_types show_complex_relation_type;
    statuses status "statusId" "status" statuses show_status;
    roles role "roleId" "role" roles show_role;
}

/// `GET /attributeTypes/name/{name}`
async fn attribute_type_by_name(State(shared): State<Arc<Shared>>, Segment(name): Segment) -> Answer {
    let model = shared.lens().model;
    entry(model.attribute_types.by_name(&name), "attribute type", |number| model.show_attribute_type(number))
}

/// `GET /statuses/name/{name}`
async fn status_by_name(State(shared): State<Arc<Shared>>, Segment(name): Segment) -> Answer {
    let model = shared.lens().model;
    entry(model.statuses.by_name(&name), "status", |number| model.show_status(number))
}

/// `GET /assignments/assetType/{assetTypeId}`: those of the type itself, none of those above it; without pages.
async fn assignments(State(shared): State<Arc<Shared>>, Segment(id): Segment) -> Answer {
    let id: Uuid = uuid("assetTypeId", &id)?;
    let model: Arc<Model> = shared.lens().model;
    let number = model.asset_types.by_id(id).ok_or_else(|| ApiError::not_found("There is no such asset type."))?;
    Ok(Json(Value::Array(model.show_assignments(number))))
}
