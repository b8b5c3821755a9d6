//! Statements 48 to 54: what is told about jobs.

use std::time::{Duration, Instant};

use http::Method;
use serde_json::json;

use crate::conformance::case::Case;
use crate::conformance::form::Form;
use crate::conformance::look::{results, text};
use crate::conformance::outcome::{Step, Verdict, broken, expect, skipped};
use crate::conformance::statement::Evidence::{Chosen, Documented, Inferred};
use crate::conformance::statement::{Statement, Switch, Topic, choice, reading};
use crate::conformance::wire::Payload;

pub(super) const STATEMENTS: &[Statement] =
    &[READABLE, ERROR_PAGES, SPELLING, COUNTERS, REMOVED_COUNT, RESULT_FIELD, HIDDEN];

const TOPIC: Topic = Topic::Jobs;

const READABLE: Statement = Statement {
    number: 48,
    name: "results_are_there_once_the_job_is_over",
    topic: TOPIC,
    says: "Summary and errors answer 404 for an unknown job, 400 while the job is not over, 200 afterwards.",
    evidence: Documented,
    source: "OpenAPI document",
    switches: &[],
    case: |c| Box::pin(readable(c)),
};

const LISTS: [&str; 2] = ["summary", "errors"];

async fn readable(c: &Case<'_>) -> Verdict {
    let codes = async |job: &str| -> Step<[u16; 2]> {
        let mut codes = [0; 2];
        for (code, list) in codes.iter_mut().zip(LISTS) {
            *code = c.wire().get(&format!("/import/results/{job}/{list}")).await?.status;
        }
        Ok(codes)
    };
    let unknown = uuid::Uuid::new_v4().to_string();
    expect("codes for an unknown job", [404, 404], codes(&unknown).await?)?;
    // The job has to be under way still when the answers are given; the larger one is for quick servers.
    for size in [400, 2000, 8000] {
        let job = c.post_batch(&c.new_id(), Form::strict(&c.many(size))).await?.job()?;
        let early = codes(&job).await?;
        let is_over = c.is_over(&job).await?;
        c.ended(&job).await?.succeeded()?;
        expect("codes for a job that is over", [200, 200], codes(&job).await?)?;
        if !is_over {
            return expect("codes for a job under way", [400, 400], early);
        }
    }
    skipped("every job was over before its results could be asked for")
}

const ERROR_PAGES: Statement = Statement {
    number: 49,
    name: "errors_come_in_pages_of_1000",
    topic: TOPIC,
    says: "A limit of 0 gives pages of 1000 errors; countLimit=0 skips the counting; what a larger limit does is said \
           nowhere.",
    evidence: Documented,
    source: "OpenAPI document; what becomes of larger limits is not in it",
    switches: &[LARGE_PAGE],
    case: |c| Box::pin(error_pages(c)),
};

const LARGE_PAGE: Switch = reading(
    "largePage",
    "What happens to a page limit above 1000?",
    &[choice("capped", "the answer has a limit of 1000"), choice("refused", "the answer is a 4xx")],
);

async fn error_pages(c: &Case<'_>) -> Verdict {
    let commands = json!([c.bad("a1"), c.bad("a2"), c.bad("a3")]);
    let job = c.post_batch(&c.new_id(), Form::lenient(&commands)).await?.job()?;
    c.ended(&job).await?;
    let errors = async |query: &str| c.wire().get(&format!("/import/results/{job}/errors{query}")).await;
    for query in ["", "?limit=0"] {
        let page = errors(query).await?.ok()?;
        expect(&format!("limit for {query:?}"), 1000, page["limit"].clone())?;
        expect(&format!("total for {query:?}"), 3, page["total"].clone())?;
        expect(&format!("errors for {query:?}"), 3, results(&page).len())?;
    }
    let page = errors("?limit=2&offset=1").await?.ok()?;
    expect("errors of a page of two", 2, results(&page).len())?;
    let page = errors("?countLimit=0").await?.ok()?;
    expect("errors where they are not counted", 3, results(&page).len())?;
    let large = errors("?limit=5000").await?;
    let is_refused = large.is_refusal();
    if !is_refused {
        expect("limit of a page beyond the maximum", 1000, large.ok()?["limit"].clone())?;
    }
    c.observe(&LARGE_PAGE, if is_refused { "refused" } else { "capped" });
    Ok(())
}

const SPELLING: Statement = Statement {
    number: 50,
    name: "summary_and_job_spell_partial_success_differently",
    topic: TOPIC,
    says: "Where the job says COMPLETED_WITH_ERROR, its summary says COMPLETED_WITH_ERRORS.",
    evidence: Documented,
    source: "OpenAPI document",
    switches: &[],
    case: |c| Box::pin(spelling(c)),
};

async fn spelling(c: &Case<'_>) -> Verdict {
    let commands = json!([c.table("a1"), c.bad("a2")]);
    let ended = c.outcome_of(c.post_batch(&c.new_id(), Form::lenient(&commands)).await?).await?;
    expect("whether there is a summary", true, ended.summary.is_some())?;
    expect("state in the summary", "COMPLETED_WITH_ERRORS", ended.import_state())?;
    match ended.result() {
        Some(result) => expect("result of the job", "COMPLETED_WITH_ERROR", result),
        None => {
            c.note("this server does not show the result of the job, so only the summary was looked at");
            Ok(())
        }
    }
}

const COUNTERS: Statement = Statement {
    number: 51,
    name: "summaries_may_look_like_the_sample_of_the_guide",
    topic: TOPIC,
    says: "In the sample of the guide counters have failed and subcategories may be null; in the OpenAPI document \
           neither.",
    evidence: Documented,
    source: "page about the import summary, against the OpenAPI document",
    switches: &[SAMPLE_COUNTERS],
    case: |c| Box::pin(counters(c)),
};

