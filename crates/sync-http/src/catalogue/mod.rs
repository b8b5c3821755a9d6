//! Reading resources back as import commands, over the core REST API.
//!
//! Paths, parameters and shapes: OpenAPI document of the Core API 2.0, groups Assets, Attributes, Communities, Domains,
//! Mappings and Relations.

mod answers;
mod asset;
mod command_of;
mod containers;
mod lookup;
mod mapping;
mod reader;
mod value;

pub(crate) use answers::Entry;
pub(crate) use reader::Reader;
