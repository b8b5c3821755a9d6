//! Sources held against an operating model.

use std::fs;
use std::sync::Arc;

use sync_core::check::{RuleScope, rules};
use sync_core::model::{Model, ModelIndex};
use sync_engine::{CheckOptions, CheckReport, Finding, Input, Severity, check};
use sync_formats::{BatchLimits, JsonShape};

/// The model of the harbour example.
fn harbour() -> Arc<ModelIndex> {
    let json = include_bytes!("../../../../examples/harbour/model.json");
    Arc::new(ModelIndex::new(Model::from_slice(json).expect("a model")))
}

fn against(texts: &[&str], shape: JsonShape) -> CheckReport {
    let folder = tempfile::tempdir().expect("a folder");
    let mut inputs = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        let path = folder.path().join(format!("in-{number}.json"));
        fs::write(&path, text).expect("a file");
        inputs.push(Input::file(path, Some(shape)).expect("an input"));
    }
    let options = CheckOptions::default().with_model(harbour());
    check(&inputs, BatchLimits::default(), &options, folder.path()).expect("the files can be read")
}

/// Findings of rules about a server in commands, one a line.
fn found(commands: &[String]) -> Vec<Finding> {
    let report = against(&[&commands.join("\n")], JsonShape::Lines);
    let of_server: Vec<&str> =
        rules().iter().filter(|rule| rule.scope == RuleScope::Server).map(|rule| rule.code).collect();
    report.findings.into_iter().filter(|finding| of_server.contains(&finding.code.as_str())).collect()
}

/// Code, line and path of each.
fn places(findings: &[Finding]) -> Vec<(&str, u64, &str)> {
    findings.iter().map(|finding| (finding.code.as_str(), finding.line, finding.path.as_str())).collect()
}

const IN_TIDES: &str = r#""domain": {"name": "Tides", "community": {"name": "Port"}}"#;
const PARTS: &str = "00000000-0000-0000-0000-000000007042";

fn domain(of_type: &str) -> String {
    format!(
        r#"{{"resourceType": "Domain", "identifier": {{"name": "Tides", "community": {{"name": "Port"}}}}, "type": {{"name": "{of_type}"}}}}"#
    )
}

