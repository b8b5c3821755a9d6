#![doc = include_str!("../README.md")]

mod args;
mod commands;
mod exit;
mod files;
mod output;
mod signals;
mod target;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = args::Cli::parse();
    output::trace::install(cli.verbose);
    match commands::run(cli) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output::printer::error(&failure);
            failure.exit().into()
        }
    }
}
