//! What is read although it is not written so, and how.

use sync_core::command::{
    Asset, AssetIdentifier, AttributeValue, Command, Community, CommunityIdentifier, DomainIdentifier, Mapping,
    MappingIdentifier, Members, TypeRef,
};

use super::sample::{ID, id, read, refused};

#[test]
fn null_members_count_as_absent() {
    let with_nulls = r#"{"resourceType":"Asset","identifier":{"id":null,"name":"a","domain":{"id":"7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01","community":null},
        "relations":null},"name":null,"type":null,"status":null,"attributes":null,"relations":null,"responsibilities":null,"tags":null,
        "displayName":null,"domain":null,"lastSyncDate":null,"extEntityUrl":null}"#;
    let without = Asset::new(AssetIdentifier::name("a", DomainIdentifier::id(id())));
    assert_eq!(read(with_nulls), without.into());
    let null_type = r#"{"resourceType":"Asset","identifier":{"externalSystemId":"s","externalEntityId":"e"},"type":{"id":null,"name":"Table"},
        "attributes":{"Note":[{"value":null,"values":["a"]},{"value":"b","values":null}]}}"#;
    let expected = Asset::new(AssetIdentifier::external("s", "e"))
        .with_type(TypeRef::name("Table"))
        .with_attributes(Members::from_iter([("Note", vec![AttributeValue::list(["a"]), AttributeValue::text("b")])]));
    assert_eq!(read(null_type), expected.into());
}

#[test]
fn members_come_in_any_order() {
    let text = r#" { "tags" : [ ] , "identifier" : { "domain" : { "community" : { "name" : "c" } , "name" : "d" } , "name" : "a" } , "resourceType" : "Asset" } "#;
    let domain = DomainIdentifier::name("d", CommunityIdentifier::name("c"));
    assert_eq!(read(text), Asset::new(AssetIdentifier::name("a", domain)).with_tags(vec![]).into());
}

#[test]
fn unknown_members_are_passed_over() {
    let text = r#"{"resourceType":"Community","identifier":{"name":"c","indexes":[1,2]},"language":"en","indexes":[0],
        "x":{"deep":[{"er":null}]},"syncAction":"ADD"}"#;
    assert_eq!(read(text), Community::new(CommunityIdentifier::name("c")).into());
}

#[test]
fn attribute_values_may_be_numbers_and_booleans() {
    let text = r#"{"resourceType":"Asset","identifier":{"externalSystemId":"s","externalEntityId":"e"},"attributes":{
        "A":[{"value":12.5},{"value":-3},{"value":18446744073709551615},{"value":true}],"B":[{"values":[1,false,"x"]}]}}"#;
    let Command::Asset(asset) = read(text) else { panic!("an asset") };
    let attributes = asset.attributes.expect("there are attributes");
    let texts = ["12.5", "-3", "18446744073709551615", "true"].map(AttributeValue::text);
    assert_eq!(attributes.get("A"), Some(&texts.to_vec()));
    assert_eq!(attributes.get("B"), Some(&vec![AttributeValue::list(["1", "false", "x"])]));
}

#[test]
fn the_url_of_a_mapping_is_read_in_both_spellings_and_the_date_as_text() {
    let text = r#"{"resourceType":"Mapping","identifier":{"externalSystemId":"s","externalEntityId":"e"},"externalEntityUrl":"u","lastSyncDate":"1400000000"}"#;
    let expected = Mapping::new(MappingIdentifier::external("s", "e"))
        .with_ext_entity_url("u")
        .with_last_sync_date(1_400_000_000_i64);
    assert_eq!(read(text), expected.into());
}

#[test]
fn ids_are_read_in_either_case() {
    let text = format!(r#"{{"resourceType":"Community","identifier":{{"id":"{}"}}}}"#, ID.to_uppercase());
    assert_eq!(read(&text), Community::new(CommunityIdentifier::id(id())).into());
}

#[test]
fn shallow_reading_looks_at_kind_and_identifier_alone() {
    let text = r#"{"tags":3,"attributes":[],"identifier":{"name":"c"},"resourceType":"Community","name":7}"#;
    let shallow = Command::from_slice_shallow(text.as_bytes()).expect("kind and identifier are fine");
    assert_eq!(shallow, Community::new(CommunityIdentifier::name("c")).into());
    refused(text);
    for text in
        ["{}", r#"{"resourceType":"Asset"}"#, r#"{"resourceType":"Asset","identifier":{"name":"a"}}"#, "{\"tags\":}"]
    {
        let shallow = Command::from_slice_shallow(text.as_bytes()).expect_err(text);
        let whole = refused(text);
        assert_eq!((shallow.code(), shallow.path()), (whole.code(), whole.path()), "{text}");
    }
}

#[test]
fn text_without_escapes_stays_borrowed_everywhere() {
    let text = r#"{"resourceType":"Asset","identifier":{"name":"a","domain":{"name":"d","community":{"name":"c"}}},
        "name":"n","displayName":"dn","type":{"name":"Table"},"attributes":{"Note":[{"value":"v"},{"values":["w"]}]},
        "relations":{"r":[{"externalSystemId":"s","externalEntityId":"e"}]},"responsibilities":{"Owner":[{"user":{"userName":"u"}}]},
        "tags":["t"]}"#;
    // Everything borrowed is part of the slice; what a command needs beside it does not depend on the texts.
    let Command::Asset(asset) = read(text) else { panic!("an asset") };
    let AssetIdentifier::Name { name, domain: DomainIdentifier::Name { name: domain, community } } = &asset.identifier
    else {
        panic!("by name")
    };
    let CommunityIdentifier::Name { name: community } = community else { panic!("by name") };
    let Some(TypeRef::Name { name: kind }) = &asset.type_ref else { panic!("by name") };
    let mut texts = vec![name, domain, community, kind];
    texts.extend([&asset.name, &asset.display_name].into_iter().flatten());
    texts.extend(asset.tags.iter().flatten());
    for (key, values) in asset.attributes.iter().flat_map(Members::iter) {
        texts.push(key);
        for value in values {
            match value {
                AttributeValue::Value(value) => texts.push(value),
                AttributeValue::Values(values) => texts.extend(values),
            }
        }
    }
    for (key, assets) in asset.relations.iter().flat_map(Members::iter) {
        texts.push(key);
        let [AssetIdentifier::External(pair)] = &assets[..] else { panic!("one pair") };
        texts.extend([&pair.external_system_id, &pair.external_entity_id]);
    }
    texts.extend(asset.responsibilities.iter().flat_map(Members::iter).map(|(key, _)| key));
    assert_eq!(texts.len(), 14);
    for piece in texts {
        assert!(piece.is_borrowed(), "{piece:?} was copied");
    }
}

#[test]
fn text_with_escapes_is_copied_and_decoded() {
    let Command::Community(community) =
        read(r#"{"resourceType":"Community","identifier":{"name":"c"},"description":"a\n\u00e9\ud83d\ude00"}"#)
    else {
        panic!("a community")
    };
    let description = community.description.expect("there is one");
    assert_eq!((description.as_str(), description.is_borrowed()), ("a\né😀", false));
}

#[test]
fn members_keep_their_order_and_the_last_value_set() {
    let mut members = Members::from_iter([("b", 1), ("a", 2), ("b", 3)]);
    members.set("c", 4);
    let pairs: Vec<(&str, i32)> = members.iter().map(|(key, value)| (key.as_str(), *value)).collect();
    assert_eq!(pairs, [("b", 3), ("a", 2), ("c", 4)]);
    assert_eq!((members.get("a"), members.get("A"), members.len(), members.is_empty()), (Some(&2), None, 3, false));
}
