//! Looks at rows for what is probably not meant.

use sync_core::check::Severity;

use super::group::Group;
use super::header_guess::{HeaderGuess, Suspect};
use super::list::Splitter;
use super::options::ExpandOptions;
use super::plan::{CommandPlan, Plan};
use super::rendering::Rendering;
use super::returns::{self, Returns};
use super::warning::{Kind, Subject, Warnings};
use crate::Row;
use crate::template::column_title;

/// What is remembered for warnings.
#[derive(Debug)]
pub(super) struct Lints {
    pub(super) warnings: Warnings,
    returns: Returns,
    guess: HeaderGuess,
    header: Option<Vec<String>>,
    separator: char,
    /// Cells that stand whole below arrays of objects, and whether that is free text.
    below_objects: Vec<(usize, bool)>,
}

impl Lints {
    pub(super) fn new(plan: &Plan, options: &ExpandOptions) -> Self {
        let mut below_objects: Vec<_> =
            plan.commands.iter().flat_map(|command| command.below_objects.iter().copied()).collect();
        below_objects.sort_unstable();
        below_objects.dedup_by_key(|(cell, _)| *cell);
        Self {
            warnings: Warnings::default(),
            returns: Returns::default(),
            guess: HeaderGuess::new(!options.header_row),
            header: None,
            separator: options.lists.separator,
            below_objects,
        }
    }

    pub(super) fn set_header(&mut self, header: &[String]) {
        self.header = Some(header.to_vec());
    }

    /// Whether resources have been forgotten, so that some that return may have been missed.
    pub(super) fn has_forgotten(&self) -> bool {
        self.returns.has_forgotten()
    }

    /// Looks at a row.
    pub(super) fn row(&mut self, plan: &Plan, splitter: &Splitter, row: Row<'_>) {
        if let Some(suspect) = self.guess.row(row, &plan.columns) {
            self.add_suspect(&suspect, plan);
        }
        if let Some(header) = &self.header
            && row.len() > header.len()
        {
            self.row_too_long(row);
        }
        if self.below_objects.is_empty() || !splitter.has_separator(row.bytes) {
            return;
        }
        for &(cell, is_free_text) in &self.below_objects {
            let column = plan.columns[cell];
            if splitter.has_separator(row.cell(column)) {
                // In an attribute a comma is nothing special.
                let severity = if is_free_text { Severity::Note } else { Severity::Warning };
                let (separator, header) = (self.separator, self.header.as_deref());
                let subject = Subject { number: cell, column, related: None };
                self.warnings.add(Kind::ListBelowObjects, severity, row, subject, || {
                    let title = column_title(column, header);
                    format!("{title} stands in an array of objects, where '{separator}' separates no values")
                });
            }
        }
    }

    #[cold]
    fn row_too_long(&mut self, row: Row<'_>) {
        let width = self.header.as_ref().map_or(0, Vec::len);
        let surplus = (width..row.len()).find(|column| !row.cell(*column).trim_ascii().is_empty());
        if let Some(column) = surplus {
            let subject = Subject { number: 0, column, related: None };
            self.warnings.add(Kind::RowTooLong, Severity::Note, row, subject, || {
                format!("a row of {} cells under a header of {width}", row.len())
            });
        }
    }

    /// Looks whom a command is about that begins with this row; the hash of that.
    #[inline]
    pub(super) fn begin(
        &mut self,
        number: usize,
        command: &CommandPlan,
        columns: &[usize],
        rendering: &Rendering,
        row: Row<'_>,
    ) -> u64 {
        // Commands that say nothing but whom they are about may be repeated anywhere.
        if command.is_all_identifier || !rendering.has_identifier() {
            return 0;
        }
        let key = returns::hash(number, rendering.key());
        if let Some(related) = self.returns.find(key) {
            let column = command.identifier.first().map_or(0, |cell| columns[*cell]);
            let subject = Subject { number, column, related: Some(related) };
            self.warnings.add(Kind::IdentifierReturns, Severity::Warning, row, subject, || {
                format!(
                    "row {} is about the same resource, and other rows stand between: the later command replaces the earlier",
                    related.0
                )
            });
        }
        key
    }

    /// Remembers whom a command was about.
    #[inline]
    pub(super) fn finish(&mut self, group: &Group) {
        if group.key != 0 {
            self.returns.add(group.key, group.first());
        }
    }

    /// After the last row.
    pub(super) fn end(&mut self, plan: &Plan) {
        if let Some(suspect) = self.guess.finish() {
            self.add_suspect(&suspect, plan);
        }
    }

    fn add_suspect(&mut self, suspect: &Suspect, plan: &Plan) {
        let Suspect { position, raw } = suspect;
        let row = Row { bytes: &[], cells: &[], raw, position: *position };
        let subject = Subject { number: 0, column: plan.columns.first().copied().unwrap_or(0), related: None };
        self.warnings.add(Kind::HeaderImported, Severity::Warning, row, subject, || {
            String::from("the first row looks like a header, and is imported like any other")
        });
    }
}
