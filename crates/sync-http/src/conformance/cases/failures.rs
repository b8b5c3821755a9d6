//! Statements 32 to 39: commands that fail, and what does not keep a job from working.

use serde_json::{Value, json};

use crate::conformance::case::Case;
use crate::conformance::commands::{PART_OF, with};
use crate::conformance::form::Form;
use crate::conformance::outcome::{Step, Verdict, broken, expect};
use crate::conformance::statement::Evidence::{Chosen, Documented};
use crate::conformance::statement::{Setting, Statement, Switch, Topic, choice, reading};

pub(super) const STATEMENTS: &[Statement] =
    &[ROLLED_BACK, PARTIAL, ALL_BAD, ABORTED, WHOLE_COMMAND, DEFAULT, SEEN, SIMULATION];

const TOPIC: Topic = Topic::Failures;

const ROLLED_BACK: Statement = Statement {
    number: 32,
    name: "one_bad_command_undoes_the_job",
    topic: TOPIC,
    says: "With continueOnError=false one bad command ends the job with ERROR and FAILURE; nothing of it is kept, and \
           nothing of it counts as seen.",
    evidence: Documented,
    source: "page about continuing on errors; that nothing counts as seen is inferred",
    switches: &[ERROR_LISTED],
    case: |c| Box::pin(rolled_back(c)),
};

const ERROR_LISTED: Switch = reading(
    "rolledBackErrorListed",
    "Does a job that was rolled back list the error that stopped it?",
    &[choice("true", "its errors have an entry"), choice("false", "its errors are empty")],
);

async fn rolled_back(c: &Case<'_>) -> Verdict {
    let id = c.new_id();
    c.cycle(&id, &c.tables(&["a1", "a2"]), "REMOVE_RESOURCES").await?;
    c.batch(&id, &c.tables(&["a1"])).await?;
    let commands = json!([c.shown("a2", "changed"), c.table("a3"), c.bad("a4")]);
    let failed = c.outcome_of(c.post_batch(&id, Form::strict(&commands)).await?).await?.came_to("ERROR", "FAILED")?;
    expect("assets", ["a1", "a2"], c.assets().await?)?;
    expect("whether the change was kept", false, c.display_name("a2").await? == "changed")?;
    c.finalize(&id, "REMOVE_RESOURCES").await?;
    expect("assets after the finalization", ["a1"], c.assets().await?)?;
    c.observe(&ERROR_LISTED, (!failed.errors.is_empty()).to_string());
    Ok(())
}

const PARTIAL: Statement = Statement {
    number: 33,
    name: "bad_commands_are_skipped_and_good_ones_stay",
    topic: TOPIC,
    says: "With continueOnError=true bad commands are skipped and good ones kept; the job ends COMPLETED and \
           COMPLETED_WITH_ERROR.",
    evidence: Documented,
    source: "page about continuing on errors; whether null and empty texts make a command bad is not in it",
    switches: &[INDEX_BASE, NULL_MEMBERS, EMPTY_VALUES],
    case: |c| Box::pin(partial(c)),
};

const INDEX_BASE: Switch = reading(
    "indexBase",
    "Which number does the first command of a file have in errors?",
    &[choice("zero", "the third command has the index 2"), choice("one", "the third command has the index 3")],
);

const NULL_MEMBERS: Switch = reading(
    "nullMembers",
    "What does a member of a command mean that is null?",
    &[choice("absent", "the command is executed"), choice("refused", "the command fails")],
);
const EMPTY_VALUES: Switch = reading(
    "emptyValues",
    "What does an attribute value mean that is an empty text?",
    &[
        choice("stored", "the attribute is empty"),
        choice("removed", "there is no such attribute any more"),
        choice("refused", "the command fails, and the value stays as it was"),
    ],
);

