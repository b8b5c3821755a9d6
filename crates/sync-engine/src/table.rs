//! How a table is read and becomes commands.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sync_core::SheetChoice;
use sync_formats::{CsvDialect, ListSplitting, MAX_TEMPLATE_BYTES, Rfc4180Dialect};

/// Kind of file a table is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TableFormat {
    /// Text with separators.
    Csv,
    /// A workbook: `.xlsx`, `.xlsb`, `.xls` or `.ods`.
    Excel,
}

impl TableFormat {
    /// The kind that a file's name promises, in any case of letters; `None` for every other name.
    ///
    /// ```
    /// use sync_engine::TableFormat;
    ///
    /// assert_eq!(TableFormat::of_path("dictionary.CSV".as_ref()), Some(TableFormat::Csv));
    /// assert_eq!(TableFormat::of_path("dictionary.xlsx".as_ref()), Some(TableFormat::Excel));
    /// assert_eq!(TableFormat::of_path("catalog.json".as_ref()), None);
    /// ```
    pub fn of_path(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "csv" => Some(Self::Csv),
            "xlsx" | "xlsb" | "xls" | "ods" => Some(Self::Excel),
            _ => None,
        }
    }
}

/// How text is cut into cells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextDialect {
    /// As the service reads it.
    Collibra(CsvDialect),
    /// As other tools write it.
    Rfc4180(Rfc4180Dialect),
}

impl Default for TextDialect {
    fn default() -> Self {
        Self::Collibra(CsvDialect::default())
    }
}

/// The template of a table, and how its cells are read. As JSON the template is named by its path; see [`Input::save`](crate::Input::save).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TableOptions {
    /// The file the template is in, as given.
    pub template: PathBuf,
    #[serde(skip, default)]
    text: Arc<str>,
    /// Whether the first row is a header and not data. Default no, as in the service; a template that calls columns by
    /// their names has a header row whatever this says.
    pub header_row: bool,
    /// How text is cut into cells. Default the service's own way.
    pub dialect: TextDialect,
    /// Which sheet of a workbook is the table. Default the first.
    pub sheet: Option<SheetChoice>,
    /// Which lists of the template take several values from one cell.
    pub lists: ListSplitting,
}

impl TableOptions {
    /// Reads the template, at most [`MAX_TEMPLATE_BYTES`]. Everything else is as the service has it.
    ///
    /// # Errors
    /// If the file cannot be read or is no text in UTF-8.
    pub fn read(template: impl Into<PathBuf>) -> io::Result<Self> {
        let template = template.into();
        let text = read_template(&template)?;
        Ok(Self {
            template,
            text,
            header_row: false,
            dialect: TextDialect::default(),
            sheet: None,
            lists: ListSplitting::default(),
        })
    }

    /// The same, with the absolute path of the template.
    pub(crate) fn absolute(mut self) -> Self {
        if let Ok(path) = std::path::absolute(&self.template) {
            self.template = path;
        }
        self
    }

    /// The text of the template.
    pub fn template_text(&self) -> &str {
        &self.text
    }

    /// Reads the template again, after these options were read from JSON.
    pub(crate) fn reload(mut self) -> io::Result<Self> {
        self.text = read_template(&self.template)?;
        Ok(self)
    }

    /// Sets whether the first row is a header.
    #[must_use]
    pub fn with_header_row(mut self, header_row: bool) -> Self {
        self.header_row = header_row;
        self
    }

    /// Sets how text is cut into cells.
    #[must_use]
    pub fn with_dialect(mut self, dialect: TextDialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// Sets which sheet of a workbook is the table.
    #[must_use]
    pub fn with_sheet(mut self, sheet: Option<SheetChoice>) -> Self {
        self.sheet = sheet;
        self
    }

    /// Sets which lists of the template take several values from one cell.
    #[must_use]
    pub fn with_lists(mut self, lists: ListSplitting) -> Self {
        self.lists = lists;
        self
    }
}

fn read_template(path: &Path) -> io::Result<Arc<str>> {
    let mut text = String::new();
    // One byte more than is allowed, so that the compiler can say what is wrong.
    File::open(path)?.take(MAX_TEMPLATE_BYTES as u64 + 1).read_to_string(&mut text)?;
    Ok(text.into())
}
