//! Relation keys in all their spellings.

use sync_core::command::{RelationEnd, RelationKey, RelationType};

const ID: &str = "00000000-0000-0000-0000-00000000abcd";

#[test]
fn keys_are_read_in_every_spelling_and_written_in_one() {
    for (key, canonical) in [
        (format!("{ID}:SOURCE"), format!("{ID}:SOURCE")),
        (format!("{}:TARGET", ID.to_uppercase()), format!("{ID}:TARGET")),
        ("PUBLIC_ID:TableContainsColumn:TARGET".into(), "PUBLIC_ID:TableContainsColumn:TARGET".into()),
        ("PUBLIC_ID:Mine_C:SOURCE".into(), "PUBLIC_ID:Mine_C:SOURCE".into()),
        ("Column:is part of:contains:Table:TARGET".into(), "Column:is part of:contains:Table:TARGET".into()),
        ("A/B:role:co:role/less:SOURCE".into(), "A/B:role:co:role/less:SOURCE".into()),
        ("Column/is part of/contains/Table:TARGET".into(), "Column/is part of/contains/Table:TARGET".into()),
    ] {
        let key: String = key;
        let read = RelationKey::parse(&key).unwrap_or_else(|| panic!("{key} is a key"));
        let canonical: String = canonical;
        assert_eq!(read.to_string(), canonical);
        assert_eq!(RelationKey::parse(&canonical), Some(read));
        assert_eq!(RelationKey::parse_leg(&key), Some(read), "a leg may be named like a relation");
    }
}

#[test]
fn keys_without_type_or_end_are_none() {
    for key in [
        "",
        ":",
        ":TARGET",
        ID,
        "42:TARGET",
        "PUBLIC_ID::TARGET",
        "PUBLIC_ID:a b:TARGET",
        "a:b:c:TARGET",
        "a:b::d:TARGET",
        "a:b:c:d:e:TARGET",
        "a/b//d:TARGET",
        "Column:is part of:contains:Table",
        "00000000-0000-0000-0000-00000000abcd:target",
        "00000000-0000-0000-0000-00000000abcd:TARGET ",
        "00000000-0000-0000-0000-00000000abcd TARGET",
    ] {
        assert_eq!(RelationKey::parse(key), None, "{key}");
    }
}

#[test]
fn legs_may_leave_the_end_out_and_be_named_in_the_old_way() {
    let by_id = RelationKey::parse_leg(ID).expect("a leg");
    assert_eq!(by_id, RelationKey::parse(&format!("{ID}:TARGET")).expect("a key"));
    for key in ["Field Mapping/maps/Column", "Field Mapping/maps//Column", "Field Mapping/maps/is mapped by/Column"] {
        let leg = RelationKey::parse_leg(key).expect("a leg");
        assert_eq!(leg, RelationKey { relation: RelationType::Legacy(key), end: RelationEnd::Target });
    }
    for key in ["", "a", "a/b", "/b/c", "a//c", "a/b/c/d/e", "42"] {
        assert_eq!(RelationKey::parse_leg(key), None, "{key}");
    }
}

#[test]
fn ends_are_opposite_to_each_other() {
    assert_eq!(RelationEnd::Source.opposite(), RelationEnd::Target);
    assert_eq!(RelationEnd::Target.opposite().as_str(), "SOURCE");
}
