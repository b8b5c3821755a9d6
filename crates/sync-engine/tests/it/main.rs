//! Integration tests.

mod against;
mod broken_store;
mod carrying_on;
mod checking;
mod corpus;
mod faults;
mod guarding;
mod halving;
mod histories;
mod plans;
mod simulation;
mod store;
mod strangers;
mod support;
mod tables;
