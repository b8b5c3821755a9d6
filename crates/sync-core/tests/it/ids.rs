//! Ids, numbers, digests and the words of a finalization.

use proptest::prelude::*;
use sync_core::{BatchNumber, Digest, Finalization, FinalizationError, IdError, JobId, SynchronizationId};

fn refused(id: &str) -> IdError {
    SynchronizationId::new(id).expect_err(id)
}

#[test]
fn synchronization_ids_have_1_to_50_characters() {
    assert!(SynchronizationId::new("a").is_ok());
    assert!(SynchronizationId::new("a".repeat(50)).is_ok());
    let length = |chars| IdError::Length { what: "synchronization id", chars, max: 50 };
    assert_eq!(refused(""), length(0));
    assert_eq!(refused(&"a".repeat(51)), length(51));
    assert_eq!(length(51).to_string(), "a synchronization id has 1 to 50 characters, this one has 51");
}

#[test]
fn synchronization_ids_keep_to_the_safe_alphabet() {
    for id in ["harbour", "erp-prod_01", "A.b-C_9", "...", "0b5ed19a-9d2c-4c1e-8f4e-1f1f6f3c1a01"] {
        assert_eq!(id.parse::<SynchronizationId>().expect(id).as_str(), id);
    }
    for (id, character) in [("a/b", '/'), ("a b", ' '), ("café", 'é'), ("a%2F", '%'), ("a\n", '\n'), ("a;b?c#d", ';')]
    {
        assert_eq!(refused(id), IdError::Character { character });
    }
    assert_eq!((refused("."), refused("..")), (IdError::Dots, IdError::Dots));
}

#[test]
fn a_forced_id_is_encoded_on_the_wire_and_keeps_its_length() {
    let id = SynchronizationId::new_unchecked_alphabet("a/b ü%").expect("forced");
    assert_eq!(id.path_segment(), "a%2Fb%20%C3%BC%25");
    assert_eq!(SynchronizationId::new("a.b_c-1").expect("safe").path_segment(), "a.b_c-1");
    assert!(SynchronizationId::new_unchecked_alphabet("ü".repeat(50)).is_ok());
    assert!(SynchronizationId::new_unchecked_alphabet("ü".repeat(51)).is_err());
    assert_eq!(SynchronizationId::new_unchecked_alphabet(".."), Err(IdError::Dots));
    assert_eq!(SynchronizationId::new_unchecked_alphabet("."), Err(IdError::Dots));
}

#[test]
fn a_forced_id_survives_a_journal() {
    let id = SynchronizationId::new_unchecked_alphabet("a/b").expect("forced");
    let json = serde_json::to_string(&id).expect("JSON");
    assert_eq!(json, r#""a/b""#);
    assert_eq!(serde_json::from_str::<SynchronizationId>(&json).expect("read back"), id);
    assert!(serde_json::from_str::<SynchronizationId>(r#""""#).is_err());
    assert!(serde_json::from_str::<SynchronizationId>(r#""..""#).is_err());
}

#[test]
fn job_ids_are_taken_in_any_plain_spelling() {
    for id in ["7", "0B5ED19A-9D2C-4C1E-8F4E-1F1F6F3C1A01", &"x".repeat(64)] {
        assert_eq!(id.parse::<JobId>().expect(id).as_str(), id);
    }
    for id in ["", "a/b", &"x".repeat(65)] {
        assert!(id.parse::<JobId>().is_err(), "{id:?}");
    }
    assert_eq!(format!("{:?}", "7".parse::<JobId>().expect("valid")), "JobId(7)");
}

#[test]
fn batches_count_from_1() {
    assert_eq!(BatchNumber::new(0), None);
    assert_eq!((BatchNumber::FIRST.get(), BatchNumber::FIRST.index()), (1, 0));
    assert_eq!(BatchNumber::FIRST.next().get(), 2);
    let last = BatchNumber::new(u32::MAX).expect("not 0");
    assert_eq!(last.next(), last);
    assert!(serde_json::from_str::<BatchNumber>("0").is_err());
}

#[test]
fn a_digest_is_32_hexadecimal_digits() {
    let digest = Digest::from_bytes(std::array::from_fn(|i| i as u8 * 17));
    assert_eq!(digest.to_string(), "00112233445566778899aabbccddeeff");
    assert_eq!(Digest::from_hex("00112233445566778899AABBCCDDEEFF"), Some(digest));
    for text in ["", "00", "00112233445566778899aabbccddeef", "00112233445566778899aabbccddeefg", &"é".repeat(16)] {
        assert_eq!(Digest::from_hex(text), None, "{text}");
    }
}

#[test]
fn a_finalization_is_sent_with_its_strategy_and_status() {
    let status = "00000000-0000-0000-0000-000000005066";
    let parsed: Finalization = format!("status:{status}").parse().expect("a status");
    assert_eq!(
        (parsed.strategy(), parsed.missing_status().map(|id| id.to_string())),
        ("CHANGE_STATUS", Some(status.into()))
    );
    assert_eq!(
        (Finalization::Ignore.strategy(), Finalization::RemoveResources.strategy()),
        ("IGNORE", "REMOVE_RESOURCES")
    );
    assert_eq!(Finalization::RemoveResources.missing_status(), None);
    assert!(parsed.is_destructive() && Finalization::RemoveResources.is_destructive());
    assert!(!Finalization::Ignore.is_destructive());
    assert_eq!("REMOVE".parse::<Finalization>(), Err(FinalizationError::Word));
    assert_eq!("status".parse::<Finalization>(), Err(FinalizationError::Word));
    assert_eq!("status:x".parse::<Finalization>(), Err(FinalizationError::Status));
    for finalization in [parsed, Finalization::Ignore, Finalization::RemoveResources] {
        assert_eq!(finalization.to_string().parse(), Ok(finalization));
    }
}

proptest! {
    #[test]
    fn digests_round_trip(bytes in any::<[u8; 16]>()) {
        let digest = Digest::from_bytes(bytes);
        prop_assert_eq!(Digest::from_hex(&digest.to_string()), Some(digest));
        let json = serde_json::to_string(&digest).unwrap();
        prop_assert_eq!(serde_json::from_str::<Digest>(&json).unwrap(), digest);
    }

    #[test]
    fn a_path_segment_holds_nothing_that_could_end_it(text in ".{1,50}") {
        if let Ok(id) = SynchronizationId::new_unchecked_alphabet(text) {
            let segment = id.path_segment();
            prop_assert!(segment.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-%".contains(&b)), "{}", segment);
            prop_assert!(segment != "." && segment != "..");
        }
    }
}
