//! What is shown while a run is under way.

use std::sync::{Arc, Mutex, PoisonError};

use sync_core::Job;
use sync_core::cycle::Call;
use sync_engine::{Progress, ProgressSink};

use super::human::{bytes, count};
use super::printer;
use crate::args::OutputFormat;
use crate::commands::Manner;

/// Lines on standard error: text for people, JSON lines beside JSON.
pub(crate) fn sink(manner: Manner) -> Arc<dyn ProgressSink> {
    match manner {
        Manner { quiet: true, .. } => Arc::new(()),
        Manner { output: OutputFormat::Json, .. } => Arc::new(JsonLines),
        Manner { output: OutputFormat::Human, .. } => Arc::new(Lines::default()),
    }
}

struct JsonLines;

impl ProgressSink for JsonLines {
    fn progress(&self, progress: Progress<'_>) {
        if let Ok(line) = serde_json::to_string(&progress) {
            printer::note(&line);
        }
    }
}

/// One line per step; a job is mentioned when it moves on, not at every look.
#[derive(Default)]
struct Lines {
    last: Mutex<String>,
}

impl ProgressSink for Lines {
    fn progress(&self, progress: Progress<'_>) {
        let Some(line) = describe(&progress) else { return };
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if *last != line {
            printer::note(&line);
            *last = line;
        }
    }
}

/// Where a job stands, after what it is called here.
pub(crate) fn job(what: &str, job: &Job) -> Option<String> {
    let state = job.state.as_ref()?.as_str().to_lowercase();
    Some(match job.progress_percentage {
        Some(percent) if percent > 0.0 && percent < 100.0 => format!("{what}: {state}, {percent:.0}%"),
        _ => format!("{what}: {state}"),
    })
}

fn describe(progress: &Progress<'_>) -> Option<String> {
    Some(match progress {
        Progress::Reading => "reading and checking".to_owned(),
        Progress::ClearingUp => "an earlier run was cut off: looking after its jobs first".to_owned(),
        Progress::LookingAfter => "looking after the jobs of the run that was cut off".to_owned(),
        Progress::Searching { call } => format!("{call}: the answer was lost; looking for its job"),
        Progress::Sighted { call, job } => format!("{call}: job {job} may be its one; waiting until it has ended"),
        Progress::Read { commands, bytes: size, batches } => {
            format!("read {} ({}) for {}", count(*commands, "command"), bytes(*size), count(*batches as u64, "batch"))
        }
        Progress::Sending { call: Call::Batch(batch), .. } => format!("batch {batch}: sending"),
        Progress::Sending { call: Call::Finalize, .. } => "finalizing".to_owned(),
        Progress::Halved { call, bytes: size } => {
            format!("{call}: too large for the target ({}); sent in halves", bytes(*size))
        }
        Progress::Job { call, job: read } => job(&call.to_string(), read)?,
        Progress::Ended { call, outcome } => format!("{call}: {outcome}"),
        _ => return None,
    })
}
