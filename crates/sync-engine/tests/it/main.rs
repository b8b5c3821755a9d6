//! Integration tests.

mod guarding;
mod histories;
mod plans;
mod store;
mod support;
