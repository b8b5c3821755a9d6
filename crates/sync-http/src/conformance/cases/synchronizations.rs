//! Statements 1 to 9: ids of synchronizations and their administration.

use serde_json::{Value, json};

use crate::conformance::case::Case;
use crate::conformance::commands::with;
use crate::conformance::form::Form;
use crate::conformance::look::results;
use crate::conformance::outcome::{Verdict, broken, expect, skipped};
use crate::conformance::statement::Evidence::{Chosen, Documented};
use crate::conformance::statement::{Statement, Switch, Topic, choice, reading, refusal};

pub(super) const STATEMENTS: &[Statement] =
    &[SUBMITS, LENGTHS, NO_UUID, FRESH, KNOWN, LIST, REMOVED, AFTER_REMOVE, EVICTED];

const TOPIC: Topic = Topic::Synchronizations;

const SUBMITS: Statement = Statement {
    number: 1,
    name: "submits_answer_at_once_with_a_job",
    topic: TOPIC,
    says: "The seven submits (batch and single call in three formats, finalize) answer 200 with a job that has an id; \
           the work is done later.",
    evidence: Documented,
    source: "OpenAPI document; which cells of a table hold lists is not in it",
    switches: &[LIST_CELLS],
    case: |c| Box::pin(submits(c)),
};

const LIST_CELLS: Switch = reading(
    "listCells",
    "Which cells of a table hold lists?",
    &[
        choice("strings", "a comma in the value of an attribute is a comma"),
        choice("all", "a comma in the value of an attribute makes two of it"),
    ],
);

async fn submits(c: &Case<'_>) -> Verdict {
    let id = c.new_id();
    c.outcome_of(c.post_batch(&id, Form::strict(&c.tables(&["json"]))).await?).await?.succeeded()?;
    c.outcome_of(c.post_finalize(&id, Form::strategy("IGNORE")).await?).await?.succeeded()?;
    let full = Form::strict(&c.tables(&["json"])).text("finalizationStrategy", "IGNORE");
    c.outcome_of(c.post_full(&id, full).await?).await?.succeeded()?;

    let template = c.table("${1}").to_string();
    let template = format!("[{template}]");
    let csv = Form::new().file("rows.csv", b"csv\n").text("separator", ";").text("quote", "\"").text("escape", "\\");
    let excel = Form::new().file("rows.xlsx", include_bytes!("one-cell.xlsx"));
    for (format, form) in [("csv", csv), ("excel", excel)] {
        let form = form.text("template", &template).text("headerRow", "false").text("continueOnError", "false");
        let batch = c.run.post(&id, &format!("batch/{format}-job"), form.clone()).await?;
        c.outcome_of(batch).await?.succeeded()?;
        let full = c.run.post(&id, &format!("{format}-job"), form.text("finalizationStrategy", "IGNORE")).await?;
        c.outcome_of(full).await?.succeeded()?;
    }
    expect("assets", ["csv", "excel", "json"], c.assets().await?)?;

    let described = with(c.table("csv"), &json!({"attributes": {"Description": [{"value": "${1}"}]}}));
    let form = Form::new()
        .file("rows.csv", b"one, two\n")
        .text("separator", ";")
        .text("template", &json!([described]).to_string())
        .text("headerRow", "false")
        .text("continueOnError", "false");
    c.outcome_of(c.run.post(&id, "batch/csv-job", form).await?).await?.succeeded()?;
    let values = c.attribute_values("csv").await?;
    if values == ["one, two"] {
        c.observe(&LIST_CELLS, "strings");
    } else {
        let values: Vec<&str> = values.iter().map(|value| value.trim()).collect();
        expect("values of a cell with a comma", ["one", "two"], values)?;
        c.observe(&LIST_CELLS, "all");
    }
    Ok(())
}

const LENGTHS: Statement = Statement {
    number: 2,
    name: "ids_of_1_to_50_characters_pass",
    topic: TOPIC,
    says: "Submits take ids of 1 and of 50 characters and refuse those of 0 and of 51.",
    evidence: Documented,
    source: "OpenAPI document; the code 400 is chosen",
    switches: &[BAD_LENGTH],
    case: |c| Box::pin(lengths(c)),
};

const BAD_LENGTH: Switch = refusal("badIdCode", "With which code is an id of 51 characters refused?");

