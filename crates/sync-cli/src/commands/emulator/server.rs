//! From the arguments to a server that runs.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::de::DeserializeOwned;
use sync_emulator::{Emulator, EmulatorBuilder, FaultRule, ModelFile, ProfileFile, Readings, StartError};

use crate::args::{BehaviourArgs, ProfileArg, ServerArgs};
use crate::exit::{Exit, Failure, OrExit};
use crate::files::{unread, write_whole};
use crate::output::printer;

/// Starts a server; `folder` is for its data where the arguments name none, and nothing is kept without either.
pub(super) async fn start(listen: SocketAddr, args: &ServerArgs, folder: Option<PathBuf>) -> Result<Emulator, Failure> {
    let mut builder = behaving(Emulator::builder(), &args.profile, &args.behaviour)?
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
        let rules: Vec<FaultRule> = read_json("the fault rules", path)?;
        builder = rules.into_iter().fold(builder, EmulatorBuilder::fault);
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
    write_whole("the ready file", path, format!("{}\n", emulator.url()).as_bytes())
}

/// Sets what was asked for and leaves the rest as it is. Single readings win over those of a file, those of a file of their
/// own over the profile's.
fn behaving(
    mut builder: EmulatorBuilder,
    profile: &ProfileArg,
    args: &BehaviourArgs,
) -> Result<EmulatorBuilder, Failure> {
    let (version, mut readings) = match profile {
        ProfileArg::Version(version) => (*version, Readings::default()),
        ProfileArg::File(path) => {
            let file = ProfileFile::read(path).map_err(unread("the profile", path))?;
            (file.profile, file.readings)
        }
    };
    if let Some(path) = &args.readings {
        readings = read_json("the readings", path)?;
    }
    for (name, choice) in &args.reading {
        readings = readings.with(name, choice).map_err(anyhow::Error::new).or_exit(Exit::USAGE)?;
    }
    builder = builder.profile(version).readings(readings).asset_responsibilities(args.asset_responsibilities);
    if let Some(limit) = args.failed_commands {
        builder = builder.failed_commands_limit(limit);
    }
    if let Some(limit) = args.concurrent_jobs {
        builder = builder.concurrent_jobs(limit);
    }
    if let Some(seconds) = args.token_seconds {
        builder = builder.token_lifetime(Duration::from_secs(seconds));
    }
    if let Some(seconds) = args.session_seconds {
        builder = builder.session_lifetime(Duration::from_secs(seconds));
    }
    if let Some(size) = args.max_body {
        builder = builder.body_limit_bytes(size.0);
    }
    if let Some(limit) = args.max_jobs {
        builder = builder.queue_limit(limit);
    }
    if let Some(limit) = args.max_connections {
        builder = builder.connection_limit(limit);
    }
    Ok(builder)
}

/// Adds an operating model of one's own, and who is let in.
pub(crate) fn seeded(builder: EmulatorBuilder, seed: Option<&Path>) -> Result<EmulatorBuilder, Failure> {
    let Some(path) = seed else { return Ok(builder) };
    let model = ModelFile::read(path).map_err(unread("the seed", path))?;
    Ok(builder.seed(model))
}

fn read_json<T: DeserializeOwned>(what: &str, path: &Path) -> Result<T, Failure> {
    let text = std::fs::read_to_string(path).map_err(unread(what, path))?;
    serde_json::from_str(&text).map_err(unread(what, path))
}
