//! Reports as text for people.

use std::borrow::Cow;
use std::fmt::{self, Write};

use sync_core::Counters;
use sync_engine::{
    CheckReport, GuardReason, JobReport, Plan, PlanCounts, PlanList, PlanReport, Report, RunOutcome,
    SynchronizationStatus,
};

use super::findings::findings;

/// Names shown of a list.
const MOST_NAMES: usize = 20;

/// What a check found.
pub(crate) fn check(report: &CheckReport) -> String {
    let mut text = findings(&report.findings, report.more_findings, &report.totals);
    let found = report.findings.len() as u64 + report.more_findings;
    let _ = writeln!(text, "{} checked, {}", count(report.commands, "command"), count(found, "finding"));
    text
}

/// What a run did.
pub(crate) fn run(report: &Report) -> String {
    let mut text = findings(&report.findings, report.more_findings, &report.finding_totals);
    // Writing to a string cannot fail.
    let _ = write_run(&mut text, report);
    text
}

fn write_run(text: &mut String, report: &Report) -> fmt::Result {
    let id = &report.synchronization_id;
    let (what, then) = report.message.split_first().map_or(("", &[][..]), |(what, then)| (what.as_str(), then));
    match report.cycle {
        0 => writeln!(text, "{id}: {what}")?,
        cycle => writeln!(text, "{id}, cycle {cycle}: {what}")?,
    }
    for (place, sentence) in report.recovery.iter().enumerate() {
        writeln!(text, "  {:<9} {}", if place == 0 { "found" } else { "" }, plain(sentence))?;
    }
    let input = &report.input;
    if input.commands > 0 {
        let files = input.files.join(", ");
        writeln!(text, "  input     {files}: {}, {}", count(input.commands, "command"), bytes(input.bytes))?;
        let PlanCounts { added, changed, same, missing, .. } = report.plan;
        if added + changed + same + missing > 0 {
            writeln!(text, "  plan      {added} added, {changed} changed, {same} same, {missing} missing")?;
        }
    }
    write_jobs(text, report)?;
    write_summary(text, report)?;
    for error in &report.errors {
        let place = match (&error.file, error.line) {
            (Some(file), Some(line)) => format!("{}:{line}: ", plain(file)),
            _ => String::new(),
        };
        let about: Vec<_> = [error.identity.as_deref().map(plain), error.cell.as_deref().map(|cell| plain(cell))]
            .into_iter()
            .flatten()
            .collect();
        let about = if about.is_empty() { String::new() } else { format!(" ({})", about.join(", in ")) };
        writeln!(text, "  {place}{}{about}", plain(&error.message))?;
    }
    for reason in &report.guard {
        write_names(text, reason)?;
    }
    for sentence in then {
        writeln!(text, "  {sentence}")?;
    }
    if let Some(seconds) = report.seconds.get("total") {
        writeln!(text, "  {seconds:.1} s")?;
    }
    Ok(())
}

fn write_jobs(text: &mut String, report: &Report) -> fmt::Result {
    if !report.batches.is_empty() {
        let good = report.batches.iter().filter(|batch| batch.outcome.is_some_and(|outcome| outcome.is_success()));
        let halved = report.batches.iter().filter(|batch| batch.halved).count();
        write!(text, "  batches   {} of {} succeeded", good.count(), report.batches.len() - halved)?;
        match halved {
            0 => writeln!(text)?,
            halved => writeln!(text, "; {halved} came again in halves")?,
        }
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
        if report.outcome == RunOutcome::Finalized && report.summary_complete {
            writeln!(text, "  executed  0 (the catalogue had it all)")?;
        }
        return Ok(());
    }
    write_counters(text, report.summary.iter().map(|(kind, counters)| (kind.as_str(), *counters)))
}

fn write_counters<'a>(text: &mut String, kinds: impl Iterator<Item = (&'a str, Counters)>) -> fmt::Result {
    writeln!(text, "  {:<16} {:>8} {:>8} {:>8}", "executed", "added", "updated", "removed")?;
    for (kind, counters) in kinds {
        let kind = kind.to_lowercase().replace('_', " ");
        writeln!(text, "    {kind:<14} {:>8} {:>8} {:>8}", counters.added, counters.updated, counters.removed)?;
    }
    Ok(())
}

/// The names behind one reason of the guard.
fn write_names(text: &mut String, reason: &GuardReason) -> fmt::Result {
    if reason.names.is_empty() {
        return Ok(());
    }
    writeln!(text, "  {}:", reason.message)?;
    for name in reason.names.iter().take(MOST_NAMES) {
        writeln!(text, "    {}", plain(name))?;
    }
    let shown = reason.names.len().min(MOST_NAMES) as u64;
    if reason.total > shown {
        writeln!(text, "    and {} more", reason.total - shown)?;
    }
    Ok(())
}

/// Where a job stands.
pub(crate) fn job(report: &JobReport) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_job(&mut text, report);
    text
}

