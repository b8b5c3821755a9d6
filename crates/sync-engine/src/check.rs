//! Checking inputs without a target.

use std::path::Path;

use serde::{Deserialize, Serialize};
use sync_formats::BatchLimits;

use crate::finding::{Finding, Severity};
use crate::input::Input;
use crate::survey::{Depth, SurveyError, survey};

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CheckReport {
    /// What is wrong, in the order of the inputs.
    pub findings: Vec<Finding>,
    /// Findings beyond those listed.
    pub more_findings: u64,
    /// Commands read.
    pub commands: u64,
    /// 1 if there is an error, else 0.
    pub exit_code: u8,
}

/// Reads inputs through and checks every command, sending nothing.
///
/// Blocking. Memory: one batch, one command, 8 MiB; what does not fit goes to temporary files in `spill`.
///
/// # Errors
/// [`SurveyError`] if an input cannot be opened or temporary files cannot be written. What is wrong inside an input is
/// a finding.
pub fn check(inputs: &[Input], limits: BatchLimits, spill: &Path) -> Result<CheckReport, SurveyError> {
    let survey = survey(inputs, limits, Depth::Run, &[], spill)?;
    let bad = survey.more_findings > 0 || survey.findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(CheckReport {
        findings: survey.findings,
        more_findings: survey.more_findings,
        commands: survey.commands,
        exit_code: u8::from(bad),
    })
}
