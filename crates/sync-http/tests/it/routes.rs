//! Whom a connection trusts, and by which way it goes.

use sync_core::transport::Transport;
use sync_http::{Certificates, ClientCertificate, ConnectError, ConnectOptions, HttpTransport, Proxy};

use crate::peer::{Peer, job};
use crate::{basic, job_id};

fn through(proxy: &str) -> ConnectOptions {
    ConnectOptions::default().with_allow_plain_http(true).with_proxy(Proxy::parse(proxy).expect("a proxy"))
}

#[tokio::test]
async fn plain_requests_go_through_the_proxy_that_was_given() {
    let peer = Peer::answering([job()]).await;
    let proxy = peer.url().replace("//", "//me:pass-word@");
    let transport = HttpTransport::new("http://catalogue.invalid", basic(), through(&proxy)).expect("a transport");
    transport.job(&job_id()).await.expect("a job");
    let request = peer.only();
    assert!(request.head.starts_with("GET http://catalogue.invalid/rest/2.0/jobs/0b7f"), "{}", request.head);
    assert_eq!(request.header("proxy-authorization"), Some("Basic bWU6cGFzcy13b3Jk"));
    assert!(request.header("authorization").is_some_and(|value| value.starts_with("Basic ")));
}

#[test]
fn plain_http_to_this_machine_does_not_leave_it_by_a_proxy() {
    let options = ConnectOptions::default().with_proxy(Proxy::parse("http://proxy.invalid:3128").expect("a proxy"));
    let error = HttpTransport::new("http://localhost", basic(), options).expect_err("it would leave");
    assert!(matches!(error, ConnectError::PlainHttpByProxy), "{error}");
}

#[test]
fn what_is_no_proxy_is_refused_without_a_word_of_it() {
    for url in ["proxy.invalid:3128", "socks5://me:sesame@proxy.invalid", "http://", "http://proxy.invalid/path", ""] {
        let error = Proxy::parse(url).expect_err(url);
        assert_eq!(error.to_string(), "the proxy is not one: give it as http://HOST:PORT or https://HOST:PORT");
        assert!(!format!("{error:?}").contains("sesame"));
    }
}

#[test]
fn keys_and_passwords_of_the_way_are_not_shown() {
    let options = through("http://me:sesame@proxy.invalid:3128")
        .with_client_certificate(ClientCertificate::from_pem("-----BEGIN PRIVATE KEY-----\nsesame"));
    let builder = HttpTransport::builder("https://catalogue.invalid").options(options.clone());
    let shown = format!("{options:?} {options:#?} {builder:?}");
    assert!(!shown.contains("sesame") && shown.contains("proxy.invalid"), "{shown}");
}

#[cfg(feature = "tls")]
#[test]
fn certificates_that_cannot_be_read_are_refused_when_built() {
    let built = |options| HttpTransport::new("https://catalogue.invalid", basic(), options).map(drop);
    for (pem, is_pem) in
        [("", false), ("no pem", false), ("-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n", true)]
    {
        let options = ConnectOptions::default().with_certificates(Certificates::from_pem(pem));
        match built(options).expect_err("nobody to trust") {
            ConnectError::Certificates(_) if !is_pem => {}
            // What is inside is read together with the rest of the client's set-up.
            ConnectError::Client(_) if is_pem => {}
            error => panic!("{pem:?}: {error:?}"),
        }
        let options = ConnectOptions::default().with_client_certificate(ClientCertificate::from_pem(pem));
        assert!(matches!(built(options), Err(ConnectError::ClientCertificate(_))), "{pem:?}");
    }
}

#[cfg(not(feature = "tls"))]
#[test]
fn certificates_without_tls_are_refused_when_built() {
    let options = ConnectOptions::default().with_certificates(Certificates::from_pem("-----BEGIN CERTIFICATE-----"));
    let error = HttpTransport::new("http://localhost", basic(), options).expect_err("no TLS");
    assert!(matches!(error, ConnectError::NoTls));
}

