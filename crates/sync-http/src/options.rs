//! Limits of the connection, whom it trusts, and by which way it goes.

use std::time::Duration;

use crate::{Certificates, ClientCertificate, Proxy};

/// How to connect to a target. The limits are all ours; the service documents none.
///
/// There is no limit on a whole call: an upload may take as long as it moves, an answer as long as it comes. What ends
/// a call is silence. A limit of zero fails every call; [`Duration::MAX`] lifts one.
///
/// ```
/// use std::time::Duration;
/// use sync_http::ConnectOptions;
///
/// let options = ConnectOptions::default().with_read_idle(Duration::from_secs(15));
/// assert_eq!(options.connect_timeout, Duration::from_secs(10));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectOptions {
    /// Longest wait for a connection: name, TCP and TLS together. Default 10 s. Past it nothing was sent.
    pub connect_timeout: Duration,
    /// Longest time in which no block of a request's body (up to 256 KiB) moves, whether the connection does not take
    /// it or the payload does not yield it. Default 120 s.
    pub upload_idle: Duration,
    /// Longest silence before and within the answer to a submit. Default 120 s: gateways are slow to pass on large
    /// uploads, and giving up early makes an open question of a success.
    pub submit_idle: Duration,
    /// Longest silence before and within the answer to a read. Default 60 s.
    pub read_idle: Duration,
    /// Whether `http://` may be used to hosts other than this machine. Default no: credentials and data would travel in
    /// the clear.
    pub allow_plain_http: bool,
    /// Whom to trust instead of those whom the platform trusts. Default: the platform.
    pub certificates: Option<Certificates>,
    /// Who we are to a server or a gateway that asks for a certificate. Default: nobody.
    pub client_certificate: Option<ClientCertificate>,
    /// The machine to go through. Default: none; what the environment says about proxies is not read.
    pub proxy: Option<Proxy>,
}

impl Default for ConnectOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            upload_idle: Duration::from_secs(120),
            submit_idle: Duration::from_secs(120),
            read_idle: Duration::from_secs(60),
            allow_plain_http: false,
            certificates: None,
            client_certificate: None,
            proxy: None,
        }
    }
}

impl ConnectOptions {
    /// Sets the longest wait for a connection.
    #[must_use]
    pub fn with_connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// Sets the longest time in which no block of a request's body moves.
    #[must_use]
    pub fn with_upload_idle(mut self, limit: Duration) -> Self {
        self.upload_idle = limit;
        self
    }

    /// Sets the longest silence before and within the answer to a submit.
    #[must_use]
    pub fn with_submit_idle(mut self, limit: Duration) -> Self {
        self.submit_idle = limit;
        self
    }

    /// Sets the longest silence before and within the answer to a read.
    #[must_use]
    pub fn with_read_idle(mut self, limit: Duration) -> Self {
        self.read_idle = limit;
        self
    }

    /// Sets whether `http://` may be used to hosts other than this machine.
    #[must_use]
    pub fn with_allow_plain_http(mut self, allow: bool) -> Self {
        self.allow_plain_http = allow;
        self
    }
    /// Sets whom to trust.
    #[must_use]
    pub fn with_certificates(mut self, certificates: Certificates) -> Self {
        self.certificates = Some(certificates);
        self
    }

    /// Sets who we are to a server that asks for a certificate.
    #[must_use]
    pub fn with_client_certificate(mut self, certificate: ClientCertificate) -> Self {
        self.client_certificate = Some(certificate);
        self
    }

    /// Sets the machine to go through.
    #[must_use]
    pub fn with_proxy(mut self, proxy: Proxy) -> Self {
        self.proxy = Some(proxy);
        self
    }
}
