//! Which sheets there are, and what all of them share.

use super::XlsxRows;
use crate::excel::fault::Fault;
use crate::excel::opc::{References, each_start, is_true, name_text, references};
use crate::excel::options::{ExcelLimits, Sheet};
use crate::excel::package::Package;
use crate::excel::sheets::{Tab, choose};
use crate::excel::strings::Strings;
use crate::excel::values::{Epoch, Meaning, builtin_format, format_meaning};
use crate::excel::xml::{attribute, attribute_of_any_prefix, attribute_text};

/// Opens the sheet that is meant, and says its name.
pub(in crate::excel) fn open(
    mut package: Package,
    workbook: &str,
    sheet: &Sheet,
    limits: ExcelLimits,
) -> Result<(String, XlsxRows), Fault> {
    let references = references(&mut package, workbook)?;
    let (tabs, epoch) = tabs(&mut package, workbook, &references)?;
    let (name, part) = choose(&tabs, sheet)?;
    let meanings = match references.part("styles").filter(|part| package.has(part)) {
        Some(styles) => meanings(&package.small_part(styles)?, styles)?,
        None => Vec::new(),
    };
    let strings = match references.part("sharedStrings").filter(|part| package.has(part)) {
        Some(strings) => Strings::read(package.part(strings)?, limits.held_bytes, limits.row_bytes)?,
        None => Strings::default(),
    };
    let rows = XlsxRows::new(package.into_part(part)?, strings, meanings, epoch, limits);
    Ok((name.to_owned(), rows))
}

fn tabs(package: &mut Package, workbook: &str, references: &References) -> Result<(Vec<Tab>, Epoch), Fault> {
    let bytes = package.small_part(workbook)?;
    let mut epoch = Epoch::Year1900;
    let tabs = each_start(&bytes, workbook, |name, attributes| match name {
        b"workbookPr" => {
            if is_true(attribute(attributes, b"date1904")) {
                epoch = Epoch::Year1904;
            }
            Ok(None)
        }
        b"sheet" => {
            let Some(name) = attribute(attributes, b"name") else { return Ok(None) };
            let id = attribute_of_any_prefix(attributes, b"id").map(attribute_text).transpose()?;
            let cells = id.and_then(|id| references.worksheet(&id));
            Ok(Some(Tab { name: name_text(name)?, cells }))
        }
        _ => Ok(None),
    })?;
    Ok((tabs, epoch))
}

/// What the numbers of cells mean, by the number of the cells' style.
fn meanings(bytes: &[u8], part: &str) -> Result<Vec<Meaning>, Fault> {
    let mut own = Vec::new();
    let mut section = Section::Other;
    each_start(bytes, part, |name, attributes| {
        let id = || attribute(attributes, b"numFmtId").and_then(number);
        Ok(match name {
            b"cellXfs" => {
                section = Section::Cells;
                None
            }
            // The same tag stands in lists before and after the one that counts.
            b"cellStyleXfs" | b"cellStyles" | b"dxfs" => {
                section = Section::Other;
                None
            }
            b"numFmt" if matches!(section, Section::Other) => {
                if let (Some(id), Some(code)) = (id(), attribute(attributes, b"formatCode")) {
                    own.push((id, format_meaning(&attribute_text(code)?)));
                }
                None
            }
            b"xf" if matches!(section, Section::Cells) => Some(id().unwrap_or(0)),
            _ => None,
        })
    })
    .map(|styles| {
        own.sort_by_key(|(id, _)| *id);
        let meaning = |id: u32| match own.binary_search_by_key(&id, |(id, _)| *id) {
            Ok(at) => own[at].1,
            Err(_) => builtin_format(id),
        };
        styles.into_iter().map(meaning).collect()
    })
}

enum Section {
    Cells,
    Other,
}

fn number(text: &[u8]) -> Option<u32> {
    str::from_utf8(text).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_of_cells_are_told_from_other_styles() {
        let styles = br#"<styleSheet><numFmts count="1"><numFmt numFmtId="164" formatCode="[h]:mm&quot;d&quot;"/></numFmts>
            <cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
            <cellXfs><xf numFmtId="0"/><xf numFmtId="14"><alignment/></xf><xf numFmtId='164'/><xf/></cellXfs>
            <cellStyles><cellStyle xfId="0"/></cellStyles><dxfs><dxf><numFmt numFmtId="0" formatCode="yyyy"/></dxf></dxfs></styleSheet>"#;
        let meanings = meanings(styles, "styles").expect("the part is good");
        assert_eq!(meanings, [Meaning::Number, Meaning::Date, Meaning::Duration, Meaning::Number]);
    }

    #[test]
    fn broken_styles_are_a_fault() {
        assert!(meanings(b"<styleSheet><numFmt numFmtId=\"1\" formatCode=\"&nbsp;\"/>", "styles").is_err());
    }
}
