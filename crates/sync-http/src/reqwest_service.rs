//! The seam over real connections.

use std::fmt;

use async_trait::async_trait;
use http::Method;
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Request};

use crate::service::{Body, HttpService, ServiceError};
use crate::silence::{Answering, Limits, watched};
use crate::{ConnectError, ConnectOptions, Proxy};

/// Sends requests over HTTP/1.1 with reqwest.
///
/// No redirects, no proxy from the environment, no second attempt, no limit on a whole call: what ends a call is a
/// connection that cannot be made ([`ConnectOptions::connect_timeout`]) or silence. Submits open a connection of their
/// own, because a kept one may have been closed by the other side meanwhile, and a submit lost that way would leave
/// open whether it arrived. Reads keep theirs.
///
/// Needs a tokio runtime with I/O and time.
pub struct ReqwestService {
    submits: Client,
    reads: Client,
    options: ConnectOptions,
}

impl ReqwestService {
    /// Sets up the client; connects to nothing.
    ///
    /// # Errors
    /// [`ConnectError`], if certificates cannot be read or the system has none that it trusts.
    pub fn new(options: ConnectOptions) -> Result<Self, ConnectError> {
        let proxy = options.proxy.as_ref().map(Proxy::read).transpose()?;
        let client = |kept_connections| {
            let mut builder = Client::builder()
                .redirect(Policy::none())
                .retry(reqwest::retry::never())
                .no_proxy()
                .http1_only()
                .referer(false)
                .connect_timeout(options.connect_timeout)
                .pool_max_idle_per_host(kept_connections);
            if let Some(proxy) = &proxy {
                builder = builder.proxy(proxy.clone());
            }
            trusting(builder, &options)?.build().map_err(|error| ConnectError::Client(error.into()))
        };
        Ok(Self { submits: client(0)?, reads: client(4)?, options })
    }
}

#[cfg(feature = "tls")]
fn trusting(mut builder: ClientBuilder, options: &ConnectOptions) -> Result<ClientBuilder, ConnectError> {
    if let Some(certificates) = &options.certificates {
        builder = builder.tls_certs_only(certificates.read()?);
    }
    if let Some(certificate) = &options.client_certificate {
        builder = builder.identity(certificate.read()?);
    }
    Ok(builder)
}

#[cfg(not(feature = "tls"))]
fn trusting(builder: ClientBuilder, options: &ConnectOptions) -> Result<ClientBuilder, ConnectError> {
    match (&options.certificates, &options.client_certificate) {
        (None, None) => Ok(builder),
        _ => Err(ConnectError::NoTls),
    }
}

#[async_trait]
impl HttpService for ReqwestService {
    async fn call(&self, request: http::Request<Body>) -> Result<http::Response<Body>, ServiceError> {
        let is_submit = request.method() == Method::POST;
        let (client, answering) = match is_submit {
            true => (&self.submits, self.options.submit_idle),
            false => (&self.reads, self.options.read_idle),
        };
        let limits = Limits {
            // The connect timeout speaks first, since it knows that nothing was sent.
            connecting: self.options.connect_timeout.saturating_add(answering),
            uploading: self.options.upload_idle,
            answering,
        };
        let (parts, body) = request.into_parts();
        let sent = watched(limits, body, |body| async move {
            let request = Request::try_from(http::Request::from_parts(parts, Body::wrap(body)))?;
            client.execute(request).await
        });
        match sent.await {
            Ok(Ok(response)) => {
                let response = http::Response::<Body>::from(response);
                Ok(response.map(|body| Body::wrap(Answering::new(body, answering))))
            }
            Ok(Err(error)) if error.is_connect() || error.is_builder() => {
                Err(ServiceError::unreachable(error.without_url()))
            }
            Ok(Err(error)) => Err(ServiceError::broken(error.without_url())),
            Err(silence) => Err(ServiceError::broken(silence)),
        }
    }
}

impl fmt::Debug for ReqwestService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestService").field("options", &self.options).finish_non_exhaustive()
    }
}
