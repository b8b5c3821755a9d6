//! The program, servers to run it against, and what they have left behind.

mod catalogue;
mod http;
mod peer;
mod program;
mod server;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub(crate) use catalogue::{Catalogue, content, get};
pub(crate) use http::{post_commands, post_form};
pub(crate) use peer::{Behaviour, Peer};
pub(crate) use program::{Ran, Running, Signal, bytes_below, program};
pub(crate) use server::Server;

/// Longest wait for anything.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A file of the example.
pub(crate) fn harbour(file: &str) -> String {
    root().join("examples/harbour").join(file).display().to_string()
}

/// Tells a figure of a long test.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Waits until `condition` gives something.
pub(crate) fn until<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(began.elapsed() < LIMIT, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A community, a domain and `tables` tables as an array of commands, one a line: the first table is on line 3.
pub(crate) fn tables(tables: usize) -> String {
    let mut lines = vec![
        r#"{"resourceType":"Community","identifier":{"name":"Pilots"}}"#.to_owned(),
        concat!(
            r#"{"resourceType":"Domain","identifier":{"name":"Boats","community":{"name":"Pilots"}},"#,
            r#""type":{"name":"Physical Data Dictionary"}}"#
        )
        .to_owned(),
    ];
    lines.extend((0..tables).map(|number| table(&format!("boat_{number:03}"), "Table")));
    format!("[{}]\n", lines.join(",\n"))
}

/// One asset of a type in the domain of [`tables`].
pub(crate) fn table(name: &str, kind: &str) -> String {
    format!(
        concat!(
            r#"{{"resourceType":"Asset","identifier":{{"name":"{}","#,
            r#""domain":{{"name":"Boats","community":{{"name":"Pilots"}}}}}},"type":{{"name":"{}"}}}}"#
        ),
        name, kind
    )
}
