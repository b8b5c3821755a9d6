//! The text of one command.

use crate::words::{COLUMNS, DATA_TYPES, TABLES, TAGS, WORDS};

/// Columns of one table.
const COLUMNS_PER_TABLE: u64 = COLUMNS.len() as u64;
/// Tables of one schema.
const TABLES_PER_SCHEMA: u64 = TABLES.len() as u64;
/// Commands of one table: itself and its columns.
const TABLE_COMMANDS: u64 = 1 + COLUMNS_PER_TABLE;
/// Commands of one group: domain, schema, tables with their columns.
const GROUP_COMMANDS: u64 = 2 + TABLES_PER_SCHEMA * TABLE_COMMANDS;

const COMMUNITY: &[u8] = br#"{"name":"Load Test"}"#;

/// Appends commands, with the parts that neighbours share kept ready.
pub(crate) struct Writer {
    change_percent: u64,
    /// The group that `domain`, `schema` and `prefix` are about.
    group: Option<u64>,
    /// Identifier of the group's domain.
    domain: Vec<u8>,
    /// Identifier of the group's schema.
    schema: Vec<u8>,
    /// Full name of the schema, the beginning of every name in it.
    prefix: Vec<u8>,
}

impl Writer {
    pub(crate) fn new(change_percent: u8) -> Self {
        Self {
            change_percent: u64::from(change_percent),
            group: None,
            domain: Vec::new(),
            schema: Vec::new(),
            prefix: Vec::new(),
        }
    }

