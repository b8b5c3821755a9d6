//! From the arguments to inputs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sync_core::SheetChoice;
use sync_engine::{Content, Input, InputError, TableFormat, TableOptions, TextDialect};
use sync_formats::{CsvDialect, JsonShape, ListSplitting, Rfc4180Dialect};

use crate::args::{DialectArg, Format, KindArgs, ListsArg, TableArgs};
use crate::exit::{Exit, Failure, OrExit};

/// The inputs in the order given. `spool` is a folder for standard input, which is read once and needed twice.
pub(crate) fn open(paths: &[PathBuf], kind: &KindArgs, spool: &Path) -> Result<Vec<Input>, Failure> {
    let table = options(&kind.table)?.map(Arc::new);
    let content = match kind.format {
        None => None,
        Some(Format::Json) => Some(Content::Json(JsonShape::Array)),
        Some(Format::Jsonl) => Some(Content::Json(JsonShape::Lines)),
        Some(Format::Csv) => Some(Content::Table(TableFormat::Csv, needed(table.as_ref())?)),
        Some(Format::Excel) => Some(Content::Table(TableFormat::Excel, needed(table.as_ref())?)),
    };
    let open = |path: &PathBuf| {
        if path == Path::new("-") {
            let content = content.clone().ok_or_else(|| {
                Failure::usage("standard input has no ending").with_hint("say what it is with --format")
            })?;
            return Input::spooled("-", std::io::stdin().lock(), spool, content).or_exit(Exit::BROKEN);
        }
        let opened = match (&content, &table) {
            (Some(Content::Json(shape)), _) => Input::file(path, Some(*shape)),
            (Some(Content::Table(format, options)), _) => Input::table(path, Some(*format), Arc::clone(options)),
            (None, Some(table)) if TableFormat::of_path(path).is_some() => Input::table(path, None, Arc::clone(table)),
            (None, _) => Input::file(path, None),
        };
        opened.map_err(unreadable)
    };
    paths.iter().map(open).collect()
}

fn needed(table: Option<&Arc<TableOptions>>) -> Result<Arc<TableOptions>, Failure> {
    let missing = || Failure::usage("a table needs a template").with_hint("name its file with --template FILE");
    table.cloned().ok_or_else(missing)
}

/// How tables are read; `None` if no template is given.
fn options(args: &TableArgs) -> Result<Option<TableOptions>, Failure> {
    let Some(template) = &args.template else { return Ok(None) };
    let options = TableOptions::read(template)
        .map_err(|error| {
            anyhow::Error::new(error).context(format!("reading the template {} failed", template.display()))
        })
        .or_exit(Exit::FAILED)?;
    let lists = match args.lists {
        ListsArg::Strings => ListSplitting::StringsAndLegs,
        ListsArg::All => ListSplitting::EveryArray,
    };
    let sheet = args.sheet.as_deref().map(sheet).transpose()?;
    let options =
        options.with_header_row(args.header_row && !args.no_header_row).with_dialect(dialect(args)?).with_lists(lists);
    Ok(Some(options.with_sheet(sheet)))
}

fn dialect(args: &TableArgs) -> Result<TextDialect, Failure> {
    let character = |given: Option<char>, default: char| given.unwrap_or(default).to_string();
    let quote = character(args.quote, '"');
    match args.dialect {
        DialectArg::Collibra => {
            let (separator, escape) = (character(args.separator, ';'), character(args.escape, '\\'));
            let dialect = CsvDialect::new(&separator, &quote, &escape).or_exit(Exit::USAGE)?;
            let dialect = dialect.with_strict_quotes(args.strict_quotes);
            Ok(TextDialect::Collibra(dialect.with_ignore_leading_whitespace(args.ignore_leading_whitespace)))
        }
        DialectArg::Rfc4180 => {
            if args.escape.is_some() || args.strict_quotes || args.ignore_leading_whitespace {
                let message = "--escape, --strict-quotes and --ignore-leading-whitespace are the service's own";
                return Err(Failure::usage(message).with_hint("leave them out, or --dialect rfc4180"));
            }
            let dialect = Rfc4180Dialect::new(&character(args.separator, ','), &quote).or_exit(Exit::USAGE)?;
            Ok(TextDialect::Rfc4180(dialect))
        }
    }
}

/// `#2` is the third sheet, everything else a name.
fn sheet(text: &str) -> Result<SheetChoice, Failure> {
    match text.strip_prefix('#') {
        None => Ok(SheetChoice::Name(text.to_owned())),
        Some(number) => match number.parse() {
            Ok(index) => Ok(SheetChoice::Index(index)),
            Err(_) => Err(Failure::usage(format_args!("--sheet {text}: a whole number follows the #"))),
        },
    }
}

fn unreadable(error: InputError) -> Failure {
    let hint = match error {
        InputError::Format { .. } => Some("or say what it is with --format"),
        InputError::NoTemplate { .. } => Some("name the template's file with --template FILE"),
        _ => None,
    };
    let failure = Failure::new(Exit::FAILED, error);
    match hint {
        Some(hint) => failure.with_hint(hint),
        None => failure,
    }
}
