//! Running the cases, one after the other.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::Value;
use sync_core::cycle::StopSignal;

use super::case::{Case, Run, domain_name};
use super::commands::{community, domain};
use super::form::Form;
use super::look::{results, text};
use super::mark::Mark;
use super::outcome::{Outcome, Step, Stop, SuiteEnd, broken};
use super::report::{CaseReport, SuiteReport};
use super::statement::{Statement, statements};
use super::wire::Wire;
use crate::HttpTransport;

/// The cases, ready to be run against a server.
///
/// They work in a community of their own and with synchronization ids of their own, each case in a domain of its own; the
/// community's name begins with `collibra-sync conformance` and ends with eight random characters. What they leave is
/// removed in the end: jobs are waited for, synchronizations, mappings and files removed, the community deleted with
/// everything in it. Jobs and their results stay in the server's list, as there is no way to remove them.
///
/// The account needs the rights to import, to synchronize, and to create and delete communities at the top.
#[derive(Debug)]
#[must_use]
pub struct Suite {
    transport: HttpTransport,
    mark: Mark,
    numbers: BTreeSet<u8>,
    patience: Duration,
}

/// A number that no statement has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no statement {number}; they go from 1 to {last}", last = statements().len())]
pub struct NoSuchStatement {
    number: u8,
}

impl Suite {
    /// All cases against the server of this transport.
    pub fn new(transport: HttpTransport) -> Self {
        let numbers = statements().iter().map(|statement| statement.number).collect();
        Self { transport, mark: Mark::new(), numbers, patience: Duration::from_secs(300) }
    }

    /// The name of the community that the cases will work in.
    pub fn community(&self) -> String {
        self.mark.community()
    }

    /// These cases only.
    ///
    /// # Errors
    /// [`NoSuchStatement`].
    pub fn only(mut self, numbers: impl IntoIterator<Item = u8>) -> Result<Self, NoSuchStatement> {
        self.numbers = numbers.into_iter().collect();
        match self.numbers.iter().find(|number| !statements().iter().any(|known| known.number == **number)) {
            Some(number) => Err(NoSuchStatement { number: *number }),
            None => Ok(self),
        }
    }

    /// Longest wait for one job; default 300 s. A job that takes longer breaks its case.
    pub fn with_patience(mut self, limit: Duration) -> Self {
        self.patience = limit;
        self
    }

    /// Runs the cases in the order of their numbers and removes what they have left. `progress` is told of each case
    /// that has ended.
    ///
    /// Once `stop` asks for it, no further request is sent but those that tidy up.
    ///
    /// # Cancellation
    /// Dropping the future leaves everything on the server as it is at that moment: stop it with `stop`.
    pub async fn run(self, stop: &StopSignal, progress: &mut (dyn FnMut(&CaseReport) + Send)) -> SuiteReport {
        let wire = Wire { transport: self.transport, stop: stop.clone() };
        let mut run = Run::new(wire, self.mark, self.patience);
        let chosen: Vec<&'static Statement> =
            statements().iter().filter(|statement| self.numbers.contains(&statement.number)).collect();

        let mut cases = Vec::new();
        let mut end = match run.make_place(&chosen).await {
            Ok(()) => SuiteEnd::Complete,
            Err(Stop::End(end)) => end,
            Err(Stop::Broken { seen, .. } | Stop::Skipped(seen)) => SuiteEnd::NoPlace { seen },
        };
        if end == SuiteEnd::Complete {
            for statement in chosen {
                match tried(&run, statement).await {
                    Ok(case) => {
                        progress(&case);
                        cases.push(case);
                    }
                    Err(reason) => {
                        end = reason;
                        break;
                    }
                }
            }
        }
        let community = run.community.clone();
        let left_behind = run.tidy_up().await;
        SuiteReport { community, end, cases, left_behind }
    }
}

/// Runs one case.
async fn tried(run: &Run, statement: &'static Statement) -> Result<CaseReport, SuiteEnd> {
    let began = Instant::now();
    let case = Case::new(run, statement);
    let verdict = (statement.case)(&case).await;
    let (readings, notes) = case.into_found();
    let outcome = match verdict {
        Ok(()) if readings.is_empty() => Outcome::Holds,
        Ok(()) => Outcome::Reading,
        Err(Stop::Broken { expected, seen }) => Outcome::Broken { expected, seen },
        Err(Stop::Skipped(reason)) => Outcome::Skipped { reason },
        Err(Stop::End(end)) => return Err(end),
    };
    Ok(CaseReport { statement, outcome, readings, notes, seconds: began.elapsed().as_secs_f64() })
}

impl Run {
    /// Makes the community and a domain for each case.
    async fn make_place(&mut self, statements: &[&Statement]) -> Step<()> {
        let names = statements.iter().map(|statement| domain_name(statement.number));
        let mut commands = vec![community(&self.community)];
        commands.extend(names.map(|name| domain(&name, &self.community)));

        let id = self.mark.synchronization(0, 0);
        let answer = self.post(&id, "batch/json-job", Form::strict(&Value::from(commands))).await?;
        self.ended(&answer.job()?).await?.succeeded()?;

        let Some(community) = self.wire.community(&self.community).await? else {
            return broken("the community of the cases to be listed", "it is not listed");
        };
        let page =
            self.wire.get(&format!("/domains?communityId={community}&excludeMeta=false&limit=1000")).await?.ok()?;
        self.domains = results(&page).iter().map(|domain| (text(&domain["name"]), text(&domain["id"]))).collect();
        Ok(())
    }
}
