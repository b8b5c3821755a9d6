//! Findings for people: where, what, the text itself with the place marked, what to do.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::{self, IsTerminal};

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use sync_core::check::Severity;
use sync_engine::{Excerpt, Finding, FindingTotal};

use super::human::{count, is_hidden, plain};

/// Findings of one code in one input that are shown; the rest is counted.
const MOST_ALIKE: u64 = 5;

/// Columns of an excerpt, so that it fits into most windows.
const WIDTH: usize = 110;

/// Findings as text, those of one code in one input after the first few in one line. `more` are not in the list.
pub(crate) fn findings(findings: &[Finding], more: u64, totals: &[FindingTotal]) -> String {
    let colored = io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    render(findings, more, totals, colored)
}

fn render(findings: &[Finding], more: u64, totals: &[FindingTotal], colored: bool) -> String {
    let mut text = String::new();
    let mut seen: BTreeMap<(&str, &str), (u64, Severity)> = BTreeMap::new();
    for finding in findings {
        let (number, _) = seen.entry((&finding.file, &finding.code)).or_insert((0, finding.severity));
        *number += 1;
        if *number <= MOST_ALIKE {
            one(&mut text, finding, colored);
        }
    }
    let mut counted = 0;
    for ((file, code), (listed, severity)) in seen {
        let total = totals.iter().find(|total| total.file == file && total.code == code);
        let total = total.map_or(listed, |total| total.total);
        counted += total - listed;
        if total > MOST_ALIKE {
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "{}: {severity}[{code}] {} more like the {MOST_ALIKE} above",
                plain(file),
                total - MOST_ALIKE
            );
        }
    }
    if more > counted {
        let _ = writeln!(text, "and {}", count(more - counted, "further finding"));
    }
    text
}

/// `file:line:column: severity[code] message (at path)`, then the excerpt and the advice.
fn one(text: &mut String, finding: &Finding, colored: bool) {
    let Finding { file, line, column, severity, code, message, path, cell, .. } = finding;
    let place = match (path.as_str(), cell) {
        ("", None) => String::new(),
        ("", Some(cell)) => format!(" (in {cell})"),
        (path, None) => format!(" (at {path})"),
        (path, Some(cell)) => format!(" (at {path}, in {cell})"),
    };
    let (style, reset) = match (colored, severity) {
        (false, _) => ("", ""),
        (true, Severity::Error) => ("\x1b[1;31m", "\x1b[0m"),
        (true, Severity::Warning) => ("\x1b[1;33m", "\x1b[0m"),
        (true, Severity::Note) => ("\x1b[1;32m", "\x1b[0m"),
    };
    let (file, message, place) = (plain(file), plain(message), plain(&place));
    let _ = writeln!(text, "{file}:{line}:{column}: {style}{severity}[{code}]{reset} {message}{place}");
    if let Some(excerpt) = finding.excerpt.as_ref().filter(|excerpt| !excerpt.text.trim().is_empty()) {
        text.push_str(&snippet(excerpt, *line, *severity, colored));
        text.push('\n');
    }
    if let Some(help) = &finding.help {
        let _ = writeln!(text, "  help: {help}");
    }
}

fn snippet(excerpt: &Excerpt, line: u64, severity: Severity, colored: bool) -> String {
    let (shown, mark) = narrowed(excerpt);
    let line = usize::try_from(line).unwrap_or(usize::MAX);
    let snippet = Snippet::source(shown).line_start(line).annotation(AnnotationKind::Primary.span(mark));
    let level = match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let renderer = if colored { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(WIDTH + 40);
    renderer.render(&[Group::with_level(level).element(snippet)])
}

/// The text around the mark, as wide as fits, with dots where it is cut.
fn narrowed(excerpt: &Excerpt) -> (String, std::ops::Range<usize>) {
    const DOTS: &str = "...";
    let Excerpt { text, mark, cut_before, cut_after, .. } = excerpt;
    // A third of the width goes to what stands before.
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let place = starts.partition_point(|at| *at < mark.start);
    let first = if starts.len() <= WIDTH { 0 } else { place.saturating_sub(WIDTH / 3) };
    let last = (first + WIDTH).min(starts.len() - 1);
    let (start, end) = (starts[first], starts[last]);
    let before = if start > 0 || *cut_before { DOTS } else { "" };
    let after = if end < text.len() || *cut_after { DOTS } else { "" };
    // One character of another shape for one that would move the cursor.
    let is_hidden = |c: char| c != '\t' && is_hidden(c);
    let shown: String = text[start..end].chars().map(|c| if is_hidden(c) { ' ' } else { c }).collect();
    let shift = |at: usize| {
        let at = at.clamp(start, end);
        before.len() + text[start..at].chars().map(|c| if is_hidden(c) { 1 } else { c.len_utf8() }).sum::<usize>()
    };
    let mark = shift(mark.start)..shift(mark.end);
    (format!("{before}{shown}{after}"), mark)
}
