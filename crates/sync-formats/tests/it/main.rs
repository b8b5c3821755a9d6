//! Tests through the public face of the crate.

mod batches;
mod digests;
mod identities;
mod json_text;
mod places;
mod shapes;
mod split_errors;
mod split_properties;
mod support;
