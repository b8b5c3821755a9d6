//! `collibra-sync expand`

use std::io;
use std::path::Path;

use sync_engine::{ExpandError, Expansion, Input, expand};

use super::inputs;
use crate::args::ExpandArgs;
use crate::exit::{Exit, Failure};
use crate::files::WholeFile;
use crate::output::findings::findings;
use crate::output::printer;

pub(crate) fn run(args: &ExpandArgs) -> Result<Exit, Failure> {
    let inputs = inputs::open(&args.input.inputs, &args.input.kind, &std::env::temp_dir())?;
    let expansion = match &args.out {
        Some(file) => to_file(&inputs, file)?,
        None => match expand(&inputs, &mut io::stdout().lock()) {
            // Whoever reads has seen enough.
            Err(ExpandError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(Exit::DONE),
            expanded => expanded.map_err(failed)?,
        },
    };
    let findings = findings(&expansion.findings, expansion.more_findings, &expansion.totals);
    if !findings.is_empty() {
        printer::note(findings.trim_end());
    }
    Ok(if expansion.has_errors { Exit::FAILED } else { Exit::DONE })
}

/// Where a row is wrong, no file is written.
fn to_file(inputs: &[Input], file: &Path) -> Result<Expansion, Failure> {
    let mut out = WholeFile::create("the commands", file)?;
    let expansion = expand(inputs, out.as_file_mut()).map_err(failed)?;
    if !expansion.has_errors {
        out.finish()?;
    }
    Ok(expansion)
}

fn failed(error: ExpandError) -> Failure {
    let exit = if matches!(error, ExpandError::Input(_)) { Exit::FAILED } else { Exit::BROKEN };
    Failure::new(exit, error)
}
