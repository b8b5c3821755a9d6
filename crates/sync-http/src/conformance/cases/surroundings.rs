//! Statements 55 to 60: the newer job resource, cancelling, files, relations, faults.

use std::time::{Duration, Instant};

use http::Method;
use serde_json::{Value, json};

use crate::conformance::case::Case;
use crate::conformance::commands::with;
use crate::conformance::form::Form;
use crate::conformance::look::{is_terminal, results, text};
use crate::conformance::outcome::{Step, Verdict, broken, expect, skipped};
use crate::conformance::statement::Evidence::{Chosen, Documented};
use crate::conformance::statement::{Statement, Switch, Topic, choice, reading};
use crate::conformance::wire::{Answer, Payload};

pub(super) const STATEMENTS: &[Statement] = &[NEWER_JOBS, CANCELED, DELETED_FILE, FILE_AND_ID, RELATIONS, FAULTS];

const TOPIC: Topic = Topic::Surroundings;

const NEWER_JOBS: Statement = Statement {
    number: 55,
    name: "newer_job_resource_has_another_shape",
    topic: TOPIC,
    says: "The Job API v1 shows dates as texts, the user as user, pages by nextCursor, and FAILED where the older one \
           has ERROR.",
    evidence: Documented,
    source: "page about the Job API; the states are those of a client of the vendor",
    switches: &[JOBS_API, MISSING_API],
    case: |c| Box::pin(newer_jobs(c)),
};

const JOBS_API: Switch = reading(
    "jobsApi",
    "Which resources for jobs are there?",
    &[
        choice("both", "a job can be read under /rest/2.0/jobs and under /rest/jobs/v1/jobs"),
        choice("older-only", "it can be read under /rest/2.0/jobs alone"),
        choice("newer-only", "it can be read under /rest/jobs/v1/jobs alone"),
    ],
);
const MISSING_API: Switch = reading(
    "missingJobsApi",
    "How are calls of a jobs API answered that is not there?",
    &[choice("gone", "410"), choice("not-found", "404")],
);

async fn newer_jobs(c: &Case<'_>) -> Verdict {
    let good = c.post_batch(&c.new_id(), Form::strict(&c.tables(&["a1"]))).await?.job()?;
    c.ended(&good).await?.succeeded()?;
    let bad = c.post_batch(&c.new_id(), Form::strict(&json!([c.bad("a2")]))).await?.job()?;
    c.ended(&bad).await?.came_to("ERROR", "FAILED")?;

    let get =
        async |path: &str| c.wire().beside(Method::GET, &format!("/rest/jobs/v1/jobs{path}"), Payload::None).await;
    let missing = |answer: &Answer| match answer.status {
        410 => c.observe(&MISSING_API, "gone"),
        404 => c.observe(&MISSING_API, "not-found"),
        code => c.note(format!("calls of the jobs API that is not there are answered with {code}")),
    };
    let older = c.wire().get(&format!("/jobs/{good}")).await?;
    let answer = get(&format!("/{good}")).await?;
    if answer.is_no_endpoint() {
        c.note("this server has no Job API v1, so its shape was not looked at");
        c.observe(&JOBS_API, "older-only");
        missing(&answer);
        return Ok(());
    }
    let job = answer.ok()?;
    expect("id", good, job["id"].clone())?;
    expect("state of the job that succeeded", "COMPLETED", job["state"].clone())?;
    for date in ["createdOn", "startDate", "endDate"] {
        let is_date = job[date].as_str().is_some_and(|date| date.get(4..5) == Some("-") && date.contains('T'));
        if !is_date {
            return broken(format!("{date} to be a date and time as a text"), job[date].to_string());
        }
    }
    expect("whether there is a user", true, !job["user"].is_null())?;
    expect("whether there is a userId", false, job.get("userId").is_some())?;
    let job = get(&format!("/{bad}")).await?.ok()?;
    expect("state of the job that failed", "FAILED", job["state"].clone())?;

    let first = get("?pageSize=1").await?.ok()?;
    expect("jobs on a page of one", 1, results(&first).len())?;
    let cursor = text(&first["nextCursor"]);
    let second = get(&format!("?pageSize=1&cursor={}", crate::conformance::wire::encoded(&cursor))).await?.ok()?;
    expect("jobs on the second page of one", 1, results(&second).len())?;
    expect("whether the second page repeats the first", false, results(&first) == results(&second))?;
    if older.status == 200 {
        c.observe(&JOBS_API, "both");
    } else {
        c.observe(&JOBS_API, "newer-only");
        missing(&older);
    }
    Ok(())
}

