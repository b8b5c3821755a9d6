//! Findings on their way into a report: levels applied, equal ones grouped, places looked up.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::{ControlFlow, Range};

use sync_core::check::{self, Severity};
use sync_core::command::Command;
use sync_formats::{
    BatchError, BatchLimits, ExpandError, Position, RowBatchError, SplitError, SplitErrorKind, TemplateError, locate,
};

use crate::check::CheckOptions;
use crate::finding::{Excerpt, Finding, FindingTotal, Related};
use crate::input::{Content, Input, InputError};
use crate::options::Upload;
use crate::rules::{Examiner, MOST_ALIKE, Pending};
use crate::source::{Ended, Item, Note, Notes, Place, RowBatchesError, Source, SourceError, walk};
use crate::survey::SurveyError;

/// Commands about one resource that do not stand together, in general and in the rows of a table. What reads the rows notices
/// the latter too, though not all of them: its word counts where nobody compares the commands.
const INTERLEAVED: &str = "local.identifier.interleaved";
const RETURNS: &str = "local.template.identifierReturns";

/// How strictly a source is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To be written as commands, whatever they say.
    Expand,
    /// To be compared: commands must be readable.
    Plan,
    /// To be sent by a run, tables in this form.
    Run(Upload),
    /// To be judged.
    Check,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// In the order of the source.
    pub(crate) findings: Vec<Finding>,
    /// Those beyond the listed ones.
    pub(crate) more: u64,
    /// Where not all are listed.
    pub(crate) totals: Vec<FindingTotal>,
    pub(crate) has_errors: bool,
}

