//! Sizes of the jobs that a source would become.

use sync_core::check::Severity;
use sync_core::command::{AttributeValue, Command, ResourceKind};
use sync_formats::BatchLimits;

use super::pending::{Pending, Pendings, Place};

/// Resources and characteristics that the guide advises for one job at most.
const MOST_RESOURCES: u64 = 50_000;
const MOST_CHARACTERISTICS: u64 = 500_000;

/// Assets that the guide advises for one file at most where several jobs run together.
const MOST_ASSETS: u64 = 10_000;

/// Counts what each batch would hold.
#[derive(Debug)]
pub(super) struct Sizes {
    limits: BatchLimits,
    /// Index of the first command of the batch.
    first: u64,
    bytes: u64,
    resources: u64,
    assets: u64,
    characteristics: u64,
}

impl Sizes {
    pub(super) fn new(limits: BatchLimits) -> Self {
        Self { limits, first: 0, bytes: 0, resources: 0, assets: 0, characteristics: 0 }
    }

    /// Takes a command; the cuts are those of the batch builder, which keeps the bytes besides.
    #[inline]
    pub(super) fn next(&mut self, index: u64, command: &Command<'_>, bytes: usize, findings: &mut Pendings) {
        // A bracket or comma before the command, and the closing bracket.
        let full = self.bytes + bytes as u64 + 2 > self.limits.bytes
            || self.resources >= u64::from(self.limits.commands)
            || self.first + self.resources != index;
        if full {
            self.end_batch(findings);
            self.first = index;
        }
        self.bytes += bytes as u64 + 1;
        self.resources += 1;
        self.assets += u64::from(command.kind() == ResourceKind::Asset);
        self.characteristics += characteristics(command);
    }

    /// Judges the batch that ends here.
    pub(super) fn end_batch(&mut self, findings: &mut Pendings) {
        let Self { first: index, resources, assets, characteristics, .. } = *self;
        if resources > MOST_RESOURCES || characteristics > MOST_CHARACTERISTICS {
            findings.add("local.job.size", index, || Pending {
                index,
                other: None,
                message: format!(
                    "the batch that begins here would have {resources} resources and {characteristics} attributes, \
                     relations, tags and owners; the service is advised to be given at most {MOST_RESOURCES} and \
                     {MOST_CHARACTERISTICS}"
                ),
                place: Place::Command,
                severity: Some(Severity::Warning),
            });
        } else if assets > MOST_ASSETS {
            findings.add("local.job.size", index, || Pending {
                index,
                other: None,
                message: format!(
                    "the batch that begins here would have {assets} assets; at most {MOST_ASSETS} are advised where \
                     jobs run at the same time"
                ),
                place: Place::Command,
                severity: Some(Severity::Note),
            });
        }
        (self.bytes, self.resources, self.assets, self.characteristics) = (0, 0, 0, 0);
    }
}

/// Attributes, relations, tags and owners of a command.
fn characteristics(command: &Command<'_>) -> u64 {
    let lists = |lengths: &mut dyn Iterator<Item = usize>| lengths.map(|length| length as u64).sum::<u64>();
    let attributes = |values: &[AttributeValue<'_>]| -> usize {
        values.iter().map(|value| if let AttributeValue::Values(values) = value { values.len() } else { 1 }).sum()
    };
    let (mut count, responsibilities) = match command {
        Command::Community(community) => (0, &community.responsibilities),
        Command::Domain(domain) => (0, &domain.responsibilities),
        Command::Asset(asset) => {
            let mut count = asset.tags.as_ref().map_or(0, |tags| tags.len() as u64);
            if let Some(all) = &asset.attributes {
                count += lists(&mut all.iter().map(|(_, values)| attributes(values)));
            }
            if let Some(all) = &asset.relations {
                count += lists(&mut all.iter().map(|(_, assets)| assets.len()));
            }
            (count, &asset.responsibilities)
        }
        Command::Mapping(_) => (0, &None),
        Command::ComplexRelation(relation) => {
            let mut count = 0;
            if let Some(all) = &relation.attributes {
                count += lists(&mut all.iter().map(|(_, values)| attributes(values)));
            }
            if let Some(all) = &relation.relations {
                count += lists(&mut all.iter().map(|(_, assets)| assets.len()));
            }
            (count, &None)
        }
    };
    if let Some(all) = responsibilities {
        count += lists(&mut all.iter().map(|(_, owners)| owners.len()));
    }
    count
}
