//! Where inside a command something is.

use std::fmt;

/// One step from a JSON value to one inside it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Segment {
    /// A member whose name the service gives: `domain`.
    Member(String),
    /// A member whose name the user gives: an attribute type, a relation key, a role.
    Key(String),
    /// A place in a list, from 0.
    Index(usize),
}

/// The way from a command to a value inside it; empty for the command itself.
///
/// ```
/// use sync_core::check::{Path, Segment};
///
/// let path = Path::default()
///     .join(Segment::Member("relations".into()))
///     .join(Segment::Key("00000000-0000-0000-0000-000000007042:TARGET".into()))
///     .join(Segment::Index(0))
///     .join(Segment::Member("domain".into()));
/// assert_eq!(path.to_string(), r#"relations["00000000-0000-0000-0000-000000007042:TARGET"][0].domain"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Path(Vec<Segment>);

impl Path {
    /// The same way and one step on.
    #[must_use]
    pub fn join(mut self, segment: Segment) -> Self {
        self.0.push(segment);
        self
    }

    /// The steps from the command inwards.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Whether the command as a whole is meant.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Segment> for Path {
    fn from_iter<I: IntoIterator<Item = Segment>>(segments: I) -> Self {
        Self(segments.into_iter().collect())
    }
}

/// Characters of a key that are shown; keys come from outside and may be of any length.
const KEY_CHARS: usize = 80;

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Member(name) if is_plain(name) => write!(f, "{}{name}", if place == 0 { "" } else { "." })?,
                Segment::Member(name) | Segment::Key(name) => write!(f, "[{:?}]", shorten(name))?,
                Segment::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// Whether a name can stand in a path without quotes.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.len() <= KEY_CHARS && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A piece of foreign text, short enough for a message.
pub(super) fn shorten(text: &str) -> std::borrow::Cow<'_, str> {
    match text.char_indices().nth(KEY_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}
