//! Keeps secrets out of what is shown of the service's answers.

use std::sync::Arc;

/// Shorter texts are not looked for: replacing them would garble every sentence and give them away by their absence.
const SHORTEST: usize = 4;

/// Knows the secrets and how a server may echo them.
#[derive(Clone, Default)]
pub(crate) struct Scrubber {
    needles: Arc<[String]>,
}

impl Scrubber {
    pub(crate) fn new(secrets: Vec<String>) -> Self {
        let mut needles = Vec::new();
        for secret in secrets {
            if secret.chars().count() < SHORTEST {
                continue;
            }
            let quoted = serde_json::Value::from(secret.as_str()).to_string();
            let escaped = quoted.trim_matches('"').to_owned();
            if escaped != secret {
                needles.push(escaped);
            }
            needles.push(secret);
        }
        // The longest first, lest a part be replaced and the rest remain.
        needles.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
        Self { needles: needles.into() }
    }

    /// Replaces every secret by `***`.
    pub(crate) fn scrub(&self, text: &str) -> String {
        self.needles.iter().fold(text.to_owned(), |text, needle| {
            if text.contains(needle.as_str()) { text.replace(needle.as_str(), "***") } else { text }
        })
    }

    /// As [`Self::scrub`], for a text that was cut: the beginning of a secret at its end goes too.
    pub(crate) fn scrub_cut(&self, text: &str) -> String {
        let mut text = self.scrub(text);
        for needle in self.needles.iter() {
            let begun = (SHORTEST..needle.len())
                .rev()
                .filter(|len| needle.is_char_boundary(*len))
                .find(|len| text.ends_with(&needle[..*len]));
            if let Some(len) = begun {
                text.truncate(text.len() - len);
            }
        }
        text
    }
}