const SAMPLE_COUNTERS: Switch = reading(
    "sampleCounters",
    "Do summaries look like the sample in the guide?",
    &[choice("false", "counters have no failed"), choice("true", "counters have failed")],
);

async fn counters(c: &Case<'_>) -> Verdict {
    let commands = json!([c.table("a1"), c.bad("a2")]);
    let ended = c.outcome_of(c.post_batch(&c.new_id(), Form::lenient(&commands)).await?).await?;
    let Some(entry) = ended.of("ASSET") else { return broken("an entry for assets in the summary", ended.told()) };
    let counters = &entry["counters"];
    expect("assets added", 1, counters["added"].clone())?;
    for counter in ["updated", "removed"] {
        expect(&format!("assets {counter}"), 0, counters[counter].clone())?;
    }
    let has_failed = counters.get("failed").is_some();
    if has_failed {
        expect("assets failed", 1, counters["failed"].clone())?;
    }
    expect("whether subcategories are listed", true, entry["subcategories"].is_array() || has_failed)?;
    c.observe(&SAMPLE_COUNTERS, has_failed.to_string());
    Ok(())
}

const REMOVED_COUNT: Statement = Statement {
    number: 52,
    name: "summary_of_a_finalize_counts_what_it_removed",
    topic: TOPIC,
    says: "The summary of a finalize has removed for each kind.",
    evidence: Inferred,
    source: "OpenAPI document",
    switches: &[],
    case: |c| Box::pin(removed_count(c)),
};

async fn removed_count(c: &Case<'_>) -> Verdict {
    let id = c.new_id();
    c.cycle(&id, &c.tables(&["a1", "a2", "a3"]), "REMOVE_RESOURCES").await?;
    let ended = c.cycle(&id, &c.tables(&["a1"]), "REMOVE_RESOURCES").await?;
    expect("assets removed", 2, ended.count("ASSET", "removed"))?;
    expect("assets added", 0, ended.count("ASSET", "added"))
}

const RESULT_FIELD: Statement = Statement {
    number: 53,
    name: "job_may_leave_out_its_result",
    topic: TOPIC,
    says: "Whether a job that is read shows its result depends on which document one believes; what it is called is \
           said nowhere.",
    evidence: Chosen,
    source: "the OpenAPI documents of the core API and of the Import API disagree",
    switches: &[JOB_RESULT, JOB_NAMES],
    case: |c| Box::pin(result_field(c)),
};

const JOB_RESULT: Switch = reading(
    "jobResultField",
    "Does a job that is read show its result?",
    &[choice("omitted", "there is no result"), choice("included", "there is one")],
);

const JOB_NAMES: Switch = reading(
    "jobNames",
    "What are jobs called?",
    &[
        choice("plain", "the name does not have the file that was sent along"),
        choice("with-file", "the name has the file that was sent along"),
    ],
);

async fn result_field(c: &Case<'_>) -> Verdict {
    let ended = c.batch(&c.new_id(), &c.tables(&["a1"])).await?;
    match ended.result() {
        None => c.observe(&JOB_RESULT, "omitted"),
        Some("SUCCESS") => c.observe(&JOB_RESULT, "included"),
        Some(other) => return broken("the result SUCCESS, or none", other),
    }
    let has_file = text(&ended.job["name"]).contains("commands.json");
    c.observe(&JOB_NAMES, if has_file { "with-file" } else { "plain" });
    Ok(())
}

const HIDDEN: Statement = Statement {
    number: 54,
    name: "fresh_job_may_not_be_visible_yet",
    topic: TOPIC,
    says: "For a short time a fresh job may be answered with 404 or 500.",
    evidence: Documented,
    source: "published example",
    switches: &[HIDDEN_POLLS, HIDDEN_JOB],
    case: |c| Box::pin(hidden(c)),
};

const HIDDEN_POLLS: Switch = reading(
    "hiddenPolls",
    "How many looks at a fresh job fail?",
    &[choice("0", "the first look is answered with 200"), choice("a number", "so many looks were answered otherwise")],
);
const HIDDEN_JOB: Switch = reading(
    "hiddenJob",
    "How is a job answered that is not visible yet?",
    &[choice("not-found", "404"), choice("server-error", "500")],
);

/// How long a job may stay hidden.
const HIDING: Duration = Duration::from_secs(30);

async fn hidden(c: &Case<'_>) -> Verdict {
    // Every look counts, so it has to be known before which resource for jobs there is.
    let has_older = !c.wire().get("/jobs?limit=1").await?.is_no_endpoint();
    let jobs = if has_older { "/rest/2.0/jobs" } else { "/rest/jobs/v1/jobs" };
    let job = c.post_batch(&c.new_id(), Form::strict(&c.tables(&["a1"]))).await?.job()?;
    let began = Instant::now();
    let mut failed = Vec::new();
    loop {
        let answer = c.wire().beside(Method::GET, &format!("{jobs}/{job}"), Payload::None).await?;
        match answer.status {
            200 => break,
            code @ (404 | 500) if began.elapsed() < HIDING => failed.push(code),
            _ => return broken("a fresh job to be answered with 200, 404 or 500, and soon with 200", answer.told()),
        }
        c.wire().pause(Duration::from_millis(20)).await?;
    }
    c.ended(&job).await?.succeeded()?;
    c.observe(&HIDDEN_POLLS, failed.len().to_string());
    if let Some(code) = failed.first() {
        c.observe(&HIDDEN_JOB, if *code == 404 { "not-found" } else { "server-error" });
    }
    Ok(())
}
