//! The server over real HTTP.

mod support;

mod admin;
mod assignments;
mod catalogue;
mod commands;
mod conversation;
mod durability;
mod failures;
mod faults;
mod finalization;
mod jobs;
mod mappings;
mod membership;
mod memory;
mod operating_model;
mod profiles;
mod progress;
mod removal;
mod single_call;
