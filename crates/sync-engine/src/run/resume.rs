//! Carrying on a run that was cut off.
//!
//! First what it has under way is looked after, which needs no input and sends nothing. If the finalization turns out to
//! have succeeded, that was all. Otherwise the source is read again and has to be the same; then the cycle goes on where it
//! stands, as long as nobody can have ended it on the target, or is sent again as a whole.

use std::fmt::Display;
use std::sync::Arc;

use sync_core::BatchNumber;
use sync_core::cycle::{Call, CycleState, Event, GoesOn, Interrupted, Phase, look_after};
use sync_core::journal::Entry;
use sync_formats::Batch;

use super::steps::replay;
use super::supply::Supply;
use super::told;
use super::walk::{Run, Stop, brought};
use crate::baseline::Baseline;
use crate::event::Progress;
use crate::guard::judge_source;
use crate::options::ResumeOptions;
use crate::rebuild::RebuildError;
use crate::record::RunRecord;
use crate::recover::{Doubt, doubt};
use crate::report::RunOutcome;
use crate::store::{Standing, StateLock};
use crate::survey::{Cut, Survey};

/// How a cycle is carried on.
enum Way {
    /// Where it stands, with what was not brought yet.
    GoOn(Box<Rest>),
    /// From its first batch.
    Replay,
}

/// What of a source a cycle has not brought yet.
struct Rest {
    /// The batch that is sent again under its old number.
    again: Option<(BatchNumber, Batch)>,
    batches: Supply,
}

