//! A batch that the service finds too large comes again in smaller ones.

use sync_core::cycle::{CycleMode, Event, Phase, Settlement};
use sync_core::{Digest, Outcome};

use crate::support::*;

/// A batch with so many commands.
fn of(n: u32, commands: u32) -> Event {
    Event::BatchReady { batch: number(n), digest: Digest::from_bytes([n as u8; 16]), commands, bytes: 1000 }
}

/// A batch of ten commands that was refused as too large.
fn too_large() -> Machine {
    let mut machine = Machine::begun(settings());
    machine.take(of(1, 10));
    machine.take(refused(batch(1), 413));
    assert_eq!(machine.phase(), Phase::BatchFailed);
    machine
}

fn bring(machine: &mut Machine, n: u32, commands: u32, outcome: Outcome) {
    assert_eq!(machine.take(of(n, commands)), [submit(batch(n))]);
    machine.take(accepted(batch(n)));
    machine.end(batch(n), outcome);
}

// Edge: batch failed → batching after it was halved; sealed only when every command has come again.
#[test]
fn a_batch_that_was_too_large_comes_again_in_halves() {
    let mut machine = too_large();
    assert_eq!(machine.take(Event::Halved { batch: number(1) }), []);
    assert_eq!(machine.phase(), Phase::Batching);
    assert_eq!(machine.state.batch(number(1)).and_then(|batch| batch.settlement()), Some(Settlement::Halved));
    assert_eq!(machine.state.owed_commands(), 10);
    machine.refuse(Event::SourceEnded);
    bring(&mut machine, 2, 5, Outcome::Succeeded);
    machine.refuse(Event::SourceEnded);
    bring(&mut machine, 3, 5, Outcome::Succeeded);
    machine.take(Event::SourceEnded);
    assert_eq!(machine.phase(), Phase::Sealed);
}

// Edge: a half is halved again after it was too large itself.
#[test]
fn a_half_that_is_too_large_is_halved_again() {
    let mut machine = too_large();
    machine.take(Event::Halved { batch: number(1) });
    machine.take(of(2, 5));
    machine.take(refused(batch(2), 413));
    machine.take(Event::Halved { batch: number(2) });
    assert_eq!(machine.state.owed_commands(), 10);
    for (n, commands) in [(3, 2), (4, 3), (5, 5)] {
        machine.refuse(Event::SourceEnded);
        bring(&mut machine, n, commands, Outcome::Succeeded);
    }
    machine.take(Event::SourceEnded);
    assert_eq!(machine.phase(), Phase::Sealed);
}

// Edge: a failed half is repaired, and the other half is still awaited after repair.
#[test]
fn the_repair_of_a_half_does_not_stand_in_for_the_other_half() {
    let mut machine = too_large();
    machine.take(Event::Halved { batch: number(1) });
    bring(&mut machine, 2, 5, Outcome::RolledBack);
    machine.take(Event::Repaired { batch: number(2) });
    bring(&mut machine, 3, 5, Outcome::Succeeded);
    machine.refuse(Event::SourceEnded);
    bring(&mut machine, 4, 5, Outcome::Succeeded);
    machine.take(Event::SourceEnded);
    assert_eq!(machine.phase(), Phase::Sealed);
}

// Edge: what was owed is forgotten with the replay, which sends everything.
#[test]
fn a_replay_owes_nothing() {
    let mut machine = too_large();
    machine.take(Event::Halved { batch: number(1) });
    machine.take(Event::Stopped);
    machine.take(Event::Replay);
    assert_eq!((machine.phase(), machine.state.owed_commands()), (Phase::Open, 0));
}

// Row 4: only a batch refused as too large is halved, and only one with something to cut.
#[test]
fn nothing_else_is_halved() {
    for status in [400, 415, 422] {
        let mut machine = Machine::begun(settings());
        machine.take(of(1, 10));
        machine.take(refused(batch(1), status));
        machine.refuse(Event::Halved { batch: number(1) });
    }
    Machine::ended(settings(), Outcome::RolledBack).refuse(Event::Halved { batch: number(1) });
    Machine::ended(settings(), Outcome::Succeeded).refuse(Event::Halved { batch: number(1) });
    too_large().refuse(Event::Halved { batch: number(2) });

    let mut machine = Machine::begun(settings());
    machine.take(of(1, 1));
    machine.take(refused(batch(1), 413));
    machine.refuse(Event::Halved { batch: number(1) });

    let mut machine = Machine::begun(settings().with_mode(CycleMode::SingleCall));
    machine.take(of(1, 10));
    machine.take(Event::SourceEnded);
    machine.finalize();
    machine.take(refused(sync_core::cycle::Call::Finalize, 413));
    machine.refuse(Event::Halved { batch: number(1) });
}
