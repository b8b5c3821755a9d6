//! `collibra-sync conformance`

use std::path::Path;

use sync_core::cycle::StopSignal;
use sync_http::conformance::{CaseReport, Suite, SuiteEnd, SuiteReport, statements};

use super::Manner;
use crate::args::{ConformanceArgs, OutputFormat};
use crate::exit::{Exit, Failure, OrExit};
use crate::files::write_json;
use crate::output::{conformance, printer};
use crate::signals::StopRequests;
use crate::target::{Chosen, Target, default_state};

pub(crate) async fn run(args: &ConformanceArgs, manner: Manner) -> Result<Exit, Failure> {
    if args.list {
        match manner.output {
            OutputFormat::Json => printer::json(&statements()),
            OutputFormat::Human => printer::text(&conformance::list()),
        }
        return Ok(Exit::DONE);
    }
    let chosen = Chosen::from(&args.target)?;
    if !args.create_test_community {
        return Err(Failure::usage("the suite makes a community with test data on the target and removes it again")
            .with_hint("add --create-test-community if that may be; never try it where people work first"));
    }
    if let Some(folder) = args.save.as_deref().and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty())
        && !folder.is_dir()
    {
        return Err(Failure::usage(format_args!("there is no folder {} to save to", folder.display())));
    }
    let target = Target::open(&chosen, &args.target, &default_state()).await?;
    let suite = suite(args, &target)?;

    let requests = StopRequests::listen().or_exit(Exit::BROKEN)?;
    let stop = StopSignal::default();
    let community = suite.community();
    if !manner.quiet {
        printer::note(&format!("working in the community {community:?} of {}", target.name));
    }
    let listening = tokio::spawn(stop_on_request(requests, stop.clone(), community));
    let report = suite.run(&stop, &mut |case| progress(case, manner)).await;
    listening.abort();
    let name = target.name.clone();
    target.close().await;

    let json = report.to_json(&name);
    match manner.output {
        OutputFormat::Json => printer::json(&json),
        OutputFormat::Human => printer::text(&conformance::report(&report)),
    }
    if let Some(path) = &args.save {
        write_json("the report", path, &json)?;
    }
    exit(&report)
}

fn suite(args: &ConformanceArgs, target: &Target) -> Result<Suite, Failure> {
    let suite = Suite::new(target.http.clone()).with_patience(args.job_timeout);
    if args.only.is_empty() {
        return Ok(suite);
    }
    suite.only(args.only.iter().flat_map(|numbers| numbers.0.clone())).or_exit(Exit::USAGE)
}

fn progress(case: &CaseReport, manner: Manner) {
    match manner {
        Manner { quiet: true, .. } => {}
        Manner { output: OutputFormat::Human, .. } => printer::note(&conformance::line(case)),
        Manner { output: OutputFormat::Json, .. } => {
            if let Ok(line) = serde_json::to_string(case) {
                printer::note(&line);
            }
        }
    }
}

/// What the report means for those who run this.
fn exit(report: &SuiteReport) -> Result<Exit, Failure> {
    match &report.end {
        SuiteEnd::Complete if report.is_good() => Ok(Exit::DONE),
        SuiteEnd::Complete => Ok(Exit::FAILED),
        SuiteEnd::Stopped => Ok(Exit::UNCERTAIN),
        SuiteEnd::Denied { status, call } => {
            Err(Failure::new(Exit::DENIED, anyhow::anyhow!("{call} was answered with {status}"))
                .with_hint("the account needs the rights to import, and to create and delete communities"))
        }
        SuiteEnd::Unreachable { call, cause } => {
            Err(Failure::new(Exit::UNREACHABLE, anyhow::anyhow!("{call} got no answer: {cause}")))
        }
        SuiteEnd::NoPlace { seen } => {
            Err(Failure::new(Exit::FAILED, anyhow::anyhow!("the community for the cases could not be made: {seen}")))
        }
        _ => Ok(Exit::FAILED),
    }
}

/// The first request asks to stop and to tidy up, the second one does not wait for it.
async fn stop_on_request(mut requests: StopRequests, stop: StopSignal, community: String) {
    requests.next().await;
    printer::note("stopping: removing what was made; press Ctrl-C again to leave it there");
    stop.stop();
    requests.next().await;
    printer::note(&format!("stopped; the community {community:?} may still be there"));
    std::process::exit(Exit::UNCERTAIN.0.into());
}
