//! The contract of the core over HTTP.

use async_trait::async_trait;
use sync_core::catalogue::Catalogue;
use sync_core::command::{Command, ResourceKind};
use sync_core::transport::TransportError;

use super::asset::asset;
use super::containers::{community, domain};
use super::mapping::mapping;
use super::reader::{Reader, refused};
use crate::HttpTransport;

/// Reads resources over the core REST API, with one request after the other and one attempt each: about five for an
/// asset, one more for each name and each external pair in its identifier, more where a list has several pages.
///
/// The command says what the service shows: type, status and characteristics by the ids of their types, related assets,
/// domain, community and parent by id, attribute values as text. What a resource has none of is left out.
///
/// - Left out as well: responsibilities, start and end of relations, when a mapping was last synchronized.
/// - Complex relations cannot be read back: the service shows which assets are at their legs, but not the ids of the
///   leg types that a command needs. They are refused without a request.
/// - Related assets are named by their present ids. Those that are removed and created again have others.
/// - Names are compared byte by byte.
///
/// Of one answer at most 16 MiB are read, of all answers about one resource at most 64 MiB (both ours); what has more
/// ends in an error. An answer of 404 to a look by id counts as absent.
///
/// # Cancellation
/// Dropping the future leaves nothing behind: it only reads.
#[async_trait]
impl Catalogue for HttpTransport {
    async fn command_of(&self, kind: ResourceKind, identifier: &str) -> Result<Option<String>, TransportError> {
        let about = format!(r#"{{"resourceType":"{kind}","identifier":{identifier}}}"#);
        let about = Command::from_slice_shallow(about.as_bytes())
            .map_err(|error| refused().with_message("the identifier cannot be understood").with_source(error))?;
        let reader = &mut Reader::new(self);
        let command = match about {
            Command::Community(about) => community(reader, about.identifier).await?.map(Command::from),
            Command::Domain(about) => domain(reader, about.identifier).await?.map(Command::from),
            Command::Asset(about) => asset(reader, about.identifier).await?.map(Command::from),
            Command::Mapping(about) => mapping(reader, about.identifier).await?.map(Command::from),
            Command::ComplexRelation(_) => {
                let message = "complex relations cannot be read back: the service does not show the ids of their legs";
                return Err(refused().with_message(message));
            }
        };
        Ok(command.map(|command| {
            // Texts, ids and lists of them: nothing that JSON cannot hold.
            serde_json::to_string(&command).expect("a command can always be written as JSON")
        }))
    }
}
