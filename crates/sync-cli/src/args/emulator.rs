//! Arguments of the embedded server.

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::{Args, Subcommand};
use sync_emulator::{JobProgress, Profile};

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
    /// Run a command with a server of its own, which ends with it
    ///
    /// COLLIBRA_URL, COLLIBRA_USERNAME and COLLIBRA_PASSWORD are set for the command, variables for other ways to sign in are
    /// taken away. The exit code is that of the command; 128 and the number of the signal if one ended it, 126 or 127 if it
    /// cannot be run or found. Unless told otherwise the server picks a port and keeps nothing.
    Exec(Box<ExecArgs>),
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Where to listen; port 0 picks one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8180", env = "COLLIBRA_SYNC_LISTEN")]
    pub(crate) listen: SocketAddr,

    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ExecArgs {
    /// Where to listen; by default a port is picked
    #[arg(long, value_name = "ADDR", env = "COLLIBRA_SYNC_LISTEN")]
    listen: Option<SocketAddr>,

    #[command(flatten)]
    pub(crate) server: ServerArgs,

    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
}

impl ExecArgs {
    pub(crate) fn listen(&self) -> SocketAddr {
        self.listen.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
    }
}

/// What kind of server.
#[derive(Debug, Args)]
pub(crate) struct ServerArgs {
    /// Folder for the data [default of serve: .collibra-sync/emulator]
    #[arg(long, value_name = "DIR", env = "COLLIBRA_SYNC_DATA")]
    pub(crate) data: Option<PathBuf>,

    /// Keep the data in memory only, whatever folder is given
    #[arg(long, env = "COLLIBRA_SYNC_MEMORY")]
    pub(crate) memory: bool,

    /// Which version of the service to behave like, before-2026.07 or 2026.07, or a file with version and readings, such
    /// as `conformance --save` writes
    #[arg(long, value_name = "PROFILE", default_value = "2026.07", env = "COLLIBRA_SYNC_PROFILE")]
    pub(crate) profile: ProfileArg,

    /// Operating model beside the packaged one, users, clients and tokens
    #[arg(long, value_name = "FILE", env = "COLLIBRA_SYNC_SEED")]
    pub(crate) seed: Option<PathBuf>,

    /// Begin with what a server has exported
    #[arg(long, value_name = "FILE", env = "COLLIBRA_SYNC_IMPORT")]
    pub(crate) import: Option<PathBuf>,

    /// Let anyone in, without signing in
    #[arg(long, env = "COLLIBRA_SYNC_NO_AUTH")]
    pub(crate) no_auth: bool,

    /// Write the URL to this file once the server answers
    #[arg(long, value_name = "FILE", env = "COLLIBRA_SYNC_READY_FILE")]
    pub(crate) ready_file: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) behaviour: BehaviourArgs,

    /// Rules about what goes wrong, as a JSON array
    #[arg(long, value_name = "FILE", env = "COLLIBRA_SYNC_FAULTS")]
    pub(crate) faults: Option<PathBuf>,

    /// When jobs end: immediate, polls:N, after:TIME or by-hand
    #[arg(long, value_name = "WHEN", default_value_t, env = "COLLIBRA_SYNC_JOBS")]
    pub(crate) jobs: JobProgress,

    /// Have the server's time stand still at this one, in milliseconds since 1970, until it is moved
    #[arg(long, value_name = "MILLISECONDS", env = "COLLIBRA_SYNC_VIRTUAL_CLOCK")]
    pub(crate) virtual_clock: Option<i64>,

    /// Draw ids and chance from this number: the same requests, the same ids
    #[arg(long, value_name = "N", env = "COLLIBRA_SYNC_RANDOM_SEED")]
    pub(crate) random_seed: Option<u64>,

    /// Tolerate what careless clients do and the service would refuse
    #[arg(long, env = "COLLIBRA_SYNC_LOOSE")]
    pub(crate) loose: bool,
}

/// Which version of the service to behave like, and how where its documentation is silent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ProfileArg {
    /// A version in the default readings.
    Version(Profile),
    /// A file.
    File(PathBuf),
}

impl FromStr for ProfileArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(version) => Ok(Self::Version(version)),
            Err(_) if Path::new(text).is_file() => Ok(Self::File(text.into())),
            Err(error) => Err(format!("{error}, and no file has this name")),
        }
    }
}
