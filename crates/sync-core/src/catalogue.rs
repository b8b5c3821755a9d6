//! Reading back what the catalogue holds, as the commands that would make it so.

use std::sync::Arc;

use async_trait::async_trait;

use crate::command::ResourceKind;
use crate::transport::TransportError;

/// Reads resources of the catalogue as import commands: what is about to be removed can be kept in a file first and
/// brought back with a plain import.
///
/// Nothing is changed, so a call may be repeated whatever its error says about delivery.
#[async_trait]
pub trait Catalogue: Send + Sync {
    /// Reads the resource that `identifier` names and gives the import command, as one line of JSON without a line end,
    /// that would bring it back as it is now; `None` if the catalogue does not have it.
    ///
    /// `identifier` is the JSON of a command's identifier in any of its documented forms. The command has the same
    /// identifier, so that it is about the same resource when it is imported.
    ///
    /// # Errors
    /// [`TransportError`] of the first answer that cannot be used; [`Refused`](crate::transport::TransportErrorKind)
    /// and not sent if `identifier` cannot be understood or the resource is one that cannot be read back.
    async fn command_of(&self, kind: ResourceKind, identifier: &str) -> Result<Option<String>, TransportError>;
}

#[async_trait]
impl<T: Catalogue + ?Sized> Catalogue for Arc<T> {
    async fn command_of(&self, kind: ResourceKind, identifier: &str) -> Result<Option<String>, TransportError> {
        (**self).command_of(kind, identifier).await
    }
}
