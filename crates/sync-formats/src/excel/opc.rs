//! How the parts of an `.xlsx` or `.xlsb` refer to each other.

use std::collections::HashMap;

use super::fault::{Fault, Problem, XmlProblem};
use super::package::Package;
use super::xml::{self, Token, Tokens, attribute, attribute_text};

/// The references of a part to others, by their names.
#[derive(Debug, Default)]
pub(super) struct References {
    by_id: HashMap<String, Reference>,
}

#[derive(Debug)]
struct Reference {
    /// The last word of its type: `worksheet`, `styles`.
    kind: String,
    /// The name of the part meant.
    target: String,
}

impl References {
    /// The part that a sheet's reference means, if it has cells.
    pub(super) fn worksheet(&self, id: &str) -> Option<String> {
        let found = self.by_id.get(id).filter(|reference| reference.kind == "worksheet");
        found.map(|reference| reference.target.clone())
    }

    /// The part of a kind, of which there is one at most.
    pub(super) fn part(&self, kind: &str) -> Option<&str> {
        self.by_id.values().find(|reference| reference.kind == kind).map(|reference| reference.target.as_str())
    }
}

/// The part with the list of sheets.
pub(super) fn workbook_part(package: &mut Package) -> Result<String, Fault> {
    let references = references(package, "")?;
    let usual = ["xl/workbook.xml", "xl/workbook.bin"];
    let found = references.part("officeDocument").or_else(|| usual.into_iter().find(|name| package.has(name)));
    found.map(str::to_owned).ok_or_else(|| Problem::NoWorkbook.into())
}

/// The references of a part; none where it has no list of them. The archive itself is the part without a name.
pub(super) fn references(package: &mut Package, part: &str) -> Result<References, Fault> {
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
    let list = join(folder, &format!("_rels/{file}.rels"));
    if !package.has(&list) {
        return Ok(References::default());
    }
    let bytes = package.small_part(&list)?;
    let found = each_start(&bytes, &list, |name, attributes| {
        if name != b"Relationship" {
            return Ok(None);
        }
        let text = |name: &[u8]| attribute(attributes, name).map(attribute_text).transpose();
        Ok(match (text(b"Id")?, text(b"Type")?, text(b"Target")?) {
            (Some(id), Some(kind), Some(target)) => {
                let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                Some((id, Reference { kind, target: join(folder, &target) }))
            }
            _ => None,
        })
    })?;
    Ok(References { by_id: found.into_iter().collect() })
}

/// What `take` makes of the opening tags of a part.
pub(super) fn each_start<T>(
    bytes: &[u8],
    part: &str,
    mut take: impl FnMut(&[u8], &[u8]) -> Result<Option<T>, XmlProblem>,
) -> Result<Vec<T>, Fault> {
    let mut tokens = Tokens::new(bytes, 0);
    let mut found = Vec::new();
    let mut walk = || {
        while let Some(token) = tokens.next()? {
            if let Token::Start { name, attributes, .. } = token {
                found.extend(take(name, attributes)?);
            }
        }
        Ok(())
    };
    match walk() {
        Ok(()) => Ok(found),
        Err(problem) => Err(Problem::Xml(part.to_owned(), problem).into()),
    }
}

/// A target as seen from a folder, as the name of a part.
fn join(folder: &str, target: &str) -> String {
    let mut path: Vec<&str> = match target.starts_with('/') {
        true => Vec::new(),
        false => folder.split('/').filter(|piece| !piece.is_empty()).collect(),
    };
    for piece in target.split('/') {
        match piece {
            "" | "." => {}
            ".." => {
                path.pop();
            }
            piece => path.push(piece),
        }
    }
    path.join("/")
}

/// Whether an attribute of XML means yes.
pub(super) fn is_true(value: Option<&[u8]>) -> bool {
    matches!(value, Some(b"1" | b"true" | b"on"))
}

/// Text of a sheet's name, which may hold escapes as cells do.
pub(super) fn name_text(value: &[u8]) -> Result<String, XmlProblem> {
    let mut text = Vec::with_capacity(value.len());
    xml::push_text(value, &mut text)?;
    xml::resolve_escapes(&mut text, 0);
    String::from_utf8(text).map_err(|_| XmlProblem::Encoding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_seen_from_their_folder() {
        assert_eq!(join("xl", "worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(join("xl", "/xl/worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(join("xl/worksheets", "../tables/./table1.xml"), "xl/tables/table1.xml");
        assert_eq!(join("", "../../x"), "x");
        assert_eq!(join("", "_rels/.rels"), "_rels/.rels");
    }
}
