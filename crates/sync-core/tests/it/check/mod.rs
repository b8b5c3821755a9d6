//! The check of single commands.

mod examples;
mod keys;
mod properties;
mod several;
