//! The check of single commands.

mod docs;
mod examples;
mod keys;
mod properties;
mod server;
mod several;
