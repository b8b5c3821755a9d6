//! From the rows of an uploaded table to commands.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use sync_core::command::ResourceKind;
use sync_core::{CsvParameters, PayloadFormat, TableParameters};
use sync_formats::{
    CollibraCsv, CsvDialect, ExcelReader, ExpandError, ExpandOptions, ListDialect, ListSplitting, Position,
    RawExpander, Record, RowPosition, RowReader, Sheet, Template,
};

use super::source::SourceError;
use crate::jobs::Context;
use crate::profile::ListCells;

/// The commands that the rows of a table make: all communities first, then all domains, and so on, each kind in the order
/// of the rows, so that commands of neighbouring rows about the same resource stand together.
///
/// The file is read once for each kind that the template may make; memory is that of one row, and for a workbook its
/// shared texts.
pub(super) struct TableCommands<'c> {
    context: &'c Context,
    path: PathBuf,
    /// Bytes of the file.
    length: u64,
    format: PayloadFormat,
    table: TableParameters,
    /// What each command of the template is about.
    slots: Vec<Slot>,
    /// Kinds to be given, one after the other. `None` stands for commands without a kind that is known.
    kinds: Vec<Option<ResourceKind>>,
    /// Which of them is being given.
    pass: usize,
    rows: Option<RawExpander<Box<dyn RowReader>>>,
    /// Number of the command to come, of all kinds.
    index: u64,
    /// The command at hand, since its reader goes on behind it.
    command: Vec<u8>,
}

/// What a command of a template is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    /// The same kind in every row.
    Always(Option<ResourceKind>),
    /// That is up to the row.
    Varies,
}

impl<'c> TableCommands<'c> {
    pub(super) fn new(
        context: &'c Context,
        path: &Path,
        length: u64,
        format: PayloadFormat,
        table: &TableParameters,
    ) -> Self {
        let slots = slots(&table.template);
        let may_come = |kind: &Option<ResourceKind>| {
            slots.iter().any(|slot| *slot == Slot::Varies || *slot == Slot::Always(*kind))
        };
        let mut kinds: Vec<_> = ResourceKind::ALL.into_iter().map(Some).chain([None]).filter(may_come).collect();
        if kinds.is_empty() {
            // Whether it can be read is to be found out all the same.
            kinds.push(None);
        }
        let (path, table) = (path.to_owned(), table.clone());
        Self { context, path, length, format, table, slots, kinds, pass: 0, rows: None, index: 0, command: Vec::new() }
    }

    /// How many times the file is read.
    pub(super) fn passes(&self) -> u64 {
        self.kinds.len() as u64
    }

    /// The next command; its index counts the commands of all rows in their order, row after row, and its offset the bytes
    /// of all passes. None at the end, and where the job has to stop: many rows may go by without a command.
    pub(super) fn next_record(&mut self) -> Result<Option<Record<'_>>, SourceError> {
        while let Some(kind) = self.kinds.get(self.pass).copied() {
            let rows = match &mut self.rows {
                Some(rows) => rows,
                none => {
                    self.index = 0;
                    none.insert(open(&self.path, self.format, &self.table, self.context.readings.list_cells)?)
                }
            };
            match rows.next_command()? {
                Some(command) => {
                    if self.context.has_to_stop() {
                        return Ok(None);
                    }
                    self.index += 1;
                    let is_meant = match self.slots.get(command.command) {
                        Some(Slot::Always(always)) => *always == kind,
                        Some(Slot::Varies) | None => kind_of(command.bytes) == kind,
                    };
                    if !is_meant {
                        continue;
                    }
                    let RowPosition { row, line, offset } = command.row;
                    self.command.clear();
                    self.command.extend_from_slice(command.bytes);
                    let offset = self.length.saturating_mul(self.pass as u64).saturating_add(offset);
                    let position = Position { index: self.index - 1, row, line, offset, ..Position::START };
                    return Ok(Some(Record { bytes: &self.command, position }));
                }
                None => {
                    self.rows = None;
                    self.pass += 1;
                }
            }
        }
        Ok(None)
    }
}

fn kind_of(command: &[u8]) -> Option<ResourceKind> {
    #[derive(Deserialize)]
    struct Kind {
        #[serde(rename = "resourceType")]
        kind: ResourceKind,
    }
    serde_json::from_slice(command).ok().map(|Kind { kind }| kind)
}

/// What the commands of a template are about, as far as the template alone says it.
fn slots(template: &str) -> Vec<Slot> {
    let commands: Vec<Value> = serde_json::from_str(template).unwrap_or_default();
    let slot = |command: Value| match command.get("resourceType") {
        Some(Value::String(word)) if word.contains("${") => Slot::Varies,
        Some(word) => Slot::Always(ResourceKind::deserialize(word).ok()),
        None => Slot::Always(None),
    };
    commands.into_iter().map(slot).collect()
}

fn open(
    path: &Path,
    format: PayloadFormat,
    table: &TableParameters,
    lists: ListCells,
) -> Result<RawExpander<Box<dyn RowReader>>, ExpandError> {
    let file = File::open(path).map_err(unreadable)?;
    let csv = table.csv.unwrap_or_default();
    let (rows, separator): (Box<dyn RowReader>, _) = match format {
        PayloadFormat::Excel => {
            (Box::new(ExcelReader::new(file, &Sheet::from(table.sheet.as_ref()))?), ListDialect::excel())
        }
        PayloadFormat::Csv | PayloadFormat::Json => {
            let dialect = dialect(csv).unwrap_or_default();
            (Box::new(CollibraCsv::new(file, &dialect)), ListDialect::csv(csv.separator, csv.quote))
        }
    };
    let splitting = match lists {
        ListCells::Strings => ListSplitting::StringsAndLegs,
        ListCells::All => ListSplitting::EveryArray,
    };
    let template = Template::compile(&table.template, None)?;
    let options =
        ExpandOptions::default().with_header_row(table.header_row).with_splitting(splitting).with_lists(separator);
    Ok(RawExpander::new(rows, &template, options))
}

fn unreadable(error: std::io::Error) -> ExpandError {
    sync_formats::TableError::unreadable(error).into()
}

/// The dialect of these parameters, as it was checked when the request came in.
pub(crate) fn dialect(csv: CsvParameters) -> Result<CsvDialect, sync_formats::DialectError> {
    let [separator, quote, escape] = [csv.separator, csv.quote, csv.escape].map(String::from);
    let dialect = CsvDialect::new(&separator, &quote, &escape)?.with_strict_quotes(csv.strict_quotes);
    Ok(dialect.with_ignore_leading_whitespace(csv.ignore_leading_whitespace))
}
