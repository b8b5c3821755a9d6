//! Carrying on a run that was cut off.
//!
//! First what it has under way is looked after, which needs no input and sends nothing. If the finalization turns out to
//! have succeeded, that was all. Otherwise the source is read again and has to be the same; then the cycle goes on where it
//! stands, as long as nobody can have ended it on the target, or is sent again as a whole.

use std::fmt::Display;
use std::sync::Arc;

use sync_core::BatchNumber;
use sync_core::cycle::{Call, Event, GoesOn, Interrupted, Phase, look_after};
use sync_core::journal::Entry;

use super::steps::replay;
use super::told;
use super::walk::{Batches, Run, Stop, next};
use crate::baseline::Baseline;
use crate::event::Progress;
use crate::guard::{GuardReason, judge_source};
use crate::options::ResumeOptions;
use crate::rebuild::RebuildError;
use crate::record::RunRecord;
use crate::recover::{Doubt, doubt};
use crate::report::RunOutcome;
use crate::store::{Standing, StateLock};
use crate::survey::{Cut, Survey};

/// How a cycle is carried on.
enum Way {
    /// Where it stands: `skip` batches of the source are brought, the one after them is sent again under its old number.
    GoOn { skip: usize, again: Option<BatchNumber> },
    /// From its first batch.
    Replay,
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
        self.inputs.iter().for_each(|input| input.keep(true));
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
            Way::GoOn { skip, again } => self.go_on(interrupted, &standing.journal, skip, again).await,
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
        let Some((skip, again)) = self.stands(interrupted) else {
            return Ok(self.replays("its batches cannot be told from those of the source as it is cut now"));
        };
        let (transport, store) = (self.engine.transport.as_ref(), self.engine.store.as_ref());
        match doubt(transport, store, &self.options.key, interrupted.state(), journal).await? {
            // Who never waits would never come to an end if everything were sent again each time.
            Some(Doubt::NoList) if interrupted.state().was_left() => {}
            Some(doubt) => return Ok(self.replays(doubt)),
            None => {}
        }
        let all = self.cuts.len();
        self.recovered(match (skip, again) {
            (0, _) => "it begins with its first batch".to_owned(),
            (skip, _) if skip == all => format!("all {all} batches are brought; it goes on with the finalization"),
            (skip, _) => format!("{skip} of {all} batches are brought; it goes on with the next one"),
        });
        Ok(Way::GoOn { skip, again })
    }

    fn replays(&mut self, why: impl Display) -> Way {
        self.recovered(format!("the whole cycle is sent again: {why}"));
        Way::Replay
    }

    /// How many batches of the source the cycle has brought, and which one of its own has to be sent again; `None` if its
    /// batches are not those of the source as it is cut now.
    fn stands(&self, interrupted: &Interrupted) -> Option<(usize, Option<BatchNumber>)> {
        let state = interrupted.state();
        let mut place = 0;
        for batch in state.batches() {
            let sent = Cut { commands: batch.commands(), bytes: batch.bytes(), digest: batch.digest() };
            if self.cuts.get(place) != Some(&sent) {
                return None;
            }
            place += usize::from(!batch.is_repaired());
        }
        let last = u32::try_from(state.batches().len()).ok().and_then(BatchNumber::new);
        match (interrupted.unsent().as_slice(), interrupted.failed().as_slice()) {
            ([], []) => Some((place, None)),
            ([again], []) if Some(*again) == last => Some((place - 1, Some(*again))),
            ([], [failed]) if Some(*failed) == last => Some((place - 1, None)),
            _ => None,
        }
    }

    async fn go_on(
        &mut self,
        interrupted: Interrupted,
        journal: &[Entry],
        skip: usize,
        again: Option<BatchNumber>,
    ) -> Result<(), Stop> {
        self.remember(journal);
        let mut batches = self.batches(interrupted.state().attempt());
        for _ in 0..skip {
            next(&mut batches).await?.ok_or(RebuildError::Changed)?;
        }
        let mut payloads = Vec::new();
        if let Some(number) = again {
            let batch = next(&mut batches).await?.ok_or(RebuildError::Changed)?;
            payloads.push((number, batch.into_payload()));
        }
        self.resumed(interrupted.go_on(payloads).await?, batches).await
    }

    async fn resumed(&mut self, cycle: GoesOn, mut batches: Batches) -> Result<(), Stop> {
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

    async fn unfit(&self, reason: GuardReason) -> Result<Option<GuardReason>, Stop> {
        if self.options.finalization.is_destructive() {
            return Ok(Some(reason));
        }
        self.with_store(|store, key| store.distrust(key)).await?;
        Ok(None)
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
