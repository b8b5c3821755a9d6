//! What the pages tell people to type.

use std::fs;
use std::process::Command;

use crate::support::{Server, root, until};

/// The contents of the fenced `sh` blocks of a page, in order.
fn blocks(page: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"));
    let mut blocks = Vec::new();
    let mut block: Option<String> = None;
    for line in text.lines() {
        match (&mut block, line) {
            (None, "```sh") => block = Some(String::new()),
            (Some(_), "```") => blocks.extend(block.take()),
            (Some(block), line) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, _) => {}
        }
    }
    blocks
}

/// The contents of the fenced `text` blocks of a page that say what the commands print.
fn outputs(page: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"));
    let fenced = text.split("\n```text\n").skip(1).filter_map(|rest| rest.split_once("\n```"));
    fenced.map(|(block, _)| block.to_owned()).collect()
}

#[test]
fn the_blocks_of_the_curl_page_work_as_written() {
    let page = "docs/emulator-with-curl.md";
    assert!(Command::new("curl").arg("--version").output().is_ok(), "this test needs curl");
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--memory"]);
    let script = blocks(page).concat();
    assert!(script.contains("batch/json-job") && script.contains("finalize/job"), "{script}");
    let ran = Command::new("sh")
        .args(["-e", "-c", &script])
        .current_dir(root())
        .env("COLLIBRA_URL", &server.url)
        .output()
        .expect("a shell");
    let printed = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{printed}\n{}", String::from_utf8_lossy(&ran.stderr));
    // The first block tells how to start the server; the others are what is printed, one after the other.
    let promised = outputs(page)[1..].join("\n");
    assert_eq!(printed.trim_end(), promised.trim_end());
}

/// Commands of a page that start with the program by way of cargo.
fn commands(page: &str) -> Vec<Vec<String>> {
    let joined = blocks(page).concat().replace("\\\n", " ");
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    joined.lines().map(words).filter(|words| words.first().is_some_and(|word| word == "cargo")).collect()
}

/// Runs the commands of a page that are runs of the program, in order, in one folder that looks like the repository.
fn run_commands_of(page: &str) -> usize {
    let folder = tempfile::tempdir().expect("a folder");
    let examples = folder.path().join("examples/harbour");
    fs::create_dir_all(&examples).expect("a folder");
    for file in ["catalog-v1.json", "catalog-v2.json"] {
        fs::copy(root().join("examples/harbour").join(file), examples.join(file)).expect("the example");
    }
    let mut count = 0;
    for command in commands(page) {
        let Some(args) = command.iter().position(|word| word == "--").map(|place| &command[place + 1..]) else {
            continue;
        };
        assert_eq!(command[..2], ["cargo", "run"], "{command:?}");
        if args.first().is_some_and(|word| word == "emulator") {
            continue;
        }
        crate::support::Ran::expect(0, folder.path(), args);
        count += 1;
    }
    count
}

#[test]
fn the_commands_of_the_readme_work_as_written() {
    assert!(run_commands_of("README.md") >= 2);
    let commands: Vec<String> = commands("README.md").iter().map(|words| words.join(" ")).collect();
    for promised in [
        "cargo run --release -- run examples/harbour/catalog-v1.json --id harbour --embedded",
        "cargo test --workspace",
    ] {
        assert!(commands.iter().any(|command| command == promised), "{promised} is not among {commands:#?}");
    }
}

#[test]
fn the_commands_of_the_example_work_as_written() {
    assert!(run_commands_of("examples/harbour/README.md") >= 2);
}

#[test]
fn the_curl_page_names_a_server_command_that_works() {
    let page = fs::read_to_string(root().join("docs/emulator-with-curl.md")).expect("the page");
    assert!(page.contains("collibra-sync emulator serve --memory"));
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), &["--memory"]);
    until("the server answers", || std::net::TcpStream::connect(server.url.trim_start_matches("http://")).ok());
}

#[test]
fn links_between_the_pages_lead_somewhere() {
    for page in ["README.md", "docs/README.md", "examples/harbour/README.md", "CHANGELOG.md"] {
        let text = fs::read_to_string(root().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"));
        let folder = root().join(page).parent().expect("a folder").to_owned();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            let there = target.is_empty() || target.starts_with("http") || folder.join(target).exists();
            assert!(there, "{page} links to {target}");
        }
    }
}
