//! `collibra-sync check`

use sync_engine::check;
use sync_formats::BatchLimits;

use super::plan::survey_exit;
use super::{Manner, inputs};
use crate::args::{CheckArgs, OutputFormat};
use crate::exit::{Exit, Failure, OrExit};
use crate::output::{human, printer, sarif};

pub(crate) fn run(args: &CheckArgs, manner: Manner) -> Result<Exit, Failure> {
    let spill = std::env::temp_dir();
    let inputs = inputs::open(&args.input.inputs, &args.input.kind, &spill)?;
    let report = check(&inputs, limits(&args.batches), &args.levels.options(), &spill)
        .map_err(|error| Failure::new(survey_exit(&error), error))?;
    if let Some(file) = &args.sarif {
        sarif::write(file, &report)
            .map_err(|error| anyhow::Error::new(error).context(format!("writing {} failed", file.display())))
            .or_exit(Exit::BROKEN)?;
    }
    match manner.output {
        OutputFormat::Json => printer::json(&report),
        OutputFormat::Human => printer::text(&human::check(&report)),
    }
    Ok(Exit(report.exit_code))
}

pub(super) fn limits(args: &crate::args::BatchArgs) -> BatchLimits {
    BatchLimits::default().with_commands(args.batch_commands).with_bytes(args.batch_bytes.0)
}
