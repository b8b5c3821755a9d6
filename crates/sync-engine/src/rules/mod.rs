//! Rules about a source as a whole: what each command says is noted as small facts, which are sorted on disk where they
//! are many, and compared in their new order.
//!
//! Memory does not grow with the source: 4 MiB of facts of each kind, 2 MiB of what was met lately, some hundred findings.

mod examiner;
mod fitting;
mod key;
mod names;
mod pairs;
mod pending;
mod references;
mod relations;
mod sizes;
mod sorter;

pub(crate) use examiner::Examiner;
pub(crate) use pending::{MOST_ALIKE, Pending};
