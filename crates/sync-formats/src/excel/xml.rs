//! XML in pieces, as far as workbooks use it: tags, text, and the entities everybody has.
//!
//! Names are taken without their prefix. A document type is refused, so no entity can grow. That tags match is left to
//! whoever reads them: only where depth matters it is counted.

use memchr::{memchr, memchr2, memchr3, memmem};

use super::fault::XmlProblem;

/// A piece of XML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A tag that opens an element; `empty` where it closes it, too.
    Start { name: &'a [u8], attributes: &'a [u8], empty: bool },
    /// A tag that closes an element.
    End { name: &'a [u8] },
    /// Text with its entities.
    Text(&'a [u8]),
    /// Text that has none.
    Verbatim(&'a [u8]),
    /// A comment, an instruction.
    Other,
}

/// Pieces of a slice.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    /// Where the next piece begins.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// What is left of the slice.
    pub(super) fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }

    /// Passes over so many bytes that were read otherwise.
    pub(super) fn skip(&mut self, count: usize) {
        self.at = (self.at + count).min(self.bytes.len());
    }

    /// The next piece; `None` where the slice ends before it does, or has ended.
    pub(super) fn next(&mut self) -> Result<Option<Token<'a>>, XmlProblem> {
        let rest = self.rest();
        let (token, length) = match rest {
            [] => return Ok(None),
            [b'<', b'/', ..] => match memchr(b'>', rest) {
                Some(end) => (Token::End { name: local(rest[2..end].trim_ascii()) }, end + 1),
                None => return Ok(None),
            },
            [b'<', b'!', ..] => match declaration(rest)? {
                Some(found) => found,
                None => return Ok(None),
            },
            [b'<', b'?', ..] => match memmem::find(rest, b"?>") {
                Some(end) => (Token::Other, end + 2),
                None => return Ok(None),
            },
            [b'<', ..] => match tag_end(rest) {
                Some(end) => (start(&rest[1..end])?, end + 1),
                None => return Ok(None),
            },
            _ => match memchr(b'<', rest) {
                Some(end) => (Token::Text(&rest[..end]), end),
                None => return Ok(None),
            },
        };
        self.at += length;
        Ok(Some(token))
    }

    /// Passes over what an element holds, its opening tag being read. `false` where the slice ends first.
    pub(super) fn skip_element(&mut self) -> Result<bool, XmlProblem> {
        let mut depth = 1_u32;
        while let Some(token) = self.next()? {
            match token {
                Token::Start { empty: false, .. } => depth += 1,
                Token::End { .. } => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// A name without its prefix.
fn local(name: &[u8]) -> &[u8] {
    match memchr(b':', name) {
        Some(colon) => &name[colon + 1..],
        None => name,
    }
}

/// Where a tag's `>` stands, those in attributes passed over.
fn tag_end(rest: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += memchr3(b'>', b'"', b'\'', &rest[at..])?;
        match rest[at] {
            b'>' => return Some(at),
            quote => at += memchr(quote, &rest[at + 1..])? + 2,
        }
    }
}

fn start(inside: &[u8]) -> Result<Token<'_>, XmlProblem> {
    let (inside, empty) = match inside {
        [inside @ .., b'/'] => (inside, true),
        inside => (inside, false),
    };
    let name_end = inside.iter().position(u8::is_ascii_whitespace).unwrap_or(inside.len());
    let (name, attributes) = inside.split_at(name_end);
    if name.is_empty() {
        return Err(XmlProblem::Name);
    }
    Ok(Token::Start { name: local(name), attributes, empty })
}

fn declaration(rest: &[u8]) -> Result<Option<(Token<'_>, usize)>, XmlProblem> {
    const VERBATIM: &[u8] = b"<![CDATA[";
    let found = if rest.starts_with(b"<!--") {
        memmem::find(&rest[4..], b"-->").map(|end| (Token::Other, 4 + end + 3))
    } else if rest.starts_with(VERBATIM) {
        let text = &rest[VERBATIM.len()..];
        memmem::find(text, b"]]>").map(|end| (Token::Verbatim(&text[..end]), VERBATIM.len() + end + 3))
    } else if VERBATIM.starts_with(rest) || b"<!--".starts_with(rest) {
        None
    } else {
        return Err(XmlProblem::DocumentType);
    };
    Ok(found)
}

/// The value of an attribute as it stands, by its name with the prefix.
pub(super) fn attribute<'a>(attributes: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    attribute_if(attributes, |found| found == name)
}

/// The value of an attribute as it stands, whatever its prefix.
pub(super) fn attribute_of_any_prefix<'a>(attributes: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    attribute_if(attributes, |found| local(found) == name)
}

