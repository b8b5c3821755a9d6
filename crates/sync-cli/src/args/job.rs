//! Arguments of `job`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use sync_core::JobId;

use super::TargetArgs;

#[derive(Debug, Args)]
pub(crate) struct JobArgs {
    #[command(subcommand)]
    pub(crate) command: JobCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum JobCommand {
    /// Show where a job stands
    Show(OneJob),
    /// Wait until a job has ended; exit 1 if it has not succeeded
    Wait(OneJob),
}

#[derive(Debug, Args)]
pub(crate) struct OneJob {
    /// The job
    #[arg(value_name = "JOB")]
    pub(crate) job: JobId,

    #[command(flatten)]
    pub(crate) target: TargetArgs,

    /// Folder that has the data of an embedded server by default
    #[arg(long, value_name = "DIR", default_value = ".collibra-sync", env = "COLLIBRA_SYNC_STATE")]
    pub(crate) state: PathBuf,
}
