//! Reading the operating model, over the core REST API.
//!
//! Paths, parameters and shapes: OpenAPI document of the Core API 2.0, groups Asset Types, Assignments, Attribute Types,
//! Complex Relation Types, Domain Types, Relation Types, Roles and Statuses.

mod answers;
mod assemble;
mod keys;

use async_trait::async_trait;
use sync_core::model::{Model, ModelSource};
use sync_core::transport::{TransportError, TransportErrorKind};

use self::answers::AssignmentAnswer;
use self::assemble::Answers;
use crate::HttpTransport;
use crate::catalogue::Reader;

/// Most bytes of all assignments.
const ASSIGNMENTS_LIMIT: usize = 512 * 1024 * 1024;

/// Reads the operating model over the core REST API, with one request after the other and one attempt each: one for each
/// page of each list, one for the assignments of each asset type.
///
/// - Assignments of one type for several scopes become several assignments.
/// - What traits assign counts as assigned by the type.
/// - An attribute type of an unknown kind counts as text.
///
/// Of one answer at most 16 MiB are read, of one list at most 64 MiB, of all assignments at most 512 MiB (all ours).
///
/// # Cancellation
/// Dropping the future leaves nothing behind: it only reads.
#[async_trait]
impl ModelSource for HttpTransport {
    async fn model(&self) -> Result<Model, TransportError> {
        let list = || Reader::new(self);
        let mut answers = Answers {
            // Roots are left out unless asked for.
            asset_types: list().list("/assetTypes?excludeMeta=false").await?,
            domain_types: list().list("/domainTypes?excludeMeta=false").await?,
            attribute_types: list().list("/attributeTypes?countLimit=-1").await?,
            statuses: list().list("/statuses?countLimit=-1").await?,
            relation_types: list().list("/relationTypes?countLimit=-1").await?,
            complex_relation_types: list().list("/complexRelationTypes?countLimit=-1").await?,
            roles: list().list("/roles?countLimit=-1").await?,
            assignments: Vec::new(),
        };
        let mut reader = Reader::with_room(self, ASSIGNMENTS_LIMIT);
        for asset_type in &answers.asset_types {
            let read = reader.whole(format!("/assignments/assetType/{}", asset_type.id)).await;
            let assignments: Vec<AssignmentAnswer> = match read {
                // Deleted since.
                Err(error) if error.kind() == TransportErrorKind::NotFound => Vec::new(),
                read => read?,
            };
            answers.assignments.push((asset_type.id, assignments));
        }
        Ok(answers.assemble())
    }
}
