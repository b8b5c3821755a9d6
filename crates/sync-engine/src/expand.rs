//! Rows into commands, and nothing more.

use std::io::{self, Write};

use sync_formats::BatchLimits;

use crate::check::CheckOptions;
use crate::collect::{Checker, Purpose};
use crate::finding::{Finding, FindingTotal};
use crate::input::{Input, InputError};
use crate::source::{Source, SourceError};
use crate::survey::SurveyError;

/// Bytes gathered before they are written.
const BLOCK_BYTES: usize = 256 * 1024;

/// What became of the inputs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expansion {
    /// Commands written; all there are if nothing is wrong.
    pub commands: u64,
    /// What is wrong, in the order of the inputs: of each code in each input the first hundred.
    pub findings: Vec<Finding>,
    /// Findings beyond those listed.
    pub more_findings: u64,
    /// How many there are of each code in each input, where not all are listed.
    pub totals: Vec<FindingTotal>,
    /// Whether an input cannot be expanded as a whole: then the array that was written has no end.
    pub has_errors: bool,
}

/// Writes the commands of all inputs as one JSON array, one command a line.
///
/// Blocking; reads each input once. Whether the commands are good ones is for [`check`](crate::check) to say. From the first
/// error on nothing more is written, so that what was cut off never looks complete; the inputs are read on for further
/// errors. Memory: 256 KiB, and what the commands of an input need.
///
/// # Errors
/// [`ExpandError`] if an input cannot be opened, or `out` not be written to. What is wrong inside an input is a finding.
pub fn expand(inputs: &[Input], out: &mut dyn Write) -> Result<Expansion, ExpandError> {
    let options = CheckOptions::default();
    let mut checker = Checker::new(inputs, &options, Purpose::Expand, BatchLimits::default());
    let mut array = Array { out, block: b"[".to_vec(), commands: 0 };
    let mut is_good = true;
    for (number, input) in inputs.iter().enumerate() {
        checker.begin_input(number, array.commands);
        let mut source = match Source::open(input, 0) {
            Ok(source) => source,
            Err(SourceError::Input(error)) => return Err(error.into()),
            Err(error) => {
                checker.unreadable(&error);
                is_good = false;
                continue;
            }
        };
        loop {
            match source.next() {
                Ok(Some(item)) if is_good => array.push(item.record.bytes)?,
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => {
                    checker.unreadable(&error);
                    is_good = false;
                    if !error.is_about_a_row() {
                        break;
                    }
                }
            }
        }
        checker.notes(&mut source);
    }
    let commands = array.finish(is_good)?;
    let found = checker.finish()?;
    Ok(Expansion {
        commands,
        findings: found.findings,
        more_findings: found.more,
        totals: found.totals,
        has_errors: found.has_errors,
    })
}

/// A JSON array on its way out.
struct Array<'o> {
    out: &'o mut dyn Write,
    block: Vec<u8>,
    commands: u64,
}

impl Array<'_> {
    fn push(&mut self, command: &[u8]) -> Result<(), ExpandError> {
        self.block.extend_from_slice(if self.commands == 0 { b"\n" } else { b",\n" });
        self.block.extend_from_slice(command);
        self.commands += 1;
        if self.block.len() >= BLOCK_BYTES { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<(), ExpandError> {
        self.out.write_all(&self.block).map_err(ExpandError::Output)?;
        self.block.clear();
        Ok(())
    }

    fn finish(mut self, is_complete: bool) -> Result<u64, ExpandError> {
        if is_complete {
            self.block.extend_from_slice(b"\n]\n");
        }
        self.write()?;
        self.out.flush().map_err(ExpandError::Output)?;
        Ok(self.commands)
    }
}

/// Why inputs could not be expanded at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExpandError {
    /// An input cannot be opened.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The findings cannot be gathered.
    #[error(transparent)]
    Survey(#[from] SurveyError),
    /// The commands cannot be written.
    #[error("writing the commands failed")]
    Output(#[source] io::Error),
}
