//! Statements 15 to 25: what finalization does with what is missing.

use serde_json::{Value, json};

use crate::conformance::case::Case;
use crate::conformance::commands::{ACCEPTED, CANDIDATE, MISSING, community, domain, with};
use crate::conformance::form::Form;
use crate::conformance::look::results;
use crate::conformance::outcome::{Step, Stop, Verdict, broken, expect};
use crate::conformance::statement::Evidence::{Chosen, Documented, Inferred};
use crate::conformance::statement::{Statement, Switch, Topic, choice, reading, refusal};

pub(super) const STATEMENTS: &[Statement] = &[
    RESTATUSED,
    NO_STATUS,
    PARAMETERS,
    IGNORED,
    IGNORED_THEN_REMOVED,
    RESTORED,
    RESTORED_EQUAL,
    NOT_RESTORED,
    UNKNOWN_STRATEGY,
    MAPPING_GOES,
    OTHER_KINDS,
];

const TOPIC: Topic = Topic::Finalization;

const RESTATUSED: Statement = Statement {
    number: 15,
    name: "missing_assets_get_the_status_and_seen_ones_keep_theirs",
    topic: TOPIC,
    says: "CHANGE_STATUS with missingAssetStatusId: missing assets stay and get that status, seen ones are left as \
           they are.",
    evidence: Documented,
    source: "page about the status of missing assets",
    switches: &[],
    case: |c| Box::pin(restatused(c)),
};

async fn restatused(c: &Case<'_>) -> Verdict {
    let id = c.new_id();
    c.cycle(&id, &c.tables(&["a1", "a2"]), "CHANGE_STATUS").await?;
    let before = c.status("a1").await?;
    c.cycle(&id, &c.tables(&["a1"]), "CHANGE_STATUS").await?;
    expect("assets", ["a1", "a2"], c.assets().await?)?;
    expect("status of the missing asset", MISSING, c.status("a2").await?)?;
    expect("status of the seen asset", before, c.status("a1").await?)
}

const NO_STATUS: Statement = Statement {
    number: 16,
    name: "change_status_without_a_status_is_refused",
    topic: TOPIC,
    says: "CHANGE_STATUS without any status does not work.",
    evidence: Documented,
    source: "page about the status of missing assets; in which way is chosen",
    switches: &[WITHOUT_STATUS],
    case: |c| Box::pin(no_status(c)),
};

const WITHOUT_STATUS: Switch = reading(
    "changeStatusWithoutStatus",
    "How does CHANGE_STATUS without a status fail?",
    &[
        choice("refused", "the submit is refused with a 4xx"),
        choice("job-error", "a job is accepted and ends in ERROR"),
    ],
);

async fn no_status(c: &Case<'_>) -> Verdict {
    let id = c.new_id();
    c.cycle(&id, &c.tables(&["a1", "a2"]), "IGNORE").await?;
    let before = c.status("a2").await?;
    c.batch(&id, &c.tables(&["a1"])).await?;
    let answer = c.post_finalize(&id, Form::strategy("CHANGE_STATUS")).await?;
    let is_refused = answer.is_refusal();
    if !is_refused {
        c.outcome_of(answer).await?.came_to("ERROR", "FAILED")?;
    }
    expect("status of the missing asset", before, c.status("a2").await?)?;
    c.observe(&WITHOUT_STATUS, if is_refused { "refused" } else { "job-error" });
    Ok(())
}

const PARAMETERS: Statement = Statement {
    number: 17,
    name: "finalization_parameters_need_their_content_type",
    topic: TOPIC,
    says: "CHANGE_STATUS with finalizationParameters works if that part says application/json; as plain text it is \
           refused.",
    evidence: Documented,
    source: "page about the finalization request, OpenAPI document; the refusal is inferred",
    switches: &[PLAIN_PARAMETERS],
    case: |c| Box::pin(parameters(c)),
};

const PLAIN_PARAMETERS: Switch =
    refusal("plainParametersCode", "With which code are finalizationParameters as plain text refused?");

