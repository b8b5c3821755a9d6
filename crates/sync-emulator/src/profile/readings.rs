//! Readings of what no public page settles. The first variant of each enumeration is the default.

use serde::{Deserialize, Serialize};

macro_rules! reading {
    ($(#[$doc:meta])* $name:ident { $(#[$first_doc:meta])* $first:ident, $($(#[$other_doc:meta])* $other:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        #[non_exhaustive]
        pub enum $name {
            $(#[$first_doc])*
            #[default]
            $first,
            $($(#[$other_doc])* $other,)*
        }
    };
}

reading! {
    /// From when on a synchronization id exists.
    IdExistsFrom {
        /// Once a batch has completed.
        Completed,
        /// As soon as a batch is accepted.
        Accepted,
        /// Once a cycle has been finalized.
        Finalized,
    }
}
reading! {
    /// What `CHANGE_STATUS` without a status leads to.
    MissingStatus {
        /// The request is refused with 400.
        Refused,
        /// The request is accepted and its job ends in ERROR.
        JobError,
    }
}
reading! {
    /// What becomes of missing resources after a finalization with `IGNORE`.
    IgnoredMembers {
        /// They stay tracked, so a later `REMOVE_RESOURCES` still deletes them.
        StayTracked,
        /// They are forgotten, so nothing deletes them any more.
        Forgotten,
    }
}
reading! {
    /// The status of an asset that was missing, was given the missing status, and is in the source again.
    RestoredStatus {
        /// The default status of its type.
        Default,
        /// The status it had before.
        Previous,
    }
}
reading! {
    /// What `REMOVE_RESOURCES` does with missing resources of one kind.
    MissingResources {
        /// They are removed.
        Removed,
        /// They stay, but are no longer tracked.
        Kept,
    }
}
reading! {
    /// Whether a command that failed in a partial batch counts as seen.
    FailedCommands {
        /// It does not: its resource is missing at finalize.
        NotSeen,
        /// It does, if its resource exists.
        Seen,
    }
}
reading! {
    /// Whether the finalization of a single call runs after an import with some failed commands. It never runs after
    /// an import that was aborted or rolled back.
    PartialImport {
        /// It does.
        Finalized,
        /// It does not; the cycle stays open.
        NotFinalized,
    }
}
reading! {
    /// What a finalize does when no cycle is open.
    FinalizeWithoutCycle {
        /// Everything tracked counts as missing.
        AllMissing,
        /// The job ends in ERROR.
        JobError,
        /// The job succeeds and does nothing.
        NoOp,
    }
}
reading! {
    /// What happens to a page limit above the maximum of 1000.
    LargePage {
        /// It is lowered to 1000.
        Capped,
        /// The request is refused with 400.
        Refused,
    }
}
reading! {
    /// Whether `GET /jobs` and `GET /jobs/{id}` show the field `result`.
    JobResultField {
        /// They do not: the client has to read the summary.
        Omitted,
        /// They do.
        Included,
    }
}
reading! {
    /// How a job answers that is not visible yet.
    HiddenJob {
        /// 404.
        NotFound,
        /// 500.
        ServerError,
    }
}
reading! {
    /// The number of the first command in the `indices` of an error.
    IndexBase {
        /// 0.
        Zero,
        /// 1.
        One,
    }
}
reading! {
    /// Whether a request that changes something and signs in with a session's cookie has to show `X-CSRF-TOKEN` too.
    CsrfToken {
        /// It does; without it the answer is 403.
        Required,
        /// It does not.
        Ignored,
    }
}
reading! {
    /// In which order accepted jobs are worked on.
    JobOrder {
        /// In the order of their acceptance; a job waits for those before it of the same synchronization.
        Fifo,
        /// Jobs of one synchronization do not wait for each other, and a finalization overtakes its batches.
        Racing,
    }
}
reading! {
    /// What happens to a job that touches an asset which another job has touched while both were running.
    ConcurrentAssets {
        /// The second one ends in ERROR, and what it has not committed is undone.
        SecondFails,
        /// It does its work after the first.
        Serialized,
    }
}
reading! {
    /// What becomes of the work of a job that is cancelled while it runs. What earlier small transactions of a job with
    /// `continueOnError` have committed stays in any case, and a finalization is never half done.
    CanceledWork {
        /// It is undone.
        RolledBack,
        /// It stays.
        Kept,
    }
}
reading! {
    /// Which jobs API the server has.
    JobsApi {
        /// `/rest/2.0/jobs` and `/rest/jobs/v1/jobs`.
        Both,
        /// `/rest/2.0/jobs` alone.
        OlderOnly,
        /// `/rest/jobs/v1/jobs` alone.
        NewerOnly,
    }
}
reading! {
    /// How the calls of a jobs API answer that the server does not have.
    MissingJobsApi {
        /// 410.
        Gone,
        /// 404.
        NotFound,
    }
}
reading! {
    /// Whether `POST /rest/2.0/jobs/{id}/canceled`, which was announced to go in 2026.06, is there.
    OlderCancel {
        /// Until then, by the version stood in for.
        ByVersion,
        /// It is.
        Offered,
        /// It is not.
        Removed,
    }
}
reading! {
    /// What `file` and `fileId` in one request lead to.
    FileAndFileId {
        /// The request is refused with 400.
        Refused,
        /// The request is accepted and its job ends in ERROR.
        JobError,
    }
}
reading! {
    /// Whether submits without a file may be `application/x-www-form-urlencoded`, as some clients send them.
    UrlEncodedForm {
        /// They are refused with 415.
        Refused,
        /// They are read.
        Accepted,
    }
}
reading! {
    /// Whether submits know the field `attributesAction`, which newer clients send.
    AttributesAction {
        /// It is passed over, like every unknown part.
        Ignored,
        /// It is read: with `ADD_OR_IGNORE` values that are not there are added and nothing is removed.
        Applied,
    }
}
reading! {
    /// How evict and remove answer for a synchronization that nobody knows.
    UnknownSynchronization {
        /// 204: there is nothing to do.
        NoContent,
        /// 404.
        NotFound,
    }
}
reading! {
    /// What a member of a command means that is `null`.
    NullMembers {
        /// The same as if it were not there.
        Absent,
        /// The command fails.
        Refused,
    }
}
reading! {
    /// What an attribute value means that is an empty text.
    EmptyValues {
        /// It is stored.
        Stored,
        /// It is left out: a value that was there is removed.
        Removed,
        /// The command fails.
        Refused,
    }
}
reading! {
    /// How names of communities, domains and assets are compared.
    NameCase {
        /// Byte by byte.
        Exact,
        /// Letters of ASCII whatever their case.
        Ignored,
    }
}

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
        }
    }
}
