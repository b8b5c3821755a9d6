//! What can be chosen where no public page settles a question. The first variant of each enumeration is the default.

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
reading! {
    /// Which cells of a table hold lists.
    ListCells {
        /// Those that stand for strings of a list, and those in the legs of complex relations.
        Strings,
        /// Those inside any list.
        All,
    }
}
