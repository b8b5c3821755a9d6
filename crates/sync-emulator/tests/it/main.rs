//! The server over real HTTP.

mod support;

mod access;
mod by_hand;
mod cancelling;
mod catalogue;
mod choices;
mod commands;
mod conversation;
mod document;
mod durability;
mod failures;
mod files;
mod finalization;
mod imports;
mod jobs;
mod limits;
mod mappings;
mod membership;
mod newer_jobs;
mod single_call;
mod tables;
mod together;
