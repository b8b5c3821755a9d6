//! Integration tests.

mod checking;
mod corpus;
mod faults;
mod guarding;
mod histories;
mod plans;
mod store;
mod support;
