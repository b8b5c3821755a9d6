//! What a run is asked to do, as it is kept in the state: enough to carry it on without being asked again.

use std::hash::{BuildHasher, RandomState};

use serde::{Deserialize, Serialize};
use sync_core::guard::GuardLimits;
use sync_core::transport::RelationsAction;
use sync_core::{Digest, Finalization};
use sync_formats::BatchLimits;

use crate::check::CheckOptions;
use crate::guard::Demands;
use crate::input::{Input, InputError, SavedInput};
use crate::options::{RunOptions, Upload};
use crate::store::{Standing, StateKey};

/// The version of [`RunRecord`] this version writes.
const LAYOUT: u32 = 1;

/// Inputs and options of a run, and what the inputs held.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RunRecord {
    layout: u32,
    pub(crate) inputs: Vec<SavedInput>,
    /// Part of the names its files have on the target: another state folder may send the same synchronization, and its
    /// jobs must not be taken for ours. Empty if an older version wrote this.
    #[serde(default)]
    pub(crate) mark: String,
    /// Digest of all commands in their order.
    pub(crate) source: Digest,
    finalization: Finalization,
    guard: GuardLimits,
    batch_commands: u32,
    batch_bytes: u64,
    #[serde(default)]
    upload: Upload,
    continue_on_error: bool,
    relations_action: RelationsAction,
    expect_commands: Option<u64>,
    require: Vec<String>,
    protect: Vec<String>,
    deny: Vec<String>,
    allow: Vec<String>,
}

/// Why a record cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordError {
    /// The cycle was begun by a version that kept none.
    #[error("the state does not say what the run that was cut off was asked to do: an older version began it")]
    Missing,
    /// It was written by a newer version.
    #[error("what the run was asked to do is written in layout {0}, this version knows {LAYOUT}")]
    Layout(u32),
    /// It is none.
    #[error("what the run was asked to do cannot be read")]
    Damaged(#[from] serde_json::Error),
}

impl RunRecord {
    /// A run of `inputs`, which held commands of this digest.
    pub(crate) fn of(inputs: &[Input], source: Digest, options: &RunOptions) -> Self {
        let texts = |list: &mut dyn Iterator<Item = String>| list.collect();
        Self {
            layout: LAYOUT,
            inputs: inputs.iter().map(Input::save).collect(),
            mark: format!("{:08x}", RandomState::new().hash_one(()) >> 32),
            source,
            finalization: options.finalization,
            guard: options.guard.clone(),
            batch_commands: options.batches.commands,
            batch_bytes: options.batches.bytes,
            upload: options.upload,
            continue_on_error: options.continue_on_error,
            relations_action: options.relations_action,
            expect_commands: options.demands.expect_commands,
            require: texts(&mut options.demands.require.iter().map(ToString::to_string)),
            protect: texts(&mut options.demands.protect.iter().map(ToString::to_string)),
            deny: options.checks.deny.clone(),
            allow: options.checks.allow.clone(),
        }
    }

    /// What the last cycle of a synchronization was asked to do.
    pub(crate) fn read(standing: &Standing) -> Result<Self, RecordError> {
        #[derive(Deserialize)]
        struct Layout {
            layout: u32,
        }
        let text = standing.asked.as_deref().ok_or(RecordError::Missing)?;
        match serde_json::from_str::<Layout>(text)? {
            Layout { layout: LAYOUT } => Ok(serde_json::from_str(text)?),
            Layout { layout } => Err(RecordError::Layout(layout)),
        }
    }

    /// The record as the state keeps it.
    pub(crate) fn to_text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// The inputs, which may be gone.
    pub(crate) fn open(&self) -> Result<Vec<Input>, InputError> {
        self.inputs.iter().cloned().map(Input::reopen).collect()
    }

    /// The options as they were, with the defaults for what is for each process to say.
    pub(crate) fn options(&self, key: StateKey) -> RunOptions {
        let demands = Demands::default()
            .with_expect_commands(self.expect_commands)
            .with_require(self.require.iter().filter_map(|text| text.parse().ok()).collect())
            .with_protect(self.protect.iter().map(|text| text.as_str().into()).collect());
        let checks = CheckOptions::default().with_deny(self.deny.clone()).with_allow(self.allow.clone());
        RunOptions::new(key)
            .with_finalization(self.finalization)
            .with_guard(self.guard.clone())
            .with_batches(BatchLimits::default().with_commands(self.batch_commands).with_bytes(self.batch_bytes))
            .with_upload(self.upload)
            .with_continue_on_error(self.continue_on_error)
            .with_relations_action(self.relations_action)
            .with_demands(demands)
            .with_checks(checks)
    }

    /// Deletes what was kept for this run alone.
    pub(crate) fn discard(&self) {
        self.inputs.iter().for_each(SavedInput::discard);
    }

    /// Deletes what was kept for this run and is not of another one too: the same file, whatever else is said of it.
    pub(crate) fn discard_but(&self, other: &Self) {
        let is_kept = |input: &&SavedInput| other.inputs.iter().any(|kept| kept.path == input.path);
        self.inputs.iter().filter(|input| !is_kept(input)).for_each(SavedInput::discard);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_gives_the_options_back() {
        let key = StateKey::new("there", "harbour".parse().unwrap());
        let demands = Demands::default()
            .with_expect_commands(Some(7))
            .with_require(vec!["Asset:name=a:name=b".parse().unwrap()])
            .with_protect(vec!["*core*".into(), "x?".into()]);
        let options = RunOptions::new(key.clone())
            .with_finalization(Finalization::RemoveResources)
            .with_guard(GuardLimits::default().with_allow_removals(Some(3)))
            .with_batches(BatchLimits::default().with_commands(9).with_bytes(1000))
            .with_upload(Upload::AsIs)
            .with_continue_on_error(true)
            .with_relations_action(RelationsAction::AddOrIgnore)
            .with_demands(demands)
            .with_checks(CheckOptions::default().with_deny(vec!["a".into()]).with_allow(vec!["b".into()]));
        let source = Digest::from_bytes([3; 16]);
        let text = RunRecord::of(&[], source, &options).to_text().unwrap();
        let read = RunRecord::read(&Standing { asked: Some(text), ..Standing::default() }).unwrap();
        assert_eq!(read.source, source);
        assert_ne!(read.mark, RunRecord::of(&[], source, &options).mark);
        assert_eq!(format!("{:?}", read.options(key)), format!("{options:?}"));
    }

    #[test]
    fn what_is_no_record_of_ours_says_why() {
        let read = |asked: Option<&str>| {
            let standing = Standing { asked: asked.map(str::to_owned), ..Standing::default() };
            RunRecord::read(&standing).unwrap_err().to_string()
        };
        assert!(read(None).contains("an older version"));
        assert!(read(Some(r#"{"layout": 2}"#)).contains("layout 2"));
        assert!(read(Some("{}")).contains("cannot be read"));
        assert!(read(Some(r#"{"layout": 1}"#)).contains("cannot be read"));
    }
}
