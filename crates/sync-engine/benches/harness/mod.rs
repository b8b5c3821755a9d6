//! What benchmarks that compare programs share: each contender in a process of its own, rounds in turn, medians.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

/// What a child process is to do, and with which files.
pub(crate) const ROLE: &str = "BENCH_ROLE";
pub(crate) const INPUT: &str = "BENCH_INPUT";
pub(crate) const OUTPUT: &str = "BENCH_OUTPUT";

/// What a child has used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Used {
    /// Seconds on the clock, from start to end of the process.
    pub(crate) wall: f64,
    /// Seconds of the processors.
    pub(crate) processor: f64,
    /// Most memory at once, in bytes.
    pub(crate) peak: u64,
}

/// One program that takes part: its name, and how it is called.
pub(crate) struct Contender {
    pub(crate) name: &'static str,
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<String>,
    pub(crate) output: PathBuf,
    pub(crate) environment: Vec<(&'static str, String)>,
}

impl Contender {
    /// This program again, in another role.
    pub(crate) fn ours(role: &'static str, output: PathBuf) -> Self {
        let program = std::env::current_exe().expect("this program knows itself");
        Self { name: role, program, arguments: Vec::new(), output, environment: Vec::new() }
    }

    /// A Python script, which prints what [`report`] prints.
    pub(crate) fn python(name: &'static str, script: &str, output: PathBuf) -> Self {
        let program = std::env::var_os("BENCH_PYTHON").unwrap_or_else(|| "python3".into());
        let arguments = vec!["-c".to_owned(), script.to_owned()];
        Self { name, program: program.into(), arguments, output, environment: Vec::new() }
    }

    /// Tells it one thing more.
    pub(crate) fn with(mut self, name: &'static str, value: u64) -> Self {
        self.environment.push((name, value.to_string()));
        self
    }

    fn run(&self, input: &std::path::Path) -> (Used, String) {
        if self.output.is_file() {
            std::fs::remove_file(&self.output).expect("an old output can be removed");
        }
        let began = std::time::Instant::now();
        let output = Command::new(&self.program)
            .args(&self.arguments)
            .env(ROLE, self.name)
            .env(INPUT, input)
            .env(OUTPUT, &self.output)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .output()
            .unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let wall = began.elapsed().as_secs_f64();
        let said = String::from_utf8_lossy(&output.stdout);
        let fields: Vec<&str> = said.split_whitespace().collect();
        let [processor, peak, count] = fields[..] else {
            panic!("{}: {said}{}", self.name, String::from_utf8_lossy(&output.stderr));
        };
        let used = Used {
            wall,
            processor: processor.parse().expect("seconds"),
            peak: peak.parse().expect("a number of bytes"),
        };
        (used, count.to_owned())
    }
}

/// Lets every contender run once a round, in turn; gives the medians, and the highest peak of each. All must count alike.
pub(crate) fn contest(contenders: &[Contender], input: &std::path::Path, rounds: u64) -> BTreeMap<&'static str, Used> {
    let mut runs: BTreeMap<&str, Vec<Used>> = BTreeMap::new();
    let mut counted: Option<String> = None;
    for _ in 0..rounds {
        for contender in contenders {
            let (used, count) = contender.run(input);
            assert_eq!(counted.get_or_insert(count.clone()), &count, "{} counts otherwise", contender.name);
            runs.entry(contender.name).or_default().push(used);
        }
    }
    let medians = |runs: Vec<Used>| Used {
        wall: median(runs.iter().map(|used| used.wall)),
        processor: median(runs.iter().map(|used| used.processor)),
        peak: runs.iter().map(|used| used.peak).max().unwrap_or_default(),
    };
    runs.into_iter().map(|(name, runs)| (name, medians(runs))).collect()
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = values.collect();
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

/// Runs `work` in a child and prints what the parent reads: processor seconds, peak memory, what was counted.
pub(crate) fn report(work: impl FnOnce() -> u64) {
    let count = work();
    println!("{} {} {count}", processor_seconds(), peak_bytes());
}

/// The end of a script that does what [`report`] does; the script counts in `count`.
pub(crate) const PYTHON_REPORT: &str = "
import resource
used = resource.getrusage(resource.RUSAGE_SELF)
peak = next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM:'))
print(used.ru_utime + used.ru_stime, int(peak) * 1024, count)
";

/// A whole number from the environment.
pub(crate) fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// User and system time of this process so far.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("this runs on Linux");
    let fields: Vec<&str> = stat.rsplit(')').next().expect("a name in brackets").split_whitespace().collect();
    let ticks = |place: usize| fields[place].parse::<f64>().expect("a number of ticks");
    // Hundredths of a second wherever Linux runs today.
    (ticks(11) + ticks(12)) / 100.0
}

fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("this runs on Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number of kilobytes") * 1024
}
