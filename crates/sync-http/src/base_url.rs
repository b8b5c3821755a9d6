//! Where the service lives.

use std::fmt;

use url::{Host, Url};

use crate::{ConnectError, ConnectOptions};

/// Path of the API below the host or the prefix (OpenAPI document: `servers[0].url`).
const API: &str = "/rest/2.0";

/// Scheme, host, port and the path up to and with `/rest/2.0`; no user, query or fragment.
#[derive(Clone)]
pub(crate) struct BaseUrl {
    text: String,
    is_https: bool,
}

impl BaseUrl {
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
        if !is_https && !is_this_machine(&host) && !options.allow_plain_http {
            return Err(ConnectError::PlainHttp { host: host.to_string() });
        }
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let path = url.path().trim_end_matches('/');
        let prefix = path.strip_suffix(API).unwrap_or(path);
        Ok(Self { text: format!("{}://{host}{port}{prefix}{API}", url.scheme()), is_https })
    }

    /// The same without `/rest/2.0`.
    pub(crate) fn root(&self) -> &str {
        self.text.strip_suffix(API).unwrap_or(&self.text)
    }

    pub(crate) fn is_https(&self) -> bool {
        self.is_https
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
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
    let base = BaseUrl::parse(url, options)?;
    Ok(base.root().to_owned())
}

/// Whether bytes to this host stay on the machine: 127.0.0.0/8, `::1`, `localhost`.
fn is_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}
