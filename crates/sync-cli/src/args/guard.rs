//! What may happen to resources the source does not have any more, and what is demanded of the source.

use std::path::PathBuf;

use clap::Args;
use sync_core::Finalization;
use sync_core::guard::{GuardLimits, RemovalLimit};
use sync_engine::{Demands, Pattern, Sentinel};

#[derive(Debug, Args)]
#[command(next_help_heading = "Guard")]
pub(crate) struct GuardArgs {
    /// What happens to resources the source does not have any more: ignore, remove or status:UUID [default: ignore]
    #[arg(long, value_name = "WHAT", env = "COLLIBRA_SYNC_ON_MISSING")]
    pub(crate) on_missing: Option<Finalization>,

    /// Most resources a run may remove: N, P% or P%,N (the smaller wins); free below 20 known
    #[arg(long, value_name = "LIMIT", default_value_t, env = "COLLIBRA_SYNC_MAX_REMOVALS")]
    pub(crate) max_removals: RemovalLimit,

    /// Consent for this one run: at most COUNT removals, whatever the limit says
    #[arg(long, value_name = "COUNT", env = "COLLIBRA_SYNC_ALLOW_REMOVALS")]
    pub(crate) allow_removals: Option<u64>,

    /// Most resources a run may change: N or P% [default: no limit]
    #[arg(long, value_name = "LIMIT", env = "COLLIBRA_SYNC_MAX_CHANGES")]
    pub(crate) max_changes: Option<RemovalLimit>,

    /// Stop unless the source has at least N commands
    #[arg(long, value_name = "N", env = "COLLIBRA_SYNC_EXPECT_COMMANDS")]
    pub(crate) expect_commands: Option<u64>,

    /// Stop unless the source has this resource, for example 'Asset:name=orders'; may be given several times
    #[arg(long, value_name = "RESOURCE", env = "COLLIBRA_SYNC_REQUIRE", value_delimiter = '\n')]
    pub(crate) require: Vec<Sentinel>,

    /// Stop before removing or re-statusing a resource with such a name, as its identifier has it (* any text, ? any
    /// character); may be given several times
    #[arg(long, value_name = "PATTERN", env = "COLLIBRA_SYNC_PROTECT", value_delimiter = '\n',
          value_parser = |pattern: &str| Ok::<_, std::convert::Infallible>(Pattern::from(pattern)))]
    pub(crate) protect: Vec<Pattern>,

    /// Write what is about to be removed to this file first, as import commands read back from the catalogue
    #[arg(long, value_name = "FILE", env = "COLLIBRA_SYNC_EXPORT_MISSING")]
    pub(crate) export_missing: Option<PathBuf>,
}

impl GuardArgs {
    pub(crate) fn limits(&self) -> GuardLimits {
        GuardLimits::default()
            .with_max_removals(self.max_removals)
            .with_allow_removals(self.allow_removals)
            .with_max_changes(self.max_changes)
    }

    pub(crate) fn demands(&self) -> Demands {
        Demands::default()
            .with_expect_commands(self.expect_commands)
            .with_require(self.require.clone())
            .with_protect(self.protect.clone())
    }
}
