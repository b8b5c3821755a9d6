//! What is probably not meant in a template.

use std::ops::Range;

use sync_core::check::{Path, Segment, Severity};

use super::names::{column_title, list, shorten};
use super::node::{Kind, Node, Part};
use super::text::Template;

/// What is known about the table a template will be used with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LintContext<'a> {
    /// The cells of the header row, if there is one.
    pub header: Option<&'a [String]>,
    /// Number of columns; without it, that of the header.
    pub width: Option<usize>,
}

impl<'a> LintContext<'a> {
    /// Sets the header.
    #[must_use]
    pub fn with_header(mut self, header: &'a [String]) -> Self {
        self.header = Some(header);
        self
    }

    /// Sets the number of columns.
    #[must_use]
    pub fn with_width(mut self, width: usize) -> Self {
        self.width = Some(width);
        self
    }
}

/// Something in a template that is probably not meant.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TemplateFinding {
    /// Its name: `local.template.` and a word.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong here: one sentence, lower case, without a full stop.
    pub message: String,
    /// The value inside the template, which is a list; empty where the template as a whole is meant.
    pub path: Path,
    /// Bytes from the start of the text.
    pub offset: u64,
    /// Bytes of what is meant.
    pub length: u64,
    /// Line, from 1.
    pub line: u64,
    /// Bytes from the start of the line, from 1.
    pub column: u64,
}

const PLACEHOLDER: &str = "local.template.placeholder";
const COLUMN_UNUSED: &str = "local.template.columnUnused";
const COLUMN_MISSING: &str = "local.template.columnMissing";
const IDENTIFIER_CONSTANT: &str = "local.template.identifierConstant";
const TEXT_AROUND: &str = "local.template.textAround";

impl Template {
    /// What is probably not meant, in the order of the text. What can only be seen in the rows is among
    /// [`Expander::take_warnings`](crate::Expander::take_warnings).
    ///
    /// | code | severity | found |
    /// |---|---|---|
    /// | `local.template.placeholder` | warning | `{3}` without a dollar sign: imported as it stands |
    /// | `local.template.columnMissing` | warning | a placeholder for a column past the last one: always empty |
    /// | `local.template.identifierConstant` | warning, for communities and domains a note | every row is about the same resource, though the rows differ |
    /// | `local.template.columnUnused` | note | columns of the header that no placeholder stands for |
    /// | `local.template.textAround` | note | text around a placeholder: not documented by the service, so better expanded before it is sent |
    ///
    /// ```
    /// use sync_formats::{LintContext, Template};
    ///
    /// let text = r#"[{"resourceType": "Community", "identifier": {"name": "${1}"}, "description": "{2}"}]"#;
    /// let header = ["Name", "About"].map(String::from);
    /// let findings = Template::compile(text, None)?.lint(&LintContext::default().with_header(&header));
    /// let found: Vec<_> = findings.iter().map(|finding| (finding.code, finding.column)).collect();
    /// assert_eq!(found, [("local.template.columnUnused", 1), ("local.template.placeholder", 80)]);
    /// # Ok::<(), sync_formats::TemplateError>(())
    /// ```
    pub fn lint(&self, context: &LintContext<'_>) -> Vec<TemplateFinding> {
        let mut lint = Lint { template: self, context, findings: Vec::new() };
        lint.unused_columns();
        for (number, command) in self.nodes().iter().enumerate() {
            let path = Path::default().join(Segment::Index(number));
            lint.constant_identifier(command, &path);
            lint.value(command, &path);
        }
        let mut findings = lint.findings;
        findings.sort_by_key(|finding| finding.offset);
        findings
    }
}

struct Lint<'a> {
    template: &'a Template,
    context: &'a LintContext<'a>,
    findings: Vec<TemplateFinding>,
}

