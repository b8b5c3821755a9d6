//! The only place that writes to the terminal. A reader that has gone away is not an error.

use std::io::{self, Write};

use serde::Serialize;

use crate::exit::Failure;

/// One line on standard output, at once.
pub(crate) fn line(line: &str) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Text that ends its last line itself, on standard output.
pub(crate) fn text(text: &str) {
    let _ = io::stdout().lock().write_all(text.as_bytes());
}

/// One JSON object on standard output.
pub(crate) fn json(value: &impl Serialize) {
    if let Ok(json) = serde_json::to_string_pretty(value) {
        line(&json);
    }
}

/// One line on standard error.
pub(crate) fn note(note: &str) {
    let _ = writeln!(io::stderr().lock(), "{note}");
}

/// A failure with its causes, and what to do about it.
pub(crate) fn error(failure: &Failure) {
    let mut err = io::stderr().lock();
    let _ = writeln!(err, "error: {}", failure.error());
    for cause in failure.error().chain().skip(1) {
        let _ = writeln!(err, "  because {cause}");
    }
    if let Some(hint) = failure.hint() {
        let _ = writeln!(err, "  hint: {hint}");
    }
}
