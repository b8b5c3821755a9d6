//! One cell: what its tag says, and its text.

use memchr::memchr;

use crate::TableErrorKind;
use crate::excel::fault::{Fault, Problem, XmlProblem};
use crate::excel::row::{RowBuffer, What, finish_text};
use crate::excel::strings::{Strings, push_rich_text};
use crate::excel::values::{self, Epoch, Meaning};
use crate::excel::xml::{self, Token, Tokens, attribute};

/// What cells of all rows share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) strings: Strings,
    /// What numbers mean, by the number of a style.
    pub(super) meanings: Vec<Meaning>,
    pub(super) epoch: Epoch,
}

/// How a cell's value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    /// The number of a shared text.
    Shared,
    Boolean,
    Error,
    /// Text that a formula gave.
    Formula,
    /// Text within the cell.
    Inline,
    Date,
}

impl Kind {
    fn of(text: &[u8]) -> Option<Self> {
        Some(match text {
            b"s" => Self::Shared,
            b"n" => Self::Number,
            b"str" => Self::Formula,
            b"inlineStr" => Self::Inline,
            b"b" => Self::Boolean,
            b"e" => Self::Error,
            b"d" => Self::Date,
            _ => return None,
        })
    }
}

#[derive(Debug, Clone, Copy)]
struct Head {
    column: usize,
    style: usize,
    kind: Kind,
}

/// Why a cell was not read.
pub(super) enum CellProblem {
    Xml(XmlProblem),
    Fault(Fault),
}

impl From<XmlProblem> for CellProblem {
    fn from(problem: XmlProblem) -> Self {
        Self::Xml(problem)
    }
}

impl From<Fault> for CellProblem {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Problem> for CellProblem {
    fn from(problem: Problem) -> Self {
        Self::Fault(problem.into())
    }
}

impl Shared {
    /// Reads a cell written the way Excel and most libraries write them, and gives its length and the next column;
    /// `None` where it is written any other way, or is not all there.
    #[inline]
    pub(super) fn read_usual(&self, bytes: &[u8], row: &mut RowBuffer) -> Option<Result<(usize, usize), Fault>> {
        let (head, mut at) = usual_head(bytes)?;
        let next = head.column + 1;
        match bytes.get(at..at + 2)? {
            b"/>" => return Some(Ok((at + 2, next))),
            [b'>', _] => at += 1,
            _ => return None,
        }
        let content = &bytes[at..];
        let (text, length) = if let Some(rest) = content.strip_prefix(b"<v>") {
            let end = memchr(b'<', rest)?;
            (&rest[..end], 3 + end + rest[end..].starts_with(b"</v></c>").then_some(8)?)
        } else if let Some(rest) = content.strip_prefix(b"<is><t") {
            let text = match rest.strip_prefix(b">") {
                Some(text) => text,
                None => rest.strip_prefix(b" xml:space=\"preserve\">")?,
            };
            let end = memchr(b'<', text)?;
            let before = content.len() - text.len();
            (head.kind == Kind::Inline).then_some(())?;
            let length = before + end + text[end..].starts_with(b"</t></is></c>").then_some(13)?;
            return Some(row.put_xml_text(head.column, &text[..end]).map(|()| (at + length, next)));
        } else {
            return None;
        };
        Some(self.put(head, text, row).map(|()| (at + length, next)))
    }

