//! The operations, one file for each group.

mod auth;
mod catalogue;
mod error;
mod form;
mod health;
mod jobs;
mod mappings;
mod operating_model;
mod params;
mod removal;
mod results;
mod router;
mod submit;
mod synchronizations;

pub(crate) use auth::{Account, Credentials};
pub(crate) use error::ApiError;
pub(crate) use params::{Params, Segment, uuid};
pub(crate) use router::router;
