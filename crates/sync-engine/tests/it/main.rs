//! Integration tests.

mod guarding;
mod histories;
mod support;
