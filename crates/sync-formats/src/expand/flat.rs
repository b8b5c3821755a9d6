//! The quick way: a row whose cells are all there is copied between pieces of JSON that are the same for every row.

use super::plan::{ElementPlan, MemberPlan, Part, ValuePlan};
use super::rendering::{Key, Rendering};
use crate::Span;

/// Bytes copied in one go.
const BLOCK_BYTES: usize = 32;

type Block = [u8; BLOCK_BYTES];

/// A command as JSON with slots.
#[derive(Debug, Clone)]
pub(super) struct Flat {
    /// Everything between the slots; each piece begins a block, and is followed by zeros up to the end of its last one.
    blocks: Vec<Block>,
    /// Bytes of all pieces.
    constant_len: usize,
    stretches: Vec<Stretch>,
    uses: Vec<Use>,
}

/// Part of a command: before, in or behind what says whom it is about.
#[derive(Debug, Clone, Default)]
struct Stretch {
    key: Option<Key>,
    slots: Vec<Slot>,
    /// What follows the last slot.
    rest: Piece,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    /// What stands before the cell.
    before: Piece,
    cell: u32,
}

/// A piece of JSON among the blocks.
#[derive(Debug, Clone, Copy, Default)]
struct Piece {
    first: u32,
    /// The block after the last.
    end: u32,
    /// Bytes.
    len: u32,
}

/// A cell, and how often it is put in.
#[derive(Debug, Clone)]
struct Use {
    cell: usize,
    times: usize,
    is_list: bool,
}

impl Flat {
    pub(super) fn new(root: &[MemberPlan]) -> Self {
        let mut builder = Builder::default();
        builder.object(root, true);
        builder.finish()
    }

    /// The cells that are taken apart.
    pub(super) fn lists(&self) -> impl Iterator<Item = usize> + '_ {
        self.uses.iter().filter(|used| used.is_list).map(|used| used.cell)
    }

    /// Whether this way may be gone: `is_empty` and `is_plain_list` say so of each cell.
    #[inline]
    pub(super) fn suits(&self, is_empty: impl Fn(usize) -> bool, is_plain: impl Fn(usize) -> bool) -> bool {
        self.uses.iter().all(|used| !is_empty(used.cell) && (!used.is_list || is_plain(used.cell)))
    }

    /// Bytes of the command apart from its cells.
    pub(super) fn constant_len(&self) -> usize {
        self.constant_len
    }

    /// Bytes of the command with these cells.
    #[inline]
    pub(super) fn len(&self, cells: &[Span]) -> usize {
        let len = |span: Span| (span.end - span.start) as usize;
        self.uses.iter().fold(self.constant_len, |sum, used| sum.saturating_add(used.times * len(cells[used.cell])))
    }

    /// Writes the command; `cells` says where each escaped cell stands in `text`.
    #[inline]
    pub(super) fn write(&self, text: &[u8], cells: &[Span], out: &mut Rendering) {
        let buffer = out.reset(self.len(cells));
        let mut at = 0;
        let mut keys = [None, None];
        for stretch in &self.stretches {
            let start = at;
            for slot in &stretch.slots {
                at = self.put_piece(slot.before, buffer, at);
                at = put_cell(text, cells[slot.cell as usize], buffer, at);
            }
            at = self.put_piece(stretch.rest, buffer, at);
            if let Some(key) = stretch.key {
                keys[key as usize] = Some((key, start..at));
            }
        }
        keys.into_iter().flatten().for_each(|(key, place)| out.set_key(key, place));
    }

    /// Copies a piece by whole blocks, so that something that means nothing is written behind its end.
    #[inline(always)]
    fn put_piece(&self, Piece { first, end, len }: Piece, to: &mut [u8], at: usize) -> usize {
        let mut next = at;
        for block in &self.blocks[first as usize..end as usize] {
            to[next..next + BLOCK_BYTES].copy_from_slice(block);
            next += BLOCK_BYTES;
        }
        at + len as usize
    }
}

/// Copies a cell; a short one as a whole block if there is one: a call for every few bytes costs more than they do.
#[inline(always)]
fn put_cell(text: &[u8], Span { start, end }: Span, to: &mut [u8], at: usize) -> usize {
    let (start, end) = (start as usize, end as usize);
    let len = end - start;
    match text.get(start..start + BLOCK_BYTES) {
        Some(block) if len <= BLOCK_BYTES => to[at..at + BLOCK_BYTES].copy_from_slice(block),
        _ => to[at..at + len].copy_from_slice(&text[start..end]),
    }
    at + len
}

#[derive(Default)]
struct Builder {
    /// What follows the last slot.
    json: Vec<u8>,
    blocks: Vec<Block>,
    constant_len: usize,
    current: Stretch,
    stretches: Vec<Stretch>,
    uses: Vec<Use>,
}

impl Builder {
    fn object(&mut self, members: &[MemberPlan], is_root: bool) {
        self.json.push(b'{');
        for (number, member) in members.iter().enumerate() {
            if number > 0 {
                self.json.push(b',');
            }
            self.json.extend_from_slice(&member.key);
            match Key::of(member).filter(|_| is_root) {
                Some(key) => {
                    self.end_stretch();
                    self.value(&member.value);
                    self.current.key = Some(key);
                    self.end_stretch();
                }
                None => self.value(&member.value),
            }
        }
        self.json.push(b'}');
    }

    fn value(&mut self, value: &ValuePlan) {
        match value {
            ValuePlan::Constant(json) => self.json.extend_from_slice(json),
            ValuePlan::Object(members) => self.object(members, false),
            ValuePlan::Array(array) => {
                self.json.push(b'[');
                for (number, ElementPlan { value, .. }) in array.elements.iter().enumerate() {
                    if number > 0 {
                        self.json.push(b',');
                    }
                    self.value(value);
                }
                self.json.push(b']');
            }
            ValuePlan::Text(text) => {
                self.json.push(b'"');
                for part in &text.parts {
                    match part {
                        Part::Fixed(fixed) => self.json.extend_from_slice(fixed),
                        Part::Cell(cell) => self.slot(*cell, false),
                        Part::Value { cell, .. } => self.slot(*cell, true),
                    }
                }
                self.json.push(b'"');
            }
        }
    }

    fn slot(&mut self, cell: usize, is_list: bool) {
        let before = self.end_piece();
        self.current.slots.push(Slot { before, cell: cell as u32 });
        match self.uses.iter_mut().find(|used| used.cell == cell) {
            Some(used) => {
                used.times += 1;
                used.is_list |= is_list;
            }
            None => self.uses.push(Use { cell, times: 1, is_list }),
        }
    }

    fn end_piece(&mut self) -> Piece {
        // The text of a template has at most 1 MiB.
        let (first, len) = (self.blocks.len() as u32, self.json.len() as u32);
        self.constant_len += self.json.len();
        for part in self.json.chunks(BLOCK_BYTES) {
            let mut block = [0; BLOCK_BYTES];
            block[..part.len()].copy_from_slice(part);
            self.blocks.push(block);
        }
        self.json.clear();
        Piece { first, end: self.blocks.len() as u32, len }
    }

    fn end_stretch(&mut self) {
        self.current.rest = self.end_piece();
        self.stretches.push(std::mem::take(&mut self.current));
    }

    fn finish(mut self) -> Flat {
        self.end_stretch();
        let Self { blocks, constant_len, stretches, uses, .. } = self;
        Flat { blocks, constant_len, stretches, uses }
    }
}
