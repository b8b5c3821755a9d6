//! The rows about one resource that stand together.

use super::fault::{Fault, FaultKind};
use super::kept::KeptRows;
use super::merged::Merged;
use super::plan::{CommandPlan, Plan};
use super::render::Renderer;
use super::rendering::Rendering;
use crate::{Row, RowPosition};

/// Memory up to which a group's buffers are used again.
const REUSED_BYTES: usize = 64 * 1024;

/// One command of the template, and the neighbouring rows that give it one identifier.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// The command's number in the template.
    pub(super) command: usize,
    /// What the latest row gives.
    pub(super) latest: Rendering,
    /// What all rows give, if they differ.
    merged: Merged,
    is_merged: bool,
    /// The merged command, once it has been asked for.
    composed: Vec<u8>,
    pub(super) rows: KeptRows,
    /// Number of rows.
    pub(super) count: u64,
    /// Its place among all commands.
    pub(super) sequence: u64,
    /// Hash of what says whom it is about.
    pub(super) key: u64,
    /// Whether it has been given away while it could still grow.
    pub(super) has_left: bool,
    /// Whether it has grown since.
    pub(super) is_changed: bool,
}

impl Group {
    /// Begins anew with one row, whose command is swapped in.
    pub(super) fn begin(&mut self, command: usize, sequence: u64, rendering: &mut Rendering, row: Row<'_>) {
        self.command = command;
        self.sequence = sequence;
        std::mem::swap(&mut self.latest, rendering);
        self.is_merged = false;
        self.rows.clear();
        self.rows.keep(row);
        self.count = 1;
        (self.has_left, self.is_changed) = (false, false);
    }

    /// Takes in another row, the one `renderer` holds.
    pub(super) fn merge(
        &mut self,
        plan: &Plan,
        renderer: &mut Renderer,
        rendering: &mut Rendering,
        row: Row<'_>,
        scratch: &mut Vec<u8>,
    ) -> Result<(), Fault> {
        let command = &plan.commands[self.command];
        if !self.is_merged {
            self.merged.clear(command);
            let first = self.rows.row(0);
            renderer.take(plan, first)?;
            self.merged.add(command, &mut renderer.writer(first, &plan.columns, scratch), 0)?;
            renderer.take(plan, row)?;
            self.is_merged = true;
        }
        self.refuse_too_large(command, renderer.limit())?;
        let number = self.rows.next();
        if self.merged.add(command, &mut renderer.writer(row, &plan.columns, scratch), number)? {
            self.is_changed = true;
            self.rows.keep(row);
            if self.rows.is_crowded() {
                self.throw_away_rows();
            }
            self.refuse_too_large(command, renderer.limit())?;
        }
        std::mem::swap(&mut self.latest, rendering);
        Ok(())
    }

    fn refuse_too_large(&self, command: &CommandPlan, limit: usize) -> Result<(), Fault> {
        let key: usize = self.latest.key().iter().map(|part| part.len()).sum();
        if self.merged.size() + key + command.flat.constant_len() <= limit {
            return Ok(());
        }
        let kind = FaultKind::MergedTooLarge { limit: limit as u64, first: self.rows.first() };
        Err(Fault::new(kind, command.identifier.first().or(command.cells.first()).copied()))
    }

    /// Keeps the first row and those that something is still from.
    fn throw_away_rows(&mut self) {
        let mut rows = self.merged.rows();
        if rows.first() != Some(&0) {
            rows.insert(0, 0);
        }
        self.rows.retain(&rows);
        self.merged.renumber(&rows);
    }

    /// Makes the command ready to be given away.
    pub(super) fn compose(&mut self, plan: &Plan) {
        if self.is_merged {
            self.merged.write(&plan.commands[self.command], &self.latest, &mut self.composed);
        }
    }

    /// The command, as it was when it was made ready.
    pub(super) fn bytes(&self) -> &[u8] {
        if self.is_merged { &self.composed } else { self.latest.bytes() }
    }

    /// What the rows said, if they differ.
    pub(super) fn merged(&self) -> Option<&Merged> {
        self.is_merged.then_some(&self.merged)
    }

    /// Where the first row stands.
    pub(super) fn first(&self) -> RowPosition {
        self.rows.first()
    }

    /// Memory in use while it waits, in bytes.
    pub(super) fn size(&self) -> usize {
        size_of::<Self>() + self.bytes().len() + self.rows.size()
    }

    /// Whether its buffers are small enough to be kept for the next one.
    pub(super) fn is_reusable(&self) -> bool {
        let buffers = self.latest.capacity() + self.composed.capacity();
        buffers + self.rows.capacity() + self.merged.capacity() <= REUSED_BYTES
    }
}
