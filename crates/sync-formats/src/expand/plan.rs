//! A template made ready for rows: constant JSON, and what has to be filled in.

use super::escape::escape;
use super::flat::Flat;
use super::options::ListSplitting;
use crate::template::{Kind, Node, Part as TemplatePart, Template};

/// A template made ready for rows.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) commands: Vec<CommandPlan>,
    /// The columns that are used, from 0, each once and in their order. Everywhere else a cell is meant by its place here.
    pub(super) columns: Vec<usize>,
    /// For each of those columns, whether its cells are taken apart somewhere.
    pub(super) is_list: Vec<bool>,
}

/// One command of a template.
#[derive(Debug, Clone)]
pub(super) struct CommandPlan {
    pub(super) root: Vec<MemberPlan>,
    pub(super) flat: Flat,
    /// The cells it uses, each once and in their order.
    pub(super) cells: Vec<usize>,
    /// The cells its identifier uses, in the order of the text.
    pub(super) identifier: Vec<usize>,
    /// Whether two rows with one identifier give one command, whatever else they hold.
    pub(super) is_all_identifier: bool,
    /// Cells that are taken whole below an array of objects, and whether that is free text, as in attributes.
    pub(super) below_objects: Vec<(usize, bool)>,
    /// Number of texts outside of arrays that have placeholders.
    pub(super) texts: usize,
    /// Number of outermost arrays that have placeholders.
    pub(super) arrays: usize,
}

/// One value.
#[derive(Debug, Clone)]
pub(super) enum ValuePlan {
    /// The same for every row: compact JSON.
    Constant(Vec<u8>),
    Text(TextPlan),
    Object(Vec<MemberPlan>),
    Array(ArrayPlan),
}

/// A string with placeholders.
#[derive(Debug, Clone)]
pub(super) struct TextPlan {
    pub(super) parts: Vec<Part>,
    /// Its number among the texts of its command; 0 inside arrays.
    pub(super) number: usize,
}

/// A piece of a string.
#[derive(Debug, Clone)]
pub(super) enum Part {
    /// Escaped.
    Fixed(Vec<u8>),
    /// A whole cell.
    Cell(usize),
    /// One value of a cell.
    Value {
        cell: usize,
        /// Which of the lists of its element that is.
        list: usize,
    },
}

#[derive(Debug, Clone)]
pub(super) struct MemberPlan {
    pub(super) name: String,
    /// The name as JSON, and a colon.
    pub(super) key: Vec<u8>,
    pub(super) value: ValuePlan,
}

#[derive(Debug, Clone)]
pub(super) struct ArrayPlan {
    pub(super) elements: Vec<ElementPlan>,
    /// Its number among the outermost arrays of its command; 0 inside other arrays.
    pub(super) number: usize,
}

/// One element of an array in the template, which becomes none, one or several in a command.
#[derive(Debug, Clone)]
pub(super) struct ElementPlan {
    pub(super) value: ValuePlan,
    /// The cells whose values it takes one after the other.
    pub(super) lists: Vec<usize>,
}

impl Part {
    pub(super) fn cell(&self) -> Option<usize> {
        match self {
            Self::Fixed(_) => None,
            Self::Cell(cell) | Self::Value { cell, .. } => Some(*cell),
        }
    }
}

impl ValuePlan {
    pub(super) fn is_constant(&self) -> bool {
        matches!(self, Self::Constant(_))
    }

    /// The first cell that is put into it.
    pub(super) fn first_cell(&self) -> Option<usize> {
        match self {
            Self::Constant(_) => None,
            Self::Text(text) => text.parts.iter().find_map(Part::cell),
            Self::Object(members) => members.iter().find_map(|member| member.value.first_cell()),
            Self::Array(array) => array.elements.iter().find_map(|element| element.value.first_cell()),
        }
    }
}

impl Plan {
    pub(super) fn new(template: &Template, splitting: ListSplitting) -> Self {
        let mut columns = Vec::new();
        for command in template.nodes() {
            command.for_each_column(&mut |column, _| columns.push(column));
        }
        columns.sort_unstable();
        columns.dedup();
        let mut is_list = vec![false; columns.len()];
        let commands = template.nodes().iter().map(|command| plan_command(command, &columns, splitting)).collect();
        let commands: Vec<CommandPlan> = commands;
        for command in &commands {
            command.flat.lists().for_each(|cell| is_list[cell] = true);
        }
        Self { commands, columns, is_list }
    }
}

fn plan_command(node: &Node, columns: &[usize], splitting: ListSplitting) -> CommandPlan {
    let mut planner = Planner { columns, splitting, texts: 0, arrays: 0, below_objects: Vec::new() };
    let is_complex = node.member("resourceType").and_then(Node::fixed_text) == Some("Complex Relation");
    let place = Place { legs: if is_complex { Legs::InRelations } else { Legs::Nowhere }, ..Place::default() };
    let root = match &node.kind {
        Kind::Object(members) => planner.members(members, place, None),
        _ => Vec::new(),
    };
    let cells_of = |node: &Node| {
        let mut cells = Vec::new();
        node.for_each_column(&mut |column, _| cells.push(planner.cell(column)));
        cells
    };
    let identifier = node.member("identifier").map(cells_of).unwrap_or_default();
    let kind = node.member("resourceType").map(cells_of).unwrap_or_default();
    let mut cells = cells_of(node);
    cells.sort_unstable();
    cells.dedup();
    let is_all_identifier = cells.iter().all(|cell| identifier.contains(cell) || kind.contains(cell));
    let Planner { texts, arrays, mut below_objects, .. } = planner;
    below_objects.sort_unstable();
    below_objects.dedup_by_key(|(cell, _)| *cell);
    let flat = Flat::new(&root);
    CommandPlan { root, flat, cells, identifier, is_all_identifier, below_objects, texts, arrays }
}

