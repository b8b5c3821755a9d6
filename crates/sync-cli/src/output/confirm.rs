//! Asking before missing resources are touched.

use std::io::{self, BufRead, IsTerminal, Write};

use sync_engine::Plan;

use super::human;

/// Whether there is somebody to ask: a terminal to read from and one to write to.
pub(crate) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Shows what is missing and waits for the word. Anything but yes is no.
pub(crate) fn ask(plan: &Plan) -> bool {
    // Not locked while waiting: a request to stop has something to say too.
    let _ = write!(io::stderr(), "{}go on? [y/N] ", human::missing(plan)).and_then(|()| io::stderr().flush());
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}
