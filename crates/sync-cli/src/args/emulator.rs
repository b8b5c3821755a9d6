//! Arguments of the embedded server.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::BehaviourArgs;

#[derive(Debug, Args)]
pub(crate) struct EmulatorArgs {
    #[command(subcommand)]
    pub(crate) command: EmulatorCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum EmulatorCommand {
    /// Run the server alone until it is stopped; the first line on standard output is its URL
    Serve(Box<ServeArgs>),
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Where to listen; port 0 picks one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8180", env = "COLLIBRA_SYNC_LISTEN")]
    pub(crate) listen: SocketAddr,

    /// Folder for the data [default: .collibra-sync/emulator]
    #[arg(long, value_name = "DIR", env = "COLLIBRA_SYNC_DATA")]
    pub(crate) data: Option<PathBuf>,

    /// Keep the data in memory only, whatever folder is given
    #[arg(long, env = "COLLIBRA_SYNC_MEMORY")]
    pub(crate) memory: bool,

    /// Which version of the service to behave like
    #[arg(long, value_enum, default_value_t, env = "COLLIBRA_SYNC_PROFILE")]
    pub(crate) profile: ProfileArg,

    /// Operating model beside the packaged one, users, clients and tokens
    #[arg(long, value_name = "FILE", env = "COLLIBRA_SYNC_SEED")]
    pub(crate) seed: Option<PathBuf>,

    /// Let anyone in, without signing in
    #[arg(long, env = "COLLIBRA_SYNC_NO_AUTH")]
    pub(crate) no_auth: bool,

    /// Write the URL to this file once the server answers
    #[arg(long, value_name = "FILE", env = "COLLIBRA_SYNC_READY_FILE")]
    pub(crate) ready_file: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) behaviour: BehaviourArgs,
}

/// Which version of the service to behave like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum ProfileArg {
    /// Before 2026.07: one bad command rolls a job back unless asked otherwise
    #[value(name = "before-2026.07")]
    Before202607,
    /// From 2026.07 on: bad commands are skipped unless asked otherwise
    #[default]
    #[value(name = "2026.07")]
    From202607,
}
