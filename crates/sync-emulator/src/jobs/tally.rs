//! Counting what a job did.

use serde_json::{Value, json};

use crate::catalog::{TypeNumber, model::Model};

/// Kinds of things that summaries and errors speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Category {
    Community,
    Domain,
    Asset,
    Attribute,
    Relation,
    ComplexRelation,
    Mapping,
    Responsibility,
}

impl Category {
    const ALL: [Self; 8] = [
        Self::Community,
        Self::Domain,
        Self::Asset,
        Self::Attribute,
        Self::Relation,
        Self::ComplexRelation,
        Self::Mapping,
        Self::Responsibility,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Community => "COMMUNITY",
            Self::Domain => "DOMAIN",
            Self::Asset => "ASSET",
            Self::Attribute => "ATTRIBUTE",
            Self::Relation => "RELATION",
            Self::ComplexRelation => "COMPLEX_RELATION",
            Self::Mapping => "MAPPING",
            Self::Responsibility => "RESPONSIBILITY",
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counters {
    pub(crate) added: u64,
    pub(crate) updated: u64,
    pub(crate) removed: u64,
    pub(crate) failed: u64,
}

impl Counters {
    fn is_zero(&self) -> bool {
        *self == Self::default()
    }

    fn add(&mut self, other: &Self) {
        self.added += other.added;
        self.updated += other.updated;
        self.removed += other.removed;
        self.failed += other.failed;
    }

    fn json(&self, sample: bool) -> Value {
        let mut counters = json!({"added": self.added, "updated": self.updated, "removed": self.removed});
        if sample {
            counters["failed"] = self.failed.into();
        }
        counters
    }
}

/// Counts by category, for assets by type too.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    counts: [Counters; 8],
    asset_types: Vec<(TypeNumber, Counters)>,
}

impl Tally {
    pub(crate) fn added(&mut self, category: Category) {
        self.counts[category as usize].added += 1;
    }

    pub(crate) fn updated(&mut self, category: Category) {
        self.counts[category as usize].updated += 1;
    }

    pub(crate) fn removed(&mut self, category: Category) {
        self.removed_many(category, 1);
    }

    pub(crate) fn removed_many(&mut self, category: Category, count: usize) {
        self.counts[category as usize].removed += count as u64;
    }

    pub(crate) fn failed(&mut self, category: Category) {
        self.counts[category as usize].failed += 1;
    }

    /// The counters of one asset type.
    pub(crate) fn asset_type(&mut self, asset_type: TypeNumber) -> &mut Counters {
        let position = match self.asset_types.iter().position(|(known, _)| *known == asset_type) {
            Some(position) => position,
            None => {
                self.asset_types.push((asset_type, Counters::default()));
                self.asset_types.len() - 1
            }
        };
        &mut self.asset_types[position].1
    }

    /// Adds what one command did.
    pub(crate) fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            mine.add(theirs);
        }
        for (asset_type, counters) in &other.asset_types {
            self.asset_type(*asset_type).add(counters);
        }
    }

    /// Whether nothing was counted.
    pub(crate) fn is_empty(&self) -> bool {
        self.counts.iter().all(Counters::is_zero)
    }

    /// Forgets everything but keeps its memory.
    pub(crate) fn clear(&mut self) {
        self.counts = Default::default();
        self.asset_types.clear();
    }

    /// The counts after everything was undone that was not `committed` before. What failed has failed all the same.
    pub(crate) fn undone_to(&self, committed: &Self) -> Self {
        let mut left = committed.clone();
        for (left, all) in left.counts.iter_mut().zip(&self.counts) {
            left.failed = all.failed;
        }
        left
    }

    /// The list of a summary; kinds nothing happened to are left out. `sample` writes it as in the guide's sample.
    pub(crate) fn json(&self, model: &Model, sample: bool) -> Value {
        let mut list = Vec::new();
        for category in Category::ALL {
            let counters = &self.counts[category as usize];
            if counters.is_zero() || (!sample && Counters { failed: 0, ..*counters }.is_zero()) {
                continue;
            }
            let mut subcategories = Vec::new();
            if category == Category::Asset {
                for (asset_type, counters) in self.asset_types.iter().filter(|(_, counters)| !counters.is_zero()) {
                    let (id, name) = model.asset_types.shown(*asset_type);
                    let category = json!({"id": id, "name": name});
                    subcategories.push(json!({"category": category, "counters": counters.json(sample)}));
                }
            }
            let subcategories =
                if sample && subcategories.is_empty() { Value::Null } else { Value::from(subcategories) };
            list.push(json!({
                "resourceType": category.as_str(),
                "counters": counters.json(sample),
                "subcategories": subcategories,
            }));
        }
        list.into()
    }
}
