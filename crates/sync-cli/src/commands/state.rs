//! `collibra-sync state`

use sync_engine::store::SqliteStore;

use crate::args::{StateArgs, StateCommand};
use crate::exit::{Exit, Failure, of_store};
use crate::output::printer;

pub(crate) fn run(args: &StateArgs) -> Result<Exit, Failure> {
    match &args.command {
        StateCommand::Export { file } => {
            if !args.state.join("state.db").is_file() {
                return Err(Failure::usage(format_args!("there is no state in {}", args.state.display())));
            }
            SqliteStore::open(&args.state).map_err(of_store)?.export(file).map_err(of_store)?;
            printer::note(&format!("the state of {} is in {}", args.state.display(), file.display()));
        }
        StateCommand::Import { file } => {
            SqliteStore::import(&args.state, file).map_err(of_store)?;
            printer::note(&format!("the state of {} is in {}", file.display(), args.state.display()));
        }
    }
    Ok(Exit::DONE)
}
