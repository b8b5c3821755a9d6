//! Rows into commands, merged and in order.

use sync_core::check::Path;

use super::error::ExpandError;
use super::fault::{Fault, RowFault};
use super::group::Group;
use super::lints::Lints;
use super::options::ExpandOptions;
use super::origin;
use super::plan::Plan;
use super::queue::{Next, Queue};
use super::render::Renderer;
use super::rendering::Rendering;
use super::source::Source;
use super::warning::ExpandWarning;
use crate::template::Template;
use crate::{CellPlace, Position, Record, Row, RowPosition, RowReader, TableError};

/// Puts the rows of a table into a template and gives the commands, those of neighbouring rows about one resource merged.
///
/// # Rows into commands
/// 1. Every row is put into every command of the template. A header and blank rows are passed over.
/// 2. A placeholder becomes the text of its cell, everything else is copied. A cell past the end of a row is empty.
/// 3. What is empty is left out: a string whose placeholders are all empty, with whatever stands around them; an object or
///    an array that loses everything; an element of an array whose placeholders are all empty, even if something
///    constant is left of it. The same goes for a whole command, so that a row may leave out some of the template's.
/// 4. Where a cell holds a list ([`ListSplitting`](crate::ListSplitting), [`ListDialect`](crate::ListDialect)), the element
///    of the array stands once for each value. Lists of one element are taken in step and must have one length; an empty
///    cell is left out at every place. A place where all values are empty is dropped.
/// 5. Commands of one place in the template with one identifier, unless one with another identifier comes between, become
///    one: texts of later rows win, the outermost arrays are united without repetition.
///
/// # Order
/// Commands leave in the order of the rows they begin with, each when its last row has been read. While one is waited for,
/// the following ones wait behind it, at most 256 KiB of them; then it leaves as it is so far, since children must not
/// come before their parents. If later rows add to it, it leaves again as a whole when its last row has been read, so that
/// the end state is right: [`RecordOrigin::is_again`].
///
/// # Memory
/// What the reader needs; the rows of one resource for each command of the template, where a merged command has
/// [`ExpandOptions::max_command_bytes`] and at most 4 MiB of rows are kept to say what came from where; 256 KiB of waiting
/// commands; 768 KiB to notice identifiers that return. The number of rows does not matter.
///
/// ```
/// use sync_core::check::{Path, Segment};
/// use sync_formats::{ExpandOptions, Expander, MemoryTable};
///
/// let template = r#"[{"resourceType": "Asset",
///     "identifier": {"name": "${Name}", "domain": {"name": "Tides", "community": {"name": "Harbour"}}},
///     "tags": ["${Tags}"]}]"#;
/// let table = MemoryTable::new([["Name", "Tags"], ["level", "wet, deep"], ["level", "salty"], ["wind", ""]]);
/// let mut expander = Expander::open(table, template, ExpandOptions::default().with_header_row(true))?;
///
/// let level = expander.next_record()?.ok_or("a command")?;
/// assert!(level.bytes.ends_with(br#""tags":["wet","deep","salty"]}"#));
/// assert_eq!((level.position.row, level.position.line, level.position.offset), (2, 2, 10));
///
/// // Where did the last tag come from?
/// let path = Path::default().join(Segment::Member("tags".into())).join(Segment::Index(2));
/// let place = expander.place_of(&path).ok_or("a place")?;
/// assert_eq!((place.row, place.number, place.column), (3, 2, 7));
///
/// assert!(expander.next_record()?.ok_or("a command")?.bytes.ends_with(br#""community":{"name":"Harbour"}}}}"#));
/// assert!(expander.next_record()?.is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Expander<R> {
    source: Source<R>,
    merger: Merger,
}

/// What a command came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordOrigin {
    /// Number of the command in the template, from 0.
    pub command: usize,
    /// The first of its rows.
    pub first_row: RowPosition,
    /// Number of its rows, those that added nothing included.
    pub rows: u64,
    /// Whether it left before and is given again because later rows added to it.
    pub is_again: bool,
}

/// Everything but the rows.
#[derive(Debug)]
struct Merger {
    template: Template,
    plan: Plan,
    options: ExpandOptions,
    renderer: Renderer,
    /// The commands of the row at hand.
    renderings: Vec<Rendering>,
    scratch: Vec<u8>,
    /// For each command of the template the rows that may still grow.
    open: Vec<Option<Box<Group>>>,
    queue: Queue,
    lent: Lent,
    /// Rows so far.
    rows: u64,
    /// Commands given so far.
    given: u64,
    lints: Lints,
    state: State,
}

/// What was given last.
#[derive(Debug)]
enum Lent {
    Nothing,
    Finished(Box<Group>),
    Unfinished(usize),
}

