//! Sources: what they have, and how they are edited.

use std::collections::{BTreeMap, BTreeSet};

use sync_formats::{DigestBuilder, JsonShape, JsonSplitter, content_digest};

use super::chance::Chance;
use crate::support::{ASSETS, DOMAINS, Thing};

/// What a source has, and what it says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    things: BTreeMap<Thing, u32>,
    /// Whether it has a command that no server takes, at its end.
    pub(super) is_bad: bool,
}

impl Source {
    /// A first source: some of everything.
    pub(super) fn first(chance: &Chance) -> Self {
        let mut source = Self { things: BTreeMap::from([(Thing::Community, 0)]), is_bad: false };
        for domain in 0..DOMAINS {
            for asset in 0..ASSETS {
                if chance.happens(60) {
                    source.add(Thing::Asset(domain, asset), 1);
                }
            }
        }
        source.add(Thing::Asset(0, 0), 1);
        source
    }

    /// The next version of it: some went, some came, some changed.
    pub(super) fn edited(&self, chance: &Chance, version: u32) -> Self {
        let mut edited = self.clone();
        edited.is_bad = chance.happens(8);
        for domain in 0..DOMAINS {
            for asset in 0..ASSETS {
                let thing = Thing::Asset(domain, asset);
                match (edited.things.contains_key(&thing), chance.below(10)) {
                    (true, 0..=1) => drop(edited.things.remove(&thing)),
                    (true, 2) => drop(edited.things.insert(thing, version)),
                    (false, 0..=2) => edited.add(thing, version),
                    _ => {}
                }
            }
        }
        edited.add(Thing::Asset(0, 0), 1);
        // A domain without assets goes now and then.
        for domain in 1..DOMAINS {
            let is_empty = (0..ASSETS).all(|asset| !edited.things.contains_key(&Thing::Asset(domain, asset)));
            if is_empty && chance.happens(50) {
                edited.things.remove(&Thing::Domain(domain));
            }
        }
        edited
    }

    /// An asset needs its domain.
    fn add(&mut self, thing: Thing, version: u32) {
        if let Thing::Asset(domain, _) = thing {
            self.things.entry(Thing::Domain(domain)).or_insert(0);
        }
        self.things.entry(thing).or_insert(version);
    }

    pub(super) fn things(&self) -> BTreeSet<Thing> {
        self.things.keys().copied().collect()
    }

    /// What each asset says.
    pub(super) fn assets(&self) -> BTreeMap<Thing, u32> {
        let assets = self.things.iter().filter(|(thing, _)| matches!(thing, Thing::Asset(..)));
        assets.map(|(thing, version)| (*thing, *version)).collect()
    }

    /// The digest by which a run knows it.
    pub(super) fn digest(&self) -> String {
        let text = self.text();
        let mut splitter = JsonSplitter::new(text.as_bytes(), JsonShape::Array);
        let mut digest = DigestBuilder::new();
        while let Some(record) = splitter.next_record().expect("a good array") {
            digest.update(content_digest(record.bytes).as_bytes());
        }
        digest.finish().to_string()
    }

    /// The commands, containers first.
    pub(super) fn text(&self) -> String {
        let mut commands: Vec<_> = self.things.iter().map(|(thing, version)| thing.command(*version)).collect();
        if self.is_bad {
            commands.push(
                r#"{"resourceType":"Asset","identifier":{"name":"bad","domain":{"name":"domain 0","community":{"name":"Harbour"}}},"type":{"name":"Tabel"}}"#
                    .to_owned(),
            );
        }
        format!("[{}]", commands.join(",\n"))
    }
}
