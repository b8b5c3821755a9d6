//! The operations, one file for each group.

mod application;
mod auth;
mod body;
mod catalogue;
mod error;
mod form;
mod health;
mod jobs;
mod mappings;
mod oauth;
mod params;
mod results;
mod router;
mod sessions;
mod submit;
mod synchronizations;

pub(crate) use error::ApiError;
pub(crate) use router::router;
