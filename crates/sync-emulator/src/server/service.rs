//! The server without a socket.

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use tower::ServiceExt;

use crate::faults::{ConnectionLost, Severed};

/// Answers requests within the process: the whole server, fault rules included, without a socket.
///
/// Made for the seam below a client's HTTP library: hand it a request with an absolute or relative URI, and get what a
/// client would see, a lost connection included. Cheap to clone. Bodies are streams on both sides; one that a rule cuts
/// off ends in an error.
///
/// ```
/// use sync_emulator::{Emulator, Fault, FaultRule};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let rule = FaultRule::new(Fault::LoseAnswer).nth(2);
/// let emulator = Emulator::builder().no_auth(true).without_socket(true).fault(rule).start().await?;
/// let service = emulator.service();
/// let ask = || http::Request::get("/rest/2.0/jobs").body(String::new());
///
/// assert_eq!(service.call(ask()?).await?.status(), 200);
/// assert!(service.call(ask()?).await.is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct EmulatorService(pub(super) Router);

impl EmulatorService {
    /// Answers one request.
    ///
    /// # Errors
    /// [`ConnectionLost`] where a fault rule closes the connection.
    ///
    /// # Cancellation
    /// Dropping the future is what a client that goes away looks like to the server: what was accepted stays accepted.
    pub async fn call<B>(&self, request: http::Request<B>) -> Result<http::Response<Body>, ConnectionLost>
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let Ok(response) = self.0.clone().oneshot(request.map(Body::new)).await;
        match response.extensions().get::<Severed>() {
            Some(severed) => Err(ConnectionLost(*severed)),
            None => Ok(response),
        }
    }
}
