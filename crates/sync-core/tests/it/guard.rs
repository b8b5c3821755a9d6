//! Limits on removals and the guard that applies them.

use proptest::prelude::*;
use sync_core::Finalization;
use sync_core::guard::{GuardLimits, GuardNumbers, GuardStop, GuardVerdict, PassReason, RemovalLimit, judge};

fn limit(text: &str) -> RemovalLimit {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn removing(known: u64, missing: u64) -> GuardNumbers {
    GuardNumbers { known, missing, finalization: Finalization::RemoveResources }
}

fn reason(verdict: &GuardVerdict) -> Option<PassReason> {
    match verdict {
        GuardVerdict::Pass(pass) => Some(pass.reason()),
        GuardVerdict::Stop(_) => None,
    }
}

#[test]
fn a_count_a_share_or_both_are_read() {
    assert_eq!(limit("500"), RemovalLimit::count(500));
    assert_eq!(limit("10%,500"), RemovalLimit::default());
    assert_eq!(limit(" 500 , 10 % "), RemovalLimit::default());
    assert_eq!(limit("0").of(1000), 0);
    assert_eq!(limit("0%").of(1000), 0);
    assert_eq!(limit("100%").of(u64::MAX), u64::MAX);
    assert_eq!(limit("2.5%").of(1000), 25);
    assert_eq!(limit("0.01%").of(10_000), 1);
}

#[test]
fn what_is_neither_count_nor_share_is_refused() {
    for text in [
        "",
        ",",
        "%",
        "5,",
        ",5",
        "5,6",
        "1%,2%",
        "1%,2,3",
        "-1",
        "+5",
        "-0%",
        "100.01%",
        "101%",
        "0.005%",
        "2.555%",
        ".5%",
        "5.%",
        "1e1%",
        "NaN%",
        "inf%",
        "ten",
        "99999999999999999999",
        "99999999999999999999%",
    ] {
        assert!(text.parse::<RemovalLimit>().is_err(), "{text:?}");
    }
}

proptest! {
    #[test]
    fn a_limit_that_is_printed_is_read_back(count in any::<Option<u64>>(), points in prop::option::of(0..=10_000u32)) {
        let share = points.map(|points| format!("{}.{:02}%", points / 100, points % 100));
        let parts: Vec<String> = share.into_iter().chain(count.map(|count| count.to_string())).collect();
        prop_assume!(!parts.is_empty());
        let limit = limit(&parts.join(","));
        prop_assert_eq!(limit.to_string().parse(), Ok(limit));
        let json = serde_json::to_string(&limit).unwrap();
        prop_assert_eq!(serde_json::from_str::<RemovalLimit>(&json).unwrap(), limit);
    }

    #[test]
    fn of_count_and_share_the_smaller_wins(count in any::<u64>(), points in 0..=10_000u32, known in any::<u64>()) {
        let share = format!("{}.{:02}%", points / 100, points % 100);
        let both = limit(&format!("{share},{count}")).of(known);
        prop_assert_eq!(both, count.min(limit(&share).of(known)));
        prop_assert!(limit(&share).of(known) <= known);
    }

    #[test]
    fn nothing_written_as_a_limit_panics(text in ".{0,12}") {
        let _ = text.parse::<RemovalLimit>();
    }
}

#[test]
fn the_limit_itself_is_still_allowed() {
    let limits = GuardLimits::default();
    assert_eq!(reason(&judge(&limits, removing(400, 40))), Some(PassReason::WithinLimit));
    let stop = GuardStop { numbers: removing(400, 41), allowed: 40, consent_exceeded: false };
    assert_eq!(judge(&limits, removing(400, 41)), GuardVerdict::Stop(stop));
    assert_eq!(stop.to_string(), "finalizing would remove 41 of 400 known resources; the limit allows 40");
    assert_eq!(reason(&judge(&limits, removing(1_000_000, 500))), Some(PassReason::WithinLimit));
    assert_eq!(reason(&judge(&limits, removing(1_000_000, 501))), None);
}

#[test]
fn few_known_resources_are_free() {
    let limits = GuardLimits::default();
    assert_eq!(reason(&judge(&limits, removing(19, 19))), Some(PassReason::SmallSet));
    assert_eq!(reason(&judge(&limits, removing(20, 20))), None);
    assert_eq!(reason(&judge(&limits, removing(20, 2))), Some(PassReason::WithinLimit));
}

#[test]
fn consent_goes_before_every_limit_in_both_directions() {
    let limits = GuardLimits::default().with_allow_removals(Some(300));
    assert_eq!(reason(&judge(&limits, removing(400, 300))), Some(PassReason::Allowed));
    let GuardVerdict::Stop(stop) = judge(&limits, removing(400, 301)) else { panic!("301 are more than 300") };
    assert!(stop.consent_exceeded);
    assert_eq!(stop.to_string(), "finalizing would remove 301 of 400 known resources; this run was allowed 300");
    let none = GuardLimits::default().with_allow_removals(Some(0));
    assert_eq!(reason(&judge(&none, removing(10, 1))), None);
}

#[test]
fn what_touches_nothing_passes() {
    let limits = GuardLimits::default().with_allow_removals(Some(0));
    assert_eq!(reason(&judge(&limits, removing(400, 0))), Some(PassReason::NothingMissing));
    let ignoring = GuardNumbers { finalization: Finalization::Ignore, ..removing(400, 400) };
    assert_eq!(reason(&judge(&limits, ignoring)), Some(PassReason::NotDestructive));
}

#[test]
fn a_change_of_status_is_guarded_like_a_removal() {
    let status = Finalization::ChangeStatus(Default::default());
    let numbers = GuardNumbers { finalization: status, ..removing(400, 41) };
    let GuardVerdict::Stop(stop) = judge(&GuardLimits::default(), numbers) else { panic!("41 of 400 are too many") };
    assert_eq!(stop.to_string(), "finalizing would re-status 41 of 400 known resources; the limit allows 40");
}

#[test]
fn a_count_alone_holds_for_small_sets_too() {
    let limited = |limit: &str| GuardLimits::default().with_max_removals(limit.parse().expect("a limit"));
    assert!(matches!(judge(&limited("0"), removing(17, 1)), GuardVerdict::Stop(_)));
    assert!(matches!(judge(&limited("0%"), removing(17, 1)), GuardVerdict::Stop(_)));
    assert!(matches!(judge(&limited("3"), removing(17, 3)), GuardVerdict::Pass(_)));
    assert!(matches!(judge(&limited("10%"), removing(17, 15)), GuardVerdict::Pass(_)));
}
