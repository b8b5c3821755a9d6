//! From the rows of an uploaded table to commands.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sync_core::command::ResourceKind;
use sync_core::{CsvParameters, PayloadFormat, SheetChoice, TableParameters};
use sync_formats::{
    CollibraCsv, CsvDialect, ExcelReader, ExpandError, ExpandOptions, ListDialect, ListSplitting, Position,
    RawExpander, Record, RowPosition, RowReader, Sheet, Template,
};

use super::source::SourceError;
use crate::profile::ListCells;

/// The commands that the rows of a table make: all communities first, then all domains, and so on, each kind in the order
/// of the rows, so that commands of neighbouring rows about the same resource stand together.
///
/// The file is read once for each kind that the template has; memory is that of one row.
pub(super) struct TableCommands {
    path: PathBuf,
    format: PayloadFormat,
    table: TableParameters,
    lists: ListCells,
    /// Kinds still to be given, the next one last. `None` stands for commands without a kind that is known.
    kinds: Vec<Option<ResourceKind>>,
    rows: Option<RawExpander<Box<dyn RowReader>>>,
    /// Number of the command to come, of all kinds.
    index: u64,
    /// The command at hand, since its reader goes on behind it.
    command: Vec<u8>,
}

impl TableCommands {
    pub(super) fn new(path: &Path, format: PayloadFormat, table: &TableParameters, lists: ListCells) -> Self {
        let kinds = ResourceKind::ALL.into_iter().map(Some).chain([None]).rev().collect();
        let (path, table) = (path.to_owned(), table.clone());
        Self { path, format, table, lists, kinds, rows: None, index: 0, command: Vec::new() }
    }

    /// The next command; its index counts the commands of all rows in their order, row after row.
    pub(super) fn next_record(&mut self) -> Result<Option<Record<'_>>, SourceError> {
        while let Some(kind) = self.kinds.last().copied() {
            let rows = match &mut self.rows {
                Some(rows) => rows,
                none => {
                    self.index = 0;
                    none.insert(open(&self.path, self.format, &self.table, self.lists)?)
                }
            };
            match rows.next_command()? {
                Some(command) => {
                    self.index += 1;
                    if kind_of(command.bytes) != kind {
                        continue;
                    }
                    let RowPosition { row, line, offset } = command.row;
                    self.command.clear();
                    self.command.extend_from_slice(command.bytes);
                    let position = Position { index: self.index - 1, row, line, offset, ..Position::START };
                    return Ok(Some(Record { bytes: &self.command, position }));
                }
                None => {
                    self.rows = None;
                    self.kinds.pop();
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
            let sheet = match &table.sheet {
                None => Sheet::First,
                Some(SheetChoice::Name(name)) => Sheet::Name(name.clone()),
                Some(SheetChoice::Index(index)) => Sheet::Index(*index),
            };
            (Box::new(ExcelReader::new(file, &sheet)?), ListDialect::excel())
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

/// Reads a table through, to find out whether it can be read. Blocking.
pub(crate) fn check_table(path: &Path, format: PayloadFormat, table: &TableParameters) -> Result<(), ExpandError> {
    let mut rows = open(path, format, table, ListCells::default())?;
    loop {
        match rows.next_command() {
            Ok(Some(_)) => {}
            Ok(None) => return Ok(()),
            // Cells that do not fit the template are for the job to tell.
            Err(ExpandError::Row(_)) => {}
            Err(error) => return Err(error),
        }
    }
}
