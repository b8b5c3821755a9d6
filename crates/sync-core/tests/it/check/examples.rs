//! Every rule has a good and a bad example, and they are what they say.

use std::collections::HashSet;

use sync_core::check::{self, RequestFlags, Rule, RuleScope, rules};

fn codes(record: &str) -> Vec<&'static str> {
    let mut findings = Vec::new();
    check::command(record.as_bytes(), &mut findings);
    findings.iter().map(|finding| finding.rule.code).collect()
}

fn request_codes(flags: &str) -> Vec<&'static str> {
    let flags: serde_json::Value = serde_json::from_str(flags).expect("an object of parameters");
    let is = |name: &str| flags.get(name).is_some_and(|flag| flag == true);
    let flags = RequestFlags {
        simulation: is("simulation"),
        continue_on_error: is("continueOnError"),
        file: is("file"),
        file_id: is("fileId"),
        synchronization: is("synchronization"),
    };
    check::request(flags).map(|rule| rule.code).collect()
}

fn of(scope: RuleScope) -> impl Iterator<Item = &'static Rule> {
    rules().iter().filter(move |rule| rule.scope == scope)
}

#[test]
fn good_example_of_every_rule_about_commands_breaks_no_rule() {
    for rule in of(RuleScope::Command) {
        assert_eq!(codes(rule.good), [""; 0], "{}: {}", rule.code, rule.good);
    }
}

#[test]
fn bad_example_of_every_rule_about_commands_breaks_it_and_no_other() {
    for rule in of(RuleScope::Command) {
        assert_eq!(codes(rule.bad), [rule.code], "{}", rule.bad);
    }
}

#[test]
fn examples_of_rules_about_requests_are_what_they_say() {
    for rule in of(RuleScope::Request) {
        assert_eq!(request_codes(rule.good), [""; 0], "{}", rule.code);
        assert_eq!(request_codes(rule.bad), [rule.code], "{}", rule.bad);
    }
}

#[test]
fn commands_in_good_sources_break_no_rule_about_commands() {
    for rule in of(RuleScope::Source) {
        let commands: Vec<serde_json::Value> = serde_json::from_str(rule.good).expect("an import file");
        for command in commands {
            assert_eq!(codes(&command.to_string()), [""; 0], "{}: {command}", rule.code);
        }
    }
}

#[test]
fn every_rule_is_complete_and_has_a_code_of_its_own() {
    let mut seen = HashSet::new();
    for rule in rules() {
        assert!(seen.insert(rule.code), "{} stands twice", rule.code);
        assert!(rule.code.starts_with("local.") || rule.code.starts_with("importCommand"), "{}", rule.code);
        for text in [rule.summary, rule.help, rule.evidence, rule.good, rule.bad] {
            assert!(!text.trim().is_empty(), "{} lacks something", rule.code);
        }
        for sentence in [rule.summary, rule.help] {
            assert!(sentence.ends_with('.'), "{}: {sentence}", rule.code);
        }
        assert_eq!(check::rule(rule.code), Some(rule));
    }
    assert_eq!(check::rule("local.nothing"), None);
}
