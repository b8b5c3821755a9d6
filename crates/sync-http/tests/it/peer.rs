//! A raw socket server that captures requests byte for byte and answers as told.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One request as it came over the wire.
#[derive(Debug, Clone)]
pub(crate) struct Captured {
    /// The client's port: tells connections apart.
    pub(crate) port: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Captured {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// Head and body as text, with what changes from run to run replaced.
    pub(crate) fn redacted(&self) -> String {
        let mut text = format!("{}{}", self.head, String::from_utf8_lossy(&self.body));
        let host = self.header("host").expect("a host").to_owned();
        text = text.replace(&host, "HOST").replace(env!("CARGO_PKG_VERSION"), "VERSION");
        if let Some(boundary) = self.header("content-type").and_then(|value| value.split_once("boundary=")) {
            let boundary = boundary.1.to_owned();
            text = text.replace(&boundary, "BOUNDARY");
        }
        text.replace("\r\n", "\n")
    }
}

/// A server on a free port of this machine.
pub(crate) struct Peer {
    address: SocketAddr,
    captured: Arc<Mutex<Vec<Captured>>>,
}

impl Peer {
    /// Serves every connection with `serve`.
    pub(crate) async fn start<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream));
            }
        });
        Self { address, captured: Arc::default() }
    }

    /// Reads whole requests and gives the answers one after the other, the last one again and again.
    pub(crate) async fn answering(answers: impl IntoIterator<Item = String>) -> Self {
        let answers: Arc<Vec<String>> = Arc::new(answers.into_iter().collect());
        let captured: Arc<Mutex<Vec<Captured>>> = Arc::default();
        let log = captured.clone();
        let peer = Self::start(move |mut stream| {
            let (answers, log) = (answers.clone(), log.clone());
            async move {
                while let Some(request) = read_request(&mut stream).await {
                    let number = {
                        let mut log = log.lock().expect("no panic under the lock");
                        log.push(request);
                        log.len() - 1
                    };
                    let answer = &answers[number.min(answers.len() - 1)];
                    if stream.write_all(answer.as_bytes()).await.is_err() {
                        return;
                    }
                }
            }
        })
        .await;
        Self { captured, ..peer }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests so far.
    pub(crate) fn captured(&self) -> Vec<Captured> {
        self.captured.lock().expect("no panic under the lock").clone()
    }

    /// The one request there was.
    pub(crate) fn only(&self) -> Captured {
        let captured = self.captured();
        assert_eq!(captured.len(), 1, "requests: {captured:?}");
        captured[0].clone()
    }
}

/// Reads up to the end of the request's head.
pub(crate) async fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

/// Reads head and body; `None` when the connection ends before they are whole.
pub(crate) async fn read_request(stream: &mut TcpStream) -> Option<Captured> {
    let head = read_head(stream).await?;
    let port = stream.peer_addr().ok()?.port();
    let mut request = Captured { port, head, body: Vec::new() };
    let length = request.header("content-length").map_or(0, |length| length.parse().expect("a number"));
    request.body.resize(length, 0);
    stream.read_exact(&mut request.body).await.ok()?;
    Some(request)
}

/// An answer with a JSON body.
pub(crate) fn answer(status: &str, body: &str) -> String {
    answer_with(status, "Content-Type: application/json\r\n", body)
}

/// An answer with header lines of choice, each with its line end.
pub(crate) fn answer_with(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

/// The answer to a good submit.
pub(crate) fn job() -> String {
    answer(
        "200 OK",
        r#"{"id":"0b7f2d4e-5a0e-4c53-9f2b-1f6f6d1b7a11","resourceType":"Job","type":"IMPORT","state":"WAITING","result":"NOT_SET"}"#,
    )
}

/// Waits for a future, not for ever.
pub(crate) async fn soon<F: Future>(what: &str, future: F) -> F::Output {
    match tokio::time::timeout(Duration::from_secs(30), future).await {
        Ok(output) => output,
        Err(_) => panic!("{what} did not happen within 30 s"),
    }
}
