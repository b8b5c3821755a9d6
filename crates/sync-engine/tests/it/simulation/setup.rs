//! What is fixed for a whole history.

use std::time::Duration;

use sync_core::Finalization;
use sync_core::guard::{GuardLimits, RemovalLimit};
use sync_emulator::{
    ConcurrentAssets, FailedCommands, FinalizeWithoutCycle, HiddenJob, IdExistsFrom, IgnoredMembers, JobNames,
    JobOrder, JobResultField, JobsApi, MissingResources, Profile, Readings, RestoredStatus,
};

use super::chance::Chance;

/// "Missing from source" of the packaged operating model.
const MISSING_STATUS: &str = "status:00000000-0000-0000-0000-000000005066";
const MISSING_STATUS_NAME: &str = "Missing from source";

/// What is fixed for a whole history.
#[derive(Debug, Clone)]
pub(super) struct Setup {
    pub(super) readings: Readings,
    pub(super) profile: Profile,
    pub(super) finalization: Finalization,
    pub(super) limits: GuardLimits,
    pub(super) batch_commands: u32,
    /// Whether the service skips bad commands.
    pub(super) continue_on_error: bool,
    pub(super) cycles: u32,
    /// The first wait before a job is looked at; mostly long, as each look takes the simulation its time.
    pub(super) poll: Duration,
    /// Whether the service lists jobs.
    pub(super) lists_jobs: bool,
    /// Whether what was cut off is always carried on, and nothing edited before it is done.
    pub(super) always_resumes: bool,
    /// Whether somebody else may come and run the same synchronization.
    pub(super) has_stranger: bool,
    /// How often a request meets with something, in a hundred.
    pub(super) faults: u64,
    /// Whether jobs are done at once.
    pub(super) is_calm: bool,
}

impl Setup {
    pub(super) fn by(chance: &Chance) -> Self {
        let finalization = match chance.below(10) {
            0..=5 => Finalization::RemoveResources,
            6..=7 => MISSING_STATUS.parse().expect("a status"),
            _ => Finalization::Ignore,
        };
        let limits = match chance.below(10) {
            0..=5 => GuardLimits::default().with_allow_removals(Some(u64::MAX)),
            6..=8 => GuardLimits::default().with_max_removals(RemovalLimit::count(chance.below(4))),
            _ => GuardLimits::default(),
        };
        Self {
            readings: readings(chance),
            profile: chance.one(&[Profile::V2026_07, Profile::BeforeV2026_07]),
            finalization,
            limits,
            batch_commands: 3 + chance.below(6) as u32,
            continue_on_error: chance.happens(15),
            cycles: chance.one(&[2, 2, 3, 3, 4]),
            poll: Duration::from_millis(chance.one(&[100, 1500, 1500, 1500])),
            lists_jobs: chance.happens(75),
            always_resumes: chance.happens(65),
            has_stranger: chance.happens(15),
            faults: chance.one(&[0, 3, 3, 10, 25]),
            is_calm: false,
        }
    }

    /// The same where nothing goes wrong and nothing takes time.
    pub(super) fn undisturbed(&self) -> Self {
        Self { lists_jobs: true, faults: 0, is_calm: true, ..self.clone() }
    }

    /// How long a job waits and works. Where jobs cannot be looked for, what is lost has to be over after the quiet
    /// period, as nobody could tell.
    pub(super) fn job_time(&self, chance: &Chance) -> Duration {
        if self.is_calm {
            return Duration::ZERO;
        }
        Duration::from_millis(match chance.below(20) {
            0..=13 => chance.below(200),
            14..=17 => chance.below(6_000),
            18 => chance.below(35_000),
            _ if self.lists_jobs => chance.below(200_000),
            _ => chance.below(35_000),
        })
    }

    pub(super) fn is_missing_status(&self, name: &str) -> bool {
        name == MISSING_STATUS_NAME
    }
}

fn readings(chance: &Chance) -> Readings {
    let mut readings = Readings::default();
    readings.id_exists_from = chance.one(&[
        IdExistsFrom::Completed,
        IdExistsFrom::Completed,
        IdExistsFrom::Accepted,
        IdExistsFrom::Finalized,
    ]);
    readings.ignored_members = chance.one(&[IgnoredMembers::StayTracked, IgnoredMembers::Forgotten]);
    readings.restored_status = chance.one(&[RestoredStatus::Default, RestoredStatus::Previous]);
    readings.missing_domains_and_communities = chance.one(&[MissingResources::Kept, MissingResources::Removed]);
    readings.failed_commands = chance.one(&[FailedCommands::NotSeen, FailedCommands::Seen]);
    readings.finalize_without_cycle = chance.one(&[
        FinalizeWithoutCycle::AllMissing,
        FinalizeWithoutCycle::AllMissing,
        FinalizeWithoutCycle::JobError,
        FinalizeWithoutCycle::NoOp,
    ]);
    readings.job_result_field = chance.one(&[JobResultField::Omitted, JobResultField::Included]);
    readings.hidden_polls = chance.one(&[0, 0, 1, 3]);
    readings.hidden_job = chance.one(&[HiddenJob::NotFound, HiddenJob::ServerError]);
    readings.job_order = chance.one(&[JobOrder::Fifo, JobOrder::Racing]);
    readings.concurrent_assets = chance.one(&[ConcurrentAssets::SecondFails, ConcurrentAssets::Serialized]);
    readings.job_names = chance.one(&[JobNames::Plain, JobNames::Plain, JobNames::WithFile]);
    readings.jobs_api = chance.one(&[JobsApi::Both, JobsApi::OlderOnly, JobsApi::NewerOnly]);
    readings.sample_counters = chance.happens(30);
    readings.rolled_back_error_listed = chance.happens(70);
    readings
}
