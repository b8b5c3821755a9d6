//! What a rule is.

use super::Severity;

/// What one has to look at to know whether a rule is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RuleScope {
    /// One command alone.
    Command,
    /// All commands of a source, in their order.
    Source,
    /// What is asked of the service along with the commands.
    Request,
    /// A template that rows of a table are put into.
    Template,
    /// The rows of a table.
    Table,
    /// What the server has: its operating model.
    Server,
}

impl RuleScope {
    /// The word for it in a table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Source => "source",
            Self::Request => "request",
            Self::Template => "template",
            Self::Table => "table",
            Self::Server => "server",
        }
    }
}

/// One rule: what is looked for, how bad it is, what to do about it, and why we believe so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rule {
    /// The service's own code where it has a documented one for this, otherwise one of ours beginning with `local.`.
    pub code: &'static str,
    /// How bad it is to break the rule.
    pub severity: Severity,
    /// What one has to look at.
    pub scope: RuleScope,
    /// The rule in one sentence.
    pub summary: &'static str,
    /// What to do about it.
    pub help: &'static str,
    /// Page or document the rule is taken from, or what it is inferred from.
    pub evidence: &'static str,
    /// An example that keeps this rule and every other. A command for [`RuleScope::Command`], an import file for
    /// [`RuleScope::Source`] and [`RuleScope::Server`], an object of parameters for [`RuleScope::Request`], a template
    /// for [`RuleScope::Template`], the text of a table for [`RuleScope::Table`].
    pub good: &'static str,
    /// An example of the same kind that breaks this rule and, as far as that can be, no other. In brackets where it would
    /// take too many commands or several files.
    pub bad: &'static str,
}
