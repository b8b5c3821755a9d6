//! The template a caller holds.

use sync_core::check::{Path, Segment};

use super::error::TemplateError;
use super::node::{Kind, Node};
use super::parse::{Parsed, parse};
use super::placeholder::Names;

/// Longest template that is read: 1 MiB.
pub const MAX_TEMPLATE_BYTES: usize = 1024 * 1024;

/// Highest column number a placeholder may have: the last column of a workbook.
pub const MAX_TEMPLATE_COLUMNS: usize = 16_384;

/// A template, read once: an array of import commands whose strings may hold placeholders for the cells of a row.
///
/// `${3}` stands for the cell in the third column, anywhere inside a string that is a value. Where a header is given,
/// `${Table Name}` stands for the column of exactly that name; the service knows numbers only, so
/// [`Template::numbered_text`] is what to send. Placeholders in names of members or outside of strings, `${0}`, numbers
/// past [`MAX_TEMPLATE_COLUMNS`] and members that stand twice in one object are refused. Whether the commands are commands is
/// for [`check`](sync_core::check) to say, once a row has been put into them. One leading byte order mark is passed over.
///
/// ```
/// use sync_formats::Template;
///
/// let header = ["Community", "About"].map(String::from);
/// let text = r#"[{"resourceType": "Community", "identifier": {"name": "${Community}"}, "description": "${2}"}]"#;
/// let template = Template::compile(text, Some(&header))?;
/// assert_eq!(
///     template.numbered_text(),
///     r#"[{"resourceType": "Community", "identifier": {"name": "${1}"}, "description": "${2}"}]"#
/// );
///
/// let error = Template::compile(&text.replace("About", "Comunity").replace("${2}", "${Comunity}"), Some(&header));
/// let error = error.unwrap_err();
/// assert_eq!(error.to_string(), r#"no column has the name "Comunity" at line 1, column 89"#);
/// assert_eq!(error.hint().as_deref(), Some(r#"a column has the name "Community""#));
/// # Ok::<(), sync_formats::TemplateError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Template {
    text: String,
    numbered: String,
    commands: Vec<Node>,
    columns: usize,
}

/// A place in the text of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TemplatePlace {
    /// Bytes from the start of the text, a byte order mark not counted.
    pub offset: u64,
    /// Bytes of what is meant.
    pub length: u64,
    /// Line, from 1.
    pub line: u64,
    /// Bytes from the start of the line, from 1.
    pub column: u64,
}

impl Template {
    /// Reads a template. `header` holds the cells of the header row, in their order, if there is one.
    ///
    /// # Errors
    /// [`TemplateError`] with line and column.
    pub fn compile(text: &str, header: Option<&[String]>) -> Result<Self, TemplateError> {
        let text = without_mark(text);
        let Parsed { commands, names } = parse(text, header.map_or(Names::Unknown, Names::Header))?;
        let mut columns = 0;
        for command in &commands {
            command.for_each_column(&mut |column, _| columns = columns.max(column + 1));
        }
        let mut numbered = String::with_capacity(text.len());
        let mut end = 0;
        for name in &names {
            numbered.push_str(&text[end..name.span.start]);
            numbered.push_str(&(name.column + 1).to_string());
            end = name.span.end;
        }
        numbered.push_str(&text[end..]);
        Ok(Self { text: text.to_owned(), numbered, commands, columns })
    }

    /// Whether a template calls columns by their names, so that it can be compiled with a header only.
    ///
    /// ```
    /// use sync_formats::Template;
    ///
    /// assert!(Template::needs_header(r#"[{"tags": ["${Tag 1}"]}]"#)?);
    /// assert!(!Template::needs_header(r#"[{"tags": ["${8}"]}]"#)?);
    /// # Ok::<(), sync_formats::TemplateError>(())
    /// ```
    ///
    /// # Errors
    /// [`TemplateError`] if it is no template whatever the header.
    pub fn needs_header(text: &str) -> Result<bool, TemplateError> {
        Ok(!parse(without_mark(text), Names::Any)?.names.is_empty())
    }

    /// The text of the template with numbers in place of names, otherwise as it was given, byte by byte: what the
    /// service understands.
    pub fn numbered_text(&self) -> &str {
        &self.numbered
    }

    /// Number of commands each row becomes.
    pub fn commands(&self) -> usize {
        self.commands.len()
    }

    /// Highest column number that is used; 0 if there are no placeholders.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Where in the text the value at `path` of a command (from 0) stands. Of a path that leads further than the
    /// template does, the last value on the way.
    ///
    /// ```
    /// use sync_core::check::{Path, Segment};
    /// use sync_formats::Template;
    ///
    /// let template = Template::compile("[\n {\"type\": {\"name\": \"Tabel\"}}\n]", None)?;
    /// let path = ["type", "name"].map(|name| Segment::Member(name.into())).into_iter().collect::<Path>();
    /// let place = template.place_of(0, &path).ok_or("no such command")?;
    /// assert_eq!((place.line, place.column, place.length), (2, 20, 7));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn place_of(&self, command: usize, path: &Path) -> Option<TemplatePlace> {
        let mut node = self.commands.get(command)?;
        for segment in path.segments() {
            let inside = match (segment, &node.kind) {
                (Segment::Member(name) | Segment::Key(name), _) => node.member(name),
                // A list in a template may have more elements than it becomes, or fewer: the first is the likely one.
                (Segment::Index(index), Kind::Array(elements)) => elements.get(*index).or(elements.first()),
                _ => None,
            };
            let Some(inside) = inside else { break };
            node = inside;
        }
        Some(self.place(&node.span))
    }

    pub(super) fn place(&self, span: &std::ops::Range<usize>) -> TemplatePlace {
        let (line, column) = place(&self.text, span.start);
        TemplatePlace { offset: span.start as u64, length: span.len() as u64, line, column }
    }

    /// The bracket that opens the template.
    pub(super) fn root(&self) -> std::ops::Range<usize> {
        let at = self.text.len() - self.text.trim_start().len();
        at..at + 1
    }

    pub(super) fn slice(&self, span: &std::ops::Range<usize>) -> &str {
        &self.text[span.clone()]
    }

    pub(crate) fn nodes(&self) -> &[Node] {
        &self.commands
    }
}

fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{FEFF}').unwrap_or(text)
}

/// Line and column of a byte, both from 1, the column in bytes.
pub(super) fn place(text: &str, offset: usize) -> (u64, u64) {
    let before = &text.as_bytes()[..offset.min(text.len())];
    let line = before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |feed| feed + 1);
    (line, (before.len() - start) as u64 + 1)
}
