//! A service that does as told, for what the embedded server does not do: jobs that never end, calls that never answer.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

/// What the service does.
#[derive(Debug, Clone, Default)]
pub(crate) struct Behaviour {
    /// Jobs run and run.
    pub(crate) jobs_run_for_ever: bool,
    /// Submits are taken in and never answered.
    pub(crate) submits_hang: bool,
    /// Submits are answered with this status line and body.
    pub(crate) refuse_submits: Option<(&'static str, String)>,
    /// Every request is answered with this status line and body.
    pub(crate) answer: Option<(&'static str, String)>,
}

/// A service on a free port.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    shared: Arc<Shared>,
    pub(crate) url: String,
}

#[derive(Debug, Default)]
struct Shared {
    behaviour: Mutex<Behaviour>,
    requests: Mutex<Vec<String>>,
}

impl Peer {
    pub(crate) fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let shared = Arc::new(Shared { behaviour: Mutex::new(behaviour), requests: Mutex::default() });
        let peer = Self { shared, url };
        let accepting = peer.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let peer = accepting.clone();
                std::thread::spawn(move || peer.serve(stream));
            }
        });
        peer
    }

    pub(crate) fn behave(&self, behaviour: Behaviour) {
        *lock(&self.shared.behaviour) = behaviour;
    }

    /// The requests so far, as `METHOD path`.
    pub(crate) fn requests(&self) -> Vec<String> {
        lock(&self.shared.requests).clone()
    }

    /// How many requests so far end in `path`.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.requests().iter().filter(|request| request.ends_with(path)).count()
    }

    /// Answers the requests of one connection until it ends.
    fn serve(&self, stream: TcpStream) {
        let mut reader = BufReader::new(stream);
        while let Some(request) = read_request(&mut reader) {
            lock(&self.shared.requests).push(request.clone());
            let behaviour = lock(&self.shared.behaviour).clone();
            if request.starts_with("POST") && behaviour.submits_hang {
                // Held until the client goes away.
                let _ = reader.read(&mut [0]);
                return;
            }
            let refusal = behaviour.refuse_submits.clone().filter(|_| request.starts_with("POST"));
            let told = refusal.or_else(|| behaviour.answer.clone());
            let (status, body) = told.unwrap_or_else(|| ("200 OK", answer(&request, &behaviour)));
            let head = format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}", body.len());
            if write!(reader.get_mut(), "{head}\r\n\r\n{body}").is_err() {
                return;
            }
        }
    }
}

const JOB: &str = "0b7f2d4e-5a0e-4c53-9f2b-1f6f6d1b7a11";

fn answer(request: &str, behaviour: &Behaviour) -> String {
    let (state, result) = match (request.starts_with("POST"), behaviour.jobs_run_for_ever) {
        (true, _) => ("WAITING", "NOT_SET"),
        (false, true) => ("RUNNING", "NOT_SET"),
        (false, false) => ("COMPLETED", "SUCCESS"),
    };
    if request.contains("/exists/") {
        "false".to_owned()
    } else if request.ends_with("/summary") {
        r#"{"resourceTypes":[],"errorsCount":0,"importJobState":"COMPLETED"}"#.to_owned()
    } else {
        format!(r#"{{"id":"{JOB}","type":"IMPORT","state":"{state}","result":"{result}"}}"#)
    }
}

/// Reads one request, body and all; `None` when the connection has ended.
fn read_request(reader: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let request = line.rsplit_once(' ').map(|(request, _)| request.to_owned())?;
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok().filter(|read| *read > 0)?;
        let Some((name, value)) = header.split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
    }
    std::io::copy(&mut reader.take(length), &mut std::io::sink()).ok()?;
    Some(request)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no panic under the lock")
}
