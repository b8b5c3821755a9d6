//! How long to wait, and for what.

use std::time::Duration;

use clap::Args;
use sync_core::cycle::Patience;

#[derive(Debug, Args)]
pub(crate) struct WaitArgs {
    /// How long nothing may be heard of a call that may have been accepted before it counts as not running
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = duration, env = "COLLIBRA_SYNC_QUIET_PERIOD")]
    pub(crate) quiet_period: Duration,

    /// Leave as soon as the job of a call is under way, with exit 4, instead of waiting for it; resume goes on
    #[arg(long, env = "COLLIBRA_SYNC_NO_WAIT")]
    pub(crate) no_wait: bool,
}

impl WaitArgs {
    pub(crate) fn patience(&self) -> Patience {
        Patience::default().with_quiet_period(self.quiet_period)
    }
}

/// `500ms`, `60s`, `5m`, `2h`; a bare number means seconds.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| "a duration begins with a whole number".to_owned())?;
    let seconds = |factor: u64| number.checked_mul(factor).map(Duration::from_secs);
    match unit.trim() {
        "ms" => Some(Duration::from_millis(number)),
        "" | "s" => seconds(1),
        "m" | "min" => seconds(60),
        "h" => seconds(3600),
        unit => return Err(format!("{unit:?} is no unit of time; use ms, s, m or h")),
    }
    .ok_or_else(|| "this duration is too long".to_owned())
}
