//! `collibra-sync emulator`

mod exec;
mod serve;
mod server;

use crate::args::{EmulatorArgs, EmulatorCommand};
use crate::exit::{Exit, Failure};

pub(crate) use server::seeded;

pub(crate) async fn run(args: EmulatorArgs) -> Result<Exit, Failure> {
    match args.command {
        EmulatorCommand::Serve(args) => serve::run(&args).await,
        EmulatorCommand::Exec(args) => exec::run(&args).await,
    }
}
