//! What a synchronization knows: the resources it tracks, those seen in the open cycle, and the hashes of commands.
//!
//! Each member has the number of the cycle that last saw it. In the open cycle, members seen in it are *S*, all others
//! are *M*, the missing ones; nothing has to be rewritten when a cycle ends.

mod cycle;
mod finalize;
mod reset;
mod synchronizations;

pub(crate) use cycle::Cycle;
pub(crate) use finalize::{Finalized, finalize};
pub(crate) use reset::undo;
pub(crate) use synchronizations::{evict, exists, list, remove};
