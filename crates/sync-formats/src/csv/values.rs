//! Several values in one cell, as the service writes them.

use super::{CsvDialect, ValuesError, ValuesErrorKind};

impl CsvDialect {
    /// What separates values within one cell: `,`, or `;` where `;` does not separate the cells (page "Importing CSV
    /// files" of the Import API v2).
    pub fn value_separator(&self) -> char {
        if self.separator() == ';' { ',' } else { ';' }
    }

    /// What encloses a value within one cell: `|`, or `"` where `"` does not enclose the cells (the same page).
    pub fn value_quote(&self) -> char {
        if self.quote() == '"' { '|' } else { '"' }
    }

    /// One cell of several values, for a placeholder within an array: to be handed to
    /// [`CsvWriter`](crate::CsvWriter) as it is. No values give an empty cell.
    ///
    /// # Errors
    /// [`ValuesError`] for values of which the service's documentation does not say how they would be read: empty ones,
    /// with white space at their ends, with the inner quote, with a backslash or the escape character.
    ///
    /// ```
    /// let dialect = sync_formats::CsvDialect::default();
    /// assert_eq!(dialect.join_values(&["hull", "red,blue"])?, "hull,|red,blue|");
    /// assert!(dialect.join_values(&["a|b"]).is_err());
    /// # Ok::<(), sync_formats::ValuesError>(())
    /// ```
    pub fn join_values<S: AsRef<str>>(&self, values: &[S]) -> Result<String, ValuesError> {
        let (separator, quote) = (self.value_separator(), self.value_quote());
        let mut cell = String::new();
        for (index, value) in values.iter().enumerate() {
            let value = value.as_ref();
            if let Some(kind) = self.why_not_in_a_list(value) {
                return Err(ValuesError { kind, number: index + 1, value: value.to_owned() });
            }
            if index > 0 {
                cell.push(separator);
            }
            if value.contains(separator) {
                cell.extend([quote].into_iter().chain(value.chars()).chain([quote]));
            } else {
                cell.push_str(value);
            }
        }
        Ok(cell)
    }

    fn why_not_in_a_list(&self, value: &str) -> Option<ValuesErrorKind> {
        // Java's own trimming takes off everything up to the space.
        let is_space = |character: char| character <= ' ' || character.is_whitespace();
        let undocumented = [self.value_quote(), '\\', self.escape()];
        if value.is_empty() {
            Some(ValuesErrorKind::Empty)
        } else if value.starts_with(is_space) || value.ends_with(is_space) {
            Some(ValuesErrorKind::OuterWhitespace)
        } else {
            value.chars().find(|character| undocumented.contains(character)).map(ValuesErrorKind::Character)
        }
    }
}