#[cfg(feature = "tls")]
mod encrypted {
    use std::sync::Arc;

    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, Issuer, KeyPair};
    use sync_core::transport::{Delivery, TransportErrorKind};
    use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
    use tokio::net::TcpStream;
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
    use tokio_rustls::rustls::server::WebPkiClientVerifier;
    use tokio_rustls::rustls::{RootCertStore, ServerConfig};

    use super::*;
    use crate::peer::{read_head, soon};

    /// An authority of one's own.
    struct Authority(CertifiedIssuer<'static, KeyPair>);

    impl Authority {
        fn new() -> Self {
            let mut params = CertificateParams::new(Vec::new()).expect("no names");
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            Self(CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a certificate"))
        }

        fn pem(&self) -> String {
            self.0.pem()
        }

        fn trusted(&self) -> Certificates {
            Certificates::from_pem(self.pem())
        }

        /// A certificate for this machine and its key.
        fn issue(&self) -> (rcgen::Certificate, KeyPair) {
            let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
            let key = KeyPair::generate().expect("a key");
            let issuer: &Issuer<'_, KeyPair> = &self.0;
            (CertificateParams::new(names).expect("good names").signed_by(&key, issuer).expect("a certificate"), key)
        }

        fn client(&self) -> ClientCertificate {
            let (certificate, key) = self.issue();
            ClientCertificate::from_pem(format!("{}{}", key.serialize_pem(), certificate.pem()))
        }

        /// A server that answers every request with a job; asks for a certificate of `clients`.
        async fn server(&self, clients: Option<&Self>) -> Peer {
            let (certificate, key) = self.issue();
            let config = match clients {
                None => ServerConfig::builder().with_no_client_auth(),
                Some(clients) => {
                    let mut roots = RootCertStore::empty();
                    roots.add(clients.0.der().clone()).expect("an authority");
                    let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build().expect("a verifier");
                    ServerConfig::builder().with_client_cert_verifier(verifier)
                }
            };
            let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
            let config = config.with_single_cert(vec![certificate.der().clone()], key).expect("a good pair");
            let acceptor = TlsAcceptor::from(Arc::new(config));
            Peer::start(move |stream| {
                let acceptor = acceptor.clone();
                async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        answer_all(stream).await;
                    }
                }
            })
            .await
        }
    }

    async fn answer_all(mut stream: impl AsyncRead + AsyncWrite + Unpin) {
        let mut tail = [0; 4];
        while let Ok(byte) = stream.read_u8().await {
            tail.rotate_left(1);
            tail[3] = byte;
            if &tail == b"\r\n\r\n" && stream.write_all(job().as_bytes()).await.is_err() {
                return;
            }
        }
    }

    fn to(peer: &Peer, options: ConnectOptions) -> HttpTransport {
        let url = peer.url().replace("http://", "https://");
        HttpTransport::new(&url, basic(), options).expect("a loopback target")
    }

    #[tokio::test]
    async fn an_authority_of_ones_own_is_trusted_when_given_and_nobody_else_then() {
        let (ours, other) = (Authority::new(), Authority::new());
        let peer = ours.server(None).await;
        let options = ConnectOptions::default();
        to(&peer, options.clone().with_certificates(ours.trusted())).job(&job_id()).await.expect("a job");
        let both = Certificates::from_pem(format!("{}{}", other.pem(), ours.pem()));
        to(&peer, options.clone().with_certificates(both)).job(&job_id()).await.expect("a job");
        for options in [options.clone(), options.with_certificates(other.trusted())] {
            let error = to(&peer, options).job(&job_id()).await.expect_err("a stranger");
            assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Unreachable, Delivery::NotSent));
        }
    }

    #[tokio::test]
    async fn a_server_that_asks_is_shown_the_client_certificate() {
        let (servers, clients) = (Authority::new(), Authority::new());
        let peer = servers.server(Some(&clients)).await;
        let options = ConnectOptions::default().with_certificates(servers.trusted());
        let shown = options.clone().with_client_certificate(clients.client());
        to(&peer, shown).job(&job_id()).await.expect("a job");
        soon("the refusal", to(&peer, options).job(&job_id())).await.expect_err("nothing was shown");
    }

    #[tokio::test]
    async fn a_proxy_that_refuses_means_nothing_was_sent() {
        let peer = Peer::start(|mut stream| async move {
            let head = read_head(&mut stream).await.expect("a head");
            assert!(head.starts_with("CONNECT catalogue.invalid:443 HTTP/1.1\r\n"), "{head}");
            let status = if head.to_ascii_lowercase().contains("\r\nauthorization:") { "500 Leaked" } else { "403 No" };
            let _ = stream.write_all(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").as_bytes()).await;
        })
        .await;
        let transport =
            HttpTransport::new("https://catalogue.invalid", basic(), through(&peer.url())).expect("a transport");
        let error = soon("the refusal", transport.job(&job_id())).await.expect_err("no way");
        assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Unreachable, Delivery::NotSent));
        assert!(!format!("{error:?}").contains("Leaked"), "{error:?}");
    }

    #[tokio::test]
    async fn encrypted_requests_go_through_the_proxy_unread() {
        let authority = Authority::new();
        let peer = authority.server(None).await;
        let behind = peer.url().replace("http://", "");
        let proxy = Peer::start(move |mut stream| {
            let behind = behind.clone();
            async move {
                let head = read_head(&mut stream).await.expect("a head");
                assert!(head.starts_with(&format!("CONNECT {behind} HTTP/1.1\r\n")), "{head}");
                let mut onward = TcpStream::connect(&behind).await.expect("the server");
                stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.expect("an open connection");
                let _ = copy_bidirectional(&mut stream, &mut onward).await;
            }
        })
        .await;
        let options = ConnectOptions::default()
            .with_certificates(authority.trusted())
            .with_proxy(Proxy::parse(&proxy.url()).expect("a proxy"));
        to(&peer, options).job(&job_id()).await.expect("a job");
    }
}
