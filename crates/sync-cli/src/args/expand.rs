//! Arguments of `expand`.

use std::path::PathBuf;

use clap::Args;

use super::InputArgs;

#[derive(Debug, Args)]
pub(crate) struct ExpandArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,

    /// Where the JSON array of commands goes [default: standard output]
    #[arg(long, short, value_name = "OUT", env = "COLLIBRA_SYNC_OUT")]
    pub(crate) out: Option<PathBuf>,
}
