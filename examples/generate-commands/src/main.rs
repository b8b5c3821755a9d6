//! Writes a number of import commands as one JSON array, to try tools under load.
//!
//! ```text
//! generate-commands COUNT [FILE|-] [--change PERCENT]
//! ```
//!
//! `COUNT` is the exact number of commands, from communities to columns. `FILE` is the output, standard output when absent or
//! `-`. `--change PERCENT` (0 to 100) alters the description of that share of the commands, for a second version of the same
//! catalogue. The same arguments give the same bytes, and a shorter output is the beginning of a longer one.
//!
//! Exit codes: 0 done, 1 the output could not be written, 2 the arguments are wrong.

#![forbid(unsafe_code)]

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "usage: generate-commands COUNT [FILE|-] [--change PERCENT]";

/// What the arguments ask for.
struct Request {
    count: u64,
    /// `None` is standard output.
    file: Option<PathBuf>,
    change_percent: u8,
}

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        return exit(writeln!(io::stdout(), "{USAGE}"), "standard output");
    }
    match parse(arguments) {
        Ok(Request { count, file: None, change_percent }) => {
            let written = generate_commands::write_commands(count, change_percent, &mut io::stdout().lock());
            exit(written, "standard output")
        }
        Ok(Request { count, file: Some(path), change_percent }) => {
            let written = File::create(&path)
                .and_then(|mut file| generate_commands::write_commands(count, change_percent, &mut file));
            exit(written, &path.to_string_lossy())
        }
        Err(message) => {
            complain(&format!("{message}\n{USAGE}"));
            ExitCode::from(2)
        }
    }
}

fn parse(arguments: Vec<OsString>) -> Result<Request, String> {
    let mut count = None;
    let mut file = None;
    let mut change_percent = 0;
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let text = argument.to_string_lossy();
        if text == "--change" {
            let value = arguments.next().ok_or("--change needs a percentage")?;
            change_percent = percent(&value.to_string_lossy())?;
        } else if let Some(value) = text.strip_prefix("--change=") {
            change_percent = percent(value)?;
        } else if text.len() > 1 && text.starts_with('-') {
            return Err(format!("unknown option '{text}'"));
        } else if count.is_none() {
            count = Some(text.parse().map_err(|_| format!("COUNT has to be a whole number, not '{text}'"))?);
        } else if file.is_none() {
            file = Some(PathBuf::from(argument));
        } else {
            return Err(format!("one argument too many: '{text}'"));
        }
    }
    let count = count.ok_or("COUNT is missing")?;
    Ok(Request { count, file: file.filter(|path| path.as_os_str() != "-"), change_percent })
}

fn percent(text: &str) -> Result<u8, String> {
    match text.parse() {
        Ok(value) if value <= 100 => Ok(value),
        _ => Err(format!("PERCENT has to be a whole number from 0 to 100, not '{text}'")),
    }
}

/// The exit code for `written`, after a word about the error if there is one. A reader that went away is no error.
fn exit(written: io::Result<()>, target: &str) -> ExitCode {
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("cannot write {target}: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Writes `message` to standard error; there is nobody left to tell when that fails.
fn complain(message: &str) {
    let _ = writeln!(io::stderr(), "generate-commands: {message}");
}
