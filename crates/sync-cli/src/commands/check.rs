//! `collibra-sync check`

use sync_engine::check;
use sync_formats::BatchLimits;

use super::plan::survey_exit;
use super::{Manner, inputs};
use crate::args::{CheckArgs, OutputFormat};
use crate::exit::{Exit, Failure};
use crate::output::{human, printer};

pub(crate) fn run(args: &CheckArgs, manner: Manner) -> Result<Exit, Failure> {
    let spill = std::env::temp_dir();
    let inputs = inputs::open(&args.input.inputs, args.input.format, &spill)?;
    let report =
        check(&inputs, limits(&args.batches), &spill).map_err(|error| Failure::new(survey_exit(&error), error))?;
    match manner.output {
        OutputFormat::Json => printer::json(&report),
        OutputFormat::Human => printer::text(&human::check(&report)),
    }
    Ok(Exit(report.exit_code))
}

pub(super) fn limits(args: &crate::args::BatchArgs) -> BatchLimits {
    BatchLimits::default().with_commands(args.batch_commands).with_bytes(args.batch_bytes.0)
}
