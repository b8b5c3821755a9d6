//! A template as it was read.

use std::ops::Range;

/// One value of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    /// Its bytes in the text of the template.
    pub(crate) span: Range<usize>,
    pub(crate) kind: Kind,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A number, `true`, `false` or `null`, as it stands in the template.
    Literal(String),
    /// A string; never two fixed parts side by side, and no part at all if it is empty.
    Text(Vec<Part>),
    Object(Vec<Member>),
    Array(Vec<Node>),
}

/// One member of an object; names are unique in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) name: String,
    /// The name's bytes in the text of the template, quotes included.
    pub(crate) name_span: Range<usize>,
    pub(crate) value: Node,
}

/// A piece of a string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// Copied into every command; unescaped.
    Fixed(String),
    /// A placeholder.
    Column {
        /// The column, from 0.
        column: usize,
        /// The placeholder's bytes in the text of the template.
        span: Range<usize>,
    },
}

impl Node {
    /// The member of an object with this name.
    pub(crate) fn member(&self, name: &str) -> Option<&Node> {
        match &self.kind {
            Kind::Object(members) => members.iter().find(|member| member.name == name).map(|member| &member.value),
            _ => None,
        }
    }

    /// The text of a string without placeholders.
    pub(crate) fn fixed_text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(parts) => match &parts[..] {
                [] => Some(""),
                [Part::Fixed(text)] => Some(text),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a placeholder stands anywhere in it.
    pub(crate) fn has_columns(&self) -> bool {
        match &self.kind {
            Kind::Literal(_) => false,
            Kind::Text(parts) => parts.iter().any(|part| matches!(part, Part::Column { .. })),
            Kind::Object(members) => members.iter().any(|member| member.value.has_columns()),
            Kind::Array(elements) => elements.iter().any(Node::has_columns),
        }
    }

    /// Calls `visit` with the column and the span of every placeholder in it, in the order of the text.
    pub(crate) fn for_each_column(&self, visit: &mut impl FnMut(usize, &Range<usize>)) {
        match &self.kind {
            Kind::Literal(_) => {}
            Kind::Text(parts) => {
                for part in parts {
                    if let Part::Column { column, span } = part {
                        visit(*column, span);
                    }
                }
            }
            Kind::Object(members) => members.iter().for_each(|member| member.value.for_each_column(visit)),
            Kind::Array(elements) => elements.iter().for_each(|element| element.for_each_column(visit)),
        }
    }
}
