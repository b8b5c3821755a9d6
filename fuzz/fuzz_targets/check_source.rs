//! Whatever a file holds, checking it ends and every finding lies inside the file.
#![no_main]

use collibra_sync_fuzz::place;
use libfuzzer_sys::fuzz_target;
use sync_engine::{CheckOptions, CheckReport, Input, Severity, check};
use sync_formats::{BatchLimits, JsonShape};

fuzz_target!(|source: &[u8]| {
    for shape in [JsonShape::Array, JsonShape::Lines] {
        let folder = std::env::temp_dir();
        let input = Input::spooled("fuzz", source, &folder, shape).expect("a temporary file can be written");
        let report = check(&[input], BatchLimits::default(), &CheckOptions::default(), &folder)
            .expect("a temporary file can be read");
        lies_inside(source, &report);
    }
});

fn lies_inside(source: &[u8], report: &CheckReport) {
    let lines = source.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
    for finding in &report.findings {
        // An end that came too early is meant by one byte that is no longer there.
        let end = (source.len() as u64).max(finding.offset + 1);
        assert!(finding.offset + finding.length <= end, "{finding:?}");
        assert_eq!((finding.line, finding.column), place(source, finding.offset), "{finding:?}");
        if let Some(related) = &finding.related {
            assert!((1..=lines).contains(&related.line) && related.column >= 1, "{finding:?}");
        }
        if let Some(excerpt) = &finding.excerpt {
            assert!(excerpt.text.get(excerpt.mark.clone()).is_some(), "{finding:?}");
        }
    }
    let listed = report.findings.iter().any(|finding| finding.severity == Severity::Error);
    assert!(report.exit_code == 1 || !listed, "errors decide the exit code");
    assert!(report.exit_code == 0 || listed || report.more_findings > 0, "an exit code has its reason");
}
