//! One file from its first command to its last.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use super::executor::{Importer, Rules};
use super::failure::{Failure, Trouble};
use super::merge::identifier_text;
use super::source::{Group, Groups};
use crate::catalog::{Stamp, Store};
use crate::jobs::{Context, ErrorEntry, ErrorType, JobRequest, Tally};
use crate::profile::{FailedCommands, IndexBase};
use crate::tracking::Cycle;

/// Groups in one transaction where failing commands are skipped.
const GROUPS_PER_TRANSACTION: u64 = 500;
/// Bytes read at a time.
const READ_BYTES: usize = 256 * 1024;

/// How an import ended. In each case but [`Import::Stopped`] and [`Import::RolledBack`] a transaction is open that holds
/// what has not been committed yet.
#[derive(Debug)]
pub(crate) enum Import {
    /// The file was read to its end; some commands may have failed.
    Finished { tally: Tally, errors: Vec<ErrorEntry>, count: u64 },
    /// Too many commands failed.
    Aborted { tally: Tally, errors: Vec<ErrorEntry>, count: u64 },
    /// Nothing of the current transaction is left.
    RolledBack { tally: Tally, error: ErrorEntry },
    /// The server stops; the job has to run again.
    Stopped,
}

/// Executes the commands of a file.
pub(crate) fn import(
    context: &Context,
    rules: &Rules,
    store: &mut Store,
    stamp: Stamp,
    synchronization: &str,
    request: &JobRequest,
    path: &Path,
) -> rusqlite::Result<Import> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) => {
            tracing::error!(%error, path = %path.display(), "the upload of a job is gone");
            store.roll_back()?;
            let error = ErrorEntry::of_job(ErrorType::Runtime, "The uploaded file is not there any more.");
            return Ok(Import::RolledBack { tally: Tally::default(), error });
        }
    };
    let length = file.metadata().map(|metadata| metadata.len()).unwrap_or(0).max(1);
    let mut groups = Groups::new(BufReader::with_capacity(READ_BYTES, file), request.relations);
    let cycle = Cycle::open(store, synchronization)?;
    let mut importer = Importer::new(store, rules, request.relations, stamp.at);
    let mut run = Run { context, cycle, tally: Tally::default(), errors: Vec::new(), count: 0 };
    let mut group = Group::default();
    let mut in_transaction = 0;
    loop {
        if context.must_leave_work() {
            importer.store().roll_back()?;
            return Ok(Import::Stopped);
        }
        match groups.next_group(&mut group) {
            Ok(true) => {}
            Ok(false) => {
                return Ok(Import::Finished { tally: run.tally, errors: run.errors, count: run.count });
            }
            Err(error) => {
                importer.store().roll_back()?;
                let message = format!("Input file is not a JSON array of commands: {error}.");
                let error = ErrorEntry::of_job(ErrorType::Validation, message);
                return Ok(Import::RolledBack { tally: run.tally, error });
            }
        }
        context.jobs.progress((group.offset.saturating_mul(100) / length).min(99) as u8);

        let executed = if request.continue_on_error {
            run.execute_alone(&mut importer, &group)?
        } else {
            run.execute(&mut importer, &group)
        };
        match executed {
            Ok(()) => {}
            Err(Trouble::Database(error)) => return Err(error),
            Err(Trouble::Command(failure)) => {
                let entry = run.entry(&group, failure);
                if let Some(category) = entry.category {
                    run.tally.failed(category);
                }
                if !request.continue_on_error {
                    importer.store().roll_back()?;
                    return Ok(Import::RolledBack { tally: run.tally.only_failures(), error: entry });
                }
                run.errors.push(entry);
                run.count += 1;
                if run.count >= context.failed_commands_limit {
                    return Ok(Import::Aborted { tally: run.tally, errors: run.errors, count: run.count });
                }
            }
        }
        in_transaction += 1;
        if request.continue_on_error && in_transaction >= GROUPS_PER_TRANSACTION {
            in_transaction = 0;
            importer.store().commit()?;
            importer.store().begin(stamp)?;
        }
    }
}

struct Run<'c> {
    context: &'c Context,
    cycle: Cycle,
    tally: Tally,
    errors: Vec<ErrorEntry>,
    count: u64,
}

impl Run<'_> {
    /// Executes a group so that nothing of it is left if it fails.
    fn execute_alone(&mut self, importer: &mut Importer<'_>, group: &Group) -> rusqlite::Result<Result<(), Trouble>> {
        importer.store().save_point()?;
        let executed = self.execute(importer, group);
        match &executed {
            Ok(()) => importer.store().release()?,
            Err(Trouble::Command(_)) => {
                importer.store().roll_back_to_save_point()?;
                if self.context.readings.failed_commands == FailedCommands::Seen {
                    self.see_failed(importer, group)?;
                }
            }
            Err(Trouble::Database(_)) => {}
        }
        Ok(executed)
    }

    fn execute(&mut self, importer: &mut Importer<'_>, group: &Group) -> Result<(), Trouble> {
        let identity = group.identity();
        let hash = group.hash();
        if let Some(identity) = identity
            && let Some((kind, resource)) = self.cycle.unchanged(importer.store(), identity, hash)?
        {
            self.cycle.see(importer.store(), kind, resource, identity)?;
            return Ok(());
        }
        let command = group.command()?;
        let (kind, resource) = importer.execute(&command)?;
        if let Some(identity) = identity {
            self.cycle.see(importer.store(), kind, resource, identity)?;
            self.cycle.remember(importer.store(), identity, hash, kind, resource)?;
        }
        self.tally.add(importer.tally());
        Ok(())
    }

    fn see_failed(&mut self, importer: &mut Importer<'_>, group: &Group) -> rusqlite::Result<()> {
        let (Some(identity), Ok(command)) = (group.identity(), group.command()) else { return Ok(()) };
        match importer.find(&command) {
            Ok(Some((kind, resource))) => self.cycle.see(importer.store(), kind, resource, identity),
            Ok(None) | Err(Trouble::Command(_)) => Ok(()),
            Err(Trouble::Database(error)) => Err(error),
        }
    }

    fn entry(&self, group: &Group, failure: Failure) -> ErrorEntry {
        let base = match self.context.readings.index_base {
            IndexBase::Zero => 0,
            IndexBase::One => 1,
        };
        let identifier = group.command().ok().map(|command| identifier_text(&command));
        ErrorEntry {
            error_type: failure.error_type,
            category: failure.category,
            message: failure.message,
            command: Some((group.indices().map(|index| index + base).collect(), identifier)),
        }
    }
}
