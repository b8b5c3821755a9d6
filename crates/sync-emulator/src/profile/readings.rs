//! Readings of what no public page settles.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::choices::{
    AttributesAction, CanceledWork, ConcurrentAssets, CsrfToken, EmptyValues, FailedCommands, FileAndFileId,
    FinalizeWithoutCycle, HiddenJob, IdExistsFrom, IgnoredMembers, IndexBase, JobOrder, JobResultField, JobsApi,
    LargePage, ListCells, MissingJobsApi, MissingResources, MissingStatus, NameCase, NullMembers, OlderCancel,
    PartialImport, RestoredStatus, UnknownSynchronization, UrlEncodedForm,
};

/// One choice for each open question about the service that the server implements.
///
/// The defaults are what a source suggests, otherwise the reading that hurts a careless client most. As JSON the members
/// are in camel case and the choices in kebab case, for example `{"restoredStatus": "previous"}`.
///
/// ```
/// use sync_emulator::{Readings, RestoredStatus};
///
/// let mut readings = Readings::default();
/// readings.restored_status = RestoredStatus::Previous;
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Readings {
    /// From when on a synchronization id exists. Default: a batch has completed.
    pub id_exists_from: IdExistsFrom,
    /// Whether a synchronization id has to be a UUID. Default: no.
    pub uuid_ids_only: bool,
    /// What `CHANGE_STATUS` without a status leads to. Default: refused with 400.
    pub change_status_without_status: MissingStatus,
    /// What becomes of missing resources after `IGNORE`. Default: they stay tracked.
    pub ignored_members: IgnoredMembers,
    /// The status of an asset that came back. Default: the default status of its type.
    pub restored_status: RestoredStatus,
    /// Missing domains and communities. Default: kept. When removed, they take along what lies in them.
    pub missing_domains_and_communities: MissingResources,
    /// Missing complex relations. Default: removed.
    pub missing_complex_relations: MissingResources,
    /// Mappings whose own command is missing. Default: removed. The mapping of a removed asset goes in any case.
    pub missing_mappings: MissingResources,
    /// Whether a failed command of a partial batch counts as seen. Default: no.
    pub failed_commands: FailedCommands,
    /// Whether a single call finalizes after a partial import. Default: yes.
    pub partial_import: PartialImport,
    /// What a finalize does when no cycle is open. Default: everything tracked counts as missing.
    pub finalize_without_cycle: FinalizeWithoutCycle,
    /// What happens to a page limit above 1000. Default: lowered to 1000.
    pub large_page: LargePage,
    /// Summaries look like the sample in the guide: counters have `failed`, `subcategories` is `null` where there are
    /// none. Default: no.
    pub sample_counters: bool,
    /// Whether reading a job shows `result`. Default: it is left out, as in the core API document.
    pub job_result_field: JobResultField,
    /// How many reads of a fresh job fail as if it did not exist yet. Default: 0.
    pub hidden_polls: u32,
    /// How such reads are answered. Default: 404.
    pub hidden_job: HiddenJob,
    /// The number of the first command in error indices. Default: 0.
    pub index_base: IndexBase,
    /// Whether a rolled back job lists the error that stopped it. Default: yes.
    pub rolled_back_error_listed: bool,
    /// Whether changes with a session's cookie need `X-CSRF-TOKEN`. Default: they do.
    pub csrf_token: CsrfToken,
    /// In which order accepted jobs are worked on. Default: in the order of their acceptance.
    pub job_order: JobOrder,
    /// Two jobs at once that touch the same asset. Default: the second one ends in ERROR.
    pub concurrent_assets: ConcurrentAssets,
    /// The work of a job that is cancelled. Default: undone.
    pub canceled_work: CanceledWork,
    /// Which jobs API there is. Default: both.
    pub jobs_api: JobsApi,
    /// How calls of a missing jobs API are answered. Default: 410.
    pub missing_jobs_api: MissingJobsApi,
    /// Whether the older API can cancel. Default: by the version stood in for.
    pub older_cancel: OlderCancel,
    /// `file` and `fileId` in one request. Default: refused with 400.
    pub file_and_file_id: FileAndFileId,
    /// Submits as `application/x-www-form-urlencoded`. Default: refused with 415.
    pub url_encoded_form: UrlEncodedForm,
    /// Whether `attributesAction` is known. Default: no.
    pub attributes_action: AttributesAction,
    /// Evict and remove of an unknown synchronization. Default: 204.
    pub unknown_synchronization: UnknownSynchronization,
    /// Members that are `null`. Default: as if they were not there.
    pub null_members: NullMembers,
    /// Attribute values that are empty. Default: stored.
    pub empty_values: EmptyValues,
    /// How names are compared. Default: byte by byte.
    pub name_case: NameCase,
    /// Which lists of a template take several values from one cell. Default: lists of strings, and legs.
    pub list_cells: ListCells,
}

