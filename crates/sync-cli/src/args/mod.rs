//! The command line: names, flags and their environment twins.

mod conformance;
mod emulator;
mod guard;
mod input;
mod plan;
mod run;
mod size;
mod sync;
mod target;

use clap::{Parser, Subcommand, ValueEnum};

pub(crate) use conformance::ConformanceArgs;
pub(crate) use emulator::{EmulatorArgs, EmulatorCommand, ExecArgs, ProfileArg, ServeArgs, ServerArgs};
pub(crate) use guard::GuardArgs;
pub(crate) use input::{Format, InputArgs};
pub(crate) use plan::{PlanArgs, StateArgs, StateCommand};
pub(crate) use run::{BatchArgs, CheckArgs, RunArgs};
pub(crate) use size::ByteSize;
pub(crate) use sync::{SyncArgs, SyncCommand, SyncOf};
pub(crate) use target::{Auth, TargetArgs};

/// Keeps a Collibra catalogue in step with an external source.
///
/// Credentials come from the environment alone: COLLIBRA_USERNAME and COLLIBRA_PASSWORD, or COLLIBRA_TOKEN.
#[derive(Debug, Parser)]
#[command(name = "collibra-sync", version, propagate_version = true, max_term_width = 110)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// What to print on standard output
    #[arg(long, global = true, value_enum, default_value_t, env = "COLLIBRA_SYNC_OUTPUT")]
    pub(crate) output: OutputFormat,

    /// Print no progress
    #[arg(long, short, global = true, env = "COLLIBRA_SYNC_QUIET")]
    pub(crate) quiet: bool,

    /// Trace what happens on standard error; twice for more
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// What to print on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum OutputFormat {
    /// Text for people
    #[default]
    Human,
    /// One JSON object
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check inputs without a server; nothing is sent
    Check(CheckArgs),
    /// Show what a run would add, change and leave, and what would be missing; nothing is sent
    Plan(Box<PlanArgs>),
    /// Check, plan, ask the guard, send the batches, finalize, report
    Run(Box<RunArgs>),
    /// Administer synchronizations of the target
    Sync(SyncArgs),
    /// Move or back up what a state folder knows
    State(StateArgs),
    /// The embedded server
    Emulator(EmulatorArgs),
    /// Try on a target how it behaves, statement by statement, and say which readings of the open questions hold there
    Conformance(Box<ConformanceArgs>),
}
