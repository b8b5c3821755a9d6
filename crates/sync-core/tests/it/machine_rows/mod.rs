//! The client's side of a cycle, row by row: from where, what happens, under which condition, to where.
//!
//! | row | from | event | to |
//! |---|---|---|---|
//! | 1 | idle | begin, with a whole input and no cycle of ours left open | open |
//! | 2 | open, batching | a batch, while no other job of the synchronization runs | batching |
//! | 3 | batching | accepted: there is a job | batching |
//! | 4 | batching | refused (429: wait; 408: as 6) | batch failed |
//! | 5 | batching | not sent | batching, with a pause |
//! | 6 | batching | no usable answer | batch unknown |
//! | 7 | batch unknown | its job is found | batching |
//! | 8 | batch unknown | no job can be its one, or none any more, and the quiet period is over | batching, sent again |
//! | 9 | batch unknown | it cannot be told whether a copy runs | abandoned |
//! | 10 | batching | succeeded, more left | batching |
//! | 11 | batching | succeeded, the last one | sealed |
//! | 12 | batching | completed with errors | batch failed |
//! | 13 | batching | aborted, failed, canceled | batch failed |
//! | 14 | batching | the job cannot be read, or is left | batching |
//! | 15 | sealed | the guard says yes | sealed, with a permit |
//! | 16 | sealed | finalize, with the permit | finalizing |
//! | 17 | finalizing | accepted: there is a job | finalizing |
//! | 18 | finalizing | refused | sealed, without permit |
//! | 19 | finalizing | no usable answer | finalize unknown |
//! | 20 | finalize unknown | its job is found | finalizing |
//! | 21 | finalize unknown | not found | finalize unknown |
//! | 22 | finalizing | succeeded | finalized |
//! | 23 | finalizing | ended otherwise | finalize failed |
//! | 24 | finalized | begin | open |
//! | 25 | any | stop, crash | abandoned |
//! | 26 | abandoned | resume | where it stood, or the whole input again |
//! | 27 | abandoned | give up | idle |
//!
//! Beside the rows there are edges that lead back: a repaired batch, a halved one, a replay of the whole cycle, the single call, a target
//! that lists no jobs, a crash while finalizing.

mod batches;
mod finalizing;
mod halving;
mod recovery;
mod stopping;
mod uncertain;

/// The comments before the tests, which say what each is about.
fn headings() -> Vec<String> {
    let files = [
        include_str!("batches.rs"),
        include_str!("finalizing.rs"),
        include_str!("halving.rs"),
        include_str!("recovery.rs"),
        include_str!("stopping.rs"),
        include_str!("uncertain.rs"),
    ];
    let lines = files.iter().flat_map(|file| file.lines().zip(file.lines().skip(1)));
    lines
        .filter(|(_, next)| *next == "#[test]")
        .filter_map(|(line, _)| line.strip_prefix("// ").map(str::to_owned))
        .collect()
}

#[test]
fn every_row_and_every_edge_has_a_test_that_names_it() {
    let headings = headings();
    let rows = |heading: &String| -> Vec<u32> {
        let numbers = heading.split_once(':').map_or("", |(numbers, _)| numbers);
        let numbers = numbers.strip_prefix("Rows ").or_else(|| numbers.strip_prefix("Row ")).unwrap_or_default();
        numbers.split(" and ").filter_map(|number| number.parse().ok()).collect()
    };
    let named: Vec<u32> = headings.iter().flat_map(rows).collect();
    for row in 1..=27 {
        assert!(named.contains(&row), "no test names row {row}");
    }
    let edges = [
        "after repair",
        "after it was halved",
        "the replay",
        "single call",
        "no list of jobs",
        "a crash while finalizing",
    ];
    for edge in edges {
        let told = headings.iter().any(|heading| heading.starts_with("Edge:") && heading.contains(edge));
        assert!(told, "no test names the edge {edge:?}");
    }
}
