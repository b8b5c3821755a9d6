//! Several rows about one resource as one command: texts of later rows win, lists are united. What says whom the command is
//! about is the same in all of them, and copied.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

use super::fault::Fault;
use super::plan::{CommandPlan, MemberPlan, ValuePlan};
use super::render::Writer;
use super::rendering::{Key, Rendering};

/// Elements up to which a list is searched from its start.
const SHORT_LIST: usize = 8;

/// No element: the end of a chain.
const NONE: u32 = u32::MAX;

/// What the rows of one command said so far.
#[derive(Debug, Default)]
pub(super) struct Merged {
    texts: Vec<TextValue>,
    arrays: Vec<ListValue>,
    size: usize,
    hasher: RandomState,
}

/// A text outside of arrays.
#[derive(Debug, Default)]
struct TextValue {
    /// As JSON; nothing if it was empty in every row.
    json: Vec<u8>,
    /// The row it is from.
    row: u32,
}

/// An outermost array.
#[derive(Debug, Default)]
struct ListValue {
    /// Its elements as JSON, one after the other.
    json: Vec<u8>,
    elements: Vec<Element>,
    /// The newest element with a hash; empty while the list is short.
    newest: HashMap<u64, u32>,
}

#[derive(Debug)]
struct Element {
    /// Where its JSON ends.
    end: usize,
    /// The first row that has it.
    row: u32,
    /// The element before it with the same hash.
    older: u32,
}

impl Merged {
    /// Begins anew.
    pub(super) fn clear(&mut self, plan: &CommandPlan) {
        self.size = 0;
        self.texts.resize_with(plan.texts, TextValue::default);
        self.arrays.resize_with(plan.arrays, ListValue::default);
        self.texts.iter_mut().for_each(|text| text.json.clear());
        for array in &mut self.arrays {
            array.json.clear();
            array.elements.clear();
            array.newest.clear();
        }
    }

    /// Takes in one row, which has this number; whether that added or changed anything.
    pub(super) fn add(&mut self, plan: &CommandPlan, writer: &mut Writer<'_>, row: u32) -> Result<bool, Fault> {
        let mut is_changed = false;
        for member in plan.root.iter().filter(|member| Key::of(member).is_none()) {
            is_changed |= self.add_value(&member.value, writer, row)?;
        }
        Ok(is_changed)
    }

    fn add_value(&mut self, value: &ValuePlan, writer: &mut Writer<'_>, row: u32) -> Result<bool, Fault> {
        let mut is_changed = false;
        writer.out.clear();
        match value {
            ValuePlan::Constant(_) => {}
            ValuePlan::Object(members) => {
                for member in members {
                    is_changed |= self.add_value(&member.value, writer, row)?;
                }
            }
            ValuePlan::Text(text) => is_changed = writer.text(text)? && self.set_text(text.number, writer.out, row),
            ValuePlan::Array(array) => writer.for_each_element(array, &mut |writer, _, _| {
                is_changed |= self.push(array.number, writer.out, row);
                writer.out.clear();
                Ok(())
            })?,
        }
        Ok(is_changed)
    }

    fn set_text(&mut self, number: usize, json: &[u8], row: u32) -> bool {
        let text = &mut self.texts[number];
        if text.json == json {
            return false;
        }
        self.size = self.size - text.json.len() + json.len();
        text.json.clear();
        text.json.extend_from_slice(json);
        text.row = row;
        true
    }

    fn push(&mut self, number: usize, json: &[u8], row: u32) -> bool {
        let is_new = self.arrays[number].push(json, row, &self.hasher);
        if is_new {
            self.size += json.len() + 1;
        }
        is_new
    }

    /// Bytes of everything that came from rows.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Memory held, in bytes.
    pub(super) fn capacity(&self) -> usize {
        let texts: usize = self.texts.iter().map(|text| text.json.capacity()).sum();
        let arrays = self.arrays.iter().map(|array| {
            array.json.capacity()
                + array.elements.capacity() * size_of::<Element>()
                + array.newest.capacity() * size_of::<(u64, u32)>()
        });
        texts + arrays.sum::<usize>()
    }

    /// Writes the command; `latest` is what one of the rows gives.
    pub(super) fn write(&self, plan: &CommandPlan, latest: &Rendering, out: &mut Vec<u8>) {
        out.clear();
        out.push(b'{');
        self.write_members(&plan.root, Some(latest), out);
        out.push(b'}');
    }

