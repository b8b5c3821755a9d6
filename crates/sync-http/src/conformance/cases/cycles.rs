//! Statements 10 to 14: batches and finalization as one cycle.

use serde_json::json;

use crate::conformance::case::Case;
use crate::conformance::form::Form;
use crate::conformance::outcome::{Verdict, expect};
use crate::conformance::statement::Evidence::{Documented, Inferred};
use crate::conformance::statement::{Statement, Switch, Topic, choice, reading, refusal};
use crate::conformance::wire::Payload;

pub(super) const STATEMENTS: &[Statement] = &[BATCHES, FIRST, ONE_GONE, NO_STRATEGY, NO_PARTS];

const TOPIC: Topic = Topic::Cycles;

const BATCHES: Statement = Statement {
    number: 10,
    name: "commands_of_all_batches_are_applied_in_order",
    topic: TOPIC,
    says: "Of two batches and a finalize all commands are applied, in the order of the calls.",
    evidence: Documented,
    source: "page about batch synchronization; the order is inferred",
    switches: &[],
    case: |c| Box::pin(batches(c)),
};

async fn batches(c: &Case<'_>) -> Verdict {
    let id = c.new_id();
    c.batch(&id, &json!([c.shown("a1", "first"), c.table("a2")])).await?;
    c.batch(&id, &json!([c.table("a3"), c.shown("a1", "second")])).await?;
    c.finalize(&id, "REMOVE_RESOURCES").await?;
    expect("assets", ["a1", "a2", "a3"], c.assets().await?)?;
    expect("display name", "second", c.display_name("a1").await?)
}

const FIRST: Statement = Statement {
    number: 11,
    name: "first_cycle_deletes_nothing",
    topic: TOPIC,
    says: "The first cycle of an id deletes nothing, not even with REMOVE_RESOURCES.",
    evidence: Inferred,
    source: "published example, which finalizes its first cycle that way",
    switches: &[],
    case: |c| Box::pin(first(c)),
};

async fn first(c: &Case<'_>) -> Verdict {
    c.cycle(&c.new_id(), &c.tables(&["a1"]), "IGNORE").await?;
    let finalized = c.cycle(&c.new_id(), &c.tables(&["a2"]), "REMOVE_RESOURCES").await?;
    expect("assets removed", 0, finalized.count("ASSET", "removed"))?;
    expect("assets", ["a1", "a2"], c.assets().await?)
}

const ONE_GONE: Statement = Statement {
    number: 12,
    name: "asset_left_out_of_the_next_cycle_is_removed_alone",
    topic: TOPIC,
    says: "Five assets over two batches, then a cycle without the third: REMOVE_RESOURCES deletes that one and no \
           other.",
    evidence: Documented,
    source: "published example",
    switches: &[],
    case: |c| Box::pin(one_gone(c)),
};

async fn one_gone(c: &Case<'_>) -> Verdict {
    let id = c.new_id();
    c.batch(&id, &c.tables(&["a1", "a2", "a3"])).await?;
    c.cycle(&id, &c.tables(&["a4", "a5"]), "REMOVE_RESOURCES").await?;
    c.batch(&id, &c.tables(&["a1", "a2"])).await?;
    c.cycle(&id, &c.tables(&["a4", "a5"]), "REMOVE_RESOURCES").await?;
    expect("assets", ["a1", "a2", "a4", "a5"], c.assets().await?)
}

const NO_STRATEGY: Statement = Statement {
    number: 13,
    name: "finalize_without_strategy_removes",
    topic: TOPIC,
    says: "A finalize that names no strategy does as REMOVE_RESOURCES does.",
    evidence: Documented,
    source: "page about finalization, OpenAPI document",
    switches: &[],
    case: |c| Box::pin(no_strategy(c)),
};

async fn no_strategy(c: &Case<'_>) -> Verdict {
    let id = c.new_id();
    c.cycle(&id, &c.tables(&["a1", "a2"]), "IGNORE").await?;
    c.batch(&id, &c.tables(&["a1"])).await?;
    let form = Form::new().text("sendNotification", "false");
    c.outcome_of(c.post_finalize(&id, form).await?).await?.succeeded()?;
    expect("assets", ["a1"], c.assets().await?)
}

const NO_PARTS: Statement = Statement {
    number: 14,
    name: "finalize_without_a_part_is_refused",
    topic: TOPIC,
    says: "A finalize without any part is refused; one part without meaning is enough, and the defaults hold.",
    evidence: Documented,
    source: "OpenAPI document; the code 400 is chosen",
    switches: &[NO_PARTS_CODE, URL_ENCODED],
    case: |c| Box::pin(no_parts(c)),
};

const NO_PARTS_CODE: Switch = refusal("noPartsCode", "With which code is a finalize without parts refused?");

const URL_ENCODED: Switch = reading(
    "urlEncodedForm",
    "May a finalize be application/x-www-form-urlencoded, as some client sends it?",
    &[choice("refused", "the answer is a 4xx"), choice("accepted", "the answer is a job")],
);

async fn no_parts(c: &Case<'_>) -> Verdict {
    let id = c.new_id();
    c.cycle(&id, &c.tables(&["a1", "a2"]), "IGNORE").await?;
    c.batch(&id, &c.tables(&["a1"])).await?;

    let code = c.post_finalize(&id, Form::new()).await?.refusal()?;
    let path = format!("/import/synchronize/{id}/finalize/job");
    c.wire().call(http::Method::POST, &path, Payload::None).await?.refusal()?;
    expect("assets after the refusals", ["a1", "a2"], c.assets().await?)?;

    let form = Form::new().text("foo", "bar");
    c.outcome_of(c.post_finalize(&id, form).await?).await?.succeeded()?;
    expect("assets after a finalize with one meaningless part", ["a1"], c.assets().await?)?;
    c.observe(&NO_PARTS_CODE, code);

    c.batch(&id, &c.tables(&["a1"])).await?;
    let encoded = c.run.send(&id, "finalize/job", Payload::UrlEncoded("finalizationStrategy=IGNORE")).await?;
    let is_refused = encoded.is_refusal();
    if !is_refused {
        c.outcome_of(encoded).await?.succeeded()?;
    }
    c.observe(&URL_ENCODED, if is_refused { "refused" } else { "accepted" });
    Ok(())
}
