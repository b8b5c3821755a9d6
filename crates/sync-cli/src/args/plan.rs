//! Arguments of `plan` and `state`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use sync_core::SynchronizationId;

use super::{GuardArgs, InputArgs, TargetArgs};

#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,

    /// The synchronization
    #[arg(long, value_name = "ID", env = "COLLIBRA_SYNC_ID")]
    pub(crate) id: SynchronizationId,

    /// Nothing is read from the target; it may be left out where the state folder knows the id for one target only
    #[command(flatten)]
    pub(crate) target: TargetArgs,

    /// Folder that keeps what must outlive a run
    #[arg(long, value_name = "DIR", default_value = ".collibra-sync", env = "COLLIBRA_SYNC_STATE")]
    pub(crate) state: PathBuf,

    #[command(flatten)]
    pub(crate) guard: GuardArgs,

    /// Save the plan, to be run with `run --plan PLAN`
    #[arg(long, short, value_name = "PLAN")]
    pub(crate) out: Option<PathBuf>,

    /// Exit with 10 where there is something to do
    #[arg(long, env = "COLLIBRA_SYNC_DETAILED_EXITCODE")]
    pub(crate) detailed_exitcode: bool,

    /// List everything, not only the first names
    #[arg(long, env = "COLLIBRA_SYNC_FULL")]
    pub(crate) full: bool,
}

#[derive(Debug, Args)]
pub(crate) struct StateArgs {
    /// The state folder
    #[arg(long, value_name = "DIR", default_value = ".collibra-sync", env = "COLLIBRA_SYNC_STATE", global = true)]
    pub(crate) state: PathBuf,

    #[command(subcommand)]
    pub(crate) command: StateCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum StateCommand {
    /// Write a consistent copy of the state to a file
    Export {
        /// The file, which must not exist yet
        file: PathBuf,
    },
    /// Put a copy of a state into a folder that has none yet
    Import {
        /// A file that `state export` has written
        file: PathBuf,
    },
}
