//! Expansion written down a second time, slowly and plainly: trees are walked and cloned for every row.

use serde_json::{Map, Value};
use sync_formats::{ListDialect, ListSplitting};

/// A row that does not fit the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unfit;

/// What has to be known beside template and row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) splitting: ListSplitting,
    pub(crate) lists: ListDialect,
}

/// The commands of one row, one for each of the template; nothing for those whose cells are all empty.
pub(crate) fn row(template: &Value, cells: &[String], rules: Rules) -> Result<Vec<Option<Value>>, Unfit> {
    let commands = template.as_array().expect("a template is an array");
    commands.iter().map(|command| one(command, cells, rules)).collect()
}

fn one(command: &Value, cells: &[String], rules: Rules) -> Result<Option<Value>, Unfit> {
    let is_complex = command["resourceType"] == "Complex Relation";
    let walk = Walk { cells, rules, values: None };
    let (value, filled) = walk.value(command, if is_complex { Place::Legged } else { Place::Other })?;
    let is_left_out = !filled && !columns(command).is_empty();
    // The command itself never vanishes while a cell fills it, even if that cell is only in a list element left out.
    Ok((!is_left_out).then(|| value.unwrap_or_else(|| Value::Object(Map::new()))))
}

/// What stands around a value, as far as it matters to lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Other,
    /// An object whose `relations` are legs.
    Legged,
    /// The object of the legs.
    Legs,
    /// One list of legs.
    Leg,
}

struct Walk<'a> {
    cells: &'a [String],
    rules: Rules,
    /// Inside an element that takes lists apart: for each column the value at hand.
    values: Option<Vec<(usize, String)>>,
}

impl Walk<'_> {
    /// The value, if it is not empty, and whether a cell was put into it.
    fn value(&self, node: &Value, place: Place) -> Result<(Option<Value>, bool), Unfit> {
        if columns(node).is_empty() {
            return Ok((Some(node.clone()), false));
        }
        match node {
            Value::String(text) => Ok(self.text(text)),
            Value::Object(members) => {
                let mut kept = Map::new();
                let mut filled = false;
                for (name, member) in members {
                    let inside = match (place, name.as_str()) {
                        (Place::Legs, _) => Place::Leg,
                        (Place::Legged, "relations") => Place::Legs,
                        (Place::Legged, "identifier") | (_, "complexRelation") => Place::Legged,
                        _ => Place::Other,
                    };
                    let (value, is_filled) = self.value(member, inside)?;
                    filled |= is_filled;
                    if let Some(value) = value {
                        kept.insert(name.clone(), value);
                    }
                }
                Ok(((!kept.is_empty()).then_some(Value::Object(kept)), filled))
            }
            Value::Array(elements) => {
                let mut kept = Vec::new();
                let mut filled = false;
                for element in elements {
                    for (value, is_filled) in self.element(element, place)? {
                        filled |= is_filled;
                        kept.push(value);
                    }
                }
                Ok(((!kept.is_empty()).then_some(Value::Array(kept)), filled))
            }
            _ => Ok((Some(node.clone()), false)),
        }
    }

    fn element(&self, element: &Value, place: Place) -> Result<Vec<(Value, bool)>, Unfit> {
        let splits = match self.rules.splitting {
            ListSplitting::EveryArray => true,
            _ => element.is_string() || place == Place::Leg,
        };
        let own = if splits { nearest_columns(element) } else { Vec::new() };
        let mut lists = Vec::new();
        for column in own {
            let cell = self.cells.get(column - 1).map_or("", String::as_str);
            lists.push((column, split(cell, self.rules.lists)?));
        }
        let mut lengths: Vec<usize> = lists.iter().map(|(_, list)| list.len()).filter(|length| *length > 0).collect();
        lengths.dedup();
        if lengths.len() > 1 {
            return Err(Unfit);
        }
        let mut kept = Vec::new();
        for turn in 0..lengths.first().copied().unwrap_or(1) {
            let at = |list: &Vec<String>| list.get(turn).cloned().unwrap_or_default();
            let values = lists.iter().map(|(column, list)| (*column, at(list))).collect();
            let walk = Walk { cells: self.cells, rules: self.rules, values: splits.then_some(values) };
            let (value, filled) = walk.value(element, Place::Other)?;
            match value {
                Some(value) if filled || columns(element).is_empty() => kept.push((value, filled)),
                _ => {}
            }
        }
        Ok(kept)
    }

    fn text(&self, text: &str) -> (Option<Value>, bool) {
        let mut result = String::new();
        let mut filled = false;
        for (fixed, column) in parts(text) {
            result.push_str(&fixed);
            let Some(column) = column else { continue };
            let cell = match &self.values {
                Some(values) => {
                    let found = values.iter().find(|(known, _)| *known == column);
                    found.map(|(_, value)| value.clone()).expect("the nearest array has all columns of its texts")
                }
                None => self.cells.get(column - 1).cloned().unwrap_or_default(),
            };
            filled |= !cell.is_empty();
            result.push_str(&cell);
        }
        (filled.then_some(Value::String(result)), filled)
    }
}

