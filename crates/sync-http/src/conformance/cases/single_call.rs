//! Statements 40 to 44: import and finalization in one call, and finalize out of turn.

use serde_json::{Value, json};

use crate::conformance::case::Case;
use crate::conformance::ended::Ended;
use crate::conformance::form::Form;
use crate::conformance::outcome::{Step, Verdict, broken, expect};
use crate::conformance::statement::Evidence::{Chosen, Documented};
use crate::conformance::statement::{Statement, Switch, Topic, choice, reading};

pub(super) const STATEMENTS: &[Statement] = &[ONE_JOB, FAILED, PARTIAL, CONTINUED, WITHOUT_CYCLE];

const TOPIC: Topic = Topic::SingleCall;

/// A single call that removes what is missing.
async fn full(c: &Case<'_>, id: &str, form: Form) -> Step<Ended> {
    let form = form.text("finalizationStrategy", "REMOVE_RESOURCES");
    c.outcome_of(c.post_full(id, form).await?).await
}

const ONE_JOB: Statement = Statement {
    number: 40,
    name: "single_call_imports_and_finalizes_in_one_job",
    topic: TOPIC,
    says: "A single call is import and finalization in one job with one id and one summary.",
    evidence: Documented,
    source: "page about the synchronization endpoints",
    switches: &[],
    case: |c| Box::pin(one_job(c)),
};

async fn one_job(c: &Case<'_>) -> Verdict {
    let id = c.new_id();
    full(c, &id, Form::strict(&c.tables(&["a1", "a2"]))).await?.succeeded()?;
    let ended = full(c, &id, Form::strict(&c.tables(&["a2", "a3"]))).await?.succeeded()?;
    expect("assets", ["a2", "a3"], c.assets().await?)?;
    let counts = [ended.count("ASSET", "added"), ended.count("ASSET", "removed")];
    expect("assets added and removed in the one summary", [1, 1], counts)
}

const FAILED: Statement = Statement {
    number: 41,
    name: "failed_single_call_neither_imports_nor_finalizes",
    topic: TOPIC,
    says: "A single call with continueOnError=false and an error imports nothing and finalizes nothing.",
    evidence: Documented,
    source: "page about continuing on errors; that nothing is finalized is inferred",
    switches: &[],
    case: |c| Box::pin(failed(c)),
};

async fn failed(c: &Case<'_>) -> Verdict {
    let id = c.new_id();
    full(c, &id, Form::strict(&c.tables(&["a1", "a2"]))).await?.succeeded()?;
    let commands = json!([c.table("a1"), c.table("a3"), c.bad("a4")]);
    full(c, &id, Form::strict(&commands)).await?.came_to("ERROR", "FAILED")?;
    expect("assets", ["a1", "a2"], c.assets().await?)
}

const PARTIAL: Statement = Statement {
    number: 42,
    name: "finalization_after_a_partial_single_call",
    topic: TOPIC,
    says: "Whether a single call with continueOnError=true and some failed commands still finalizes is said nowhere.",
    evidence: Chosen,
    source: "none",
    switches: &[PARTIAL_IMPORT],
    case: |c| Box::pin(partial(c)),
};

const PARTIAL_IMPORT: Switch = reading(
    "partialImport",
    "Does a single call finalize after a partial import?",
    &[choice("finalized", "an asset it does not name is removed"), choice("not-finalized", "that asset stays")],
);

async fn partial(c: &Case<'_>) -> Verdict {
    let id = c.new_id();
    full(c, &id, Form::strict(&c.tables(&["a1", "a2"]))).await?.succeeded()?;
    let commands: Value = json!([c.table("a1"), c.table("a3"), c.bad("a4")]);
    full(c, &id, Form::lenient(&commands)).await?.came_to("COMPLETED", "COMPLETED_WITH_ERRORS")?;
    c.asset("a1").await?;
    c.asset("a3").await?;
    let is_left = c.find_asset("a2").await?.is_some();
    c.observe(&PARTIAL_IMPORT, if is_left { "not-finalized" } else { "finalized" });
    Ok(())
}

const CONTINUED: Statement = Statement {
    number: 43,
    name: "batch_after_a_batch_continues_the_cycle",
    topic: TOPIC,
    says: "A batch that follows another one without a finalize in between continues its cycle.",
    evidence: Documented,
    source: "page about batch synchronization",
    switches: &[],
    case: |c| Box::pin(continued(c)),
};

async fn continued(c: &Case<'_>) -> Verdict {
    let id = c.new_id();
    c.cycle(&id, &c.tables(&["a1", "a2", "a3"]), "REMOVE_RESOURCES").await?;
    c.batch(&id, &c.tables(&["a1"])).await?;
    c.batch(&id, &c.tables(&["a2"])).await?;
    c.finalize(&id, "REMOVE_RESOURCES").await?;
    expect("assets", ["a1", "a2"], c.assets().await?)
}

const WITHOUT_CYCLE: Statement = Statement {
    number: 44,
    name: "finalize_without_an_open_cycle",
    topic: TOPIC,
    says: "What a finalize does where no batch has opened a cycle is said nowhere.",
    evidence: Chosen,
    source: "none",
    switches: &[FINALIZE_WITHOUT_CYCLE],
    case: |c| Box::pin(without_cycle(c)),
};

const FINALIZE_WITHOUT_CYCLE: Switch = reading(
    "finalizeWithoutCycle",
    "What does a finalize do when no cycle is open?",
    &[
        choice("all-missing", "every asset that is tracked is removed"),
        choice("job-error", "its job ends in ERROR, and the assets stay"),
        choice("no-op", "its job succeeds, and the assets stay"),
    ],
);

async fn without_cycle(c: &Case<'_>) -> Verdict {
    let id = c.new_id();
    c.cycle(&id, &c.tables(&["a1", "a2"]), "REMOVE_RESOURCES").await?;
    let ended = c.outcome_of(c.post_finalize(&id, Form::strategy("REMOVE_RESOURCES")).await?).await?;
    let reading = match (ended.state(), c.assets().await?.as_slice()) {
        ("COMPLETED", []) => "all-missing",
        ("ERROR", [_, _]) => "job-error",
        ("COMPLETED", [_, _]) => "no-op",
        (_, assets) => {
            let seen = format!("{} and the assets {assets:?}", ended.told());
            return broken("all assets removed, or none", seen);
        }
    };
    c.observe(&FINALIZE_WITHOUT_CYCLE, reading);
    Ok(())
}