impl Run<'_> {
    pub(super) async fn resume(&mut self, asked: &ResumeOptions) -> Result<(), Stop> {
        let lock = Arc::new(self.with_store(|store, key| store.lock(key)).await?);
        let standing = self.standing().await?;
        let state = replay(&standing)?;
        let is_noted_only = standing.journal.is_empty() && standing.cycle > 0;
        if matches!(state.phase(), Phase::Idle | Phase::Finalized) && !is_noted_only {
            self.nothing_to_resume(&standing, state.phase());
            return Ok(());
        }
        self.report.cycle = standing.cycle;
        self.state = state.clone();
        let record = RunRecord::read(&standing)?;
        self.mark.clone_from(&record.mark);
        self.take_over(&record, asked);
        self.engine.sink.progress(Progress::LookingAfter);
        self.probe().await?;
        self.report.recovery.push(told::where_it_stood(standing.cycle, &state));
        self.expect_missing().await?;

        let crew = self.crew(self.options.finalization, &lock, standing.last_job.clone());
        let looked_after = look_after(crew, state.clone(), Some(self.options.patience)).await;
        let interrupted = looked_after.map_err(|halt| Stop::LookingAfter(Box::new(halt)))?;
        self.report.recovery.extend(told::what_was_found(&state, interrupted.state()));
        self.state = interrupted.state().clone();
        if interrupted.is_finalized() {
            self.recovered("the finalization had gone through; nothing was left to send");
            let cycle = interrupted.accept().await?;
            self.remember(&self.standing().await?.journal);
            self.finished(&cycle);
            record.discard();
            return Ok(());
        }
        if interrupted.must_replay() && !interrupted.may_replay() {
            return Err(Stop::Exhausted);
        }
        self.inputs = record.open().map_err(RebuildError::Input)?;
        let survey = self.read().await?;
        if survey.digest != record.source {
            return Err(Stop::OtherSource);
        }
        if is_noted_only {
            self.recovered("nothing of it was sent; it is begun anew");
            return self.whole_cycle(survey, &lock).await;
        }
        self.carry_on(interrupted, survey, &lock).await
    }

    /// The options of the run that was cut off, with what is for this process to say.
    fn take_over(&mut self, record: &RunRecord, asked: &ResumeOptions) {
        let mut options = record.options(asked.key.clone()).with_patience(asked.patience).with_no_wait(asked.no_wait);
        if asked.allow_removals.is_some() {
            options.guard.allow_removals = asked.allow_removals;
        }
        self.options = options;
    }

    /// What the cycle noted as missing, for a finalization that turns out to have gone through.
    async fn expect_missing(&mut self) -> Result<(), Stop> {
        let noted = self.with_store(|store, key| store.noted_missing(key)).await?;
        let missing = &mut self.report.details.missing;
        missing.total = noted.iter().map(|(_, count)| count).sum();
        missing.by_kind = noted;
        self.report.plan.missing = missing.total;
        Ok(())
    }

    async fn carry_on(&mut self, interrupted: Interrupted, survey: Survey, lock: &Arc<StateLock>) -> Result<(), Stop> {
        let mut reasons = judge_source(&self.options.demands, survey.commands, &survey.absent);
        let standing = self.standing().await?;
        match self.look(&standing).await? {
            Baseline::Good => {}
            Baseline::Reset => {
                // What was noted for this cycle does not hold any more, nor is there anything to be removed.
                self.recovered("the target tracks nothing of it any more; the cycle is given up and another one begun");
                interrupted.give_up().await?;
                (self.report.cycle, self.state) = (0, CycleState::idle());
                return self.whole_cycle(survey, lock).await;
            }
            Baseline::Unfit(reason) => reasons.extend(self.unfit(reason).await?),
        }
        let planned = self.plan(survey, &standing).await?;
        reasons.extend(self.ask_guard().err().unwrap_or_default());
        let (names, _) = self.ask_about_names(planned, &reasons).await?;
        reasons.extend(names);
        if !reasons.is_empty() {
            return Err(Stop::Guarded(reasons));
        }
        self.heed_stop()?;
        match self.way(&interrupted, &standing.journal).await? {
            Way::GoOn(rest) => self.go_on(interrupted, &standing.journal, *rest).await,
            Way::Replay => {
                let cycle = interrupted.replay().await?;
                let mut batches = self.batches(cycle.state().attempt());
                let cycle = self.send_first(cycle, &mut batches).await?;
                self.send_and_finalize(cycle, batches).await
            }
        }
    }

    /// Decides how to carry on, and says why.
    async fn way(&mut self, interrupted: &Interrupted, journal: &[Entry]) -> Result<Way, Stop> {
        if interrupted.must_replay() {
            let why = "what its finalization did is not known, and it is never sent alone";
            return Ok(self.replays(why));
        }
        let (transport, store) = (self.engine.transport.as_ref(), self.engine.store.as_ref());
        match doubt(transport, store, &self.options.key, interrupted.state(), journal).await? {
            // Who never waits would never come to an end if everything were sent again each time.
            Some(Doubt::NoList) if interrupted.state().was_left() => {}
            Some(doubt) => return Ok(self.replays(doubt)),
            None => {}
        }
        let Some(rest) = self.retrace(interrupted).await? else {
            return Ok(self.replays("its batches cannot be told from those of the source as it is cut now"));
        };
        let mut left = brought(interrupted.state());
        let all = self.cuts.len();
        let whole = self.cuts.iter().take_while(|cut| {
            let commands = u64::from(cut.commands);
            let is_brought = left >= commands;
            left -= if is_brought { commands } else { 0 };
            is_brought
        });
        let skip = whole.count();
        self.recovered(match skip {
            _ if left > 0 => {
                format!("{skip} of {all} batches and a part of one are brought; it goes on with the next part")
            }
            0 => "it begins with its first batch".to_owned(),
            skip if skip == all => format!("all {all} batches are brought; it goes on with the finalization"),
            skip => format!("{skip} of {all} batches are brought; it goes on with the next one"),
        });
        Ok(Way::GoOn(Box::new(rest)))
    }

    fn replays(&mut self, why: impl Display) -> Way {
        self.recovered(format!("the whole cycle is sent again: {why}"));
        Way::Replay
    }

    /// Builds again what the cycle has sent, cut as it was then, and gives what is left; `None` if the cycle's batches are
    /// not those of the source as it is cut now.
    async fn retrace(&self, interrupted: &Interrupted) -> Result<Option<Rest>, Stop> {
        let state = interrupted.state();
        let last = u32::try_from(state.batches().len()).ok().and_then(BatchNumber::new);
        let (unsent, failed) = (interrupted.unsent(), interrupted.failed());
        if unsent.len() + failed.len() > 1 || unsent.iter().chain(&failed).any(|number| Some(*number) != last) {
            return Ok(None);
        }
        let mut batches = self.batches(state.attempt());
        let mut again = None;
        for (number, sent) in (1..).map_while(BatchNumber::new).zip(state.batches()) {
            let batch = batches.next().await?.ok_or(RebuildError::Changed)?;
            let cut = Cut { commands: sent.commands(), bytes: sent.bytes(), digest: sent.digest() };
            if Cut::of(&batch) != cut {
                return Ok(None);
            }
            if sent.is_too_large() {
                batches.refuses(sent.bytes());
            }
            if sent.comes_again() || failed.contains(&number) {
                batches.put_back(batch);
            } else if unsent.contains(&number) {
                again = Some((number, batch));
            }
        }
        Ok(Some(Rest { again, batches }))
    }

    async fn go_on(&mut self, interrupted: Interrupted, journal: &[Entry], rest: Rest) -> Result<(), Stop> {
        self.remember(journal);
        let Rest { again, mut batches } = rest;
        let payloads = again.iter().map(|(number, batch)| (*number, batch.payload().clone()));
        let cycle = interrupted.go_on(payloads.collect::<Vec<_>>()).await?;
        if let Some((number, batch)) = again
            && cycle.state().batch(number).is_some_and(|sent| sent.is_too_large())
        {
            batches.too_large(batch);
        }
        self.resumed(cycle, batches).await
    }

    async fn resumed(&mut self, cycle: GoesOn, mut batches: Supply) -> Result<(), Stop> {
        match cycle {
            GoesOn::Open(cycle) => {
                let cycle = self.send_first(cycle, &mut batches).await?;
                self.send_and_finalize(cycle, batches).await
            }
            GoesOn::Batching(cycle) => self.send_and_finalize(cycle, batches).await,
            GoesOn::Sealed(cycle) => self.finalize(cycle).await,
        }
    }

    /// Keeps what the journal has of the summaries of this attempt, for the report.
    fn remember(&mut self, journal: &[Entry]) {
        let begin = journal.iter().rposition(|entry| entry.event == Event::Replay).map_or(0, |place| place + 1);
        let judged = journal[begin..].iter().filter_map(|entry| match &entry.event {
            Event::Judged { call, summary: Some(summary), .. } => Some((*call, (**summary).clone())),
            _ => None,
        });
        self.summaries = judged.collect();
    }

    fn recovered(&mut self, sentence: impl Into<String>) {
        self.report.recovery.push(sentence.into());
    }

    fn nothing_to_resume(&mut self, standing: &Standing, phase: Phase) {
        let why = match (standing.cycle, phase) {
            (0, _) => "this state knows no run of it".to_owned(),
            (cycle, Phase::Finalized) => format!("its last cycle, {cycle}, is finalized"),
            (cycle, _) => format!("its last cycle, {cycle}, was given up"),
        };
        self.report.end(RunOutcome::NothingToResume, vec!["there is nothing to resume".to_owned(), why]);
    }
}

/// Calls by their order in a cycle, with the summaries of their jobs.
pub(super) type Summaries = std::collections::BTreeMap<Call, sync_core::ImportSummary>;