impl Default for Readings {
    fn default() -> Self {
        Self {
            id_exists_from: IdExistsFrom::default(),
            uuid_ids_only: false,
            change_status_without_status: MissingStatus::default(),
            ignored_members: IgnoredMembers::default(),
            restored_status: RestoredStatus::default(),
            missing_domains_and_communities: MissingResources::Kept,
            missing_complex_relations: MissingResources::Removed,
            missing_mappings: MissingResources::Removed,
            failed_commands: FailedCommands::default(),
            partial_import: PartialImport::default(),
            finalize_without_cycle: FinalizeWithoutCycle::default(),
            large_page: LargePage::default(),
            sample_counters: false,
            job_result_field: JobResultField::default(),
            hidden_polls: 0,
            hidden_job: HiddenJob::default(),
            index_base: IndexBase::default(),
            rolled_back_error_listed: true,
            csrf_token: CsrfToken::default(),
            job_order: JobOrder::default(),
            concurrent_assets: ConcurrentAssets::default(),
            canceled_work: CanceledWork::default(),
            jobs_api: JobsApi::default(),
            missing_jobs_api: MissingJobsApi::default(),
            older_cancel: OlderCancel::default(),
            file_and_file_id: FileAndFileId::default(),
            url_encoded_form: UrlEncodedForm::default(),
            attributes_action: AttributesAction::default(),
            unknown_synchronization: UnknownSynchronization::default(),
            null_members: NullMembers::default(),
            empty_values: EmptyValues::default(),
            name_case: NameCase::default(),
            list_cells: ListCells::default(),
        }
    }
}

/// A text that names no reading, or no choice of one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnknownReading {
    /// There is no such reading.
    #[error("there is no reading {name:?}; there are {known}")]
    Name {
        /// What was asked for.
        name: String,
        /// All names, with commas.
        known: String,
    },
    /// The reading has no such choice.
    #[error("the reading {name} cannot be {choice:?}: {reason}")]
    Choice {
        /// The reading.
        name: String,
        /// What was asked for.
        choice: String,
        /// What it could be.
        reason: String,
    },
}

impl Readings {
    /// The same with one answer changed: `name` as in JSON, or with hyphens or underscores.
    ///
    /// ```
    /// use sync_emulator::{Readings, RestoredStatus};
    ///
    /// let readings = Readings::default().with("restored-status", "previous")?.with("hiddenPolls", "2")?;
    /// assert_eq!(readings.restored_status, RestoredStatus::Previous);
    /// assert_eq!(readings.hidden_polls, 2);
    /// # Ok::<(), sync_emulator::UnknownReading>(())
    /// ```
    ///
    /// # Errors
    /// [`UnknownReading`] names what there is.
    pub fn with(&self, name: &str, choice: &str) -> Result<Self, UnknownReading> {
        let key = camel_case(name);
        let mut members = match serde_json::to_value(self) {
            Ok(Value::Object(members)) => members,
            _ => serde_json::Map::new(),
        };
        let Some(member) = members.get_mut(&key) else {
            let known = members.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            return Err(UnknownReading::Name { name: name.to_owned(), known });
        };
        *member = match member {
            Value::String(_) => Value::from(choice),
            _ => serde_json::from_str(choice).unwrap_or_else(|_| Value::from(choice)),
        };
        serde_json::from_value(Value::Object(members)).map_err(|error| UnknownReading::Choice {
            name: key,
            choice: choice.to_owned(),
            reason: error.to_string(),
        })
    }
}

fn camel_case(name: &str) -> String {
    let mut words = name.split(['-', '_']);
    let mut key = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        key.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        key.push_str(letters.as_str());
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reading_can_be_set_by_name_to_what_it_is() {
        let readings = Readings::default();
        let Ok(Value::Object(members)) = serde_json::to_value(&readings) else { panic!("an object") };
        for (name, value) in members {
            let choice = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            assert_eq!(readings.with(&name, &choice).as_ref(), Ok(&readings), "{name}");
        }
    }

    #[test]
    fn unknown_names_and_choices_are_told_apart() {
        let error = Readings::default().with("restored-state", "previous").expect_err("no such reading");
        assert!(error.to_string().contains("restoredStatus"), "{error}");
        let error = Readings::default().with("restored-status", "former").expect_err("no such choice");
        assert!(error.to_string().contains("`previous`"), "{error}");
        assert!(Readings::default().with("uuid-ids-only", "perhaps").is_err());
    }
}
