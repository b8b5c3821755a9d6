//! The service's dialect, character by character.

use super::CsvDialect;
use super::marks::Signs;
use super::rules::{Fault, RawCell, Rules, Seen};

/// opencsv's `CSVParser`, fed line by line: what every other reading of the dialect has to equal.
///
/// It counts characters as Java does, in units of UTF-16; that shows in one place, [`in_mid_line`].
#[derive(Debug, Clone)]
pub(super) struct ServiceRules {
    separator: Sign,
    quote: Sign,
    escape: Sign,
    strict: bool,
    ignore_whitespace: bool,
    /// Which bytes begin a sign or a line end.
    stops: [bool; 256],
}

/// A character as it stands in the file.
#[derive(Debug, Clone, Copy)]
struct Sign {
    utf8: [u8; 4],
    len: usize,
}

impl Sign {
    fn new(character: char) -> Self {
        let mut utf8 = [0; 4];
        let len = character.encode_utf8(&mut utf8).len();
        Self { utf8, len }
    }

    fn bytes(&self) -> &[u8] {
        &self.utf8[..self.len]
    }

    fn begins(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(self.bytes())
    }
}

impl ServiceRules {
    pub(super) fn new(dialect: &CsvDialect) -> Self {
        let [separator, quote, escape] = [dialect.separator(), dialect.quote(), dialect.escape()].map(Sign::new);
        let mut stops = [false; 256];
        for byte in [separator.utf8[0], quote.utf8[0], escape.utf8[0], b'\r', b'\n'] {
            stops[usize::from(byte)] = true;
        }
        let (strict, ignore_whitespace) = (dialect.strict_quotes(), dialect.ignore_leading_whitespace());
        Self { separator, quote, escape, strict, ignore_whitespace, stops }
    }

    /// Whether a quote that is no doubled one stands within text, where it is kept: not among the first three characters
    /// of its line, and not beside a separator or the end of the line.
    fn keeps_quote(&self, line_before: &[u8], after: &[u8]) -> bool {
        in_mid_line(line_before)
            && !line_before.ends_with(self.separator.bytes())
            && !matches!(after, [] | [b'\r' | b'\n', ..])
            && !self.separator.begins(after)
    }
}

impl Rules for ServiceRules {
    fn again(&self) -> Self {
        self.clone()
    }

    fn signs(&self) -> Option<Signs> {
        let single = |sign: &Sign| (sign.len == 1).then_some(sign.utf8[0]);
        let (separator, quote, escape) = (single(&self.separator)?, single(&self.quote)?, single(&self.escape)?);
        // Both may be NUL, which then is the escape.
        (quote != escape).then_some(Signs { separator, quote, escape })
    }

    fn strict(&self) -> bool {
        self.strict
    }

    fn read(
        &mut self,
        bytes: &[u8],
        complete: bool,
        text: &mut Vec<u8>,
        cell: &mut dyn FnMut(RawCell) -> Result<(), Fault>,
    ) -> Result<Seen, Fault> {
        let (mut at, mut line, mut start, mut text_start, mut opened) = (0, 0, 0, 0, 0);
        let (mut in_quotes, mut in_field) = (false, false);
        loop {
            let rest = &bytes[at..];
            let plain = rest.iter().position(|byte| self.stops[usize::from(*byte)]).unwrap_or(rest.len());
            if plain > 0 && (in_quotes || !self.strict) {
                text.extend_from_slice(&rest[..plain]);
                in_field = true;
            }
            at += plain;
            let rest = &rest[plain..];
            let part = Seen::Part { len: at, cell: start, open_quote: in_quotes.then_some(opened) };
            // Quote and escape can only be read together with what follows, and so can a CR.
            let undecided = |after: &[u8]| after.is_empty() && !complete;

            if rest.is_empty() {
                if in_quotes || !complete {
                    return Ok(part);
                }
                cell(RawCell { start, end: at, text_end: text.len() })?;
                return Ok(Seen::Row { len: at, line_end: 0 });
            } else if let [end @ (b'\r' | b'\n'), after @ ..] = rest {
                if *end == b'\r' && undecided(after) {
                    return Ok(part);
                }
                let line_end = if rest.starts_with(b"\r\n") { 2 } else { 1 };
                if !in_quotes {
                    cell(RawCell { start, end: at, text_end: text.len() })?;
                    return Ok(Seen::Row { len: at, line_end });
                }
                text.push(b'\n');
                at += line_end;
                line = at;
            } else if self.escape.begins(rest) {
                let after = &rest[self.escape.len..];
                if undecided(after) {
                    return Ok(part);
                }
                at += self.escape.len;
                let escaped = [&self.quote, &self.escape, &self.separator].into_iter().find(|sign| sign.begins(after));
                if let Some(sign) = escaped.filter(|_| in_quotes || in_field) {
                    text.extend_from_slice(sign.bytes());
                    at += sign.len;
                }
            } else if self.quote.begins(rest) {
                let after = &rest[self.quote.len..];
                if undecided(after) {
                    return Ok(part);
                }
                let before = &bytes[line..at];
                let quote = at;
                at += self.quote.len;
                if (in_quotes || in_field) && self.quote.begins(after) {
                    text.extend_from_slice(self.quote.bytes());
                    at += self.quote.len;
                } else {
                    in_quotes = !in_quotes;
                    if in_quotes {
                        opened = quote;
                    }
                    if !self.strict && self.keeps_quote(before, after) {
                        if self.ignore_whitespace && is_whitespace(&text[text_start..]) {
                            text.truncate(text_start);
                        } else {
                            text.extend_from_slice(self.quote.bytes());
                        }
                    }
                }
                in_field = !in_field;
            } else if self.separator.begins(rest) && !in_quotes {
                cell(RawCell { start, end: at, text_end: text.len() })?;
                at += self.separator.len;
                (start, text_start, in_field) = (at, text.len(), false);
            } else {
                // A separator within quotes, or another character that only begins like a sign.
                if in_quotes || !self.strict {
                    text.push(rest[0]);
                    in_field = true;
                }
                at += 1;
            }
        }
    }
}

/// Whether at least three characters of its line stand before a quote, counted in units of UTF-16.
fn in_mid_line(line_before: &[u8]) -> bool {
    let mut units = 0;
    // A character has a unit for each byte that begins one, and one more where it takes four bytes.
    for byte in line_before {
        units += usize::from(byte & 0xC0 != 0x80) + usize::from(*byte >= 0xF0);
        if units >= 3 {
            return true;
        }
    }
    false
}

/// Whether this is white space as Java's `Character.isWhitespace` knows it, and not nothing: without the spaces that
/// forbid a line break, with the separators U+001C to U+001F.
fn is_whitespace(text: &[u8]) -> bool {
    let is_space = |character: char| match character {
        '\u{A0}' | '\u{2007}' | '\u{202F}' | '\u{85}' => false,
        '\u{1C}'..='\u{1F}' => true,
        _ => character.is_whitespace(),
    };
    !text.is_empty() && str::from_utf8(text).is_ok_and(|text| text.chars().all(is_space))
}
