//! What is about to be removed, written down before it goes.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sync_core::catalogue::Catalogue;
use sync_core::transport::TransportError;
use sync_formats::Identity;
use tempfile::NamedTempFile;

/// Why what is about to be removed could not be written down.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// This engine was not given a catalogue to read.
    #[error("the target's catalogue cannot be read back")]
    NoCatalogue,
    /// A resource could not be read.
    #[error("reading {identity} back from the catalogue failed")]
    Read {
        /// The resource.
        identity: String,
        /// Why.
        source: TransportError,
    },
    /// The file could not be written.
    #[error("writing {} failed", file.display())]
    Write {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Writes the missing resources as a JSON array of import commands, as the catalogue has them now; those it does not have
/// any more are left out. The file appears complete or not at all. Returns how many were written.
pub(crate) async fn export(catalogue: &dyn Catalogue, missing: Vec<Identity>, file: &Path) -> Result<u64, ExportError> {
    let write_error = |source| ExportError::Write { file: file.to_owned(), source };
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut out = NamedTempFile::new_in(folder).map_err(write_error)?;
    let mut written = 0;
    for identity in missing {
        let command = catalogue.command_of(identity.kind(), identity.key()).await;
        let command = command.map_err(|source| ExportError::Read { identity: identity.to_string(), source })?;
        if let Some(command) = command {
            let before = if written == 0 { "[\n" } else { ",\n" };
            out.write_all(before.as_bytes()).and_then(|()| out.write_all(command.as_bytes())).map_err(write_error)?;
            written += 1;
        }
    }
    let end = if written == 0 { "[]\n" } else { "\n]\n" };
    out.write_all(end.as_bytes()).and_then(|()| out.as_file().sync_all()).map_err(write_error)?;
    out.persist(file).map_err(|error| write_error(error.error))?;
    Ok(written)
}
