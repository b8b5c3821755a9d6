//! Rows into commands.

use std::ops::Range;

use super::escape::{escape, needs_escape};
use super::fault::{Fault, FaultKind};
use super::list::{ListDialect, Splitter};
use super::plan::{ArrayPlan, CommandPlan, ElementPlan, MemberPlan, Part, Plan, TextPlan, ValuePlan};
use super::rendering::{Key, Rendering};
use crate::{Row, Span};

/// Writes the commands of rows; holds the buffers for that.
#[derive(Debug, Clone)]
pub(super) struct Renderer {
    splitter: Splitter,
    limit: usize,
    cells: Cells,
    scratch: Scratch,
}

/// What is known about the cells of the row at hand, those that are used.
#[derive(Debug, Clone, Default)]
struct Cells {
    /// Where each of them stands in the escaped text.
    escaped: Vec<Span>,
    /// The escaped text, unless that is the row itself.
    text: Vec<u8>,
    /// Whether `text` is meant.
    is_copied: bool,
    state: Vec<State>,
    /// Whether no cell is empty or a list.
    is_simple: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// One value.
    Plain,
    /// Maybe several, where a list is expected.
    List,
    Empty,
}

/// Buffers of the long way.
#[derive(Debug, Clone, Default)]
struct Scratch {
    /// Text of values of lists.
    text: Vec<u8>,
    values: Vec<Range<usize>>,
    /// For each list of the elements at hand, where its values are.
    lists: Vec<Range<usize>>,
}

impl Renderer {
    pub(super) fn new(dialect: ListDialect, limit: u64) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Self { splitter: Splitter::new(dialect), limit, cells: Cells::default(), scratch: Scratch::default() }
    }

    pub(super) fn splitter(&self) -> &Splitter {
        &self.splitter
    }

    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// Looks at the cells of a row. Before anything else is asked about it.
    pub(super) fn take(&mut self, plan: &Plan, row: Row<'_>) -> Result<(), Fault> {
        let Cells { escaped, text, is_copied, state, is_simple } = &mut self.cells;
        escaped.resize(plan.columns.len(), Span::default());
        state.resize(plan.columns.len(), State::Empty);
        *is_simple = true;
        let columns = plan.columns.iter().zip(&plan.is_list);
        for ((escaped, state), (&column, &is_list)) in escaped.iter_mut().zip(&mut *state).zip(columns) {
            *escaped = row.cells.get(column).copied().unwrap_or_default();
            *state = match escaped.end - escaped.start {
                0 => State::Empty,
                _ if is_list && !self.splitter.is_plain(row.cell(column)) => State::List,
                _ => State::Plain,
            };
            *is_simple &= *state == State::Plain;
        }
        // One look at the whole row is enough for most of them.
        *is_copied = needs_escape(row.bytes);
        if *is_copied { self.escape_cells(row) } else { Ok(()) }
    }

    /// Copies the cells that are used, escaped.
    fn escape_cells(&mut self, row: Row<'_>) -> Result<(), Fault> {
        let Cells { escaped, text, .. } = &mut self.cells;
        text.clear();
        for (cell, span) in escaped.iter_mut().enumerate() {
            let start = text.len();
            escape(&row.bytes[span.start as usize..span.end as usize], text);
            match (u32::try_from(start), u32::try_from(text.len())) {
                (Ok(start), Ok(end)) => *span = Span { start, end },
                _ => return Err(self.too_large(Some(cell))),
            }
        }
        Ok(())
    }

    /// Writes one command of the row that was taken; nothing if all its cells are empty.
    #[inline]
    pub(super) fn command(
        &mut self,
        plan: &CommandPlan,
        row: Row<'_>,
        columns: &[usize],
        out: &mut Rendering,
    ) -> Result<(), Fault> {
        let Cells { escaped, text, is_copied, state, is_simple } = &self.cells;
        let is = |cell: usize, wanted| state[cell] == wanted;
        if *is_simple || plan.flat.suits(|cell| is(cell, State::Empty), |cell| is(cell, State::Plain)) {
            if plan.flat.len(escaped) > self.limit {
                return Err(self.too_large(self.largest(plan)));
            }
            plan.flat.write(if *is_copied { text } else { row.bytes }, escaped, out);
            return Ok(());
        }
        let mut keys = [None, None];
        out.rewrite(|buffer| {
            let mut writer = self.writer(row, columns, buffer);
            writer.root(&plan.root, &mut keys)?;
            if writer.filled == 0 && !plan.cells.is_empty() {
                buffer.clear();
                keys = [None, None];
            }
            Ok(())
        })?;
        keys.into_iter().flatten().for_each(|(key, place)| out.set_key(key, place));
        if out.bytes().len() > self.limit {
            return Err(self.too_large(self.largest(plan)));
        }
        Ok(())
    }

    /// What writes parts of a command, of the row that was taken.
    pub(super) fn writer<'a>(&'a mut self, row: Row<'a>, columns: &'a [usize], out: &'a mut Vec<u8>) -> Writer<'a> {
        let Self { splitter, limit, cells, scratch } = self;
        let Scratch { text, values, lists } = scratch;
        text.clear();
        values.clear();
        lists.clear();
        Writer { splitter, limit: *limit, cells, row, columns, text, values, lists, base: 0, turn: 0, filled: 0, out }
    }

    #[cold]
    fn too_large(&self, cell: Option<usize>) -> Fault {
        Fault::new(FaultKind::CommandTooLarge { limit: self.limit as u64 }, cell)
    }

    /// The largest of the cells of a command.
    #[cold]
    fn largest(&self, plan: &CommandPlan) -> Option<usize> {
        plan.cells.iter().copied().max_by_key(|cell| self.cells.escaped[*cell].end - self.cells.escaped[*cell].start)
    }
}

