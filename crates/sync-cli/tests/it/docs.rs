//! What the pages tell people to type, and what they say is printed.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Ran, Server, root};

/// A fenced block of a page.
#[derive(Debug)]
struct Block {
    language: String,
    content: String,
}

fn page(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn blocks(path: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in page(path).lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => open = Some(Block { language: language.to_owned(), content: String::new() }),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => {
                block.content.push_str(line);
                block.content.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

/// The blocks of a language, one after the other.
fn all(blocks: &[Block], language: &str) -> String {
    blocks.iter().filter(|block| block.language == language).map(|block| block.content.as_str()).collect()
}

#[test]
fn the_blocks_of_the_curl_page_work_as_written() {
    let curl = Command::new("curl").arg("--version").output();
    assert!(curl.is_ok(), "this test runs curl, which is not installed");
    let blocks = blocks("docs/emulator-with-curl.md");
    // The first block starts the server; after it, what is printed follows each block that prints.
    assert_eq!(blocks[0].content, "collibra-sync emulator serve --memory\n");
    let script = all(&blocks[1..], "sh");
    for call in ["/batch/json-job", "/finalize/job", "/json-job", "/jobs/", "/summary", "/assets"] {
        assert!(script.contains(call), "the page has no call of {call}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--memory"]);
    let mut shell = Command::new("sh");
    let ran = Ran::of(0, shell.args(["-e", "-c", &script]).current_dir(root()).env("COLLIBRA_URL", &server.url));
    assert_eq!(ran.stdout, all(&blocks[1..], "text"));
}

#[test]
fn the_blocks_of_the_page_about_the_server_work_as_written() {
    let blocks = blocks("docs/emulator.md");
    let folder = tempfile::tempdir().expect("a folder");
    let program = Path::new(env!("CARGO_BIN_EXE_collibra-sync")).parent().expect("a folder");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([program.to_owned()].into_iter().chain(std::env::split_paths(&path)));
    let mut shell = Command::new("sh");
    shell.args(["-e", "-c", &all(&blocks, "sh")]).current_dir(folder.path()).env("PATH", path.expect("a path"));
    let ran = Ran::of(0, &mut shell);
    // A block of text that is a command line is not what is printed.
    let printed: Vec<&Block> = blocks.iter().filter(|block| !block.content.starts_with("collibra-sync")).collect();
    let printed = printed.iter().filter(|block| block.language == "text").map(|block| block.content.as_str());
    assert_eq!(ran.stdout, printed.collect::<String>());
}

/// The words of the commands in a block that begin with `cargo`.
fn cargo_commands(block: &Block) -> Vec<Vec<String>> {
    let joined = block.content.replace("\\\n", " ");
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    joined.lines().map(words).filter(|words| words.first().is_some_and(|word| word == "cargo")).collect()
}

/// A line that says how long something took.
fn is_duration(line: &str) -> bool {
    line.trim().strip_suffix(" s").is_some_and(|seconds| seconds.parse::<f64>().is_ok())
}

fn without_durations(text: &str) -> String {
    text.lines().filter(|line| !is_duration(line)).map(|line| line.to_owned() + "\n").collect()
}

/// Runs the commands of a page that are runs of the program, in order, in one folder that looks like the repository.
/// What a `text` block after them says must be what they print. Returns how many were compared.
fn run_commands_of(path: &str) -> usize {
    let folder = tempfile::tempdir().expect("a folder");
    let examples = folder.path().join("examples/harbour");
    fs::create_dir_all(&examples).expect("a folder");
    let files = ["catalog-v1.json", "catalog-v2.json", "dictionary.csv", "dictionary.xlsx", "dictionary.template.json"];
    for file in files {
        fs::copy(root().join("examples/harbour").join(file), examples.join(file)).expect("the example");
    }
    let blocks = blocks(path);
    let mut compared = 0;
    for (place, block) in blocks.iter().enumerate() {
        let mut printed = String::new();
        for command in cargo_commands(block) {
            if let Some(args) = command.iter().position(|word| word == "--").map(|place| &command[place + 1..]) {
                assert_eq!(command[..2], ["cargo", "run"], "{path}: {command:?}");
                printed += &Ran::expect(0, folder.path(), args).stdout;
            }
        }
        let promised = blocks.get(place + 1).filter(|next| next.language == "text" && !printed.is_empty());
        if let Some(promised) = promised {
            assert_eq!(without_durations(&printed), without_durations(&promised.content), "{path}");
            compared += 1;
        }
    }
    compared
}

#[test]
fn the_commands_of_the_readme_print_what_it_says() {
    assert!(run_commands_of("README.md") >= 2);
    let commands: Vec<String> =
        blocks("README.md").iter().flat_map(cargo_commands).map(|words| words.join(" ")).collect();
    for promised in [
        "cargo run --release -- run examples/harbour/catalog-v1.json --id harbour --embedded",
        "cargo test --workspace",
    ] {
        assert!(commands.iter().any(|command| command == promised), "{promised} is not among {commands:#?}");
    }
}

#[test]
fn the_commands_of_the_example_work_as_written() {
    run_commands_of("examples/harbour/README.md");
}

#[test]
fn links_between_the_pages_lead_somewhere() {
    for path in [
        "README.md",
        "docs/README.md",
        "docs/emulator.md",
        "examples/harbour/README.md",
        "crates/sync-cli/README.md",
        "CHANGELOG.md",
    ] {
        let folder = root().join(path).parent().expect("a folder").to_owned();
        for target in page(path).split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            let there = target.is_empty() || target.starts_with("http") || folder.join(target).exists();
            assert!(there, "{path} links to {target}");
        }
    }
}

/// The names of all tests of the crates.
fn tests_of_the_sources() -> BTreeSet<String> {
    fn walk(folder: &Path, names: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, names);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source");
                let lines: Vec<_> = text.lines().map(str::trim).collect();
                let tests = lines.iter().enumerate().filter(|(_, line)| line.ends_with("test]"));
                names.extend(tests.filter_map(|(place, _)| {
                    // Other attributes may stand between the two.
                    let line = lines[place + 1..].iter().find(|line| !line.starts_with("#["))?;
                    let name = line.trim_start_matches("async ").strip_prefix("fn ")?;
                    Some(name.split_once('(')?.0.to_owned())
                }));
            }
        }
    }
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(root().join("crates")).expect("the crates") {
        walk(&entry.expect("an entry").path().join("tests"), &mut names);
    }
    names
}

#[test]
fn every_row_of_the_recovery_page_names_tests_that_exist() {
    let page = page("docs/recovery.md");
    let known = tests_of_the_sources();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let cells = rows.map(|row| row.split(" | ").collect::<Vec<_>>());
    let tested = cells.filter(|cells| cells.last().is_some_and(|last| last.starts_with('`') && last.contains('_')));
    let (mut numbers, mut edges) = (Vec::new(), 0);
    for cells in tested {
        match cells[0].parse::<u32>() {
            Ok(number) => numbers.push(number),
            Err(_) => edges += 1,
        }
        for name in cells[cells.len() - 1].split_whitespace().map(|name| name.trim_matches('`')) {
            assert!(known.contains(name), "{}: there is no test {name}", cells[0]);
        }
    }
    assert_eq!(numbers, (1..=27).collect::<Vec<_>>());
    assert!(edges >= 8, "{edges} edges only");
}
