//! The commands of one input, whatever kind of file it is.

use std::fs::File;
use std::io::Read;
use std::ops::{ControlFlow, Range};

use sync_core::check::{Path, Severity};
use sync_formats::{
    BatchLimits, BatchLimitsError, CellPlace, CollibraCsv, CsvDialect, DialectError, ExcelReader, ExpandError,
    ExpandOptions, ExpandWarning, Expander, JsonSplitter, LintContext, ListDialect, Position, RawExpander, Record,
    Rfc4180, Row, RowBatchError, RowBatches, RowForm, RowPosition, RowReader, Sheet, SplitError, TableError, Template,
    TemplateFinding, csv_differences,
};

use crate::input::{Content, Input, InputError};
use crate::table::{TableFormat, TableOptions, TextDialect};

/// Reads the commands of one input. Memory: what a [`JsonSplitter`] or an [`Expander`] needs.
#[derive(Debug)]
pub(crate) struct Source<'i> {
    input: &'i Input,
    first_index: u64,
    reader: Reader,
}

#[derive(Debug)]
enum Reader {
    Json(JsonSplitter<File>),
    Table(Box<Expander<Cells>>),
}

/// Why an input cannot be read as commands, or not to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SourceError {
    #[error(transparent)]
    Input(#[from] InputError),
    #[error(transparent)]
    Split(#[from] SplitError),
    #[error(transparent)]
    Expand(#[from] ExpandError),
}

impl SourceError {
    /// Whether only one row is left out, and reading goes on behind it.
    pub(crate) fn is_about_a_row(&self) -> bool {
        matches!(self, Self::Expand(ExpandError::Row(_)))
    }
}

impl From<TableError> for SourceError {
    fn from(error: TableError) -> Self {
        Self::Expand(error.into())
    }
}

/// One command and where it stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Item<'a> {
    /// The bytes, with their position in the input.
    pub(crate) record: Record<'a>,
    /// Number of the command, counted over all inputs.
    pub(crate) index: u64,
    /// What knows the cells, if it comes from a table.
    cells: Option<&'a Expander<Cells>>,
}

/// A place in an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// Bytes before it; 0 in a workbook.
    pub(crate) offset: u64,
    pub(crate) line: u64,
    pub(crate) column: u64,
    pub(crate) length: u64,
    /// The row of a table.
    pub(crate) row: Option<u64>,
    /// What people call the cell.
    pub(crate) cell: Option<String>,
}

impl Place {
    /// The very beginning of an input.
    pub(crate) const START: Self = Self { offset: 0, line: 1, column: 1, length: 0, row: None, cell: None };
}

impl Item<'_> {
    /// The record, with the index counted over all inputs.
    pub(crate) fn numbered(&self) -> Record<'_> {
        let position = Position { index: self.index, ..self.record.position };
        Record { bytes: self.record.bytes, position }
    }

    /// Where the value at `path` stands, which is this span of the record.
    pub(crate) fn place(&self, path: &Path, span: &Range<usize>) -> Place {
        let Some(cells) = self.cells else { return place_in(&self.record, span) };
        match cells.place_of(path) {
            Some(place) => place.into(),
            None => self.start(),
        }
    }

    /// Whether it comes from a table.
    pub(crate) fn is_of_table(&self) -> bool {
        self.cells.is_some()
    }

    /// Whether it was given before, and is given again since later rows of a table have added to it.
    pub(crate) fn is_again(&self) -> bool {
        self.cells.and_then(Expander::origin).is_some_and(|origin| origin.is_again)
    }

    /// Where the command stands.
    pub(crate) fn start(&self) -> Place {
        let Position { offset, line, column, row, .. } = self.record.position;
        match self.cells {
            None => Place { offset, line, column, length: 1, row: None, cell: None },
            Some(_) => Place { offset, line, column, length: 1, row: Some(row), cell: None },
        }
    }
}

impl From<CellPlace> for Place {
    fn from(place: CellPlace) -> Self {
        let CellPlace { row, offset, line, column, length, name, .. } = place;
        Self { offset, line, column, length, row: Some(row), cell: Some(name) }
    }
}

