//! Which operation a request is about, by its method and path alone.

use http::Method;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

/// Operations of the service as fault rules and the journal of requests name them; in kebab case in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Operation {
    /// Sending a batch of a synchronization.
    Batch,
    /// Sending the finalization of a synchronization.
    Finalize,
    /// Sending a whole synchronization in one call.
    Full,
    /// Sending a plain import.
    Import,
    /// Listing synchronizations.
    Synchronizations,
    /// Asking whether a synchronization is known.
    Exists,
    /// Having the hashes of a synchronization forgotten.
    Evict,
    /// Having a synchronization forgotten.
    Remove,
    /// Reading the summary of a job.
    Summary,
    /// Reading the errors of a job.
    Errors,
    /// Reading a job.
    Job,
    /// Listing jobs.
    Jobs,
    /// Cancelling a job.
    Cancel,
    /// Storing, reading and deleting files.
    Files,
    /// Sessions and tokens.
    SignIn,
    /// Reading types, statuses, roles and assignments.
    Model,
    /// Reading resources, and whatever else there is.
    Catalogue,
}

impl Operation {
    /// The operation of a request and the synchronization it names; nothing for paths that are not the service's.
    pub(crate) fn of(method: &Method, path: &str) -> Option<(Self, Option<String>)> {
        let rest = path.strip_prefix("/rest/")?;
        let segments: Vec<&str> = rest.split('/').filter(|segment| !segment.is_empty()).collect();
        let named = |segment: &str| Some(percent_decode_str(segment).decode_utf8_lossy().into_owned());
        let is_read = matches!(*method, Method::GET | Method::HEAD);
        Some(match segments[..] {
            ["2.0", "import", "synchronize"] => (Self::Synchronizations, None),
            ["2.0", "import", "synchronize", "exists", id] => (Self::Exists, named(id)),
            ["2.0", "import", "synchronize", id] => (Self::Remove, named(id)),
            ["2.0", "import", "synchronize", id, "evict"] => (Self::Evict, named(id)),
            ["2.0", "import", "synchronize", id, "batch", _] => (Self::Batch, named(id)),
            ["2.0", "import", "synchronize", id, "finalize", _] => (Self::Finalize, named(id)),
            ["2.0", "import", "synchronize", id, _] => (Self::Full, named(id)),
            ["2.0", "import", "results", _, "summary"] => (Self::Summary, None),
            ["2.0", "import", "results", _, "errors"] => (Self::Errors, None),
            ["2.0", "import", _] => (Self::Import, None),
            ["2.0", "jobs"] | ["jobs", "v1", "jobs"] => (Self::Jobs, None),
            ["2.0", "jobs", _] | ["jobs", "v1", "jobs", _] if is_read => (Self::Job, None),
            ["2.0", "jobs", ..] | ["jobs", "v1", "jobs", _] => (Self::Cancel, None),
            ["2.0", "files", ..] => (Self::Files, None),
            ["2.0", "auth", ..] | ["oauth", ..] => (Self::SignIn, None),
            ["2.0", "assetTypes" | "domainTypes" | "attributeTypes" | "relationTypes", ..]
            | ["2.0", "complexRelationTypes" | "statuses" | "roles" | "assignments", ..] => (Self::Model, None),
            _ => (Self::Catalogue, None),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operation_and_synchronization_follow_from_method_and_path() {
        let of = |method: Method, path: &str| Operation::of(&method, path);
        let api = |method: Method, path: &str| of(method, &format!("/rest/2.0{path}"));
        let about = |operation, id: &str| Some((operation, Some(id.to_owned())));
        assert_eq!(api(Method::POST, "/import/synchronize/a%20b/batch/csv-job"), about(Operation::Batch, "a b"));
        assert_eq!(api(Method::POST, "/import/synchronize/x/finalize/job"), about(Operation::Finalize, "x"));
        assert_eq!(api(Method::POST, "/import/synchronize/x/json-job"), about(Operation::Full, "x"));
        assert_eq!(api(Method::GET, "/import/synchronize/exists/x"), about(Operation::Exists, "x"));
        assert_eq!(api(Method::DELETE, "/import/synchronize/x"), about(Operation::Remove, "x"));
        assert_eq!(api(Method::DELETE, "/import/synchronize/x/evict"), about(Operation::Evict, "x"));
        assert_eq!(api(Method::POST, "/import/json-job"), Some((Operation::Import, None)));
        assert_eq!(api(Method::GET, "/jobs/17"), Some((Operation::Job, None)));
        assert_eq!(api(Method::POST, "/jobs/17/canceled"), Some((Operation::Cancel, None)));
        assert_eq!(of(Method::DELETE, "/rest/jobs/v1/jobs/17"), Some((Operation::Cancel, None)));
        assert_eq!(api(Method::GET, "/assignments/assetType/17"), Some((Operation::Model, None)));
        assert_eq!(api(Method::GET, "/assets"), Some((Operation::Catalogue, None)));
        assert_eq!(of(Method::POST, "/rest/oauth/v2/token"), Some((Operation::SignIn, None)));
        assert_eq!(of(Method::GET, "/_emulator/health"), None);
    }
}
