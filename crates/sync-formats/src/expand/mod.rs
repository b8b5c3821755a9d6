//! Expansion: rows of a table into import commands.

mod cut;
mod error;
mod escape;
mod expander;
mod fault;
mod flat;
mod group;
mod header_guess;
mod kept;
mod lints;
mod list;
mod memory;
mod merged;
mod options;
mod origin;
mod plan;
mod queue;
mod raw;
mod render;
mod rendering;
mod returns;
mod source;
mod warning;

pub use cut::{CutRow, RowCutter, RowKind};
pub use error::{ExpandError, RowError, RowErrorKind};
pub use expander::{Expander, RecordOrigin};
pub use list::ListDialect;
pub use memory::MemoryTable;
pub use options::{ExpandOptions, ListSplitting};
pub use raw::{RawCommand, RawExpander};
pub use warning::ExpandWarning;
