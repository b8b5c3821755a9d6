//! The sixty cases, by topic: each statement stands above the calls that try it.

mod cycles;
mod failures;
mod finalization;
mod jobs;
mod membership;
mod results;
mod single_call;
mod surroundings;
mod synchronizations;

use super::statement::Statement;

/// All statements, by number.
pub(super) fn all() -> Vec<Statement> {
    [
        synchronizations::STATEMENTS,
        cycles::STATEMENTS,
        finalization::STATEMENTS,
        membership::STATEMENTS,
        failures::STATEMENTS,
        single_call::STATEMENTS,
        jobs::STATEMENTS,
        results::STATEMENTS,
        surroundings::STATEMENTS,
    ]
    .concat()
}
