//! Batches whose answer was lost.

use std::time::Duration;

use sync_core::cycle::{Action, Event, ExchangeState, Patience, Phase};
use sync_core::{Finalization, Outcome};

use crate::support::*;

// Row 6: no usable answer → batch unknown; not sent again yet.
#[test]
fn a_batch_with_a_lost_answer_is_searched_and_nothing_is_sent() {
    let mut machine = Machine::begun(settings());
    machine.take(ready(1));
    assert_searches(&machine.take(Event::Lost { call: batch(1) }), batch(1));
    assert_eq!(machine.phase(), Phase::BatchUnknown);
    machine.refuse(ready(2));
    machine.refuse(Event::PauseOver { call: batch(1) });
    machine.take(Event::SourceEnded);
    machine.refuse(permitted(Finalization::RemoveResources));
    machine.refuse(Event::FinalizeOrdered);
    machine.refuse(Event::Replay);
}

#[test]
fn a_lost_batch_keeps_free_lanes_empty() {
    let mut machine = Machine::begun(lanes(3));
    machine.take(ready(1));
    machine.take(Event::Lost { call: batch(1) });
    machine.refuse(ready(2));
}

// Row 7: its job is found → batching; the id is adopted.
#[test]
fn a_lost_batch_that_is_found_is_polled() {
    let mut machine = Machine::begun(settings());
    machine.take(ready(1));
    machine.take(Event::Lost { call: batch(1) });
    assert_polls(&machine.take(Event::Found { call: batch(1), job: job("found") }), batch(1));
    assert_eq!(machine.phase(), Phase::Batching);
    assert_eq!(machine.state.exchange(batch(1)).and_then(|exchange| exchange.job()), Some(&job("found")));
}

// Row 8: no job that can be its one, quiet period over → batching; the same bytes again.
#[test]
fn a_lost_batch_that_is_not_found_is_sent_again_after_the_quiet_period() {
    let mut machine = Machine::begun(settings());
    machine.take(ready(1));
    machine.take(Event::Lost { call: batch(1) });
    machine.wait(59);
    assert_searches(&machine.take(Event::NotFound { call: batch(1) }), batch(1));
    assert_eq!(machine.phase(), Phase::BatchUnknown);
    machine.wait(1);
    assert_eq!(machine.take(Event::NotFound { call: batch(1) }), [submit(batch(1))]);
    assert_eq!(machine.phase(), Phase::Batching);
}

#[test]
fn a_batch_lost_as_often_as_allowed_has_failed() {
    let mut machine = Machine::begun(settings().with_patience(Patience::default().with_max_tries(2)));
    machine.take(ready(1));
    machine.take(Event::Lost { call: batch(1) });
    machine.wait(60);
    assert_eq!(machine.take(Event::NotFound { call: batch(1) }), [submit(batch(1))]);
    machine.take(Event::Lost { call: batch(1) });
    machine.wait(60);
    assert_eq!(machine.take(Event::NotFound { call: batch(1) }), []);
    assert_eq!(machine.phase(), Phase::BatchFailed);
}

// Row 8: or one that may be its one has ended.
#[test]
fn a_job_that_may_be_the_lost_batch_keeps_it_unknown_as_long_as_it_goes_on() {
    let mut machine = Machine::begun(settings());
    machine.take(ready(1));
    machine.take(Event::Lost { call: batch(1) });
    machine.wait(3600);
    let sighted = Event::Sighted { call: batch(1), candidate: job("perhaps") };
    let actions = machine.take(sighted);
    assert_eq!(actions, [Action::Search { call: batch(1), after: Patience::default().longest_poll }]);
    assert_eq!(machine.phase(), Phase::BatchUnknown);
    assert_eq!(machine.take(Event::NotFound { call: batch(1) }), [submit(batch(1))]);
    machine.refuse(Event::Sighted { call: batch(1), candidate: job("perhaps") });
}