const CANCELED: Statement = Statement {
    number: 56,
    name: "canceled_job_stops",
    topic: TOPIC,
    says: "Canceling answers 202, and the job comes to CANCELED later; whether what it has done until then stays is \
           said nowhere.",
    evidence: Documented,
    source: "OpenAPI document; what becomes of the work is not in it, and the operation was announced to go in 2026.06",
    switches: &[CANCELED_WORK, OLDER_CANCEL],
    case: |c| Box::pin(canceled(c)),
};

const CANCELED_WORK: Switch = reading(
    "canceledWork",
    "What becomes of the work of an all-or-nothing job that is canceled while it runs?",
    &[choice("rolled-back", "none of its assets is there"), choice("kept", "some of its assets are there")],
);
const OLDER_CANCEL: Switch = reading(
    "olderCancel",
    "Is the older operation that cancels jobs there?",
    &[
        choice(
            "by-version",
            "POST /rest/2.0/jobs/{id}/canceled is where continueOnError is false by default, and there alone",
        ),
        choice("offered", "it is, although continueOnError is true by default"),
        choice("removed", "it is not, although continueOnError is false by default"),
    ],
);

async fn canceled(c: &Case<'_>) -> Verdict {
    // The job has to be under way still when it is canceled; the larger one is for quick servers.
    for size in [3000, 20_000] {
        let job = c.post_batch(&c.new_id(), Form::strict(&c.many(size))).await?.job()?;
        if !is_under_way(c, &job).await? {
            continue;
        }
        let has_older = cancel(c, &job).await?;
        let state = text(&c.run.finished(&job).await?["state"]);
        if state == "COMPLETED" {
            continue;
        }
        expect("state of the job", "CANCELED", state)?;
        let is_kept = !c.assets().await?.is_empty();
        c.observe(&CANCELED_WORK, if is_kept { "kept" } else { "rolled-back" });
        // Where the older API is not there at all, nothing can be said about one operation of it.
        if c.wire().get("/jobs?limit=1").await?.is_no_endpoint() {
            return Ok(());
        }
        let older = match (has_older, is_of_older_version(c).await?) {
            (true, false) => "offered",
            (false, true) => "removed",
            (true, true) | (false, false) => "by-version",
        };
        c.observe(&OLDER_CANCEL, older);
        return Ok(());
    }
    skipped("every job was over before it could be canceled")
}

/// Waits until something of a job is done, or there would be nothing to roll back; `false` if the job is over by then.
async fn is_under_way(c: &Case<'_>, job: &str) -> Step<bool> {
    let began = Instant::now();
    while began.elapsed() < c.run.patience {
        let seen = c.run.visible(job).await?;
        if is_terminal(&seen) {
            return Ok(false);
        }
        if seen["progressPercentage"].as_f64().is_some_and(|progress| progress >= 1.0) {
            break;
        }
        c.wire().pause(Duration::from_millis(2)).await?;
    }
    Ok(true)
}

/// Has a job canceled by the operation that is there; whether that was the older one.
async fn cancel(c: &Case<'_>, job: &str) -> Step<bool> {
    let message = json!({"message": "conformance"});
    let older = c.wire().call(Method::POST, &format!("/jobs/{job}/canceled"), Payload::Json(message)).await?;
    if !older.is_no_endpoint() {
        // 409 is for a job that was over just before.
        expect("whether the older operation takes the job", true, matches!(older.status, 202 | 409))?;
        return Ok(true);
    }
    let path = format!("/rest/jobs/v1/jobs/{job}?message=conformance");
    let newer = c.wire().beside(Method::DELETE, &path, Payload::None).await?;
    if newer.is_no_endpoint() {
        return skipped("this server has no operation that cancels jobs");
    }
    let is_taken = matches!(newer.status, 200..=299 | 409);
    expect("whether the newer operation takes the job", true, is_taken)?;
    Ok(false)
}

/// Whether `continueOnError` is `false` where it is left out.
async fn is_of_older_version(c: &Case<'_>) -> Step<bool> {
    let bad = Form::commands(&json!([c.bad("bad")]));
    let ended = c.outcome_of(c.post_batch(&c.new_id(), bad).await?).await?;
    Ok(ended.state() == "ERROR")
}

const DELETED_FILE: Statement = Statement {
    number: 57,
    name: "file_is_deleted_after_the_job_whatever_its_result",
    topic: TOPIC,
    says: "With fileId and deleteFile=true the file is gone after the job, also after a failed one; otherwise it \
           stays.",
    evidence: Documented,
    source: "OpenAPI document",
    switches: &[],
    case: |c| Box::pin(deleted_file(c)),
};

/// Uploads commands; nothing if the server takes no files.
async fn upload(c: &Case<'_>, commands: &Value) -> Step<Option<String>> {
    let form = Form::new().file("commands.json", commands.to_string().as_bytes());
    let answer = c.wire().call(Method::POST, "/files", Payload::Form(form)).await?;
    if answer.is_no_endpoint() {
        return Ok(None);
    }
    match answer.json[0]["id"].as_str() {
        Some(id) if matches!(answer.status, 200 | 201) => {
            c.run.traces().files.insert(id.to_owned());
            Ok(Some(id.to_owned()))
        }
        _ => broken("POST /rest/2.0/files to answer with a list of files", answer.told()),
    }
}

