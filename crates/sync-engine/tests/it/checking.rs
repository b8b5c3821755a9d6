//! Checking whole sources.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use sync_engine::{CheckOptions, CheckReport, Input, Severity, check};
use sync_formats::{BatchLimits, JsonShape};

fn check_text(text: &[u8], shape: JsonShape) -> CheckReport {
    let folder = tempfile::tempdir().expect("a folder");
    check_in(folder.path(), text, shape, BatchLimits::default())
}

fn check_in(folder: &Path, text: &[u8], shape: JsonShape, limits: BatchLimits) -> CheckReport {
    let path = folder.join("in.json");
    fs::write(&path, text).expect("a file");
    let input = Input::file(path, Some(shape)).expect("an input");
    check(&[input], limits, &CheckOptions::default(), folder).expect("the file can be read")
}

fn lines(commands: &[String]) -> String {
    commands.join("\n")
}

/// Code and line of each finding.
fn found(report: &CheckReport) -> Vec<(&str, u64)> {
    report.findings.iter().map(|finding| (finding.code.as_str(), finding.line)).collect()
}

fn table(name: &str, more: &str) -> String {
    let domain = r#"{"name":"D","community":{"name":"C"}}"#;
    format!(
        r#"{{"resourceType":"Asset","identifier":{{"name":"{name}","domain":{domain}}},"type":{{"name":"Table"}}{more}}}"#
    )
}

