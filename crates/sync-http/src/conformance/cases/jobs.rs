//! Statements 45 to 47: several jobs at a time.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::conformance::case::Case;
use crate::conformance::form::Form;
use crate::conformance::look::{is_terminal, results, text};
use crate::conformance::outcome::{Verdict, broken, expect, skipped};
use crate::conformance::statement::Evidence::{Chosen, Documented};
use crate::conformance::statement::{Statement, Switch, Topic, choice, reading};

pub(super) const STATEMENTS: &[Statement] = &[ORDER, EIGHT, SAME_ASSET];

const TOPIC: Topic = Topic::Jobs;

const ORDER: Statement = Statement {
    number: 45,
    name: "finalize_behind_a_waiting_batch",
    topic: TOPIC,
    says: "Whether a finalize that is accepted while a batch of its id still waits or runs comes after that batch is \
           said nowhere.",
    evidence: Chosen,
    source: "none",
    switches: &[JOB_ORDER],
    case: |c| Box::pin(order(c)),
};

const JOB_ORDER: Switch = reading(
    "jobOrder",
    "In which order do the jobs of one id run?",
    &[
        choice("fifo", "in the order of acceptance: what the batch names stays, the rest is removed"),
        choice("racing", "the finalize does not know of the batch: assets the batch names are removed, or others stay"),
    ],
);

async fn order(c: &Case<'_>) -> Verdict {
    // The batch has to be under way still when the finalize is accepted; the larger one is for quick servers. Before it
    // stands another job: a server that works on one job at a time has to have begun neither batch nor finalize.
    for size in [400, 2000, 8000] {
        let id = c.new_id();
        c.cycle(&id, &c.tables(&["m0", "a1"]), "REMOVE_RESOURCES").await?;
        let before = c.asset("m0").await?["id"].clone();
        let others: Value = (0..size).map(|number| c.table(&format!("o{number}"))).collect();
        let other = c.post_batch(&c.new_id(), Form::strict(&others)).await?.job()?;
        let batch = c.post_batch(&id, Form::strict(&c.many(size))).await?.job()?;
        let finalize = c.post_finalize(&id, Form::strategy("REMOVE_RESOURCES")).await?.job()?;
        let is_over = c.is_over(&other).await? || c.is_over(&batch).await?;
        c.ended(&other).await?;
        let ended = c.ended(&finalize).await?;
        c.ended(&batch).await?;
        let is_kept = c.find_asset("m0").await?.is_some_and(|asset| asset["id"] == before);
        let is_removed = c.find_asset("a1").await?.is_none();
        let is_in_order = ended.state() == "COMPLETED" && is_kept && is_removed;
        if is_in_order && is_over {
            continue;
        }
        c.observe(&JOB_ORDER, if is_in_order { "fifo" } else { "racing" });
        return Ok(());
    }
    skipped("every batch was over before a finalize could be sent")
}

const EIGHT: Statement = Statement {
    number: 46,
    name: "at_most_eight_import_jobs_run_at_once",
    topic: TOPIC,
    says: "At most 8 import jobs run at once, or as many as the server is set to; the others wait.",
    evidence: Documented,
    source: "page about concurrent imports; that the others are WAITING is inferred",
    switches: &[],
    case: |c| Box::pin(eight(c)),
};

/// Jobs submitted at once.
const CROWD: usize = 12;

async fn eight(c: &Case<'_>) -> Verdict {
    if c.wire().get("/jobs?limit=1").await?.is_no_endpoint() {
        return skipped("this server has no list of jobs");
    }
    let mut jobs = Vec::new();
    for crowd in 0..CROWD {
        let commands: Value = (0..150).map(|number| c.table(&format!("{crowd}-{number}"))).collect();
        jobs.push(c.post_batch(&c.new_id(), Form::strict(&commands)).await?.job()?);
    }
    let (mut most, mut waited) = (0, 0);
    let began = Instant::now();
    loop {
        // One answer is one moment, so what it shows as running did run at once.
        let page = c.wire().get("/jobs?sortField=CREATED_ON&sortOrder=DESC&limit=1000").await?.ok()?;
        let ours: Vec<&Value> = results(&page).iter().filter(|job| jobs.contains(&text(&job["id"]))).collect();
        let count = |state: &str| ours.iter().filter(|job| job["state"] == state).count();
        (most, waited) = (most.max(count("RUNNING")), waited.max(count("WAITING")));
        if ours.iter().filter(|job| is_terminal(job)).count() == CROWD || began.elapsed() > c.run.patience {
            break;
        }
        c.wire().pause(Duration::from_millis(5)).await?;
    }
    for job in &jobs {
        c.ended(job).await?;
    }
    c.note(format!("of {CROWD} jobs at most {most} were seen running at once, and {waited} waiting"));
    expect("whether more than 8 jobs ran at once", false, most > 8)
}

const SAME_ASSET: Statement = Statement {
    number: 47,
    name: "two_jobs_at_once_on_the_same_assets",
    topic: TOPIC,
    says: "Two jobs on the same assets at the same time should not be; what comes of it is said nowhere.",
    evidence: Chosen,
    source: "page about concurrent imports, which advises against it",
    switches: &[CONCURRENT_ASSETS],
    case: |c| Box::pin(same_asset(c)),
};

const CONCURRENT_ASSETS: Switch = reading(
    "concurrentAssets",
    "What comes of two jobs on the same assets at the same time?",
    &[choice("second-fails", "one of them ends in ERROR"), choice("serialized", "both succeed, one after the other")],
);

async fn same_asset(c: &Case<'_>) -> Verdict {
    // The first job has to be under way still when the second is accepted; the larger ones are for quick servers.
    for size in [400, 950] {
        let commands = c.many(size);
        let one = c.post_batch(&c.new_id(), Form::strict(&commands)).await?.job()?;
        let two = c.post_batch(&c.new_id(), Form::strict(&commands)).await?.job()?;
        let is_over = c.is_over(&one).await?;
        let (one, two) = (c.ended(&one).await?, c.ended(&two).await?);
        expect("assets", size, c.assets().await?.len())?;
        let reading = match (one.state(), two.state()) {
            ("COMPLETED", "COMPLETED") if is_over => continue,
            ("COMPLETED", "COMPLETED") => "serialized",
            ("COMPLETED", "ERROR") | ("ERROR", "COMPLETED") => "second-fails",
            _ => return broken("one of the two jobs to succeed, or both", format!("{}; {}", one.told(), two.told())),
        };
        c.observe(&CONCURRENT_ASSETS, reading);
        return Ok(());
    }
    skipped("the first job was over before the second could be sent")
}
