//! Whom a connection trusts, who it says we are, and by which way it goes.

use std::fmt;
use std::sync::Arc;

use url::Url;

use crate::ConnectError;

/// Certificates to trust: the only ones then, as for a company's own authority. PEM, one or more.
///
/// ```
/// use sync_http::{Certificates, ConnectOptions};
///
/// let pem = "-----BEGIN CERTIFICATE-----\n(more of it)\n-----END CERTIFICATE-----\n";
/// let options = ConnectOptions::default().with_certificates(Certificates::from_pem(pem));
/// # let _ = options;
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Certificates(Arc<[u8]>);

impl Certificates {
    /// Certificates in PEM. Whether they can be read is seen when the transport is built.
    pub fn from_pem(pem: impl Into<Vec<u8>>) -> Self {
        Self(pem.into().into())
    }

    #[cfg(feature = "tls")]
    pub(crate) fn read(&self) -> Result<Vec<reqwest::Certificate>, ConnectError> {
        match reqwest::Certificate::from_pem_bundle(&self.0) {
            Ok(certificates) if certificates.is_empty() => Err(ConnectError::Certificates(None)),
            Ok(certificates) => Ok(certificates),
            Err(error) => Err(ConnectError::Certificates(Some(error.into()))),
        }
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Certificates(..)")
    }
}

/// Who we are to a server that asks for a certificate: the private key and the certificates that lead to somebody the
/// server trusts, in one PEM. Never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientCertificate(Arc<[u8]>);

impl ClientCertificate {
    /// Key and certificates in PEM. Whether they can be read is seen when the transport is built.
    pub fn from_pem(pem: impl Into<Vec<u8>>) -> Self {
        Self(pem.into().into())
    }

    #[cfg(feature = "tls")]
    pub(crate) fn read(&self) -> Result<reqwest::Identity, ConnectError> {
        reqwest::Identity::from_pem(&self.0).map_err(|error| ConnectError::ClientCertificate(Some(error.into())))
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientCertificate(***)")
    }
}

/// A machine to go through: an HTTP proxy, which for `https://` targets only passes bytes on.
///
/// ```
/// use sync_http::Proxy;
///
/// let proxy = Proxy::parse("http://me:secret@proxy.example.com:3128")?;
/// assert_eq!(format!("{proxy:?}"), r#"Proxy("http://proxy.example.com:3128")"#);
/// assert!(Proxy::parse("proxy.example.com").is_err());
/// # Ok::<(), sync_http::ConnectError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy(Url);

impl Proxy {
    /// Takes `http://HOST:PORT` or `https://HOST:PORT`, with user and password where the proxy wants them.
    ///
    /// # Errors
    /// [`ConnectError::Proxy`].
    pub fn parse(url: &str) -> Result<Self, ConnectError> {
        match Url::parse(url) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && matches!(url.path(), "" | "/") => Ok(Self(url)),
            _ => Err(ConnectError::Proxy),
        }
    }

    pub(crate) fn read(&self) -> Result<reqwest::Proxy, ConnectError> {
        reqwest::Proxy::all(self.0.clone()).map_err(|_| ConnectError::Proxy)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({:?})", self.0.origin().ascii_serialization())
    }
}
