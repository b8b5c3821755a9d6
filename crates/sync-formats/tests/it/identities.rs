//! When two commands are about the same resource.

use proptest::prelude::*;
use sync_core::command::{Command, ResourceKind};
use sync_formats::Identity;

const ID: &str = "0191e7a4-5c1b-7d2e-8f3a-4b5c6d7e8f90";

fn command(kind: &str, identifier: &str) -> String {
    format!(r#"{{"resourceType": "{kind}", "identifier": {identifier}}}"#)
}

fn identity(kind: &str, identifier: &str) -> Identity {
    let text = command(kind, identifier);
    Identity::of(&Command::from_slice(text.as_bytes()).expect("the command is good"))
}

/// One identifier of every form, with how a person would say it.
fn all() -> Vec<(&'static str, String, String)> {
    let pair = r#"{"externalSystemId":"harbourdb","externalEntityId":"quay/7"}"#;
    let domain = r#"{"name":"Tide Station DB","community":{"name":"Harbour Data Office"}}"#;
    let asset = format!(r#"{{"name":"tidedb.readings","domain":{domain}}}"#);
    let legs = format!(r#"{{"relations":{{"{ID}:SOURCE":[{asset}],"{ID}:TARGET":[{asset}]}}}}"#);
    let by_id = format!(r#"{{"id":"{ID}"}}"#);
    vec![
        ("Community", by_id.clone(), format!("Community {ID}")),
        ("Community", r#"{"name":"Harbour Data Office"}"#.into(), "Community Harbour Data Office".into()),
        ("Community", pair.into(), "Community harbourdb/quay/7".into()),
        ("Domain", domain.into(), "Domain Tide Station DB (Harbour Data Office)".into()),
        ("Domain", format!(r#"{{"name":"D","community":{pair}}}"#), "Domain D (harbourdb/quay/7)".into()),
        ("Asset", asset.clone(), "Asset tidedb.readings (Tide Station DB > Harbour Data Office)".into()),
        ("Asset", format!(r#"{{"name":"a","domain":{by_id}}}"#), format!("Asset a ({ID})")),
        ("Asset", pair.into(), "Asset harbourdb/quay/7".into()),
        ("Mapping", pair.into(), "Mapping harbourdb/quay/7".into()),
        ("Mapping", format!(r#"{{"externalSystemId":"s","dgcId":"{ID}"}}"#), format!("Mapping s of {ID}")),
        ("Mapping", format!(r#"{{"externalSystemId":"s","asset":{asset}}}"#), "Mapping s of tidedb.readings".into()),
        (
            "Mapping",
            format!(r#"{{"externalSystemId":"s","complexRelation":{legs}}}"#),
            format!("Mapping s of between {ID}:SOURCE and {ID}:TARGET"),
        ),
        ("Complex Relation", by_id, format!("Complex Relation {ID}")),
        ("Complex Relation", legs, format!("Complex Relation between {ID}:SOURCE and {ID}:TARGET")),
    ]
}

#[test]
fn key_is_the_identifier_in_canonical_form() {
    for (kind, identifier, _) in all() {
        assert_eq!(identity(kind, &identifier).key(), identifier);
    }
}

#[test]
fn command_made_from_an_identity_has_that_identity() {
    for (kind, identifier, _) in all() {
        let identity = identity(kind, &identifier);
        let json = identity.to_command_json();
        let command = Command::from_slice(json.as_bytes()).expect("the identifier is good for a command");
        assert_eq!(Identity::of(&command), identity);
    }
}

#[test]
fn people_read_the_name_and_what_it_lies_in() {
    for (kind, identifier, spoken) in all() {
        assert_eq!(identity(kind, &identifier).to_string(), spoken);
    }
}

#[test]
fn identity_read_back_from_its_parts_is_the_same() {
    for (kind, identifier, _) in all() {
        let identity = identity(kind, &identifier);
        let again = Identity::from_parts(identity.kind(), identity.key());
        assert_eq!((again.digest(), again.to_string()), (identity.digest(), identity.to_string()));
        assert_eq!(Identity::digest_of(identity.kind(), identity.key().as_bytes()), identity.digest());
    }
}

#[test]
fn broken_key_from_a_store_is_shown_as_it_is() {
    assert_eq!(Identity::from_parts(ResourceKind::Asset, "{oops").to_string(), "Asset {oops");
    assert_eq!(Identity::from_parts(ResourceKind::Asset, "{}").name(), "without a name");
}

#[test]
fn order_of_members_and_case_of_ids_do_not_matter() {
    let upper = ID.to_ascii_uppercase();
    for (one, other) in [
        (format!(r#"{{"id": "{ID}"}}"#), format!(r#"{{"id": "{upper}"}}"#)),
        (
            format!(r#"{{"name": "a", "domain": {{"name": "d", "community": {{"id": "{ID}"}}}}}}"#),
            format!(r#"{{"domain": {{"community": {{"id": "{upper}"}}, "name": "d"}}, "name": "a"}}"#),
        ),
        (
            r#"{"externalSystemId": "s", "externalEntityId": "e"}"#.into(),
            r#"{"externalEntityId": "e", "externalSystemId": "s"}"#.into(),
        ),
    ] {
        assert_eq!(identity("Asset", &one), identity("Asset", &other));
    }
    let leg = r#"[{"externalSystemId": "s", "externalEntityId": "e"}]"#;
    let one = format!(r#"{{"relations": {{"{ID}:SOURCE": {leg}, "{ID}:TARGET": {leg}}}}}"#);
    let other = format!(r#"{{"relations": {{"{upper}:TARGET": {leg}, "{upper}:SOURCE": {leg}}}}}"#);
    assert_eq!(identity("Complex Relation", &one), identity("Complex Relation", &other));
    let mapped =
        |legs: &str| identity("Mapping", &format!(r#"{{"externalSystemId": "s", "complexRelation": {legs}}}"#));
    assert_eq!(mapped(&one), mapped(&other));
}

#[test]
fn names_differ_by_any_byte() {
    let names = ["Quay", "quay", "Quay ", "Qua\u{301}y", "Qu\u{e1}y"];
    let identities: std::collections::BTreeSet<_> =
        names.iter().map(|name| identity("Community", &format!(r#"{{"name": "{name}"}}"#))).collect();
    assert_eq!(identities.len(), names.len());
    assert_eq!(identity("Community", r#"{"name": "Qu\u00e1y"}"#), identity("Community", r#"{"name": "Quáy"}"#));
}

#[test]
fn kind_and_form_are_part_of_the_identity() {
    let pair = r#"{"externalSystemId": "s", "externalEntityId": "e"}"#;
    assert_ne!(identity("Asset", pair).digest(), identity("Mapping", pair).digest());
    assert_ne!(identity("Community", pair), identity("Community", r#"{"name": "s/e"}"#));
}

#[test]
fn other_members_do_not_matter() {
    let identifier = r#"{"name": "Harbour Data Office"}"#;
    let text = format!(r#"{{"description": "x", "identifier": {identifier}, "resourceType": "Community"}}"#);
    let full = Command::from_slice(text.as_bytes()).expect("the command is good");
    let read = Command::from_slice_shallow(text.as_bytes()).expect("the command is good");
    assert_eq!(Identity::of(&full), identity("Community", identifier));
    assert_eq!(Identity::of(&read), Identity::of(&full));
}

#[test]
fn shallow_reading_finds_the_faults_the_full_reader_finds() {
    for text in [
        "{}",
        "[]",
        "{",
        r#"{"resourceType": "Asset"}"#,
        r#"{"resourceType": "Asset", "identifier": {"name": "x"}}"#,
        r#"{"resourceType": "Asset", "identifier": {"id": "x"}}"#,
        r#"{"resourceType": "Term", "identifier": {"name": "x"}}"#,
        r#"{"resourceType": "Community", "identifier": {"name": "x"}, "identifier": {"name": "y"}}"#,
        r#"{"resourceType": "Community", "identifier": {"name": "x"}} {}"#,
        r#"{"resourceType": "Community", "identifier": {"name": "x"}, "tags": ["x"}"#,
        "{\"resourceType\": \"Community\", \"identifier\": {\"name\": \"x\x01\"}}",
    ] {
        let full = Command::from_slice(text.as_bytes()).expect_err(text);
        assert_eq!(Command::from_slice_shallow(text.as_bytes()).expect_err(text), full);
    }
    let bytes = b"{\"resourceType\": \"Community\", \"identifier\": {\"name\": \"\xFF\"}}";
    assert!(Command::from_slice_shallow(bytes).is_err());
}

proptest! {
    #[test]
    fn any_names_make_distinct_identities_that_read_back(one in any::<String>(), other in any::<String>()) {
        let of = |name: &str| {
            let name = serde_json::to_string(name).expect("a text is JSON");
            identity("Community", &format!(r#"{{"name": {name}}}"#))
        };
        prop_assert_eq!(of(&one).name(), &one[..]);
        prop_assert_eq!(of(&one) == of(&other), one == other);
    }
}