    /// Reads any cell, its opening tag being the next token; `false` where it is not all there.
    pub(super) fn read_any(
        &self,
        tokens: &mut Tokens<'_>,
        column: &mut usize,
        row: &mut RowBuffer,
    ) -> Result<bool, CellProblem> {
        let Some(Token::Start { attributes, empty, .. }) = tokens.next()? else { return Ok(false) };
        let head = head(attributes, *column)?;
        *column = head.column;
        if empty {
            return Ok(true);
        }
        let (mut value, mut inline) = (None, None);
        let mut formula = false;
        loop {
            let Some(token) = tokens.next()? else { return Ok(false) };
            match token {
                Token::Start { name: b"v", empty: true, .. } => value = value.or(Some(Vec::new())),
                Token::Start { name: b"v", .. } => {
                    let mut text = Vec::new();
                    if !push_plain_text(tokens, &mut text)? {
                        return Ok(false);
                    }
                    value = Some(text);
                }
                Token::Start { name: b"is", empty: false, .. } => {
                    let mut text = Vec::new();
                    if !push_rich_text(tokens, &mut text)? {
                        return Ok(false);
                    }
                    inline = Some(text);
                }
                Token::Start { name, empty, .. } => {
                    formula |= name == b"f";
                    if !empty && !tokens.skip_element()? {
                        return Ok(false);
                    }
                }
                Token::End { name: b"c" } => break,
                Token::End { .. } => return Err(XmlProblem::Nesting.into()),
                _ => {}
            }
        }
        match (inline, value) {
            (Some(text), _) => put_text(head.column, &text, row)?,
            (None, Some(text)) if !text.is_empty() => match head.kind {
                // Entities are resolved already: what looks like one now is text.
                Kind::Formula | Kind::Inline => put_text(head.column, &text, row)?,
                _ => self.put(head, &text, row)?,
            },
            // An empty text may be a formula's result, and says so by its type.
            (None, _) if formula && head.kind != Kind::Formula => row.note(head.column, What::FormulaWithoutValue),
            _ => {}
        }
        Ok(true)
    }

    /// Adds a cell by the text of its `v` as it stands.
    #[inline]
    fn put(&self, head: Head, text: &[u8], row: &mut RowBuffer) -> Result<(), Fault> {
        let Head { column, style, kind } = head;
        match kind {
            Kind::Shared => match shared_number(text).map(|index| (index, self.strings.get(index))) {
                Some((_, Some(text))) => row.put_text(column, text),
                Some((index, None)) => Err(Fault::from(Problem::NoSharedText(index.to_string(), self.strings.len()))),
                None if text.trim_ascii().is_empty() => Ok(()),
                None => Err(value_fault(text, "number of a shared text")),
            },
            Kind::Number => self.put_number(column, style, text, row),
            Kind::Formula | Kind::Inline => row.put_xml_text(column, text),
            Kind::Boolean => match text.trim_ascii() {
                b"1" | b"true" | b"TRUE" => row.put_text(column, b"true"),
                b"0" | b"false" | b"FALSE" => row.put_text(column, b"false"),
                b"" => Ok(()),
                _ => Err(value_fault(text, "boolean")),
            },
            Kind::Error => Err(Fault::new(TableErrorKind::ErrorCell { value: shown(text) })),
            Kind::Date => row.put(column, |out| {
                let start = out.len();
                values::push_iso_date(text.trim_ascii(), out);
                finish_text(out, start)
            }),
        }
        .map_err(|fault| fault.in_column(column))
    }

