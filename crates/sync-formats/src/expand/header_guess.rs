//! Whether the first row of a table without header looks like one.

use crate::{Row, RowPosition};

/// Rows after the first that are looked at.
const ROWS: usize = 50;

/// Longest cell that can be a heading, in bytes.
const HEADING_BYTES: usize = 64;

/// What columns of such tables are called, in small letters.
const WORDS: [&str; 17] = [
    "name",
    "full name",
    "fullname",
    "display name",
    "displayname",
    "description",
    "community",
    "domain",
    "type",
    "asset type",
    "assettype",
    "status",
    "tag",
    "tags",
    "steward",
    "id",
    "asset",
];

/// Words that are evidence enough.
const WORDS_NEEDED: usize = 2;

/// Compares the first row with those that follow.
///
/// It looks like a header if all its cells that are used are short, different and no values such as numbers, if none of
/// them is met again in its column, and if besides either two of them are words that head columns, or some column holds
/// only numbers, dates and the like below it.
#[derive(Debug)]
pub(super) struct HeaderGuess {
    state: State,
}

#[derive(Debug)]
enum State {
    /// No row yet.
    Start,
    Comparing(First),
    Done,
}

#[derive(Debug)]
struct First {
    position: RowPosition,
    raw: Vec<u8>,
    cells: Vec<Vec<u8>>,
    words: usize,
    /// For each column the number of values such as numbers, as long as there is nothing else.
    values: Vec<Option<u32>>,
    rows: usize,
}

/// The first row, which looks like a header.
#[derive(Debug)]
pub(super) struct Suspect {
    pub(super) position: RowPosition,
    pub(super) raw: Vec<u8>,
}

impl HeaderGuess {
    /// `is_wanted`: only without a header there is something to guess.
    pub(super) fn new(is_wanted: bool) -> Self {
        Self { state: if is_wanted { State::Start } else { State::Done } }
    }

    /// Looks at a row; the first row once it is certain enough that it is a header.
    pub(super) fn row(&mut self, row: Row<'_>, columns: &[usize]) -> Option<Suspect> {
        match &mut self.state {
            State::Done => return None,
            State::Start => {
                self.state = match First::of(row, columns) {
                    Some(first) => State::Comparing(first),
                    None => State::Done,
                };
                return None;
            }
            State::Comparing(first) => {
                if !first.differs_from(row, columns) {
                    self.state = State::Done;
                    return None;
                }
                if first.rows < ROWS {
                    return None;
                }
            }
        }
        self.finish()
    }

    /// After the last row: the first one if it looks like a header.
    pub(super) fn finish(&mut self) -> Option<Suspect> {
        match std::mem::replace(&mut self.state, State::Done) {
            State::Comparing(first) if first.is_header() => Some(Suspect { position: first.position, raw: first.raw }),
            _ => None,
        }
    }
}

impl First {
    fn of(row: Row<'_>, columns: &[usize]) -> Option<Self> {
        let cells: Vec<Vec<u8>> = columns.iter().map(|column| row.cell(*column).trim_ascii().to_vec()).collect();
        let can_be_headings = cells.len() > 1
            && cells
                .iter()
                .all(|cell| (1..=HEADING_BYTES).contains(&cell.len()) && !is_value(cell) && !cell.contains(&b'\n'))
            && (1..cells.len()).all(|number| !cells[..number].contains(&cells[number]));
        if !can_be_headings {
            return None;
        }
        let is_word = |cell: &&Vec<u8>| WORDS.iter().any(|word| cell.eq_ignore_ascii_case(word.as_bytes()));
        let words = cells.iter().filter(is_word).count();
        let (position, raw) = (row.position, row.raw.to_vec());
        Some(Self { position, raw, values: vec![Some(0); cells.len()], cells, words, rows: 0 })
    }

    /// Takes in a row; `false` if it has a cell of the first one in the same column.
    fn differs_from(&mut self, row: Row<'_>, columns: &[usize]) -> bool {
        self.rows += 1;
        for ((heading, values), column) in self.cells.iter().zip(&mut self.values).zip(columns) {
            let cell = row.cell(*column).trim_ascii();
            if cell == heading.as_slice() {
                return false;
            }
            *values = match *values {
                Some(count) if is_value(cell) => Some(count + 1),
                Some(count) if cell.is_empty() => Some(count),
                _ => None,
            };
        }
        true
    }

    fn is_header(&self) -> bool {
        self.words >= WORDS_NEEDED || self.values.iter().any(|values| values.is_some_and(|count| count >= 2))
    }
}

/// Whether a text is a number, a date, a UUID or the like: nothing that heads a column.
fn is_value(text: &[u8]) -> bool {
    let is_uuid = text.len() == 36 && text.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-');
    let is_number = text.iter().any(u8::is_ascii_digit)
        && text.iter().all(|byte| byte.is_ascii_digit() || b"+-.,:/% TZ".contains(byte));
    is_uuid || is_number || text.eq_ignore_ascii_case(b"true") || text.eq_ignore_ascii_case(b"false")
}
