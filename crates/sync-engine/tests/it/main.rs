//! Integration tests.

mod checking;
mod corpus;
mod guarding;
mod halving;
mod histories;
mod plans;
mod store;
mod support;
