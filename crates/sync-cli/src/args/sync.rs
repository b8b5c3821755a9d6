//! Arguments of `sync`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use sync_core::SynchronizationId;

use super::TargetArgs;

#[derive(Debug, Args)]
pub(crate) struct SyncArgs {
    #[command(subcommand)]
    pub(crate) command: SyncCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SyncCommand {
    /// List the synchronizations that the target knows
    List(SyncAt),
    /// Ask whether the target knows a synchronization
    Exists(SyncOf),
    /// Have the target execute every command of the next cycle again; what it tracks stays
    Evict(SyncOf),
    /// Have target and state folder forget a synchronization: nothing is removed, and the next cycle begins anew
    Forget(SyncOf),
}

#[derive(Debug, Args)]
pub(crate) struct SyncOf {
    /// The synchronization
    #[arg(value_name = "ID")]
    pub(crate) id: SynchronizationId,

    #[command(flatten)]
    pub(crate) at: SyncAt,
}

#[derive(Debug, Args)]
pub(crate) struct SyncAt {
    #[command(flatten)]
    pub(crate) target: TargetArgs,

    /// Folder that keeps what must outlive a run
    #[arg(long, value_name = "DIR", default_value = ".collibra-sync", env = "COLLIBRA_SYNC_STATE")]
    pub(crate) state: PathBuf,
}
