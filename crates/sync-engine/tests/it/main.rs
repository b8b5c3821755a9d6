//! Integration tests.

mod against;
mod checking;
mod corpus;
mod faults;
mod guarding;
mod halving;
mod histories;
mod plans;
mod store;
mod support;
