//! `collibra-sync job`

use sync_core::Job;
use sync_core::cycle::{Patience, StopSignal};
use sync_core::transport::TransportError;
use sync_engine::{JobReport, SystemClock, read_job, wait_for_job};

use super::Manner;
use super::sync::of_transport;
use crate::args::{CancelJob, JobArgs, JobCommand, OneJob, OutputFormat};
use crate::exit::{Exit, Failure, OrExit};
use crate::output::{human, printer, progress};
use crate::signals::StopRequests;
use crate::target::{Chosen, Target};

pub(crate) async fn run(args: JobArgs, manner: Manner) -> Result<Exit, Failure> {
    match args.command {
        JobCommand::Show(of) => show(&of, manner).await,
        JobCommand::Wait(of) => wait(&of, manner).await,
        JobCommand::Cancel(asked) => cancel(&asked, manner).await,
    }
}

/// The service answers before the job has stopped, so it is looked at once afterwards and no more is promised.
async fn cancel(asked: &CancelJob, manner: Manner) -> Result<Exit, Failure> {
    let CancelJob { of, message } = asked;
    let target = open(of).await?;
    let canceled = async {
        target.api().cancel(&of.job, message.as_deref()).await?;
        Ok(read_job(target.transport.as_ref(), &of.job).await)
    };
    let canceled = canceled.await;
    target.close().await;
    let read = canceled.map_err(|error| failed(of, error))?;
    if let Ok(report) = &read {
        tell(report, manner);
    }
    if read.as_ref().ok().is_none_or(|report| report.outcome.is_none()) {
        printer::note(&format!("it was asked to stop; `job wait {}` says what came of it", of.job));
    }
    read.map(|_| Exit::DONE).map_err(|error| failed(of, error))
}

async fn show(of: &OneJob, manner: Manner) -> Result<Exit, Failure> {
    let target = open(of).await?;
    let read = read_job(target.transport.as_ref(), &of.job).await;
    target.close().await;
    tell(&read.map_err(|error| failed(of, error))?, manner);
    Ok(Exit::DONE)
}

/// However long it takes: only the job's end, a target that stays away or a request to stop ends this.
async fn wait(of: &OneJob, manner: Manner) -> Result<Exit, Failure> {
    let target = open(of).await?;
    let mut requests = StopRequests::listen().or_exit(Exit::BROKEN)?;
    let stop = StopSignal::default();
    let signal = stop.clone();
    let listening = tokio::spawn(async move {
        requests.next().await;
        signal.stop();
    });
    let mut last = String::new();
    let looked = |job: &Job| {
        let line = progress::job(&format!("job {}", job.id), job);
        if let Some(line) = line.filter(|line| !manner.quiet && *line != last) {
            printer::note(&line);
            last = line;
        }
    };
    let patience = Patience::default();
    let waited = wait_for_job(target.transport.as_ref(), &SystemClock, &of.job, &patience, &stop, looked).await;
    target.close().await;
    listening.abort();
    match waited.map_err(|error| failed(of, error))? {
        Some(report) => {
            tell(&report, manner);
            let good = report.outcome.is_some_and(|outcome| outcome.is_success());
            Ok(if good { Exit::DONE } else { Exit::FAILED })
        }
        None => {
            printer::note(&format!("job {} goes on; waiting for it again is safe at any time", of.job));
            Ok(Exit::UNCERTAIN)
        }
    }
}

fn tell(report: &JobReport, manner: Manner) {
    match manner.output {
        OutputFormat::Json => printer::json(report),
        OutputFormat::Human => printer::text(&human::job(report)),
    }
}

async fn open(of: &OneJob) -> Result<Target, Failure> {
    let chosen = Chosen::from(&of.target)?;
    Target::open(&chosen, &of.target, &of.state).await
}

fn failed(of: &OneJob, error: TransportError) -> Failure {
    let unknown = error.kind() == sync_core::transport::TransportErrorKind::NotFound;
    let failure = of_transport(error);
    if unknown { failure.with_hint(format!("the target does not know job {}", of.job)) } else { failure }
}
