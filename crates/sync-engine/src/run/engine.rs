//! What a caller sets up once and runs many times.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use sync_core::Transport;
use sync_core::catalogue::Catalogue;
use sync_core::clock::Clock;
use sync_core::cycle::StopSignal;

use super::walk::Run;
use crate::clock::SystemClock;
use crate::event::ProgressSink;
use crate::input::Input;
use crate::options::{ResumeOptions, RunOptions};
use crate::plan::Plan;
use crate::report::Report;
use crate::store::StateStore;

/// Runs synchronizations: reads and checks a source, plans, asks the guard, sends the batches, finalizes, reports.
///
/// Two passes over the input: the first one sends nothing and ends in a plan and the guard's word, the second one
/// builds the same batches again and sends them one by one. Memory is bounded whatever the size of the input: two
/// batches, one command, 8 MiB for sorting and 8 MiB for the state. Two things come to that: a table needs what its rows about
/// one resource need, and a workbook its shared texts, once for each of the two passes while both read.
#[derive(Clone)]
pub struct Engine {
    pub(super) store: Arc<dyn StateStore>,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) spill: PathBuf,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) sink: Arc<dyn ProgressSink>,
    pub(super) stop: StopSignal,
    pub(super) catalogue: Option<Arc<dyn Catalogue>>,
    pub(super) confirm: Option<Confirm>,
}

/// Is shown a plan with missing resources before anything is sent; says whether the run may go on. Called on a thread that
/// may block.
pub type Confirm = Arc<dyn Fn(&Plan) -> bool + Send + Sync>;

impl Engine {
    /// An engine that keeps its state in `store`, speaks through `transport` and spills into the folder `spill`.
    pub fn new(store: Arc<dyn StateStore>, transport: Arc<dyn Transport>, spill: impl Into<PathBuf>) -> Self {
        Self {
            store,
            transport,
            spill: spill.into(),
            clock: Arc::new(SystemClock),
            sink: Arc::new(()),
            stop: StopSignal::default(),
            catalogue: None,
            confirm: None,
        }
    }

    /// Sets where the time comes from.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Sets who is told what happens.
    #[must_use]
    pub fn with_progress(mut self, sink: Arc<dyn ProgressSink>) -> Self {
        self.sink = sink;
        self
    }

    /// Sets the signal that asks to stop at the next safe point.
    #[must_use]
    pub fn with_stop(mut self, stop: StopSignal) -> Self {
        self.stop = stop;
        self
    }

    /// Sets what reads the catalogue back; needed for [`RunOptions::export_missing`] only.
    #[must_use]
    pub fn with_catalogue(mut self, catalogue: Arc<dyn Catalogue>) -> Self {
        self.catalogue = Some(catalogue);
        self
    }

    /// Sets who is asked before missing resources are touched, where the guard lets them pass and no consent was given with
    /// [`GuardLimits::allow_removals`](sync_core::guard::GuardLimits::allow_removals) or a saved plan. Nobody is by default.
    #[must_use]
    pub fn with_confirm(mut self, confirm: Confirm) -> Self {
        self.confirm = Some(confirm);
        self
    }

    /// Runs one cycle. However it ends, the report says what happened, what is known to be true and what to do next.
    ///
    /// Needs a tokio runtime: blocking work goes to its blocking threads.
    ///
    /// # Cancellation
    /// A dropped future leaves the journal at the last recorded event; what was being sent may have been accepted.
    /// [`Engine::resume`] goes on from there, and the next run clears it up first.
    pub async fn run(&self, inputs: Vec<Input>, options: RunOptions) -> Report {
        let began = Instant::now();
        let mut run = Run::new(self, inputs, options);
        if let Err(stop) = run.walk().await {
            run.stopped(stop).await;
        }
        run.report.seconds.insert("total".to_owned(), began.elapsed().as_secs_f64());
        run.report
    }

    /// Carries on the last run of a synchronization if it was cut off: stopped, killed, left without waiting, or out of
    /// touch with the target. What it was asked to do is in the state; its inputs are read again and have to be the same.
    ///
    /// Jobs it started are looked up first, then jobs are searched that it may have started without learning of them. A
    /// finalization that turns out to have succeeded ends the cycle, without an input being read. Otherwise the cycle goes
    /// on with the first batch that was not brought, as long as the target's list of jobs shows that nobody can have ended
    /// it; in doubt, and always after a finalization that may have been accepted without being known to have succeeded, the
    /// whole cycle is sent again and finalized. The guard is asked again before anything is sent. The report's
    /// [`recovery`](Report::recovery) says what was found and done.
    ///
    /// # Cancellation
    /// As for [`Engine::run`].
    pub async fn resume(&self, options: ResumeOptions) -> Report {
        let began = Instant::now();
        let mut run = Run::new(self, Vec::new(), RunOptions::new(options.key.clone()));
        if let Err(stop) = run.resume(&options).await {
            run.stopped(stop).await;
        }
        run.report.seconds.insert("total".to_owned(), began.elapsed().as_secs_f64());
        run.report
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("store", &self.store).field("spill", &self.spill).finish_non_exhaustive()
    }
}
