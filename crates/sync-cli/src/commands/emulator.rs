//! `collibra-sync emulator`

use std::path::Path;

use sync_emulator::{Emulator, EmulatorBuilder, ModelFile, Profile};

use crate::args::{EmulatorArgs, EmulatorCommand, ProfileArg, ServeArgs};
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

/// Writes the file under another name first: whoever waits for it never sees it half written.
fn write_ready_file(path: &Path, url: &str) -> Result<(), Failure> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".part");
    std::fs::write(&unfinished, format!("{url}\n"))
        .and_then(|()| std::fs::rename(&unfinished, path))
        .map_err(|error| anyhow::Error::new(error).context(format!("writing the ready file {} failed", path.display())))
        .or_exit(Exit::BROKEN)
}

/// Adds an operating model of one's own.
pub(crate) fn seeded(builder: EmulatorBuilder, seed: Option<&Path>) -> Result<EmulatorBuilder, Failure> {
    let Some(path) = seed else { return Ok(builder) };
    let named = |error: anyhow::Error| error.context(format!("reading the operating model {} failed", path.display()));
    let model = ModelFile::read(path).map_err(|error| named(error.into())).or_exit(Exit::USAGE)?;
    Ok(builder.seed(model))
}