// Row 9: it cannot be told whether a copy still runs → abandoned; never finalized.
#[test]
fn a_lost_batch_with_several_candidates_ends_the_work() {
    let mut machine = Machine::begun(settings());
    machine.take(ready(1));
    machine.take(Event::Lost { call: batch(1) });
    assert_eq!(machine.take(Event::Ambiguous { call: batch(1) }), []);
    assert_eq!(machine.phase(), Phase::Abandoned);
    machine.refuse(ready(2));
    machine.refuse(permitted(Finalization::RemoveResources));
    machine.refuse(Event::GivenUp);
}

// Edge: no list of jobs here; unknown until the quiet period is over, then as if not found.
#[test]
fn without_a_job_search_the_quiet_period_decides() {
    let mut machine = Machine::begun(settings());
    machine.take(ready(1));
    machine.take(Event::Lost { call: batch(1) });
    let unavailable = Event::SearchUnavailable { call: batch(1) };
    let actions = machine.take(unavailable.clone());
    let [Action::Search { after, .. }] = &actions[..] else { panic!("{actions:?}") };
    assert_eq!(*after, Patience::default().longest_poll);
    machine.wait(59);
    let actions = machine.take(unavailable.clone());
    assert_eq!(actions, [Action::Search { call: batch(1), after: Duration::from_secs(1) }]);
    machine.wait(1);
    assert_eq!(machine.take(unavailable), [submit(batch(1))]);
}

// Edge: with a lost batch, all others come to their end before jobs are searched.
#[test]
fn a_lost_batch_is_searched_only_after_the_others_have_ended() {
    let mut machine = Machine::begun(lanes(3));
    for n in 1..=3 {
        machine.take(ready(n));
    }
    machine.take(accepted(batch(1)));
    machine.take(accepted(batch(3)));
    assert_eq!(machine.take(Event::Lost { call: batch(2) }), []);
    assert_eq!(machine.phase(), Phase::BatchUnknown);
    machine.end(batch(1), Outcome::Succeeded);
    machine.take(Event::JobEnded { call: batch(3) });
    assert_searches(&machine.take(judged(batch(3), Outcome::Succeeded)), batch(2));
}

#[test]
fn a_pausing_batch_is_held_while_another_is_uncertain() {
    let mut machine = Machine::begun(lanes(2));
    machine.take(ready(1));
    machine.take(ready(2));
    machine.take(Event::NotSent { call: batch(1) });
    assert_searches(&machine.take(Event::Lost { call: batch(2) }), batch(2));
    assert_eq!(machine.take(Event::PauseOver { call: batch(1) }), []);
    assert_eq!(machine.state.exchange(batch(1)).map(|exchange| exchange.state()), Some(&ExchangeState::Held));
    let actions = machine.take(Event::Found { call: batch(2), job: job("found") });
    assert!(actions.contains(&submit(batch(1))), "{actions:?}");
    assert_eq!(machine.phase(), Phase::Batching);
}

#[test]
fn two_lost_batches_are_searched_one_after_the_other_and_sent_again_together() {
    let mut machine = Machine::begun(lanes(2));
    machine.take(ready(1));
    machine.take(ready(2));
    assert_eq!(machine.take(Event::Lost { call: batch(2) }), []);
    assert_searches(&machine.take(Event::Lost { call: batch(1) }), batch(1));
    machine.wait(60);
    assert_searches(&machine.take(Event::NotFound { call: batch(1) }), batch(2));
    assert_eq!(machine.phase(), Phase::BatchUnknown);
    assert_eq!(machine.take(Event::NotFound { call: batch(2) }), [submit(batch(1)), submit(batch(2))]);
    assert_eq!(machine.phase(), Phase::Batching);
}

#[test]
fn an_ambiguous_batch_leaves_the_others_of_its_time_uncertain_or_polled() {
    let mut machine = Machine::begun(lanes(3));
    for n in 1..=3 {
        machine.take(ready(n));
    }
    machine.take(accepted(batch(1)));
    machine.take(Event::Lost { call: batch(2) });
    machine.take(Event::Ambiguous { call: batch(2) });
    assert_eq!(machine.phase(), Phase::Abandoned);
    // The third was being sent; its answer is still welcome.
    machine.take(accepted(batch(3)));
    machine.end(batch(1), Outcome::Succeeded);
    machine.end(batch(3), Outcome::Succeeded);
    assert_searches(&machine.take(Event::Resumed), batch(2));
}
