//! One file per command.

mod check;
mod conformance;
mod driving;
pub(crate) mod emulator;
mod expand;
mod inputs;
mod job;
mod plan;
mod resume;
mod run;
mod state;
mod status;
mod sync;

use crate::args::{Cli, Command};
use crate::exit::{Exit, Failure, OrExit};

/// What every command needs to know of the rest of the line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Manner {
    pub(crate) output: crate::args::OutputFormat,
    pub(crate) quiet: bool,
}

pub(crate) fn run(cli: Cli) -> Result<Exit, Failure> {
    let manner = Manner { output: cli.output, quiet: cli.quiet };
    match cli.command {
        Command::Check(args) => check::run(&args, manner),
        Command::Expand(args) => expand::run(&args),
        Command::Plan(args) => plan::run(&args, manner),
        Command::Sync(args) => with_runtime(sync::run(args, manner)),
        Command::State(args) => state::run(&args),
        Command::Run(args) => with_runtime(run::run(&args, manner)),
        Command::Resume(args) => with_runtime(resume::run(&args, manner)),
        Command::Status(args) => status::run(&args, manner),
        Command::Job(args) => with_runtime(job::run(args, manner)),
        Command::Conformance(args) => with_runtime(conformance::run(&args, manner)),
        Command::Emulator(args) => with_runtime(emulator::run(args)),
    }
}

/// Commands that speak to a server get a runtime; the others do without one.
fn with_runtime<T>(command: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().or_exit(Exit::BROKEN)?;
    let done = runtime.block_on(command);
    // A blocking thread that still reads an input has nobody left to read it for.
    runtime.shutdown_background();
    done
}