async fn lengths(c: &Case<'_>) -> Verdict {
    let batch = async |id: &str| c.post_batch(id, Form::strict(&c.tables(&["a1"]))).await;
    let long = format!("{}-{}", c.run.mark.short(), "x".repeat(41));
    let answer = batch(&long).await?;
    if answer.is_refusal() && !batch(&c.new_id()).await?.is_refusal() {
        return skipped("this server takes UUIDs only, which all have 36 characters");
    }
    c.outcome_of(answer).await?.succeeded()?;
    let refused = batch(&format!("{long}x")).await?.refusal()?;
    batch("").await?.refusal()?;

    // Somebody may use an id as short as this: one that is known already is left alone.
    for id in ["~", "_", "-", "z", "q"] {
        if !c.exists(id).await? {
            c.outcome_of(batch(id).await?).await?.succeeded()?;
            c.observe(&BAD_LENGTH, refused);
            return Ok(());
        }
    }
    skipped("the ids of one character that could be tried are in use")
}

const NO_UUID: Statement = Statement {
    number: 3,
    name: "ids_need_not_be_uuids",
    topic: TOPIC,
    says: "An id like erp-prod_01 works.",
    evidence: Documented,
    source: "OpenAPI document; an older table speaks of UUIDs",
    switches: &[UUIDS_ONLY],
    case: |c| Box::pin(no_uuid(c)),
};

const UUIDS_ONLY: Switch = reading(
    "uuidIdsOnly",
    "Do ids have to be UUIDs?",
    &[choice("false", "any other id works too"), choice("true", "another id is refused, while UUIDs pass")],
);

async fn no_uuid(c: &Case<'_>) -> Verdict {
    let id = format!("erp-prod_01-{}", c.run.mark.short());
    let answer = c.post_batch(&id, Form::strict(&c.tables(&["a1"]))).await?;
    c.observe(&UUIDS_ONLY, answer.is_refusal().to_string());
    if !answer.is_refusal() {
        c.outcome_of(answer).await?.succeeded()?;
        c.finalize(&id, "IGNORE").await?;
        return expect("whether the id exists", true, c.exists(&id).await?);
    }
    c.batch(&c.new_id(), &c.tables(&["a1"])).await.map(drop)
}

const FRESH: Statement = Statement {
    number: 4,
    name: "fresh_id_is_unknown",
    topic: TOPIC,
    says: "An id that was never used does not exist.",
    evidence: Documented,
    source: "published example",
    switches: &[],
    case: |c| Box::pin(fresh(c)),
};

async fn fresh(c: &Case<'_>) -> Verdict {
    let id = c.new_id();
    expect("whether the id exists", false, c.exists(&id).await?)?;
    expect("whether the id is listed", false, c.is_listed(&id).await?)
}

const KNOWN: Statement = Statement {
    number: 5,
    name: "id_is_known_once_used",
    topic: TOPIC,
    says: "A used id exists and is listed; from when on is said nowhere.",
    evidence: Chosen,
    source: "none",
    switches: &[EXISTS_FROM],
    case: |c| Box::pin(known(c)),
};

const EXISTS_FROM: Switch = reading(
    "idExistsFrom",
    "From when on does an id exist?",
    &[
        choice("completed", "it exists once its first batch has completed, not while that batch waits or runs"),
        choice("accepted", "it exists while its first batch still waits or runs"),
        choice("finalized", "it does not exist before the first finalization"),
    ],
);

async fn known(c: &Case<'_>) -> Verdict {
    // The batch has to be under way still when the answer is given; the larger one is for quick servers.
    for size in [300, 1500, 6000] {
        let id = c.new_id();
        let job = c.post_batch(&id, Form::strict(&c.many(size))).await?.job()?;
        let early = c.exists(&id).await?;
        let is_over = c.is_over(&job).await?;
        c.ended(&job).await?.succeeded()?;
        let late = c.exists(&id).await?;
        c.finalize(&id, "IGNORE").await?;
        expect("whether the id exists after a finalization", true, c.exists(&id).await?)?;
        expect("whether it is listed", true, c.is_listed(&id).await?)?;
        let reading = match (early, late) {
            // The answer may have come after the job.
            (true, _) if is_over => continue,
            (true, true) => "accepted",
            (false, true) => "completed",
            (false, false) => "finalized",
            (true, false) => return broken("an id to stay known", "known while the batch ran, unknown after it"),
        };
        c.observe(&EXISTS_FROM, reading);
        return Ok(());
    }
    skipped("every batch was over before the server could be asked")
}

const LIST: Statement = Statement {
    number: 6,
    name: "list_has_pages_of_1000_and_ids_alone",
    topic: TOPIC,
    says: "The list of synchronizations comes in pages of 1000, which is also the most; an entry is the id, no more.",
    evidence: Documented,
    source: "OpenAPI document",
    switches: &[],
    case: |c| Box::pin(list(c)),
};

