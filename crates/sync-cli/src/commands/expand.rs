//! `collibra-sync expand`

use std::fs::File;
use std::io;
use std::path::Path;

use sync_engine::{ExpandError, Expansion, Input, expand};

use super::inputs;
use crate::args::ExpandArgs;
use crate::exit::{Exit, Failure, OrExit};
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

/// Writes a file that is there as a whole or not at all, where it is a file.
fn to_file(inputs: &[Input], file: &Path) -> Result<Expansion, Failure> {
    let named = |error: io::Error| anyhow::Error::new(error).context(format!("writing {} failed", file.display()));
    let is_special = file.metadata().is_ok_and(|found| !found.is_file());
    if is_special {
        let mut out = File::options().write(true).open(file).map_err(named).or_exit(Exit::BROKEN)?;
        return expand(inputs, &mut out).map_err(failed);
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut out = for_everybody().tempfile_in(folder).map_err(named).or_exit(Exit::BROKEN)?;
    let expansion = expand(inputs, out.as_file_mut()).map_err(failed)?;
    if !expansion.has_errors {
        out.persist(file).map_err(|error| named(error.error)).or_exit(Exit::BROKEN)?;
    }
    Ok(expansion)
}

/// Makes temporary files that become files like any other, instead of ones for their owner alone.
fn for_everybody() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Less what the user's mask takes away.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder
}

fn failed(error: ExpandError) -> Failure {
    let exit = if matches!(error, ExpandError::Input(_)) { Exit::FAILED } else { Exit::BROKEN };
    Failure::new(exit, error)
}
