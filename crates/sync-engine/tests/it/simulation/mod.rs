//! Whole histories in one process: several cycles, edits, and everything that can go wrong on the way.
//!
//! The engine works as in life, over the HTTP transport with its real encoding, against the embedded server's router; no
//! socket, no waiting: time passes when somebody sleeps. Requests are lost on the way or on the way back, arrive late, are
//! answered by gateways; the server dies and comes back; processes die at any write and any request, run out of disk, are
//! visited by a second worker. All of it follows from one seed.
//!
//! What has to hold: nothing goes that the source of the finalization has; nothing goes without a permit, or more than the
//! guard allows; of each attempt at a cycle at most one finalization is accepted; nothing is sent while a call of the same
//! synchronization is under way; and once it has come to rest, the catalogue is that of the undisturbed runs, or the guard
//! has stopped it with nothing lost.
//!
//! `SIMULATION_HISTORIES` sets how many are played (default 1000), `SIMULATION_SEED` plays one alone.

mod bugs;
mod chance;
mod history;
mod process;
mod setup;
mod sources;
mod state;
mod wire;
mod world;

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use bugs::Bug;
use history::{Tally, one_blow, play, story};
use state::{Death, Moment};

/// Threads that play histories.
const PLAYERS: u64 = 4;

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is a number, not {text:?}")))
}

/// Tells a figure.
fn say(text: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Plays the histories of the seeds from `first` on until one breaks a rule.
fn histories(first: u64, count: u64, bug: Option<Bug>) -> Result<Tally, (u64, String)> {
    let next = AtomicU64::new(first);
    let failed: Mutex<Option<(u64, String)>> = Mutex::new(None);
    let seen: Mutex<Tally> = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..PLAYERS {
            scope.spawn(|| {
                let runtime = runtime();
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    let over = failed.lock().unwrap_or_else(PoisonError::into_inner).is_some();
                    if over || seed >= first + count {
                        return;
                    }
                    match runtime.block_on(play(seed, bug, count == 1)) {
                        Ok(tally) => {
                            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                            tally.into_iter().for_each(|(what, times)| *seen.entry(what).or_default() += times);
                        }
                        Err(wrong) => {
                            failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert((seed, wrong));
                        }
                    }
                }
            });
        }
    });
    match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(failed) => Err(failed),
        None => Ok(seen.into_inner().unwrap_or_else(PoisonError::into_inner)),
    }
}

#[test]
fn no_history_breaks_a_rule() {
    let began = Instant::now();
    let (first, count) = match number("SIMULATION_SEED") {
        Some(seed) => (seed, 1),
        None => (1, number("SIMULATION_HISTORIES").unwrap_or(1000)),
    };
    match histories(first, count, None) {
        Ok(seen) => {
            say(format_args!("{count} histories in {:.0} s: {seen:#?}", began.elapsed().as_secs_f64()));
            if count >= 1000 {
                came_up(&seen);
            }
        }
        Err((seed, wrong)) => panic!(
            "{wrong}\nto see it again: SIMULATION_SEED={seed} cargo test -p sync-engine --test it no_history_breaks_a_rule"
        ),
    }
}

/// Histories in which these do not come up prove nothing.
fn came_up(seen: &Tally) {
    for what in ["finalized", "removed", "marked as missing", "equal to undisturbed"] {
        let times = seen.get(what).copied().unwrap_or(0);
        assert!(times >= 10, "{what} came up {times} times only: {seen:#?}");
    }
}

/// Strikes at one point after the other, until there are no more.
fn every_blow(blow: impl Fn(u64) -> (Option<Death>, Option<u64>)) {
    let runtime = runtime();
    let mut points = 0;
    for point in 0.. {
        let (death, full_at) = blow(point);
        match runtime.block_on(one_blow(death, full_at)) {
            Ok(true) => points += 1,
            Ok(false) => break,
            Err(wrong) => panic!("at point {point}: {wrong}"),
        }
    }
    assert!(points >= 15, "there were {points} points only");
}

#[test]
fn a_death_before_any_write_is_recovered_from() {
    every_blow(|point| (Some(Death::AtWrite(point, Moment::Before)), None));
}

#[test]
fn a_death_after_any_write_is_recovered_from() {
    every_blow(|point| (Some(Death::AtWrite(point, Moment::After)), None));
}

#[test]
fn a_death_before_any_request_is_recovered_from() {
    every_blow(|point| (Some(Death::AtRequest(point, Moment::Before)), None));
}

#[test]
fn a_death_after_any_request_is_recovered_from() {
    every_blow(|point| (Some(Death::AtRequest(point, Moment::After)), None));
}

#[test]
fn a_disk_that_is_full_from_any_write_on_stops_everything_and_is_recovered_from() {
    every_blow(|point| (None, Some(point)));
}

#[test]
fn a_seed_plays_the_same_history_again() {
    let runtime = runtime();
    for seed in 1..=12 {
        let (first, second) = (runtime.block_on(story(seed)), runtime.block_on(story(seed)));
        let parted = first.lines().zip(second.lines()).find(|(first, second)| first != second);
        assert_eq!(parted, None, "history {seed} goes another way the second time");
        assert_eq!(first.len(), second.len(), "history {seed} ends elsewhere the second time");
    }
}

#[test]
fn each_planted_bug_is_found() {
    for bug in Bug::ALL {
        let found = histories(1, 300, Some(bug)).expect_err("a bug that breaks no rule");
        say(format_args!("{bug:?} was found by history {}: {}", found.0, found.1));
    }
}
