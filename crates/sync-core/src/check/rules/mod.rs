//! Every rule there is, as data. The code that looks for offenders names its rule; the texts stand here alone.

mod command;
mod resource;
mod rows;
mod server;
mod source;

pub(super) use command::*;
pub(super) use resource::*;
pub(super) use server::*;
pub(super) use source::{BOTH_FILES, SIMULATION_ON_SYNC, SIMULATION_WITH_CONTINUE};

use super::Rule;

/// Makes a constant of each rule, for the code that applies it, and a table of them all.
macro_rules! table {
    ($($name:ident = $severity:ident $scope:ident $code:literal {
        summary: $summary:expr, help: $help:expr, evidence: $evidence:expr, good: $good:expr, bad: $bad:expr,
    })*) => {
        $(pub(in crate::check) const $name: $crate::check::Rule = $crate::check::Rule {
            code: $code,
            severity: $crate::check::Severity::$severity,
            scope: $crate::check::RuleScope::$scope,
            summary: $summary,
            help: $help,
            evidence: $evidence,
            good: $good,
            bad: $bad,
        };)*

        pub(super) const TABLE: &[$crate::check::Rule] = &[$($name),*];
    };
}
use table;

const COUNT: usize =
    command::TABLE.len() + resource::TABLE.len() + source::TABLE.len() + rows::TABLE.len() + server::TABLE.len();

static RULES: [Rule; COUNT] = {
    let tables = [command::TABLE, resource::TABLE, source::TABLE, rows::TABLE, server::TABLE];
    let mut all = [command::TABLE[0]; COUNT];
    let (mut table, mut row, mut place) = (0, 0, 0);
    while table < tables.len() {
        while row < tables[table].len() {
            all[place] = tables[table][row];
            row += 1;
            place += 1;
        }
        row = 0;
        table += 1;
    }
    all
};

/// Every rule, those about one command first and those that need a server last.
pub fn rules() -> &'static [Rule] {
    &RULES
}

/// The rule with this code.
///
/// ```
/// let rule = sync_core::check::rule("importCommandIdentifierNotDefined").ok_or("an unknown code")?;
/// assert_eq!(rule.summary, "Each command has an identifier, and each identifier a member.");
/// # Ok::<(), &str>(())
/// ```
pub fn rule(code: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.code == code)
}