/// The long way: leaves out what is empty, and takes lists apart.
pub(super) struct Writer<'a> {
    splitter: &'a Splitter,
    limit: usize,
    cells: &'a Cells,
    row: Row<'a>,
    columns: &'a [usize],
    text: &'a mut Vec<u8>,
    values: &'a mut Vec<Range<usize>>,
    lists: &'a mut Vec<Range<usize>>,
    /// The first of the lists of the element at hand.
    base: usize,
    /// Which of their values is put in.
    turn: usize,
    /// Cells and values put in so far.
    filled: usize,
    pub(super) out: &'a mut Vec<u8>,
}

impl Writer<'_> {
    fn root(&mut self, members: &[MemberPlan], keys: &mut [Option<(Key, Range<usize>)>; 2]) -> Result<(), Fault> {
        self.out.push(b'{');
        let first = self.out.len();
        for member in members {
            let key = Key::of(member);
            if let (Some(place), Some(key)) = (self.member(member, first)?, key) {
                keys[usize::from(key == Key::Kind)] = Some((key, place));
            }
        }
        self.out.push(b'}');
        Ok(())
    }

    /// Appends a member unless its value is empty; where the value stands. `first` is where the first member begins.
    fn member(&mut self, member: &MemberPlan, first: usize) -> Result<Option<Range<usize>>, Fault> {
        let before = self.out.len();
        if before > first {
            self.out.push(b',');
        }
        self.out.extend_from_slice(&member.key);
        let start = self.out.len();
        if self.value(&member.value)? {
            Ok(Some(start..self.out.len()))
        } else {
            self.out.truncate(before);
            Ok(None)
        }
    }

    /// Appends a value; nothing, and `false`, if it is empty.
    fn value(&mut self, value: &ValuePlan) -> Result<bool, Fault> {
        match value {
            ValuePlan::Constant(json) => {
                self.out.extend_from_slice(json);
                Ok(true)
            }
            ValuePlan::Text(text) => self.text(text),
            ValuePlan::Object(members) => {
                let before = self.out.len();
                self.out.push(b'{');
                for member in members {
                    self.member(member, before + 1)?;
                }
                let is_there = self.out.len() > before + 1;
                if is_there {
                    self.out.push(b'}')
                } else {
                    self.out.truncate(before)
                }
                Ok(is_there)
            }
            ValuePlan::Array(array) => {
                let before = self.out.len();
                self.out.push(b'[');
                self.for_each_element(array, &mut |writer: &mut Self, _, _| {
                    writer.out.push(b',');
                    Ok(())
                })?;
                let is_there = self.out.len() > before + 1;
                if is_there {
                    self.out.pop();
                    self.out.push(b']');
                } else {
                    self.out.truncate(before);
                }
                Ok(is_there)
            }
        }
    }

    /// Appends a string; nothing, and `false`, if all cells in it are empty.
    pub(super) fn text(&mut self, text: &TextPlan) -> Result<bool, Fault> {
        let (before, filled) = (self.out.len(), self.filled);
        self.out.push(b'"');
        for part in &text.parts {
            match part {
                Part::Fixed(fixed) => self.out.extend_from_slice(fixed),
                Part::Cell(cell) => {
                    let Span { start, end } = self.cells.escaped[*cell];
                    let text = if self.cells.is_copied { &self.cells.text } else { self.row.bytes };
                    self.out.extend_from_slice(&text[start as usize..end as usize]);
                    self.filled += usize::from(start < end);
                }
                Part::Value { list, .. } => {
                    let values = self.lists[self.base + list].clone();
                    let value = self.values[values].get(self.turn).cloned().unwrap_or_default();
                    self.filled += usize::from(!value.is_empty());
                    escape(&self.text[value], self.out);
                }
            }
        }
        if self.filled == filled {
            self.out.truncate(before);
            return Ok(false);
        }
        if self.out.len() > self.limit {
            let cell = text.parts.iter().find_map(Part::cell);
            return Err(Fault::new(FaultKind::CommandTooLarge { limit: self.limit as u64 }, cell));
        }
        self.out.push(b'"');
        Ok(true)
    }

    /// Appends the elements of an array one after the other, those that are not empty, and calls `found` after each, with
    /// the number of the element in the template and of the value of its lists.
    pub(super) fn for_each_element<F>(&mut self, array: &ArrayPlan, found: &mut F) -> Result<(), Fault>
    where
        F: FnMut(&mut Self, usize, usize) -> Result<(), Fault>,
    {
        for (number, element) in array.elements.iter().enumerate() {
            let outer = (self.base, self.turn);
            let marks = (self.text.len(), self.values.len(), self.lists.len());
            self.base = self.lists.len();
            for turn in 0..self.open_lists(element)? {
                self.turn = turn;
                let (before, filled) = (self.out.len(), self.filled);
                let is_there = self.value(&element.value)?;
                if is_there && (element.value.is_constant() || self.filled > filled) {
                    found(self, number, turn)?;
                } else {
                    self.out.truncate(before);
                }
            }
            self.text.truncate(marks.0);
            self.values.truncate(marks.1);
            self.lists.truncate(marks.2);
            (self.base, self.turn) = outer;
        }
        Ok(())
    }

    /// Takes the lists of an element apart; how often the element stands.
    fn open_lists(&mut self, element: &ElementPlan) -> Result<usize, Fault> {
        let mut longest: Option<(usize, usize)> = None;
        for &cell in &element.lists {
            let start = self.values.len();
            match self.cells.state[cell] {
                State::Empty => {}
                _ => {
                    let text = self.row.cell(self.columns[cell]);
                    let split = self.splitter.split(text, self.text, self.values);
                    split.map_err(|_| Fault::new(FaultKind::UnclosedListQuote, Some(cell)))?;
                }
            }
            let len = self.values.len() - start;
            self.lists.push(start..self.values.len());
            match longest {
                Some((other, expected)) if len > 0 && len != expected => {
                    let kind = FaultKind::UnequalLists { values: len, other, others: expected };
                    return Err(Fault::new(kind, Some(cell)));
                }
                None if len > 0 => longest = Some((cell, len)),
                _ => {}
            }
        }
        Ok(longest.map_or(1, |(_, len)| len))
    }
}