async fn list(c: &Case<'_>) -> Verdict {
    c.cycle(&c.new_id(), &c.tables(&["a1"]), "IGNORE").await?;
    c.cycle(&c.new_id(), &c.tables(&["a2"]), "IGNORE").await?;
    let page = async |query: &str| c.wire().get(&format!("/import/synchronize{query}")).await?.ok();
    for query in ["", "?limit=0", "?limit=1000"] {
        let page = page(query).await?;
        expect(&format!("limit of the page for {query:?}"), 1000, page["limit"].clone())?;
        for entry in results(&page) {
            let id = entry["synchronizationId"].clone();
            expect("entry of the list", json!({"synchronizationId": id}), entry.clone())?;
            expect("whether the id is a text", true, id.is_string())?;
        }
    }
    let [first, second] = [page("?limit=1").await?, page("?limit=1&offset=1").await?];
    expect("entries of a page of one", [1, 1], [results(&first).len(), results(&second).len()])?;
    let are_equal = results(&first) == results(&second);
    expect("whether the second page repeats the first", false, are_equal)?;
    let beyond = c.wire().get("/import/synchronize?limit=5000").await?;
    let most = if beyond.is_refusal() { Value::from(1000) } else { beyond.ok()?["limit"].clone() };
    expect("largest limit", 1000, most)
}

const REMOVED: Statement = Statement {
    number: 7,
    name: "removed_id_is_unknown_and_its_resources_stay",
    topic: TOPIC,
    says: "Removing a synchronization answers 204; it does not exist any more, its resources stay.",
    evidence: Documented,
    source: "OpenAPI document",
    switches: &[],
    case: |c| Box::pin(removed(c)),
};

async fn removed(c: &Case<'_>) -> Verdict {
    let id = c.new_id();
    c.cycle(&id, &c.tables(&["a1", "a2"]), "REMOVE_RESOURCES").await?;
    let answer = c.wire().delete(&format!("/import/synchronize/{id}")).await?;
    expect("code of the removal", 204, answer.status)?;
    expect("whether the id exists", false, c.exists(&id).await?)?;
    expect("assets", ["a1", "a2"], c.assets().await?)
}

const AFTER_REMOVE: Statement = Statement {
    number: 8,
    name: "smaller_cycle_after_remove_deletes_nothing",
    topic: TOPIC,
    says: "After a removal nothing is tracked, so a smaller cycle with REMOVE_RESOURCES deletes nothing.",
    evidence: Documented,
    source: "OpenAPI document",
    switches: &[],
    case: |c| Box::pin(after_remove(c)),
};

async fn after_remove(c: &Case<'_>) -> Verdict {
    let id = c.new_id();
    c.cycle(&id, &c.tables(&["a1", "a2"]), "REMOVE_RESOURCES").await?;
    c.wire().delete(&format!("/import/synchronize/{id}")).await?;
    c.cycle(&id, &c.tables(&["a1"]), "REMOVE_RESOURCES").await?;
    expect("assets", ["a1", "a2"], c.assets().await?)
}

const EVICTED: Statement = Statement {
    number: 9,
    name: "evict_has_equal_commands_executed_and_keeps_tracking",
    topic: TOPIC,
    says: "Evicting answers 204; the next batch is executed even if it is equal, and removals are still noticed.",
    evidence: Documented,
    source: "OpenAPI document",
    switches: &[UNKNOWN_ID],
    case: |c| Box::pin(evicted(c)),
};

const UNKNOWN_ID: Switch = reading(
    "unknownSynchronization",
    "How do evict and remove answer for an id that nobody knows?",
    &[choice("no-content", "204"), choice("not-found", "404")],
);

async fn evicted(c: &Case<'_>) -> Verdict {
    let id = c.new_id();
    let a1 = c.shown("a1", "from the source");
    c.cycle(&id, &json!([a1, c.table("a2")]), "REMOVE_RESOURCES").await?;
    c.edit_by_hand("a1", "by hand").await?;
    let answer = c.wire().delete(&format!("/import/synchronize/{id}/evict")).await?;
    expect("code of the eviction", 204, answer.status)?;
    c.cycle(&id, &json!([a1]), "REMOVE_RESOURCES").await?;
    expect("display name after the equal command", "from the source", c.display_name("a1").await?)?;
    expect("assets", ["a1"], c.assets().await?)?;

    let unknown = c.new_id();
    let evicted = c.wire().delete(&format!("/import/synchronize/{unknown}/evict")).await?.status;
    let removed = c.wire().delete(&format!("/import/synchronize/{unknown}")).await?.status;
    match (evicted, removed) {
        (204, 204) => c.observe(&UNKNOWN_ID, "no-content"),
        (404, 404) => c.observe(&UNKNOWN_ID, "not-found"),
        codes => return broken("204 or 404 for evicting and removing an unknown id", format!("{codes:?}")),
    }
    Ok(())
}
