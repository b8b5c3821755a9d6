//! Integration tests.

mod checking;
mod corpus;
mod guarding;
mod histories;
mod plans;
mod simulation;
mod store;
mod strangers;
mod support;
