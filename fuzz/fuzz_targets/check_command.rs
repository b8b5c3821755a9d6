//! Whatever comes in, the check of one command ends and points into what came in.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sync_core::check::{self, Finding, Severity};
use sync_core::command::Command;

fuzz_target!(|record: &[u8]| {
    let mut findings = Vec::new();
    let command = check::command(record, &mut findings);
    assert_eq!(command.is_some(), Command::from_slice(record).is_ok(), "the check reads what the reader reads");
    let has_error = findings.iter().any(|finding| finding.rule.severity == Severity::Error);
    assert!(command.is_some() || has_error, "what cannot be read has an error");
    for finding in &findings {
        assert!(finding.span.start <= finding.span.end && finding.span.end <= record.len(), "{finding:?}");
        assert!(record.is_empty() || !finding.span.is_empty(), "{finding:?}");
        assert!(!finding.message.is_empty() && !finding.message.ends_with('.'), "{finding:?}");
        assert!(!finding.path.to_string().contains('\n'), "{finding:?}");
    }
    if let (Some(_), Ok(text)) = (command, str::from_utf8(record)) {
        the_long_way_agrees(text, &findings);
    }
});

/// A member more makes every command go the long way: it finds the same, beside that member.
fn the_long_way_agrees(text: &str, findings: &[Finding]) {
    let rest = text.trim_start().strip_prefix('{').expect("a command is an object");
    let mut longer = Vec::new();
    check::command(format!(r#"{{"a stranger":0,{rest}"#).as_bytes(), &mut longer);
    let said = |findings: &[Finding]| -> Vec<_> {
        let said = findings.iter().map(|finding| (finding.rule.code, finding.path.to_string()));
        said.filter(|(_, path)| path != r#"["a stranger"]"#).collect()
    };
    assert_eq!(said(&longer), said(findings));
}