async fn partial(c: &Case<'_>) -> Verdict {
    let commands = json!([c.table("a1"), c.table("a2"), c.bad("a3"), c.table("a4")]);
    let answer = c.post_batch(&c.new_id(), Form::lenient(&commands)).await?;
    let ended = c.outcome_of(answer).await?.came_to("COMPLETED", "COMPLETED_WITH_ERRORS")?;
    expect("assets", ["a1", "a2", "a4"], c.assets().await?)?;
    expect("count of errors", 1, ended.error_count())?;
    match ended.errors.as_slice() {
        [error] if error["command"]["indices"] == json!([2]) => c.observe(&INDEX_BASE, "zero"),
        [error] if error["command"]["indices"] == json!([3]) => c.observe(&INDEX_BASE, "one"),
        errors => return broken("one error with the index 2 or 3", Value::from(errors).to_string()),
    }
    let skips = async |command: Value| -> Step<bool> {
        let ended = c.outcome_of(c.post_batch(&c.new_id(), Form::lenient(&json!([command]))).await?).await?;
        Ok(ended.came_to_one_of(&["COMPLETED", "COMPLETED_WITH_ERRORS"])? != "COMPLETED")
    };
    let is_refused = skips(with(c.table("null"), &json!({"displayName": null}))).await?;
    expect("whether the asset is there whose command was skipped", !is_refused, c.find_asset("null").await?.is_some())?;
    c.observe(&NULL_MEMBERS, if is_refused { "refused" } else { "absent" });

    let described = |text: &str| with(c.table("a1"), &json!({"attributes": {"Description": [{"value": text}]}}));
    c.batch(&c.new_id(), &json!([described("before")])).await?;
    let reading = match (skips(described("")).await?, c.attribute_values("a1").await?.as_slice()) {
        (true, [value]) if value == "before" => "refused",
        (false, [value]) if value.is_empty() => "stored",
        (false, []) => "removed",
        (_, values) => return broken("the value before, an empty one, or none", format!("{values:?}")),
    };
    c.observe(&EMPTY_VALUES, reading);
    Ok(())
}

const ALL_BAD: Statement = Statement {
    number: 34,
    name: "job_of_bad_commands_alone_is_completed_with_error",
    topic: TOPIC,
    says: "If every command fails and their number stays below the threshold, the job still ends COMPLETED and \
           COMPLETED_WITH_ERROR.",
    evidence: Documented,
    source: "page about results of jobs",
    switches: &[],
    case: |c| Box::pin(all_bad(c)),
};

async fn all_bad(c: &Case<'_>) -> Verdict {
    let commands = json!([c.bad("a1"), c.bad("a2"), c.bad("a3")]);
    let answer = c.post_batch(&c.new_id(), Form::lenient(&commands)).await?;
    let ended = c.outcome_of(answer).await?.came_to("COMPLETED", "COMPLETED_WITH_ERRORS")?;
    expect("count of errors", 3, ended.error_count())
}

const ABORTED: Statement = Statement {
    number: 35,
    name: "job_is_aborted_at_the_threshold",
    topic: TOPIC,
    says: "At the threshold of failed commands, 100 unless it is set to another number, the job stops with COMPLETED \
           and ABORTED; good commands before it stay.",
    evidence: Documented,
    source: "page about continuing on errors",
    switches: &[],
    case: |c| Box::pin(aborted(c)),
};

async fn aborted(c: &Case<'_>) -> Verdict {
    let mut commands = vec![c.table("before")];
    commands.extend((0..250).map(|number| c.bad(&format!("b{number}"))));
    commands.push(c.table("after"));
    let answer = c.post_batch(&c.new_id(), Form::lenient(&commands.into())).await?;
    let ended = c.outcome_of(answer).await?.came_to("COMPLETED", "ABORTED")?;
    match ended.error_count() {
        None | Some(100) => {}
        Some(count) => c.note(format!("the threshold of this server seems to be {count}")),
    }
    expect("assets", ["before"], c.assets().await?)
}

const WHOLE_COMMAND: Statement = Statement {
    number: 36,
    name: "command_with_one_bad_relation_is_skipped_entirely",
    topic: TOPIC,
    says: "A command of which one relation among several cannot be made is skipped with all it says.",
    evidence: Documented,
    source: "page about continuing on errors",
    switches: &[],
    case: |c| Box::pin(whole_command(c)),
};

