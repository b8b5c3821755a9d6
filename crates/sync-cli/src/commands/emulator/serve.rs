//! `collibra-sync emulator serve`

use super::server;
use crate::args::ServeArgs;
use crate::exit::{Exit, Failure, OrExit};
use crate::output::printer;
use crate::signals::StopRequests;
use crate::target::default_state;

pub(super) async fn run(args: &ServeArgs) -> Result<Exit, Failure> {
    let mut stop = StopRequests::listen().or_exit(Exit::BROKEN)?;
    let emulator = server::start(args.listen, &args.server, Some(default_state().join("emulator"))).await?;
    printer::line(&emulator.url());
    server::say_ready(&emulator, &args.server)?;
    stop.next().await;
    emulator.stop().await;
    Ok(Exit::DONE)
}
