//! Why a text is no template.

use std::error::Error;
use std::fmt;

use super::names::{list, shorten};

/// A text that cannot be used as a template, with the place where that showed.
#[derive(Debug)]
pub struct TemplateError(Box<Details>);

#[derive(Debug)]
struct Details {
    kind: TemplateErrorKind,
    line: u64,
    column: u64,
}

/// What is wrong with a template.
#[derive(Debug)]
#[non_exhaustive]
pub enum TemplateErrorKind {
    /// The text is not JSON.
    Syntax(serde_json::Error),
    /// The text is longer than the limit.
    TooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// Objects and arrays stand inside each other more often than the limit allows.
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// The template is not an array.
    NotAnArray,
    /// The array holds no command.
    Empty,
    /// An element of the array is not an object.
    NotAnObject,
    /// An object has two members with one name.
    DuplicateMember {
        /// The name.
        name: String,
    },
    /// A string that spells no text, such as half of a surrogate pair.
    NotText,
    /// A placeholder outside of quotes.
    Unquoted,
    /// A placeholder in the name of a member.
    InName,
    /// `${` without `}` in the same string.
    Unclosed,
    /// `${}`.
    Nothing,
    /// A placeholder spelled with escapes: read by some as a placeholder and by others as text.
    Escaped,
    /// `${0}`.
    ColumnZero,
    /// A column number past the last column a table can have.
    ColumnTooLarge {
        /// The number as written.
        number: String,
        /// The limit.
        limit: usize,
    },
    /// A column's name, and no header to look it up in.
    NameWithoutHeader {
        /// The name.
        name: String,
    },
    /// A name that no column has.
    UnknownName {
        /// The name.
        name: String,
        /// Names of columns that look like it, the nearest first.
        near: Vec<String>,
        /// The names of all columns.
        known: Vec<String>,
    },
    /// A name that several columns have.
    AmbiguousName {
        /// The name.
        name: String,
        /// The numbers of the columns.
        numbers: Vec<usize>,
    },
}

impl fmt::Display for TemplateErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(_) => f.write_str("the template is not JSON"),
            Self::TooLong { limit } => write!(f, "expected a template of at most {limit} bytes, found a longer one"),
            Self::TooDeep { limit } => write!(f, "expected at most {limit} objects and arrays inside each other"),
            Self::NotAnArray => f.write_str("expected '[', the start of an array of commands"),
            Self::Empty => f.write_str("expected at least one command in the array"),
            Self::NotAnObject => f.write_str("expected '{', the start of a command"),
            Self::DuplicateMember { name } => write!(f, "a second member {:?} in one object", shorten(name)),
            Self::NotText => f.write_str("a string that spells no text: half of a surrogate pair"),
            Self::Unquoted => f.write_str("a placeholder outside of a string"),
            Self::InName => f.write_str("a placeholder in the name of a member"),
            Self::Unclosed => f.write_str("expected '}', the end of a placeholder, before the end of the string"),
            Self::Nothing => f.write_str("expected the number or the name of a column between '${' and '}'"),
            Self::Escaped => f.write_str("a placeholder that is spelled with escapes"),
            Self::ColumnZero => f.write_str("there is no column 0"),
            Self::ColumnTooLarge { number, limit } => {
                write!(f, "expected a column number of at most {limit}, found {}", shorten(number))
            }
            Self::NameWithoutHeader { name } => {
                write!(f, "a column is called by its name {:?}, and no header is known", shorten(name))
            }
            Self::UnknownName { name, .. } => write!(f, "no column has the name {:?}", shorten(name)),
            Self::AmbiguousName { name, numbers } => {
                let numbers: Vec<String> = numbers.iter().map(usize::to_string).collect();
                write!(f, "the columns {} all have the name {:?}", list(&numbers), shorten(name))
            }
        }
    }
}

impl TemplateError {
    pub(super) fn new(kind: TemplateErrorKind, (line, column): (u64, u64)) -> Self {
        Self(Box::new(Details { kind, line, column }))
    }

    /// What is wrong.
    pub fn kind(&self) -> &TemplateErrorKind {
        &self.0.kind
    }

    /// Line of the template, from 1.
    pub fn line(&self) -> u64 {
        self.0.line
    }

    /// Bytes from the start of that line, from 1.
    pub fn column(&self) -> u64 {
        self.0.column
    }

    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<String> {
        let quoted = |names: &[String]| {
            let names: Vec<String> = names.iter().map(|name| format!("{:?}", shorten(name))).collect();
            list(&names)
        };
        Some(match &self.0.kind {
            TemplateErrorKind::NotAnArray => String::from("put the commands into one array: [ ... ]"),
            TemplateErrorKind::Unquoted => String::from("every cell becomes a string: write \"${1}\", with quotes"),
            TemplateErrorKind::InName => {
                String::from("only values come from cells: write one member for each name there can be")
            }
            TemplateErrorKind::ColumnZero => String::from("the first column is ${1}"),
            TemplateErrorKind::Escaped => String::from("write ${ and } as they are"),
            TemplateErrorKind::NameWithoutHeader { .. } => {
                String::from("say that the first row is a header, or use the column's number: ${1}")
            }
            TemplateErrorKind::UnknownName { near, known, .. } => match (&near[..], &known[..]) {
                ([], []) => String::from("the header is empty"),
                ([], known) => format!("the columns are {}", quoted(known)),
                ([name], _) => format!("a column has the name {:?}", shorten(name)),
                (near, _) => format!("there are columns with the names {}", quoted(near)),
            },
            TemplateErrorKind::AmbiguousName { numbers, .. } => match numbers.first() {
                Some(first) => format!("use the number of the one that is meant: ${{{first}}}"),
                None => return None,
            },
            _ => return None,
        })
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details { kind, line, column } = &*self.0;
        write!(f, "{kind} at line {line}, column {column}")
    }
}

impl Error for TemplateError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0.kind {
            TemplateErrorKind::Syntax(error) => Some(error),
            _ => None,
        }
    }
}
