//! Leaving a server as it was found.

use std::time::{Duration, Instant};

use http::Method;
use serde_json::json;
use sync_core::cycle::StopSignal;

use super::case::Run;
use super::outcome::{Step, Stop};
use super::wire::{Answer, Payload};

/// How long the removal of the community may take.
const REMOVAL: Duration = Duration::from_secs(300);

impl Run {
    /// Removes everything, whether the cases came to their end or not. Says what is still there.
    pub(super) async fn tidy_up(&mut self) -> Vec<String> {
        // Whoever asked to stop wants this to happen all the same.
        self.wire.stop = StopSignal::default();
        let mut left = Vec::new();
        let traces = std::mem::take(&mut *self.traces());
        // What still runs could put back what is removed here.
        for job in traces.jobs {
            if let Err(stop) = self.finished(&job).await {
                left.push(format!("the job {job} may still run: {}", told(stop)));
            }
        }
        for id in traces.synchronizations {
            let removed = self.wire.delete(&format!("/import/synchronize/{id}")).await;
            left.extend(unless_gone(removed, &format!("the synchronization {id}")));
        }
        for file in traces.files {
            let removed = self.wire.delete(&format!("/files/{file}")).await;
            left.extend(unless_gone(removed, &format!("the file {file}")));
        }
        // While the resources are there: afterwards their mappings would stay with nothing at the other end.
        for (system, entity) in traces.pairs {
            let removed = self.wire.delete(&format!("/mappings/externalSystem/{system}/externalEntity/{entity}")).await;
            left.extend(unless_gone(removed, &format!("the mapping of {system}/{entity}")));
        }
        if let Err(stop) = self.remove_community().await {
            left.push(format!("the community {:?}, which can be deleted by hand: {}", self.community, told(stop)));
        }
        left
    }

    /// Deletes the community with all it holds: by the old operation, and where that is gone by the one with a job.
    async fn remove_community(&self) -> Step<()> {
        let Some(id) = self.wire.community(&self.community).await? else { return Ok(()) };
        let removed = self.wire.delete(&format!("/communities/{id}")).await?;
        if !is_success(&removed) {
            let removed = self.wire.call(Method::POST, "/communities/removalJobs", Payload::Json(json!([id]))).await?;
            if !is_success(&removed) {
                return Err(Stop::Skipped(removed.told()));
            }
        }
        let began = Instant::now();
        while self.wire.community(&self.community).await?.is_some() {
            if began.elapsed() > REMOVAL {
                return Err(Stop::Skipped(format!("it is still listed after {} s", REMOVAL.as_secs())));
            }
            self.wire.pause(Duration::from_millis(200)).await?;
        }
        Ok(())
    }
}

fn is_success(answer: &Answer) -> bool {
    (200..300).contains(&answer.status)
}

/// A sentence about what is still there.
fn unless_gone(removed: Step<Answer>, what: &str) -> Option<String> {
    match removed {
        Ok(answer) if is_success(&answer) || answer.status == 404 => None,
        Ok(answer) => Some(format!("{what}: {}", answer.told())),
        Err(stop) => Some(format!("{what}: {}", told(stop))),
    }
}

fn told(stop: Stop) -> String {
    match stop {
        Stop::Broken { seen, .. } | Stop::Skipped(seen) => seen,
        Stop::End(end) => format!("{end:?}"),
    }
}
