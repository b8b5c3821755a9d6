//! Numbers drawn from a seed: the same seed, the same numbers, on every machine.

use uuid::{Builder, Uuid};

/// What an id is for. Each purpose has a row of numbers of its own.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    /// What tells the ids of one database from those of another.
    Database = 1,
    Job = 2,
    /// Whether a fault rule that leaves it to chance fires.
    Fault = 3,
    /// A stored file.
    File = 4,
}

/// A seed nobody has chosen.
pub(crate) fn any_seed() -> u64 {
    Uuid::new_v4().as_u64_pair().1
}

/// The `number`th draw for a purpose.
pub(crate) fn draw(seed: u64, purpose: Purpose, number: u64) -> u64 {
    mixed(mixed(seed ^ (purpose as u64).rotate_left(56)).wrapping_add(number))
}

/// The `number`th id for a purpose; looks like a random one.
pub(crate) fn uuid(seed: u64, purpose: Purpose, number: u64) -> Uuid {
    let high = draw(seed, purpose, number);
    let bytes = u128::from(high) << 64 | u128::from(mixed(high));
    Builder::from_random_bytes(bytes.to_be_bytes()).into_uuid()
}

/// Whether the `number`th draw falls within a share from 0 to 1.
pub(crate) fn hits(seed: u64, number: u64, share: f64) -> bool {
    // 53 bits are what a float can hold.
    let drawn = (draw(seed, Purpose::Fault, number) >> 11) as f64 / (1u64 << 53) as f64;
    drawn < share
}

/// The finalizer of SplitMix64 (Steele, Lea and Flood, 2014).
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn mixing_agrees_with_the_published_sequence() {
        // The first two outputs of SplitMix64 for the seed 1234567.
        let golden = 0x9E37_79B9_7F4A_7C15u64;
        assert_eq!(mixed(1_234_567), 6_457_827_717_110_365_317);
        assert_eq!(mixed(1_234_567u64.wrapping_add(golden)), 3_203_168_211_198_807_973);
    }

    #[test]
    fn ids_of_one_seed_differ_and_those_of_two_runs_do_not() {
        let ids = || (0..1000).map(|number| uuid(7, Purpose::Job, number)).collect::<Vec<_>>();
        assert_eq!(ids(), ids());
        assert_eq!(ids().into_iter().collect::<HashSet<_>>().len(), 1000);
        assert_eq!(ids()[0].get_version_num(), 4);
        assert_ne!(uuid(7, Purpose::Job, 0), uuid(8, Purpose::Job, 0));
    }

    #[test]
    fn share_of_hits_is_about_right() {
        let count = (0..10_000).filter(|number| hits(42, *number, 0.3)).count();
        assert!((2800..3200).contains(&count), "{count}");
        assert!(!hits(42, 0, 0.0) && hits(42, 0, 1.0));
    }
}
