//! What is probably not meant in the rows of a table.

use sync_core::check::Severity;

use crate::{CellPlace, Row, RowPosition, RowReader};

/// Warnings of one kind that are listed; beyond that they are only counted.
const LISTED: u64 = 100;

/// Warnings of one kind about one column, or one command of the template, that are listed.
const LISTED_PER_SUBJECT: u64 = 10;

/// Something in the rows of a table that is probably not meant.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExpandWarning {
    /// Its name: `local.template.` and a word.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong here: one sentence, lower case, without a full stop.
    pub message: String,
    /// The cell.
    pub place: CellPlace,
    /// Row and line of an earlier row that matters.
    pub related: Option<(u64, u64)>,
}

/// The kinds of warnings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    ListBelowObjects,
    IdentifierReturns,
    HeaderImported,
    RowTooLong,
}

const KINDS: [Kind; 4] = [Kind::ListBelowObjects, Kind::IdentifierReturns, Kind::HeaderImported, Kind::RowTooLong];

impl Kind {
    fn code(self) -> &'static str {
        match self {
            Self::ListBelowObjects => "local.template.listBelowObjects",
            Self::IdentifierReturns => "local.template.identifierReturns",
            Self::HeaderImported => "local.template.headerImported",
            Self::RowTooLong => "local.template.rowTooLong",
        }
    }
}

/// Warnings so far.
#[derive(Debug, Default)]
pub(super) struct Warnings {
    listed: Vec<Listed>,
    counts: [Count; KINDS.len()],
}

#[derive(Debug, Default)]
struct Count {
    total: u64,
    listed: u64,
    subjects: Vec<u64>,
}

/// A warning whose place nobody has asked for yet.
#[derive(Debug)]
struct Listed {
    kind: Kind,
    severity: Severity,
    message: String,
    position: RowPosition,
    raw: Vec<u8>,
    column: usize,
    related: Option<(u64, u64)>,
}

/// What a warning is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject {
    /// The column, or the command of the template: of each only a few warnings are listed.
    pub(super) number: usize,
    /// The column that is shown, from 0.
    pub(super) column: usize,
    /// Row and line of an earlier row.
    pub(super) related: Option<(u64, u64)>,
}

impl Warnings {
    pub(super) fn add(
        &mut self,
        kind: Kind,
        severity: Severity,
        row: Row<'_>,
        subject: Subject,
        message: impl FnOnce() -> String,
    ) {
        let count = &mut self.counts[kind as usize];
        count.total += 1;
        if count.listed >= LISTED {
            return;
        }
        if count.subjects.len() <= subject.number {
            count.subjects.resize(subject.number + 1, 0);
        }
        let of_subject = &mut count.subjects[subject.number];
        if *of_subject >= LISTED_PER_SUBJECT {
            return;
        }
        *of_subject += 1;
        count.listed += 1;
        let (position, raw) = (row.position, row.raw.to_vec());
        let Subject { column, related, .. } = subject;
        self.listed.push(Listed { kind, severity, message: message(), position, raw, column, related });
    }

    /// How many there were of each kind, listed or not; those there were.
    pub(super) fn totals(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        KINDS
            .into_iter()
            .zip(&self.counts)
            .filter(|(_, count)| count.total > 0)
            .map(|(kind, count)| (kind.code(), count.total))
    }

    /// The warnings since the last call.
    pub(super) fn take(&mut self, reader: &impl RowReader) -> Vec<ExpandWarning> {
        let listed = std::mem::take(&mut self.listed).into_iter();
        let placed = listed.map(|Listed { kind, severity, message, position, raw, column, related }| ExpandWarning {
            code: kind.code(),
            severity,
            message,
            place: reader.place_of(position, &raw, column),
            related,
        });
        placed.collect()
    }
}
