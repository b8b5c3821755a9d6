//! What a case can do: submit, wait, and say what it has met.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::Method;
use serde_json::{Value, json};

use super::commands::MISSING;
use super::ended::Ended;
use super::form::Form;
use super::look::{is_terminal, results};
use super::mark::Mark;
use super::outcome::{Observed, Step, broken};
use super::statement::{Statement, Switch};
use super::wire::{Answer, Payload, Wire};

/// How long a fresh job may be answered with 404 or 500.
const FRESH: Duration = Duration::from_secs(30);
/// The pause between two looks at a job grows from the first to the second.
const PAUSES: [Duration; 2] = [Duration::from_millis(2), Duration::from_secs(1)];

/// What all cases of a run share.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) wire: Wire,
    pub(super) mark: Mark,
    /// The community everything lies in.
    pub(super) community: String,
    /// Longest wait for a job.
    pub(super) patience: Duration,
    /// Ids of the domains by name.
    pub(super) domains: HashMap<String, String>,
    traces: Mutex<Traces>,
}

/// What was left on the server and has to go again.
#[derive(Debug, Default)]
pub(super) struct Traces {
    pub(super) synchronizations: BTreeSet<String>,
    pub(super) jobs: BTreeSet<String>,
    pub(super) pairs: BTreeSet<(String, String)>,
    pub(super) files: BTreeSet<String>,
}

impl Run {
    pub(super) fn new(wire: Wire, mark: Mark, patience: Duration) -> Self {
        let (domains, traces) = (HashMap::new(), Mutex::default());
        Self { wire, mark, community: mark.community(), patience, domains, traces }
    }

    pub(super) fn traces(&self) -> MutexGuard<'_, Traces> {
        // Entries are added or taken one at a time, so a panic elsewhere leaves them in order.
        self.traces.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a form to a synchronization; whatever comes of it will be tidied up.
    pub(super) async fn post(&self, id: &str, operation: &str, form: Form) -> Step<Answer> {
        self.send(id, operation, Payload::Form(form)).await
    }

    /// Sends anything to a synchronization; whatever comes of it will be tidied up.
    pub(super) async fn send(&self, id: &str, operation: &str, payload: Payload) -> Step<Answer> {
        let is_new = self.traces().synchronizations.insert(id.to_owned());
        let path = format!("/import/synchronize/{id}/{operation}");
        let answer = self.wire.call(Method::POST, &path, payload).await?;
        let mut traces = self.traces();
        if is_new && answer.is_refusal() {
            traces.synchronizations.remove(id);
        }
        if let Some(job) = answer.json["id"].as_str().filter(|_| answer.status == 200) {
            traces.jobs.insert(job.to_owned());
        }
        drop(traces);
        Ok(answer)
    }

    /// One look at a job: by the older operation, and where that is gone by the newer one, in the words of the older.
    async fn job(&self, job: &str) -> Step<Answer> {
        let older = self.wire.get(&format!("/jobs/{job}")).await?;
        if !older.is_no_endpoint() {
            return Ok(older);
        }
        let mut newer = self.wire.beside(Method::GET, &format!("/rest/jobs/v1/jobs/{job}"), Payload::None).await?;
        // The older one may be there and not know the job.
        if older.status == 404 && newer.is_no_endpoint() {
            return Ok(older);
        }
        match newer.json["state"].as_str() {
            Some("FAILED") => newer.json["state"] = "ERROR".into(),
            Some("DELETED") => newer.json["state"] = "CANCELED".into(),
            _ => {}
        }
        Ok(newer)
    }

    /// Looks at a job until it can be seen.
    pub(super) async fn visible(&self, job: &str) -> Step<Value> {
        let began = Instant::now();
        let mut pause = PAUSES[0];
        loop {
            let answer = self.job(job).await?;
            match answer.status {
                200 => return Ok(answer.json),
                404 | 410 | 500 if began.elapsed() < FRESH => {}
                _ => return broken(format!("{} to answer 200", answer.call), answer.told()),
            }
            self.wire.pause(pause).await?;
            pause = (pause * 2).min(PAUSES[1]);
        }
    }

    /// Looks at a job until it is over.
    pub(super) async fn finished(&self, job: &str) -> Step<Value> {
        let began = Instant::now();
        let mut pause = PAUSES[0];
        let mut seen = self.visible(job).await?;
        while !is_terminal(&seen) {
            if began.elapsed() > self.patience {
                let seen = format!("{} after {} s", seen["state"], began.elapsed().as_secs());
                return broken("a job to end", seen);
            }
            self.wire.pause(pause).await?;
            pause = (pause * 2).min(PAUSES[1]);
            let answer = self.job(job).await?;
            match answer.status {
                200 => seen = answer.json,
                500..=599 => {}
                _ => return broken(format!("{} to answer 200", answer.call), answer.told()),
            }
        }
        self.traces().jobs.remove(job);
        Ok(seen)
    }

