//! From the arguments to a server that runs.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use sync_emulator::{Emulator, EmulatorBuilder, FaultRule, ModelFile, ProfileFile, StartError};

use crate::args::{ProfileArg, ServerArgs};
use crate::exit::{Exit, Failure, OrExit};
use crate::output::printer;

/// Starts a server; `folder` is for its data where the arguments name none, and nothing is kept without either.
pub(super) async fn start(listen: SocketAddr, args: &ServerArgs, folder: Option<PathBuf>) -> Result<Emulator, Failure> {
    let mut builder = profiled(Emulator::builder(), &args.profile)?
        .listen(listen)
        .no_auth(args.no_auth)
        .job_progress(args.jobs)
        .loose(args.loose);
    builder = match args.data.clone().or(folder) {
        Some(folder) if !args.memory => builder.data_dir(folder),
        _ => builder.in_memory(),
    };
    if let Some(seed) = args.random_seed {
        builder = builder.random_seed(seed);
    }
    if let Some(at) = args.virtual_clock {
        builder = builder.virtual_clock(at);
    }
    if let Some(snapshot) = &args.import {
        builder = builder.import(snapshot);
    }
    if let Some(path) = &args.faults {
        builder = rules(path)?.into_iter().fold(builder, |builder, rule| builder.fault(rule));
    }
    if !listen.ip().is_loopback() {
        printer::note("listening beyond this machine: whoever reaches it can change its catalogue");
    }
    let started = seeded(builder, args.seed.as_deref())?.start().await;
    started.map_err(|error| {
        let exit = match error {
            StartError::Fault(_) | StartError::Import { .. } => Exit::USAGE,
            _ => Exit::BROKEN,
        };
        Failure::new(exit, error)
    })
}

/// Writes the ready file, if one is wanted.
pub(super) fn say_ready(emulator: &Emulator, args: &ServerArgs) -> Result<(), Failure> {
    let Some(path) = &args.ready_file else { return Ok(()) };
    // Under another name first: whoever waits for the file never sees it half written.
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".part");
    std::fs::write(&unfinished, format!("{}\n", emulator.url()))
        .and_then(|()| std::fs::rename(&unfinished, path))
        .map_err(|error| anyhow::Error::new(error).context(format!("writing the ready file {} failed", path.display())))
        .or_exit(Exit::BROKEN)
}

fn rules(path: &Path) -> Result<Vec<FaultRule>, Failure> {
    let named = |error: anyhow::Error| error.context(format!("reading the fault rules {} failed", path.display()));
    let json = std::fs::read(path).map_err(|error| named(error.into())).or_exit(Exit::USAGE)?;
    serde_json::from_slice(&json).map_err(|error| named(error.into())).or_exit(Exit::USAGE)
}

/// Sets version and readings.
fn profiled(builder: EmulatorBuilder, profile: &ProfileArg) -> Result<EmulatorBuilder, Failure> {
    match profile {
        ProfileArg::Version(version) => Ok(builder.profile(*version)),
        ProfileArg::File(path) => {
            let named = |error: anyhow::Error| error.context(format!("reading the profile {} failed", path.display()));
            let file = ProfileFile::read(path).map_err(|error| named(error.into())).or_exit(Exit::USAGE)?;
            Ok(builder.profile(file.profile).readings(file.readings))
        }
    }
}

/// Adds an operating model of one's own.
pub(crate) fn seeded(builder: EmulatorBuilder, seed: Option<&Path>) -> Result<EmulatorBuilder, Failure> {
    let Some(path) = seed else { return Ok(builder) };
    let named = |error: anyhow::Error| error.context(format!("reading the operating model {} failed", path.display()));
    let model = ModelFile::read(path).map_err(|error| named(error.into())).or_exit(Exit::USAGE)?;
    Ok(builder.seed(model))
}
