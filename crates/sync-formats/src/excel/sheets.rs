//! The sheets of a workbook, and the one that is meant.

use super::fault::{Fault, Problem};
use super::options::Sheet;
use super::place::quoted;
use crate::TableErrorKind;

/// Most sheets that an error names.
const MOST_NAMED: usize = 20;

/// A tab of a workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tab {
    pub(super) name: String,
    /// Where its cells are: the name of a part, or a place in the file; `None` for a tab without cells.
    pub(super) cells: Option<String>,
}

/// The tab that is meant, and where its cells are.
pub(super) fn choose<'a>(tabs: &'a [Tab], sheet: &Sheet) -> Result<(&'a str, &'a str), Fault> {
    let found = match sheet {
        Sheet::First => tabs.iter().find(|tab| tab.cells.is_some()).or(tabs.first()),
        Sheet::Name(name) => tabs.iter().find(|tab| tab.name == *name),
        Sheet::Index(index) => usize::try_from(*index).ok().and_then(|index| tabs.get(index)),
    };
    match found {
        Some(Tab { name, cells: Some(cells) }) => Ok((name, cells)),
        Some(_) => Err(Problem::NoCells.into()),
        None => Err(absent(sheet, tabs.iter().map(|tab| tab.name.as_str()))),
    }
}

/// The fault of a sheet that is not there.
pub(super) fn absent<'a>(sheet: &Sheet, names: impl IntoIterator<Item = &'a str>) -> Fault {
    let wanted = match sheet {
        Sheet::First => "with cells".to_owned(),
        Sheet::Name(name) => quoted(name),
        Sheet::Index(index) => format!("number {index}, counted from 0"),
    };
    let mut names = names.into_iter();
    let named: Vec<String> = names.by_ref().take(MOST_NAMED).map(quoted).collect();
    let present = match (named.is_empty(), names.count()) {
        (true, _) => "none".to_owned(),
        (false, 0) => named.join(", "),
        (false, more) => format!("{} and {more} more", named.join(", ")),
    };
    Fault::new(TableErrorKind::NoSheet { wanted, present })
}
