//! Findings for code hosts: SARIF 2.1.0, as OASIS has standardized it.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};
use sync_core::check::{Severity, rule};
use sync_engine::{CheckReport, Excerpt, Finding};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";

/// The report as one log with one run.
pub(crate) fn log(report: &CheckReport) -> Value {
    let codes: BTreeSet<&str> = report.findings.iter().map(|finding| finding.code.as_str()).collect();
    let codes: Vec<&str> = codes.into_iter().collect();
    let results: Vec<Value> = report.findings.iter().map(|finding| result(finding, &codes)).collect();
    let mut invocation = json!({ "executionSuccessful": true, "exitCode": report.exit_code });
    if report.more_findings > 0 {
        let notices: Vec<Value> = report.totals.iter().map(notice).collect();
        invocation["toolExecutionNotifications"] = notices.into();
    }
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {
                "driver": {
                    "name": "collibra-sync",
                    "version": env!("CARGO_PKG_VERSION"),
                    "semanticVersion": env!("CARGO_PKG_VERSION"),
                    "rules": codes.iter().map(|code| descriptor(code)).collect::<Vec<_>>(),
                },
            },
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation],
            "results": results,
        }],
    })
}

/// What is said of findings that are not listed.
fn notice(total: &sync_engine::FindingTotal) -> Value {
    let sync_engine::FindingTotal { file, code, total, listed, .. } = total;
    json!({
        "level": "note",
        "associatedRule": { "id": code },
        "message": { "text": format!("{file}: {code} was found {total} times; the first {listed} are listed") },
    })
}

fn descriptor(code: &str) -> Value {
    match rule(code) {
        Some(rule) => json!({
            "id": code,
            "shortDescription": { "text": rule.summary },
            "help": { "text": rule.help },
            "defaultConfiguration": { "level": level(rule.severity) },
        }),
        None => json!({ "id": code }),
    }
}

fn level(severity: Severity) -> &'static str {
    // The three words are the same in the standard.
    severity.as_str()
}

fn result(finding: &Finding, codes: &[&str]) -> Value {
    let help = finding.help.as_ref().map(|help| format!(" {help}")).unwrap_or_default();
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(&finding.file) },
            "region": region(finding),
        },
    });
    if !finding.path.is_empty() {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": finding.path, "kind": "member" }]);
    }
    let mut result = json!({
        "ruleId": finding.code,
        "level": level(finding.severity),
        "message": { "text": format!("{}.{help}", finding.message) },
        "locations": [location],
    });
    if let Ok(index) = codes.binary_search(&finding.code.as_str()) {
        result["ruleIndex"] = index.into();
    }
    if let Some(related) = &finding.related {
        result["relatedLocations"] = json!([{
            "id": 1,
            "message": { "text": "the other command" },
            "physicalLocation": {
                "artifactLocation": { "uri": uri(&related.file) },
                "region": { "startLine": related.line },
            },
        }]);
    }
    result
}

/// The place in characters, as far as the line is known from its beginning; always in bytes.
fn region(finding: &Finding) -> Value {
    let mut region = json!({
        "startLine": finding.line,
        "byteOffset": finding.offset,
        "byteLength": finding.length,
    });
    if let Some(Excerpt { text, mark, cut_before, .. }) = &finding.excerpt {
        if !cut_before {
            let start = text[..mark.start].chars().count() + 1;
            region["startColumn"] = start.into();
            region["endColumn"] = (start + text[mark.clone()].chars().count()).into();
        }
        region["snippet"] = json!({ "text": text });
    }
    region
}

/// A path as a reference: relative ones stay relative, to the root of the sources.
fn uri(file: &str) -> String {
    let mut uri = String::from(if Path::new(file).is_absolute() { "file://" } else { "" });
    let path = file.strip_prefix("./").unwrap_or(file);
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(byte.into()),
            b'\\' if cfg!(windows) => uri.push('/'),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
