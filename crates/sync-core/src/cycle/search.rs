//! Looking for the job of a call whose answer was lost, among the jobs the service lists.
//!
//! The service says of no job which synchronization it is for, and nothing of a call can be found in its job but, perhaps,
//! the name of the uploaded file. What may be concluded is therefore asymmetric:
//!
//! * a job that names the uploaded file is the call's;
//! * a job that merely fits may be a batch's or another process's under the same user. It has to end before the batch is
//!   sent again, but its success proves nothing: the batch *is* sent again, which is harmless, while a batch that was taken
//!   for sent would count as missing;
//! * a finalization has no file. The one job that fits and that nobody else knows of is taken for it: if it was somebody
//!   else's after all, the cycle merely stays open, to be continued by the next one.

use super::event::Call;
use super::settings::CycleMode;
use super::state::CycleState;
use crate::clock::Millis;
use crate::journal::{Journal, JournalError};
use crate::transport::{JobQuery, TransportError};
use crate::{BatchNumber, Job, JobId, Page, Transport};

/// How far the clocks of client and service may differ, and a job be older than the intent to start it. Too much costs a
/// longer look at jobs that are none of ours, too little would overlook one.
const CLOCK_SKEW: Millis = 60 * 60 * 1000;

/// Pages of jobs looked through.
const MOST_PAGES: u64 = 10;

/// What a look at the jobs says about a lost call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sighting {
    /// This is its job.
    Ours(JobId),
    /// This may be its job, and has to be out of the way first.
    Perhaps(JobId),
    /// A job that may be its one does not say whether it is at work.
    Unclear(JobId),
    /// No job can be its one, or none any more.
    Nothing,
    /// The service lists no jobs, or not for us.
    Unavailable,
}

/// Why a look failed.
#[derive(Debug)]
pub(super) enum SearchError {
    Transport(TransportError),
    Journal(JournalError),
}

impl From<TransportError> for SearchError {
    fn from(error: TransportError) -> Self {
        Self::Transport(error)
    }
}

impl From<JournalError> for SearchError {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

/// What is known of our jobs, learnt from those that were read.
#[derive(Debug, Default)]
pub(super) struct Learnt {
    user: Option<String>,
    /// Whether the service was asked who we are.
    asked: bool,
    /// What it calls the jobs of batches.
    batch_name: Option<String>,
}

impl Learnt {
    pub(super) fn from(&mut self, call: Option<Call>, job: &Job) {
        if let Some(user) = &job.created_by {
            self.user = Some(user.clone());
        }
        if let (Some(Call::Batch(_)), Some(name)) = (call, &job.name) {
            self.batch_name = Some(name.clone());
        }
    }
}

/// One look for the job of one call.
pub(super) struct Search<'s> {
    pub(super) transport: &'s dyn Transport,
    pub(super) journal: &'s dyn Journal,
    pub(super) state: &'s CycleState,
    pub(super) call: Call,
    /// Name of the uploaded file, where there is one.
    pub(super) file_name: Option<&'s str>,
    /// A job of an earlier cycle.
    pub(super) earlier: Option<&'s JobId>,
    /// What fitted a finalization in the last look: what is then still unknown to everybody is nobody else's.
    pub(super) last: Option<&'s JobId>,
}

