//! The server over real HTTP.

mod support;

mod access;
mod catalogue;
mod commands;
mod conversation;
mod durability;
mod failures;
mod finalization;
mod jobs;
mod mappings;
mod membership;
mod single_call;