/// Fixed text and the column behind it, piece by piece.
fn parts(text: &str) -> Vec<(String, Option<usize>)> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${") {
        let (number, behind) = behind.split_once('}').expect("placeholders end");
        parts.push((before.to_owned(), Some(number.parse().expect("placeholders are numbers"))));
        rest = behind;
    }
    parts.push((rest.to_owned(), None));
    parts
}

/// The columns anywhere in a value.
pub(crate) fn columns(node: &Value) -> Vec<usize> {
    match node {
        Value::String(text) => parts(text).into_iter().filter_map(|(_, column)| column).collect(),
        Value::Object(members) => members.values().flat_map(columns).collect(),
        Value::Array(elements) => elements.iter().flat_map(columns).collect(),
        _ => Vec::new(),
    }
}

/// The columns in an element whose nearest array is the one of the element; each once.
fn nearest_columns(element: &Value) -> Vec<usize> {
    let mut found = match element {
        Value::Object(members) => members.values().flat_map(nearest_columns).collect(),
        Value::Array(_) => Vec::new(),
        other => columns(other),
    };
    found.sort_unstable();
    found.dedup();
    found
}

/// The values of a list.
fn split(cell: &str, dialect: ListDialect) -> Result<Vec<String>, Unfit> {
    let is_space = |character: char| character <= ' ';
    if cell.trim_matches(is_space).is_empty() {
        return Ok(Vec::new());
    }
    let characters: Vec<char> = cell.chars().collect();
    let is_special = |at: usize| {
        characters.get(at).is_some_and(|next| *next == dialect.separator || *next == dialect.quote)
    };
    let mut values = Vec::new();
    let mut at = 0;
    loop {
        while characters.get(at).is_some_and(|character| is_space(*character)) {
            at += 1;
        }
        // Each character with whether it must stay though it is white space at the end.
        let mut value: Vec<(char, bool)> = Vec::new();
        if characters.get(at) == Some(&dialect.quote) {
            at += 1;
            loop {
                match characters.get(at) {
                    None => return Err(Unfit),
                    Some(quote) if *quote == dialect.quote => {
                        if characters.get(at + 1) != Some(&dialect.quote) {
                            at += 1;
                            break;
                        }
                        value.push((*quote, true));
                        at += 2;
                    }
                    Some('\\') if is_special(at + 1) => {
                        value.push((characters[at + 1], true));
                        at += 2;
                    }
                    Some(other) => {
                        value.push((*other, true));
                        at += 1;
                    }
                }
            }
        }
        while let Some(character) = characters.get(at).copied().filter(|character| *character != dialect.separator) {
            if character == '\\' && is_special(at + 1) {
                value.push((characters[at + 1], true));
                at += 1;
            } else {
                value.push((character, false));
            }
            at += 1;
        }
        while value.last().is_some_and(|(character, stays)| is_space(*character) && !stays) {
            value.pop();
        }
        values.push(value.into_iter().map(|(character, _)| character).collect());
        if at >= characters.len() {
            return Ok(values);
        }
        at += 1;
    }
}

/// The commands of all rows, merged, in the order of their first rows.
pub(crate) fn merge(rows: &[Vec<Option<Value>>], commands: usize) -> Vec<Value> {
    let mut groups: Vec<(usize, usize, Vec<Value>)> = Vec::new();
    for command in 0..commands {
        let mut last: Option<usize> = None;
        for (number, row) in rows.iter().enumerate() {
            let Some(value) = &row[command] else { continue };
            let same = last.filter(|group| {
                let other = &groups[*group].2[0];
                value.get("identifier").is_some()
                    && other.get("identifier") == value.get("identifier")
                    && other.get("resourceType") == value.get("resourceType")
            });
            match same {
                Some(group) => groups[group].2.push(value.clone()),
                None => {
                    groups.push((number, command, vec![value.clone()]));
                    last = Some(groups.len() - 1);
                }
            }
        }
    }
    groups.sort_by_key(|(row, command, _)| (*row, *command));
    let merged = groups.into_iter().map(|(_, _, values)| match values.iter().all(|value| *value == values[0]) {
        true => values[0].clone(),
        false => values.into_iter().fold(Value::Null, unite),
    });
    merged.collect()
}

/// The later one wins, objects are united member by member and arrays element by element.
fn unite(before: Value, after: Value) -> Value {
    match (before, after) {
        (before, Value::Object(after)) => {
            let mut members = if let Value::Object(before) = before { before } else { Map::new() };
            for (name, value) in after {
                let known = members.remove(&name).unwrap_or(Value::Null);
                members.insert(name, unite(known, value));
            }
            Value::Object(members)
        }
        (before, Value::Array(after)) => {
            let mut elements = if let Value::Array(before) = before { before } else { Vec::new() };
            for element in after {
                if !elements.contains(&element) {
                    elements.push(element);
                }
            }
            Value::Array(elements)
        }
        (_, after) => after,
    }
}