    #[inline]
    fn put_number(&self, column: usize, style: usize, text: &[u8], row: &mut RowBuffer) -> Result<(), Fault> {
        let meaning = match style {
            0 => self.meanings.first(),
            style => self.meanings.get(style),
        };
        match meaning.copied().unwrap_or_default() {
            Meaning::Number => row.put(column, |out| match values::push_number_text(text, out) {
                true => Ok(()),
                false if text.trim_ascii().is_empty() => Ok(()),
                false => Err(value_fault(text, "number")),
            }),
            meaning => put_days(meaning, self.epoch, column, text, row),
        }
    }
}

fn put_days(meaning: Meaning, epoch: Epoch, column: usize, text: &[u8], row: &mut RowBuffer) -> Result<(), Fault> {
    if text.trim_ascii().is_empty() {
        return Ok(());
    }
    let number = values::parse_number(text).ok_or_else(|| value_fault(text, "number"))?;
    row.put_number(meaning, epoch, column, number)
}

fn put_text(column: usize, text: &[u8], row: &mut RowBuffer) -> Result<(), Fault> {
    row.put(column, |out| {
        let start = out.len();
        out.extend_from_slice(text);
        finish_text(out, start)
    })
}

/// What `<c r="A1" s="1" t="s"` says, and where it ends: attributes in this order, between single spaces.
#[inline]
fn usual_head(bytes: &[u8]) -> Option<(Head, usize)> {
    let rest = bytes.strip_prefix(b"<c r=\"")?;
    let (mut at, mut column) = (0, 0_usize);
    while let Some(letter @ b'A'..=b'Z') = rest.get(at) {
        column = column * 26 + usize::from(letter - b'A') + 1;
        at += 1;
    }
    (1..=3).contains(&at).then_some(())?;
    while rest.get(at)?.is_ascii_digit() {
        at += 1;
    }
    (rest[at] == b'"').then_some(())?;
    at += 1;
    let mut style = 0_usize;
    if rest[at..].starts_with(b" s=\"") {
        at += 4;
        let from = at;
        while let Some(digit @ b'0'..=b'9') = rest.get(at) {
            style = style * 10 + usize::from(digit - b'0');
            at += 1;
        }
        (at - from <= 6 && *rest.get(at)? == b'"').then_some(())?;
        at += 1;
    }
    let mut kind = Kind::Number;
    if rest[at..].starts_with(b" t=\"") {
        at += 4;
        let length = rest[at..].iter().take(10).position(|byte| *byte == b'"')?;
        kind = Kind::of(&rest[at..at + length])?;
        at += length + 1;
    }
    Some((Head { column: column - 1, style, kind }, at + 6))
}

/// What a cell's attributes say; without a name it stands in `next`.
fn head(attributes: &[u8], next: usize) -> Result<Head, CellProblem> {
    let column = match attribute(attributes, b"r") {
        Some(name) => cell_column(name).ok_or_else(|| Problem::CellName(shown(name)))?,
        None => next,
    };
    let style = attribute(attributes, b"s").and_then(shared_number).unwrap_or(0);
    let kind = match attribute(attributes, b"t") {
        Some(kind) => Kind::of(kind).ok_or_else(|| Fault::from(Problem::CellType(shown(kind))).in_column(column))?,
        None => Kind::Number,
    };
    Ok(Head { column, style, kind })
}

/// The column, from 0, of a cell's name.
fn cell_column(name: &[u8]) -> Option<usize> {
    let letters = name.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let digits = &name[letters..];
    if !(1..=3).contains(&letters) || digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = |letter: &u8| usize::from(letter.to_ascii_uppercase() - b'A') + 1;
    Some(name[..letters].iter().fold(0, |column, letter| column * 26 + value(letter)) - 1)
}

/// The row of a cell's name.
pub(super) fn cell_row(name: &[u8]) -> Option<u32> {
    let letters = name.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    str::from_utf8(&name[letters..]).ok()?.parse().ok()
}

fn shared_number(text: &[u8]) -> Option<usize> {
    let text = text.trim_ascii();
    if text.is_empty() || text.len() > 10 {
        return None;
    }
    text.iter().try_fold(0_usize, |number, byte| match byte {
        b'0'..=b'9' => Some(number * 10 + usize::from(byte - b'0')),
        _ => None,
    })
}

/// Appends the text of an element, its opening tag being read. `false` where the slice ends first.
fn push_plain_text(tokens: &mut Tokens<'_>, out: &mut Vec<u8>) -> Result<bool, XmlProblem> {
    loop {
        match tokens.next()? {
            Some(Token::Text(text)) => xml::push_text(text, out)?,
            Some(Token::Verbatim(text)) => xml::push_verbatim(text, out),
            Some(Token::End { .. }) => return Ok(true),
            Some(Token::Start { empty: false, .. }) => {
                if !tokens.skip_element()? {
                    return Ok(false);
                }
            }
            Some(_) => {}
            None => return Ok(false),
        }
    }
}

fn value_fault(text: &[u8], what: &'static str) -> Fault {
    Problem::Value(shown(text), what).into()
}

/// Text for a message.
pub(super) fn shown(text: &[u8]) -> String {
    String::from_utf8_lossy(&text[..text.len().min(60)]).into_owned()
}
