//! From the arguments to inputs.

use std::path::{Path, PathBuf};

use sync_engine::{Input, InputError};

use crate::args::Format;
use crate::exit::{Exit, Failure, OrExit};

/// The inputs in the order given. `spool` is a folder for standard input, which is read once and needed twice.
pub(crate) fn open(paths: &[PathBuf], format: Option<Format>, spool: &Path) -> Result<Vec<Input>, Failure> {
    let shape = format.map(Into::into);
    let open = |path: &PathBuf| {
        if path != Path::new("-") {
            return Input::file(path, shape).map_err(unreadable);
        }
        let shape = shape
            .ok_or_else(|| Failure::usage("standard input has no ending").with_hint("say what it is with --format"))?;
        Input::spooled("-", std::io::stdin().lock(), spool, shape).or_exit(Exit::BROKEN)
    };
    paths.iter().map(open).collect()
}

fn unreadable(error: InputError) -> Failure {
    let unknown = matches!(error, InputError::Format { .. });
    let failure = Failure::new(Exit::FAILED, error);
    if unknown { failure.with_hint("or say what it is with --format") } else { failure }
}
