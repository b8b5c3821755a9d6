//! Every command of every row, as a server makes them.

use super::error::ExpandError;
use super::options::ExpandOptions;
use super::plan::Plan;
use super::render::Renderer;
use super::rendering::Rendering;
use super::source::Source;
use crate::template::Template;
use crate::{RowPosition, RowReader};

/// One command of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RawCommand<'a> {
    /// Compact JSON.
    pub bytes: &'a [u8],
    /// Number of the command in the template, from 0.
    pub command: usize,
    /// The row.
    pub row: RowPosition,
}

/// Puts each row of a table into each command of a template: all commands of the first row in the order of the template,
/// then those of the second, and so on. Nothing is merged; [`Expander`](crate::Expander) does that.
///
/// Blank rows are left out. What is empty is left out of a command; the rules are those of [`Expander`](crate::Expander).
///
/// Memory: what the reader needs, and one command.
///
/// ```
/// use sync_formats::{ExpandOptions, MemoryTable, RawExpander, Template};
///
/// let template = Template::compile(r#"[{"identifier": {"name": "${1}"}}, {"tags": ["${2}"]}]"#, None)?;
/// let table = MemoryTable::new([["Tides", "wet, salty"]]);
/// let mut expander = RawExpander::new(table, &template, ExpandOptions::default());
/// let mut commands = Vec::new();
/// while let Some(command) = expander.next_command()? {
///     commands.push(String::from_utf8(command.bytes.to_vec())?);
/// }
/// assert_eq!(commands, [r#"{"identifier":{"name":"Tides"}}"#, r#"{"tags":["wet","salty"]}"#]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct RawExpander<R> {
    source: Source<R>,
    plan: Plan,
    options: ExpandOptions,
    renderer: Renderer,
    renderings: Vec<Rendering>,
    row: RowPosition,
    /// The command to be given next; the number of commands if a row is to be read first.
    next: usize,
}

impl<R: RowReader> RawExpander<R> {
    /// Expands the rows `reader` gives. With [`ExpandOptions::header_row`] the first of them is passed over.
    pub fn new(reader: R, template: &Template, options: ExpandOptions) -> Self {
        Self::of(Source::new(reader, &options), template, options)
    }

    fn of(source: Source<R>, template: &Template, options: ExpandOptions) -> Self {
        let plan = Plan::new(template, options.splitting);
        let renderer = Renderer::new(options.lists, options.max_command_bytes);
        let renderings = vec![Rendering::default(); plan.commands.len()];
        let next = plan.commands.len();
        Self { source, plan, options, renderer, renderings, row: RowPosition::START, next }
    }

    /// The next command, lent until the following call; `None` after the end of the table.
    ///
    /// # Errors
    /// [`ExpandError`] with its place. One about a row leaves out the commands of that row: the following call goes on
    /// behind it. Any other is final: further calls give `None`.
    pub fn next_command(&mut self) -> Result<Option<RawCommand<'_>>, ExpandError> {
        loop {
            let command = self.next;
            if command < self.renderings.len() {
                self.next += 1;
                if self.renderings[command].bytes().is_empty() {
                    continue;
                }
                return Ok(Some(RawCommand { bytes: self.renderings[command].bytes(), command, row: self.row }));
            }
            let Self { source, plan, renderer, renderings, .. } = self;
            let Some(row) = source.next_row()? else { return Ok(None) };
            if row.is_blank() {
                continue;
            }
            self.row = row.position();
            let rendered = renderer.take(plan, row).and_then(|()| {
                let mut commands = plan.commands.iter().zip(renderings);
                commands.try_for_each(|(command, out)| renderer.command(command, row, &plan.columns, out))
            });
            if let Err(fault) = rendered {
                let fault = fault.of(row);
                return Err(self.source.row_error(&self.plan, &self.options, fault));
            }
            self.next = 0;
        }
    }
}
