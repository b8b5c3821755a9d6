//! The server over real HTTP.

mod support;

mod access;
mod admin;
mod assignments;
mod by_hand;
mod cancelling;
mod catalogue;
mod choices;
mod commands;
mod conversation;
mod document;
mod durability;
mod failures;
mod faults;
mod files;
mod finalization;
mod imports;
mod jobs;
mod limits;
mod mappings;
mod membership;
mod memory;
mod newer_jobs;
mod operating_model;
mod profiles;
mod progress;
mod removal;
mod single_call;
mod tables;
mod together;
