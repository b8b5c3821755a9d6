//! Statements 26 to 31: what a synchronization tracks, and what its hashes save.

use serde_json::json;

use crate::conformance::case::Case;
use crate::conformance::outcome::{Verdict, broken, expect};
use crate::conformance::statement::Evidence::{Documented, Inferred};
use crate::conformance::statement::{Statement, Switch, Topic, choice, reading};

pub(super) const STATEMENTS: &[Statement] = &[NAMED_ONLY, REPEATED, INDEPENDENT, ADOPTED, EQUAL, HAND_EDIT];

const TOPIC: Topic = Topic::Membership;

const NAMED_ONLY: Statement = Statement {
    number: 26,
    name: "resource_only_named_by_another_command_is_no_member",
    topic: TOPIC,
    says: "A resource that a synchronization only names inside other commands is not tracked, so it is never missing.",
    evidence: Inferred,
    source: "pages about synchronization, which speak of the resources of commands",
    switches: &[],
    case: |c| Box::pin(named_only(c)),
};

async fn named_only(c: &Case<'_>) -> Verdict {
    c.cycle(&c.new_id(), &c.tables(&["table"]), "IGNORE").await?;
    let id = c.new_id();
    c.cycle(&id, &json!([c.column("column", &["table"]), c.table("other")]), "REMOVE_RESOURCES").await?;
    expect("relations of the column", 1, c.relations_from("column").await?)?;
    c.cycle(&id, &c.tables(&["other"]), "REMOVE_RESOURCES").await?;
    expect("assets", ["other", "table"], c.assets().await?)
}

const REPEATED: Statement = Statement {
    number: 27,
    name: "same_command_in_two_batches_of_a_cycle_is_no_error",
    topic: TOPIC,
    says: "The same command may stand in several batches of a cycle.",
    evidence: Documented,
    source: "published example",
    switches: &[],
    case: |c| Box::pin(repeated(c)),
};

async fn repeated(c: &Case<'_>) -> Verdict {
    let id = c.new_id();
    c.batch(&id, &c.tables(&["a1", "a2"])).await?;
    c.batch(&id, &c.tables(&["a2", "a3"])).await?;
    c.finalize(&id, "REMOVE_RESOURCES").await?;
    expect("assets", ["a1", "a2", "a3"], c.assets().await?)
}

const INDEPENDENT: Statement = Statement {
    number: 28,
    name: "two_synchronizations_do_not_see_each_others_members",
    topic: TOPIC,
    says: "What one id tracks is never missing for another one.",
    evidence: Documented,
    source: "page about the synchronization component",
    switches: &[],
    case: |c| Box::pin(independent(c)),
};

async fn independent(c: &Case<'_>) -> Verdict {
    let (one, two) = (c.new_id(), c.new_id());
    c.cycle(&one, &c.tables(&["a1", "a2"]), "REMOVE_RESOURCES").await?;
    c.cycle(&two, &c.tables(&["b1", "b2"]), "REMOVE_RESOURCES").await?;
    c.cycle(&one, &c.tables(&["a1"]), "REMOVE_RESOURCES").await?;
    expect("assets", ["a1", "b1", "b2"], c.assets().await?)
}

const ADOPTED: Statement = Statement {
    number: 29,
    name: "existing_asset_is_adopted",
    topic: TOPIC,
    says: "An asset that exists already and is named in a cycle is updated, not doubled, and a later cycle without it \
           removes it.",
    evidence: Inferred,
    source: "page about import commands, which does not say how names are compared; the page about existing resources \
             could not be read",
    switches: &[NAME_CASE],
    case: |c| Box::pin(adopted(c)),
};

const NAME_CASE: Switch = reading(
    "nameCase",
    "Does an asset exist already whose name differs in the case of a letter?",
    &[choice("exact", "it does not: there are two assets"), choice("ignored", "it does: there is one asset")],
);

async fn adopted(c: &Case<'_>) -> Verdict {
    c.cycle(&c.new_id(), &c.tables(&["a1"]), "IGNORE").await?;
    let before = c.asset("a1").await?["id"].clone();
    let id = c.new_id();
    c.cycle(&id, &json!([c.shown("a1", "adopted"), c.table("a2")]), "REMOVE_RESOURCES").await?;
    expect("assets", ["a1", "a2"], c.assets().await?)?;
    expect("display name", "adopted", c.display_name("a1").await?)?;
    expect("id of the asset", before, c.asset("a1").await?["id"].clone())?;
    c.cycle(&id, &c.tables(&["a2"]), "REMOVE_RESOURCES").await?;
    expect("assets", ["a2"], c.assets().await?)?;
    c.batch(&c.new_id(), &c.tables(&["A2"])).await?;
    let reading = match c.assets().await?.len() {
        1 => "ignored",
        2 => "exact",
        count => return broken("one asset or two", count.to_string()),
    };
    c.observe(&NAME_CASE, reading);
    Ok(())
}

const EQUAL: Statement = Statement {
    number: 30,
    name: "equal_command_is_seen_and_not_executed",
    topic: TOPIC,
    says: "A command equal to the one of the cycle before is not executed and does not show in the summary, and still \
           counts as seen.",
    evidence: Documented,
    source: "OpenAPI document, published example; that it counts as seen is inferred",
    switches: &[],
    case: |c| Box::pin(equal(c)),
};

async fn equal(c: &Case<'_>) -> Verdict {
    let id = c.new_id();
    let commands = json!([c.table("a1"), c.table("a2"), c.column("column", &["a1"])]);
    let first = c.batch(&id, &commands).await?;
    expect("assets added by the first batch", 3, first.count("ASSET", "added"))?;
    c.finalize(&id, "REMOVE_RESOURCES").await?;
    let again = c.batch(&id, &commands).await?;
    for kind in ["ASSET", "RELATION"] {
        for counter in ["added", "updated", "removed"] {
            expect(&format!("{kind} {counter} by the equal batch"), 0, again.count(kind, counter))?;
        }
    }
    c.finalize(&id, "REMOVE_RESOURCES").await?;
    expect("assets", ["a1", "a2", "column"], c.assets().await?)
}

const HAND_EDIT: Statement = Statement {
    number: 31,
    name: "hand_edit_survives_equal_commands_until_evict",
    topic: TOPIC,
    says: "What somebody changes between two equal cycles stays; after an eviction the command has the last word.",
    evidence: Inferred,
    source: "OpenAPI document, description of the eviction",
    switches: &[],
    case: |c| Box::pin(hand_edit(c)),
};

async fn hand_edit(c: &Case<'_>) -> Verdict {
    let id = c.new_id();
    let commands = json!([c.shown("a1", "from the source")]);
    c.cycle(&id, &commands, "REMOVE_RESOURCES").await?;
    c.edit_by_hand("a1", "by hand").await?;
    c.cycle(&id, &commands, "REMOVE_RESOURCES").await?;
    expect("display name after the equal cycle", "by hand", c.display_name("a1").await?)?;
    c.wire().delete(&format!("/import/synchronize/{id}/evict")).await?;
    c.cycle(&id, &commands, "REMOVE_RESOURCES").await?;
    expect("display name after evict and the equal cycle", "from the source", c.display_name("a1").await?)
}
