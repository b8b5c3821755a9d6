//! What neighbouring rows about one resource become.

use sync_formats::ExpandOptions;

use crate::expand_support::{merged, merged_with, table};

const ASSET: &str = r#"[{"identifier": {"name": "${1}"}, "displayName": "${2}", "tags": ["${3}"]}]"#;

#[test]
fn neighbours_with_one_identifier_are_united() {
    let rows = table(&[["a", "A", "x, y"], ["a", "A", "z,x"], ["b", "B", "x"], ["a", "A", "w"]]);
    assert_eq!(
        merged(ASSET, rows),
        [
            r#"{"identifier":{"name":"a"},"displayName":"A","tags":["x","y","z"]}"#,
            r#"{"identifier":{"name":"b"},"displayName":"B","tags":["x"]}"#,
            r#"{"identifier":{"name":"a"},"displayName":"A","tags":["w"]}"#
        ]
    );
}

#[test]
fn later_text_wins_and_an_empty_one_changes_nothing() {
    let rows = table(&[["a", "one", ""], ["a", "two", ""], ["a", "", "t"]]);
    assert_eq!(merged(ASSET, rows), [r#"{"identifier":{"name":"a"},"displayName":"two","tags":["t"]}"#]);
}

#[test]
fn members_of_a_merged_command_stand_in_the_order_of_the_template() {
    let rows = table(&[["a", "", "t"], ["a", "one", ""]]);
    assert_eq!(merged(ASSET, rows), [r#"{"identifier":{"name":"a"},"displayName":"one","tags":["t"]}"#]);
}

#[test]
fn one_row_is_left_as_it_is_even_if_a_list_repeats_itself() {
    let twice = table(&[["a", "A", "x,x"], ["a", "A", "x,x"]]);
    assert_eq!(merged(ASSET, twice), [r#"{"identifier":{"name":"a"},"displayName":"A","tags":["x","x"]}"#]);
    let different = table(&[["a", "A", "x,x"], ["a", "B", "x,x"]]);
    assert_eq!(merged(ASSET, different), [r#"{"identifier":{"name":"a"},"displayName":"B","tags":["x"]}"#]);
}

#[test]
fn identifiers_are_compared_as_a_whole() {
    let template = r#"[{"identifier": {"name": "${1}", "domain": {"name": "${2}"}}, "tags": ["${3}"]}]"#;
    let rows = table(&[["a", "d", "1"], ["a", "e", "2"], ["a", "", "3"], ["ad", "", "4"], ["ad", "", "5"]]);
    let names: Vec<String> = merged(template, rows);
    assert_eq!(names.len(), 4);
    assert_eq!(names[3], r#"{"identifier":{"name":"ad"},"tags":["4","5"]}"#);
}

#[test]
fn commands_of_one_row_with_one_identifier_stay_apart() {
    let template = r#"[{"identifier": {"name": "${1}"}, "a": "${2}"}, {"identifier": {"name": "${1}"}, "b": "${2}"}]"#;
    assert_eq!(
        merged(template, table(&[["n", "1"], ["n", "2"]])),
        [r#"{"identifier":{"name":"n"},"a":"2"}"#, r#"{"identifier":{"name":"n"},"b":"2"}"#]
    );
}

#[test]
fn kind_that_comes_from_the_row_is_part_of_who_is_meant() {
    let template = r#"[{"identifier": {"name": "n"}, "resourceType": "${1}", "tags": ["${2}"]}]"#;
    let rows = table(&[["Asset", "1"], ["Asset", "2"], ["Domain", "3"]]);
    assert_eq!(
        merged(template, rows),
        [
            r#"{"identifier":{"name":"n"},"resourceType":"Asset","tags":["1","2"]}"#,
            r#"{"identifier":{"name":"n"},"resourceType":"Domain","tags":["3"]}"#
        ]
    );
}

#[test]
fn commands_without_identifier_are_about_nobody_and_stay_apart() {
    let rows = table(&[["", "A", ""], ["", "A", ""]]);
    assert_eq!(merged(ASSET, rows), [r#"{"displayName":"A"}"#, r#"{"displayName":"A"}"#]);
}

#[test]
fn constant_identifier_makes_all_rows_one_command() {
    let template = r#"[{"identifier": {"name": "fixed"}, "tags": ["${1}"]}]"#;
    assert_eq!(
        merged(template, table(&[["a"], ["b"], ["a"]])),
        [r#"{"identifier":{"name":"fixed"},"tags":["a","b"]}"#]
    );
}

#[test]
fn user_and_group_of_one_role_become_one_list() {
    let template = r#"[{"resourceType": "Community", "identifier": {"name": "${1}"}, "responsibilities": {
        "Steward": [{"user": {"id": "${2}"}}, {"userGroup": {"id": "${3}"}}],
        "Owner": [{"user": {"id": "${4}"}}]}}]"#;
    let rows = table(&[["h", "u1", "", "o"], ["h", "", "g1", "o"], ["h", "u1", "g2", ""]]);
    assert_eq!(
        merged(template, rows),
        [concat!(
            r#"{"resourceType":"Community","identifier":{"name":"h"},"responsibilities":{"#,
            r#""Steward":[{"user":{"id":"u1"}},{"userGroup":{"id":"g1"}},{"userGroup":{"id":"g2"}}],"#,
            r#""Owner":[{"user":{"id":"o"}}]}}"#
        )]
    );
}

#[test]
fn values_of_one_attribute_in_several_rows_become_several_attributes() {
    let template = r#"[{"identifier": {"name": "${1}"}, "attributes": {"Note": [{"values": ["${2}"]}]}}]"#;
    assert_eq!(
        merged(template, table(&[["n", "a,b"], ["n", "c"]])),
        [r#"{"identifier":{"name":"n"},"attributes":{"Note":[{"values":["a","b"]},{"values":["c"]}]}}"#]
    );
}

#[test]
fn asset_with_implicit_mapping_gets_its_relations_from_all_rows() {
    let template = r#"[{"resourceType": "Asset",
        "identifier": {"externalSystemId": "s", "externalEntityId": "${1}"}, "name": "${2}",
        "relations": {"r:SOURCE": [{"externalSystemId": "s", "externalEntityId": "${3}"}]}}]"#;
    let rows = table(&[["t1", "T", ""], ["t1", "T", "c1"], ["t1", "T", "c2"], ["t1", "T", "c1"]]);
    assert_eq!(
        merged(template, rows),
        [concat!(
            r#"{"resourceType":"Asset","identifier":{"externalSystemId":"s","externalEntityId":"t1"},"name":"T","#,
            r#""relations":{"r:SOURCE":[{"externalSystemId":"s","externalEntityId":"c1"},"#,
            r#"{"externalSystemId":"s","externalEntityId":"c2"}]}}"#
        )]
    );
}

#[test]
fn long_lists_are_united_without_repetition() {
    let rows: Vec<_> = (0..3000).map(|row| vec!["n".to_owned(), String::new(), format!("{}", row % 1000)]).collect();
    let commands = merged(ASSET, rows);
    let tags: Vec<String> = (0..1000).map(|tag| format!("\"{tag}\"")).collect();
    assert_eq!(commands, [format!(r#"{{"identifier":{{"name":"n"}},"tags":[{}]}}"#, tags.join(","))]);
}

#[test]
fn row_that_leaves_out_a_command_does_not_end_it() {
    let template = r#"[{"identifier": {"name": "${1}"}, "tags": ["${2}"]}, {"other": "${3}"}]"#;
    let rows = table(&[["n", "a", ""], ["", "", "x"], ["n", "b", ""]]);
    assert_eq!(merged(template, rows), [r#"{"identifier":{"name":"n"},"tags":["a","b"]}"#, r#"{"other":"x"}"#]);
}

#[test]
fn merged_rows_are_split_like_single_ones() {
    let template = r#"[{"resourceType": "Complex Relation", "identifier": {"id": "${1}"},
        "relations": {"leg": [{"name": "${2}", "domain": {"name": "${3}"}}]}}]"#;
    let rows = table(&[["i", "a,b", "d,d"], ["i", "b,c", "d,e"]]);
    assert_eq!(
        merged_with(template, rows, ExpandOptions::default()),
        [concat!(
            r#"{"resourceType":"Complex Relation","identifier":{"id":"i"},"relations":{"leg":["#,
            r#"{"name":"a","domain":{"name":"d"}},{"name":"b","domain":{"name":"d"}},{"name":"c","domain":{"name":"e"}}]}}"#
        )]
    );
}

#[test]
fn identifier_is_copied_even_if_a_list_in_it_repeats_itself() {
    let template = r#"[{"resourceType": "Complex Relation", "identifier": {"relations": {"leg": [{"id": "${1}"}]}}, "x": ["${2}"]}]"#;
    assert_eq!(
        merged(template, table(&[["a,a", "1"], ["a,a", "2"]])),
        [concat!(
            r#"{"resourceType":"Complex Relation","identifier":{"relations":{"leg":[{"id":"a"},{"id":"a"}]}},"#,
            r#""x":["1","2"]}"#
        )]
    );
}
