//! What one row becomes.

use sync_formats::{ExpandOptions, ListDialect, ListSplitting};

use crate::expand_support::{members, members_with, merged, merged_with, raw, table};

#[test]
fn rows_are_put_into_the_whole_template_one_after_the_other() {
    let template = r#"[{"a": "${1}"}, {"b": ["${2}"]}]"#;
    let commands = raw(template, table(&[["1", "2"], ["3", "4"]]), ExpandOptions::default());
    assert_eq!(commands, [r#"{"a":"1"}"#, r#"{"b":["2"]}"#, r#"{"a":"3"}"#, r#"{"b":["4"]}"#]);
}

#[test]
fn header_and_blank_rows_are_passed_over() {
    let rows = table(&[["Name"], [" "], ["x"], [""], ["\t"], ["y"]]);
    let options = ExpandOptions::default().with_header_row(true);
    assert_eq!(raw(r#"[{"a": "${1}"}]"#, rows.clone(), options.clone()), [r#"{"a":"x"}"#, r#"{"a":"y"}"#]);
    assert_eq!(merged_with(r#"[{"a": "${1}"}]"#, rows, options), [r#"{"a":"x"}"#, r#"{"a":"y"}"#]);
}

#[test]
fn only_the_first_row_can_be_a_header_even_if_it_is_blank() {
    let rows = table(&[[""], ["Name"], ["x"]]);
    let options = ExpandOptions::default().with_header_row(true);
    assert_eq!(raw(r#"[{"a": "${1}"}]"#, rows, options), [r#"{"a":"Name"}"#, r#"{"a":"x"}"#]);
}

#[test]
fn table_without_rows_gives_no_commands() {
    assert!(merged(r#"[{"a": "b"}]"#, Vec::new()).is_empty());
    let options = ExpandOptions::default().with_header_row(true);
    assert!(merged_with(r#"[{"a": "b"}]"#, table(&[["Name"]]), options).is_empty());
}

#[test]
fn cell_past_the_end_of_a_row_is_empty_and_surplus_cells_are_ignored() {
    let rows = vec![vec!["x".to_owned()], ["y", "1", "2", "3"].map(str::to_owned).to_vec()];
    let commands = raw(r#"[{"a": "${1}", "b": "${3}"}]"#, rows, ExpandOptions::default());
    assert_eq!(commands, [r#"{"a":"x"}"#, r#"{"a":"y","b":"2"}"#]);
}

#[test]
fn everything_that_is_no_placeholder_is_copied_compactly() {
    let template = r#", "n": [1.50, -2e3, true, null, {}, [], ""], "t": " a\/b é \u00e9 ", "x": {"y": {"z": "${2}"}}"#;
    assert_eq!(members(template, &["c"]), r#""n":[1.50,-2e3,true,null,{},[],""],"t":" a/b é é ","x":{"y":{"z":"c"}}"#);
}

#[test]
fn cells_are_escaped_as_json_wants_it() {
    let cell = "a\"b\\c/d\n\r\t\u{8}\u{c}\u{1}\u{1f}\u{7f}é𝄞\u{2028}";
    let escaped = "a\\\"b\\\\c/d\\n\\r\\t\\b\\f\\u0001\\u001f\u{7f}é𝄞\u{2028}";
    // The quick way, the way with something empty, and the way of lists.
    assert_eq!(members(r#", "t": "${2}""#, &[cell]), format!("\"t\":\"{escaped}\""));
    assert_eq!(members(r#", "t": "${2}", "u": "${3}""#, &[cell]), format!("\"t\":\"{escaped}\""));
    assert_eq!(members(r#", "t": ["${2}"]"#, &[&format!("{cell},z")]), format!("\"t\":[\"{escaped}\",\"z\"]"));
}

#[test]
fn cell_is_found_to_need_escapes_wherever_they_are() {
    for length in 0..70 {
        for at in 0..=length {
            let cell: String = (0..=length).map(|place| if place == at { '"' } else { 'x' }).collect();
            let json = format!("\"t\":{}", serde_json::to_string(&cell).expect("a string"));
            assert_eq!(members(r#", "t": "${2}""#, &[&cell]), json);
        }
    }
}

#[test]
fn text_around_placeholders_is_kept() {
    let template = r#", "t": "<${2}>${3}</${2}>""#;
    assert_eq!(members(template, &["b", "x"]), r#""t":"<b>x</b>""#);
    assert_eq!(members(template, &["", "x"]), r#""t":"<>x</>""#);
}

#[test]
fn empty_text_is_left_out_with_what_stands_around_it() {
    assert_eq!(members(r#", "t": "src-${2}", "u": "v""#, &[""]), r#""u":"v""#);
    assert_eq!(members(r#", "t": "${2}:${3}", "u": "v""#, &["", ""]), r#""u":"v""#);
}

#[test]
fn white_space_is_text_unless_it_stands_in_a_list() {
    assert_eq!(members(r#", "t": "${2}", "u": ["${2}"], "v": [{"w": "${2}"}]"#, &[" "]), r#""t":" ","v":[{"w":" "}]"#);
    assert_eq!(members(r#", "t": "${2}", "u": ["${2}"]"#, &[" a "]), r#""t":" a ","u":["a"]"#);
}

#[test]
fn objects_and_arrays_that_lose_everything_are_left_out_up_to_the_command() {
    let template = r#", "a": {"b": {"c": "${2}"}, "d": ["${2}"]}, "e": {"f": [{"g": "${2}"}]}, "z": 1"#;
    assert_eq!(members(template, &[""]), r#""z":1"#);
    assert_eq!(members(template, &["x"]), r#""a":{"b":{"c":"x"},"d":["x"]},"e":{"f":[{"g":"x"}]},"z":1"#);
}

#[test]
fn objects_that_were_empty_from_the_start_stay() {
    assert_eq!(members(r#", "a": {}, "b": [], "c": {"d": "${2}", "e": {}}"#, &[""]), r#""a":{},"b":[],"c":{"e":{}}"#);
}

#[test]
fn constant_beside_an_empty_cell_stays_in_an_object_and_goes_from_an_array() {
    assert_eq!(members(r#", "a": {"b": "${2}", "c": "k"}"#, &[""]), r#""a":{"c":"k"}"#);
    assert_eq!(members(r#", "a": [{"b": "${2}", "c": "k"}], "d": 1"#, &[""]), r#""d":1"#);
    assert_eq!(members(r#", "a": [{"b": "${2}", "c": "k"}, {"c": "l"}]"#, &[""]), r#""a":[{"c":"l"}]"#);
}

#[test]
fn partly_empty_element_of_an_array_is_kept() {
    let template = r#", "a": [{"system": "ERP", "name": "${2}", "in": {"name": "${3}"}}]"#;
    assert_eq!(members(template, &["", "d"]), r#""a":[{"system":"ERP","in":{"name":"d"}}]"#);
    assert_eq!(members(template, &["n", ""]), r#""a":[{"system":"ERP","name":"n"}]"#);
}

#[test]
fn element_is_dropped_if_only_an_inner_array_could_have_filled_it() {
    let template = r#", "a": [{"k": "v", "values": ["${2}"]}], "z": 1"#;
    assert_eq!(members(template, &[" , "]), r#""z":1"#);
    assert_eq!(members(template, &["x, y"]), r#""a":[{"k":"v","values":["x","y"]}],"z":1"#);
}

#[test]
fn command_whose_cells_are_all_empty_is_left_out() {
    let template = r#"[{"resourceType": "Community", "name": "${1}"}, {"resourceType": "Asset", "tags": ["${2}"]}, {"k": "fixed"}]"#;
    let commands = raw(template, table(&[["", "t"], ["c", " , "]]), ExpandOptions::default());
    assert_eq!(
        commands,
        [
            r#"{"resourceType":"Asset","tags":["t"]}"#,
            r#"{"k":"fixed"}"#,
            r#"{"resourceType":"Community","name":"c"}"#,
            r#"{"k":"fixed"}"#
        ]
    );
}

#[test]
fn identifier_that_loses_its_cells_is_left_out_of_its_command() {
    assert_eq!(
        raw(r#"[{"identifier": {"name": "${1}"}, "d": "${2}"}]"#, table(&[["", "x"]]), ExpandOptions::default()),
        [r#"{"d":"x"}"#]
    );
}

#[test]
fn list_in_an_array_of_strings_is_taken_apart_and_trimmed() {
    assert_eq!(members(r#", "t": ["${2}"]"#, &[" a, b c ,d,"]), r#""t":["a","b c","d"]"#);
    assert_eq!(members(r#", "t": ["k", "${2}", "${3}"]"#, &["a,,b", "c"]), r#""t":["k","a","b","c"]"#);
    assert_eq!(members(r#", "t": ["<${2}>"]"#, &["a,b"]), r#""t":["<a>","<b>"]"#);
}

#[test]
fn list_belongs_to_the_nearest_array() {
    let template = r#", "a": {"x": [{"values": ["${2}"]}]}"#;
    for splitting in [ListSplitting::StringsAndLegs, ListSplitting::EveryArray] {
        let options = ExpandOptions::default().with_splitting(splitting);
        assert_eq!(members_with(template, &["a,b"], options), r#""a":{"x":[{"values":["a","b"]}]}"#);
    }
}

#[test]
fn comma_below_an_array_of_objects_splits_only_if_every_array_does() {
    let template = r#", "attributes": {"Note": [{"value": "${2}"}]}, "name": "${2}""#;
    assert_eq!(
        members(template, &["Keel, long"]),
        r#""attributes":{"Note":[{"value":"Keel, long"}]},"name":"Keel, long""#
    );
    let options = ExpandOptions::default().with_splitting(ListSplitting::EveryArray);
    assert_eq!(
        members_with(template, &["Keel, long"], options),
        r#""attributes":{"Note":[{"value":"Keel"},{"value":"long"}]},"name":"Keel, long""#
    );
}

/// A complex relation with a leg of three columns.
const LEGS: &str = r#"[{"resourceType": "Complex Relation", "identifier": {"id": "${1}"}, "relations": {"leg":
    [{"name": "${2}", "domain": {"name": "${3}", "community": {"name": "${4}"}}, "k": "c"}]}}]"#;

fn legs(cells: [&str; 3]) -> String {
    let row = table(&[["i", cells[0], cells[1], cells[2]]]);
    let commands = raw(LEGS, row, ExpandOptions::default());
    let relations = commands[0].split_once(r#""relations":{"leg":"#);
    relations.and_then(|(_, legs)| legs.strip_suffix("}}")).unwrap_or_default().to_owned()
}

#[test]
fn lists_in_the_legs_of_a_complex_relation_are_taken_in_step() {
    assert_eq!(
        legs(["a, b", "d,e", "f , g"]),
        concat!(
            r#"[{"name":"a","domain":{"name":"d","community":{"name":"f"}},"k":"c"},"#,
            r#"{"name":"b","domain":{"name":"e","community":{"name":"g"}},"k":"c"}]"#
        )
    );
}

#[test]
fn empty_cell_beside_lists_is_left_out_everywhere() {
    assert_eq!(
        legs(["a,b", "d,e", ""]),
        concat!(r#"[{"name":"a","domain":{"name":"d"},"k":"c"},"#, r#"{"name":"b","domain":{"name":"e"},"k":"c"}]"#)
    );
}

#[test]
fn place_where_all_values_of_the_lists_are_empty_is_dropped() {
    assert_eq!(
        legs(["a,,c", "d, ,", "f,,"]),
        concat!(r#"[{"name":"a","domain":{"name":"d","community":{"name":"f"}},"k":"c"},"#, r#"{"name":"c","k":"c"}]"#)
    );
    assert_eq!(legs([",", " , ", ","]), "");
}

#[test]
fn legs_inside_an_identifier_and_inside_a_mapping_are_lists_and_other_members_are_not() {
    let in_identifier = r#"[{"resourceType": "Complex Relation", "identifier": {"relations": {"l": [{"id": "${1}"}]}},
        "attributes": {"a": [{"value": "${1}"}]}}]"#;
    assert_eq!(
        raw(in_identifier, table(&[["x,y"]]), ExpandOptions::default()),
        [
            r#"{"resourceType":"Complex Relation","identifier":{"relations":{"l":[{"id":"x"},{"id":"y"}]}},"attributes":{"a":[{"value":"x,y"}]}}"#
        ]
    );
    let in_mapping = r#"[{"resourceType": "Mapping", "complexRelation": {"relations": {"l": [{"id": "${1}"}]}}}]"#;
    assert_eq!(
        raw(in_mapping, table(&[["x,y"]]), ExpandOptions::default()),
        [r#"{"resourceType":"Mapping","complexRelation":{"relations":{"l":[{"id":"x"},{"id":"y"}]}}}"#]
    );
    let of_asset = r#"[{"resourceType": "Asset", "relations": {"l": [{"id": "${1}"}]}}]"#;
    assert_eq!(
        raw(of_asset, table(&[["x,y"]]), ExpandOptions::default()),
        [r#"{"resourceType":"Asset","relations":{"l":[{"id":"x,y"}]}}"#]
    );
}

fn tags(cell: &str, lists: ListDialect) -> String {
    members_with(r#", "t": ["${2}"]"#, &[cell], ExpandOptions::default().with_lists(lists))
}

#[test]
fn quoted_value_of_a_list_is_one_value() {
    let csv = ListDialect::csv(';', '"');
    assert_eq!(tags("|red,blue|", csv), r#""t":["red,blue"]"#);
    assert_eq!(tags("| red |, |a||b| ,c", csv), r#""t":[" red ","a|b","c"]"#);
    assert_eq!(tags("||", csv), "");
    assert_eq!(tags("|a|b", csv), r#""t":["ab"]"#);
    assert_eq!(tags("a|b,c", csv), r#""t":["a|b","c"]"#);
    assert_eq!(tags("\"red,blue\",green", ListDialect::excel()), r#""t":["red,blue","green"]"#);
    assert_eq!(tags("5\" disk, 3\" disk", ListDialect::excel()), r#""t":["5\" disk","3\" disk"]"#);
}

#[test]
fn backslash_escapes_separator_and_quote_and_nothing_else() {
    let csv = ListDialect::csv(';', '"');
    assert_eq!(tags(r"a\,b,\|c|,d\e\\,\", csv), r#""t":["a,b","|c|","d\\e\\,\\"]"#);
    assert_eq!(tags(r"|a\|b|,c", csv), r#""t":["a|b","c"]"#);
}

#[test]
fn separator_of_lists_follows_that_of_the_file() {
    let other = ListDialect::csv(',', '\'');
    assert_eq!(tags("a;b,c", other), r#""t":["a","b,c"]"#);
    assert_eq!(tags("\"a;b\"", other), r#""t":["a;b"]"#);
    let wide = ListDialect { separator: '、', quote: '»' };
    assert_eq!(tags("湾 、 港, »a、b»", wide), r#""t":["湾","港, »a","b»"]"#);
    assert_eq!(tags("»a、b»、〃", wide), r#""t":["a、b","〃"]"#);
}
