//! What `run` and `resume` have in common: an engine that can be stopped, and its report.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sync_core::cycle::StopSignal;
use sync_engine::store::SqliteStore;
use sync_engine::{Engine, Report};

use super::Manner;
use crate::args::{OutputFormat, TargetArgs};
use crate::exit::{Exit, Failure, OrExit};
use crate::files::write_json;
use crate::output::{human, memory, printer, progress};
use crate::signals::StopRequests;
use crate::target::Target;

/// What is around a run.
pub(super) struct Driving<'a> {
    pub(super) target: &'a TargetArgs,
    pub(super) state: &'a Path,
    pub(super) reports: &'a [PathBuf],
    pub(super) manner: Manner,
}

impl Driving<'_> {
    /// Lets `work` do its work, and tells what came of it.
    pub(super) async fn drive(
        &self,
        target: Target,
        store: SqliteStore,
        work: impl AsyncFnOnce(Engine) -> Report,
    ) -> Result<Exit, Failure> {
        let requests = StopRequests::listen().or_exit(Exit::BROKEN)?;
        let stop = StopSignal::default();
        let listening = tokio::spawn(stop_on_request(requests, stop.clone()));
        let engine = Engine::new(Arc::new(store), Arc::clone(&target.transport), self.state)
            .with_progress(progress::sink(self.manner))
            .with_catalogue(Arc::clone(&target.catalogue))
            .with_stop(stop);
        let mut report = work(engine).await;
        target.close().await;
        listening.abort();

        report.peak_memory_bytes = memory::peak_bytes();
        report.message.extend(ways_out(&report));
        if report.resumable {
            report.message.push(format!("to go on: {}", self.resume_command(&report)));
        }
        match self.manner.output {
            OutputFormat::Json => printer::json(&report),
            OutputFormat::Human => printer::text(&human::run(&report)),
        }
        for path in self.reports {
            write_json("the report", path, &report)?;
        }
        Ok(Exit(report.exit_code))
    }

    /// The command that carries a run on.
    fn resume_command(&self, report: &Report) -> String {
        let mut words = vec!["collibra-sync".to_owned(), "resume".to_owned(), "--id".to_owned()];
        words.push(quoted(report.synchronization_id.as_str()));
        words.extend(self.target.words().into_iter().map(|word| quoted(&word)));
        if self.state != crate::target::default_state() {
            words.extend(["--state".to_owned(), quoted(&self.state.display().to_string())]);
        }
        words.join(" ")
    }
}

/// A word as a shell reads it back.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// The flags that let a run pass which the guard has stopped, and what to do where there is none.
fn ways_out(report: &Report) -> Vec<String> {
    let mut ways = Vec::new();
    for reason in &report.guard {
        let way = match (&reason.flag, &reason.advice) {
            (Some(flag), _) => format!("to let this one run do it, add {flag}"),
            (None, Some(advice)) => advice.clone(),
            (None, None) => continue,
        };
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    ways
}

/// Refuses what cannot be written before anything is done.
pub(super) fn can_hold_reports(paths: &[PathBuf]) -> Result<(), Failure> {
    for path in paths {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if path.extension().is_none_or(|ending| ending != "json") {
            return Err(Failure::usage(format_args!("{}: a report is a .json file", path.display())));
        }
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            return Err(Failure::usage(format_args!("{}: there is no folder {}", path.display(), folder.display())));
        }
    }
    Ok(())
}

/// The first request asks to stop at the next safe point, the second one does not wait for it: the journal is good at
/// any moment.
async fn stop_on_request(mut requests: StopRequests, stop: StopSignal) {
    requests.next().await;
    printer::note("stopping at the next safe point; press Ctrl-C again to stop at once");
    stop.stop();
    requests.next().await;
    printer::note("stopped; the state is kept, resume or running the same again goes on from here");
    std::process::exit(Exit::UNCERTAIN.0.into());
}