fn write_job(text: &mut String, report: &JobReport) -> fmt::Result {
    let job = &report.job;
    let state =
        job.state.as_ref().map_or_else(|| "in no known state".to_owned(), |state| state.as_str().to_lowercase());
    match report.outcome {
        Some(outcome) => writeln!(text, "job {}: {state}; it {outcome}", job.id)?,
        None => writeln!(text, "job {}: {state}", job.id)?,
    }
    for said in [&job.name, &job.message].into_iter().flatten() {
        writeln!(text, "  {}", plain(said))?;
    }
    if let Some(summary) = report.summary.as_ref().filter(|summary| !summary.resource_types.is_empty()) {
        let kinds = summary.resource_types.iter().map(|kind| (kind.resource_type.as_str(), kind.counters));
        write_counters(text, kinds)?;
    }
    match report.summary.as_ref().and_then(|summary| summary.errors_count) {
        Some(errors) if errors > 0 => writeln!(text, "  {}", count(errors, "error")),
        _ => Ok(()),
    }
}

/// Where synchronizations stand.
pub(crate) fn status(found: &[SynchronizationStatus]) -> String {
    let mut text = String::new();
    for one in found {
        // Writing to a string cannot fail.
        let _ = write_status(&mut text, one);
    }
    text
}

fn write_status(text: &mut String, status: &SynchronizationStatus) -> fmt::Result {
    writeln!(text, "{} on {}: {}", status.synchronization_id, plain(&status.target), plain(&status.message))?;
    if let Some(holder) = &status.held_by {
        writeln!(text, "  held by   {}", plain(holder))?;
    }
    writeln!(text, "  known     {}", count(status.known, "resource"))?;
    writeln!(text, "  {:>5}  {:<20}  {:<16} {:>7} {:>9}  missing", "cycle", "begun", "phase", "batches", "commands")?;
    for cycle in &status.cycles {
        let begun = cycle.begun.as_deref().unwrap_or("-");
        let missing = cycle.on_missing.map(|finalization| finalization.to_string()).unwrap_or_default();
        let (number, phase) = (cycle.cycle, cycle.phase.to_string());
        writeln!(
            text,
            "  {number:>5}  {begun:<20}  {phase:<16} {:>7} {:>9}  {missing}",
            cycle.batches, cycle.commands
        )?;
    }
    Ok(())
}

/// What a run would do.
pub(crate) fn plan(report: &PlanReport, full: bool) -> String {
    let mut text = findings(&report.findings, report.more_findings, &[]);
    // Writing to a string cannot fail.
    let _ = write_plan(&mut text, report, full);
    text
}

/// What is missing from a source, for somebody who is asked about it.
pub(crate) fn missing(plan: &Plan) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_list(&mut text, "-", "missing", &plan.missing, MOST_NAMES);
    text
}

fn write_list(text: &mut String, sign: &str, title: &str, list: &PlanList, most: usize) -> fmt::Result {
    if list.total == 0 {
        return Ok(());
    }
    let kinds: Vec<_> = list.by_kind.iter().map(|(kind, number)| format!("{number} {kind}")).collect();
    writeln!(text, "{title}: {}", kinds.join(", "))?;
    let mut entries: Vec<_> = list.entries.iter().collect();
    entries.sort_by(|one, other| (one.kind, &one.identity).cmp(&(other.kind, &other.identity)));
    for entry in entries.iter().take(most) {
        let members = if entry.members.is_empty() { String::new() } else { format!(": {}", entry.members.join(", ")) };
        writeln!(text, "  {sign} {}{members}", plain(&entry.identity))?;
    }
    let shown = entries.len().min(most) as u64;
    if list.total > shown {
        writeln!(text, "    and {} more", list.total - shown)?;
    }
    Ok(())
}

fn write_plan(text: &mut String, report: &PlanReport, full: bool) -> fmt::Result {
    if report.is_rejected() {
        return writeln!(text, "the input is not fit for a plan");
    }
    let most = if full { usize::MAX } else { MOST_NAMES };
    let Plan { added, changed, missing, same, .. } = &report.plan;
    for (sign, title, list) in [("+", "added", added), ("~", "changed", changed), ("-", "missing", missing)] {
        write_list(text, sign, title, list, most)?;
    }
    writeln!(text, "{} added, {} changed, {same} same, {} missing", added.total, changed.total, missing.total)?;
    if report.unfinished {
        writeln!(text, "an earlier cycle was not finalized; the catalogue may hold what it sent")?;
    }
    for reason in &report.guard {
        let way = reason.flag.as_ref().map(|flag| format!(" (a run passes with {flag})")).unwrap_or_default();
        writeln!(text, "the guard would stop a run: {}{way}", reason.message)?;
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

/// Whether a character moves the cursor or turns the text around.
pub(super) fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Foreign text for a terminal: what would move the cursor, colour or turn the text around is written as an escape, so that
/// nobody's name can pass for a line of ours.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hidden(c) { shown.extend(c.escape_unicode()) } else { shown.push(c) }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn text_that_would_turn_or_paint_the_terminal_is_shown_as_escapes() {
        assert_eq!(plain("Größe (顧客)"), "Größe (顧客)");
        assert_eq!(plain("a\r\n\u{1b}[1mFAKE\u{202e}"), "a\\u{d}\\u{a}\\u{1b}[1mFAKE\\u{202e}");
    }
}
