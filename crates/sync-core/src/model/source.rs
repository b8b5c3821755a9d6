//! Where operating models come from.

use std::sync::Arc;

use async_trait::async_trait;

use super::Model;
use crate::transport::TransportError;

/// Reads the operating model of an instance. Nothing is changed, so a call may be repeated whatever its error says about
/// delivery.
#[async_trait]
pub trait ModelSource: Send + Sync {
    /// Reads the whole operating model.
    ///
    /// # Errors
    /// [`TransportError`] of the first answer that cannot be used.
    async fn model(&self) -> Result<Model, TransportError>;
}

#[async_trait]
impl<T: ModelSource + ?Sized> ModelSource for Arc<T> {
    async fn model(&self) -> Result<Model, TransportError> {
        (**self).model().await
    }
}