    /// Appends command `index`, without a separator.
    pub(crate) fn append(&mut self, index: u64, out: &mut Vec<u8>) {
        let mut dice = Dice(index);
        let Some(rest) = index.checked_sub(1) else {
            out.extend_from_slice(br#"{"resourceType":"Community","identifier":"#);
            out.extend_from_slice(COMMUNITY);
            out.extend_from_slice(br#","description":""#);
            self.append_description(index, &mut dice, out);
            out.extend_from_slice(br#""}"#);
            return;
        };
        let (group, within) = (rest / GROUP_COMMANDS, rest % GROUP_COMMANDS);
        self.enter(group);
        match within {
            0 => {
                out.extend_from_slice(br#"{"resourceType":"Domain","identifier":"#);
                out.extend_from_slice(&self.domain);
                out.extend_from_slice(br#","type":{"name":"Physical Data Dictionary"},"description":""#);
                self.append_description(index, &mut dice, out);
                out.extend_from_slice(br#""}"#);
            }
            1 => {
                out.extend_from_slice(br#"{"resourceType":"Asset","identifier":"#);
                out.extend_from_slice(&self.schema);
                out.extend_from_slice(br#","type":{"name":"Schema"},"attributes":{"Description":[{"value":""#);
                self.append_description(index, &mut dice, out);
                out.extend_from_slice(br#""}]}}"#);
            }
            _ => {
                let (table, position) = ((within - 2) / TABLE_COMMANDS, (within - 2) % TABLE_COMMANDS);
                let table = TABLES[table as usize];
                match position.checked_sub(1) {
                    None => self.append_table(index, table, &mut dice, out),
                    Some(column) => self.append_column(index, table, column as usize, &mut dice, out),
                }
            }
        }
    }

    fn append_table(&self, index: u64, table: &str, dice: &mut Dice, out: &mut Vec<u8>) {
        out.extend_from_slice(br#"{"resourceType":"Asset","identifier":"#);
        self.append_identifier(table, None, out);
        out.extend_from_slice(br#","displayName":""#);
        out.extend_from_slice(table.as_bytes());
        out.extend_from_slice(br#"","type":{"name":"Table"},"attributes":{"Description":[{"value":""#);
        self.append_description(index, dice, out);
        out.extend_from_slice(br#""}]},"relations":{"00000000-0000-0000-0000-000000007043:SOURCE":["#);
        out.extend_from_slice(&self.schema);
        out.extend_from_slice(br#"]},"tags":["load-test",""#);
        out.extend_from_slice(dice.pick(TAGS).as_bytes());
        out.extend_from_slice(br#""]}"#);
    }

    fn append_column(&self, index: u64, table: &str, column: usize, dice: &mut Dice, out: &mut Vec<u8>) {
        let name = COLUMNS[column];
        out.extend_from_slice(br#"{"resourceType":"Asset","identifier":"#);
        self.append_identifier(table, Some(name), out);
        out.extend_from_slice(br#","displayName":""#);
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(br#"","type":{"name":"Column"},"attributes":{"Description":[{"value":""#);
        self.append_description(index, dice, out);
        out.extend_from_slice(br#""}],"Technical Data Type":[{"value":""#);
        out.extend_from_slice(dice.pick(DATA_TYPES).as_bytes());
        out.extend_from_slice(br#""}],"Is Nullable":[{"value":""#);
        out.extend_from_slice(dice.pick(&["true", "false"]).as_bytes());
        out.extend_from_slice(br#""}],"Column Position":[{"value":""#);
        append_number(column as u64 + 1, 1, out);
        out.extend_from_slice(br#""}]},"relations":{"00000000-0000-0000-0000-000000007042:TARGET":["#);
        self.append_identifier(table, None, out);
        out.extend_from_slice(br#"]},"tags":["load-test",""#);
        out.extend_from_slice(dice.pick(TAGS).as_bytes());
        out.extend_from_slice(br#""]}"#);
    }

    /// Makes the shared parts those of `group`.
    fn enter(&mut self, group: u64) {
        if self.group == Some(group) {
            return;
        }
        self.group = Some(group);

        self.domain.clear();
        self.domain.extend_from_slice(br#"{"name":"Dictionary "#);
        append_number(group + 1, 6, &mut self.domain);
        self.domain.extend_from_slice(br#"","community":"#);
        self.domain.extend_from_slice(COMMUNITY);
        self.domain.push(b'}');

        self.prefix.clear();
        self.prefix.extend_from_slice(b"loaddb.s");
        append_number(group + 1, 6, &mut self.prefix);

        self.schema.clear();
        self.schema.extend_from_slice(br#"{"name":""#);
        self.schema.extend_from_slice(&self.prefix);
        self.schema.extend_from_slice(br#"","domain":"#);
        self.schema.extend_from_slice(&self.domain);
        self.schema.push(b'}');
    }

    fn append_identifier(&self, table: &str, column: Option<&str>, out: &mut Vec<u8>) {
        out.extend_from_slice(br#"{"name":""#);
        out.extend_from_slice(&self.prefix);
        out.push(b'.');
        out.extend_from_slice(table.as_bytes());
        if let Some(column) = column {
            out.push(b'.');
            out.extend_from_slice(column.as_bytes());
        }
        out.extend_from_slice(br#"","domain":"#);
        out.extend_from_slice(&self.domain);
        out.push(b'}');
    }

    /// Appends 8 to 14 words, escaped for JSON.
    fn append_description(&self, index: u64, dice: &mut Dice, out: &mut Vec<u8>) {
        let count = 8 + dice.below(7);
        for number in 0..count {
            if number > 0 {
                // A line break in one description of eight or so.
                out.extend_from_slice(if dice.below(80) == 0 { br"\n" } else { b" " });
            }
            out.extend_from_slice(dice.pick(WORDS).as_bytes());
        }
        if self.is_changed(index) {
            out.extend_from_slice(b" (revised)");
        }
    }

    /// Tells whether `index` is among the changed ones: 37 has no factor in common with 100, so within each hundred the
    /// products take every value from 0 to 99 once.
    fn is_changed(&self, index: u64) -> bool {
        (index % 100 * 37 + index / 100 % 100 * 11) % 100 < self.change_percent
    }
}

/// Appends `number` in decimal with at least `width` digits.
fn append_number(mut number: u64, width: usize, out: &mut Vec<u8>) {
    let mut digits = [b'0'; 20];
    let mut start = digits.len();
    while number > 0 || digits.len() - start < width {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    out.extend_from_slice(&digits[start..]);
}

/// SplitMix64: enough for choosing words, and the same everywhere.
struct Dice(u64);

impl Dice {
    /// A number below `limit`, which has to be small.
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (((value ^ (value >> 31)) >> 32) * limit) >> 32
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len() as u64) as usize]
    }
}
