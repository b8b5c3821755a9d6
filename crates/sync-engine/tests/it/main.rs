//! Integration tests.

mod guarding;
mod histories;
mod support;

mod store;