#[derive(Debug)]
enum State {
    Reading,
    /// The table has ended, maybe with an error that is still to be told.
    Ended(Option<TableError>),
}

impl<R: RowReader> Expander<R> {
    /// Reads the header if there is one, compiles the template with it, and expands the rows behind it.
    ///
    /// # Errors
    /// [`ExpandError`] about the template, or about the table if its header cannot be read.
    pub fn open(reader: R, template: &str, options: ExpandOptions) -> Result<Self, ExpandError> {
        let (source, template) = Source::open(reader, template, &options)?;
        let mut merger = Merger::new(template, options);
        if let Some(header) = source.header() {
            merger.lints.set_header(header);
        }
        Ok(Self { source, merger })
    }

    /// Expands the rows `reader` gives. With [`ExpandOptions::header_row`] the first of them is a header; it is read when
    /// the first command is asked for.
    pub fn new(reader: R, template: Template, options: ExpandOptions) -> Self {
        Self { source: Source::new(reader, &options), merger: Merger::new(template, options) }
    }

    /// The next command, lent until the following call; `None` after the end of the table.
    ///
    /// Its position is that of the first of its rows; its index counts the commands given.
    ///
    /// # Errors
    /// [`ExpandError`] with its place. One about a row leaves that row out: the following call goes on behind it. One
    /// about the table is final, and comes after all commands before it: further calls give `None`.
    pub fn next_record(&mut self) -> Result<Option<Record<'_>>, ExpandError> {
        let Self { source, merger } = self;
        if source.is_at_header() {
            source.read_header()?;
            merger.lints.set_header(source.header().unwrap_or_default());
        }
        merger.take_back();
        while !merger.leave() {
            if let State::Ended(error) = &mut merger.state {
                return error.take().map_or(Ok(None), |error| Err(error.into()));
            }
            match source.next_row() {
                Ok(Some(row)) => {
                    if let Err(fault) = merger.row(row) {
                        return Err(source.row_error(&merger.plan, &merger.options, fault));
                    }
                }
                Ok(None) => merger.end(None),
                Err(error) => merger.end(Some(error)),
            }
        }
        merger.given += 1;
        Ok(self.merger.record())
    }

    /// The command given last once more: unlike what [`Expander::next_record`] lends it can be read while
    /// [`Expander::place_of`] is asked about it.
    pub fn record(&self) -> Option<Record<'_>> {
        self.merger.record()
    }

    /// What the command given last came from.
    pub fn origin(&self) -> Option<RecordOrigin> {
        let group = self.merger.lent()?;
        let is_again = group.has_left && matches!(self.merger.lent, Lent::Finished(_));
        Some(RecordOrigin { command: group.command, first_row: group.first(), rows: group.count, is_again })
    }

    /// The cell that the value at `path` of the command given last came from, whichever of its rows that was in. Of an
    /// object, an array or a string with several placeholders the first one inside; of what is the same for every row
    /// the first cell of the identifier.
    ///
    /// `None` if nothing has been given, or if the command has no placeholder at all. Costs about as much as expanding
    /// the row once more.
    pub fn place_of(&self, path: &Path) -> Option<CellPlace> {
        let Merger { plan, options, .. } = &self.merger;
        let (row, cell) = origin::find(plan, options, self.merger.lent()?, path)?;
        Some(self.source.reader.place_of(row.position, row.raw, plan.columns[cell]))
    }

    /// What is probably not meant in the rows read so far, since the last call.
    ///
    /// | code | severity | found |
    /// |---|---|---|
    /// | `local.template.identifierReturns` | warning | rows about one resource with rows about others between them: the later command replaces what the earlier said |
    /// | `local.template.listBelowObjects` | warning, in attributes a note | the separator of lists in a cell that stands in an array of objects, where it separates nothing |
    /// | `local.template.headerImported` | warning | a first row that looks like a header and is none |
    /// | `local.template.rowTooLong` | note | cells past the header |
    ///
    /// At most 100 of a kind are listed, and 10 of one column or command of the template; [`Expander::warning_totals`] has
    /// the numbers. Which resource returns is known exactly for some 10,000 of them; of more, for the latest and for a
    /// sample of the rest.
    pub fn take_warnings(&mut self) -> Vec<ExpandWarning> {
        self.merger.lints.warnings.take(&self.source.reader)
    }

    /// How many warnings of each kind there have been, listed or not.
    pub fn warning_totals(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        self.merger.lints.warnings.totals()
    }

    /// Whether there were too many resources to notice every one that returns.
    pub fn may_have_missed_returns(&self) -> bool {
        self.merger.lints.has_forgotten()
    }

    /// What the rows come from.
    pub fn reader(&self) -> &R {
        &self.source.reader
    }

    /// The template.
    pub fn template(&self) -> &Template {
        &self.merger.template
    }

    /// The cells of the header row, once it has been read.
    pub fn header(&self) -> Option<&[String]> {
        self.source.header()
    }

    /// Number of rows read so far that were neither header nor blank.
    pub fn rows(&self) -> u64 {
        self.merger.rows
    }
}

