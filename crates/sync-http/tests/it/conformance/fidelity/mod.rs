//! `docs/fidelity.md`, made from the statements of the suite and from what the server does beyond them. `UPDATE_DOCS=1`
//! writes it anew.

mod beyond;

use std::fmt::Write as _;
use std::path::PathBuf;

use sync_http::conformance::{Setting, Statement, Switch, Topic, statements};

use beyond::{BEYOND, Row};

const HEAD: &str = "# How true the server is

What the embedded server does comes from three kinds of sources, and a test that passes here is worth as much as the
source behind it:

- **documented**: a public page, the OpenAPI documents or the published examples say so;
- **inferred**: it follows from what is documented, and could still be wrong;
- **chosen**: nothing public was found; we took one of several possible answers.

A client is safe if it works under every reading of the open questions, not only under the defaults.

Made from the [conformance suite](conformance.md) and from the table of `sync-http`'s tests that goes beyond it; do not
edit it here. The suite tries the sixty statements on any server and says which readings hold there.
";

const OPEN: &str = "
## Open questions

What the statements leave open. The first answer is what the server does unless a profile (`emulator serve --profile
FILE`) says otherwise; the member of its `readings` has the name of the question. Questions marked *fixed* have no such
member: the server knows the first answer alone.

| # | question | | answers, and how each is recognised |
|---|---|---|---|
";

const MORE: &str = "
# Beyond the statements

What else the server does where others might do something else. Our own tests try it here; the suite tries on other
servers no more of it than the open questions above. Members of `readings` stand behind the word *chosen*, the default
first.
";

fn page() -> String {
    let mut page = HEAD.to_owned();
    page.push_str("\n# The sixty statements\n");
    for topic in Topic::ALL {
        let _ = writeln!(page, "\n## {topic}\n\n| # | statement | standing | source |\n|---|---|---|---|");
        for Statement { number, says, evidence, source, .. } in statements().iter().filter(|it| it.topic == topic) {
            let _ = writeln!(page, "| {number} | {says} | {evidence} | {source} |");
        }
    }
    page.push_str(OPEN);
    for statement in statements() {
        for Switch { name, asks, setting, choices, .. } in statement.switches {
            let mark = match setting {
                Setting::Fixed => "*fixed*".to_owned(),
                Setting::Version => "`profile`".to_owned(),
                _ => format!("`{name}`"),
            };
            let choices: Vec<String> =
                choices.iter().map(|choice| format!("**{}**: {}", choice.value, choice.seen_as)).collect();
            let _ = writeln!(page, "| {} | {asks} | {mark} | {} |", statement.number, choices.join("; "));
        }
    }
    page.push_str(MORE);
    for (section, rows) in BEYOND {
        let _ = writeln!(page, "\n## {section}\n\n| behaviour | standing |\n|---|---|");
        for Row { says, standing, reading } in *rows {
            let reading = if reading.is_empty() { String::new() } else { format!(": {reading}") };
            let _ = writeln!(page, "| {says} | {standing}{reading} |");
        }
    }
    page
}

#[test]
fn page_about_fidelity_is_up_to_date() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/fidelity.md");
    let page = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).expect("the document can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == page,
        "docs/fidelity.md is not what the suite says; UPDATE_DOCS=1 cargo test -p sync-http writes it"
    );
}