    /// Waits for a job and reads its results. Not every server may have results of a finalization.
    pub(super) async fn ended(&self, job: &str) -> Step<Ended> {
        let state = self.finished(job).await?;
        let summary = self.wire.get(&format!("/import/results/{job}/summary")).await?;
        let errors = self.wire.get(&format!("/import/results/{job}/errors")).await?;
        let summary = Some(summary).filter(|answer| answer.status == 200).map(|answer| answer.json);
        Ok(Ended { job: state, summary, errors: results(&errors.json).to_vec() })
    }
}

/// One case under way.
#[derive(Debug)]
pub(super) struct Case<'r> {
    pub(super) run: &'r Run,
    number: u8,
    ids: AtomicU8,
    observed: Mutex<Vec<Observed>>,
    notes: Mutex<Vec<String>>,
}

impl<'r> Case<'r> {
    pub(super) fn new(run: &'r Run, statement: &Statement) -> Self {
        let (observed, notes) = (Mutex::default(), Mutex::default());
        Self { run, number: statement.number, ids: AtomicU8::new(0), observed, notes }
    }

    pub(super) fn wire(&self) -> &Wire {
        &self.run.wire
    }

    pub(super) fn community(&self) -> &str {
        &self.run.community
    }

    /// The domain that belongs to this case alone.
    pub(super) fn domain(&self) -> String {
        domain_name(self.number)
    }

    pub(super) fn domain_id(&self) -> Step<&str> {
        match self.run.domains.get(&self.domain()) {
            Some(id) => Ok(id),
            None => broken(format!("the domain {} to be there", self.domain()), "it is not listed"),
        }
    }

    /// A synchronization id that nobody has used.
    pub(super) fn new_id(&self) -> String {
        self.run.mark.synchronization(self.number, self.ids.fetch_add(1, Ordering::Relaxed))
    }

    /// An external pair of this run; `entity` has letters, digits and hyphens alone.
    pub(super) fn pair(&self, entity: &str) -> Value {
        let system = self.run.mark.external_system();
        self.run.traces().pairs.insert((system.clone(), entity.to_owned()));
        json!({"externalSystemId": system, "externalEntityId": entity})
    }

    /// Says which choice was met.
    pub(super) fn observe(&self, switch: &'static Switch, value: impl Into<String>) {
        lock(&self.observed).push(Observed { switch, value: value.into() });
    }

    /// Says something worth knowing that is no verdict.
    pub(super) fn note(&self, note: impl Into<String>) {
        lock(&self.notes).push(note.into());
    }

    pub(super) fn into_found(self) -> (Vec<Observed>, Vec<String>) {
        let observed = self.observed.into_inner().unwrap_or_else(PoisonError::into_inner);
        (observed, self.notes.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// A batch of JSON commands, answered in whatever way.
    pub(super) async fn post_batch(&self, id: &str, form: Form) -> Step<Answer> {
        self.run.post(id, "batch/json-job", form).await
    }

    /// A finalization, answered in whatever way.
    pub(super) async fn post_finalize(&self, id: &str, form: Form) -> Step<Answer> {
        self.run.post(id, "finalize/job", form).await
    }

    /// A single call with JSON commands, answered in whatever way.
    pub(super) async fn post_full(&self, id: &str, form: Form) -> Step<Answer> {
        self.run.post(id, "json-job", form).await
    }

    pub(super) async fn ended(&self, job: &str) -> Step<Ended> {
        self.run.ended(job).await
    }

    /// The job of an accepted submit, once it is over.
    pub(super) async fn outcome_of(&self, answer: Answer) -> Step<Ended> {
        self.ended(&answer.job()?).await
    }

    /// A batch that has to succeed.
    pub(super) async fn batch(&self, id: &str, commands: &Value) -> Step<Ended> {
        self.outcome_of(self.post_batch(id, Form::strict(commands)).await?).await?.succeeded()
    }

    /// A finalization that has to succeed; `CHANGE_STATUS` sets the status "Missing from source".
    pub(super) async fn finalize(&self, id: &str, strategy: &str) -> Step<Ended> {
        let mut form = Form::strategy(strategy);
        if strategy == "CHANGE_STATUS" {
            form = form.text("missingAssetStatusId", MISSING);
        }
        self.outcome_of(self.post_finalize(id, form).await?).await?.succeeded()
    }

    /// A batch and a finalization, which have to succeed; gives the finalization.
    pub(super) async fn cycle(&self, id: &str, commands: &Value, strategy: &str) -> Step<Ended> {
        self.batch(id, commands).await?;
        self.finalize(id, strategy).await
    }

    /// Changes the display name of an asset as somebody at the screen would: nothing of this is seen by the
    /// synchronization that is tried.
    pub(super) async fn edit_by_hand(&self, name: &str, display_name: &str) -> Step<()> {
        self.batch(&self.new_id(), &json!([self.shown(name, display_name)])).await.map(drop)
    }
}

/// The domain of a case.
pub(super) fn domain_name(number: u8) -> String {
    format!("case {number:02}")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
