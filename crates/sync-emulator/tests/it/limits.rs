//! Clients that take too much: each gets a clear answer.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::Value;
use sync_emulator::{Emulator, EmulatorBuilder};

use crate::support::Client;

const BATCH: &str = "/rest/2.0/import/synchronize/harbour/batch/json-job";
const LIMIT: Duration = Duration::from_secs(30);

/// A connection by hand, used away from the runtime's threads.
async fn by_hand<T: Send + 'static>(
    client: &Client,
    act: impl FnOnce(TcpStream) -> io::Result<T> + Send + 'static,
) -> T {
    let address = client.emulator.address();
    let acted = tokio::task::spawn_blocking(move || {
        let socket = TcpStream::connect(address)?;
        socket.set_read_timeout(Some(LIMIT))?;
        act(socket)
    });
    acted.await.expect("no panic").expect("a conversation")
}

fn head(length: u64) -> String {
    format!(
        "POST {BATCH} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic YWRtaW46YWRtaW4=\r\n\
         Content-Type: multipart/form-data; boundary=q7\r\nContent-Length: {length}\r\n"
    )
}

const FIRST_PART: &str = "--q7\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n";

/// Everything until the other side closes.
fn rest(mut socket: TcpStream) -> io::Result<String> {
    let mut answer = String::new();
    socket.read_to_string(&mut answer)?;
    Ok(answer)
}

/// Checks head and body of an answer that ends its connection.
fn assert_error(answer: &str, status: u16) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
    assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    let body: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body:?}"));
    assert_eq!(body["statusCode"], status);
    assert!(body["userMessage"].is_string() && body["errorCode"].is_string(), "{body}");
}

async fn start(builder: EmulatorBuilder) -> Client {
    Client::with(builder).await
}

#[tokio::test]
async fn body_that_says_it_is_too_large_is_refused_before_it_is_sent() {
    let client = start(Emulator::builder().body_limit_bytes(1000)).await;
    let answer = by_hand(&client, |mut socket| {
        write!(socket, "{}Connection: close\r\n\r\n", head(5_000_000_000))?;
        let mut answer = [0; 12];
        socket.read_exact(&mut answer)?;
        Ok(answer)
    });
    assert_eq!(&answer.await, b"HTTP/1.1 413");
}

#[tokio::test]
async fn answer_that_comes_early_reaches_a_client_that_goes_on_sending() {
    let client = start(Emulator::builder().body_limit_bytes(1_000_000)).await;
    let answer = by_hand(&client, move |mut socket| {
        write!(socket, "{}Connection: close\r\n\r\n{FIRST_PART}", head(8_000_000))?;
        socket.write_all(&vec![b' '; 8_000_000 - FIRST_PART.len()])?;
        rest(socket)
    });
    assert_error(&answer.await, 413);
    let client = start(Emulator::builder()).await;
    let answer = by_hand(&client, |mut socket| {
        write!(socket, "{}Connection: close\r\n\r\n", head(8_000_000).replace("YWRtaW46", "YWRtaW4z"))?;
        socket.write_all(&vec![b' '; 8_000_000])?;
        rest(socket)
    });
    assert_error(&answer.await, 401);
}

#[tokio::test]
async fn client_that_waits_for_a_continue_gets_the_refusal_alone() {
    let client = start(Emulator::builder()).await;
    let answer = by_hand(&client, |mut socket| {
        let head = head(8_000_000).replace("YWRtaW46", "YWRtaW4z");
        write!(socket, "{head}Expect: 100-continue\r\nConnection: close\r\n\r\n")?;
        rest(socket)
    });
    assert_error(&answer.await, 401);
}

#[tokio::test]
async fn one_connection_too_many_is_told_so() {
    let client = start(Emulator::builder().connection_limit(1)).await;
    let held = by_hand(&client, |mut socket| {
        write!(socket, "GET /_emulator/health HTTP/1.1\r\nHost: x\r\n\r\n")?;
        let mut first = [0; 15];
        socket.read_exact(&mut first)?;
        assert_eq!(&first, b"HTTP/1.1 200 OK");
        Ok(socket)
    })
    .await;
    let answer = by_hand(&client, |mut socket| {
        write!(socket, "{}\r\n{FIRST_PART}", head(1000))?;
        rest(socket)
    });
    let answer = answer.await;
    assert_error(&answer, 503);
    assert!(answer.contains("\r\nretry-after: 1\r\n"), "{answer}");
    drop(held);
    let began = Instant::now();
    while client.emulator_health().await.is_none_or(|status| status != 200) {
        assert!(began.elapsed() < LIMIT, "the place is still taken");
    }
}

