//! Files that people name: read where they must be there, written as a whole.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use tempfile::NamedTempFile;

use crate::exit::{Exit, Failure, OrExit};

/// What it means that a file the command line names cannot be read; `what` is what it should be.
pub(crate) fn unread<E: Into<anyhow::Error>>(what: &str, file: &Path) -> impl FnOnce(E) -> Failure {
    let context = format!("reading {what} {} failed", file.display());
    |error| Failure::new(Exit::USAGE, error.into().context(context))
}

/// A file that is there as a whole or not at all, and is one like any other then. What is no file, such as a pipe, is
/// written to as it is.
pub(crate) struct WholeFile {
    out: Out,
    path: PathBuf,
    context: String,
}

enum Out {
    Special(File),
    /// Under another name until it is finished.
    Unfinished(NamedTempFile),
}

impl WholeFile {
    /// Begins a file; `what` is what it is going to be. Dropped, it leaves nothing behind.
    pub(crate) fn create(what: impl Display, file: &Path) -> Result<Self, Failure> {
        let context = format!("writing {what} {} failed", file.display());
        // What a link leads to is replaced, not the link.
        let path = file.canonicalize().unwrap_or_else(|_| file.to_owned());
        let begun = match path.metadata() {
            Ok(found) if !found.is_file() => File::options().write(true).open(&path).map(Out::Special),
            _ => {
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
                for_everybody().tempfile_in(folder).map(Out::Unfinished)
            }
        };
        match begun {
            Ok(out) => Ok(Self { out, path, context }),
            Err(error) => Err(unwritten(error, context)),
        }
    }

    pub(crate) fn as_file_mut(&mut self) -> &mut File {
        match &mut self.out {
            Out::Special(file) => file,
            Out::Unfinished(file) => file.as_file_mut(),
        }
    }

    /// Gives it its name.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        let Self { out, path, context } = self;
        match out {
            Out::Special(_) => Ok(()),
            Out::Unfinished(file) => file.persist(path).map(drop).map_err(|error| unwritten(error.error, context)),
        }
    }
}

/// Writes a file at once.
pub(crate) fn write_whole(what: &str, file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut whole = WholeFile::create(what, file)?;
    if let Err(error) = whole.as_file_mut().write_all(bytes) {
        return Err(unwritten(error, whole.context));
    }
    whole.finish()
}

/// Writes a value as JSON for people and programs.
pub(crate) fn write_json(what: &str, file: &Path, value: &impl Serialize) -> Result<(), Failure> {
    let mut json = serde_json::to_vec_pretty(value).or_exit(Exit::BROKEN)?;
    json.push(b'\n');
    write_whole(what, file, &json)
}

fn unwritten(error: io::Error, context: String) -> Failure {
    Failure::new(Exit::BROKEN, anyhow::Error::new(error).context(context))
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