fn attribute_if(mut rest: &[u8], wanted: impl Fn(&[u8]) -> bool) -> Option<&[u8]> {
    loop {
        let equals = memchr(b'=', rest)?;
        let name = rest[..equals].trim_ascii();
        let after = rest[equals + 1..].trim_ascii_start();
        let quote = *after.first().filter(|quote| matches!(quote, b'"' | b'\''))?;
        let value = &after[1..];
        let end = memchr(quote, value)?;
        if wanted(name) {
            return Some(&value[..end]);
        }
        rest = &value[end + 1..];
    }
}

/// An attribute's value as text.
pub(super) fn attribute_text(value: &[u8]) -> Result<String, XmlProblem> {
    let mut text = Vec::with_capacity(value.len());
    push_text(value, &mut text)?;
    String::from_utf8(text).map_err(|_| XmlProblem::Encoding)
}

/// Appends text with its entities resolved and its line ends as LF.
pub(super) fn push_text(mut text: &[u8], out: &mut Vec<u8>) -> Result<(), XmlProblem> {
    while let Some(at) = memchr2(b'&', b'\r', text) {
        out.extend_from_slice(&text[..at]);
        if text[at] == b'\r' {
            out.push(b'\n');
            text = &text[at + 1..];
            text = text.strip_prefix(b"\n").unwrap_or(text);
            continue;
        }
        // The longest reference that stands for a character, with many zeros, is refused: nobody writes it.
        let reference = &text[at + 1..text.len().min(at + 16)];
        let end = memchr(b';', reference).ok_or(XmlProblem::Entity)?;
        push_entity(&reference[..end], out)?;
        text = &text[at + 1 + end + 1..];
    }
    out.extend_from_slice(text);
    Ok(())
}

/// Appends text without entities, its line ends as LF.
pub(super) fn push_verbatim(mut text: &[u8], out: &mut Vec<u8>) {
    while let Some(at) = memchr(b'\r', text) {
        out.extend_from_slice(&text[..at]);
        out.push(b'\n');
        text = &text[at + 1..];
        text = text.strip_prefix(b"\n").unwrap_or(text);
    }
    out.extend_from_slice(text);
}

fn push_entity(name: &[u8], out: &mut Vec<u8>) -> Result<(), XmlProblem> {
    let code = match name {
        b"amp" => u32::from('&'),
        b"lt" => u32::from('<'),
        b"gt" => u32::from('>'),
        b"quot" => u32::from('"'),
        b"apos" => u32::from('\''),
        [b'#', b'x', hex @ ..] => number(hex, 16).ok_or(XmlProblem::Entity)?,
        [b'#', decimal @ ..] => number(decimal, 10).ok_or(XmlProblem::Entity)?,
        _ => return Err(XmlProblem::Entity),
    };
    let character = char::from_u32(code).ok_or(XmlProblem::Entity)?;
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    Ok(())
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let digits = str::from_utf8(digits).ok()?;
    if digits.starts_with('+') { None } else { u32::from_str_radix(digits, radix).ok() }
}

/// Resolves, from a place in `out` on, the escapes with which Excel writes what XML cannot hold: `_x000D_` for a
/// carriage return, `_x005F_` for an underscore that would begin such an escape. The numbers are units of UTF-16; halves
/// of pairs without the other become U+FFFD.
pub(super) fn resolve_escapes(out: &mut Vec<u8>, from: usize) {
    let Some(first) = memmem::find(&out[from..], b"_x") else { return };
    let (mut read, mut write) = (from + first, from + first);
    while read < out.len() {
        let Some(unit) = escape_at(out, read) else {
            out[write] = out[read];
            (read, write) = (read + 1, write + 1);
            continue;
        };
        read += 7;
        let code = match (unit, escape_at(out, read)) {
            (0xD800..0xDC00, Some(low @ 0xDC00..0xE000)) => {
                read += 7;
                0x10000 + ((u32::from(unit) - 0xD800) << 10) + (u32::from(low) - 0xDC00)
            }
            _ => u32::from(unit),
        };
        let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        // Never longer than the escape it replaces.
        write += character.encode_utf8(&mut out[write..write + 4]).len();
    }
    out.truncate(write);
}

/// Whether a text begins with such an escape.
pub(super) fn is_escape(text: &[u8]) -> bool {
    escape_at(text, 0).is_some()
}

fn escape_at(bytes: &[u8], at: usize) -> Option<u16> {
    match bytes.get(at..at + 7)? {
        [b'_', b'x', hex @ .., b'_'] if hex.iter().all(u8::is_ascii_hexdigit) => {
            u16::from_str_radix(str::from_utf8(hex).ok()?, 16).ok()
        }
        _ => None,
    }
}
