//! The second pass: the same batches again, checked against what the first pass saw.

use std::collections::VecDeque;

use sync_formats::{Batch, BatchLimits};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::input::{Input, InputError};
use crate::options::Upload;
use crate::source::{Ended, RowBatchesError, walk};
use crate::survey::{Cut, Cutter};

/// Why the second reading did not give what the first one did.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RebuildError {
    /// Other bytes, or another number of them.
    #[error("the input changed while it was being sent")]
    Changed,
    /// An input cannot be opened any more.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Nobody wants the batches any more.
    #[error("the run has ended")]
    Unwanted,
}

impl From<RowBatchesError> for RebuildError {
    fn from(_: RowBatchesError) -> Self {
        // The first pass has seen all of it.
        Self::Changed
    }
}

/// Builds the batches again, one ahead of the one that is sent.
///
/// Dropping the receiver ends the thread at its next batch. Memory: one batch, since the next one is begun only when
/// the last one was taken.
pub(crate) fn rebuild(
    inputs: Vec<Input>,
    limits: BatchLimits,
    upload: Upload,
    cuts: Vec<Cut>,
) -> mpsc::Receiver<Result<Batch, RebuildError>> {
    let (sender, receiver) = mpsc::channel(1);
    tokio::task::spawn_blocking(move || {
        if let Err(error) = build(&inputs, limits, upload, cuts.into(), &sender) {
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
    let mut cutter = Cutter::new(limits).map_err(|_| RebuildError::Changed)?;
    let mut index = 0;
    for input in inputs {
        if upload == Upload::AsIs && input.is_table() {
            cutter.rows(input, &mut send)?;
            continue;
        }
        let ended = walk(input, index, |item| {
            index += 1;
            match cutter.push(&item.numbered()) {
                Ok(Some(batch)) => send(batch),
                Ok(None) => Ok(()),
                Err(_) => Err(RebuildError::Changed),
            }
        })?;
        if let Ended::Early = ended {
            return Err(RebuildError::Changed);
        }
    }
    cutter.finish().map_or(Ok(()), &mut send)?;
    if cuts.is_empty() { Ok(()) } else { Err(RebuildError::Changed) }
}
