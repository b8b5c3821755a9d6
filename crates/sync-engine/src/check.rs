//! Checking inputs, by themselves and against an operating model.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sync_core::model::ModelIndex;
use sync_formats::BatchLimits;

use crate::collect::{Checker, Purpose};
use crate::finding::{Finding, FindingTotal};
use crate::input::Input;
use crate::survey::{SurveyError, read_through};

/// What inputs are held against, and which findings count for more or for less than they do by themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CheckOptions {
    /// Codes that are errors, whatever their rule says; stronger than `allow`.
    pub deny: Vec<String>,
    /// Codes that are not reported. Has no effect on what makes a command impossible to read or to send.
    pub allow: Vec<String>,
    /// The operating model that commands have to fit; without one, rules about a server are not applied. A plan leaves it
    /// out of account.
    pub model: Option<Arc<ModelIndex>>,
}

impl CheckOptions {
    /// Sets the codes that are errors.
    #[must_use]
    pub fn with_deny(mut self, deny: Vec<String>) -> Self {
        self.deny = deny;
        self
    }

    /// Sets the codes that are not reported.
    #[must_use]
    pub fn with_allow(mut self, allow: Vec<String>) -> Self {
        self.allow = allow;
        self
    }

    /// Sets the operating model that commands have to fit.
    #[must_use]
    pub fn with_model(mut self, model: Arc<ModelIndex>) -> Self {
        self.model = Some(model);
        self
    }
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CheckReport {
    /// What is wrong, in the order of the inputs: of each code in each input the first hundred.
    pub findings: Vec<Finding>,
    /// Findings beyond those listed.
    pub more_findings: u64,
    /// How many there are of each code in each input, where not all are listed.
    #[serde(default)]
    pub totals: Vec<FindingTotal>,
    /// Commands read.
    pub commands: u64,
    /// 1 if there is an error, else 0.
    pub exit_code: u8,
}

/// Reads inputs through and applies every rule that needs no target and, with a model, those about the server it is of;
/// nothing is sent.
///
/// Blocking. Reads each input once; again where relations of one type are stated in both directions, and again up to
/// the last of several commands that together break a rule. Memory: one command, 16 MiB for what commands say about
/// each other; what does not fit goes to temporary files in `spill`, 32 to 96 bytes a command, and with a model as much again and
/// 32 bytes a relation.
///
/// # Errors
/// [`SurveyError`] if an input cannot be opened or temporary files cannot be written. What is wrong inside an input is
/// a finding.
pub fn check(
    inputs: &[Input],
    limits: BatchLimits,
    options: &CheckOptions,
    spill: &Path,
) -> Result<CheckReport, SurveyError> {
    limits.check()?;
    let mut checker = Checker::new(inputs, options, Purpose::Check, limits).comparing(spill);
    let mut commands = 0;
    for (number, input) in inputs.iter().enumerate() {
        checker.begin_input(number, commands);
        read_through(input, &mut commands, &mut checker, |checker, item, _| {
            checker.size(item);
            Ok(())
        })?;
    }
    let found = checker.finish()?;
    Ok(CheckReport {
        findings: found.findings,
        more_findings: found.more,
        totals: found.totals,
        commands,
        exit_code: u8::from(found.has_errors),
    })
}
