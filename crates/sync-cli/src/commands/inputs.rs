//! From the arguments to inputs.

use std::path::Path;

use sync_engine::Input;

use crate::args::InputArgs;
use crate::exit::{Exit, Failure, OrExit};

/// The inputs in the order given. `spool` is a folder for standard input, which is read once and needed twice.
pub(crate) fn open(args: &InputArgs, spool: &Path) -> Result<Vec<Input>, Failure> {
    let shape = args.format.map(Into::into);
    let open = |path: &std::path::PathBuf| {
        if path != Path::new("-") {
            return Input::file(path, shape).or_exit(Exit::FAILED);
        }
        let shape = shape
            .ok_or_else(|| Failure::usage("standard input has no ending").with_hint("say what it is with --format"))?;
        Input::spooled("-", std::io::stdin().lock(), spool, shape).or_exit(Exit::BROKEN)
    };
    args.inputs.iter().map(open).collect()
}
