//! The characters of a dialect, checked once.

use serde::{Deserialize, Serialize};

use super::DialectError;

/// How the service reads a file: the five CSV parameters of its endpoints, with its defaults.
///
/// The parameters are those of opencsv's `CSVParser`, which the service's published examples build with these
/// defaults: separator `;`, quote `"`, escape `\`, both switches off. Checked on construction: three different
/// characters from U+0000 to U+FFFF, none of which ends lines. NUL switches quote or escape off as far as the text holds
/// no NUL; the two may both be NUL.
///
/// As JSON it has the names of the service's parameters; what is left out is the default.
///
/// ```
/// use sync_formats::CsvDialect;
///
/// let dialect = CsvDialect::new(",", "\"", "\\")?.with_strict_quotes(true);
/// assert_eq!(dialect.separator(), ',');
/// assert!(CsvDialect::new("::", "\"", "\\").is_err());
/// assert!(CsvDialect::new(";", "\"", "\"").is_err());
/// # Ok::<(), sync_formats::DialectError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Parameters", try_from = "Parameters")]
pub struct CsvDialect {
    separator: char,
    quote: char,
    escape: char,
    strict_quotes: bool,
    ignore_leading_whitespace: bool,
}

impl CsvDialect {
    /// Takes the characters as the parameters spell them, both switches off.
    ///
    /// # Errors
    /// [`DialectError`] for anything but exactly one character each, all different.
    pub fn new(separator: &str, quote: &str, escape: &str) -> Result<Self, DialectError> {
        let separator = service_character("separator", separator)?;
        let quote = service_character("quote", quote)?;
        let escape = service_character("escape", escape)?;
        if separator == '\0' {
            return Err(DialectError::NulSeparator);
        }
        different(("separator", separator), ("quote", quote))?;
        different(("separator", separator), ("escape", escape))?;
        if quote != '\0' {
            different(("quote", quote), ("escape", escape))?;
        }
        Ok(Self { separator, quote, escape, strict_quotes: false, ignore_leading_whitespace: false })
    }

    /// Sets whether every character outside quotes is dropped (`strictQuotes`).
    #[must_use]
    pub fn with_strict_quotes(mut self, strict_quotes: bool) -> Self {
        self.strict_quotes = strict_quotes;
        self
    }

    /// Sets whether white space in front of a quote is dropped (`ignoreLeadingWhitespace`).
    #[must_use]
    pub fn with_ignore_leading_whitespace(mut self, ignore_leading_whitespace: bool) -> Self {
        self.ignore_leading_whitespace = ignore_leading_whitespace;
        self
    }

    /// What separates cells; `;` by default.
    pub fn separator(&self) -> char {
        self.separator
    }

    /// What encloses a cell; `"` by default.
    pub fn quote(&self) -> char {
        self.quote
    }

    /// What makes a following separator, quote or escape literal; `\` by default. Before anything else it vanishes.
    pub fn escape(&self) -> char {
        self.escape
    }

    /// Whether every character outside quotes is dropped; `false` by default.
    pub fn strict_quotes(&self) -> bool {
        self.strict_quotes
    }

    /// Whether white space in front of a quote is dropped; `false` by default.
    pub fn ignore_leading_whitespace(&self) -> bool {
        self.ignore_leading_whitespace
    }
}

impl Default for CsvDialect {
    fn default() -> Self {
        let (separator, quote, escape) = (';', '"', '\\');
        Self { separator, quote, escape, strict_quotes: false, ignore_leading_whitespace: false }
    }
}

/// The parameters as they stand in a configuration.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Parameters {
    separator: String,
    quote: String,
    escape: String,
    strict_quotes: bool,
    ignore_leading_whitespace: bool,
}

impl Default for Parameters {
    fn default() -> Self {
        CsvDialect::default().into()
    }
}

impl From<CsvDialect> for Parameters {
    fn from(dialect: CsvDialect) -> Self {
        let CsvDialect { separator, quote, escape, strict_quotes, ignore_leading_whitespace } = dialect;
        let [separator, quote, escape] = [separator, quote, escape].map(String::from);
        Self { separator, quote, escape, strict_quotes, ignore_leading_whitespace }
    }
}

impl TryFrom<Parameters> for CsvDialect {
    type Error = DialectError;

    fn try_from(parameters: Parameters) -> Result<Self, DialectError> {
        let Parameters { separator, quote, escape, strict_quotes, ignore_leading_whitespace } = parameters;
        let dialect = Self::new(&separator, &quote, &escape)?;
        Ok(Self { strict_quotes, ignore_leading_whitespace, ..dialect })
    }
}

/// How most other programs write: cells in quotes with doubled quotes inside, and no escape character.
///
/// Separator `,` and quote `"` by default, as in RFC 4180.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rfc4180Dialect {
    separator: u8,
    quote: u8,
}

impl Rfc4180Dialect {
    /// Takes the characters as text, as [`CsvDialect::new`] does.
    ///
    /// # Errors
    /// [`DialectError`] for anything but exactly one ASCII character each, both different.
    pub fn new(separator: &str, quote: &str) -> Result<Self, DialectError> {
        let separator = ascii_character("separator", separator)?;
        let quote = ascii_character("quote", quote)?;
        if separator == 0 {
            return Err(DialectError::NulSeparator);
        }
        different(("separator", separator.into()), ("quote", quote.into()))?;
        Ok(Self { separator, quote })
    }

    /// What separates cells, in ASCII; `,` by default.
    pub fn separator(&self) -> u8 {
        self.separator
    }

    /// What encloses a cell, in ASCII; `"` by default.
    pub fn quote(&self) -> u8 {
        self.quote
    }
}

impl Default for Rfc4180Dialect {
    fn default() -> Self {
        Self { separator: b',', quote: b'"' }
    }
}

fn service_character(parameter: &'static str, text: &str) -> Result<char, DialectError> {
    let character = one_character(parameter, text)?;
    if character.len_utf16() > 1 {
        return Err(DialectError::OutsideBasicPlane { parameter, character });
    }
    Ok(character)
}

fn ascii_character(parameter: &'static str, text: &str) -> Result<u8, DialectError> {
    let character = one_character(parameter, text)?;
    u8::try_from(character).ok().filter(u8::is_ascii).ok_or(DialectError::NotAscii { parameter, character })
}

fn one_character(parameter: &'static str, text: &str) -> Result<char, DialectError> {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(character @ ('\r' | '\n')), None) => Err(DialectError::LineEnd { parameter, character }),
        (Some(character), None) => Ok(character),
        _ => Err(DialectError::NotOneCharacter { parameter, found: text.to_owned() }),
    }
}

fn different(first: (&'static str, char), second: (&'static str, char)) -> Result<(), DialectError> {
    if first.1 == second.1 {
        return Err(DialectError::Same { first: first.0, second: second.0, character: first.1 });
    }
    Ok(())
}
