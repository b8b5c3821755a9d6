//! The program and its server killed at random moments: in the end the catalogue is that of undisturbed runs.
//!
//! The long run: `cargo test -p sync-cli --test it a_hundred_kills -- --ignored --nocapture`; `RANDOM_SEED` repeats the
//! choices of another time.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::support::{Catalogue, Ran, Running, Server, get, program, say};

/// Choices from a seed (splitmix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (x ^ (x >> 31)) % end.max(1)
    }
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is a number, not {text:?}")))
}

/// Tables with what is said of each.
type Source = BTreeMap<u64, u64>;

fn edited(source: &Source, version: u64, chance: &mut Chance) -> Source {
    let mut edited = source.clone();
    for table in 0..120 {
        match (edited.contains_key(&table), chance.below(10)) {
            (true, 0) => drop(edited.remove(&table)),
            (true, 1) | (false, 0..=3) => drop(edited.insert(table, version)),
            _ => {}
        }
    }
    edited
}

fn write(source: &Source, file: &Path) {
    let mut commands = vec![
        r#"{"resourceType":"Community","identifier":{"name":"Pilots"}}"#.to_owned(),
        r#"{"resourceType":"Domain","identifier":{"name":"Boats","community":{"name":"Pilots"}},"type":{"name":"Physical Data Dictionary"}}"#.to_owned(),
    ];
    commands.extend(source.iter().map(|(table, version)| {
        format!(
            r#"{{"resourceType":"Asset","identifier":{{"name":"boat_{table:03}","domain":{{"name":"Boats","community":{{"name":"Pilots"}}}}}},"type":{{"name":"Table"}},"attributes":{{"Description":[{{"value":"version {version}"}}]}}}}"#
        )
    }));
    fs::write(file, format!("[{}]", commands.join(",\n"))).expect("a file");
}

/// The names in a catalogue, and what is said of assets.
fn content(url: &str) -> (Vec<String>, Vec<String>, BTreeMap<String, String>) {
    let catalogue = Catalogue::of(url);
    let mut containers: Vec<_> = catalogue.domains.into_values().chain(catalogue.communities.into_values()).collect();
    let mut assets: Vec<_> = catalogue.assets.into_values().collect();
    containers.sort_unstable();
    assets.sort_unstable();
    let page = get(url, "/attributes?limit=1000");
    let said = page["results"].as_array().expect("a page").iter().map(|attribute| {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&attribute["asset"]["name"]), text(&attribute["value"]))
    });
    (containers, assets, said.collect())
}

fn command(folder: &Path, url: &str, args: &[&str]) -> Command {
    let mut command =
        program(folder, args.iter().copied().chain(["--url", url, "--quiet-period", "1s", "--output", "json"]));
    command.env("COLLIBRA_USERNAME", "admin").env("COLLIBRA_PASSWORD", "admin");
    command
}

const RUN: [&str; 10] = [
    "run",
    "in.json",
    "--id",
    "pilots",
    "--batch-commands",
    "15",
    "--on-missing",
    "remove",
    "--allow-removals",
    "1000",
];
const RESUME: [&str; 3] = ["resume", "--id", "pilots"];

/// The last cycle, if it is finalized: "its last cycle, 7, is finalized".
fn last_finalized(report: &Value) -> Option<u64> {
    let sentences = report["message"].as_array()?.iter().filter_map(Value::as_str);
    let said =
        sentences.filter_map(|sentence| sentence.strip_prefix("its last cycle, ")?.strip_suffix(", is finalized"));
    said.filter_map(|number| number.parse().ok()).next()
}

struct Harbour<'f> {
    folder: &'f Path,
    server: Option<Server>,
    address: String,
    url: String,
    data: String,
}

