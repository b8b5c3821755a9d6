//! From URL, credentials and options to a transport.

use std::fmt;
use std::sync::Arc;

use crate::base_url::BaseUrl;
use crate::jobs::Shapes;
use crate::service::HttpService;
use crate::sign_in::Authorization;
use crate::wire::Wire;
use crate::{ConnectError, ConnectOptions, Credentials, HttpTransport, JobsApi, ReqwestService};

/// Collects what a transport needs; see [`HttpTransport::builder`].
pub struct HttpTransportBuilder {
    url: String,
    credentials: Option<Credentials>,
    options: ConnectOptions,
    service: Option<Arc<dyn HttpService>>,
    jobs_api: JobsApi,
}

impl HttpTransportBuilder {
    pub(crate) fn new(url: String) -> Self {
        let (options, jobs_api) = (ConnectOptions::default(), JobsApi::default());
        Self { url, credentials: None, options, service: None, jobs_api }
    }

    /// Sets how to sign in. Default: not at all.
    #[must_use]
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Sets limits, trust and way of the connection.
    #[must_use]
    pub fn options(mut self, options: ConnectOptions) -> Self {
        self.options = options;
        self
    }

    /// Sets what carries the requests. Default: [`ReqwestService`] with the options. Another service keeps its own
    /// time limits, trust and ways.
    #[must_use]
    pub fn service(mut self, service: Arc<dyn HttpService>) -> Self {
        self.service = Some(service);
        self
    }

    /// Sets how jobs are looked at. Default [`JobsApi::Auto`].
    #[must_use]
    pub fn jobs_api(mut self, jobs_api: JobsApi) -> Self {
        self.jobs_api = jobs_api;
        self
    }

    /// Checks URL and credentials and sets up the client.
    ///
    /// # Errors
    /// [`ConnectError`] names what is wrong and the way out.
    pub fn build(self) -> Result<HttpTransport, ConnectError> {
        let base = BaseUrl::parse(&self.url, &self.options)?;
        let authorization = Authorization::new(self.credentials.as_ref())?;
        let service = match self.service {
            Some(service) => service,
            None if base.is_https() && cfg!(not(feature = "tls")) => return Err(ConnectError::NoTls),
            None => Arc::new(ReqwestService::new(self.options)?),
        };
        Ok(HttpTransport::assemble(Wire { service, base }, authorization, Shapes::new(self.jobs_api)))
    }
}

impl fmt::Debug for HttpTransportBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the URL: it is not checked yet and may hold a password.
        f.debug_struct("HttpTransportBuilder")
            .field("credentials", &self.credentials)
            .field("options", &self.options)
            .field("jobs_api", &self.jobs_api)
            .finish_non_exhaustive()
    }
}
