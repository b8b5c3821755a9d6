//! The second pass: the same batches again, checked against what the first pass saw.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use sync_formats::{Batch, BatchLimits};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::input::{Input, InputError};
use crate::options::Upload;
use crate::source::{Ended, RowBatchesError, SourceError, walk};
use crate::survey::{Cut, Cutter};

/// Why the second reading did not give what the first one did.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RebuildError {
    /// Other bytes, or another number of them.
    #[error("the input changed while it was being sent")]
    Changed,
    /// What was read before cannot be read any more.
    #[error("the input changed while it was being sent")]
    Unreadable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An input cannot be opened any more.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Nobody wants the batches any more.
    #[error("the run has ended")]
    Unwanted,
}

impl From<RowBatchesError> for RebuildError {
    fn from(error: RowBatchesError) -> Self {
        match error {
            RowBatchesError::Source(SourceError::Input(error)) => Self::Input(error),
            // The first pass has seen all of it.
            other => Self::Unreadable(other.into()),
        }
    }
}

/// Builds the batches again, one ahead of the one that is sent.
///
/// `stem` is what their files are called before the number. Dropping the receiver ends the thread at its next batch. Memory: one
/// batch, since the next one is begun only when the last one was taken.
pub(crate) fn rebuild(
    inputs: Vec<Input>,
    limits: BatchLimits,
    upload: Upload,
    cuts: Vec<Cut>,
    stem: String,
) -> mpsc::Receiver<Result<Batch, RebuildError>> {
    let (sender, receiver) = mpsc::channel(1);
    tokio::task::spawn_blocking(move || {
        if let Err(error) = build(&inputs, limits, upload, cuts.into(), stem, &sender) {
            let _ = sender.blocking_send(Err(error));
        }
    });
    receiver
}

fn build(
    inputs: &[Input],
    limits: BatchLimits,
    upload: Upload,
    mut cuts: VecDeque<Cut>,
    stem: String,
    sender: &mpsc::Sender<Result<Batch, RebuildError>>,
) -> Result<(), RebuildError> {
    let runtime = Handle::current();
    let reserve = || runtime.block_on(sender.reserve()).map_err(|_| RebuildError::Unwanted);
    let mut place = Some(reserve()?);
    let mut send = |batch: Batch| {
        if cuts.pop_front() != Some(Cut::of(&batch)) {
            return Err(RebuildError::Changed);
        }
        if let Some(place) = place.take() {
            place.send(Ok(batch));
        }
        place = if cuts.is_empty() { None } else { Some(reserve()?) };
        Ok(())
    };
    let mut cutter = Cutter::new(limits, stem).map_err(|error| RebuildError::Unreadable(error.into()))?;
    let mut index = 0;
    for input in inputs {
        if upload == Upload::AsIs && input.is_table() {
            cutter.rows(input, &mut send)?;
            continue;
        }
        let ended = walk(input, index, |item| -> Result<_, RebuildError> {
            index += 1;
            let full = cutter.push(&item.numbered()).map_err(|error| RebuildError::Unreadable(error.into()))?;
            full.map_or(Ok(()), &mut send)?;
            Ok(ControlFlow::Continue(()))
        })?;
        if let Ended::Early(error) = ended {
            return Err(RebuildError::Unreadable(error.into()));
        }
    }
    cutter.finish().map_or(Ok(()), &mut send)?;
    if cuts.is_empty() { Ok(()) } else { Err(RebuildError::Changed) }
}
