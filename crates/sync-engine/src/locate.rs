//! From positions in an uploaded file back to the user's own file.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use sync_core::check::{Path, Segment};
use sync_core::command::Command;
use sync_formats::{Identity, RowPosition};

use crate::input::{Input, InputError};
use crate::options::Upload;
use crate::report::ErrorReport;
use crate::source::{Ended, Item, Place, walk, walk_raw};

/// Adds file, line and identity to errors of a batch that say where in it they are; `first` is the index in the source of its
/// first command, `commands` how many it has. Blocking: reads the inputs up to the last command concerned.
///
/// Whether the service counts from 0 or from 1 is not documented: where the error names an identifier that only the
/// command before fits, that one is meant. No other command than those of the batch ever is.
pub(crate) fn locate(
    errors: &mut [ErrorReport],
    inputs: &[Input],
    upload: Upload,
    first: u64,
    commands: u32,
) -> Result<(), InputError> {
    let commands = u64::from(commands);
    // The command counted from 0, and the one counted from 1, as far as they are in the batch.
    let meant = |error: &ErrorReport| {
        let index = error.index.filter(|index| *index <= commands)?;
        Some((Some(index).filter(|index| *index < commands), index.checked_sub(1)))
    };
    let of_both = errors.iter().filter_map(meant).flat_map(|(here, before)| [here, before]);
    let mut wanted: BTreeMap<u64, Option<Origin>> = of_both.flatten().map(|index| (first + index, None)).collect();
    let Some(last) = wanted.keys().next_back().copied() else { return Ok(()) };
    find(&mut wanted, last, inputs, upload)?;
    for error in errors {
        let Some((here, before)) = meant(error) else { continue };
        let at = |index: u64| wanted.get(&(first + index)).and_then(Option::as_ref);
        let fits = |origin: &&Origin| error.identity.as_deref().is_some_and(|identity| origin.fits(identity));
        let (here, before) = (here.and_then(at), before.and_then(at));
        let origin = here.filter(fits).or(before.filter(fits)).or(here).or(before);
        if let Some(Origin { file, place, identity }) = origin {
            error.file = Some(file.clone());
            error.line = Some(place.line);
            error.row = place.row;
            error.cell = place.cell.clone();
            error.identity = Some(identity.to_string());
        }
    }
    Ok(())
}

/// What a command was made of.
struct Origin {
    file: String,
    place: Place,
    identity: Identity,
}

impl Origin {
    /// Whether a text of the service can mean this resource; the form of that text is not documented.
    fn fits(&self, text: &str) -> bool {
        text.contains(&self.identity.name())
    }

    /// Of a command from a table the first cell of its identifier.
    fn of(input: &Input, item: &Item<'_>, command: &Command<'_>) -> Self {
        let path = Path::default().join(Segment::Member("identifier".into()));
        let place = if input.is_table() { item.place(&path, &(0..1)) } else { item.start() };
        Self { file: input.name().to_owned(), place, identity: Identity::of(command) }
    }

    /// Of a command that the service has made of a row.
    fn of_row(input: &Input, row: RowPosition, command: &Command<'_>) -> Self {
        Self { file: input.name().to_owned(), place: row.into(), identity: Identity::of(command) }
    }
}

fn find(
    wanted: &mut BTreeMap<u64, Option<Origin>>,
    last: u64,
    inputs: &[Input],
    upload: Upload,
) -> Result<(), InputError> {
    let mut count = 0;
    for input in inputs {
        let mut passed = |command: &[u8], origin: &dyn Fn(&Command<'_>) -> Origin| {
            if let (Some(wanted), Ok(command)) = (wanted.get_mut(&count), Command::from_slice(command)) {
                *wanted = Some(origin(&command));
            }
            count += 1;
            if count > last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let ended = if upload == Upload::AsIs && input.is_table() {
            // The service counts the commands that it has made of the rows, before it merges any.
            walk_raw(input, |bytes, row| passed(bytes, &|command| Origin::of_row(input, row, command)))?
        } else {
            walk(input, 0, |item| -> Result<_, InputError> {
                Ok(passed(item.record.bytes, &|command| Origin::of(input, item, command)))
            })?
        };
        match ended {
            Ended::Properly => {}
            Ended::Early(error) => {
                tracing::warn!(%error, "an input could not be read again to find the places of errors")
            }
            Ended::Asked => return Ok(()),
        }
    }
    Ok(())
}