impl Lint<'_> {
    fn add(&mut self, code: &'static str, severity: Severity, path: &Path, span: &Range<usize>, message: String) {
        let place = self.template.place(span);
        let (offset, length, line, column) = (place.offset, place.length, place.line, place.column);
        self.findings.push(TemplateFinding {
            code,
            severity,
            message,
            path: path.clone(),
            offset,
            length,
            line,
            column,
        });
    }

    fn unused_columns(&mut self) {
        let Some(header) = self.context.header else { return };
        let mut used = vec![false; header.len()];
        for command in self.template.nodes() {
            command.for_each_column(&mut |column, _| {
                if let Some(used) = used.get_mut(column) {
                    *used = true;
                }
            });
        }
        let unused = (0..header.len()).filter(|column| !used[*column]);
        let unused: Vec<String> = unused.map(|column| column_title(column, self.context.header)).collect();
        if !unused.is_empty() {
            let verb = if unused.len() == 1 { "is" } else { "are" };
            let message = format!("{} {verb} not used", list(&unused));
            self.add(COLUMN_UNUSED, Severity::Note, &Path::default(), &self.template.root(), message);
        }
    }

    /// Every row names the same resource, and something else of the command comes from the rows.
    fn constant_identifier(&mut self, command: &Node, path: &Path) {
        let Some(identifier) = command.member("identifier").filter(|identifier| !identifier.has_columns()) else {
            return;
        };
        let what = command.member("resourceType").and_then(Node::fixed_text);
        let (severity, what) = match what {
            Some("Community") => (Severity::Note, "community"),
            Some("Domain") => (Severity::Note, "domain"),
            Some("Asset") => (Severity::Warning, "asset"),
            _ => (Severity::Warning, "resource"),
        };
        if severity == Severity::Warning && !self.template.nodes().iter().any(Node::has_columns) {
            return;
        }
        let path = path.clone().join(Segment::Member(String::from("identifier")));
        let message = format!("no placeholder in the identifier: all rows are about one {what}");
        self.add(IDENTIFIER_CONSTANT, severity, &path, &identifier.span, message);
    }

    fn value(&mut self, node: &Node, path: &Path) {
        match &node.kind {
            Kind::Literal(_) => {}
            Kind::Text(parts) => self.text(node, parts, path),
            Kind::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    self.value(element, &path.clone().join(Segment::Index(index)));
                }
            }
            Kind::Object(members) => {
                let in_map = matches!(
                    path.segments().last(),
                    Some(Segment::Member(name)) if ["attributes", "relations", "responsibilities"].contains(&&**name)
                );
                for member in members {
                    let segment = if in_map { Segment::Key } else { Segment::Member };
                    let path = path.clone().join(segment(member.name.clone()));
                    self.without_dollar(&member.name, &member.name_span, &path);
                    self.value(&member.value, &path);
                }
            }
        }
    }

    fn text(&mut self, node: &Node, parts: &[Part], path: &Path) {
        let mut columns = 0;
        for part in parts {
            match part {
                Part::Fixed(text) => self.without_dollar(text, &node.span, path),
                Part::Column { column, span } => {
                    columns += 1;
                    self.missing_column(*column, span, path);
                }
            }
        }
        if columns > 0 && parts.len() > 1 {
            let message = String::from(
                "text around a placeholder: the service documents placeholders only as whole strings, so send this expanded",
            );
            self.add(TEXT_AROUND, Severity::Note, path, &node.span, message);
        }
    }

    fn missing_column(&mut self, column: usize, span: &Range<usize>, path: &Path) {
        let Some(width) = self.context.width.or(self.context.header.map(<[_]>::len)) else { return };
        if column >= width {
            let columns = if width == 1 { "column" } else { "columns" };
            let message = format!("column {} is past the last of {width} {columns}: it is always empty", column + 1);
            self.add(COLUMN_MISSING, Severity::Warning, path, span, message);
        }
    }

    /// `{3}`, or `{Name}` where a column has that name.
    fn without_dollar(&mut self, text: &str, span: &Range<usize>, path: &Path) {
        let mut rest = text;
        while let Some(start) = rest.find('{') {
            rest = &rest[start + 1..];
            let Some(end) = rest.find('}') else { return };
            let inside = &rest[..end];
            let is_number = !inside.is_empty() && inside.bytes().all(|byte| byte.is_ascii_digit());
            let is_name = self.context.header.is_some_and(|header| header.iter().any(|name| name == inside));
            if is_number || (is_name && !inside.is_empty()) {
                let message =
                    format!("{{{}}} has no dollar sign in front: it is imported as it stands", shorten(inside));
                let place = self.find_in(span, &format!("{{{inside}}}"));
                self.add(PLACEHOLDER, Severity::Warning, path, &place, message);
            }
        }
    }

    /// The bytes of `wanted` within a value, or the value if it is written with escapes.
    fn find_in(&self, span: &Range<usize>, wanted: &str) -> Range<usize> {
        let raw = self.template.slice(span);
        let mut found = raw.match_indices(wanted).map(|(at, _)| at);
        match found.find(|at| *at == 0 || raw.as_bytes()[at - 1] != b'$') {
            Some(at) => span.start + at..span.start + at + wanted.len(),
            None => span.clone(),
        }
    }
}
