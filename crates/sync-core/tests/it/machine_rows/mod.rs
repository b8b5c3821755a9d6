//! The client's side of a cycle, row by row: from where, what happens, under which condition, to where.

mod batches;
mod finalizing;
mod recovery;
mod stopping;
mod uncertain;