async fn parameters(c: &Case<'_>) -> Verdict {
    let id = c.new_id();
    c.cycle(&id, &c.tables(&["a1", "a2"]), "IGNORE").await?;
    c.batch(&id, &c.tables(&["a1"])).await?;
    let parameters = json!({"STATUS_ID": MISSING});
    let plain = Form::strategy("CHANGE_STATUS").text("finalizationParameters", &parameters.to_string());
    let code = c.post_finalize(&id, plain).await?.refusal()?;
    let json = Form::strategy("CHANGE_STATUS").json("finalizationParameters", &parameters);
    c.outcome_of(c.post_finalize(&id, json).await?).await?.succeeded()?;
    expect("status of the missing asset", MISSING, c.status("a2").await?)?;
    c.observe(&PLAIN_PARAMETERS, code);
    Ok(())
}

const IGNORED: Statement = Statement {
    number: 18,
    name: "ignore_leaves_missing_assets_alone",
    topic: TOPIC,
    says: "IGNORE leaves missing assets as they are.",
    evidence: Documented,
    source: "page about batch synchronization",
    switches: &[],
    case: |c| Box::pin(ignored(c)),
};

async fn ignored(c: &Case<'_>) -> Verdict {
    let id = c.new_id();
    c.cycle(&id, &c.tables(&["a1", "a2"]), "IGNORE").await?;
    let before = c.asset("a2").await?;
    c.cycle(&id, &c.tables(&["a1"]), "IGNORE").await?;
    expect("the missing asset", before, c.asset("a2").await?)
}

const IGNORED_THEN_REMOVED: Statement = Statement {
    number: 19,
    name: "asset_ignored_once_and_missing_again",
    topic: TOPIC,
    says: "An asset that was missing when a cycle ended with IGNORE is missing again in a cycle with \
           REMOVE_RESOURCES; what becomes of it is said nowhere.",
    evidence: Chosen,
    source: "none",
    switches: &[IGNORED_MEMBERS],
    case: |c| Box::pin(ignored_then_removed(c)),
};

const IGNORED_MEMBERS: Switch = reading(
    "ignoredMembers",
    "Are missing resources still tracked after IGNORE?",
    &[choice("stay-tracked", "the later cycle deletes the asset"), choice("forgotten", "the asset stays")],
);

async fn ignored_then_removed(c: &Case<'_>) -> Verdict {
    let id = c.new_id();
    c.cycle(&id, &c.tables(&["a1", "a2"]), "IGNORE").await?;
    c.cycle(&id, &c.tables(&["a1"]), "IGNORE").await?;
    c.cycle(&id, &c.tables(&["a1"]), "REMOVE_RESOURCES").await?;
    c.asset("a1").await?;
    let is_left = c.find_asset("a2").await?.is_some();
    c.observe(&IGNORED_MEMBERS, if is_left { "forgotten" } else { "stay-tracked" });
    Ok(())
}

const RESTORED: Statement = Statement {
    number: 20,
    name: "returned_asset_gets_a_better_status",
    topic: TOPIC,
    says: "An asset that was given the missing status and is there again in a cycle that ends with CHANGE_STATUS and \
           the same status gets the default status of its type.",
    evidence: Documented,
    source: "page about the status of missing assets; a page about lineage speaks of the previous status",
    switches: &[RESTORED_STATUS],
    case: |c| Box::pin(restored(c)),
};

const RESTORED_STATUS: Switch = reading(
    "restoredStatus",
    "Which status does a returned asset get?",
    &[
        choice("default", "the one it had when it was created without a status"),
        choice("previous", "the one it had before it was missing"),
    ],
);

/// The statuses of an asset by default, before it was missing and after its return.
struct Returned {
    default: String,
    previous: String,
    after: String,
}

/// Two cycles, the second without `a2`, and a third with everything.
async fn lost_and_returned(c: &Case<'_>, last: &Value, strategy: &str) -> Step<Returned> {
    let id = c.new_id();
    c.cycle(&id, &c.tables(&["a1", "a2"]), "CHANGE_STATUS").await?;
    let default = c.status("a2").await?;
    let previous = if default == ACCEPTED { CANDIDATE } else { ACCEPTED };
    // By another synchronization, so that no command of this one says anything about a status.
    let by_hand = with(c.table("a2"), &json!({"status": {"id": previous}}));
    c.batch(&c.new_id(), &json!([by_hand])).await?;
    c.cycle(&id, &c.tables(&["a1"]), "CHANGE_STATUS").await?;
    expect("status of the missing asset", MISSING, c.status("a2").await?)?;
    c.cycle(&id, last, strategy).await?;
    Ok(Returned { default, previous: previous.to_owned(), after: c.status("a2").await? })
}

