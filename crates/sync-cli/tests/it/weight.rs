//! How much memory the server takes while clients ask much of it. Linux alone tells.
//!
//! The full weights: `cargo test --release -p sync-cli --test it weight -- --ignored --test-threads 1`; they need 4 GiB of
//! free disk and some minutes.

#![cfg(target_os = "linux")]

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::{LIMIT, Server, get, post_commands, post_form, say, table, tables};

/// What the server may take at most, in MiB.
const MOST_MIB: u64 = 512;

const BATCH: &str = "/import/synchronize/weight/batch/json-job";

fn start(folder: &TempDir) -> Server {
    Server::start(folder.path(), &["--data", "data"])
}

#[track_caller]
fn assert_light(server: &Server) {
    let peak = server.peak_mib();
    say(&format!("the server took at most {peak} MiB"));
    assert!(peak < MOST_MIB, "{peak} MiB");
}

/// An array of commands that is as long as asked for, most of it blanks.
fn write_padded(stream: &mut TcpStream, length: u64) -> std::io::Result<()> {
    let commands = tables(3);
    let blanks = vec![b' '; 1 << 20];
    stream.write_all(b"[")?;
    let mut left = length - commands.len() as u64;
    while left > 0 {
        let part = left.min(blanks.len() as u64);
        stream.write_all(&blanks[..part as usize])?;
        left -= part;
    }
    stream.write_all(&commands.as_bytes()[1..])
}

/// Waits until nothing waits or runs any more, for as long as it takes.
fn settle(url: &str) {
    let mut before = (u64::MAX, Instant::now());
    loop {
        let left = get(url, "/jobs?states=WAITING&states=RUNNING&limit=1")["total"].as_u64().expect("a total");
        if left == 0 {
            return;
        }
        if left < before.0 {
            before = (left, Instant::now());
        }
        assert!(before.1.elapsed() < LIMIT * 5, "{left} jobs do not get on");
        thread::sleep(Duration::from_millis(50));
    }
}

/// So many clients upload so many bytes each, at once.
fn upload_at_once(clients: usize, bytes: u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(&folder);
    let accepted = AtomicUsize::new(0);
    thread::scope(|scope| {
        for client in 0..clients {
            let (url, accepted) = (&server.url, &accepted);
            scope.spawn(move || {
                let path = format!("/import/synchronize/client-{client}/batch/json-job");
                let fields = [("continueOnError", "true")];
                let answer = post_form(url, &path, &fields, bytes, |stream| write_padded(stream, bytes));
                let answer = answer.expect("an answer");
                assert_eq!(answer.status, 200, "{}", answer.body);
                accepted.fetch_add(1, Ordering::Relaxed);
            });
        }
    });
    assert_eq!(accepted.into_inner(), clients);
    settle(&server.url);
    assert_eq!(get(&server.url, "/jobs?limit=1")["total"], clients);
    assert_light(&server);
}

/// One client uploads so many bytes.
fn upload_one(bytes: u64) {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(&folder);
    let answer =
        post_form(&server.url, BATCH, &[("continueOnError", "false")], bytes, |stream| write_padded(stream, bytes));
    let answer = answer.expect("an answer");
    assert_eq!(answer.status, 200, "{}", answer.body);
    settle(&server.url);
    let summary = get(&server.url, &format!("/import/results/{}/summary", answer.id()));
    assert_eq!(summary["importJobState"], "COMPLETED", "{summary}");
    assert_eq!(get(&server.url, "/assets?limit=1")["total"], 3);
    assert_light(&server);
}

/// So many jobs at once: as many are accepted as may wait, the others are refused, and none is lost over a kill.
fn queue(jobs: usize, may_wait: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = ["--data", "data", "--max-jobs", &may_wait.to_string()];
    let mut server = Server::start(folder.path(), &arguments);
    post_commands(&server.url, "/import/json-job", &tables(0)).expect("an answer");
    // Keeps the worker busy while the others come.
    let big: Vec<String> = (0..30_000).map(|number| table(&format!("big_{number}"), "Table")).collect();
    post_commands(&server.url, BATCH, &format!("[{}]", big.join(","))).expect("an answer");
    let (next, accepted, refused) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                loop {
                    let job = next.fetch_add(1, Ordering::Relaxed);
                    if job >= jobs {
                        return;
                    }
                    let path = format!("/import/synchronize/queue-{}/batch/json-job", job % 100);
                    let command = format!("[{}]", table(&format!("queued_{job}"), "Table"));
                    let answer = post_commands(&server.url, &path, &command).expect("an answer");
                    match answer.status {
                        200 => accepted.fetch_add(1, Ordering::Relaxed),
                        429 => refused.fetch_add(1, Ordering::Relaxed),
                        status => panic!("{status}: {}", answer.body),
                    };
                }
            });
        }
    });
    let (accepted, refused) = (accepted.into_inner(), refused.into_inner());
    say(&format!("{accepted} accepted, {refused} refused"));
    assert_eq!(accepted + refused, jobs);
    assert_light(&server);
    server.kill();
    let server = Server::start(folder.path(), &arguments);
    settle(&server.url);
    assert_eq!(get(&server.url, "/jobs?states=COMPLETED&limit=1")["total"], accepted + 2);
    assert_eq!(get(&server.url, "/assets?name=queued_&nameMatchMode=START&limit=1")["total"], accepted);
    assert_light(&server);
}

#[test]
fn uploads_at_once_do_not_add_up_in_memory() {
    upload_at_once(8, 4 << 20);
}

#[test]
fn large_body_goes_to_disk() {
    upload_one(64 << 20);
}

#[test]
fn jobs_that_wait_survive_a_kill_and_one_too_many_is_refused() {
    queue(60, 20);
}

#[test]
#[ignore = "takes minutes; see the head of this file"]
fn sixty_four_uploads_of_20_mib_at_once() {
    upload_at_once(64, 20 << 20);
}

#[test]
#[ignore = "takes minutes; see the head of this file"]
fn body_of_2_gib() {
    upload_one(2 << 30);
}

#[test]
#[ignore = "takes minutes; see the head of this file"]
fn ten_thousand_jobs_in_the_queue() {
    queue(10_500, 10_000);
}

#[test]
#[ignore = "takes half a minute; see the head of this file"]
fn client_that_sends_one_byte_a_second_is_given_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(&folder);
    let began = Instant::now();
    let sent = post_form(&server.url, BATCH, &[], 1000, |stream| {
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        let mut byte = [0];
        while began.elapsed() < Duration::from_secs(120) {
            stream.write_all(b" ")?;
            // The answer ends the waiting.
            match stream.peek(&mut byte) {
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                _ => {
                    let mut answer = String::new();
                    stream.read_to_string(&mut answer)?;
                    return Err(std::io::Error::other(answer));
                }
            }
        }
        Ok(())
    });
    let answer = sent.expect_err("the server had enough").to_string();
    say(&format!("given up after {} s", began.elapsed().as_secs()));
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("requestTimeout"), "{answer}");
    assert_light(&server);
}
