//! Names of columns: which one is meant, and which ones look like it.

use std::borrow::Cow;

use super::error::TemplateErrorKind;

/// Characters of a name that are shown: names come from outside and may be of any length.
const NAME_CHARS: usize = 80;

/// Names that are listed in a message.
const LISTED: usize = 10;

/// Names that are offered as the one that may be meant.
const NEAR: usize = 3;

/// The column, from 0, with exactly this name.
pub(super) fn find(name: &str, header: &[String]) -> Result<usize, TemplateErrorKind> {
    let mut found = header.iter().enumerate().filter(|(_, known)| *known == name).map(|(column, _)| column);
    match (found.next(), found.next()) {
        (Some(column), None) => Ok(column),
        (Some(first), Some(second)) => {
            let numbers = [first, second].into_iter().chain(found).map(|column| column + 1).collect();
            Err(TemplateErrorKind::AmbiguousName { name: name.to_owned(), numbers })
        }
        (None, _) => Err(TemplateErrorKind::UnknownName {
            name: name.to_owned(),
            near: near(name, header),
            known: header.to_vec(),
        }),
    }
}

/// The names that look like `name`, the nearest first.
fn near(name: &str, header: &[String]) -> Vec<String> {
    let plain = |text: &str| -> Vec<char> {
        text.chars().filter(|char| char.is_alphanumeric()).flat_map(char::to_lowercase).take(NAME_CHARS).collect()
    };
    let wanted = plain(name);
    let mut near: Vec<(usize, &String)> = header
        .iter()
        .filter_map(|known| {
            let known_plain = plain(known);
            let distance = distance(&wanted, &known_plain);
            (distance <= wanted.len().max(known_plain.len()) / 3).then_some((distance, known))
        })
        .collect();
    near.sort_by_key(|(distance, _)| *distance);
    near.dedup_by(|a, b| a.1 == b.1);
    near.into_iter().take(NEAR).map(|(_, known)| known.clone()).collect()
}

/// Characters to insert, drop or replace to make one text out of the other.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, to) in b.iter().enumerate() {
            let changed = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// A piece of foreign text, short enough for a message.
pub(super) fn shorten(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(NAME_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}

/// `a, b and 3 more`.
pub(super) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] if items.len() <= LISTED => format!("{} and {last}", before.join(", ")),
        _ => format!("{} and {} more", items[..LISTED].join(", "), items.len() - LISTED),
    }
}

/// What a column is called in a message: `column 3 (Name)`, or without the name where none is known.
pub(crate) fn column_title(column: usize, header: Option<&[String]>) -> String {
    match header.and_then(|header| header.get(column)).filter(|name| !name.is_empty()) {
        Some(name) => format!("column {} ({})", column + 1, shorten(name)),
        None => format!("column {}", column + 1),
    }
}
