//! How the service is to read a table: the fields of the CSV and Excel calls.

use serde::{Deserialize, Serialize};

/// What goes along with a CSV or an Excel file: the template that makes commands of its rows, and how to read them.
///
/// ```
/// use sync_core::{CsvParameters, TableParameters};
///
/// let table = TableParameters::new(r#"[{"resourceType":"Community","identifier":{"name":"${1}"}}]"#)
///     .with_header_row(true)
///     .with_csv(CsvParameters::default().with_separator(','));
/// assert_eq!(table.csv.map(|csv| csv.quote), Some('"'));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TableParameters {
    /// Import commands as JSON text with `${n}` for the cells of a row, n counted from 1. The service wants it.
    pub template: String,
    /// Whether the first row is a header, to be skipped. Default no, as in the service.
    pub header_row: bool,
    /// How a CSV file is written. Default none: for CSV files the service's own manner is sent, Excel files have none.
    pub csv: Option<CsvParameters>,
    /// Which sheet of a workbook is read. Default none: the first one.
    pub sheet: Option<SheetChoice>,
}

impl TableParameters {
    /// A table without a header row, in the service's manner.
    pub fn new(template: impl Into<String>) -> Self {
        Self { template: template.into(), header_row: false, csv: None, sheet: None }
    }

    /// Sets whether the first row is a header.
    #[must_use]
    pub fn with_header_row(mut self, header_row: bool) -> Self {
        self.header_row = header_row;
        self
    }

    /// Sets how a CSV file is written.
    #[must_use]
    pub fn with_csv(mut self, csv: CsvParameters) -> Self {
        self.csv = Some(csv);
        self
    }

    /// Sets which sheet of a workbook is read.
    #[must_use]
    pub fn with_sheet(mut self, sheet: SheetChoice) -> Self {
        self.sheet = Some(sheet);
        self
    }
}

/// How a CSV file is written. The defaults are those of the service (Import API OpenAPI document).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CsvParameters {
    /// Between cells; default `;`.
    pub separator: char,
    /// Around cells; default `"`.
    pub quote: char,
    /// Before a quote that is part of a cell; default `\`.
    pub escape: char,
    /// Whether characters outside quotes are ignored; default no.
    pub strict_quotes: bool,
    /// Whether blanks before an opening quote are ignored; default no.
    pub ignore_leading_whitespace: bool,
}

impl Default for CsvParameters {
    fn default() -> Self {
        Self { separator: ';', quote: '"', escape: '\\', strict_quotes: false, ignore_leading_whitespace: false }
    }
}

impl CsvParameters {
    /// Sets what stands between cells.
    #[must_use]
    pub fn with_separator(mut self, separator: char) -> Self {
        self.separator = separator;
        self
    }

    /// Sets what stands around cells.
    #[must_use]
    pub fn with_quote(mut self, quote: char) -> Self {
        self.quote = quote;
        self
    }

    /// Sets what stands before a quote within a cell.
    #[must_use]
    pub fn with_escape(mut self, escape: char) -> Self {
        self.escape = escape;
        self
    }

    /// Sets whether characters outside quotes are ignored.
    #[must_use]
    pub fn with_strict_quotes(mut self, strict_quotes: bool) -> Self {
        self.strict_quotes = strict_quotes;
        self
    }

    /// Sets whether blanks before an opening quote are ignored.
    #[must_use]
    pub fn with_ignore_leading_whitespace(mut self, ignore: bool) -> Self {
        self.ignore_leading_whitespace = ignore;
        self
    }
}

/// Which sheet of a workbook is read.
///
/// The service takes both at once and does not say which one counts; here it is one of the two.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SheetChoice {
    /// By its name.
    Name(String),
    /// By its position, sent as it is: whether the service counts from 0 or from 1 is not documented.
    Index(u32),
}