async fn deleted_file(c: &Case<'_>) -> Verdict {
    let is_there = async |file: &str| -> Step<bool> {
        let answer = c.wire().get(&format!("/files/{file}/info")).await?;
        Ok(answer.status == 200)
    };
    let submit = async |file: &str, delete: &str| -> Step<String> {
        let form = Form::new().text("fileId", file).text("deleteFile", delete).text("continueOnError", "false");
        let ended = c.outcome_of(c.post_batch(&c.new_id(), form).await?).await?;
        Ok(ended.state().to_owned())
    };
    let Some(good) = upload(c, &c.tables(&["a1"])).await? else {
        return skipped("this server takes no files");
    };
    expect("whether the file is there", true, is_there(&good).await?)?;
    expect("state of the job", "COMPLETED", submit(&good, "false").await?)?;
    expect("whether the file is there after deleteFile=false", true, is_there(&good).await?)?;
    expect("state of the job", "COMPLETED", submit(&good, "true").await?)?;
    expect("whether the file is there after deleteFile=true", false, is_there(&good).await?)?;

    let Some(bad) = upload(c, &json!([c.bad("a2")])).await? else {
        return broken("the server to take a second file", "it takes none");
    };
    expect("state of the job", "ERROR", submit(&bad, "true").await?)?;
    expect("whether the file is there after a failed job", false, is_there(&bad).await?)?;
    expect("assets", ["a1"], c.assets().await?)
}

const FILE_AND_ID: Statement = Statement {
    number: 58,
    name: "file_and_file_id_exclude_each_other",
    topic: TOPIC,
    says: "A submit with both file and fileId fails.",
    evidence: Documented,
    source: "guide to the Import API; in which way is chosen",
    switches: &[BOTH_FILES],
    case: |c| Box::pin(file_and_id(c)),
};

const BOTH_FILES: Switch = reading(
    "fileAndFileId",
    "How does a submit with both file and fileId fail?",
    &[
        choice("refused", "the submit is refused with a 4xx"),
        choice("job-error", "a job is accepted and ends in ERROR"),
    ],
);

async fn file_and_id(c: &Case<'_>) -> Verdict {
    // Where no file can be uploaded, one that nobody knows has to do.
    let file = upload(c, &c.tables(&["a1"])).await?.unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
    let form = Form::strict(&c.tables(&["a2"])).text("fileId", &file);
    let answer = c.post_batch(&c.new_id(), form).await?;
    let is_refused = answer.is_refusal();
    if !is_refused {
        c.outcome_of(answer).await?.came_to("ERROR", "FAILED")?;
    }
    expect("assets", json!([]), c.assets().await?)?;
    c.observe(&BOTH_FILES, if is_refused { "refused" } else { "job-error" });
    Ok(())
}

const RELATIONS: Statement = Statement {
    number: 59,
    name: "relations_action_counts_in_batches_alone",
    topic: TOPIC,
    says: "relationsAction=ADD_OR_IGNORE has a JSON batch keep the relations there are; the single call does not look \
           at it.",
    evidence: Documented,
    source: "OpenAPI document; that the single call passes over it is inferred",
    switches: &[ATTRIBUTES_ACTION],
    case: |c| Box::pin(relations(c)),
};

const ATTRIBUTES_ACTION: Switch = reading(
    "attributesAction",
    "Is the field attributesAction read, which newer clients send?",
    &[
        choice("ignored", "the value that a batch gives replaces the one there is, whatever the field says"),
        choice("applied", "with ADD_OR_IGNORE both values are there"),
    ],
);

async fn relations(c: &Case<'_>) -> Verdict {
    let add = |form: Form| form.text("relationsAction", "ADD_OR_IGNORE");
    let tables = [c.table("t1"), c.table("t2"), c.table("t3")];
    let says = |part_of: &str| {
        let mut commands = tables.to_vec();
        commands.push(c.column("column", &[part_of]));
        Value::from(commands)
    };
    let id = c.new_id();
    c.batch(&id, &says("t1")).await?;
    c.outcome_of(c.post_batch(&id, add(Form::strict(&says("t2")))).await?).await?.succeeded()?;
    expect("relations after a batch that adds", 2, c.relations_from("column").await?)?;
    let full = add(Form::strict(&says("t3"))).text("finalizationStrategy", "IGNORE");
    c.outcome_of(c.post_full(&id, full).await?).await?.succeeded()?;
    expect("relations after a single call", 1, c.relations_from("column").await?)?;

    let described = |text: &str| with(c.table("t1"), &json!({"attributes": {"Description": [{"value": text}]}}));
    c.batch(&id, &json!([described("one")])).await?;
    let batch = Form::strict(&json!([described("two")])).text("attributesAction", "ADD_OR_IGNORE");
    c.outcome_of(c.post_batch(&id, batch).await?).await?.succeeded()?;
    let values = c.attribute_values("t1").await?;
    if values == ["two"] {
        c.observe(&ATTRIBUTES_ACTION, "ignored");
    } else {
        expect("values after a batch that adds", ["one", "two"], values)?;
        c.observe(&ATTRIBUTES_ACTION, "applied");
    }
    Ok(())
}