#[tokio::test]
async fn body_that_trickles_in_is_given_up() {
    let client = start(Emulator::builder().slow_body(Duration::from_millis(50), 1_000_000)).await;
    let answer = by_hand(&client, |mut socket| {
        write!(socket, "{}\r\n{FIRST_PART}", head(1000))?;
        let began = Instant::now();
        socket.set_read_timeout(Some(Duration::from_millis(5)))?;
        let mut answer = Vec::new();
        // A byte now and then, until the other side has enough.
        while began.elapsed() < LIMIT {
            let mut block = [0; 4096];
            match socket.read(&mut block) {
                Ok(0) => break,
                Ok(read) => answer.extend_from_slice(&block[..read]),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    if answer.is_empty() {
                        socket.write_all(b" ")?;
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(String::from_utf8_lossy(&answer).into_owned())
    });
    assert_error(&answer.await, 408);
    assert_eq!(client.get("/jobs").await["total"], 0);
}

#[tokio::test]
async fn head_that_does_not_end_is_given_up_and_silence_just_ends() {
    let client = start(Emulator::builder().head_timeout(Duration::from_millis(50))).await;
    let answer = by_hand(&client, |mut socket| {
        write!(socket, "GET /rest/2.0/jobs HTTP/1.1\r\nHost:")?;
        rest(socket)
    });
    assert_error(&answer.await, 408);
    assert_eq!(by_hand(&client, rest).await, "", "who has asked for nothing gets no answer");
    let answer = by_hand(&client, |mut socket| {
        write!(socket, "GET /_emulator/health HTTP/1.1\r\nHost: x\r\n\r\n")?;
        rest(socket)
    })
    .await;
    assert!(answer.starts_with("HTTP/1.1 200 OK") && !answer.contains("408"), "{answer}");
}

#[tokio::test]
async fn client_that_takes_no_answer_loses_its_connection() {
    let builder = Emulator::builder().connection_limit(1).answer_timeout(Duration::from_millis(50)).no_auth(true);
    let client = start(builder).await;
    // More than the system keeps for a connection.
    let content = vec![b' '; 64 << 20];
    let length = content.len() + FIRST_PART.len() + "\r\n--q7--\r\n".len();
    let stored = by_hand(&client, move |mut socket| {
        let head = head(length as u64).replace(BATCH, "/rest/2.0/files");
        write!(socket, "{head}Connection: close\r\n\r\n{FIRST_PART}")?;
        socket.write_all(&content)?;
        write!(socket, "\r\n--q7--\r\n")?;
        rest(socket)
    });
    let stored = stored.await;
    let (_, body) = stored.split_once("\r\n\r\n").expect("an answer");
    let stored: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"));
    let id = stored[0]["id"].as_str().expect("an id").to_owned();
    // Keeps the one place there is, and reads nothing.
    let stuck = by_hand(&client, move |mut socket| {
        write!(socket, "GET /rest/2.0/files/{id} HTTP/1.1\r\nHost: x\r\n\r\n")?;
        Ok(socket)
    });
    let _stuck = stuck.await;
    let began = Instant::now();
    while client.emulator_health().await.is_none_or(|status| status != 200) {
        assert!(began.elapsed() < LIMIT, "the place is still taken");
    }
}

#[tokio::test]
async fn what_comes_before_the_content_of_a_part_has_to_be_short() {
    let client = start(Emulator::builder()).await;
    for before in ["", "--q7\r\nContent-Disposition: form-data; name=\"file\"\r\nX-Long: ", FIRST_PART] {
        let answer = by_hand(&client, move |mut socket| {
            write!(socket, "{}\r\n{before}", head(1 << 30))?;
            if before == FIRST_PART {
                // The content of a part may be longer than its head.
                socket.write_all(&vec![b' '; 1 << 20])?;
                write!(socket, "\r\n--q7\r\n")?;
            }
            // The body goes on for ever: only the server can end this.
            socket.write_all(&vec![b'0'; 1 << 20])?;
            let mut answer = [0; 12];
            socket.read_exact(&mut answer)?;
            Ok(answer)
        });
        assert_eq!(&answer.await, b"HTTP/1.1 400", "after {before:?}");
    }
}

#[tokio::test]
async fn limits_may_be_as_large_as_can_be() {
    let builder = Emulator::builder()
        .connection_limit(usize::MAX)
        .head_timeout(Duration::MAX)
        .answer_timeout(Duration::MAX)
        .slow_body(Duration::MAX, 1)
        .session_lifetime(Duration::MAX)
        .token_lifetime(Duration::MAX)
        .queue_limit(usize::MAX)
        .concurrent_jobs(usize::MAX)
        .body_limit_bytes(u64::MAX);
    let client = start(builder).await;
    // A body that has to be waited for.
    let answer = by_hand(&client, |mut socket| {
        let end = format!("{FIRST_PART}[]\r\n--q7--\r\n");
        write!(socket, "{}Connection: close\r\n\r\n", head(end.len() as u64))?;
        socket.flush()?;
        std::thread::yield_now();
        socket.write_all(end.as_bytes())?;
        rest(socket)
    });
    let answer = answer.await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert_eq!(client.emulator_health().await.map(|status| status.as_u16()), Some(200));
}

/// A body in frames that are cut just so, each after a wait.
struct Frames {
    frames: std::collections::VecDeque<Vec<u8>>,
    has_waited: bool,
}

impl http_body::Body for Frames {
    type Data = bytes::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<bytes::Bytes>, Self::Error>>> {
        self.has_waited = !self.has_waited;
        if self.has_waited {
            cx.waker().wake_by_ref();
            return std::task::Poll::Pending;
        }
        std::task::Poll::Ready(self.frames.pop_front().map(|frame| Ok(http_body::Frame::data(frame.into()))))
    }
}

#[tokio::test]
async fn bytes_of_a_part_do_not_count_for_the_head_of_the_next_one() {
    let emulator = Emulator::builder().no_auth(true).start().await.expect("a server");
    let head = "--q7\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.json\"\r\n\r\n[".to_owned();
    let content = format!("{}]\r\n--q7\r\n", " ".repeat(60 * 1024));
    let half = format!("x-comment: {}", "a".repeat(8 * 1024));
    let rest = "\r\ncontent-disposition: form-data; name=\"continueOnError\"\r\n\r\ntrue\r\n--q7--\r\n".to_owned();
    let frames = [head, content, half, rest].map(String::into_bytes).into();
    let request = http::Request::post("/rest/2.0/import/synchronize/harbour/batch/json-job")
        .header("content-type", "multipart/form-data; boundary=q7")
        .body(Frames { frames, has_waited: false })
        .expect("a request");
    assert_eq!(emulator.service().call(request).await.expect("an answer").status(), 200);
}
