//! Several values in one cell, as the service writes them.

use crate::{CsvDialect, ValuesError};

/// One cell of several values, for a placeholder within an array of a template: to be handed to
/// [`ExcelWriter`](crate::ExcelWriter) as it is. Values are separated by `,`, and one that holds a comma stands in `"`,
/// which is what the service takes unless it is configured otherwise (page "Importing Excel files" of the Import API
/// v2). No values give an empty cell.
///
/// # Errors
/// [`ValuesError`] for values of which the service's documentation does not say how they would be read: empty ones, with
/// white space at their ends, with a double quote or a backslash.
///
/// ```
/// assert_eq!(sync_formats::join_excel_values(&["hull", "red,blue"])?, r#"hull,"red,blue""#);
/// assert!(sync_formats::join_excel_values(&[r#"say "keel""#]).is_err());
/// # Ok::<(), sync_formats::ValuesError>(())
/// ```
pub fn join_excel_values<S: AsRef<str>>(values: &[S]) -> Result<String, ValuesError> {
    // The rules are those of a CSV file whose own separator and quote leave these two free.
    CsvDialect::new(";", "'", "\\").expect("these are three different characters").join_values(values)
}