impl Harbour<'_> {
    fn server_lives(&mut self) {
        if self.server.is_none() {
            self.server = Some(Server::start_at(&self.address, self.folder, &["--data", &self.data]));
        }
    }

    /// Starts a command, lets it work for a moment and kills it, or the server under it, which comes back after `down`.
    /// `None` if the command was killed before it ended.
    fn killed(&mut self, args: &[&str], moment: Duration, down: Option<Duration>) -> Option<Ran> {
        self.server_lives();
        let mut running = Running::start(&mut command(self.folder, &self.url, args));
        // A random moment is what this is about: there is no condition to wait for.
        let until = Instant::now() + moment;
        while Instant::now() < until && !running.has_ended() {
            thread::sleep(Duration::from_millis(1));
        }
        if let Some(down) = down {
            self.server = None;
            thread::sleep(down);
            self.server_lives();
            return Some(running.end());
        }
        running.kill();
        Some(running.end()).filter(|ran| ran.code.is_some())
    }
}

/// Kills until the program was killed so many times, and asks for the catalogue of undisturbed runs after each cycle.
fn kill(kills: u64) {
    let seed = number("RANDOM_SEED")
        .unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| since.as_millis() as u64));
    say(&format!("RANDOM_SEED={seed}"));
    let mut chance = Chance(seed);
    let folder = tempfile::tempdir().expect("a folder");
    let twin = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data").display().to_string();
    let server = Server::start(folder.path(), &["--data", &data]);
    let (address, url) = (server.address(), server.url.clone());
    let undisturbed = Server::start(twin.path(), &["--memory"]);
    let mut harbour = Harbour { folder: folder.path(), server: Some(server), address, url: url.clone(), data };

    let mut source = edited(&Source::new(), 1, &mut chance);
    let mut done = 0;
    let (mut cycles, mut resumed, mut servers, mut finalized) = (0, 0, 0, 0);
    while done < kills || cycles < 2 {
        cycles += 1;
        for at in [folder.path(), twin.path()] {
            write(&source, &at.join("in.json"));
        }
        let began = Instant::now();
        Ran::of(0, &mut command(twin.path(), &undisturbed.url, &RUN));
        // How long an undisturbed run takes, so that kills fall into all of it.
        let usual = began.elapsed();

        let mut next: &[&str] = &RUN;
        for processes in 1.. {
            assert!(processes < 100, "cycle {cycles} does not come to an end (RANDOM_SEED={seed})");
            let moment = usual.mul_f64(chance.below(1000) as f64 / 1000.0);
            let is_killed = done < kills && chance.below(10) < 9;
            let down = (chance.below(6) == 0).then(|| Duration::from_millis(chance.below(1500)));
            let ran = if is_killed {
                servers += u64::from(down.is_some());
                harbour.killed(next, moment, down)
            } else {
                harbour.server_lives();
                Some(Ran::any(&mut command(folder.path(), &url, next)))
            };
            let Some(ran) = ran else {
                done += 1;
                next = &RESUME;
                continue;
            };
            let report = ran.json();
            match (ran.code, report["outcome"].as_str()) {
                // It was killed after the last entry of its journal, or before the first.
                (Some(0), Some("nothing_to_resume")) => {
                    match last_finalized(&report).filter(|last| *last > finalized) {
                        Some(last) => {
                            finalized = last;
                            break;
                        }
                        None => next = &RUN,
                    }
                }
                (Some(0), _) => {
                    finalized = report["cycle"].as_u64().expect("the cycle");
                    break;
                }
                (Some(4 | 6), _) if report["resumable"] == false && report["cycle"] == 0 => next = &RUN,
                (Some(4 | 6), _) => {
                    resumed += 1;
                    next = &RESUME;
                }
                (code, outcome) => panic!("{code:?} {outcome:?} (RANDOM_SEED={seed}): {report:#}"),
            }
        }
        harbour.server_lives();
        assert_eq!(content(&url), content(&undisturbed.url), "after cycle {cycles} (RANDOM_SEED={seed})");
        source = edited(&source, cycles + 1, &mut chance);
    }
    say(&format!(
        "{done} kills of the program and {servers} of the server in {cycles} cycles; {resumed} runs told how to go on"
    ));
}

#[test]
fn a_few_kills_leave_the_catalogue_of_undisturbed_runs() {
    kill(8);
}

#[test]
#[ignore = "takes minutes; see the head of this file"]
fn a_hundred_kills_leave_the_catalogue_of_undisturbed_runs() {
    kill(100);
}