/// Checks commands one after the other, and the whole of them at the end.
#[derive(Debug)]
pub(crate) struct Checker<'c> {
    options: &'c CheckOptions,
    purpose: Purpose,
    limits: BatchLimits,
    inputs: &'c [Input],
    /// Number of the input being read.
    input: usize,
    examiner: Option<Examiner<'c>>,
    groups: BTreeMap<(usize, &'static str), Group>,
    /// What was said of templates, which several inputs may share.
    told: BTreeSet<(String, &'static str, String, u64)>,
    has_errors: bool,
    scratch: Vec<check::Finding>,
    misfits: Vec<check::Misfit>,
}

/// Findings of one code in one input.
#[derive(Debug, Default)]
struct Group {
    kept: Vec<Finding>,
    total: u64,
}

impl<'c> Checker<'c> {
    pub(crate) fn new(inputs: &'c [Input], options: &'c CheckOptions, purpose: Purpose, limits: BatchLimits) -> Self {
        Self {
            options,
            purpose,
            limits,
            inputs,
            input: 0,
            examiner: None,
            groups: BTreeMap::new(),
            told: BTreeSet::new(),
            has_errors: false,
            scratch: Vec::new(),
            misfits: Vec::new(),
        }
    }

    /// Lets commands be compared with each other; what that needs is spilled into a folder.
    pub(crate) fn comparing(self, spill: &'c std::path::Path) -> Self {
        let examiner = Some(Examiner::new(self.limits, self.options.model.as_ref(), spill));
        Self { examiner, ..self }
    }

    /// What follows is of this input, and its first command has this index.
    pub(crate) fn begin_input(&mut self, number: usize, first_index: u64) {
        self.input = number;
        if let Some(examiner) = &mut self.examiner {
            examiner.begin_input(first_index);
        }
    }

    /// Checks a command; `None` if it cannot be read.
    pub(crate) fn command<'r>(&mut self, item: &Item<'r>) -> Result<Option<Command<'r>>, SurveyError> {
        let record = item.record.bytes;
        if self.purpose == Purpose::Plan
            && let Ok(command) = Command::from_slice(record)
        {
            return Ok(Some(command));
        }
        let mut found = std::mem::take(&mut self.scratch);
        let command = check::command(record, &mut found);
        for finding in found.drain(..) {
            let rule = finding.rule;
            if self.purpose == Purpose::Plan && rule.severity < Severity::Error {
                continue;
            }
            let essential = command.is_none() && rule.severity == Severity::Error;
            self.add(rule.code, rule.severity, essential, |file| Finding {
                message: finding.message,
                path: finding.path.to_string(),
                help: Some(rule.help.to_owned()),
                ..at(file, item.place(&finding.path, &finding.span))
            });
        }
        self.scratch = found;
        if let Some(command) = &command {
            self.hold_against_model(item, command);
        }
        if let (Some(examiner), Some(command)) = (&mut self.examiner, &command) {
            examiner.command(item, command).map_err(SurveyError::Spill)?;
        }
        Ok(command)
    }

    /// What of a command does not fit the operating model, if there is one.
    fn hold_against_model(&mut self, item: &Item<'_>, command: &Command<'_>) {
        if !matches!(self.purpose, Purpose::Run(_) | Purpose::Check) {
            return;
        }
        let Some(model) = self.options.model.as_deref() else { return };
        let mut misfits = std::mem::take(&mut self.misfits);
        check::against(model, command, &mut misfits);
        for misfit in misfits.drain(..) {
            let rule = misfit.rule;
            self.add(rule.code, rule.severity, false, |file| {
                let span = locate(item.record.bytes, &misfit.path).unwrap_or(0..1);
                Finding {
                    message: misfit.message,
                    path: misfit.path.to_string(),
                    help: Some(rule.help.to_owned()),
                    ..at(file, item.place(&misfit.path, &span))
                }
            });
        }
        self.misfits = misfits;
    }

    /// Whether a command fits into a batch at all.
    pub(crate) fn size(&mut self, item: &Item<'_>) {
        let bytes = item.record.bytes.len() as u64 + 2;
        if bytes > self.limits.bytes {
            let (position, limit) = (item.record.position, self.limits.bytes);
            self.too_large(item, &BatchError::CommandTooLarge { position, bytes, limit });
        }
    }

    /// A command does not fit into a batch.
    pub(crate) fn too_large(&mut self, item: &Item<'_>, error: &BatchError) {
        let hint = Some(error.hint().to_owned());
        self.add_at("local.batch.commandTooLarge", item.start(), error.to_string(), hint);
    }

    /// The input holds no command.
    pub(crate) fn empty(&mut self) {
        let message = "the input holds no command; finalizing after it would count everything as missing";
        self.add_at("local.file.empty", Place::START, message.to_owned(), None);
    }

    /// The input, or a row of it, is not what it should be.
    pub(crate) fn unreadable(&mut self, error: &SourceError) {
        match error {
            SourceError::Input(error) => {
                self.add_at("local.file.unreadable", Place::START, error.to_string(), None);
            }
            SourceError::Split(error) => self.split(error),
            SourceError::Expand(error) => self.expand(error),
        }
    }

    fn split(&mut self, error: &SplitError) {
        let code = match error.kind() {
            SplitErrorKind::Empty => "local.file.empty",
            SplitErrorKind::NotAnArray { .. } => "local.file.notArray",
            SplitErrorKind::Io(_) => "local.file.unreadable",
            _ => "local.file.notJson",
        };
        let at_end = matches!(
            error.kind(),
            SplitErrorKind::Empty | SplitErrorKind::Truncated { found: sync_formats::Found::EndOfInput, .. }
        );
        let Position { offset, line, column, .. } = error.position();
        let place = Place { offset, line, column, length: u64::from(!at_end), ..Place::START };
        let message = match error.kind() {
            SplitErrorKind::Io(cause) => format!("{}: {cause}", error.kind()),
            kind => kind.to_string(),
        };
        self.add_at(code, place, message, error.hint().map(str::to_owned));
    }

    fn expand(&mut self, error: &ExpandError) {
        match error {
            ExpandError::Template(error) => self.template(error),
            ExpandError::Table(error) => {
                let message = match std::error::Error::source(&**error) {
                    Some(cause) => format!("{}: {cause}", error.kind()),
                    None => error.kind().to_string(),
                };
                let (row, cell) = (Some(error.position().row), Some(error.place().to_owned()));
                let (offset, line, column) = (error.offset(), error.line(), error.column());
                let place = Place { offset, line, column, length: 1, row, cell };
                self.add_at("local.table.unreadable", place, message, None);
            }
            ExpandError::Row(error) => {
                let hint = error.hint().map(str::to_owned);
                self.add_at("local.table.row", error.place().clone().into(), error.to_string(), hint);
            }
            _ => self.add_at("local.table.unreadable", Place::START, error.to_string(), error.hint()),
        }
    }

    fn template(&mut self, error: &TemplateError) {
        let message = match std::error::Error::source(error) {
            Some(cause) => format!("{}: {cause}", error.kind()),
            None => error.kind().to_string(),
        };
        let (line, column) = (error.line(), error.column());
        let place = Place { line, column, length: 1, ..Place::START };
        let help = error.hint().or_else(|| check::rule("local.template.invalid").map(|rule| rule.help.to_owned()));
        let Some(file) = self.inputs[self.input].template_name() else { return };
        self.add("local.template.invalid", Severity::Error, true, |_| Finding { message, help, ..at(&file, place) });
    }

    /// The rows of a table cannot be sent as they are.
    pub(crate) fn uncuttable(&mut self, error: &RowBatchesError) {
        let help = "send what its rows make as JSON, which is the default";
        let (place, message) = match error {
            RowBatchesError::Source(error) => return self.unreadable(error),
            RowBatchesError::Batch(RowBatchError::Expand(error)) => return self.expand(error),
            RowBatchesError::Batch(error) => {
                let row = match error {
                    RowBatchError::Csv { row, .. } | RowBatchError::TooLarge { first: row, .. } => Some(*row),
                    _ => None,
                };
                let message = match std::error::Error::source(error) {
                    Some(cause) => format!("{error}: {cause}"),
                    None => error.to_string(),
                };
                (row.map_or(Place::START, Place::from), message)
            }
            other => (Place::START, other.to_string()),
        };
        self.add_at("local.table.row", place, message, Some(help.to_owned()));
    }

    /// Whether there is any error so far.
    pub(crate) fn has_errors(&self) -> bool {
        self.has_errors
    }

    /// What is probably not meant in the template and the table of this input, which was read through.
    pub(crate) fn notes(&mut self, source: &mut Source<'_>) {
        if self.purpose == Purpose::Plan {
            return;
        }
        let Notes { listed, beyond } = source.notes();
        listed.into_iter().for_each(|note| self.note(note));
        for (code, count) in beyond {
            // Of what there is more of than is listed something is listed, if it is told at all.
            if let Some(group) = self.groups.get_mut(&(self.input, code)) {
                group.total += count;
            }
        }
    }

    fn note(&mut self, note: Note) {
        let Note { code, severity, message, place, related, template } = note;
        if code == RETURNS && self.examiner.is_some() {
            return;
        }
        // What the service might make of a template otherwise matters to who asks or sends rows, and to nobody who sends JSON.
        let is_told = matches!(self.purpose, Purpose::Check | Purpose::Run(Upload::AsIs))
            || self.level(code, severity, false) >= Some(Severity::Warning);
        if !is_told {
            return;
        }
        let help = check::rule(code).map(|rule| rule.help.to_owned());
        let template_name = self.inputs[self.input].template_name();
        if let (Some((place, _)), Some(name)) = (&template, &template_name)
            && !self.told.insert((name.clone(), code, message.clone(), place.offset))
        {
            return;
        }
        self.add(code, severity, false, |file| match (template, template_name) {
            (Some((place, path)), Some(template)) => {
                Finding { message, help, path: path.to_string(), ..at(&template, place) }
            }
            _ => {
                let related = related.map(|line| Related { file: file.to_owned(), line, column: 1 });
                Finding { message, help, related, ..at(file, place.unwrap_or(Place::START)) }
            }
        });
    }

    fn add_at(&mut self, code: &'static str, place: Place, message: String, help: Option<String>) {
        let help = help.or_else(|| check::rule(code).map(|rule| rule.help.to_owned()));
        self.add(code, Severity::Error, true, |file| Finding { message, help, ..at(file, place) });
    }

    /// Takes a finding, if it is to be reported. `essential` ones cannot be done without: what they are about cannot be
    /// sent.
    fn add(&mut self, code: &'static str, severity: Severity, essential: bool, finding: impl FnOnce(&str) -> Finding) {
        let Some(severity) = self.level(code, severity, essential) else { return };
        self.has_errors |= severity == Severity::Error;
        let group = self.groups.entry((self.input, code)).or_default();
        group.total += 1;
        if group.kept.len() < MOST_ALIKE {
            let finding = finding(self.inputs[self.input].name());
            group.kept.push(Finding { code: code.to_owned(), severity, ..finding });
        }
    }

    /// How bad a finding is for this user; `None` if it is not to be reported.
    fn level(&self, code: &str, severity: Severity, essential: bool) -> Option<Severity> {
        if essential || self.options.deny.iter().any(|denied| denied == code) {
            return Some(Severity::Error);
        }
        if self.options.allow.iter().any(|allowed| allowed == code) {
            return None;
        }
        // A run is not refused for an order that the service may well cope with.
        let eased = matches!(self.purpose, Purpose::Run(_)) && code.starts_with("local.order.");
        Some(if eased { severity.min(Severity::Note) } else { severity })
    }

    /// Judges the source as a whole, and ends. May read the inputs twice more: for relations told from both ends, and for
    /// the places of what was found.
    pub(crate) fn finish(mut self) -> Result<Found, SurveyError> {
        if let Some(examiner) = self.examiner.take() {
            let mut pending = Vec::new();
            for ((input, code), alike) in examiner.finish(self.inputs)? {
                // In a table it is the rows that are to be sorted.
                let code = if code == INTERLEAVED && self.inputs[input].is_table() { RETURNS } else { code };
                let Some(rule) = check::rule(code) else { continue };
                let Some(severity) = self.level(code, rule.severity, false) else { continue };
                self.has_errors |= severity == Severity::Error;
                self.groups.entry((input, code)).or_default().total += alike.total;
                pending.extend(alike.kept.into_iter().map(|pending| (input, rule, pending)));
            }
            self.place(pending)?;
        }
        let mut found = Found { has_errors: self.has_errors, ..Found::default() };
        let mut all: Vec<(usize, Finding)> = Vec::new();
        for ((input, code), group) in self.groups {
            let listed = group.kept.len() as u64;
            if group.total > listed {
                found.more += group.total - listed;
                let (file, code) = (self.inputs[input].name().to_owned(), code.to_owned());
                found.totals.push(FindingTotal { file, code, total: group.total, listed });
            }
            all.extend(group.kept.into_iter().map(|finding| (input, finding)));
        }
        // What is said of a template comes before what is said of the rows.
        let inputs = self.inputs;
        all.sort_by_key(|(input, finding)| {
            let Finding { file, offset, line, column, .. } = finding;
            (*input, file == inputs[*input].name(), *offset, *line, *column)
        });
        found.findings = excerpts(self.inputs, all)?;
        Ok(found)
    }

    /// Finds the places of what was found by comparing commands.
    fn place(&mut self, mut pending: Vec<(usize, &'static check::Rule, Pending)>) -> Result<(), SurveyError> {
        pending.sort_by_key(|(_, _, pending)| pending.index);
        let others: BTreeSet<u64> = pending.iter().filter_map(|(_, _, pending)| pending.other).collect();
        let last = others.last().copied().max(pending.last().map(|(_, _, pending)| pending.index));
        let Some(last) = last else { return Ok(()) };
        let mut places: BTreeMap<u64, Related> = BTreeMap::new();
        let mut waiting = pending.into_iter().peekable();
        let mut placed: Vec<(usize, &'static str, Option<u64>, Finding)> = Vec::new();
        let mut count = 0;
        for input in self.inputs {
            let walked = walk(input, count, |item| -> Result<_, InputError> {
                count += 1;
                let index = item.index;
                if others.contains(&index) {
                    let Place { line, column, .. } = item.start();
                    places.insert(index, Related { file: input.name().to_owned(), line, column });
                }
                if waiting.peek().is_some_and(|(_, _, pending)| pending.index == index)
                    && let Ok(command) = Command::from_slice(item.record.bytes)
                {
                    while let Some((input, rule, pending)) = waiting.next_if(|(_, _, next)| next.index == index) {
                        let path = pending.path(&command);
                        let span = locate(item.record.bytes, &path).unwrap_or(0..1);
                        let finding = Finding {
                            code: rule.code.to_owned(),
                            severity: pending.severity.unwrap_or(rule.severity),
                            message: pending.message,
                            path: path.to_string(),
                            help: Some(rule.help.to_owned()),
                            ..at(self.inputs[input].name(), item.place(&path, &span))
                        };
                        placed.push((input, rule.code, pending.other, finding));
                    }
                }
                Ok(if index >= last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
            });
            if let Ended::Asked = walked? {
                break;
            }
        }
        for (input, code, other, mut finding) in placed {
            let Some(severity) = self.level(code, finding.severity, false) else { continue };
            finding.severity = severity;
            finding.related = other.and_then(|other| places.get(&other).cloned());
            let place = finding.related.as_ref().map_or(String::new(), |related| {
                if related.file == finding.file {
                    format!("(line {})", related.line)
                } else {
                    format!("({}:{})", related.file, related.line)
                }
            });
            finding.message = finding.message.replace("{other}", &place);
            self.groups.entry((input, code)).or_default().kept.push(finding);
        }
        Ok(())
    }
}

/// A finding that says nothing yet.
fn at(file: &str, place: Place) -> Finding {
    let Place { offset, line, column, length, row, cell } = place;
    Finding {
        code: String::new(),
        severity: Severity::Error,
        message: String::new(),
        file: file.to_owned(),
        line,
        column,
        row,
        cell,
        offset,
        length,
        path: String::new(),
        help: None,
        related: None,
        excerpt: None,
    }
}

/// Bytes around a place that are shown at most, before it and from it on.
const AROUND_BYTES: u64 = 160;

/// Cuts the text around each finding out of the inputs.
fn excerpts(inputs: &[Input], all: Vec<(usize, Finding)>) -> Result<Vec<Finding>, SurveyError> {
    let mut open: Option<(usize, std::fs::File)> = None;
    let mut findings = Vec::with_capacity(all.len());
    for (number, mut finding) in all {
        let input = &inputs[number];
        if finding.file == input.name() && input.is_text() {
            if open.as_ref().is_none_or(|(opened, _)| *opened != number) {
                open = Some((number, input.open()?));
            }
            // A file that has gone since is shown without its text.
            finding.excerpt = open.as_mut().and_then(|(_, file)| excerpt(file, &finding).ok().flatten());
        } else if let Content::Table(_, options) = input.content()
            && finding.file != input.name()
        {
            finding.excerpt = line_of(options.template_text(), &finding);
        }
        findings.push(finding);
    }
    Ok(findings)
}

/// The line of a short text that a finding is about.
fn line_of(text: &str, finding: &Finding) -> Option<Excerpt> {
    let line = text.lines().nth(usize::try_from(finding.line).ok()?.checked_sub(1)?)?;
    let start = usize::try_from(finding.column).ok()?.checked_sub(1)?.min(line.len());
    let end = start.saturating_add(usize::try_from(finding.length).unwrap_or(usize::MAX)).min(line.len());
    if !line.is_char_boundary(start) || !line.is_char_boundary(end) {
        return None;
    }
    Some(Excerpt { text: line.to_owned(), mark: start..end, cut_before: false, cut_after: false })
}

fn excerpt(file: &mut std::fs::File, finding: &Finding) -> io::Result<Option<Excerpt>> {
    // Nothing before the line is read: its beginning is known.
    let in_line = finding.column - 1;
    let before = in_line.min(AROUND_BYTES).min(finding.offset);
    file.seek(SeekFrom::Start(finding.offset - before))?;
    let mut bytes = Vec::with_capacity(2 * AROUND_BYTES as usize);
    file.take(before + AROUND_BYTES).read_to_end(&mut bytes)?;
    let at = before as usize;
    if bytes.len() < at {
        return Ok(None);
    }
    let line_end = bytes[at..].iter().position(|byte| matches!(byte, b'\n' | b'\r')).map(|end| at + end);
    let (mut start, mut end) = (0, line_end.unwrap_or(bytes.len()));
    let cut_before = in_line > before;
    let cut_after = line_end.is_none() && bytes.len() as u64 == before + AROUND_BYTES;
    // Characters that are cut are left out.
    let is_inside = |byte: u8| byte & 0xC0 == 0x80;
    while cut_before && start < at && is_inside(bytes[start]) {
        start += 1;
    }
    if cut_after {
        while end > at && is_inside(bytes[end - 1]) {
            end -= 1;
        }
        if end > at && bytes[end - 1] >= 0xC0 {
            end -= 1;
        }
    }
    let length = usize::try_from(finding.length).unwrap_or(usize::MAX);
    let mark_end = at.saturating_add(length).min(end);
    let mut text = String::from_utf8_lossy(&bytes[start..at]).into_owned();
    let mark_start = text.len();
    text.push_str(&String::from_utf8_lossy(&bytes[at..mark_end]));
    let mark: Range<usize> = mark_start..text.len();
    text.push_str(&String::from_utf8_lossy(&bytes[mark_end..end]));
    Ok(Some(Excerpt { text, mark, cut_before, cut_after }))
}
