//! Arguments of `resume` and `status`.

use std::path::PathBuf;

use clap::Args;
use sync_core::SynchronizationId;

use super::{TargetArgs, WaitArgs};

#[derive(Debug, Args)]
pub(crate) struct ResumeArgs {
    /// The synchronization
    #[arg(long, value_name = "ID", env = "COLLIBRA_SYNC_ID")]
    pub(crate) id: SynchronizationId,

    #[command(flatten)]
    pub(crate) target: TargetArgs,

    /// Folder that keeps what must outlive a run
    #[arg(long, value_name = "DIR", default_value = ".collibra-sync", env = "COLLIBRA_SYNC_STATE")]
    pub(crate) state: PathBuf,

    /// Consent for this one run: at most COUNT removals, instead of what the run was given
    #[arg(long, value_name = "COUNT", env = "COLLIBRA_SYNC_ALLOW_REMOVALS")]
    pub(crate) allow_removals: Option<u64>,

    #[command(flatten)]
    pub(crate) wait: WaitArgs,

    /// Write the report to a file (.json); may be given several times
    #[arg(long, value_name = "FILE", env = "COLLIBRA_SYNC_REPORT")]
    pub(crate) report: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// This synchronization alone
    #[arg(long, value_name = "ID", env = "COLLIBRA_SYNC_ID")]
    pub(crate) id: Option<SynchronizationId>,

    /// The state folder
    #[arg(long, value_name = "DIR", default_value = ".collibra-sync", env = "COLLIBRA_SYNC_STATE")]
    pub(crate) state: PathBuf,

    /// Most cycles to show of each synchronization
    #[arg(long, value_name = "N", default_value_t = 5, env = "COLLIBRA_SYNC_CYCLES")]
    pub(crate) cycles: u64,
}