async fn whole_command(c: &Case<'_>) -> Verdict {
    let tables = json!({PART_OF: [c.reference("table"), c.reference("nowhere")]});
    let column = with(c.column("column", &[]), &json!({"displayName": "half", "relations": tables}));
    let commands = json!([c.table("table"), column]);
    let answer = c.post_batch(&c.new_id(), Form::lenient(&commands)).await?;
    c.outcome_of(answer).await?.came_to("COMPLETED", "COMPLETED_WITH_ERRORS")?;
    expect("assets", ["table"], c.assets().await?)
}

const DEFAULT: Statement = Statement {
    number: 37,
    name: "default_of_continue_on_error_follows_the_version",
    topic: TOPIC,
    says: "Left out, continueOnError is false before version 2026.07 and true from then on.",
    evidence: Documented,
    source: "page about continuing on errors",
    switches: &[VERSION],
    case: |c| Box::pin(default(c)),
};

const VERSION: Switch = Switch {
    name: "profile",
    asks: "What is continueOnError where it is left out?",
    setting: Setting::Version,
    choices: &[
        choice("2026.07", "true: the bad command is skipped"),
        choice("before-2026.07", "false: the bad command undoes the job"),
    ],
};

async fn default(c: &Case<'_>) -> Verdict {
    let commands = json!([c.table("a1"), c.bad("a2")]);
    let ended = c.outcome_of(c.post_batch(&c.new_id(), Form::commands(&commands)).await?).await?;
    let version = match (ended.state(), c.assets().await?.as_slice()) {
        ("ERROR", []) => "before-2026.07",
        ("COMPLETED", [only]) if only == "a1" => "2026.07",
        (_, assets) => {
            let seen = format!("{} and the assets {assets:?}", ended.told());
            return broken("all of the job undone, or the bad command skipped", seen);
        }
    };
    c.observe(&VERSION, version);
    Ok(())
}

const SEEN: Statement = Statement {
    number: 38,
    name: "failed_command_of_a_partial_batch_at_finalize",
    topic: TOPIC,
    says: "Whether the asset of a command that failed in a partial batch is missing at finalize is said nowhere.",
    evidence: Chosen,
    source: "none",
    switches: &[FAILED_COMMANDS],
    case: |c| Box::pin(seen(c)),
};

const FAILED_COMMANDS: Switch = reading(
    "failedCommands",
    "Does a failed command of a partial batch count as seen?",
    &[choice("not-seen", "its asset is removed"), choice("seen", "its asset stays")],
);

async fn seen(c: &Case<'_>) -> Verdict {
    let id = c.new_id();
    c.cycle(&id, &c.tables(&["a1", "a2"]), "REMOVE_RESOURCES").await?;
    let answer = c.post_batch(&id, Form::lenient(&json!([c.table("a1"), c.bad("a2")]))).await?;
    c.outcome_of(answer).await?.came_to("COMPLETED", "COMPLETED_WITH_ERRORS")?;
    c.finalize(&id, "REMOVE_RESOURCES").await?;
    c.asset("a1").await?;
    let is_left = c.find_asset("a2").await?.is_some();
    c.observe(&FAILED_COMMANDS, if is_left { "seen" } else { "not-seen" });
    Ok(())
}

const SIMULATION: Statement = Statement {
    number: 39,
    name: "simulation_is_ignored",
    topic: TOPIC,
    says: "simulation=true on a call of a synchronization changes nothing: the work is done.",
    evidence: Documented,
    source: "guide to the Import API",
    switches: &[],
    case: |c| Box::pin(simulation(c)),
};

async fn simulation(c: &Case<'_>) -> Verdict {
    let id = c.new_id();
    let simulated = |form: Form| form.text("simulation", "true");
    let batch = simulated(Form::strict(&c.tables(&["a1", "a2"])));
    c.outcome_of(c.post_batch(&id, batch).await?).await?.succeeded()?;
    c.finalize(&id, "REMOVE_RESOURCES").await?;
    expect("assets after the batch", ["a1", "a2"], c.assets().await?)?;
    c.batch(&id, &c.tables(&["a1"])).await?;
    let finalize = simulated(Form::strategy("REMOVE_RESOURCES"));
    c.outcome_of(c.post_finalize(&id, finalize).await?).await?.succeeded()?;
    expect("assets after the finalization", ["a1"], c.assets().await?)
}
