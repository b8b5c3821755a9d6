//! Requests by hand, so that bodies can be of any size and come at any speed.

use std::io::{self, Read, Write};
use std::net::TcpStream;

use serde_json::Value;

use super::LIMIT;

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {:?}", self.body))
    }

    /// The id of the job or the file.
    pub(crate) fn id(&self) -> String {
        let body = self.json();
        let first = if body.is_array() { &body[0] } else { &body };
        first["id"].as_str().unwrap_or_else(|| panic!("no id in {}", self.body)).to_owned()
    }
}

const BOUNDARY: &str = "q7";

/// Sends a form as `admin`: text fields, then a file of `length` bytes that `write` sends.
pub(crate) fn post_form(
    url: &str,
    path: &str,
    fields: &[(&str, &str)],
    length: u64,
    write: impl FnOnce(&mut TcpStream) -> io::Result<()>,
) -> io::Result<Answer> {
    let mut before = String::new();
    for (name, value) in fields {
        before += &format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    before += &format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.json\"\r\n\r\n");
    let after = format!("\r\n--{BOUNDARY}--\r\n");
    let length = before.len() as u64 + length + after.len() as u64;
    let mut stream = open(url, "POST", path, &format!("multipart/form-data; boundary={BOUNDARY}"), length)?;
    stream.write_all(before.as_bytes())?;
    write(&mut stream)?;
    stream.write_all(after.as_bytes())?;
    answer(stream)
}

/// Sends a form with commands.
pub(crate) fn post_commands(url: &str, path: &str, commands: &str) -> io::Result<Answer> {
    let write = |stream: &mut TcpStream| stream.write_all(commands.as_bytes());
    post_form(url, path, &[("continueOnError", "false")], commands.len() as u64, write)
}

fn open(url: &str, method: &str, path: &str, content_type: &str, length: u64) -> io::Result<TcpStream> {
    let host = url.strip_prefix("http://").expect("plain HTTP");
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(LIMIT * 5))?;
    write!(
        stream,
        "{method} /rest/2.0{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Basic YWRtaW46YWRtaW4=\r\n\
         Connection: close\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n"
    )?;
    Ok(stream)
}

fn answer(mut stream: TcpStream) -> io::Result<Answer> {
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let (head, body) = text.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    Ok(Answer { status, body: body.to_owned() })
}
