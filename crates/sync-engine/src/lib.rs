#![doc = include_str!("../README.md")]

mod baseline;
mod check;
mod clock;
mod event;
mod export;
mod finding;
mod guard;
mod input;
mod journal;
mod locate;
mod member;
mod options;
mod plan;
mod preview;
mod rebuild;
mod report;
mod run;
mod sort;
pub mod store;
mod survey;

pub use check::{CheckReport, check};
pub use clock::SystemClock;
pub use event::{Progress, ProgressSink};
pub use export::ExportError;
pub use finding::{Finding, Severity};
pub use guard::{Demands, GuardReason, GuardReasonKind, Pattern, Sentinel, SentinelError};
pub use input::{Input, InputError};
pub use member::Member;
pub use options::RunOptions;
pub use plan::{PLAN_LIST, Plan, PlanEntry, PlanError, PlanList};
pub use preview::{PlanReport, PreviewError, SavedPlan, plan};
pub use report::{BatchReport, ErrorReport, FinalizeReport, InputReport, MOST_ERRORS, PlanCounts, Report, RunOutcome};
pub use run::{Confirm, Engine};
pub use survey::SurveyError;
