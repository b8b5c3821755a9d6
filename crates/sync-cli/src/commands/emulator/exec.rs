//! `collibra-sync emulator exec`

use std::io::ErrorKind;
use std::process::ExitStatus;

use sync_emulator::Emulator;
use tokio::process::{Child, Command};

use super::server;
use crate::args::ExecArgs;
use crate::exit::{Exit, Failure, OrExit};
use crate::signals::StopRequests;

/// Variables that would have a client sign in with something else, or in another way.
const OTHER_CREDENTIALS: [&str; 4] =
    ["COLLIBRA_TOKEN", "COLLIBRA_CLIENT_ID", "COLLIBRA_CLIENT_SECRET", "COLLIBRA_SYNC_AUTH"];

pub(super) async fn run(args: &ExecArgs) -> Result<Exit, Failure> {
    let mut stop = StopRequests::listen().or_exit(Exit::BROKEN)?;
    let emulator = server::start(args.listen(), &args.server, None).await?;
    let ended = match server::say_ready(&emulator, &args.server) {
        Ok(()) => ended(command(args, &emulator), &mut stop).await,
        Err(failure) => Err(failure),
    };
    emulator.stop().await;
    ended.map(exit_of)
}

fn command(args: &ExecArgs, emulator: &Emulator) -> Command {
    // Clap has made sure of at least one.
    let (program, arguments) =
        args.command.split_first().map_or((Default::default(), &[][..]), |(program, rest)| (program.clone(), rest));
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env("COLLIBRA_URL", emulator.url())
        .env("COLLIBRA_USERNAME", emulator.username())
        .env("COLLIBRA_PASSWORD", emulator.password());
    for name in OTHER_CREDENTIALS {
        command.env_remove(name);
    }
    command
}

/// Runs the command to its end; requests to stop are passed on to it.
async fn ended(mut command: Command, stop: &mut StopRequests) -> Result<ExitStatus, Failure> {
    let mut child = command.spawn().map_err(|error| {
        // As shells, `env` and `timeout` say it.
        let exit = if error.kind() == ErrorKind::NotFound { Exit(127) } else { Exit(126) };
        let name = command.as_std().get_program().to_string_lossy().into_owned();
        Failure::new(exit, anyhow::Error::new(error).context(format!("running {name} failed")))
    })?;
    loop {
        tokio::select! {
            status = child.wait() => return status.or_exit(Exit::BROKEN),
            request = stop.next() => pass_on(&mut child, request),
        }
    }
}

#[cfg(unix)]
fn pass_on(child: &mut Child, request: crate::signals::Request) {
    use std::io::IsTerminal;

    use rustix::process::{Pid, Signal, kill_process};

    use crate::signals::Request;

    let signal = match request {
        // Ctrl-C on a terminal reaches the command by itself; a second one would mean more than the first.
        Request::Interrupt if std::io::stdin().is_terminal() => return,
        Request::Interrupt => Signal::INT,
        Request::Terminate => Signal::TERM,
    };
    let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(id) = id
        && let Err(error) = kill_process(id, signal)
    {
        tracing::warn!(%error, "a signal could not be passed on");
    }
}

#[cfg(windows)]
fn pass_on(_child: &mut Child, _request: crate::signals::Request) {
    // Ctrl-C reaches every process of the console by itself.
}

fn exit_of(status: ExitStatus) -> Exit {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt;
        if let Some(signal) = status.signal() {
            return Exit(128u8.saturating_add(u8::try_from(signal).unwrap_or(u8::MAX)));
        }
    }
    Exit(status.code().map_or(Exit::BROKEN.0, |code| u8::try_from(code).unwrap_or(u8::MAX)))
}