fn asset(name: &str, of_type: &str, more: &str) -> String {
    let identifier = named(name);
    format!(r#"{{"resourceType": "Asset", "identifier": {identifier}, "type": {{"name": "{of_type}"}}{more}}}"#)
}

fn named(name: &str) -> String {
    format!(r#"{{"name": "{name}", {IN_TIDES}}}"#)
}

/// Relations of the type "column is part of table".
fn parts(end: &str, listed: &[String]) -> String {
    format!(r#", "relations": {{"{PARTS}:{end}": [{}]}}"#, listed.join(", "))
}

#[test]
fn examples_of_rules_about_a_server_are_what_they_say() {
    for rule in rules().iter().filter(|rule| rule.scope == RuleScope::Server) {
        let report = against(&[rule.good], JsonShape::Array);
        assert!(
            report.findings.iter().all(|finding| finding.code != rule.code),
            "{}: {:?}",
            rule.code,
            report.findings
        );
        let report = against(&[rule.bad], JsonShape::Array);
        let of_rule: Vec<_> = report.findings.iter().filter(|finding| finding.code == rule.code).collect();
        assert_eq!(of_rule.len(), 1, "{}: {of_rule:?}", rule.code);
        assert_eq!(of_rule[0].severity, rule.severity);
        assert!(of_rule[0].line >= 2 && !of_rule[0].path.is_empty(), "{:?}", of_rule[0]);
    }
}

#[test]
fn four_things_that_only_a_server_knows_are_found_each_at_its_line() {
    let table = r#", "attributes": {"Definition": [{"value": "what the tide does"}]}"#;
    let column = format!(
        r#", "attributes": {{"Security Classification": [{{"value": "Secret"}}]}}{}"#,
        parts("SOURCE", &[named("levels")])
    );
    let commands = [
        domain("Physical Data Dictionary"),
        asset("levels", "Table", table),
        asset("buoy", "Buoy", ""),
        asset("height", "Column", &column),
    ];
    let findings = found(&commands);
    assert_eq!(
        places(&findings),
        [
            ("local.attributeType.notAssigned", 2, r#"attributes["Definition"]"#),
            ("local.assetType.notFound", 3, "type.name"),
            ("local.attribute.valueNotAllowed", 4, r#"attributes["Security Classification"][0].value"#),
            ("local.asset.relationEndsMismatch", 4, r#"relations["00000000-0000-0000-0000-000000007042:SOURCE"]"#),
        ]
    );
    let text = commands.join("\n");
    let meant =
        |finding: &Finding| text[finding.offset as usize..(finding.offset + finding.length) as usize].to_owned();
    assert_eq!((meant(&findings[1]), meant(&findings[2])), (r#""Buoy""#.to_owned(), r#""Secret""#.to_owned()));
}

#[test]
fn harbour_example_fits_its_model() {
    for catalog in [
        include_str!("../../../../examples/harbour/catalog-v1.json"),
        include_str!("../../../../examples/harbour/catalog-v2.json"),
    ] {
        let report = against(&[catalog], JsonShape::Array);
        assert!(report.findings.is_empty(), "{:#?}", report.findings);
    }
}

#[test]
fn type_of_a_listed_asset_is_taken_from_its_command_wherever_that_is() {
    let column = asset("height", "Column", &parts("TARGET", &[named("levels"), named("other"), named("spell")]));
    let (levels, spell) = (asset("levels", "Table", ""), asset("spell", "Column", ""));
    for (commands, line, related) in [
        ([column.clone(), levels.clone(), spell.clone()], 1, 3),
        ([spell.clone(), levels.clone(), column.clone()], 3, 1),
    ] {
        let findings = found(&commands);
        let path = format!(r#"relations["{PARTS}:TARGET"][2]"#);
        assert_eq!(places(&findings), [("local.asset.relationEndsMismatch", line, path.as_str())]);
        assert_eq!(findings[0].severity, Severity::Error);
        assert_eq!(findings[0].related.as_ref().map(|related| related.line), Some(related));
        assert!(findings[0].message.contains("cannot be the target"), "{}", findings[0].message);
    }
}

#[test]
fn listed_asset_is_known_by_pair_and_by_name_alike() {
    let pair = r#"{"externalSystemId": "tidedb", "externalEntityId": "s"}"#;
    let mapped = format!(
        r#"{{"resourceType": "Asset", "identifier": {pair}, "name": "spell", {IN_TIDES}, "type": {{"name": "Column"}}}}"#
    );
    for listed in [pair.to_owned(), named("spell")] {
        let commands = [mapped.clone(), asset("height", "Column", &parts("TARGET", &[listed]))];
        assert_eq!(found(&commands).len(), 1);
    }
}

#[test]
fn relation_types_of_one_command_are_told_apart() {
    let more = format!(
        r#", "relations": {{"PUBLIC_ID:ColumnIsPartOfTable:SOURCE": [{0}], "Schema:contains:is part of:Table:SOURCE": [{0}]}}"#,
        named("height")
    );
    let commands = [asset("height", "Column", ""), asset("levels", "Table", &more)];
    let path = r#"relations["Schema:contains:is part of:Table:SOURCE"][0]"#;
    assert_eq!(places(&found(&commands)), [("local.asset.relationEndsMismatch", 2, path)]);
}

#[test]
fn type_has_to_be_allowed_in_the_type_of_the_domain() {
    let by_pair = format!(
        r#"{{"resourceType": "Asset", "identifier": {{"externalSystemId": "tidedb", "externalEntityId": "l"}}, "name": "levels", {IN_TIDES}, "type": {{"name": "Table"}}}}"#
    );
    for table in [asset("levels", "Table", ""), by_pair] {
        for (commands, line) in [([domain("Glossary"), table.clone()], 2), ([table.clone(), domain("Glossary")], 1)] {
            let findings = found(&commands);
            assert_eq!(places(&findings), [("local.asset.typeNotAllowedInDomain", line, "type")]);
            assert!(findings[0].message.contains(r#"in a domain of type "Glossary""#), "{}", findings[0].message);
        }
        assert!(found(&[domain("Physical Data Dictionary"), table]).is_empty());
    }
    let mapped = r#"{"resourceType": "Domain", "identifier": {"externalSystemId": "tidedb", "externalEntityId": "d"}, "name": "Tides", "community": {"name": "Port"}, "type": {"name": "Glossary"}}"#;
    let findings = found(&[mapped.to_owned(), asset("levels", "Table", "")]);
    assert_eq!(places(&findings), [("local.asset.typeNotAllowedInDomain", 2, "type")]);
}

#[test]
fn what_no_command_or_two_commands_tell_is_not_judged() {
    let column = asset("height", "Column", &parts("TARGET", &[named("spell")]));
    assert!(found(std::slice::from_ref(&column)).is_empty());
    assert!(found(&[asset("spell", "Column", ""), asset("spell", "Table", ""), column]).is_empty());
    let two = [domain("Glossary"), domain("Physical Data Dictionary"), asset("levels", "Table", "")];
    assert!(found(&two).is_empty());
}

#[test]
fn commands_of_other_inputs_count() {
    let first = asset("spell", "Column", "");
    let second = asset("height", "Column", &parts("TARGET", &[named("spell")]));
    let report = against(&[&first, &second], JsonShape::Lines);
    let finding = report.findings.iter().find(|finding| finding.code == "local.asset.relationEndsMismatch");
    let finding = finding.expect("the finding");
    assert!(finding.file.ends_with("in-1.json"), "{finding:?}");
    assert!(finding.message.contains("in-0.json:1"), "{}", finding.message);
}

#[test]
fn levels_apply_to_rules_about_a_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("in.json");
    let commands = [domain("Glossary"), asset("levels", "Tabel", ""), asset("l", "Table", "")];
    fs::write(&path, commands.join("\n")).expect("a file");
    let input = Input::file(path, Some(JsonShape::Lines)).expect("an input");
    let options = CheckOptions::default()
        .with_model(harbour())
        .with_allow(vec!["local.assetType.notFound".to_owned()])
        .with_deny(vec!["local.asset.typeNotAllowedInDomain".to_owned()]);
    let report = check(&[input], BatchLimits::default(), &options, folder.path()).expect("the file can be read");
    let codes: Vec<_> = report
        .findings
        .iter()
        .map(|finding| (finding.code.as_str(), finding.severity))
        .filter(|(code, _)| !code.starts_with("local.order."))
        .collect();
    assert_eq!(codes, [("local.asset.typeNotAllowedInDomain", Severity::Error)]);
    assert_eq!(report.exit_code, 1);
}

#[test]
fn many_facts_are_judged_as_few() {
    let mut commands = vec![domain("Physical Data Dictionary")];
    for number in 0..30_000_u32 {
        commands.push(asset(&format!("t{number}"), "Table", ""));
        let listed: Vec<String> = (0..4).map(|step| named(&format!("t{}", number.saturating_sub(step)))).collect();
        commands.push(asset(&format!("c{number}"), "Column", &parts("TARGET", &listed)));
    }
    commands.push(asset("odd", "Column", &parts("TARGET", &[named("t7"), named("c9"), named("c29999")])));
    let key = format!(r#"relations["{PARTS}:TARGET"]"#);
    let paths = [format!("{key}[1]"), format!("{key}[2]")];
    let code = "local.asset.relationEndsMismatch";
    assert_eq!(places(&found(&commands)), [(code, 60_002, paths[0].as_str()), (code, 60_002, paths[1].as_str())]);
}