async fn restored(c: &Case<'_>) -> Verdict {
    let last = json!([c.table("a1"), c.shown("a2", "it is back")]);
    let Returned { default, previous, after } = lost_and_returned(c, &last, "CHANGE_STATUS").await?;
    expect("display name", "it is back", c.display_name("a2").await?)?;
    if after == default {
        c.observe(&RESTORED_STATUS, "default");
    } else if after == previous {
        c.observe(&RESTORED_STATUS, "previous");
    } else {
        return broken(format!("status {default} or {previous}"), after);
    }
    Ok(())
}

const RESTORED_EQUAL: Statement = Statement {
    number: 21,
    name: "returned_asset_is_restored_by_an_equal_command_too",
    topic: TOPIC,
    says: "The same happens if the command is equal to the one before the asset was missing.",
    evidence: Inferred,
    source: "page about the status of missing assets",
    switches: &[],
    case: |c| Box::pin(restored_equal(c)),
};

async fn restored_equal(c: &Case<'_>) -> Verdict {
    let Returned { default, previous, after } = lost_and_returned(c, &c.tables(&["a1", "a2"]), "CHANGE_STATUS").await?;
    if after == default || after == previous {
        Ok(())
    } else {
        broken(format!("status {default} or {previous}"), after)
    }
}

const NOT_RESTORED: Statement = Statement {
    number: 22,
    name: "ignore_restores_no_status",
    topic: TOPIC,
    says: "If that cycle ends with IGNORE, the asset keeps the missing status.",
    evidence: Inferred,
    source: "page about the status of missing assets, which describes the restoring as a part of CHANGE_STATUS",
    switches: &[],
    case: |c| Box::pin(not_restored(c)),
};

async fn not_restored(c: &Case<'_>) -> Verdict {
    let returned = lost_and_returned(c, &c.tables(&["a1", "a2"]), "IGNORE").await?;
    expect("status of the returned asset", MISSING, returned.after)
}

const UNKNOWN_STRATEGY: Statement = Statement {
    number: 23,
    name: "unknown_strategy_is_refused",
    topic: TOPIC,
    says: "A word that is no strategy is refused.",
    evidence: Documented,
    source: "OpenAPI document; the code 400 is chosen",
    switches: &[BAD_STRATEGY],
    case: |c| Box::pin(unknown_strategy(c)),
};

const BAD_STRATEGY: Switch = refusal("badStrategyCode", "With which code is an unknown strategy refused?");

async fn unknown_strategy(c: &Case<'_>) -> Verdict {
    let id = c.new_id();
    c.cycle(&id, &c.tables(&["a1", "a2"]), "IGNORE").await?;
    c.batch(&id, &c.tables(&["a1"])).await?;
    let mut code = String::new();
    for word in ["DELETE_EVERYTHING", "remove_resources", "XREMOVE_RESOURCESX"] {
        code = c.post_finalize(&id, Form::strategy(word)).await?.refusal()?;
    }
    expect("assets", ["a1", "a2"], c.assets().await?)?;
    c.observe(&BAD_STRATEGY, code);
    Ok(())
}

const MAPPING_GOES: Statement = Statement {
    number: 24,
    name: "removed_asset_takes_its_mapping_along",
    topic: TOPIC,
    says: "With an asset that finalization removes goes the mapping to it.",
    evidence: Documented,
    source: "published example",
    switches: &[],
    case: |c| Box::pin(mapping_goes(c)),
};

async fn mapping_goes(c: &Case<'_>) -> Verdict {
    let id = c.new_id();
    c.cycle(&id, &json!([c.mapped("c24-a1"), c.mapped("c24-a2")]), "REMOVE_RESOURCES").await?;
    expect("whether the pair is mapped", true, c.is_mapped("c24-a2").await?)?;
    c.cycle(&id, &json!([c.mapped("c24-a1")]), "REMOVE_RESOURCES").await?;
    expect("assets", ["c24-a1"], c.assets().await?)?;
    expect("whether the pair of the removed asset is mapped", false, c.is_mapped("c24-a2").await?)?;
    expect("whether the other pair is mapped", true, c.is_mapped("c24-a1").await?)
}

const OTHER_KINDS: Statement = Statement {
    number: 25,
    name: "missing_resources_that_are_no_assets",
    topic: TOPIC,
    says: "Whether REMOVE_RESOURCES removes missing communities, domains, complex relations and mappings with a \
           command of their own is said nowhere.",
    evidence: Chosen,
    source: "none; the pages speak of resources in general and of assets in particular",
    switches: &[PLACES, COMPLEX_RELATIONS, MAPPINGS],
    case: |c| Box::pin(other_kinds(c)),
};

