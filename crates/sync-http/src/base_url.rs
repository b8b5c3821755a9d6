//! Where the service lives.

use std::fmt;

use url::{Host, Url};

use crate::{ConnectError, ConnectOptions};

/// Scheme, host, port and the path below which the APIs lie; no user, query or fragment, and no slash at its end.
#[derive(Clone)]
pub(crate) struct BaseUrl {
    root: String,
    is_https: bool,
}

impl BaseUrl {
    /// Path of the core and the Import API below the root (OpenAPI document: `servers[0].url`).
    pub(crate) const API: &str = "/rest/2.0";

    /// Takes `https://host`, `https://host/`, `https://host/prefix`, each with or without `/rest/2.0`.
    pub(crate) fn parse(text: &str, options: &ConnectOptions) -> Result<Self, ConnectError> {
        let url = Url::parse(text).map_err(ConnectError::Url)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(ConnectError::Scheme { scheme: url.scheme().to_owned() });
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(ConnectError::UserInfo);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(ConnectError::QueryOrFragment);
        }
        let host = url.host().ok_or(ConnectError::Url(url::ParseError::EmptyHost))?;
        let is_https = url.scheme() == "https";
        if !is_https && !options.allow_plain_http {
            if !is_this_machine(&host) {
                return Err(ConnectError::PlainHttp { host: host.to_string() });
            }
            if options.proxy.is_some() {
                return Err(ConnectError::PlainHttpByProxy);
            }
        }
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let path = url.path().trim_end_matches('/');
        let prefix = path.strip_suffix(Self::API).unwrap_or(path);
        Ok(Self { root: format!("{}://{host}{port}{prefix}", url.scheme()), is_https })
    }

    pub(crate) fn root(&self) -> &str {
        &self.root
    }

    pub(crate) fn is_https(&self) -> bool {
        self.is_https
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.root, Self::API)
    }
}

/// One name for a target, however its URL is written: scheme, host in lower case, port unless it is the scheme's own, and
/// the path without `/rest/2.0`. Holds no credentials.
///
/// # Errors
/// [`ConnectError`] if the URL cannot be used with these options.
///
/// ```
/// use sync_http::{ConnectOptions, target_name};
///
/// let options = ConnectOptions::default();
/// assert_eq!(target_name("HTTPS://Catalogue.example:443/rest/2.0/", &options)?, "https://catalogue.example");
/// assert!(target_name("https://me:secret@catalogue.example", &options).is_err());
/// # Ok::<(), sync_http::ConnectError>(())
/// ```
pub fn target_name(url: &str, options: &ConnectOptions) -> Result<String, ConnectError> {
    Ok(BaseUrl::parse(url, options)?.root)
}

/// Whether bytes to this host stay on the machine: 127.0.0.0/8, `::1`, `localhost`.
fn is_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}
