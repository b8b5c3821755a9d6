//! What was found of a cycle that was cut off, in sentences.

use sync_core::BatchNumber;
use sync_core::cycle::{Call, CycleState, ExchangeState, Phase};

/// Where the cycle stood when it was cut off.
pub(crate) fn where_it_stood(cycle: u64, state: &CycleState) -> String {
    let batches = state.batches().len();
    let where_ = match state.finalize() {
        Some(exchange) if exchange.outcome().is_some() => "after its finalization had ended".to_owned(),
        Some(_) => "while it was being finalized".to_owned(),
        None if batches == 0 => "before anything was sent".to_owned(),
        None if state.phase() == Phase::Sealed => "after its last batch, before it was finalized".to_owned(),
        None => format!("at batch {batches}"),
    };
    let how = if state.was_left() { "was left" } else { "was cut off" };
    format!("cycle {cycle} {how} {where_}")
}

/// What became known of each call since.
pub(super) fn what_was_found(before: &CycleState, after: &CycleState) -> Vec<String> {
    let numbers = std::iter::successors(Some(BatchNumber::FIRST), |number| Some(number.next()));
    let batches = numbers.take(before.batches().len()).map(Call::Batch);
    let calls = batches.chain([Call::Finalize]);
    calls.filter_map(|call| found(call, before, after)).collect()
}

fn found(call: Call, before: &CycleState, after: &CycleState) -> Option<String> {
    let (before, after) = (before.exchange(call)?, after.exchange(call)?);
    let was_lost = matches!(before.state(), ExchangeState::Sending | ExchangeState::Unknown { .. });
    match (before.job(), after.state()) {
        (_, now) if before.state() == now => None,
        (Some(_), ExchangeState::Ended { job, outcome }) => Some(format!("{call}: its job {job} {outcome}")),
        (None, ExchangeState::Ended { job, outcome }) => {
            Some(format!("{call}: whether it was accepted was not known; job {job} was found, and {outcome}"))
        }
        (_, ExchangeState::Unknown { quiet: true, .. }) if was_lost => Some(format!(
            "{call}: whether it was accepted was not known; no job that may be its one is at work any more"
        )),
        _ => None,
    }
}