const PLACES: Switch = reading(
    "missingDomainsAndCommunities",
    "What becomes of missing domains and communities?",
    &[choice("kept", "both are still there"), choice("removed", "both are gone")],
);
const COMPLEX_RELATIONS: Switch = reading(
    "missingComplexRelations",
    "What becomes of missing complex relations?",
    &[
        choice("removed", "the external pair of the complex relation is mapped no more"),
        choice("kept", "the pair is still mapped to it"),
    ],
);
const MAPPINGS: Switch = reading(
    "missingMappings",
    "What becomes of mappings whose own command is missing?",
    &[choice("removed", "the pair is mapped no more"), choice("kept", "the pair is still mapped")],
);

async fn other_kinds(c: &Case<'_>) -> Verdict {
    missing_places(c).await?;
    missing_mapping(c).await?;
    // Not every operating model has the type this needs.
    match missing_complex_relation(c).await {
        Err(Stop::Broken { seen, .. }) => {
            c.note(format!("nothing was found out about complex relations: {seen}"));
            Ok(())
        }
        verdict => verdict,
    }
}

async fn missing_places(c: &Case<'_>) -> Verdict {
    let id = c.new_id();
    let name = format!("{} inner", c.community());
    let inner = with(community(&name), &json!({"parent": {"name": c.community()}}));
    c.cycle(&id, &json!([inner, domain("inner", &name), c.table("a1")]), "REMOVE_RESOURCES").await?;
    let community = c.wire().community(&name).await?.unwrap_or_default();
    c.cycle(&id, &json!([c.table("a1")]), "REMOVE_RESOURCES").await?;
    let is_kept = c.has_community(&name).await?;
    if is_kept {
        let page = c.wire().get(&format!("/domains?communityId={community}&excludeMeta=false")).await?.ok()?;
        if !results(&page).iter().any(|domain| domain["name"] == "inner") {
            return broken("community and domain to fare alike", "the community is there, the domain is not");
        }
    }
    c.observe(&PLACES, if is_kept { "kept" } else { "removed" });
    Ok(())
}

async fn missing_mapping(c: &Case<'_>) -> Verdict {
    let id = c.new_id();
    let mapping = json!({"resourceType": "Mapping", "identifier": c.pair("c25-mapping"), "asset": c.reference("a2")});
    c.cycle(&id, &json!([c.table("a2"), mapping]), "REMOVE_RESOURCES").await?;
    expect("whether the pair is mapped", true, c.is_mapped("c25-mapping").await?)?;
    c.cycle(&id, &json!([c.table("a2")]), "REMOVE_RESOURCES").await?;
    let is_kept = c.is_mapped("c25-mapping").await?;
    c.observe(&MAPPINGS, if is_kept { "kept" } else { "removed" });
    Ok(())
}

/// A field mapping: two columns and a mapping specification.
async fn missing_complex_relation(c: &Case<'_>) -> Verdict {
    const LEGS: [(&str, &str); 3] = [
        ("00000000-0000-0000-0000-000000007088:TARGET", "from"),
        ("00000000-0000-0000-0000-000000007089:TARGET", "to"),
        ("00000000-0000-0000-0000-000000007090:TARGET", "how"),
    ];
    let id = c.new_id();
    let how = with(c.table("how"), &json!({"type": {"name": "Mapping Specification"}}));
    let ends = json!([c.column("from", &[]), c.column("to", &[]), how]);
    let legs: Value = LEGS.iter().map(|(leg, name)| ((*leg).to_owned(), json!([c.reference(name)]))).collect();
    let relation = json!({"resourceType": "Complex Relation", "identifier": c.pair("c25-relation"),
        "complexRelationType": {"name": "Field Mapping"}, "relations": legs});

    c.batch(&id, &ends).await?;
    c.cycle(&id, &json!([relation]), "REMOVE_RESOURCES").await?;
    expect("whether the pair is mapped", true, c.is_mapped("c25-relation").await?)?;
    c.cycle(&id, &ends, "REMOVE_RESOURCES").await?;
    let is_kept = c.is_mapped("c25-relation").await?;
    c.observe(&COMPLEX_RELATIONS, if is_kept { "kept" } else { "removed" });
    Ok(())
}
