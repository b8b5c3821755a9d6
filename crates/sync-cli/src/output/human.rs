//! Reports as text for people.

use std::fmt::{self, Write};

use sync_engine::{CheckReport, Finding, PlanList, Report, RunOutcome};

/// Names shown of a list.
const MOST_NAMES: usize = 20;

/// What a check found.
pub(crate) fn check(report: &CheckReport) -> String {
    let mut text = findings(&report.findings, report.more_findings);
    let found = report.findings.len() as u64 + report.more_findings;
    let _ = writeln!(text, "{} checked, {}", count(report.commands, "command"), count(found, "finding"));
    text
}

/// What a run did.
pub(crate) fn run(report: &Report) -> String {
    let mut text = findings(&report.findings, report.more_findings);
    // Writing to a string cannot fail.
    let _ = write_run(&mut text, report);
    text
}

fn findings(findings: &[Finding], more: u64) -> String {
    let mut text = String::new();
    for finding in findings {
        let Finding { file, line, column, code, message, path, .. } = finding;
        let severity = format!("{:?}", finding.severity).to_lowercase();
        let place = if path.is_empty() { String::new() } else { format!(" (at {path})") };
        let _ = writeln!(text, "{file}:{line}:{column}: {severity}[{code}] {message}{place}");
        if let Some(help) = &finding.help {
            let _ = writeln!(text, "  help: {help}");
        }
    }
    if more > 0 {
        let _ = writeln!(text, "and {}", count(more, "further finding"));
    }
    text
}

fn write_run(text: &mut String, report: &Report) -> fmt::Result {
    let id = &report.synchronization_id;
    match report.cycle {
        0 => writeln!(text, "{id}: {}", report.message.join("; "))?,
        cycle => writeln!(text, "{id}, cycle {cycle}: {}", report.message.join("; "))?,
    }
    let input = &report.input;
    if input.commands > 0 {
        let files = input.files.join(", ");
        writeln!(text, "  input     {files}: {}, {}", count(input.commands, "command"), bytes(input.bytes))?;
        let plan = &report.plan;
        writeln!(
            text,
            "  plan      {} added, {} changed, {} same, {} missing",
            plan.added, plan.changed, plan.same, plan.missing
        )?;
    }
    write_jobs(text, report)?;
    write_summary(text, report)?;
    for error in &report.errors {
        let place = match (&error.file, error.line) {
            (Some(file), Some(line)) => format!("{file}:{line}: "),
            _ => String::new(),
        };
        let identity = error.identity.as_deref().map(|identity| format!(" ({identity})")).unwrap_or_default();
        writeln!(text, "  {place}{}{identity}", error.message)?;
    }
    if report.outcome == RunOutcome::Guarded {
        write_guard(text, report)?;
    }
    if let Some(seconds) = report.seconds.get("total") {
        writeln!(text, "  {seconds:.1} s")?;
    }
    Ok(())
}

fn write_jobs(text: &mut String, report: &Report) -> fmt::Result {
    if !report.batches.is_empty() {
        let good = report.batches.iter().filter(|batch| batch.outcome.is_some_and(|outcome| outcome.is_success()));
        writeln!(text, "  batches   {} of {} succeeded", good.count(), report.batches.len())?;
    }
    if let Some(finalize) = &report.finalize {
        let result = finalize.result.as_deref().or(finalize.state.as_deref()).unwrap_or("not known");
        let removed = finalize.removed.map(|removed| format!(", {removed} removed")).unwrap_or_default();
        writeln!(text, "  finalize  {}: {result}{removed}", finalize.strategy)?;
    }
    Ok(())
}

fn write_summary(text: &mut String, report: &Report) -> fmt::Result {
    if report.summary.is_empty() {
        if report.outcome == RunOutcome::Finalized {
            writeln!(text, "  executed  0 (the catalogue had it all)")?;
        }
        return Ok(());
    }
    writeln!(text, "  {:<16} {:>8} {:>8} {:>8}", "executed", "added", "updated", "removed")?;
    for (kind, counters) in &report.summary {
        let kind = kind.to_lowercase().replace('_', " ");
        writeln!(text, "    {kind:<14} {:>8} {:>8} {:>8}", counters.added, counters.updated, counters.removed)?;
    }
    Ok(())
}

/// What the guard saw, and the way past it.
fn write_guard(text: &mut String, report: &Report) -> fmt::Result {
    let Some(stop) = &report.guard_stop else {
        writeln!(text, "  to make this state folder know it, run one full cycle with --on-missing ignore")?;
        return Ok(());
    };
    names(text, "missing", &report.details.missing)?;
    writeln!(text, "  to let this one run do it: --allow-removals {}", stop.numbers.missing)
}

fn names(text: &mut String, title: &str, list: &PlanList) -> fmt::Result {
    let mut entries: Vec<_> = list.entries.iter().map(|entry| &entry.identity).collect();
    entries.sort();
    writeln!(text, "  {title}:")?;
    for identity in entries.iter().take(MOST_NAMES) {
        writeln!(text, "    {identity}")?;
    }
    let shown = entries.len().min(MOST_NAMES) as u64;
    if list.total > shown {
        writeln!(text, "    and {} more", list.total - shown)?;
    }
    Ok(())
}

/// `1 command`, `2 commands`, `2 batches`.
pub(crate) fn count(number: u64, what: &str) -> String {
    match (number, what.ends_with("ch")) {
        (1, _) => format!("1 {what}"),
        (_, true) => format!("{number} {what}es"),
        (_, false) => format!("{number} {what}s"),
    }
}

/// Bytes in the unit people would use.
pub(crate) fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut size = bytes as f64 / 1024.0;
    let mut unit = 0;
    while size >= 1024.0 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    format!("{size:.1} {}", UNITS[unit])
}
