//! Placeholders inside one string of a template.

use std::ops::Range;

use super::error::TemplateErrorKind;
use super::names;
use super::node::Part;
use super::text::MAX_TEMPLATE_COLUMNS;

/// What a name between `${` and `}` is looked up in.
#[derive(Debug, Clone, Copy)]
pub(super) enum Names<'a> {
    /// Nothing: names are errors.
    Unknown,
    /// The cells of the header row.
    Header(&'a [String]),
    /// Any name will do: only whether there are some is asked.
    Any,
}

/// A name, and the column it stands for.
#[derive(Debug)]
pub(super) struct NameUse {
    /// The name's bytes in the text of the template.
    pub(super) span: Range<usize>,
    /// The column, from 0.
    pub(super) column: usize,
}

type PlacedError = (TemplateErrorKind, usize);

/// Cuts a string into its parts. `raw` stands between the quotes at byte `base` of the template.
///
/// `$`, `{` and `}` are looked for in the text as it is written: none of them can be part of an escape sequence.
pub(super) fn parts(
    raw: &str,
    base: usize,
    names: Names<'_>,
    uses: &mut Vec<NameUse>,
) -> Result<Vec<Part>, PlacedError> {
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(found) = raw[at..].find("${") {
        let start = at + found;
        push_fixed(&raw[at..start], base + at, &mut parts)?;
        let inside = start + 2;
        let Some(len) = raw[inside..].find('}') else { return Err((TemplateErrorKind::Unclosed, base + start)) };
        let end = inside + len + 1;
        let written = decode(&raw[inside..inside + len], base + inside)?;
        let column = match number(&written) {
            Some(column) => column.map_err(|kind| (kind, base + start))?,
            None => {
                let column = named(written, names).map_err(|kind| (kind, base + start))?;
                uses.push(NameUse { span: base + inside..base + inside + len, column });
                column
            }
        };
        parts.push(Part::Column { column, span: base + start..base + end });
        at = end;
    }
    push_fixed(&raw[at..], base + at, &mut parts)?;
    Ok(parts)
}

fn push_fixed(raw: &str, base: usize, parts: &mut Vec<Part>) -> Result<(), PlacedError> {
    if raw.is_empty() {
        return Ok(());
    }
    let text = decode(raw, base)?;
    if text.contains("${") {
        return Err((TemplateErrorKind::Escaped, base));
    }
    parts.push(Part::Fixed(text));
    Ok(())
}

/// The text that stands between the quotes of a string.
pub(super) fn decode(raw: &str, base: usize) -> Result<String, PlacedError> {
    if !raw.contains('\\') {
        return Ok(raw.to_owned());
    }
    serde_json::from_str(&format!("\"{raw}\"")).map_err(|_| (TemplateErrorKind::NotText, base))
}

/// The column, from 0, that a number stands for; `None` if it is no number.
fn number(written: &str) -> Option<Result<usize, TemplateErrorKind>> {
    if written.is_empty() || !written.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(match written.parse::<usize>() {
        Ok(0) => Err(TemplateErrorKind::ColumnZero),
        Ok(number @ 1..=MAX_TEMPLATE_COLUMNS) => Ok(number - 1),
        _ => Err(TemplateErrorKind::ColumnTooLarge { number: written.to_owned(), limit: MAX_TEMPLATE_COLUMNS }),
    })
}

fn named(name: String, names: Names<'_>) -> Result<usize, TemplateErrorKind> {
    match names {
        _ if name.is_empty() => Err(TemplateErrorKind::Nothing),
        Names::Any => Ok(0),
        Names::Unknown => Err(TemplateErrorKind::NameWithoutHeader { name }),
        Names::Header(header) => match names::find(&name, header)? {
            column if column < MAX_TEMPLATE_COLUMNS => Ok(column),
            column => {
                Err(TemplateErrorKind::ColumnTooLarge { number: (column + 1).to_string(), limit: MAX_TEMPLATE_COLUMNS })
            }
        },
    }
}
