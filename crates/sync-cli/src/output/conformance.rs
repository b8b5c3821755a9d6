//! What the conformance suite says and finds, as text for people.

use std::fmt::{self, Write};

use sync_http::conformance::{CaseReport, Outcome, SuiteEnd, SuiteReport, statements};

use super::human::plain;

/// All statements.
pub(crate) fn list() -> String {
    let mut text = String::new();
    for statement in statements() {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{:>4}  {:<10}  {}", statement.number, statement.evidence.to_string(), statement.says);
    }
    text
}

/// One case in one line.
pub(crate) fn line(case: &CaseReport) -> String {
    let statement = case.statement;
    format!("{:>4}  {:<7}  {}", statement.number, case.outcome.as_str(), statement.name)
}

/// What was found.
pub(crate) fn report(report: &SuiteReport) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut text, report);
    text
}

fn write(text: &mut String, report: &SuiteReport) -> fmt::Result {
    for case in &report.cases {
        writeln!(text, "{}", line(case))?;
        match &case.outcome {
            Outcome::Broken { expected, seen } => {
                writeln!(text, "{:15}says      {}", "", case.statement.says)?;
                writeln!(text, "{:15}expected  {}", "", plain(expected))?;
                writeln!(text, "{:15}seen      {}", "", plain(seen))?;
            }
            Outcome::Skipped { reason } => writeln!(text, "{:15}{}", "", plain(reason))?,
            _ => {}
        }
        for note in &case.notes {
            writeln!(text, "{:15}{}", "", plain(note))?;
        }
    }
    write_questions(text, report)?;
    if !report.cases.is_empty() {
        let [hold, reading, broken, skipped] =
            ["holds", "reading", "broken", "skipped"].map(|outcome| report.count(outcome));
        writeln!(text, "\n{hold} hold, {reading} answered by a reading, {broken} broken, {skipped} skipped")?;
    }
    if report.end == SuiteEnd::Stopped {
        writeln!(text, "stopped before all were tried")?;
    }
    match report.left_behind.as_slice() {
        [] => writeln!(text, "nothing was left behind"),
        left => {
            writeln!(text, "left behind:")?;
            left.iter().try_for_each(|what| writeln!(text, "  {}", plain(what)))
        }
    }
}

/// The open questions that were tried.
fn write_questions(text: &mut String, report: &SuiteReport) -> fmt::Result {
    let tried = |number: u8| report.cases.iter().any(|case| case.statement.number == number);
    let questions: Vec<_> = report.questions().into_iter().filter(|question| tried(question.statement)).collect();
    if questions.is_empty() {
        return Ok(());
    }
    writeln!(text, "\nopen questions on this server")?;
    for question in &questions {
        let value = question.value.as_deref().unwrap_or("not known");
        let is_default = question.value.as_deref() == Some(question.switch.choices[0].value);
        let mark = if is_default || question.value.is_none() { "" } else { " (not the default)" };
        let meaning = question.meaning().map(|meaning| format!(": {meaning}")).unwrap_or_default();
        writeln!(text, "{:>4}  {:<29} {}{mark}{meaning}", question.statement, question.switch.name, plain(value))?;
    }
    Ok(())
}
