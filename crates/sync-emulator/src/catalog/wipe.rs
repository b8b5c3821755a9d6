//! Beginning again with an empty catalogue.

use super::Store;

/// Everything that jobs have made; operating model and users stay.
pub(super) const DATA: [&str; 16] = [
    "community",
    "domain",
    "asset",
    "mapping",
    "complex_relation",
    "leg",
    "attribute",
    "relation",
    "tag",
    "asset_tag",
    "responsibility",
    "synchronization",
    "member",
    "command_cache",
    "outcome",
    "job_error",
];

impl Store {
    /// Removes everything but operating model and users, within the open transaction. With `anew` numbers, and so ids,
    /// begin again; otherwise no id of before names anything of after.
    pub(crate) fn wipe(&mut self, anew: bool) -> rusqlite::Result<()> {
        for table in DATA {
            // Without a condition the pages of a table are let go without being read.
            self.connection.execute(&format!("DELETE FROM {table}"), [])?;
        }
        self.forget_names();
        if anew {
            self.number_anew();
        }
        Ok(())
    }
}
