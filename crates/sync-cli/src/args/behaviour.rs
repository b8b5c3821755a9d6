//! How the embedded server behaves, and what it puts up with.

use std::path::PathBuf;

use clap::Args;

use super::ByteSize;

#[derive(Debug, Args)]
pub(crate) struct BehaviourArgs {
    /// Answers to what the documentation leaves open, as JSON
    #[arg(long, value_name = "FILE", env = "COLLIBRA_SYNC_READINGS")]
    pub(crate) readings: Option<PathBuf>,

    /// One of these answers, such as restored-status=previous; may be repeated
    #[arg(long, value_name = "NAME=CHOICE", value_parser = named)]
    pub(crate) reading: Vec<(String, String)>,

    /// Failed commands at which a job is aborted [default: 100]
    #[arg(long, value_name = "N", env = "COLLIBRA_SYNC_FAILED_COMMANDS")]
    pub(crate) failed_commands: Option<u64>,

    /// Let assets have responsibilities, which the service allows only where that was switched on
    #[arg(long, env = "COLLIBRA_SYNC_ASSET_RESPONSIBILITIES")]
    pub(crate) asset_responsibilities: bool,

    /// Jobs that run at once; the others wait [default: 8]
    #[arg(long, value_name = "N", env = "COLLIBRA_SYNC_CONCURRENT_JOBS")]
    pub(crate) concurrent_jobs: Option<usize>,

    /// Seconds for which a token that was issued is good [default: 3600]
    #[arg(long, value_name = "SECONDS", env = "COLLIBRA_SYNC_TOKEN_SECONDS")]
    pub(crate) token_seconds: Option<u64>,

    /// Seconds without use after which a session ends [default: 1800]
    #[arg(long, value_name = "SECONDS", env = "COLLIBRA_SYNC_SESSION_SECONDS")]
    pub(crate) session_seconds: Option<u64>,

    /// Largest body of a request [default: 4GiB]
    #[arg(long, value_name = "SIZE", env = "COLLIBRA_SYNC_MAX_BODY")]
    pub(crate) max_body: Option<ByteSize>,

    /// Most jobs that wait [default: 10000]
    #[arg(long, value_name = "N", env = "COLLIBRA_SYNC_MAX_JOBS")]
    pub(crate) max_jobs: Option<usize>,

    /// Most connections at once [default: 256]
    #[arg(long, value_name = "N", env = "COLLIBRA_SYNC_MAX_CONNECTIONS")]
    pub(crate) max_connections: Option<usize>,
}

fn named(text: &str) -> Result<(String, String), String> {
    let (name, choice) = text.split_once('=').ok_or("a reading is given as NAME=CHOICE")?;
    Ok((name.to_owned(), choice.to_owned()))
}
