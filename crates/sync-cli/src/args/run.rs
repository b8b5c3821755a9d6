//! Arguments of `check` and `run`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use sync_core::SynchronizationId;
use sync_core::check::{rule, rules};
use sync_core::transport::RelationsAction;
use sync_engine::{CheckOptions, Upload};

use super::{ByteSize, GuardArgs, InputArgs, KindArgs, TargetArgs, WaitArgs};

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,

    #[command(flatten)]
    pub(crate) batches: BatchArgs,

    #[command(flatten)]
    pub(crate) levels: LevelArgs,

    /// Write the findings to a file in SARIF 2.1.0, for code hosts; beside what is printed
    #[arg(long, value_name = "FILE", env = "COLLIBRA_SYNC_SARIF")]
    pub(crate) sarif: Option<PathBuf>,

    /// Operating model that the commands have to fit: read from this file, or, if there is none yet, from the target and
    /// kept here. It can also seed an embedded server
    #[arg(long, value_name = "FILE", env = "COLLIBRA_SYNC_MODEL")]
    pub(crate) model: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) target: TargetArgs,

    /// Folder that has the data of an embedded server by default
    #[arg(long, value_name = "DIR", default_value = ".collibra-sync", env = "COLLIBRA_SYNC_STATE")]
    pub(crate) state: PathBuf,
}

/// Which findings count for more or for less than by themselves.
#[derive(Debug, Args)]
pub(crate) struct LevelArgs {
    /// Treat findings of this code as errors; may be given several times
    #[arg(long, value_name = "CODE", env = "COLLIBRA_SYNC_DENY", value_delimiter = ',', value_parser = code)]
    pub(crate) deny: Vec<String>,

    /// Do not report findings of this code; may be given several times. What cannot be read or sent is reported anyway
    #[arg(long, value_name = "CODE", env = "COLLIBRA_SYNC_ALLOW", value_delimiter = ',', value_parser = code)]
    pub(crate) allow: Vec<String>,
}

impl LevelArgs {
    pub(crate) fn options(&self) -> CheckOptions {
        CheckOptions::default().with_deny(self.deny.clone()).with_allow(self.allow.clone())
    }
}

/// A code that some rule has.
fn code(text: &str) -> Result<String, String> {
    if rule(text).is_some() {
        return Ok(text.to_owned());
    }
    let asked = text.to_lowercase();
    let end = asked.rsplit('.').next().unwrap_or_default();
    let with = |part: &str| {
        let mut codes = rules().iter().map(|rule| rule.code);
        codes.find(|code| !part.is_empty() && code.to_lowercase().contains(part))
    };
    match with(&asked).or_else(|| with(end)) {
        Some(meant) => Err(format!("no rule has the code {text:?}; is it {meant}?")),
        None => Err(format!("no rule has the code {text:?}")),
    }
}

#[derive(Debug, Args)]
pub(crate) struct BatchArgs {
    /// Most commands in a batch, up to 50000
    #[arg(long, value_name = "N", default_value_t = 10_000, env = "COLLIBRA_SYNC_BATCH_COMMANDS",
          value_parser = clap::value_parser!(u32).range(1..=50_000))]
    pub(crate) batch_commands: u32,

    /// Most bytes in a batch
    #[arg(long, value_name = "SIZE", default_value = "20MiB", env = "COLLIBRA_SYNC_BATCH_BYTES")]
    pub(crate) batch_bytes: ByteSize,
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// Files of import commands (.json, .jsonl, .ndjson) or tables (.csv, .xlsx, .xlsb, .xls, .ods); - is standard input
    #[arg(required_unless_present = "plan", value_name = "INPUT")]
    pub(crate) inputs: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) kind: KindArgs,

    /// Run just this plan; refused if the source or the state have moved since it was made
    #[arg(long, value_name = "PLAN", conflicts_with = "inputs")]
    pub(crate) plan: Option<PathBuf>,

    /// The synchronization: the same for every run of this source, another for every other source
    #[arg(long, value_name = "ID", env = "COLLIBRA_SYNC_ID", required_unless_present = "plan")]
    pub(crate) id: Option<SynchronizationId>,

    #[command(flatten)]
    pub(crate) target: TargetArgs,

    /// Folder that keeps what must outlive a run
    #[arg(long, value_name = "DIR", default_value = ".collibra-sync", env = "COLLIBRA_SYNC_STATE")]
    pub(crate) state: PathBuf,

    #[command(flatten)]
    pub(crate) guard: GuardArgs,

    /// Do not ask before missing resources are touched; without a terminal nobody is asked
    #[arg(long, env = "COLLIBRA_SYNC_YES")]
    pub(crate) yes: bool,

    #[command(flatten)]
    pub(crate) batches: BatchArgs,

    #[command(flatten)]
    pub(crate) levels: LevelArgs,

    /// Let the service skip bad commands instead of rolling the batch back
    #[arg(long, env = "COLLIBRA_SYNC_CONTINUE_ON_ERROR")]
    pub(crate) continue_on_error: bool,

    /// What tables are sent as
    #[arg(long, value_enum, default_value_t, env = "COLLIBRA_SYNC_UPLOAD")]
    pub(crate) upload: UploadArg,

    /// Whether the relations a command lists replace those of their type or are added to them
    #[arg(long, value_enum, default_value_t, env = "COLLIBRA_SYNC_RELATIONS")]
    pub(crate) relations: Relations,

    #[command(flatten)]
    pub(crate) wait: WaitArgs,

    /// Write the report to a file (.json); may be given several times
    #[arg(long, value_name = "FILE", env = "COLLIBRA_SYNC_REPORT")]
    pub(crate) report: Vec<PathBuf>,
}

/// What tables are sent as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum UploadArg {
    /// The commands their rows make, as JSON: what is sent is what was checked
    #[default]
    Json,
    /// Their rows, with the template: the service makes the commands
    AsIs,
}

impl From<UploadArg> for Upload {
    fn from(upload: UploadArg) -> Self {
        match upload {
            UploadArg::Json => Self::Json,
            UploadArg::AsIs => Self::AsIs,
        }
    }
}

/// How relations are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Relations {
    /// The listed ones become all of their type and direction
    #[default]
    Replace,
    /// The listed ones are added, nothing is taken away
    Add,
}

impl From<Relations> for RelationsAction {
    fn from(relations: Relations) -> Self {
        match relations {
            Relations::Replace => Self::Replace,
            Relations::Add => Self::AddOrIgnore,
        }
    }
}