impl From<RowPosition> for Place {
    fn from(position: RowPosition) -> Self {
        let RowPosition { row, offset, line } = position;
        Self { offset, line, row: Some(row), ..Self::START }
    }
}

/// The place of some bytes of a record.
fn place_in(record: &Record<'_>, span: &Range<usize>) -> Place {
    let before = &record.bytes[..span.start.min(record.bytes.len())];
    let lines = before.iter().filter(|byte| **byte == b'\n').count() as u64;
    let column = match before.iter().rposition(|byte| *byte == b'\n') {
        Some(feed) => (before.len() - feed) as u64,
        None => record.position.column + before.len() as u64,
    };
    let (offset, line) = (record.position.offset + span.start as u64, record.position.line + lines);
    Place { offset, line, column, length: span.len() as u64, row: None, cell: None }
}

impl<'i> Source<'i> {
    /// Opens an input; for a table this reads the header and the template. `first_index` is the number of commands in
    /// the inputs before.
    pub(crate) fn open(input: &'i Input, first_index: u64) -> Result<Self, SourceError> {
        let file = input.open()?;
        let reader = match input.content() {
            Content::Json(shape) => Reader::Json(JsonSplitter::new(file, *shape)),
            Content::Table(format, options) => {
                let (cells, expand) = table(file, *format, options)?;
                Reader::Table(Box::new(Expander::open(cells, options.template_text(), expand)?))
            }
        };
        Ok(Self { input, first_index, reader })
    }

    /// The next command, lent until the following call.
    pub(crate) fn next(&mut self) -> Result<Option<Item<'_>>, SourceError> {
        let first_index = self.first_index;
        let item = |record: Record<'_>| first_index + record.position.index;
        match &mut self.reader {
            Reader::Json(splitter) => {
                let Some(record) = splitter.next_record()? else { return Ok(None) };
                Ok(Some(Item { record, index: item(record), cells: None }))
            }
            Reader::Table(expander) => {
                if expander.next_record()?.is_none() {
                    return Ok(None);
                }
                let expander = &**expander;
                Ok(expander.record().map(|record| Item { record, index: item(record), cells: Some(expander) }))
            }
        }
    }

    /// What is probably not meant in a template and the rows read so far; to be asked once, at the end.
    pub(crate) fn notes(&mut self) -> Notes {
        let (Reader::Table(expander), Content::Table(_, options)) = (&mut self.reader, self.input.content()) else {
            return Notes::default();
        };
        let mut context = LintContext::default();
        if let Some(header) = expander.header() {
            context = context.with_header(header);
        }
        let mut listed: Vec<Note> = expander.template().lint(&context).into_iter().map(Note::of_template).collect();
        let mut beyond: Vec<(&'static str, u64)> = expander.warning_totals().collect();
        for ExpandWarning { code, severity, message, place, related, .. } in expander.take_warnings() {
            beyond.iter_mut().filter(|(counted, _)| *counted == code).for_each(|(_, count)| *count -= 1);
            let related = related.map(|(_, line)| line);
            listed.push(Note { place: Some(place.into()), related, ..Note::new(code, severity, message) });
        }
        match expander.reader() {
            Cells::Collibra(_) => listed.extend(differences(self.input, options)),
            Cells::Rfc4180(_) => {}
            Cells::Excel(workbook) => {
                let warnings = workbook.warnings().iter();
                listed.extend(warnings.map(|told| Note::new(WORKBOOK, Severity::Warning, told.to_string())));
                beyond.push((WORKBOOK, workbook.warnings_left_out()));
            }
        }
        Notes { listed, beyond }
    }
}

/// The rows of a table, and how they become commands.
fn table(file: File, format: TableFormat, options: &TableOptions) -> Result<(Cells, ExpandOptions), SourceError> {
    let has_names = Template::needs_header(options.template_text()).map_err(ExpandError::from)?;
    let expand = ExpandOptions::default()
        .with_header_row(options.header_row || has_names)
        .with_splitting(options.lists)
        .with_lists(lists(format, options));
    Ok((Cells::open(file, format, options)?, expand))
}

