//! `collibra-sync emulator`

use std::path::Path;

use sync_emulator::{Emulator, EmulatorBuilder, ModelFile, Profile};

use crate::args::{EmulatorArgs, EmulatorCommand, ProfileArg, ServeArgs};
use crate::exit::{Exit, Failure, OrExit};
use crate::output::printer;
use crate::target::default_state;

pub(crate) async fn run(args: EmulatorArgs) -> Result<Exit, Failure> {
    match args.command {
        EmulatorCommand::Serve(args) => serve(&args).await,
    }
}

async fn serve(args: &ServeArgs) -> Result<Exit, Failure> {
    let profile = match args.profile {
        ProfileArg::Before202607 => Profile::BeforeV2026_07,
        ProfileArg::From202607 => Profile::V2026_07,
    };
    let mut builder = Emulator::builder().listen(args.listen).profile(profile).no_auth(args.no_auth);
    builder = match &args.data {
        _ if args.memory => builder.in_memory(),
        Some(folder) => builder.data_dir(folder),
        None => builder.data_dir(default_state().join("emulator")),
    };
    if !args.listen.ip().is_loopback() {
        printer::note("listening beyond this machine: whoever reaches it can change its catalogue");
    }
    let emulator = seeded(builder, args.seed.as_deref())?.start().await.or_exit(Exit::BROKEN)?;
    printer::line(&emulator.url());
    if let Some(path) = &args.ready_file {
        std::fs::write(path, emulator.url()).or_exit(Exit::BROKEN)?;
    }
    stop_asked().await.or_exit(Exit::BROKEN)?;
    emulator.stop().await;
    Ok(Exit::DONE)
}

/// Adds an operating model of one's own.
pub(crate) fn seeded(builder: EmulatorBuilder, seed: Option<&Path>) -> Result<EmulatorBuilder, Failure> {
    let Some(path) = seed else { return Ok(builder) };
    let named = |error: anyhow::Error| error.context(format!("reading the operating model {} failed", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| named(error.into())).or_exit(Exit::USAGE)?;
    let model: ModelFile = serde_json::from_str(&text).map_err(|error| named(error.into())).or_exit(Exit::USAGE)?;
    Ok(builder.seed(model))
}

/// Waits for Ctrl-C, or for the signal by which service managers stop a program.
#[cfg(unix)]
async fn stop_asked() -> std::io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
async fn stop_asked() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
