//! From a value of a command back to the cell it came from.

use sync_core::check::{Path, Segment};

use super::group::Group;
use super::options::ExpandOptions;
use super::plan::{ArrayPlan, CommandPlan, ElementPlan, Part, Plan, ValuePlan};
use super::render::Renderer;
use super::rendering::Key;
use crate::Row;

/// The row and the cell, by its place among those that are used, that a value of a command came from.
pub(super) fn find<'g>(
    plan: &Plan,
    options: &ExpandOptions,
    group: &'g Group,
    path: &Path,
) -> Option<(Row<'g>, usize)> {
    let command = &plan.commands[group.command];
    let finder = Finder { plan, options, group };
    let (row, cell) = finder
        .follow(command, path.segments())
        .or_else(|| Some((0, command.identifier.first().or(command.cells.first()).copied()?)))?;
    Some((group.rows.row(row), cell))
}

struct Finder<'a> {
    plan: &'a Plan,
    options: &'a ExpandOptions,
    group: &'a Group,
}

impl Finder<'_> {
    /// Follows a path from the command inwards; the number of the row among those that were kept, and the cell.
    fn follow(&self, command: &CommandPlan, path: &[Segment]) -> Option<(u32, usize)> {
        let (name, mut path) = path.split_first()?;
        let member = command.root.iter().find(|member| is_name(name, &member.name))?;
        let mut value = &member.value;
        if self.group.merged().is_none() || Key::of(member).is_some() {
            return self.inside(0, None, value, path);
        }
        loop {
            match (value, path.split_first()) {
                (ValuePlan::Object(members), Some((name, rest))) => {
                    value = &members.iter().find(|member| is_name(name, &member.name))?.value;
                    path = rest;
                }
                (ValuePlan::Array(array), Some((Segment::Index(index), rest))) => {
                    let (row, element) = self.element(array, *index)?;
                    return self.inside(row, Some(&element.value), &element.value, rest);
                }
                _ => return self.first(value).or_else(|| Some((0, value.first_cell()?))),
            }
        }
    }

    /// Follows a path further inwards, where all came from one row. `element` is the element of an array that is known to
    /// stand around the value: of what is constant in it, its first cell is meant.
    fn inside<'p>(
        &self,
        row: u32,
        mut element: Option<&'p ValuePlan>,
        mut value: &'p ValuePlan,
        mut path: &[Segment],
    ) -> Option<(u32, usize)> {
        while let Some((segment, rest)) = path.split_first() {
            value = match (value, segment) {
                (ValuePlan::Object(members), name) => &members.iter().find(|member| is_name(name, &member.name))?.value,
                (ValuePlan::Array(array), Segment::Index(index)) => {
                    let inner = &self.nth(row, array, *index)?.value;
                    element = Some(inner);
                    inner
                }
                _ => break,
            };
            path = rest;
        }
        let cell = match value {
            ValuePlan::Array(array) => self.nth(row, array, 0).and_then(|element| element.value.first_cell()),
            value => value.first_cell().or_else(|| element?.first_cell()),
        };
        Some((row, cell?))
    }

    /// The row that an element of an outermost array came from, of a merged command, and what it was in the template.
    fn element<'p>(&self, array: &'p ArrayPlan, index: usize) -> Option<(u32, &'p ElementPlan)> {
        let (row, json) = self.group.merged()?.element(array.number, index)?;
        let mut found = None;
        self.replay(row, array, |element, bytes| {
            if found.is_none() && bytes == json {
                found = Some(element);
            }
        });
        // Of rows that were not kept whole only the row is known.
        let element = found.or_else(|| array.elements.iter().find(|element| element.value.first_cell().is_some()));
        Some((row, element?))
    }

    /// What an element of an array was in the template, where only one row is concerned.
    fn nth<'p>(&self, row: u32, array: &'p ArrayPlan, index: usize) -> Option<&'p ElementPlan> {
        let mut count = 0;
        let mut found = None;
        self.replay(row, array, |element, _| {
            if count == index {
                found = Some(element);
            }
            count += 1;
        });
        found.or_else(|| array.elements.iter().find(|element| element.value.first_cell().is_some()))
    }

    /// Writes the elements of an array of one row once more.
    fn replay<'p>(&self, row: u32, array: &'p ArrayPlan, mut found: impl FnMut(&'p ElementPlan, &[u8])) {
        let row = self.group.rows.row(row);
        let mut renderer = Renderer::new(self.options.lists, self.options.max_command_bytes);
        let mut out = Vec::new();
        // It went well before.
        if renderer.take(self.plan, row).is_ok() {
            let mut writer = renderer.writer(row, &self.plan.columns, &mut out);
            let _ = writer.for_each_element(array, &mut |writer, number, _| {
                found(&array.elements[number], writer.out);
                writer.out.clear();
                Ok(())
            });
        }
    }

    /// The first cell of a value outside of arrays that is not empty, and the row it is from.
    fn first(&self, value: &ValuePlan) -> Option<(u32, usize)> {
        match value {
            ValuePlan::Constant(_) => None,
            ValuePlan::Text(text) => {
                Some((self.group.merged()?.text_row(text.number)?, text.parts.iter().find_map(Part::cell)?))
            }
            ValuePlan::Object(members) => members.iter().find_map(|member| self.first(&member.value)),
            ValuePlan::Array(array) => {
                let (row, element) = self.element(array, 0)?;
                Some((row, element.value.first_cell()?))
            }
        }
    }
}

fn is_name(segment: &Segment, wanted: &str) -> bool {
    matches!(segment, Segment::Member(name) | Segment::Key(name) if name == wanted)
}