impl Search<'_> {
    pub(super) async fn look(&self, learnt: &mut Learnt) -> Result<Sighting, SearchError> {
        match self.candidates(learnt).await {
            Ok(candidates) => Ok(self.judge(&candidates)),
            Err(SearchError::Transport(error)) if error.is_absent() => {
                tracing::debug!(%error, "no job search here");
                Ok(Sighting::Unavailable)
            }
            Err(error) => Err(error),
        }
    }

    /// The jobs that can be the call's, the newest first.
    async fn candidates(&self, learnt: &mut Learnt) -> Result<Vec<Job>, SearchError> {
        self.learn(learnt).await?;
        let query = match &learnt.user {
            Some(user) => JobQuery::default().with_created_by(user.clone()),
            None => JobQuery::default(),
        };
        let since = self.state.exchange(self.call).map_or(0, |exchange| exchange.begun()).saturating_sub(CLOCK_SKEW);
        let mut candidates = Vec::new();
        for page in 0..MOST_PAGES {
            let jobs = self.transport.jobs(&query, page * u64::from(Page::<Job>::MAX_LIMIT)).await?.results;
            let rows = jobs.len();
            for job in jobs {
                if self.came_before(&job.id) || job.created_on.is_some_and(|created| created < since) {
                    return Ok(candidates);
                }
                if self.fits(&job, learnt) && !self.journal.knows_job(&job.id).await? {
                    candidates.push(job);
                }
            }
            if rows < Page::<Job>::MAX_LIMIT as usize {
                break;
            }
        }
        Ok(candidates)
    }

    /// Finds out which user we are and what jobs of batches are called, as far as no job has told yet.
    async fn learn(&self, learnt: &mut Learnt) -> Result<(), SearchError> {
        if learnt.user.is_none() && !learnt.asked {
            learnt.user = or_none(self.transport.own_user().await)?.flatten().map(|user| user.to_string());
            learnt.asked = true;
        }
        let batch = self.state.batches().iter().find_map(|batch| batch.exchange()?.job());
        if let Some(job) = batch.filter(|_| learnt.batch_name.is_none()) {
            let batch = Some(Call::Batch(BatchNumber::FIRST));
            or_none(self.transport.job(job).await)?.iter().for_each(|job| learnt.from(batch, job));
        } else if let Some(job) = self.earlier.filter(|_| learnt.user.is_none()) {
            or_none(self.transport.job(job).await)?.iter().for_each(|job| learnt.from(None, job));
        }
        Ok(())
    }

    /// Whether a job is of a call that had its answer before this call was first sent: everything listed after it is older.
    fn came_before(&self, job: &JobId) -> bool {
        if self.earlier == Some(job) {
            return true;
        }
        let lanes = self.state.settings().map_or(1, |settings| usize::from(settings.lanes.get()));
        let before = match self.call {
            Call::Batch(number) => (number.index() + 1).saturating_sub(lanes),
            Call::Finalize => self.state.batches().len(),
        };
        let batches = self.state.batches().iter().take(before);
        batches.filter_map(|batch| batch.exchange()).any(|exchange| exchange.job() == Some(job))
    }

    /// Whether a job can be the call's, as far as its user and its name tell. What the job of a batch is called is not
    /// documented, so a name says nothing against a batch: a copy that was overlooked would run beside the one sent again.
    fn fits(&self, job: &Job, learnt: &Learnt) -> bool {
        if job.created_by.is_some() && learnt.user.is_some() && job.created_by != learnt.user {
            return false;
        }
        match (self.call, &learnt.batch_name) {
            (Call::Finalize, Some(batches)) => self.names_file(job) || !job.is_called_like(batches),
            _ => true,
        }
    }

    fn names_file(&self, job: &Job) -> bool {
        let said = [&job.name, &job.message];
        self.file_name.is_some_and(|file| said.into_iter().flatten().any(|text| text.contains(file)))
    }

    fn judge(&self, candidates: &[Job]) -> Sighting {
        let single = self.state.settings().is_some_and(|settings| settings.mode == CycleMode::SingleCall);
        let has_file = single || matches!(self.call, Call::Batch(_));
        let mut named = candidates.iter().filter(|job| self.names_file(job));
        if let Some(newest) = named.next() {
            // An earlier copy of the same call comes first.
            return match named.find(|job| !job.is_terminal()) {
                Some(earlier) => at_work(earlier),
                None => Sighting::Ours(newest.id.clone()),
            };
        }
        match candidates {
            [only] if !has_file && self.last == Some(&only.id) => Sighting::Ours(only.id.clone()),
            [only] if !has_file => Sighting::Perhaps(only.id.clone()),
            several => several.iter().find(|job| !job.is_terminal()).map_or(Sighting::Nothing, at_work),
        }
    }
}

fn at_work(job: &Job) -> Sighting {
    match job.state {
        Some(_) => Sighting::Perhaps(job.id.clone()),
        None => Sighting::Unclear(job.id.clone()),
    }
}

/// What cannot be had here is done without.
fn or_none<T>(answer: Result<T, TransportError>) -> Result<Option<T>, TransportError> {
    match answer {
        Err(error) if error.is_absent() => Ok(None),
        answer => answer.map(Some),
    }
}
