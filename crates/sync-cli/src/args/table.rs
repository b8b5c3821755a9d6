//! How a table is read and becomes commands.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
#[command(next_help_heading = "Tables")]
pub(crate) struct TableArgs {
    /// The JSON template that makes commands of rows: ${1} is the first cell, ${Name} the one under that header
    #[arg(long, value_name = "FILE", env = "COLLIBRA_SYNC_TEMPLATE")]
    pub(crate) template: Option<PathBuf>,

    /// The first row is a header and not data; goes without saying where the template uses names
    #[arg(long, env = "COLLIBRA_SYNC_HEADER_ROW")]
    pub(crate) header_row: bool,

    /// The first row is data, as the service assumes unless told otherwise; wins over --header-row
    // A flag of its own, since one that overrides the other cannot be given where the environment gives that one.
    #[arg(long)]
    pub(crate) no_header_row: bool,

    /// How text is cut into cells
    #[arg(long, value_enum, default_value_t, env = "COLLIBRA_SYNC_DIALECT")]
    pub(crate) dialect: DialectArg,

    /// What separates cells [default: ; and , in rfc4180]
    #[arg(long, value_name = "CHAR", env = "COLLIBRA_SYNC_SEPARATOR", value_parser = character)]
    pub(crate) separator: Option<char>,

    /// What encloses a cell [default: "]
    #[arg(long, value_name = "CHAR", env = "COLLIBRA_SYNC_QUOTE", value_parser = character)]
    pub(crate) quote: Option<char>,

    /// What makes a separator or a quote literal [default: \]
    #[arg(long, value_name = "CHAR", env = "COLLIBRA_SYNC_ESCAPE", value_parser = character)]
    pub(crate) escape: Option<char>,

    /// Drop what stands outside quotes
    #[arg(long, env = "COLLIBRA_SYNC_STRICT_QUOTES")]
    pub(crate) strict_quotes: bool,

    /// Drop white space before a quote
    #[arg(long, env = "COLLIBRA_SYNC_IGNORE_LEADING_WHITESPACE")]
    pub(crate) ignore_leading_whitespace: bool,

    /// Sheet of a workbook: its name, or # and its number from 0 [default: the first]
    #[arg(long, value_name = "NAME|#INDEX", env = "COLLIBRA_SYNC_SHEET")]
    pub(crate) sheet: Option<String>,

    /// Which lists of a template take several values from one cell
    #[arg(long, value_enum, default_value_t, env = "COLLIBRA_SYNC_LISTS")]
    pub(crate) lists: ListsArg,
}

/// How text is cut into cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum DialectArg {
    /// As the service reads it: a lone \ vanishes, semicolons by default
    #[default]
    Collibra,
    /// As other tools write it: only quotes are special, commas by default
    Rfc4180,
}

/// Which lists of a template take several values from one cell; not documented by the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum ListsArg {
    /// Lists of strings, and the legs of complex relations
    #[default]
    Strings,
    /// Every list
    All,
}

/// One character; `\t` and `tab` are the tab.
fn character(text: &str) -> Result<char, String> {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(one), None) => Ok(one),
        _ if matches!(text, "\\t" | "tab") => Ok('\t'),
        _ => Err("one character is needed; write tab for a tab".to_owned()),
    }
}
