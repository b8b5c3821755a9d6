//! What was answered is there, whenever the server is killed.
//!
//! The long run: `cargo test --release -p sync-cli --test it durability -- --ignored`.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use crate::support::{Server, get, post_commands, post_form, say, table, tables, until};

/// Clients that send batches; one more stores files.
const WRITERS: usize = 3;
/// Answers that a server gives before it is killed.
const ANSWERS: usize = 5;
/// Longest pause between those answers and the kill.
const PAUSE: Duration = Duration::from_millis(150);

/// What the server has acknowledged.
#[derive(Debug, Default)]
struct Acknowledged {
    /// Jobs, each with the assets of its batch.
    jobs: Vec<(String, Vec<String>)>,
    files: Vec<String>,
}

/// What the clients and the test share.
#[derive(Debug, Default)]
struct Shared {
    /// Where the server is now.
    url: Mutex<String>,
    acknowledged: Mutex<Acknowledged>,
    answers: AtomicUsize,
    is_over: AtomicBool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no panic under the lock")
}

impl Shared {
    /// Sends batch after batch; what is not answered is not sent again.
    fn write_batches(&self, writer: usize) {
        for batch in 0.. {
            if self.is_over.load(Ordering::Relaxed) {
                return;
            }
            let url = lock(&self.url).clone();
            let names: Vec<String> = (0..5).map(|number| format!("w{writer}_{batch}_{number}")).collect();
            let commands: Vec<String> = names.iter().map(|name| table(name, "Table")).collect();
            let path = format!("/import/synchronize/writer-{writer}/batch/json-job");
            match post_commands(&url, &path, &format!("[{}]", commands.join(","))) {
                Ok(answer) if answer.status == 200 => {
                    lock(&self.acknowledged).jobs.push((answer.id(), names));
                    self.answers.fetch_add(1, Ordering::Relaxed);
                }
                // Refused while the server stops, or cut off.
                Ok(_) | Err(_) => thread::yield_now(),
            }
        }
    }

    fn store_files(&self) {
        while !self.is_over.load(Ordering::Relaxed) {
            let url = lock(&self.url).clone();
            let content = vec![b' '; 100_000];
            let write = |stream: &mut std::net::TcpStream| std::io::Write::write_all(stream, &content);
            match post_form(&url, "/files", &[], content.len() as u64, write) {
                Ok(answer) if answer.status == 201 => lock(&self.acknowledged).files.push(answer.id()),
                Ok(_) | Err(_) => thread::yield_now(),
            }
        }
    }
}

/// Kills a server under load so many times, at random moments, and counts what it had acknowledged.
fn kill_and_count(restarts: u32, data: &Path) {
    let seed = RandomState::new();
    let arguments = ["--data", &data.display().to_string()];
    let mut server = Server::start(data, &arguments);
    let place = post_commands(&server.url, "/import/json-job", &tables(0)).expect("an answer");
    let shared = Shared::default();
    *lock(&shared.url) = server.url.clone();
    thread::scope(|scope| {
        (0..WRITERS).for_each(|writer| {
            drop(scope.spawn({
                let shared = &shared;
                move || shared.write_batches(writer)
            }))
        });
        scope.spawn(|| shared.store_files());
        for restart in 0..restarts {
            let before = shared.answers.load(Ordering::Relaxed);
            until("batches are accepted", || {
                (shared.answers.load(Ordering::Relaxed) >= before + ANSWERS).then_some(())
            });
            let moment = seed.hash_one(restart) % PAUSE.as_micros() as u64;
            thread::sleep(Duration::from_micros(moment));
            server.kill();
            server = Server::start(data, &arguments);
            *lock(&shared.url) = server.url.clone();
        }
        shared.is_over.store(true, Ordering::Relaxed);
    });

    let url = &server.url;
    until("all jobs are over", || {
        (get(url, "/jobs?states=WAITING&states=RUNNING&limit=1")["total"] == 0).then_some(())
    });
    let acknowledged = lock(&shared.acknowledged);
    let mut lost = Vec::new();
    let present = asset_names(url);
    for (job, names) in acknowledged.jobs.iter().chain([&(place.id(), Vec::new())]) {
        let summary = get(url, &format!("/import/results/{job}/summary"));
        if summary["importJobState"] != "COMPLETED" {
            lost.push(format!("job {job}: {summary}"));
        }
        lost.extend(names.iter().filter(|name| !present.contains(*name)).cloned());
    }
    for file in &acknowledged.files {
        assert_eq!(get(url, &format!("/files/{file}/info"))["size"], 100_000);
    }
    let (jobs, files) = (acknowledged.jobs.len(), acknowledged.files.len());
    say(&format!(
        "{restarts} kills: {jobs} jobs and {files} files acknowledged, {} lost, {} assets",
        lost.len(),
        present.len()
    ));
    assert!(lost.is_empty(), "of {jobs} jobs acknowledged, lost: {lost:#?}");
    assert!(jobs >= restarts as usize * ANSWERS && files > 0, "{jobs} jobs and {files} files are too few to tell");
}

/// Names of all assets, none of which may be there twice.
fn asset_names(url: &str) -> HashSet<String> {
    let mut names = HashSet::new();
    loop {
        let page = get(url, &format!("/assets?offset={}", names.len()));
        let assets = page["results"].as_array().expect("a page");
        if assets.is_empty() {
            assert_eq!(page["total"], names.len(), "an asset is there twice");
            return names;
        }
        names.extend(assets.iter().filter_map(|asset| asset["name"].as_str()).map(str::to_owned));
    }
}

#[test]
fn five_kills_lose_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().expect("a folder");
    kill_and_count(5, folder.path());
}

#[test]
#[ignore = "takes a minute; see the head of this file"]
fn fifty_kills_lose_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().expect("a folder");
    kill_and_count(50, folder.path());
}
