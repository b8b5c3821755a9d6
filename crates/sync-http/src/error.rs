//! Why a transport cannot be built.

use sync_core::transport::BoxError;

/// Why a transport cannot be built: what is wrong and what to write instead. Never holds credentials, and never the
/// URL as given, which may.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// Not a URL.
    #[error("the target is not a URL: give it as https://HOST")]
    Url(#[source] url::ParseError),
    /// Neither `https` nor `http`.
    #[error("the target's scheme is {scheme:?}: give the target as https://HOST")]
    Scheme {
        /// What stands before the colon.
        scheme: String,
    },
    /// User name or password inside the URL, where logs and errors would show them.
    #[error("the target has user information in its URL: pass it as credentials")]
    UserInfo,
    /// A query or a fragment, which a base URL cannot have.
    #[error("the target has a query or a fragment: give it as https://HOST or https://HOST/PREFIX")]
    QueryOrFragment,
    /// `http://` to another machine.
    #[error(
        "plain http to {host} would send credentials in the clear: use https, or allow plain http if the network is trusted"
    )]
    PlainHttp {
        /// The host that is not this machine.
        host: String,
    },
    /// `http://` to this machine, by way of another.
    #[error(
        "plain http through a proxy would send credentials in the clear to another machine: leave the proxy out, or allow \
         plain http if the network is trusted"
    )]
    PlainHttpByProxy,
    /// A proxy that is none.
    #[error("the proxy is not one: give it as http://HOST:PORT or https://HOST:PORT")]
    Proxy,
    /// Certificates to trust that cannot be read, or none.
    #[error("the certificates to trust cannot be read: a PEM file with at least one is needed")]
    Certificates(#[source] Option<BoxError>),
    /// A client certificate that cannot be read.
    #[error("the client certificate cannot be read: a PEM file with the key and the certificates is needed")]
    ClientCertificate(#[source] Option<BoxError>),
    /// `https://` in a build without the feature `tls`.
    #[error("https needs the feature tls of sync-http, which this build lacks: build with it")]
    NoTls,
    /// A user name that HTTP Basic cannot carry.
    #[error("a user name cannot have a colon or control characters in HTTP Basic: use a bearer token or another user")]
    Username,
    /// A password that HTTP Basic cannot carry.
    #[error("the password has control characters: a line end from a file, perhaps")]
    Password,
    /// A token that no header can carry.
    #[error("the bearer token is empty or has spaces, line ends or characters outside ASCII: pass the bare token")]
    Token,
    /// The HTTP client did not start; the cause says why, for example that no trusted certificates were found.
    #[error("the HTTP client cannot be set up")]
    Client(#[source] BoxError),
}
