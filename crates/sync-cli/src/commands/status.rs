//! `collibra-sync status`

use sync_engine::status;
use sync_engine::store::SqliteStore;

use super::Manner;
use crate::args::{OutputFormat, StatusArgs};
use crate::exit::{Exit, Failure, of_store};
use crate::output::{human, printer};

pub(crate) fn run(args: &StatusArgs, manner: Manner) -> Result<Exit, Failure> {
    if !args.state.join("state.db").is_file() {
        return Err(Failure::usage(format_args!("there is no state in {}", args.state.display())));
    }
    let store = SqliteStore::open(&args.state).map_err(of_store)?;
    let found = status(&store, args.id.as_ref(), args.cycles).map_err(of_store)?;
    if let Some(id) = args.id.as_ref().filter(|_| found.is_empty()) {
        return Err(Failure::usage(format_args!("the state in {} knows no {id}", args.state.display())));
    }
    match manner.output {
        OutputFormat::Json => printer::json(&found),
        OutputFormat::Human => printer::text(&human::status(&found)),
    }
    Ok(Exit::DONE)
}
