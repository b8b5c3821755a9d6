//! The operations, one file for each group.

mod application;
mod auth;
mod body;
mod catalogue;
mod document;
mod error;
mod fields;
mod files;
mod form;
mod health;
mod jobs;
mod mappings;
mod newer_jobs;
mod oauth;
mod operating_model;
mod params;
mod portions;
mod removal;
mod results;
mod router;
mod sessions;
mod submit;
mod synchronizations;
mod upload;

pub(crate) use error::ApiError;
pub(crate) use params::{Params, Segment, uuid};
pub(crate) use router::router;
