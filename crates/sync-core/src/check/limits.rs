//! How long texts may be.

use super::Rule;
use super::rules::{ASSET_NAME, COMMUNITY_NAME, DOMAIN_NAME, EXTERNAL_LENGTH, TAG_LENGTH, TYPE_NAME, URL};

/// Bounds of a text in characters, and the rule about them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Length {
    pub(super) what: &'static str,
    pub(super) min: usize,
    pub(super) max: usize,
    pub(super) rule: &'static Rule,
}

impl Length {
    const fn new(what: &'static str, min: usize, max: usize, rule: &'static Rule) -> Self {
        Self { what, min, max, rule }
    }

    /// Whether the text keeps within the bounds.
    pub(super) fn admits(&self, text: &str) -> bool {
        // A text has at most as many characters as bytes, so most are never counted.
        text.len() >= self.min && (text.len() <= self.max || text.chars().count() <= self.max)
    }
}

pub(super) const OF_COMMUNITY: Length = Length::new("a name", 1, 255, &COMMUNITY_NAME);
pub(super) const OF_DOMAIN: Length = Length::new("a name", 1, 255, &DOMAIN_NAME);
pub(super) const OF_ASSET: Length = Length::new("a name", 1, 2000, &ASSET_NAME);
pub(super) const OF_TYPE: Length = Length::new("a name", 1, 255, &TYPE_NAME);
pub(super) const OF_TAG: Length = Length::new("a tag", 1, 255, &TAG_LENGTH);
pub(super) const OF_SYSTEM: Length = Length::new("an external system id", 1, 36, &EXTERNAL_LENGTH);
pub(super) const OF_ENTITY: Length = Length::new("an external entity id", 1, 255, &EXTERNAL_LENGTH);
pub(super) const OF_URL: Length = Length::new("a URL", 0, 255, &URL);