/// A table once more from its beginning, with the template its header has made; `None` for an input that is no table.
fn table_again(input: &Input) -> Result<Option<(Cells, Template, ExpandOptions)>, SourceError> {
    let Content::Table(format, options) = input.content() else { return Ok(None) };
    // Closed before it is opened again: a workbook holds all of its shared texts.
    let template = match Source::open(input, 0)?.reader {
        Reader::Table(expander) => expander.template().clone(),
        Reader::Json(_) => return Ok(None),
    };
    let (cells, expand) = table(input.open()?, *format, options)?;
    Ok(Some((cells, template, expand)))
}

/// The batches of a table whose rows are sent as they are; `None` for an input that is no table.
pub(crate) fn row_batches(input: &Input, limits: BatchLimits) -> Result<Option<RowBatches<Cells>>, RowBatchesError> {
    let Content::Table(format, options) = input.content() else { return Ok(None) };
    let form = match (format, &options.dialect) {
        (TableFormat::Excel, _) => RowForm::Excel,
        (TableFormat::Csv, TextDialect::Collibra(dialect)) => RowForm::Verbatim(dialect.clone()),
        // What another tool wrote would be read as something else: it is written anew, cell by cell.
        (TableFormat::Csv, TextDialect::Rfc4180(dialect)) => {
            let (separator, quote) = (char::from(dialect.separator()), char::from(dialect.quote()));
            let escape = ['\\', '~', '^'].into_iter().find(|escape| ![separator, quote].contains(escape));
            let escape = escape.unwrap_or('\0').to_string();
            RowForm::Csv(CsvDialect::new(&separator.to_string(), &quote.to_string(), &escape)?)
        }
    };
    let Some((cells, template, expand)) = table_again(input)? else { return Ok(None) };
    Ok(Some(RowBatches::new(cells, &template, expand, form, limits)?))
}

