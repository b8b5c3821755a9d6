//! Random histories of a source: nothing goes that the plan had not shown.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sync_core::Finalization;
use sync_emulator::{IgnoredMembers, MissingResources, Readings};
use sync_engine::store::StateStore;
use sync_engine::{PLAN_LIST, RunOutcome, plan};

use crate::support::{ASSETS, DOMAINS, Thing, World};

/// "Missing from source" of the packaged operating model.
const MISSING_STATUS: &str = "status:00000000-0000-0000-0000-000000005066";

/// One cycle: which domains and assets the source has, what it says of them, and what becomes of missing ones.
#[derive(Debug, Clone)]
struct CycleOf {
    domains: u8,
    assets: u16,
    version: u32,
    finalization: Finalization,
}

impl CycleOf {
    /// At least one domain with one asset; assets only in domains that are there.
    fn things(&self) -> Vec<(Thing, u32)> {
        let domains: Vec<u8> = (0..DOMAINS).filter(|domain| *domain == 0 || self.domains >> domain & 1 == 1).collect();
        let mut things = vec![(Thing::Community, 0)];
        things.extend(domains.iter().map(|domain| (Thing::Domain(*domain), 0)));
        for domain in domains {
            let bit = |asset: u8| u16::from(domain) * u16::from(ASSETS) + u16::from(asset);
            let there = (0..ASSETS).filter(|asset| (domain, *asset) == (0, 0) || self.assets >> bit(*asset) & 1 == 1);
            things.extend(there.map(|asset| (Thing::Asset(domain, asset), self.version % (u32::from(asset) + 1))));
        }
        things
    }
}

fn cycle() -> impl Strategy<Value = CycleOf> {
    let finalization = prop_oneof![
        3 => Just(Finalization::RemoveResources),
        2 => Just(Finalization::Ignore),
        1 => Just(MISSING_STATUS.parse().expect("a status")),
    ];
    (any::<u8>(), any::<u16>(), 0u32..4, finalization).prop_map(|(domains, assets, version, finalization)| CycleOf {
        domains,
        assets,
        version,
        finalization,
    })
}

fn readings() -> impl Strategy<Value = Readings> {
    (any::<bool>(), any::<bool>()).prop_map(|(dropped, removed)| {
        let mut readings = Readings::default();
        if dropped {
            readings.ignored_members = IgnoredMembers::Forgotten;
        }
        if removed {
            readings.missing_domains_and_communities = MissingResources::Removed;
        }
        readings
    })
}

#[test]
fn whatever_the_next_finalize_removes_the_plan_showed_as_missing() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    let histories = (readings(), proptest::collection::vec(cycle(), 2..7));
    let run = runner.run(&histories, |(readings, cycles)| runtime.block_on(history(readings, cycles)));
    run.unwrap_or_else(|error| panic!("{error}"));
}

async fn history(readings: Readings, cycles: Vec<CycleOf>) -> Result<(), TestCaseError> {
    let world = World::new(readings).await;
    for cycle in cycles {
        let input = world.source(&cycle.things());
        let options = world.consenting("history", cycle.finalization);
        let shown = plan(std::slice::from_ref(&input), &options, &world.store(), &world.state(), PLAN_LIST)
            .map_err(|error| TestCaseError::fail(error.to_string()))?;
        let before = world.present().await;
        let report = world.run(&input, options.clone()).await;
        prop_assert_eq!(report.outcome, RunOutcome::Finalized, "{:?} {:?}", &report.message, &report.errors);
        prop_assert_eq!(report.plan.missing, shown.plan.missing.total, "plan and run count the same");

        let after = world.present().await;
        let missing: BTreeSet<String> = shown.plan.missing.entries.into_iter().map(|entry| entry.identity).collect();
        for gone in before.difference(&after) {
            let identity = gone.identity().to_string();
            prop_assert!(missing.contains(&identity), "{identity} went and was not shown among {missing:?}");
        }
        if !cycle.finalization.is_destructive() {
            prop_assert!(after.is_superset(&before), "nothing goes that was to be left alone");
        }
        let named: BTreeSet<Thing> = cycle.things().into_iter().map(|(thing, _)| thing).collect();
        prop_assert!(after.is_superset(&named), "everything the source has is there");
        let known = world.store().standing(&options.key).map_err(|error| TestCaseError::fail(error.to_string()))?.known;
        prop_assert!(known >= named.len() as u64, "the manifest is an upper bound");
    }
    Ok(())
}
