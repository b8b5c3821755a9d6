//! Names that nearly every command repeats, resolved once.

use std::collections::HashMap;

use super::Number;

/// Beyond this many names the cache starts anew.
const LIMIT: usize = 50_000;

/// Numbers of communities by name and of domains by community and name. Cleared whenever something is undone, renamed,
/// moved or removed, so it never disagrees with the tables.
#[derive(Debug, Default)]
pub(super) struct NameCache {
    communities: HashMap<String, Number>,
    domains: HashMap<Number, HashMap<String, Number>>,
    size: usize,
}

impl NameCache {
    pub(super) fn clear(&mut self) {
        if self.size > 0 {
            *self = Self::default();
        }
    }

    pub(super) fn community(&self, name: &str) -> Option<Number> {
        self.communities.get(name).copied()
    }

    pub(super) fn domain(&self, community: Number, name: &str) -> Option<Number> {
        self.domains.get(&community).and_then(|names| names.get(name)).copied()
    }

    pub(super) fn keep_community(&mut self, name: &str, number: Number) {
        self.grow();
        self.communities.insert(name.to_owned(), number);
    }

    pub(super) fn keep_domain(&mut self, community: Number, name: &str, number: Number) {
        self.grow();
        self.domains.entry(community).or_default().insert(name.to_owned(), number);
    }

    fn grow(&mut self) {
        if self.size >= LIMIT {
            self.clear();
        }
        self.size += 1;
    }
}
