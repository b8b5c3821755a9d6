//! Which targets and credentials are taken.

use sync_core::JobId;
use sync_core::transport::{Delivery, Transport, TransportErrorKind};
use sync_http::{ConnectError, ConnectOptions, Credentials, HttpTransport};

use crate::{basic, transport};

fn built(url: &str) -> Result<HttpTransport, ConnectError> {
    HttpTransport::new(url, basic(), ConnectOptions::default())
}

#[test]
fn plain_http_stays_on_this_machine() {
    for url in ["http://127.0.0.1:8080", "http://127.8.9.1", "http://[::1]:80", "http://localhost", "HTTP://LocalHost/"]
    {
        built(url).expect(url);
    }
    for url in [
        "http://catalogue.example.com",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "http://[2001:db8::1]",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
    ] {
        let error = built(url).expect_err(url);
        assert!(matches!(error, ConnectError::PlainHttp { .. }), "{url}: {error}");
        let options = ConnectOptions::default().with_allow_plain_http(true);
        HttpTransport::new(url, basic(), options).expect(url);
    }
    assert_eq!(
        built("http://catalogue.example.com").expect_err("plain http").to_string(),
        "plain http to catalogue.example.com would send credentials in the clear: use https, or allow plain http if \
         the network is trusted"
    );
}

#[cfg(feature = "tls")]
#[test]
fn the_api_is_found_below_the_host_or_its_prefix() {
    for (url, base) in [
        ("https://h.example.com", "https://h.example.com/rest/2.0"),
        ("https://h.example.com/", "https://h.example.com/rest/2.0"),
        ("https://H.example.com/rest/2.0", "https://h.example.com/rest/2.0"),
        ("https://h.example.com:8443/rest/2.0/", "https://h.example.com:8443/rest/2.0"),
        ("https://h.example.com/collibra", "https://h.example.com/collibra/rest/2.0"),
        ("https://h.example.com/collibra/rest/2.0", "https://h.example.com/collibra/rest/2.0"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443/rest/2.0"),
    ] {
        let shown = format!("{:?}", built(url).expect(url));
        assert_eq!(shown, format!("HttpTransport {{ base: {base:?}, .. }}"));
    }
}

#[cfg(not(feature = "tls"))]
#[test]
fn https_without_tls_is_refused_when_built() {
    assert!(matches!(built("https://h.example.com"), Err(ConnectError::NoTls)));
}

#[test]
fn what_is_no_target_is_refused_with_a_way_out() {
    for (url, message) in [
        ("h.example.com", "the target is not a URL: give it as https://HOST"),
        ("", "the target is not a URL: give it as https://HOST"),
        ("https://", "the target is not a URL: give it as https://HOST"),
        ("ftp://h.example.com", "the target's scheme is \"ftp\": give the target as https://HOST"),
        ("https://u:topsecret@h.example.com", "the target has user information in its URL: pass it as credentials"),
        ("https://u@h.example.com", "the target has user information in its URL: pass it as credentials"),
        (
            "https://h.example.com/?a=b",
            "the target has a query or a fragment: give it as https://HOST or https://HOST/PREFIX",
        ),
    ] {
        let error = built(url).expect_err(url);
        assert_eq!(error.to_string(), message);
        assert!(!format!("{error:?}").contains("topsecret"));
    }
}

#[test]
fn credentials_that_cannot_travel_are_refused() {
    let of = |credentials| HttpTransport::new("http://localhost", credentials, ConnectOptions::default());
    let basic = |username: &str, password: &str| Credentials::Basic {
        username: username.to_owned(),
        password: password.into(),
    };
    assert!(matches!(of(basic("a:b", "c")), Err(ConnectError::Username)));
    assert!(matches!(of(basic("a", "c\n")), Err(ConnectError::Password)));
    assert!(matches!(of(Credentials::Bearer("token\n".into())), Err(ConnectError::Token)));
    assert!(matches!(of(Credentials::Bearer("".into())), Err(ConnectError::Token)));
    of(basic("jürgen", "pä:ss")).expect("UTF-8 and colons in passwords travel");
}

#[tokio::test]
async fn a_job_id_of_dots_does_not_climb_out_of_its_path() {
    let transport = transport("http://127.0.0.1:9");
    let id: JobId = "..".parse().expect("a job id as the core sees it");
    let error = transport.job(&id).await.expect_err("dots");
    assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Refused, Delivery::NotSent));
}