const FAULTS: Statement = Statement {
    number: 60,
    name: "server_misbehaves_on_command",
    topic: TOPIC,
    says: "The embedded server can be told to do the work and lose the answer, to do it and answer 502 or 504, to \
           delay it, and to answer 200 without an id.",
    evidence: Chosen,
    source: "ours: what networks and gateways do to clients",
    switches: &[],
    case: |c| Box::pin(faults(c)),
};

/// Where the embedded server takes its rules about what goes wrong.
const RULES: &str = "/_emulator/faults";
/// How long an accepted batch is delayed.
const DELAY: Duration = Duration::from_millis(150);

async fn faults(c: &Case<'_>) -> Verdict {
    if !c.is_emulator().await? {
        return skipped("only the embedded server misbehaves on command");
    }
    // One synchronization for each fault: a rule is about that one, so nobody else meets it.
    let ids = [(); 5].map(|()| c.new_id());
    let acts = [
        json!("lose-answer"),
        json!({"answer": {"status": 502, "done": true}}),
        json!({"answer": {"status": 504, "done": true}}),
        json!({"delay": {"milliseconds": DELAY.as_millis() as u64}}),
        json!({"answer": {"status": 200, "body": "{}", "done": true}}),
    ];
    let rule =
        |(id, act): (&String, &Value)| json!({"synchronization": id, "operation": "batch", "nth": 1, "act": act});
    let rules: Value = ids.iter().zip(&acts).map(rule).collect();
    let set = c.wire().beside(Method::POST, RULES, Payload::Json(rules)).await?;
    if set.status != 201 {
        return broken("the rules about faults to be taken", set.told());
    }
    let verdict = faults_met(c, &ids).await;
    // Rules of others stay as they were, but for their counts.
    let rules = c.wire().beside(Method::GET, RULES, Payload::None).await?.ok()?;
    let is_ours = |rule: &Value| ids.iter().any(|id| rule["synchronization"] == id.as_str());
    let others = rules.as_array().into_iter().flatten().map(|state| state["rule"].clone());
    let others: Value = others.filter(|rule| !is_ours(rule)).collect();
    c.wire().beside(Method::PUT, RULES, Payload::Json(others)).await?;
    verdict
}

async fn faults_met(c: &Case<'_>, ids: &[String; 5]) -> Verdict {
    let met = async |number: usize| {
        let (id, table) = (&ids[number], format!("a{number}"));
        c.run.traces().synchronizations.insert(id.clone());
        let path = format!("/rest/2.0/import/synchronize/{id}/batch/json-job");
        let form = Form::strict(&c.tables(&[&table]));
        let answer = c.wire().attempt(Method::POST, &path, Payload::Form(form)).await?;
        done(c, &table).await?;
        Ok(answer)
    };
    if let Ok(answer) = met(0).await? {
        return broken("no answer to the batch whose answer is to be lost", answer.told());
    }
    let answered = async |number: usize| -> Step<Answer> {
        met(number).await?.or_else(|none| broken("an answer", format!("none: {}", none.cause)))
    };
    expect("code of the second batch", 502, answered(1).await?.status)?;
    expect("code of the third batch", 504, answered(2).await?.status)?;
    let clock = c.wire().beside(Method::GET, "/_emulator/clock", Payload::None).await?.ok()?;
    if clock["virtual"] == true {
        c.note("the clock of this server stands still, so a delay was not tried");
    } else {
        let began = Instant::now();
        answered(3).await?.job()?;
        expect("whether the fourth batch was delayed", true, began.elapsed() >= DELAY)?;
    }
    let answer = answered(4).await?;
    expect("code of the fifth batch", 200, answer.status)?;
    expect("whether it was answered with an id", false, answer.json.get("id").is_some())
}

/// Waits until the work of a job was done whose id is not known.
async fn done(c: &Case<'_>, table: &str) -> Verdict {
    let began = Instant::now();
    while c.find_asset(table).await?.is_none() {
        if began.elapsed() > c.run.patience {
            return broken(format!("the work to be done: the asset {table}"), "there is none");
        }
        c.wire().pause(Duration::from_millis(5)).await?;
    }
    Ok(())
}
