//! Arguments of `conformance`.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::Args;

use super::TargetArgs;
use super::wait::duration;

#[derive(Debug, Args)]
pub(crate) struct ConformanceArgs {
    #[command(flatten)]
    pub(crate) target: TargetArgs,

    /// Have a community with assets of its own made on the target, and synchronizations for them, and all of it removed
    /// again in the end
    // Has no twin in the environment: a variable that was set for another target must not speak for this one.
    #[arg(long)]
    pub(crate) create_test_community: bool,

    /// Which statements to try, such as 12 or 40-44,49 [default: all]
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',', env = "COLLIBRA_SYNC_ONLY")]
    pub(crate) only: Vec<Numbers>,

    /// Write what was found to a file, which `emulator serve --profile FILE` takes
    #[arg(long, value_name = "FILE", env = "COLLIBRA_SYNC_SAVE")]
    pub(crate) save: Option<PathBuf>,

    /// Longest wait for one job
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = duration, env = "COLLIBRA_SYNC_JOB_TIMEOUT")]
    pub(crate) job_timeout: Duration,

    /// List the statements; nothing is sent
    #[arg(long)]
    pub(crate) list: bool,
}

/// One number, or a first and a last one.
#[derive(Debug, Clone)]
pub(crate) struct Numbers(pub(crate) RangeInclusive<u8>);

impl FromStr for Numbers {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        Ok(Self(first.trim().parse()?..=last.trim().parse()?))
    }
}
