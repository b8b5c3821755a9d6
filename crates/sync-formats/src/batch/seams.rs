//! Where a batch can be cut in two.

use bytes::Bytes;

use super::RowBatchError;
#[cfg(feature = "excel")]
use super::rows::workbook;

/// The content of a batch and the places where it may be cut.
#[derive(Debug, Clone)]
pub(super) struct Seams {
    form: Form,
    content: Bytes,
    /// In order, none of them at the beginning or the end.
    places: Vec<Seam>,
}

/// A place where a batch may be cut: what lies before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seam {
    pub(super) bytes: usize,
    pub(super) commands: u32,
}

/// What the content is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A JSON array; a seam is a comma.
    Json,
    /// Rows of a text, each with its end.
    Text,
    /// Packed rows, of which a workbook is made.
    #[cfg(feature = "excel")]
    Workbook,
}

impl Seams {
    pub(super) fn new(form: Form, content: Bytes, places: Vec<Seam>) -> Self {
        Self { form, content, places }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The seam nearest to the middle.
    fn middle(&self) -> Option<Seam> {
        let middle = self.content.len() / 2;
        self.places.iter().copied().min_by_key(|seam| seam.bytes.abs_diff(middle))
    }

    /// Both sides of the middle, and the commands before it; `None` without a seam.
    pub(super) fn halves(&self) -> Option<(u32, [Self; 2])> {
        let at = self.middle()?;
        let (before, after) = (self.content.slice(..at.bytes), self.content.slice(at.bytes..));
        let [before, after] = match self.form {
            // The comma makes room for the bracket.
            Form::Json => [joined(&before, b"]"), joined(b"[", after.get(1..).unwrap_or_default())],
            _ => [before, after],
        };
        // Between rows that give no command there are seams with as many commands before them: a half needs one.
        let first = self.places.iter().copied().filter(|seam| seam.commands < at.commands).collect();
        let rest = self.places.iter().filter(|seam| seam.commands > at.commands);
        let second = rest.map(|seam| Seam { bytes: seam.bytes - at.bytes, commands: seam.commands - at.commands });
        let second = second.collect();
        Some((at.commands, [Self::new(self.form, before, first), Self::new(self.form, after, second)]))
    }

    /// The file that is uploaded.
    pub(super) fn file(&self) -> Result<Bytes, RowBatchError> {
        match self.form {
            Form::Json | Form::Text => Ok(self.content.clone()),
            #[cfg(feature = "excel")]
            Form::Workbook => Ok(workbook(&self.content)?.into()),
        }
    }
}

fn joined(one: &[u8], other: &[u8]) -> Bytes {
    [one, other].concat().into()
}
