//! From positions in an uploaded file back to the user's own file.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use sync_core::check::{Path, Segment};
use sync_core::command::Command;
use sync_formats::Identity;

use crate::input::{Input, InputError};
use crate::options::Upload;
use crate::report::ErrorReport;
use crate::source::{Item, Place, walk, walk_raw};

/// Adds file, line and identity to errors of a batch that say where in it they are; `first` is the index in the source of its
/// first command, `commands` how many it has. Blocking: reads the inputs up to the last command concerned.
///
/// Whether the service counts from 0 or from 1 is not documented: where the error names an identifier that only the
/// command before fits, that one is meant.
pub(crate) fn locate(
    errors: &mut [ErrorReport],
    inputs: &[Input],
    upload: Upload,
    first: u64,
    commands: u32,
) -> Result<(), InputError> {
    let commands = u64::from(commands);
    let source_index = |error: &ErrorReport| Some(first + error.index.filter(|index| *index <= commands)?);
    let mut wanted: BTreeMap<u64, Option<Origin>> = BTreeMap::new();
    for index in errors.iter().filter_map(source_index) {
        wanted.insert(index, None);
        wanted.insert(index.saturating_sub(1), None);
    }
    let Some(last) = wanted.keys().next_back().copied() else { return Ok(()) };
    find(&mut wanted, last, inputs, upload)?;
    for error in errors {
        let Some(index) = source_index(error) else { continue };
        let at = |index: u64| wanted.get(&index).and_then(Option::as_ref);
        let fits = |origin: &&Origin| error.identity.as_deref().is_some_and(|identity| origin.fits(identity));
        let before = index.checked_sub(1).and_then(at);
        let origin = at(index).filter(fits).or(before.filter(fits)).or(at(index));
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
}

/// Ends a walk that has seen enough.
struct Enough(Option<InputError>);

impl From<InputError> for Enough {
    fn from(error: InputError) -> Self {
        Self(Some(error))
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
        if upload == Upload::AsIs && input.is_table() {
            find_rows(wanted, &mut count, input);
            continue;
        }
        let walked = walk(input, count, |item| {
            count += 1;
            if let (Some(origin), Ok(command)) = (wanted.get_mut(&item.index), Command::from_slice(item.record.bytes)) {
                *origin = Some(Origin::of(input, item, &command));
            }
            if item.index >= last { Err(Enough(None)) } else { Ok(()) }
        });
        match walked {
            Err(Enough(Some(error))) => return Err(error),
            Err(Enough(None)) => return Ok(()),
            Ok(_) => {}
        }
    }
    Ok(())
}

/// The service counts the commands that it has made of the rows, before it merges any.
fn find_rows(wanted: &mut BTreeMap<u64, Option<Origin>>, count: &mut u64, input: &Input) {
    let walked = walk_raw(input, |bytes, row| {
        if let (Some(origin), Ok(command)) = (wanted.get_mut(count), Command::from_slice(bytes)) {
            let (file, identity) = (input.name().to_owned(), Identity::of(&command));
            *origin = Some(Origin { file, place: row.into(), identity });
        }
        *count += 1;
        ControlFlow::Continue(())
    });
    if let Err(error) = walked {
        tracing::warn!(%error, "a table could not be read again to find the rows of errors");
    }
}
