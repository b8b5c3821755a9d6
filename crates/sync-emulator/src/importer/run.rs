//! One file from its first command to its last.

use std::path::Path;

use super::executor::Importer;
use super::failure::{Failure, Trouble};
use super::input::Input;
use super::merge::identifier_text;
use super::source::{Group, Groups};
use crate::catalog::{Kind, Number, Stamp, Store};
use crate::jobs::{Accepted, Claims, Context, ErrorEntry, ErrorType, Operation, Taken, Tally};
use crate::profile::{CanceledWork, ConcurrentAssets, FailedCommands, IndexBase};
use crate::tracking::Cycle;

/// Groups in one transaction where failing commands are skipped.
const GROUPS_PER_TRANSACTION: u64 = 500;

/// How an import ended. In each case but [`Import::Stopped`] and [`Import::RolledBack`] a transaction is open that holds
/// what has not been committed yet.
#[derive(Debug)]
pub(crate) enum Import {
    /// The file was read to its end; some commands may have failed.
    Finished(Work),
    /// Too many commands failed.
    Aborted(Work),
    /// Nothing of the current transaction is left, because of this.
    RolledBack(Work, ErrorEntry),
    /// The job is to end here. What is left of its work is in the open transaction.
    Canceled(Work),
    /// The server stops; the job has to run again.
    Stopped,
}

/// What an import has done.
#[derive(Debug, Default)]
pub(crate) struct Work {
    pub(crate) tally: Tally,
    /// The part of it that stays whatever becomes of the open transaction.
    committed: Tally,
    /// Commands that failed and were skipped; bounded by the threshold.
    pub(crate) errors: Vec<ErrorEntry>,
}

impl Work {
    /// What is left once the open transaction is rolled back.
    pub(crate) fn undone(self) -> Self {
        Self { tally: self.tally.undone_to(&self.committed), ..self }
    }
}

/// Executes the commands of a file. Assets that are touched go into `claims`.
pub(crate) fn import(
    context: &Context,
    store: &mut Store,
    stamp: Stamp,
    job: &Accepted,
    path: &Path,
    claims: &mut Claims,
) -> rusqlite::Result<Import> {
    let request = &job.request;
    let (input, length) = match Input::open(context, path, request) {
        Ok(opened) => opened,
        Err(error) => {
            tracing::error!(%error, path = %path.display(), "the upload of a job cannot be read");
            store.roll_back()?;
            let error = ErrorEntry::of_job(ErrorType::Runtime, "The uploaded file is not there any more.");
            return Ok(Import::RolledBack(Work::default(), error));
        }
    };
    let mut groups = Groups::new(input, request, context.readings.null_members);
    let cycle = match request.operation {
        Operation::Import => None,
        _ => Some(Cycle::open(store, &job.synchronization)?),
    };
    let mut importer = Importer::new(store, &context.rules, request, stamp.at);
    let mut run = Run { context, taken: &job.taken, cycle, claims, work: Work::default() };
    let mut group = Group::default();
    let mut in_transaction = 0;
    loop {
        if context.must_leave_work() {
            run.roll_back(importer.store())?;
            return Ok(Import::Stopped);
        }
        if context.jobs.is_canceling() {
            return run.canceled(importer.store());
        }
        match groups.next_group(&mut group) {
            Ok(true) => {}
            // Reading may have ended because of this.
            Ok(false) if context.has_to_stop() => continue,
            Ok(false) => return Ok(Import::Finished(run.work)),
            Err(error) => {
                let error = ErrorEntry::of_job(ErrorType::Validation, format!("{error}."));
                return run.rolled_back(importer.store(), error);
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
            Err(Trouble::Clash(failure)) => {
                let error = run.entry(&group, failure);
                return run.rolled_back(importer.store(), error);
            }
            Err(Trouble::Command(failure)) => {
                let entry = run.entry(&group, failure);
                if let Some(category) = entry.category {
                    run.work.tally.failed(category);
                }
                if !request.continue_on_error {
                    return run.rolled_back(importer.store(), entry);
                }
                run.work.errors.push(entry);
                if run.work.errors.len() as u64 >= context.failed_commands_limit {
                    return Ok(Import::Aborted(run.work));
                }
            }
        }
        in_transaction += 1;
        if request.continue_on_error && in_transaction >= GROUPS_PER_TRANSACTION {
            in_transaction = 0;
            importer.store().commit()?;
            run.claims.keep();
            run.work.committed = run.work.tally.clone();
            importer.store().begin(stamp)?;
        }
    }
}

struct Run<'c> {
    context: &'c Context,
    /// Assets that jobs beside this one have touched.
    taken: &'c Taken,
    /// Nothing where the import is no part of a synchronization.
    cycle: Option<Cycle>,
    claims: &'c mut Claims,
    work: Work,
}

impl Run<'_> {
    fn canceled(mut self, store: &mut Store) -> rusqlite::Result<Import> {
        Ok(Import::Canceled(match self.context.readings.canceled_work {
            CanceledWork::Kept => self.work,
            CanceledWork::RolledBack => {
                self.roll_back(store)?;
                self.work.undone()
            }
        }))
    }

    fn rolled_back(mut self, store: &mut Store, error: ErrorEntry) -> rusqlite::Result<Import> {
        self.roll_back(store)?;
        Ok(Import::RolledBack(self.work.undone(), error))
    }

    fn roll_back(&mut self, store: &mut Store) -> rusqlite::Result<()> {
        self.claims.undo();
        store.roll_back()
    }

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
            Err(Trouble::Clash(_) | Trouble::Database(_)) => {}
        }
        Ok(executed)
    }

    fn execute(&mut self, importer: &mut Importer<'_>, group: &Group) -> Result<(), Trouble> {
        let tracked = self.cycle.zip(group.identity()).map(|(cycle, identity)| (cycle, identity, group.hash()));
        if let Some((cycle, identity, hash)) = tracked
            && let Some((kind, resource)) = cycle.unchanged(importer.store(), identity, hash)?
        {
            cycle.see(importer.store(), kind, resource, identity)?;
            return Ok(());
        }
        let command = group.command()?;
        let (kind, resource) = importer.execute(&command)?;
        if kind == Kind::Asset {
            self.claim(resource)?;
        }
        if let Some((cycle, identity, hash)) = tracked {
            cycle.see(importer.store(), kind, resource, identity)?;
            cycle.remember(importer.store(), identity, hash, kind, resource)?;
        }
        self.work.tally.add(importer.tally());
        Ok(())
    }

    fn claim(&mut self, asset: Number) -> Result<(), Trouble> {
        if self.context.readings.concurrent_assets == ConcurrentAssets::Serialized {
            return Ok(());
        }
        if self.taken.contains(asset) {
            return Err(Trouble::clash("Clash with another job that changes the same asset; retry."));
        }
        self.claims.add(asset);
        Ok(())
    }

    fn see_failed(&mut self, importer: &mut Importer<'_>, group: &Group) -> rusqlite::Result<()> {
        let (Some(cycle), Some(identity)) = (self.cycle, group.identity()) else { return Ok(()) };
        let Ok(command) = group.command() else { return Ok(()) };
        match importer.find(&command) {
            Ok(Some((kind, resource))) => cycle.see(importer.store(), kind, resource, identity),
            Ok(None) | Err(Trouble::Command(_) | Trouble::Clash(_)) => Ok(()),
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
