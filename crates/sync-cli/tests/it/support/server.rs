//! The embedded server as a program of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use super::{program, until};

/// `emulator serve` on a free port; killed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
}

impl Server {
    pub(crate) fn start(folder: &Path, args: &[&str]) -> Self {
        Self::start_at("127.0.0.1:0", folder, args)
    }

    /// At an address that another one had before.
    pub(crate) fn start_at(address: &str, folder: &Path, args: &[&str]) -> Self {
        let mut command = program(folder, ["emulator", "serve", "--listen", address]);
        let mut child = command.args(args).stdout(Stdio::piped()).spawn().expect("the program starts");
        let mut url = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut url).expect("a line");
        let url = url.trim_end().to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "the first line is the URL, not {url:?}");
        Self { child, url }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> String {
        self.url.trim_start_matches("http://").to_owned()
    }

    /// Asks it to stop and waits for that.
    pub(crate) fn stop(mut self) -> ExitStatus {
        let id = self.child.id().to_string();
        let sent = Command::new("sh").args(["-c", "kill -TERM $0", &id]).status().expect("a shell");
        assert!(sent.success(), "the signal could not be sent");
        until("the server stops", || self.child.try_wait().expect("our own child"))
    }
}

#[cfg(target_os = "linux")]
impl Server {
    /// The most memory it has taken so far, in MiB.
    pub(crate) fn peak_mib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("a status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
        let kib: u64 = line.split_whitespace().next().and_then(|kib| kib.parse().ok()).expect("a number");
        kib / 1024
    }
}

impl Server {
    /// Ends it at once, without a word.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
