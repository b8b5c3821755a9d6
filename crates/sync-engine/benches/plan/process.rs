//! Work in processes of its own, measured by what the kernel says of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::Fallible;

/// First argument of a process that plays a role.
const ROLE: &str = "--role";

/// Of the times in `/proc/self/stat`; the same on every Linux that is alive.
const TICKS_PER_SECOND: f64 = 100.0;

/// What a process used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    pub(crate) processor_seconds: f64,
    pub(crate) clock_seconds: f64,
    pub(crate) peak_mib: f64,
}

impl Usage {
    /// The median of each figure by itself.
    pub(crate) fn median(usages: Vec<Self>) -> Self {
        let of = |figure: fn(&Self) -> f64| {
            let mut figures: Vec<f64> = usages.iter().map(figure).collect();
            figures.sort_by(f64::total_cmp);
            figures.get(figures.len() / 2).copied().unwrap_or_default()
        };
        Self {
            processor_seconds: of(|usage| usage.processor_seconds),
            clock_seconds: of(|usage| usage.clock_seconds),
            peak_mib: of(|usage| usage.peak_mib),
        }
    }
}

/// What a process did and used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ended {
    pub(crate) counted: u64,
    pub(crate) usage: Usage,
}

/// The role this process was started for, and its folder.
pub(crate) fn role() -> Option<(String, PathBuf)> {
    let mut arguments = std::env::args_os().skip(1);
    arguments.next().filter(|first| first == ROLE)?;
    Some((arguments.next()?.into_string().ok()?, arguments.next()?.into()))
}

/// Plays a role in a new process.
pub(crate) fn run(role: &str, folder: &Path) -> Fallible<Ended> {
    let began = Instant::now();
    let program = std::env::current_exe()?;
    let ended = Command::new(program).arg(ROLE).arg(role).arg(folder).stderr(Stdio::inherit()).output()?;
    if !ended.status.success() {
        return Err(format!("{role} ended with {}", ended.status).into());
    }
    let clock_seconds = began.elapsed().as_secs_f64();
    let said = String::from_utf8(ended.stdout)?;
    let figures: Vec<f64> = said.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    let [counted, processor_seconds, peak_mib] = figures[..] else { return Err("three figures are missing".into()) };
    Ok(Ended { counted: counted as u64, usage: Usage { processor_seconds, clock_seconds, peak_mib } })
}

/// Tells whoever started this process what it counted and used, so far as it lived.
pub(crate) fn answer(counted: u64) -> Fallible<()> {
    println!("{counted} {} {}", processor_seconds()?, peak_mib()?);
    Ok(())
}

/// User and system time of all threads.
fn processor_seconds() -> Fallible<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The second field is a name in brackets, which may hold anything.
    let (_, fields) = stat.rsplit_once(')').ok_or("no stat of this process")?;
    let ticks: Result<Vec<f64>, _> = fields.split_whitespace().skip(11).take(2).map(str::parse).collect();
    Ok(ticks?.iter().sum::<f64>() / TICKS_PER_SECOND)
}

fn peak_mib() -> Fallible<f64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no peak of this process")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
}
