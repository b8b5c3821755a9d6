//! The batches of a source on their way to the target, cut smaller where they are too large for it.

use sync_formats::Batch;
use tokio::sync::mpsc;

use super::walk::Stop;
use crate::rebuild::RebuildError;

/// Batches in their order, as they are to be sent.
///
/// Those as large as one that the target refused for its size are cut in halves before they are sent, again and again where
/// it takes that. Which ones follows from the batches sent before alone, so that a cycle that was cut off is cut the same
/// way when it is carried on. Memory: what is being sent, one batch ahead, and the parts that wait.
pub(super) struct Supply {
    built: mpsc::Receiver<Result<Batch, RebuildError>>,
    /// Parts to be sent before anything else, the next one at the end.
    waiting: Vec<Batch>,
    /// Fewest bytes that are known to be too many.
    too_many: Option<u64>,
}

impl Supply {
    pub(super) fn new(built: mpsc::Receiver<Result<Batch, RebuildError>>) -> Self {
        Self { built, waiting: Vec::new(), too_many: None }
    }

    /// The next batch; what cannot be cut further comes as it is.
    pub(super) async fn next(&mut self) -> Result<Option<Batch>, Stop> {
        let mut batch = match self.waiting.pop() {
            Some(batch) => batch,
            None => match self.built.recv().await.transpose()? {
                Some(batch) => batch,
                None => return Ok(None),
            },
        };
        while batch.can_be_halved() && self.too_many.is_some_and(|bytes| batch.payload().len() >= bytes) {
            let cut = tokio::task::spawn_blocking(move || (batch.halves(), batch));
            match cut.await? {
                (Ok(Some([first, second])), _) => {
                    self.waiting.push(second);
                    batch = first;
                }
                (Ok(None), whole) => return Ok(Some(whole)),
                // To send the whole of it would be to be refused again, without end.
                (Err(error), _) => return Err(RebuildError::Unreadable(error.into()).into()),
            }
        }
        Ok(Some(batch))
    }

    /// The target has not taken this one; it comes again.
    pub(super) fn put_back(&mut self, batch: Batch) {
        self.waiting.push(batch);
    }

    /// The target refuses batches of so many bytes.
    pub(super) fn refuses(&mut self, bytes: u64) {
        self.too_many = Some(self.too_many.map_or(bytes, |known| known.min(bytes)));
    }

    /// The target has refused this one for its size; it comes again, cut.
    pub(super) fn too_large(&mut self, batch: Batch) {
        self.refuses(batch.payload().len());
        self.put_back(batch);
    }
}
