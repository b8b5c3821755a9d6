//! The texts that cells share.

use std::io::{Read, Seek};

use memchr::memchr;

use super::fault::{Fault, XmlProblem};
use super::package::Part;
use super::window::Window;
use super::xml::{self, Token, Tokens};
use crate::TableErrorKind;

/// Texts one after the other in one buffer, 4 bytes more for each.
#[derive(Debug, Default)]
pub(super) struct Strings {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl Strings {
    /// The text of a number, from 0.
    pub(super) fn get(&self, index: usize) -> Option<&[u8]> {
        let end = *self.ends.get(index)? as usize;
        let start = match index.checked_sub(1) {
            Some(before) => self.ends[before] as usize,
            None => 0,
        };
        Some(&self.bytes[start..end])
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Ends a text that `write` appends. At most `limit` bytes, which fit into 32 bits, are held.
    pub(super) fn push(&mut self, limit: u64, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), Fault> {
        write(&mut self.bytes);
        let held = self.bytes.len() as u64 + 4 * (self.ends.len() as u64 + 1);
        match u32::try_from(self.bytes.len()) {
            Ok(end) if held <= limit => self.ends.push(end),
            _ => return Err(Fault::new(TableErrorKind::HoldsTooMuch { limit })),
        }
        Ok(())
    }

    /// Reads the table of an `.xlsx`.
    pub(super) fn read<S: Read + Seek>(part: Part<S>, limit: u64, most_of_one: u64) -> Result<Self, Fault> {
        let mut window = Window::new(part, most_of_one);
        let mut strings = Self::default();
        window.find(|token| matches!(token, Token::Start { name: b"sst", .. }).then_some(()))?;
        loop {
            match strings.read_one(window.bytes(), limit) {
                Ok(Step::Text(length)) => window.consume(length),
                Ok(Step::Unfinished) => window.need_more()?,
                Ok(Step::End) => break,
                Err(StringFault::Xml(problem)) => return Err(window.xml_fault(problem)),
                Err(StringFault::Other(fault)) => return Err(fault),
            }
        }
        // What is left is read for its checksum.
        window.find(|_| None::<()>)?;
        strings.bytes.shrink_to_fit();
        strings.ends.shrink_to_fit();
        Ok(strings)
    }

    fn read_one(&mut self, bytes: &[u8], limit: u64) -> Result<Step, StringFault> {
        if let Some((text, length)) = plain(bytes) {
            self.push_checked(limit, |out| xml::push_text(text, out))?;
            return Ok(Step::Text(length));
        }
        let mut tokens = Tokens::new(bytes, 0);
        match tokens.next()? {
            Some(Token::Start { name: b"si", empty: true, .. }) => {
                self.push(limit, |_| {})?;
            }
            Some(Token::Start { name: b"si", .. }) => {
                let mut text = Vec::new();
                if !push_rich_text(&mut tokens, &mut text)? {
                    return Ok(Step::Unfinished);
                }
                self.push_checked(limit, |out| {
                    out.extend_from_slice(&text);
                    Ok(())
                })?;
            }
            Some(Token::Start { empty: false, .. }) => {
                if !tokens.skip_element()? {
                    return Ok(Step::Unfinished);
                }
            }
            Some(Token::End { name: b"sst" }) => return Ok(Step::End),
            Some(_) => {}
            None => return Ok(Step::Unfinished),
        }
        Ok(Step::Text(tokens.at()))
    }

    fn push_checked(
        &mut self,
        limit: u64,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), XmlProblem>,
    ) -> Result<(), StringFault> {
        let start = self.bytes.len();
        write(&mut self.bytes)?;
        xml::resolve_escapes(&mut self.bytes, start);
        str::from_utf8(&self.bytes[start..]).map_err(|_| XmlProblem::Encoding)?;
        Ok(self.push(limit, |_| {})?)
    }
}

enum Step {
    Text(usize),
    Unfinished,
    End,
}

enum StringFault {
    Xml(XmlProblem),
    Other(Fault),
}

impl From<XmlProblem> for StringFault {
    fn from(problem: XmlProblem) -> Self {
        Self::Xml(problem)
    }
}

impl From<Fault> for StringFault {
    fn from(fault: Fault) -> Self {
        Self::Other(fault)
    }
}

/// The text of `<si><t>text</t></si>`, as nearly all are written, and the length of it all.
fn plain(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let rest = bytes.strip_prefix(b"<si><t")?;
    let rest = match rest.strip_prefix(b">") {
        Some(rest) => rest,
        None => rest.strip_prefix(b" xml:space=\"preserve\">")?,
    };
    let end = memchr(b'<', rest)?;
    rest[end..].starts_with(b"</t></si>").then(|| (&rest[..end], bytes.len() - rest.len() + end + 9))
}

/// Appends the text of an element made of `t`s and of runs with `t`s in them; how it is pronounced is passed over.
/// `false` where the slice ends first. Escapes are left in it.
pub(super) fn push_rich_text(tokens: &mut Tokens<'_>, out: &mut Vec<u8>) -> Result<bool, XmlProblem> {
    let (mut depth, mut in_text) = (1_u32, false);
    while let Some(token) = tokens.next()? {
        match token {
            Token::Start { empty: true, .. } => {}
            Token::Start { name: b"rPh", .. } if tokens.skip_element()? => {}
            Token::Start { name: b"rPh", .. } => return Ok(false),
            Token::Start { name, .. } => {
                in_text = name == b"t";
                depth += 1;
            }
            Token::End { .. } => {
                in_text = false;
                depth -= 1;
                if depth == 0 {
                    return Ok(true);
                }
            }
            Token::Text(text) if in_text => xml::push_text(text, out)?,
            Token::Verbatim(text) if in_text => xml::push_verbatim(text, out),
            _ => {}
        }
    }
    Ok(false)
}
