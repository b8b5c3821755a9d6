//! `collibra-sync emulator`

use std::path::Path;
use std::time::Duration;

use serde::de::DeserializeOwned;
use sync_emulator::{Emulator, EmulatorBuilder, ModelFile, Profile, Readings};

use crate::args::{BehaviourArgs, EmulatorArgs, EmulatorCommand, ProfileArg, ServeArgs};
use crate::exit::{Exit, Failure, OrExit};
use crate::output::printer;
use crate::signals::StopRequests;
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
    builder = behaving(builder, &args.behaviour)?;
    let mut stop = StopRequests::listen().or_exit(Exit::BROKEN)?;
    let emulator = seeded(builder, args.seed.as_deref())?.start().await.or_exit(Exit::BROKEN)?;
    printer::line(&emulator.url());
    if let Some(path) = &args.ready_file {
        write_ready_file(path, &emulator.url())?;
    }
    stop.next().await;
    emulator.stop().await;
    Ok(Exit::DONE)
}

/// Sets what was asked for and leaves the rest as it is.
fn behaving(mut builder: EmulatorBuilder, args: &BehaviourArgs) -> Result<EmulatorBuilder, Failure> {
    let mut readings = match &args.readings {
        Some(path) => read_json::<Readings>("the readings", path)?,
        None => Readings::default(),
    };
    for (name, choice) in &args.reading {
        readings = readings.with(name, choice).map_err(anyhow::Error::new).or_exit(Exit::USAGE)?;
    }
    builder = builder.readings(readings).asset_responsibilities(args.asset_responsibilities);
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

/// Writes the file under another name first: whoever waits for it never sees it half written.
fn write_ready_file(path: &Path, url: &str) -> Result<(), Failure> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".part");
    std::fs::write(&unfinished, format!("{url}\n"))
        .and_then(|()| std::fs::rename(&unfinished, path))
        .map_err(|error| anyhow::Error::new(error).context(format!("writing the ready file {} failed", path.display())))
        .or_exit(Exit::BROKEN)
}

/// Adds an operating model of one's own, and who is let in.
pub(crate) fn seeded(builder: EmulatorBuilder, seed: Option<&Path>) -> Result<EmulatorBuilder, Failure> {
    let Some(path) = seed else { return Ok(builder) };
    Ok(builder.seed(read_json::<ModelFile>("the seed", path)?))
}

fn read_json<T: DeserializeOwned>(what: &str, path: &Path) -> Result<T, Failure> {
    let named = |error: anyhow::Error| error.context(format!("reading {what} {} failed", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| named(error.into())).or_exit(Exit::USAGE)?;
    serde_json::from_str(&text).map_err(|error| named(error.into())).or_exit(Exit::USAGE)
}
