//! The first pass: everything is read and checked, nothing is sent.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sync_core::command::Command;
use sync_core::{BatchNumber, Digest};
use sync_formats::{
    Batch, BatchBuilder, BatchError, BatchLimits, DigestBuilder, Identity, Parts, Push, Record, content_digest,
};

use crate::check::CheckOptions;
use crate::collect::{Checker, Found, Purpose};
use crate::guard::Sentinel;
use crate::input::{Content, Input, InputError};
use crate::options::Upload;
use crate::sort::{Sorted, Sorter};
use crate::source::{Item, RowBatchesError, Source, SourceError, row_batches};

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
    let purpose = match depth {
        Depth::Plan => Purpose::Plan,
        Depth::Run(upload) => Purpose::Run(upload),
    };
    let mut checker = Checker::new(inputs, options, purpose, limits);
    if purpose != Purpose::Plan {
        checker = checker.comparing(spill);
    }
    let mut key = Vec::with_capacity(256);
    for (number, input) in inputs.iter().enumerate() {
        checker.begin_input(number, commands);
        let ended = read_through(input, &mut commands, &mut checker, |checker, item, command| {
            absent.retain(|sentinel| !sentinel.meets(&command));
            key.clear();
            Identity::write_key(&command, &mut key);
            let content = content_digest(item.record.bytes);
            source.update(content.as_bytes());
            // Members of what was read from a table cannot be looked up later: the command stands nowhere.
            let parts = match (depth, input.content()) {
                (Depth::Plan, Content::Json(_)) => Parts::default(),
                _ => Parts::of(item.record.bytes).unwrap_or_default(),
            };
            let place = match input.content() {
                Content::Json(_) => bytes + item.record.position.offset,
                Content::Table(..) => u64::MAX,
            };
            sorter.push(command.kind(), &key, content, parts.as_bytes(), place).map_err(SurveyError::Spill)?;
            if depth == Depth::Plan || depth.sends_rows_of(input) {
                return Ok(());
            }
            match cutter.push(&item.numbered()) {
                Ok(batch) => cuts.extend(batch.as_ref().map(Cut::of)),
                Err(error) => checker.too_large(item, &error),
            }
            Ok(())
        })?;
        if ended {
            bytes += input.len();
        }
        if depth.sends_rows_of(input) && !checker.has_errors() {
            let cut = |batch: Batch| {
                cuts.push(Cut::of(&batch));
                Ok::<_, RowBatchesError>(())
            };
            if let Err(error) = cutter.rows(input, cut) {
                checker.uncuttable(&error);
            }
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
    /// Everything a run needs that sends tables in this form.
    Run(Upload),
}

impl Depth {
    /// Whether the rows of this input are sent instead of its commands.
    fn sends_rows_of(self, input: &Input) -> bool {
        self == Self::Run(Upload::AsIs) && input.is_table()
    }
}

/// Reads one input through: `visit` gets every command that can be read, `checker` all the rest. Whether the input ended
/// as it should.
pub(crate) fn read_through<'c>(
    input: &Input,
    commands: &mut u64,
    checker: &mut Checker<'c>,
    mut visit: impl FnMut(&mut Checker<'c>, &Item<'_>, Command<'_>) -> Result<(), SurveyError>,
) -> Result<bool, SurveyError> {
    let before = *commands;
    let mut source = match Source::open(input, before) {
        Ok(source) => source,
        Err(SourceError::Input(error)) => return Err(error.into()),
        Err(error) => {
            checker.unreadable(&error);
            return Ok(false);
        }
    };
    let ended = loop {
        match source.next() {
            Ok(Some(item)) => {
                *commands += 1;
                if let Some(command) = checker.command(&item)? {
                    visit(checker, &item, command)?;
                }
            }
            Ok(None) => break true,
            Err(error) => {
                checker.unreadable(&error);
                if !error.is_about_a_row() {
                    break false;
                }
            }
        }
    };
    checker.notes(&mut source);
    if ended && *commands == before {
        checker.empty();
    }
    Ok(ended)
}

/// Cuts a stream of commands into batches: the same stream and limits, the same batches.
#[derive(Debug)]
pub(crate) struct Cutter {
    limits: BatchLimits,
    builder: BatchBuilder,
    number: BatchNumber,
    /// What the files of the batches are called before their number.
    stem: String,
}

impl Cutter {
    pub(crate) fn new(limits: BatchLimits, stem: String) -> Result<Self, sync_formats::BatchLimitsError> {
        Ok(Self { limits, builder: BatchBuilder::new(limits)?, number: BatchNumber::FIRST, stem })
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

    /// Takes a table whose rows are sent: gives what is left of the batch before it, and then the batches of the table.
    pub(crate) fn rows<E: From<RowBatchesError>>(
        &mut self,
        input: &Input,
        mut take: impl FnMut(Batch) -> Result<(), E>,
    ) -> Result<(), E> {
        if let Some(batch) = self.finish() {
            take(batch)?;
        }
        let Some(mut batches) = row_batches(input, self.limits)? else { return Ok(()) };
        while let Some(batch) = batches.next_batch(self.number, &self.stem).map_err(RowBatchesError::from)? {
            self.number = self.number.next();
            take(batch)?;
        }
        Ok(())
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
    /// The service takes no [`RelationsAction`](sync_core::transport::RelationsAction) along with the rows of a table.
    #[error("relations cannot be added by the rows of {name}: with rows the service takes no word about relations")]
    Relations {
        /// The input.
        name: String,
    },
    /// The limits of a batch cannot be used.
    #[error(transparent)]
    Limits(#[from] sync_formats::BatchLimitsError),
    /// There is no room for the temporary files.
    #[error("writing temporary files failed")]
    Spill(#[source] io::Error),
}