/// Why a table has no batches.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RowBatchesError {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Dialect(#[from] DialectError),
    #[error(transparent)]
    Limits(#[from] BatchLimitsError),
    #[error(transparent)]
    Batch(#[from] RowBatchError),
}

/// Gives the commands of a table to `visit` as the service makes them of its rows, before it merges any: their bytes, and the
/// row. Otherwise as [`walk`].
pub(crate) fn walk_raw(
    input: &Input,
    mut visit: impl FnMut(&[u8], RowPosition) -> ControlFlow<()>,
) -> Result<Ended, InputError> {
    let (cells, template, expand) = match table_again(input) {
        Ok(Some(table)) => table,
        Ok(None) => return Ok(Ended::Properly),
        Err(SourceError::Input(error)) => return Err(error),
        Err(error) => return Ok(Ended::Early(error)),
    };
    let mut expander = RawExpander::new(cells, &template, expand);
    loop {
        match expander.next_command() {
            Ok(Some(command)) => {
                if visit(command.bytes, command.row).is_break() {
                    return Ok(Ended::Asked);
                }
            }
            Ok(None) => return Ok(Ended::Properly),
            Err(ExpandError::Row(_)) => {}
            Err(error) => return Ok(Ended::Early(error.into())),
        }
    }
}

/// What is probably not meant in a template and a table.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    pub(crate) listed: Vec<Note>,
    /// How many more there were of a code than are listed.
    pub(crate) beyond: Vec<(&'static str, u64)>,
}

/// Code of what is surprising in a workbook.
const WORKBOOK: &str = "local.table.workbook";

/// Something that is probably not meant, in a template or a table.
#[derive(Debug)]
pub(crate) struct Note {
    pub(crate) code: &'static str,
    pub(crate) severity: Severity,
    pub(crate) message: String,
    /// Where in the table, if it is about a place there.
    pub(crate) place: Option<Place>,
    /// The line of an earlier row that matters.
    pub(crate) related: Option<u64>,
    /// Where in the template, if it is about that.
    pub(crate) template: Option<(Place, Path)>,
}

impl Note {
    fn new(code: &'static str, severity: Severity, message: String) -> Self {
        Self { code, severity, message, place: None, related: None, template: None }
    }

    fn of_template(finding: TemplateFinding) -> Self {
        let TemplateFinding { code, severity, message, path, offset, length, line, column, .. } = finding;
        let place = Place { offset, line, column, length, row: None, cell: None };
        Self { template: Some((place, path)), ..Self::new(code, severity, message) }
    }
}

/// Bytes of a file that are read to see how it was written.
const SAMPLE_BYTES: u64 = 256 * 1024;

/// Cells shown that read differently in the two dialects.
const MOST_DIFFERENCES: usize = 10;

/// Where the start of a file reads differently at the service and in other programs.
fn differences(input: &Input, options: &TableOptions) -> Vec<Note> {
    let TextDialect::Collibra(dialect) = &options.dialect else { return Vec::new() };
    let mut sample = Vec::new();
    let read = input.open().ok().and_then(|file| file.take(SAMPLE_BYTES).read_to_end(&mut sample).ok());
    let found = read.and_then(|_| csv_differences(&sample, dialect, MOST_DIFFERENCES).ok()).unwrap_or_default();
    let notes = found.into_iter().map(|difference| {
        let note = Note::new("local.table.dialect", Severity::Warning, difference.message());
        Note { place: Some(difference.place.into()), ..note }
    });
    notes.collect()
}

fn lists(format: TableFormat, options: &TableOptions) -> ListDialect {
    match (format, &options.dialect) {
        (TableFormat::Excel, _) => ListDialect::excel(),
        (TableFormat::Csv, TextDialect::Collibra(dialect)) => ListDialect::csv(dialect.separator(), dialect.quote()),
        (TableFormat::Csv, TextDialect::Rfc4180(dialect)) => {
            ListDialect::csv(dialect.separator().into(), dialect.quote().into())
        }
    }
}

/// The rows of a table, whatever kind of file it is.
#[derive(Debug)]
pub(crate) enum Cells {
    Collibra(CollibraCsv<File>),
    Rfc4180(Rfc4180<File>),
    Excel(Box<ExcelReader>),
}

impl Cells {
    fn open(file: File, format: TableFormat, options: &TableOptions) -> Result<Self, TableError> {
        Ok(match (format, &options.dialect) {
            (TableFormat::Excel, _) => {
                let sheet = Sheet::from(options.sheet.as_ref());
                Self::Excel(Box::new(ExcelReader::new(file, &sheet)?))
            }
            (TableFormat::Csv, TextDialect::Collibra(dialect)) => Self::Collibra(CollibraCsv::new(file, dialect)),
            (TableFormat::Csv, TextDialect::Rfc4180(dialect)) => Self::Rfc4180(Rfc4180::new(file, dialect)),
        })
    }
}

impl RowReader for Cells {
    fn next_row(&mut self) -> Result<Option<Row<'_>>, TableError> {
        match self {
            Self::Collibra(rows) => rows.next_row(),
            Self::Rfc4180(rows) => rows.next_row(),
            Self::Excel(rows) => rows.next_row(),
        }
    }

    fn place_of(&self, position: RowPosition, raw: &[u8], column: usize) -> CellPlace {
        match self {
            Self::Collibra(rows) => rows.place_of(position, raw, column),
            Self::Rfc4180(rows) => rows.place_of(position, raw, column),
            Self::Excel(rows) => rows.place_of(position, raw, column),
        }
    }
}

/// How the walk through an input ended.
pub(crate) enum Ended {
    /// With the input.
    Properly,
    /// Because the input is not what it should be.
    Early(SourceError),
    /// Because the visitor has seen enough.
    Asked,
}

/// Gives the commands of one input to `visit`, until that has seen enough. `first_index` is the number of commands in the
/// inputs before. Rows that do not fit their template are passed over: whoever has to know reads with a [`Source`].
pub(crate) fn walk<E: From<InputError>>(
    input: &Input,
    first_index: u64,
    mut visit: impl FnMut(&Item<'_>) -> Result<ControlFlow<()>, E>,
) -> Result<Ended, E> {
    let mut source = match Source::open(input, first_index) {
        Ok(source) => source,
        Err(SourceError::Input(error)) => return Err(error.into()),
        Err(error) => return Ok(Ended::Early(error)),
    };
    loop {
        match source.next() {
            Ok(Some(item)) => {
                if visit(&item)?.is_break() {
                    return Ok(Ended::Asked);
                }
            }
            Ok(None) => return Ok(Ended::Properly),
            Err(error) if error.is_about_a_row() => {}
            Err(error) => return Ok(Ended::Early(error)),
        }
    }
}
