//! From positions in an uploaded file back to the user's own file.

use std::collections::BTreeMap;

use sync_core::command::Command;
use sync_formats::{Identity, Position};

use crate::input::{Input, InputError};
use crate::report::ErrorReport;
use crate::survey::{Cut, walk};

/// Adds file, line and identity to errors of a batch that say where in it they are; `cut` is where it was cut from the
/// source. Blocking: reads the inputs up to the last command concerned.
///
/// Whether the service counts from 0 or from 1 is not documented: where the error names an identifier that only the
/// command before fits, that one is meant.
pub(crate) fn locate(errors: &mut [ErrorReport], inputs: &[Input], cuts: &[Cut], cut: usize) -> Result<(), InputError> {
    let Some(commands) = cuts.get(cut).map(|cut| u64::from(cut.commands)) else { return Ok(()) };
    let first: u64 = cuts.iter().take(cut).map(|cut| u64::from(cut.commands)).sum();
    let source_index = |error: &ErrorReport| Some(first + error.index.filter(|index| *index <= commands)?);
    let mut wanted: BTreeMap<u64, Option<Place>> = BTreeMap::new();
    for index in errors.iter().filter_map(source_index) {
        wanted.insert(index, None);
        wanted.insert(index.saturating_sub(1), None);
    }
    let Some(last) = wanted.keys().next_back().copied() else { return Ok(()) };
    find(&mut wanted, last, inputs)?;
    for error in errors {
        let Some(index) = source_index(error) else { continue };
        let at = |index: u64| wanted.get(&index).and_then(Option::as_ref);
        let fits = |place: &&Place| error.identity.as_deref().is_some_and(|identity| place.fits(identity));
        let before = index.checked_sub(1).and_then(at);
        let place = at(index).filter(fits).or(before.filter(fits)).or(at(index));
        if let Some(place) = place {
            error.file = Some(place.file.clone());
            error.line = Some(place.position.line);
            error.identity = Some(place.identity.to_string());
        }
    }
    Ok(())
}

struct Place {
    file: String,
    position: Position,
    identity: Identity,
}

impl Place {
    /// Whether a text of the service can mean this resource; the form of that text is not documented.
    fn fits(&self, text: &str) -> bool {
        text.contains(&self.identity.name())
    }
}

/// Ends a walk that has seen enough.
struct Enough(Option<InputError>);

impl From<InputError> for Enough {
    fn from(error: InputError) -> Self {
        Self(Some(error))
    }
}

fn find(wanted: &mut BTreeMap<u64, Option<Place>>, last: u64, inputs: &[Input]) -> Result<(), InputError> {
    let mut count = 0;
    for input in inputs {
        let walked = walk(input, count, |record, position| {
            count += 1;
            if let (Some(place), Ok(command)) = (wanted.get_mut(&position.index), Command::from_slice(record.bytes)) {
                let identity = Identity::of(&command);
                *place = Some(Place { file: input.name().to_owned(), position, identity });
            }
            if position.index >= last { Err(Enough(None)) } else { Ok(()) }
        });
        match walked {
            Err(Enough(Some(error))) => return Err(error),
            Err(Enough(None)) => return Ok(()),
            Ok(_) => {}
        }
    }
    Ok(())
}
