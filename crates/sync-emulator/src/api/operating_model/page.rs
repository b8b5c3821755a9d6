//! Lists in memory as pages.

use axum::Json;
use serde_json::{Value, json};

use super::super::ApiError;
use super::super::catalogue::Answer;
use super::super::params::Params;
use crate::catalog::TypeNumber;
use crate::server::Shared;

/// The part of a list that the parameters ask for.
pub(super) fn page<'m>(
    shared: &Shared,
    params: &Params,
    entries: impl Iterator<Item = TypeNumber>,
    name: impl Fn(TypeNumber) -> &'m str,
    show: impl Fn(TypeNumber) -> Value,
) -> Answer {
    let window = params.window(&shared.context.readings)?;
    let wanted = params.name_match()?;
    let is_wanted = |number: &TypeNumber| wanted.as_ref().is_none_or(|wanted| wanted.fits(name(*number)));
    let found: Vec<TypeNumber> = entries.filter(is_wanted).collect();
    let total = params.total(found.len() as i64)?;
    let shown = found.into_iter().skip(window.offset as usize).take(window.limit as usize);
    let results: Vec<Value> = shown.map(show).collect();
    Ok(Json(json!({"total": total, "offset": window.offset, "limit": window.limit, "results": results})))
}

/// One entry, if it is there.
pub(super) fn entry(found: Option<TypeNumber>, noun: &str, show: impl Fn(TypeNumber) -> Value) -> Answer {
    found.map(|number| Json(show(number))).ok_or_else(|| ApiError::not_found(format!("There is no such {noun}.")))
}