fn reference(name: &str) -> String {
    format!(r#"{{"name":"{name}","domain":{{"name":"D","community":{{"name":"C"}}}}}}"#)
}

fn relations(direction: &str, names: &[&str]) -> String {
    let list: Vec<String> = names.iter().map(|name| reference(name)).collect();
    let key = "00000000-0000-0000-0000-000000007042";
    format!(r#","relations":{{"{key}:{direction}":[{}]}}"#, list.join(","))
}

fn by_pair(system: &str, entity: &str, name: &str) -> String {
    let domain = r#"{"name":"D","community":{"name":"C"}}"#;
    format!(
        r#"{{"resourceType":"Asset","identifier":{{"externalSystemId":"{system}","externalEntityId":"{entity}"}},"name":"{name}","domain":{domain},"type":{{"name":"Table"}}}}"#
    )
}

#[test]
fn what_is_needed_before_its_command_is_named_once_at_its_first_use() {
    let text = lines(&[
        table("a", ""),
        table("b", &relations("TARGET", &["c"])),
        table("x", &relations("TARGET", &["c"])),
        table("c", ""),
    ]);
    let report = check_text(text.as_bytes(), JsonShape::Lines);
    assert_eq!(found(&report), [("local.order.dependencyLater", 2)]);
    let finding = &report.findings[0];
    assert_eq!(finding.path, r#"relations["00000000-0000-0000-0000-000000007042:TARGET"][0]"#);
    assert_eq!(finding.related.as_ref().map(|related| related.line), Some(4));
    let (start, length) = (finding.offset as usize, finding.length as usize);
    assert_eq!(text[start..start + length], reference("c"));
}

#[test]
fn what_has_an_id_exists_already_and_is_never_too_late() {
    let id = "7d0b2a51-6b7e-4f0e-9a44-1f1f6f3c1a01";
    let later = format!(r#"{{"resourceType":"Asset","identifier":{{"id":"{id}"}},"displayName":"b"}}"#);
    let key = "00000000-0000-0000-0000-000000007042:TARGET";
    let first = table("a", &format!(r#","relations":{{"{key}":[{{"id":"{id}"}}]}}"#));
    assert_eq!(found(&check_text(lines(&[first, later]).as_bytes(), JsonShape::Lines)), []);
}

#[test]
fn neighbours_are_noted_and_others_are_warned_of() {
    let text = lines(&[table("a", ""), table("a", ""), table("b", ""), table("a", "")]);
    let report = check_text(text.as_bytes(), JsonShape::Lines);
    assert_eq!(found(&report), [("local.identifier.repeated", 2), ("local.identifier.interleaved", 4)]);
}

#[test]
fn the_same_words_in_another_layout_are_the_same_identifier() {
    let other = r#"{"identifier":{"domain":{"community":{"name":"C"},"name":"D"},"name":"a"},"resourceType":"Asset"}"#;
    let text = lines(&[table("a", ""), other.to_owned()]);
    assert_eq!(found(&check_text(text.as_bytes(), JsonShape::Lines)), [("local.identifier.repeated", 2)]);
}

#[test]
fn one_name_for_two_entities_of_a_system_is_an_error_and_for_two_systems_a_warning() {
    let text = lines(&[by_pair("s", "1", "a"), by_pair("s", "2", "a")]);
    assert_eq!(found(&check_text(text.as_bytes(), JsonShape::Lines)), [("local.asset.nameNotUnique", 2)]);
    let text = lines(&[by_pair("s", "1", "a"), by_pair("t", "2", "a")]);
    assert_eq!(found(&check_text(text.as_bytes(), JsonShape::Lines)), [("local.identifier.mixedForms", 2)]);
    let text = lines(&[by_pair("s", "1", "a"), by_pair("s", "2", "b")]);
    assert_eq!(found(&check_text(text.as_bytes(), JsonShape::Lines)), []);
}

#[test]
fn a_pair_in_one_place_and_the_name_in_another_are_mixed_forms() {
    let text = lines(&[by_pair("s", "1", "a"), table("b", &relations("TARGET", &["a"]))]);
    assert_eq!(found(&check_text(text.as_bytes(), JsonShape::Lines)), [("local.identifier.mixedForms", 2)]);
}

#[test]
fn one_pair_mapped_to_two_names_is_an_error() {
    let mapping = |target: &str| {
        format!(
            r#"{{"resourceType":"Mapping","identifier":{{"externalSystemId":"s","externalEntityId":"1"}},"asset":{}}}"#,
            reference(target)
        )
    };
    let text = lines(&[mapping("a"), mapping("b")]);
    let report = check_text(text.as_bytes(), JsonShape::Lines);
    assert!(found(&report).contains(&("local.external.duplicate", 2)), "{report:#?}");
    assert_eq!(report.exit_code, 1);
    let text = lines(&[by_pair("s", "1", "a"), mapping("a")]);
    let report = check_text(text.as_bytes(), JsonShape::Lines);
    assert!(!found(&report).iter().any(|(code, _)| *code == "local.external.duplicate"), "{report:#?}");
}

#[test]
fn links_from_both_ends_are_said_once_and_lists_that_disagree_are_told() {
    let text = lines(&[table("a", &relations("SOURCE", &["b"])), table("b", &relations("TARGET", &["a"]))]);
    let report = check_text(text.as_bytes(), JsonShape::Lines);
    assert_eq!(found(&report), [("local.order.dependencyLater", 1), ("local.relation.bothEnds", 2)]);
    let text = lines(&[table("a", &relations("SOURCE", &[])), table("b", &relations("TARGET", &["a"]))]);
    assert_eq!(found(&check_text(text.as_bytes(), JsonShape::Lines)), [("local.relation.contradictory", 2)]);
    let text = lines(&[table("a", ""), table("b", &relations("TARGET", &["a"]))]);
    assert_eq!(found(&check_text(text.as_bytes(), JsonShape::Lines)), []);
}

#[test]
fn batches_with_more_than_is_advised_are_told() {
    let tags: Vec<String> = (0..60_000).map(|tag| format!("\"{tag}\"")).collect();
    let tagged = format!(r#","tags":[{}]"#, tags.join(","));
    let commands: Vec<String> = (0..9).map(|name| table(&name.to_string(), &tagged)).collect();
    let report = check_text(lines(&commands).as_bytes(), JsonShape::Lines);
    assert_eq!(found(&report), [("local.job.size", 1)]);
    assert_eq!(report.findings[0].severity, Severity::Warning);

    let many: Vec<String> = (0..10_001).map(|name| table(&name.to_string(), "")).collect();
    let folder = tempfile::tempdir().expect("a folder");
    let limits = BatchLimits::default().with_commands(20_000);
    let report = check_in(folder.path(), lines(&many).as_bytes(), JsonShape::Lines, limits);
    assert_eq!(found(&report), [("local.job.size", 1)]);
    assert_eq!(report.findings[0].severity, Severity::Note);
}

#[test]
fn findings_of_a_second_file_are_named_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let inputs = ["a.jsonl", "b.jsonl"].map(|name| {
        let path = folder.path().join(name);
        fs::write(&path, table("same", "")).expect("a file");
        Input::file(path, None).expect("an input")
    });
    let report = check(&inputs, BatchLimits::default(), &CheckOptions::default(), folder.path()).expect("readable");
    assert_eq!(found(&report), [("local.identifier.repeated", 1)]);
    assert!(report.findings[0].file.ends_with("b.jsonl"));
    assert!(report.findings[0].related.as_ref().is_some_and(|related| related.file.ends_with("a.jsonl")));
}

/// Every finding lies inside its file, line and column lead to its offset, and the excerpt is what stands there.
fn places_are_inside(text: &[u8], report: &CheckReport) -> Result<(), TestCaseError> {
    let mark = if text.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    for finding in &report.findings {
        let offset = usize::try_from(finding.offset).expect("a place");
        prop_assert!(offset <= text.len(), "{finding:?}");
        prop_assert!(finding.line >= 1 && finding.column >= 1, "{finding:?}");
        let before = &text[..offset];
        let line = before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(mark.min(offset), |feed| feed + 1);
        prop_assert_eq!((finding.line, finding.column), (line, (offset - start) as u64 + 1), "{:?}", finding);
    }
    Ok(())
}

fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\n",
        " ",
        "\"",
        "\\",
        "null",
        "1e999",
        "\"name\"",
        "\"identifier\"",
        "\"resourceType\"",
        "\"Asset\"",
        "\"Community\"",
        "\"relations\"",
        "\"x:TARGET\"",
        "\"domain\"",
        "\u{feff}",
        "ä",
        r#"{"resourceType":"Community","identifier":{"name":"C"}}"#,
        r#"{"resourceType":"Community","identifier":{"id":"C"},"parent":{}}"#,
        r#"{"resourceType":"Asset","identifier":{"name":"a","domain":{"id":"00000000-0000-0000-0000-000000000001"}},"relations":{"t:TARGET":[{"id":"x"}]}}"#,
    ]);
    prop::collection::vec(words, 0..40).prop_map(|words| words.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes_are_checked_with_places_inside_the_file(text in prop::collection::vec(any::<u8>(), 0..300), lines: bool) {
        let shape = if lines { JsonShape::Lines } else { JsonShape::Array };
        places_are_inside(&text, &check_text(&text, shape))?;
    }

    #[test]
    fn pieces_of_commands_are_checked_with_places_inside_the_file(text in pieces(), lines: bool, wrapped: bool) {
        let shape = if lines { JsonShape::Lines } else { JsonShape::Array };
        let text = if wrapped { [&b"["[..], &text, b"]"].concat() } else { text };
        places_are_inside(&text, &check_text(&text, shape))?;
    }
}
