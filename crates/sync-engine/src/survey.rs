//! The first pass: everything is read and checked, nothing is sent.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sync_core::{BatchNumber, Digest};
use sync_formats::{
    Batch, BatchBuilder, BatchError, BatchLimits, DigestBuilder, Identity, JsonSplitter, Parts, Position, Push, Record,
    SplitError, content_digest,
};

use crate::check::CheckOptions;
use crate::collect::{Checker, Found, Purpose};
use crate::guard::Sentinel;
use crate::input::{Input, InputError};
use crate::sort::{Sorted, Sorter};

/// What the first pass found out about the inputs.
#[derive(Debug)]
pub(crate) struct Survey {
    /// Commands in all inputs.
    pub(crate) commands: u64,
    /// Bytes of all inputs.
    pub(crate) bytes: u64,
    /// Digest of all commands in their order.
    pub(crate) digest: Digest,
    /// How the commands fall into batches.
    pub(crate) cuts: Vec<Cut>,
    /// Who the commands are about, sorted. Not to be used if there is any finding of severity error.
    pub(crate) members: Sorted,
    /// Required resources no command is about.
    pub(crate) absent: Vec<Sentinel>,
    /// What is wrong.
    pub(crate) found: Found,
}

/// One batch to be built again in the second pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cut {
    pub(crate) commands: u32,
    pub(crate) bytes: u64,
    pub(crate) digest: Digest,
}

impl Cut {
    pub(crate) fn of(batch: &Batch) -> Self {
        Self { commands: batch.commands(), bytes: batch.payload().len(), digest: batch.payload().digest() }
    }
}

/// Reads all inputs through. Blocking. Memory: one batch, one command, and 8 MiB for sorting; 16 MiB more where the rules
/// about whole sources are applied.
///
/// `depth` says how much is kept of what was read; `require` is what the source is known to have.
pub(crate) fn survey(
    inputs: &[Input],
    limits: BatchLimits,
    depth: Depth,
    require: &[Sentinel],
    options: &CheckOptions,
    spill: &Path,
) -> Result<Survey, SurveyError> {
    let mut absent = require.to_vec();
    let mut sorter = Sorter::new(spill);
    let mut cutter = Cutter::new(limits, "batch".to_owned())?;
    let mut source = DigestBuilder::new();
    let mut cuts = Vec::new();
    let (mut commands, mut bytes) = (0, 0);
    let purpose = if depth == Depth::Plan { Purpose::Plan } else { Purpose::Run };
    let mut checker = Checker::new(inputs, options, purpose, limits, spill);
    let mut key = Vec::with_capacity(256);
    for (number, input) in inputs.iter().enumerate() {
        let before = commands;
        checker.begin_input(number, before);
        let ended = walk(input, commands, |record, position| -> Result<(), SurveyError> {
            commands += 1;
            let Some(command) = checker.command(&record, position.index)? else { return Ok(()) };
            absent.retain(|sentinel| !sentinel.meets(&command));
            key.clear();
            Identity::write_key(&command, &mut key);
            let content = content_digest(record.bytes);
            source.update(content.as_bytes());
            let parts = match depth {
                Depth::Run => Parts::of(record.bytes).unwrap_or_default(),
                Depth::Plan => Parts::default(),
            };
            let place = bytes + record.position.offset;
            sorter.push(command.kind(), &key, content, parts.as_bytes(), place).map_err(SurveyError::Spill)?;
            if depth == Depth::Plan {
                return Ok(());
            }
            match cutter.push(&Record { bytes: record.bytes, position }) {
                Ok(batch) => cuts.extend(batch.as_ref().map(Cut::of)),
                Err(error) => checker.too_large(record.position, &error),
            }
            Ok(())
        })?;
        match ended {
            Ended::Properly(read) => {
                bytes += read;
                if commands == before {
                    checker.empty();
                }
            }
            Ended::Early(error) => checker.split(&error),
        }
    }
    cuts.extend(cutter.finish().as_ref().map(Cut::of));
    let members = sorter.finish().map_err(SurveyError::Spill)?;
    let found = checker.finish()?;
    Ok(Survey { commands, bytes, digest: source.finish(), cuts, members, absent, found })
}

/// How much a survey keeps of what it reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Enough to compare; no batches are cut, no members of commands are told apart.
    Plan,
    /// Everything a run needs.
    Run,
}

/// How an input ended.
pub(crate) enum Ended {
    /// After so many bytes, as its shape says.
    Properly(u64),
    /// Because it is not what its shape says.
    Early(SplitError),
}

/// Goes through the commands of one input. `visit` gets each record as it stands in its file, and its position with
/// the index counted on from `first_index`, the commands of the inputs before.
pub(crate) fn walk<E: From<InputError>>(
    input: &Input,
    first_index: u64,
    mut visit: impl FnMut(Record<'_>, Position) -> Result<(), E>,
) -> Result<Ended, E> {
    let file = input.open()?;
    let bytes = file.metadata().map_or(0, |metadata| metadata.len());
    let mut splitter = JsonSplitter::new(file, input.shape());
    loop {
        match splitter.next_record() {
            Ok(Some(record)) => {
                let position = Position { index: first_index + record.position.index, ..record.position };
                visit(record, position)?;
            }
            Ok(None) => return Ok(Ended::Properly(bytes)),
            Err(error) => return Ok(Ended::Early(error)),
        }
    }
}

/// Cuts a stream of commands into batches: the same stream and limits, the same batches.
#[derive(Debug)]
pub(crate) struct Cutter {
    builder: BatchBuilder,
    number: BatchNumber,
    /// What the files of the batches are called before their number.
    stem: String,
}

impl Cutter {
    pub(crate) fn new(limits: BatchLimits, stem: String) -> Result<Self, sync_formats::BatchLimitsError> {
        Ok(Self { builder: BatchBuilder::new(limits)?, number: BatchNumber::FIRST, stem })
    }

    /// Takes one command; gives the batch before it if that is full.
    pub(crate) fn push(&mut self, record: &Record<'_>) -> Result<Option<Batch>, BatchError> {
        match self.builder.push(record)? {
            Push::Fits => Ok(None),
            Push::Full => {
                let batch = self.finish();
                match self.builder.push(record)? {
                    Push::Fits | Push::Full => Ok(batch),
                }
            }
        }
    }

    /// The last batch.
    pub(crate) fn finish(&mut self) -> Option<Batch> {
        let batch = self.builder.finish(self.number, format!("{}-{}.json", self.stem, self.number))?;
        self.number = self.number.next();
        Some(batch)
    }
}

/// Why the inputs could not be read through.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SurveyError {
    /// An input cannot be opened.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The limits of a batch cannot be used.
    #[error(transparent)]
    Limits(#[from] sync_formats::BatchLimitsError),
    /// There is no room for the temporary files.
    #[error("writing temporary files failed")]
    Spill(#[source] io::Error),
}
