//! Runs of the program.

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread::JoinHandle;

use serde_json::Value;

use super::{LIMIT, until};

/// The program, working in `folder`, with nothing of ours in its environment.
pub(crate) fn program<A: AsRef<OsStr>>(folder: &Path, args: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_collibra-sync"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("COLLIBRA_") {
            command.env_remove(name);
        }
    }
    command.current_dir(folder).args(args).stdin(Stdio::null());
    command
}

/// A run that has ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Runs the program in `folder` and asserts its exit code.
    #[track_caller]
    pub(crate) fn expect<A: AsRef<OsStr>>(code: i32, folder: &Path, args: impl IntoIterator<Item = A>) -> Self {
        Self::of(code, &mut program(folder, args))
    }

    /// Runs a prepared program and asserts its exit code.
    #[track_caller]
    pub(crate) fn of(code: i32, command: &mut Command) -> Self {
        Self::any(command).with_code(code)
    }

    /// Runs a prepared program, however it ends.
    #[track_caller]
    pub(crate) fn any(command: &mut Command) -> Self {
        Running::start(command).end()
    }

    #[track_caller]
    pub(crate) fn with_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Everything printed.
    pub(crate) fn text(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    #[track_caller]
    pub(crate) fn says(&self, what: &str) -> &Self {
        assert!(self.text().contains(what), "{what:?} is not in\nstdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// The object on standard output.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {}", self.stdout))
    }
}

/// A signal to a running program.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Signal {
    Interrupt,
    Terminate,
    Kill,
}

/// A run under way; killed when dropped.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    stderr: Receiver<String>,
    seen: String,
    stdout: Option<JoinHandle<String>>,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let (out, err) = (child.stdout.take().expect("a pipe"), child.stderr.take().expect("a pipe"));
        let (sender, stderr) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(err).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let stdout = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = BufReader::new(out).read_to_string(&mut text);
            text
        });
        Self { child, stderr, seen: String::new(), stdout: Some(stdout) }
    }

    /// Waits for a line on standard error.
    #[track_caller]
    pub(crate) fn wait_for_line(&mut self, part: &str) {
        loop {
            match self.stderr.recv_timeout(LIMIT) {
                Ok(line) => {
                    self.seen.push_str(&line);
                    self.seen.push('\n');
                    if line.contains(part) {
                        return;
                    }
                }
                Err(error) => panic!("no line with {part:?} ({error}); there was\n{}", self.seen),
            }
        }
    }

    /// The process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has come to its end.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("our own child").is_some()
    }

    /// Kills it; one that has ended in time stays as it is.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("our own child");
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let name = match signal {
            Signal::Interrupt => "INT",
            Signal::Terminate => "TERM",
            Signal::Kill => "KILL",
        };
        let id = self.child.id().to_string();
        let sent = Command::new("sh").args(["-c", "kill -$0 $1", name, &id]).status().expect("a shell");
        assert!(sent.success(), "the signal could not be sent");
    }

    /// Waits for the end.
    #[track_caller]
    pub(crate) fn end(mut self) -> Ran {
        let status = until("the program ends", || self.child.try_wait().expect("our own child"));
        self.seen.extend(self.stderr.iter().map(|line| line + "\n"));
        let stdout = self.stdout.take().map(|reader| reader.join().expect("the reader does not panic"));
        Ran { code: status.code(), stdout: stdout.unwrap_or_default(), stderr: std::mem::take(&mut self.seen) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The contents of all files below a folder, one after the other.
pub(crate) fn bytes_below(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            all.extend(bytes_below(&path));
        } else {
            all.extend(fs::read(&path).expect("a readable file"));
        }
    }
    all
}