/// What is known about the place of a value from what stands around it.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    legs: Legs,
    /// Inside an array.
    in_array: bool,
    /// Inside an object that is an element of an array, or inside what stands in such an object.
    in_element: bool,
    /// Somewhere below `attributes`.
    in_attributes: bool,
}

/// Where the legs of a complex relation are, seen from a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Legs {
    #[default]
    Nowhere,
    /// In its member `relations`.
    InRelations,
    /// In all its members.
    InMembers,
    /// They are its elements.
    Elements,
}

struct Planner<'a> {
    columns: &'a [usize],
    splitting: ListSplitting,
    texts: usize,
    arrays: usize,
    below_objects: Vec<(usize, bool)>,
}

impl Planner<'_> {
    fn cell(&self, column: usize) -> usize {
        self.columns.partition_point(|known| *known < column)
    }

    /// Plans a value. `lists` collects the cells that the nearest array takes apart, if it does.
    fn value(&mut self, node: &Node, place: Place, lists: Option<&mut Vec<usize>>) -> ValuePlan {
        if !node.has_columns() {
            let mut json = Vec::new();
            write_constant(node, &mut json);
            return ValuePlan::Constant(json);
        }
        match &node.kind {
            Kind::Literal(text) => ValuePlan::Constant(text.clone().into_bytes()),
            Kind::Text(parts) => ValuePlan::Text(self.text(parts, place, lists)),
            Kind::Object(members) => ValuePlan::Object(self.members(members, place, lists)),
            Kind::Array(elements) => ValuePlan::Array(self.array(elements, place)),
        }
    }

    fn members(
        &mut self,
        members: &[crate::template::Member],
        place: Place,
        mut lists: Option<&mut Vec<usize>>,
    ) -> Vec<MemberPlan> {
        let mut plans = Vec::with_capacity(members.len());
        for member in members {
            let name = &member.name;
            let legs = match (place.legs, name.as_str()) {
                // The names of legs are the user's.
                (Legs::InMembers, _) => Legs::Elements,
                (Legs::InRelations, "relations") => Legs::InMembers,
                (Legs::InRelations, "identifier") | (_, "complexRelation") => Legs::InRelations,
                _ => Legs::Nowhere,
            };
            let in_attributes = place.in_attributes || name == "attributes";
            let inside = Place { legs, in_attributes, ..place };
            let mut key = Vec::new();
            write_text(name.as_bytes(), &mut key);
            key.push(b':');
            let value = self.value(&member.value, inside, lists.as_deref_mut());
            plans.push(MemberPlan { name: name.clone(), key, value });
        }
        plans
    }

    fn array(&mut self, elements: &[Node], place: Place) -> ArrayPlan {
        let number = if place.in_array { 0 } else { self.next_array() };
        let elements = elements.iter().map(|element| {
            let is_text = matches!(element.kind, Kind::Text(_));
            let splits = match self.splitting {
                ListSplitting::EveryArray => true,
                ListSplitting::StringsAndLegs => is_text || place.legs == Legs::Elements,
            };
            let inside = Place { in_array: true, in_element: !is_text, legs: Legs::Nowhere, ..place };
            let mut lists = Vec::new();
            let value = self.value(element, inside, splits.then_some(&mut lists));
            ElementPlan { value, lists }
        });
        ArrayPlan { elements: elements.collect(), number }
    }

    fn text(&mut self, parts: &[TemplatePart], place: Place, mut lists: Option<&mut Vec<usize>>) -> TextPlan {
        let number = if place.in_array { 0 } else { self.next_text() };
        let mut plans = Vec::with_capacity(parts.len());
        for part in parts {
            plans.push(match part {
                TemplatePart::Fixed(text) => {
                    let mut escaped = Vec::new();
                    escape(text.as_bytes(), &mut escaped);
                    Part::Fixed(escaped)
                }
                TemplatePart::Column { column, .. } => {
                    let cell = self.cell(*column);
                    match lists.as_deref_mut() {
                        Some(lists) => {
                            let list = lists.iter().position(|known| *known == cell).unwrap_or_else(|| {
                                lists.push(cell);
                                lists.len() - 1
                            });
                            Part::Value { cell, list }
                        }
                        None => {
                            if place.in_element {
                                self.below_objects.push((cell, place.in_attributes));
                            }
                            Part::Cell(cell)
                        }
                    }
                }
            });
        }
        TextPlan { parts: plans, number }
    }

    fn next_array(&mut self) -> usize {
        self.arrays += 1;
        self.arrays - 1
    }

    fn next_text(&mut self) -> usize {
        self.texts += 1;
        self.texts - 1
    }
}

/// Appends a value without placeholders as compact JSON. Strings are escaped as cells are, so that equal texts are equal
/// bytes.
fn write_constant(node: &Node, out: &mut Vec<u8>) {
    match &node.kind {
        Kind::Literal(text) => out.extend_from_slice(text.as_bytes()),
        Kind::Text(_) => write_text(node.fixed_text().unwrap_or_default().as_bytes(), out),
        Kind::Object(members) => {
            out.push(b'{');
            for (number, member) in members.iter().enumerate() {
                if number > 0 {
                    out.push(b',');
                }
                write_text(member.name.as_bytes(), out);
                out.push(b':');
                write_constant(&member.value, out);
            }
            out.push(b'}');
        }
        Kind::Array(elements) => {
            out.push(b'[');
            for (number, element) in elements.iter().enumerate() {
                if number > 0 {
                    out.push(b',');
                }
                write_constant(element, out);
            }
            out.push(b']');
        }
    }
}

fn write_text(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    escape(text, out);
    out.push(b'"');
}
