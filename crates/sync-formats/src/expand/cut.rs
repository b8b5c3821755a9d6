//! Where a table may be cut so that a server that merges rows gets the same from the parts as from the whole.

use super::error::ExpandError;
use super::kept::KeptRows;
use super::options::ExpandOptions;
use super::plan::Plan;
use super::render::Renderer;
use super::rendering::Rendering;
use super::source::Source;
use crate::template::Template;
use crate::{Row, RowPosition, RowReader};

/// Gives the rows of a table, and says before which of them it may be cut.
///
/// A server merges neighbouring rows about one resource as long as they come in one file. A row may begin a new file if
/// for each command of the template it is about another resource than the row before, or if all rows so far about that
/// resource gave exactly the command that this row gives: then the new file says all of it again. Where a row leaves out a
/// command, a later row may go on with the resource of an earlier one: [`CutRow::together_with`] says so then.
///
/// Memory: what the reader needs, one row, and two commands for each command of the template.
///
/// ```
/// use sync_formats::{ExpandOptions, MemoryTable, RowCutter, RowKind, Template};
///
/// let template = r#"[{"identifier": {"name": "${1}"}}, {"identifier": {"name": "${2}"}, "tags": ["${3}"]}]"#;
/// let template = Template::compile(template, None)?;
/// let table = MemoryTable::new([["Tides", "level", "wet"], ["Tides", "level", "deep"], ["Tides", "wind", ""]]);
/// let mut cutter = RowCutter::new(table, &template, ExpandOptions::default());
/// let mut cuts = Vec::new();
/// while let Some(next) = cutter.next_row()? {
///     assert_eq!((next.kind, next.commands), (RowKind::Data, 2));
///     cuts.push(next.together_with.map(|row| row.row));
/// }
/// // The second row adds a tag to the asset of the first; all are of one domain, which says nothing more in any row.
/// assert_eq!(cuts, [None, Some(1), None]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct RowCutter<R> {
    source: Source<R>,
    plan: Plan,
    options: ExpandOptions,
    renderer: Renderer,
    /// For each command of the template.
    latest: Vec<Latest>,
    /// The commands of the row at hand.
    renderings: Vec<Rendering>,
    /// The row at hand.
    row: KeptRows,
}

/// What the latest rows gave.
#[derive(Debug, Default)]
struct Latest {
    rendering: Rendering,
    /// Where the latest of the rows stands.
    row: Option<RowPosition>,
    /// The last row before the rows about one resource began to say different things.
    mixed_since: Option<RowPosition>,
}

/// A row, and what follows from it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct CutRow<'a> {
    /// The row.
    pub row: Row<'a>,
    /// What it is.
    pub kind: RowKind,
    /// The row from which on all rows up to this one have to stay in one file; `None` if this one may begin a file.
    /// Neither a header nor a blank row says anything here, and neither is a good beginning.
    pub together_with: Option<RowPosition>,
    /// Number of commands it gives before they are merged.
    pub commands: usize,
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowKind {
    /// The header: every file needs it.
    Header,
    /// Nothing but white space.
    Blank,
    /// A row that gives commands.
    Data,
}

impl<R: RowReader> RowCutter<R> {
    /// Looks at the rows `reader` gives. With [`ExpandOptions::header_row`] the first of them is the header.
    pub fn new(reader: R, template: &Template, options: ExpandOptions) -> Self {
        let plan = Plan::new(template, options.splitting);
        Self {
            source: Source::new(reader, &options),
            renderer: Renderer::new(options.lists, options.max_command_bytes),
            latest: plan.commands.iter().map(|_| Latest::default()).collect(),
            row: KeptRows::default(),
            renderings: vec![Rendering::default(); plan.commands.len()],
            plan,
            options,
        }
    }

    /// The next row, lent until the following call; `None` after the end of the table.
    ///
    /// # Errors
    /// [`ExpandError`] with its place. One about a row leaves that row out, and the following call goes on behind it; any
    /// other is final.
    pub fn next_row(&mut self) -> Result<Option<CutRow<'_>>, ExpandError> {
        let is_header = self.source.take_is_at_header();
        // A copy, since the reader is asked for places while the row is still lent.
        self.row.clear();
        match self.source.reader.next_row()? {
            Some(row) => self.row.keep(row),
            None => return Ok(None),
        }
        let row = self.row.row(0);
        if is_header || row.is_blank() {
            let kind = if is_header { RowKind::Header } else { RowKind::Blank };
            return Ok(Some(CutRow { row, kind, together_with: None, commands: 0 }));
        }
        let Self { plan, renderer, renderings, .. } = self;
        let rendered = renderer.take(plan, row).and_then(|()| {
            let mut commands = plan.commands.iter().zip(renderings);
            commands.try_for_each(|(command, out)| renderer.command(command, row, &plan.columns, out))
        });
        if let Err(fault) = rendered {
            return Err(self.source.row_error(&self.plan, &self.options, fault.of(row)));
        }
        let (mut together_with, mut commands) = (None, 0);
        for (latest, rendering) in self.latest.iter_mut().zip(&mut self.renderings) {
            if !rendering.bytes().is_empty() {
                commands += 1;
                let since = latest.take(rendering, row.position);
                together_with = together_with.into_iter().chain(since).min();
            }
        }
        Ok(Some(CutRow { row, kind: RowKind::Data, together_with, commands }))
    }
}

impl Latest {
    /// Takes in what the next row gives; since which row all have to stay together, as far as this command is concerned.
    fn take(&mut self, rendering: &mut Rendering, position: RowPosition) -> Option<RowPosition> {
        if !self.rendering.is_about_same(rendering) {
            self.mixed_since = None;
        } else if self.mixed_since.is_none() && self.rendering.bytes() != rendering.bytes() {
            self.mixed_since = self.row;
        }
        std::mem::swap(&mut self.rendering, rendering);
        self.row = Some(position);
        self.mixed_since
    }
}
