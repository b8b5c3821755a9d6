//! What people call a cell.

use crate::column_letters;

/// A cell as formulas name it: `Tables!C17`, `'My sheet'!C17`. Row from 1, column from 0.
pub(super) fn cell_name(sheet: &str, row: u64, column: usize) -> String {
    format!("{}!{}{row}", quoted(sheet), column_letters(column))
}

/// A row of a sheet: `Tables!17:17`, as formulas name it.
pub(super) fn row_name(sheet: &str, row: u64) -> String {
    format!("{}!{row}:{row}", quoted(sheet))
}

/// An area of a sheet: `Tables!A1:B2`.
pub(super) fn area_name(sheet: &str, area: &str) -> String {
    format!("{}!{area}", quoted(sheet))
}

/// A sheet's name in quotes where formulas need them.
pub(super) fn quoted(sheet: &str) -> String {
    if is_plain(sheet) { sheet.to_owned() } else { format!("'{}'", sheet.replace('\'', "''")) }
}

/// Whether a name needs no quotes: letters, digits, `_` and `.`, not beginning with a digit, and nothing that could be
/// taken for a cell (`AB12`, `R1C1`).
fn is_plain(sheet: &str) -> bool {
    let word = sheet.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    let begins = sheet.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
    word && begins && !looks_like_cell(sheet)
}

fn looks_like_cell(sheet: &str) -> bool {
    let upper = sheet.to_ascii_uppercase();
    let letters = upper.bytes().take_while(u8::is_ascii_uppercase).count();
    let a1 =
        (1..=3).contains(&letters) && upper.len() > letters && upper[letters..].bytes().all(|b| b.is_ascii_digit());
    let digits = |text: &str| text.trim_start_matches(|c: char| c.is_ascii_digit()).to_owned();
    let r1c1 = match upper.strip_prefix('R') {
        Some(rest) => {
            let rest = digits(rest);
            rest.is_empty() || rest.strip_prefix('C').is_some_and(|rest| digits(rest).is_empty())
        }
        None => upper.strip_prefix('C').is_some_and(|rest| digits(rest).is_empty()),
    };
    a1 || r1c1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_where_formulas_need_it() {
        for name in ["Tables", "Größe_2", "a.b", "ABCD1", "Row", "_x"] {
            assert_eq!(quoted(name), name);
        }
        for name in ["My Sheet", "2024", "A1", "xfd9", "R1C1", "rc", "R", "c5", "a-b", "", "💡"] {
            assert_eq!(quoted(name), format!("'{name}'"));
        }
        assert_eq!(cell_name("Tom's", 17, 27), "'Tom''s'!AB17");
    }
}
