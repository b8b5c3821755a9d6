#![doc = include_str!("../README.md")]

mod check;
mod clock;
mod event;
mod finding;
mod input;
mod journal;
mod locate;
mod member;
mod options;
mod plan;
mod rebuild;
mod report;
mod run;
mod sort;
mod spool;
pub mod store;
mod survey;

pub use check::{CheckReport, check};
pub use clock::SystemClock;
pub use event::{Progress, ProgressSink};
pub use finding::{Finding, Severity};
pub use input::{Input, InputError};
pub use member::Member;
pub use options::RunOptions;
pub use plan::{PLAN_LIST, Plan, PlanEntry, PlanError, PlanList};
pub use report::{BatchReport, ErrorReport, FinalizeReport, InputReport, MOST_ERRORS, PlanCounts, Report, RunOutcome};
pub use run::Engine;
pub use survey::SurveyError;
