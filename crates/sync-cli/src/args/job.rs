//! Arguments of `job`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use sync_core::{JobId, MAX_CANCEL_MESSAGE};

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
    /// Ask for a job to be canceled; whether it was shows when it has ended
    Cancel(CancelJob),
}

#[derive(Debug, Args)]
pub(crate) struct CancelJob {
    #[command(flatten)]
    pub(crate) of: OneJob,

    /// What is said to those who look at the job, at most 128 characters
    #[arg(long, value_name = "TEXT", env = "COLLIBRA_SYNC_MESSAGE", value_parser = message)]
    pub(crate) message: Option<String>,
}

fn message(text: &str) -> Result<String, String> {
    match text.chars().count() {
        0..=MAX_CANCEL_MESSAGE => Ok(text.to_owned()),
        many => Err(format!("the message has {many} characters; the service takes at most {MAX_CANCEL_MESSAGE}")),
    }
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