impl Merger {
    fn new(template: Template, options: ExpandOptions) -> Self {
        let plan = Plan::new(&template, options.splitting);
        Self {
            renderer: Renderer::new(options.lists, options.max_command_bytes),
            renderings: vec![Rendering::default(); plan.commands.len()],
            scratch: Vec::new(),
            open: plan.commands.iter().map(|_| None).collect(),
            queue: Queue::new(),
            lent: Lent::Nothing,
            rows: 0,
            given: 0,
            lints: Lints::new(&plan, &options),
            state: State::Reading,
            template,
            plan,
            options,
        }
    }

    /// Takes back what was lent.
    fn take_back(&mut self) {
        match std::mem::replace(&mut self.lent, Lent::Nothing) {
            Lent::Finished(group) => self.queue.give_back(group),
            Lent::Unfinished(command) => {
                if let Some(group) = &mut self.open[command] {
                    group.is_changed = false;
                }
            }
            Lent::Nothing => {}
        }
    }

    /// Lends the next command if it may leave.
    fn leave(&mut self) -> bool {
        match self.queue.next() {
            Next::Nothing => return false,
            Next::Finished(group) => self.lent = Lent::Finished(group),
            Next::Unfinished(command) => {
                if let Some(group) = &mut self.open[command] {
                    group.compose(&self.plan);
                    group.has_left = true;
                }
                self.lent = Lent::Unfinished(command);
            }
        }
        true
    }

    fn lent(&self) -> Option<&Group> {
        match &self.lent {
            Lent::Nothing => None,
            Lent::Finished(group) => Some(group),
            Lent::Unfinished(command) => self.open[*command].as_deref(),
        }
    }

    fn record(&self) -> Option<Record<'_>> {
        let group = self.lent()?;
        let RowPosition { row, offset, line } = group.first();
        let position = Position { index: self.given - 1, offset, line, column: 1, row };
        Some(Record { bytes: group.bytes(), position })
    }

    /// Takes in a row.
    fn row(&mut self, row: Row<'_>) -> Result<(), RowFault> {
        if row.is_blank() {
            return Ok(());
        }
        self.rows += 1;
        self.render(row).map_err(|fault| fault.of(row))?;
        self.lints.row(&self.plan, self.renderer.splitter(), row);
        (0..self.renderings.len()).try_for_each(|command| self.place(command, row)).map_err(|fault| fault.of(row))
    }

    fn render(&mut self, row: Row<'_>) -> Result<(), Fault> {
        let Self { plan, renderer, renderings, .. } = self;
        renderer.take(plan, row)?;
        let mut commands = plan.commands.iter().zip(renderings);
        commands.try_for_each(|(command, out)| renderer.command(command, row, &plan.columns, out))
    }

    /// Puts a command of the row to those before it about the same resource, or begins anew.
    fn place(&mut self, command: usize, row: Row<'_>) -> Result<(), Fault> {
        let Self { plan, renderer, renderings, scratch, .. } = self;
        let rendering = &mut renderings[command];
        if rendering.bytes().is_empty() {
            return Ok(());
        }
        if let Some(group) = &mut self.open[command]
            && group.latest.is_about_same(rendering)
        {
            group.count += 1;
            if group.latest.bytes() == rendering.bytes() {
                return Ok(());
            }
            return group.merge(plan, renderer, rendering, row, scratch);
        }
        self.finish(command);
        let rendering = &mut self.renderings[command];
        let key = self.lints.begin(command, &self.plan.commands[command], &self.plan.columns, rendering, row);
        let mut group = self.queue.spare();
        group.begin(command, self.queue.open(command), rendering, row);
        group.key = key;
        self.open[command] = Some(group);
        Ok(())
    }

    /// No further row adds to this command.
    fn finish(&mut self, command: usize) {
        let Some(mut group) = self.open[command].take() else { return };
        self.lints.finish(&group);
        if group.has_left && !group.is_changed {
            self.queue.give_back(group);
            return;
        }
        group.compose(&self.plan);
        self.queue.finish(group);
    }

    /// After the last row.
    fn end(&mut self, error: Option<TableError>) {
        (0..self.open.len()).for_each(|command| self.finish(command));
        self.lints.end(&self.plan);
        self.state = State::Ended(error);
    }
}