    /// Appends the members that are there; whether there is one. Those of the command itself that say whom it is about
    /// are taken from `latest`.
    fn write_members(&self, members: &[MemberPlan], latest: Option<&Rendering>, out: &mut Vec<u8>) -> bool {
        let first = out.len();
        for member in members {
            let before = out.len();
            if before > first {
                out.push(b',');
            }
            out.extend_from_slice(&member.key);
            let is_there = match latest.and_then(|latest| Some(latest.part(Key::of(member)?))) {
                Some(json) => {
                    out.extend_from_slice(json);
                    !json.is_empty()
                }
                None => self.write_value(&member.value, out),
            };
            if !is_there {
                out.truncate(before);
            }
        }
        out.len() > first
    }

    fn write_value(&self, value: &ValuePlan, out: &mut Vec<u8>) -> bool {
        match value {
            ValuePlan::Constant(json) => {
                out.extend_from_slice(json);
                true
            }
            ValuePlan::Text(text) => {
                let json = &self.texts[text.number].json;
                out.extend_from_slice(json);
                !json.is_empty()
            }
            ValuePlan::Object(members) => {
                out.push(b'{');
                let is_there = self.write_members(members, None, out);
                out.push(b'}');
                is_there
            }
            ValuePlan::Array(array) => {
                let list = &self.arrays[array.number];
                out.push(b'[');
                for number in 0..list.elements.len() {
                    if number > 0 {
                        out.push(b',');
                    }
                    out.extend_from_slice(&list.json[list.place(number)]);
                }
                out.push(b']');
                !list.elements.is_empty()
            }
        }
    }

    /// The row a text outside of arrays is from.
    pub(super) fn text_row(&self, number: usize) -> Option<u32> {
        self.texts.get(number).filter(|text| !text.json.is_empty()).map(|text| text.row)
    }

    /// The row an element of an outermost array is from, and the element as JSON.
    pub(super) fn element(&self, number: usize, index: usize) -> Option<(u32, &[u8])> {
        let array = self.arrays.get(number)?;
        let element = array.elements.get(index)?;
        Some((element.row, &array.json[array.place(index)]))
    }

    /// The rows that something is from, sorted and without repetition.
    pub(super) fn rows(&self) -> Vec<u32> {
        let texts = self.texts.iter().filter(|text| !text.json.is_empty()).map(|text| text.row);
        let elements = self.arrays.iter().flat_map(|array| array.elements.iter().map(|element| element.row));
        let mut rows: Vec<u32> = texts.chain(elements).collect();
        rows.sort_unstable();
        rows.dedup();
        rows
    }

    /// Numbers the rows anew: each by its place in `rows`, which has all of them and is sorted.
    pub(super) fn renumber(&mut self, rows: &[u32]) {
        let place = |row: &mut u32| *row = rows.partition_point(|known| known < row) as u32;
        self.texts.iter_mut().for_each(|text| place(&mut text.row));
        for array in &mut self.arrays {
            array.elements.iter_mut().for_each(|element| place(&mut element.row));
        }
    }
}

impl ListValue {
    fn place(&self, number: usize) -> Range<usize> {
        let start = if number == 0 { 0 } else { self.elements[number - 1].end };
        start..self.elements[number].end
    }

    /// Appends an element unless it is there already.
    fn push(&mut self, json: &[u8], row: u32, hasher: &RandomState) -> bool {
        let is_same = |number: usize| self.json[self.place(number)] == *json;
        let mut older = NONE;
        if self.elements.len() < SHORT_LIST {
            if (0..self.elements.len()).any(is_same) {
                return false;
            }
        } else {
            if self.newest.is_empty() {
                self.index(hasher);
            }
            older = self.newest.get(&hasher.hash_one(json)).copied().unwrap_or(NONE);
            let mut next = older;
            while next != NONE {
                if self.json[self.place(next as usize)] == *json {
                    return false;
                }
                next = self.elements[next as usize].older;
            }
        }
        self.json.extend_from_slice(json);
        if !self.newest.is_empty() {
            self.newest.insert(hasher.hash_one(json), self.elements.len() as u32);
        }
        self.elements.push(Element { end: self.json.len(), row, older });
        true
    }

    /// Indexes the elements there are.
    fn index(&mut self, hasher: &RandomState) {
        for number in 0..self.elements.len() {
            let hash = hasher.hash_one(&self.json[self.place(number)]);
            self.elements[number].older = self.newest.insert(hash, number as u32).unwrap_or(NONE);
        }
    }
}
