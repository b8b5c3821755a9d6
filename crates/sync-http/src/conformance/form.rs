//! Multipart bodies, good and bad.

use serde_json::Value;

/// A boundary that occurs in no part.
const BOUNDARY: &str = "collibra-sync-conformance-7d1f3a";

/// The body of a submit, as it is asked for, not as it should be.
#[derive(Debug, Clone, Default)]
pub(super) struct Form(Vec<u8>);

impl Form {
    /// No parts at all.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// The commands as a file.
    pub(super) fn commands(commands: &Value) -> Self {
        Self::new().file("commands.json", commands.to_string().as_bytes())
    }

    /// The commands as a file, with `continueOnError=false`.
    pub(super) fn strict(commands: &Value) -> Self {
        Self::commands(commands).text("continueOnError", "false")
    }

    /// The commands as a file, with `continueOnError=true`.
    pub(super) fn lenient(commands: &Value) -> Self {
        Self::commands(commands).text("continueOnError", "true")
    }

    /// A finalization by this strategy.
    pub(super) fn strategy(strategy: &str) -> Self {
        Self::new().text("finalizationStrategy", strategy)
    }

    pub(super) fn file(self, name: &str, content: &[u8]) -> Self {
        let head = format!("name=\"file\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream");
        self.part(&head, content)
    }

    pub(super) fn text(self, name: &str, value: &str) -> Self {
        self.part(&format!("name=\"{name}\""), value.as_bytes())
    }

    /// A text part that says to be JSON.
    pub(super) fn json(self, name: &str, value: &Value) -> Self {
        let head = format!("name=\"{name}\"\r\nContent-Type: application/json");
        self.part(&head, value.to_string().as_bytes())
    }

    fn part(mut self, head: &str, content: &[u8]) -> Self {
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n");
        self.0.extend_from_slice(head.as_bytes());
        self.0.extend_from_slice(content);
        self.0.extend_from_slice(b"\r\n");
        self
    }

    /// The content type and the bytes.
    pub(super) fn encode(mut self) -> (String, Vec<u8>) {
        self.0.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        (format!("multipart/form-data; boundary={BOUNDARY}"), self.0)
    }
}
