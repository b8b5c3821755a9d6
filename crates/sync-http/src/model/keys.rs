//! How the entries of a model refer to each other: by name where one is enough, otherwise by id.

use std::collections::HashMap;

use uuid::Uuid;

/// References by id.
#[derive(Debug)]
pub(super) struct Keys(HashMap<Uuid, String>);

impl Keys {
    pub(super) fn new<'a>(entries: impl Iterator<Item = (Uuid, &'a str)> + Clone) -> Self {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        entries.clone().for_each(|(_, name)| *counts.entry(name).or_default() += 1);
        let key = |(id, name): (Uuid, &'a str)| {
            let is_enough = counts.get(name) == Some(&1) && Uuid::try_parse(name).is_err();
            (id, if is_enough { name.to_owned() } else { id.to_string() })
        };
        Self(entries.map(key).collect())
    }

    /// Nothing if there is no such entry.
    pub(super) fn key(&self, id: Uuid) -> Option<String> {
        self.0.get(&id).cloned()
    }

    pub(super) fn has(&self, id: Uuid) -> bool {
        self.0.contains_key(&id)
    }
}
