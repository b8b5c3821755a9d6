//! The rules in force, and how often each has counted and fired.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::{Fault, FaultRule, Operation};
use crate::chance::hits;

/// Most rules at once (ours).
const RULES: usize = 1000;

/// A rule that cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the fault rule {name} cannot be used: {reason}")]
pub struct FaultError {
    name: String,
    reason: String,
}

/// A rule in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FaultState {
    /// The rule.
    pub rule: FaultRule,
    /// Requests so far that fit it.
    pub seen: u64,
    /// Those of them that it decided.
    pub fired: u64,
}

/// Which rule decided what became of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FiredRule {
    /// Its place in the list, from 1.
    pub place: usize,
    /// Its name, or its place as text.
    pub name: String,
}

/// All rules of a server.
#[derive(Debug)]
pub(crate) struct FaultBook {
    states: Mutex<Vec<FaultState>>,
    /// Those the server was started with.
    first: Vec<FaultRule>,
    seed: u64,
}

impl FaultBook {
    pub(crate) fn new(first: Vec<FaultRule>, seed: u64) -> Result<Self, FaultError> {
        let book = Self { states: Mutex::default(), first, seed };
        book.set(book.first.clone())?;
        Ok(book)
    }

    fn states(&self) -> MutexGuard<'_, Vec<FaultState>> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts these rules in the place of all others; counting begins anew.
    pub(crate) fn set(&self, rules: Vec<FaultRule>) -> Result<(), FaultError> {
        check(0, &rules)?;
        *self.states() = rules.into_iter().map(|rule| FaultState { rule, seen: 0, fired: 0 }).collect();
        Ok(())
    }

    /// Adds rules at the end; the others go on counting.
    pub(crate) fn add(&self, rules: Vec<FaultRule>) -> Result<(), FaultError> {
        let mut states = self.states();
        check(states.len(), &rules)?;
        states.extend(rules.into_iter().map(|rule| FaultState { rule, seen: 0, fired: 0 }));
        Ok(())
    }

    /// The rules of the start again, counting from the beginning.
    pub(crate) fn reset(&self) {
        *self.states() = self.first.iter().map(|rule| FaultState { rule: rule.clone(), seen: 0, fired: 0 }).collect();
    }

    pub(crate) fn all(&self) -> Vec<FaultState> {
        self.states().clone()
    }

    /// Counts a request and says which rule decides, if one does.
    pub(crate) fn decide(&self, operation: Operation, synchronization: Option<&str>) -> Option<(FiredRule, Fault)> {
        let mut states = self.states();
        let mut decided = None;
        for (index, state) in states.iter_mut().enumerate() {
            if !state.rule.fits(operation, synchronization) {
                continue;
            }
            state.seen += 1;
            let is_meant = state.rule.nth.as_ref().is_none_or(|nth| nth.has(state.seen));
            if decided.is_some() || !is_meant {
                continue;
            }
            // Each rule draws from a row of its own, so that rules do not change each other's luck.
            if state.rule.chance < 1.0 && !hits(self.seed, (index as u64) << 40 | state.seen, state.rule.chance) {
                continue;
            }
            state.fired += 1;
            let fired = FiredRule { place: index + 1, name: name(index, &state.rule) };
            decided = Some((fired, state.rule.act.clone()));
        }
        decided
    }
}

fn name(index: usize, rule: &FaultRule) -> String {
    rule.name.clone().unwrap_or_else(|| (index + 1).to_string())
}

fn check(before: usize, rules: &[FaultRule]) -> Result<(), FaultError> {
    for (index, rule) in rules.iter().enumerate() {
        let place = before + index;
        let too_many = if place >= RULES { Err(format!("there are {RULES} rules already")) } else { Ok(()) };
        too_many.and_then(|()| rule.check()).map_err(|reason| FaultError { name: name(place, rule), reason })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{Answer, Nth};
    use super::*;

    fn book(rules: &[FaultRule]) -> FaultBook {
        FaultBook::new(rules.to_vec(), 7).expect("good rules")
    }

    fn fired(book: &FaultBook, operation: Operation, synchronization: &str) -> Option<usize> {
        book.decide(operation, Some(synchronization)).map(|(fired, _)| fired.place)
    }

    #[test]
    fn first_rule_that_fires_decides_and_all_that_fit_count() {
        let book = book(&[
            FaultRule::new(Fault::LoseAnswer).on(Operation::Batch).of("a").nth(2),
            FaultRule::new(Fault::CloseBeforeReading).on(Operation::Batch).some(Nth::Some {
                from: 2,
                to: Some(3),
                every: None,
            }),
        ]);
        let calls = ["a", "b", "a", "a"].map(|id| fired(&book, Operation::Batch, id));
        assert_eq!(calls, [None, Some(2), Some(1), None]);
        assert_eq!(fired(&book, Operation::Finalize, "a"), None);
        let counts: Vec<_> = book.all().iter().map(|state| (state.seen, state.fired)).collect();
        assert_eq!(counts, [(3, 1), (4, 1)]);
        book.reset();
        assert!(book.all().iter().all(|state| state.seen == 0));
    }

    #[test]
    fn chance_falls_the_same_way_for_the_same_seed() {
        let rule = FaultRule::new(Fault::LoseAnswer).chance(0.5);
        let falls = || {
            let book = book(std::slice::from_ref(&rule));
            (0..50).map(|_| fired(&book, Operation::Job, "a").is_some()).collect::<Vec<_>>()
        };
        assert_eq!(falls(), falls());
        assert!(falls().contains(&true) && falls().contains(&false));
    }

    #[test]
    fn rules_that_make_no_sense_are_refused() {
        let rules = [
            FaultRule::new(Fault::LoseAnswer).chance(1.5),
            FaultRule::new(Fault::LoseAnswer).chance(f64::NAN),
            FaultRule::new(Fault::Answer(Answer::new(99))),
            FaultRule::new(Fault::SlowRead { bytes_per_second: 0 }),
        ];
        for rule in rules {
            assert!(FaultBook::new(vec![rule.clone()], 0).is_err(), "{rule:?}");
        }
    }
}
