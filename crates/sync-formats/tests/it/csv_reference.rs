//! The service's dialect as its description has it: whole text, one unit of UTF-16 after the other.

use sync_formats::CsvDialect;

/// The complete rows of a text, and whether it ends within quotes.
pub(crate) fn rows(text: &str, dialect: &CsvDialect) -> (Vec<Vec<String>>, bool) {
    let mut parser = Parser::new(dialect);
    let (mut rows, mut row) = (Vec::new(), Vec::new());
    for line in lines(text) {
        parser.read_line(&line, &mut row);
        if parser.carry.is_none() {
            rows.push(std::mem::take(&mut row));
        }
    }
    (rows, parser.carry.is_some())
}

/// Lines end in LF, CR or CRLF; what follows the last line end is one only if it is something.
fn lines(text: &str) -> Vec<Vec<u16>> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut lines: Vec<_> = text.split('\n').map(|line| line.encode_utf16().collect::<Vec<_>>()).collect();
    if lines.last().is_some_and(Vec::is_empty) {
        lines.pop();
    }
    lines
}

struct Parser {
    separator: u16,
    quote: u16,
    escape: u16,
    strict: bool,
    ignore_whitespace: bool,
    in_field: bool,
    carry: Option<Vec<u16>>,
}

impl Parser {
    fn new(dialect: &CsvDialect) -> Self {
        let unit = |character: char| character.encode_utf16(&mut [0])[0];
        Self {
            separator: unit(dialect.separator()),
            quote: unit(dialect.quote()),
            escape: unit(dialect.escape()),
            strict: dialect.strict_quotes(),
            ignore_whitespace: dialect.ignore_leading_whitespace(),
            in_field: false,
            carry: None,
        }
    }

    fn read_line(&mut self, line: &[u16], row: &mut Vec<String>) {
        let mut in_quotes = self.carry.is_some();
        let mut out = self.carry.take().unwrap_or_default();
        let mut i = 0;
        while i < line.len() {
            let c = line[i];
            i += 1;
            let soft = in_quotes || self.in_field;
            if c == self.escape {
                if soft && i < line.len() && [self.quote, self.escape, self.separator].contains(&line[i]) {
                    out.push(line[i]);
                    i += 1;
                }
            } else if c == self.quote {
                if soft && i < line.len() && line[i] == self.quote {
                    out.push(self.quote);
                    i += 1;
                } else {
                    in_quotes = !in_quotes;
                    let beside = |at: usize| line[at] == self.separator;
                    if !self.strict && i > 3 && !beside(i - 2) && i < line.len() && !beside(i) {
                        if self.ignore_whitespace && !out.is_empty() && out.iter().all(is_whitespace) {
                            out.clear();
                        } else {
                            out.push(self.quote);
                        }
                    }
                }
                self.in_field = !self.in_field;
            } else if c == self.separator && !in_quotes {
                row.push(text(&std::mem::take(&mut out)));
                self.in_field = false;
            } else if !self.strict || in_quotes {
                out.push(c);
                self.in_field = true;
            }
        }
        if in_quotes {
            out.push(u16::from(b'\n'));
            self.carry = Some(out);
        } else {
            row.push(text(&out));
            self.in_field = false;
        }
    }
}

fn text(units: &[u16]) -> String {
    String::from_utf16(units).expect("no character is torn apart")
}

/// Java's `Character.isWhitespace`, as its documentation lists it.
fn is_whitespace(unit: &u16) -> bool {
    matches!(unit, 0x09..=0x0D | 0x1C..=0x20 | 0x1680 | 0x2000..=0x2006 | 0x2008..=0x200A | 0x2028 | 0x2029 | 0x205F | 0x3000)
}
