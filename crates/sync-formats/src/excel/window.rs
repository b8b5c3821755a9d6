//! A piece of a part that slides over it.

use std::io::{Read, Seek};

use super::fault::XmlProblem;
use super::fault::{Fault, Problem};
use super::package::Part;
use super::xml::{Token, Tokens};
use crate::TableErrorKind;

/// Bytes of a window at first.
const FIRST: usize = 256 * 1024;

/// The unpacked bytes of a part that are being read. It grows as far as one row, or one text, needs.
#[derive(Debug)]
pub(super) struct Window<S> {
    part: Part<S>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    most: u64,
}

impl<S: Read + Seek> Window<S> {
    /// A window that never grows beyond `most` bytes.
    pub(super) fn new(part: Part<S>, most: u64) -> Self {
        Self { part, buffer: vec![0; FIRST], start: 0, end: 0, ended: false, most: most.max(FIRST as u64) }
    }

    /// What is in it.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Moves its beginning.
    pub(super) fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
    }

    /// Moves its end; `false` where the part has ended.
    pub(super) fn more(&mut self) -> Result<bool, Fault> {
        if self.ended {
            return Ok(false);
        }
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        } else if self.end == self.buffer.len() {
            if self.buffer.len() as u64 >= self.most {
                return Err(Fault::new(TableErrorKind::RowTooLong { limit: self.most }));
            }
            let larger = (self.buffer.len() as u64 * 2).min(self.most);
            self.buffer.resize(usize::try_from(larger).unwrap_or(usize::MAX), 0);
        }
        let before = self.end;
        while self.end < self.buffer.len() {
            let count = self.part.read(&mut self.buffer[self.end..])?;
            if count == 0 {
                self.ended = true;
                break;
            }
            self.end += count;
        }
        Ok(self.end > before)
    }

    /// The same, the part ending here being a fault.
    pub(super) fn need_more(&mut self) -> Result<(), Fault> {
        if self.more()? { Ok(()) } else { Err(Problem::Truncated(self.part.name().to_owned()).into()) }
    }

    /// Reads on until `take` makes something of a piece of XML; `None` at the end of the part.
    pub(super) fn find<T>(&mut self, mut take: impl FnMut(Token<'_>) -> Option<T>) -> Result<Option<T>, Fault> {
        loop {
            let mut tokens = Tokens::new(&self.buffer[self.start..self.end], 0);
            let mut found = None;
            while found.is_none() {
                match tokens.next() {
                    Ok(Some(token)) => found = take(token),
                    Ok(None) => break,
                    Err(problem) => return Err(self.xml_fault(problem)),
                }
            }
            self.consume(tokens.at());
            if found.is_some() || !self.more()? {
                return Ok(found);
            }
        }
    }

    /// A fault in the XML of the part.
    pub(super) fn xml_fault(&self, problem: XmlProblem) -> Fault {
        Problem::Xml(self.part.name().to_owned(), problem).into()
    }
}
