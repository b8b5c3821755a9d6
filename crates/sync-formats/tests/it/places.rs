//! From paths to bytes.

use proptest::prelude::*;
use sync_core::check::{self, Path, Segment};
use sync_formats::locate;

fn path() -> impl Strategy<Value = Path> {
    let name = prop::sample::select(vec!["identifier", "id", "relations", "a", "", "x:TARGET"]);
    let segment = prop_oneof![
        name.clone().prop_map(|name| Segment::Member(name.into())),
        name.prop_map(|name| Segment::Key(name.into())),
        (0..3_usize).prop_map(Segment::Index),
    ];
    prop::collection::vec(segment, 0..4).prop_map(Path::from_iter)
}

fn json() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec!["1", "null", r#""ü\"""#, "{}", "[]"]).prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 4, |inner| {
        let name = prop::sample::select(vec!["identifier", "id", "relations", "a", "", "x:TARGET", r"\u0061"]);
        prop_oneof![
            prop::collection::vec((name, inner.clone()), 0..4).prop_map(|members| {
                let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\" : {value}")).collect();
                format!("{{ {} }}", members.join(","))
            }),
            prop::collection::vec(inner, 0..4).prop_map(|list| format!("[ {} ]", list.join(" , "))),
        ]
    })
}

proptest! {
    #[test]
    fn places_lie_inside_the_record_whatever_it_is(
        record in prop_oneof![prop::collection::vec(any::<u8>(), 0..80), json().prop_map(String::into_bytes)],
        path in path(),
    ) {
        if let Some(place) = locate(&record, &path) {
            prop_assert!(place.start < place.end && place.end <= record.len());
            prop_assert!(serde_json::from_slice::<serde_json::Value>(&record[place]).is_ok());
        }
    }

    #[test]
    fn the_value_of_a_path_is_found(record in json(), path in path()) {
        let mut value: Option<serde_json::Value> = serde_json::from_str(&record).ok();
        for segment in path.segments() {
            value = value.and_then(|value| match segment {
                Segment::Index(index) => value.get(*index).cloned(),
                Segment::Member(name) | Segment::Key(name) => value.get(name).cloned(),
            });
        }
        // Of a name that stands twice the first is ours and the last the parser's.
        let colons = |text: &str| text.bytes().filter(|byte| *byte == b':').count();
        let parsed = serde_json::from_str::<serde_json::Value>(&record).map(|value| value.to_string());
        prop_assume!(parsed.is_ok_and(|parsed| colons(&parsed) == colons(&record)));
        let found = locate(record.as_bytes(), &path);
        prop_assert_eq!(found.is_some(), value.is_some());
        if let Some(place) = found {
            prop_assert_eq!(serde_json::from_str(&record[place]).ok(), value);
        }
    }
}

#[test]
fn findings_are_where_their_paths_lead() {
    for rule in check::rules().iter().filter(|rule| rule.scope == check::RuleScope::Command) {
        let mut findings = Vec::new();
        check::command(rule.bad.as_bytes(), &mut findings);
        for finding in findings {
            let Some(place) = locate(rule.bad.as_bytes(), &finding.path) else {
                assert_eq!(rule.code, "local.file.notJson", "{}", rule.bad);
                continue;
            };
            // Names of members that should not be there are meant instead of what they hold.
            let is_name = rule.bad[finding.span.end..].trim_start().starts_with(':');
            assert!(is_name || place == finding.span, "{}: {} {place:?}", rule.code, rule.bad);
        }
    }
}
