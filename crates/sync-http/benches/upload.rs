//! What an upload costs beside `curl -F`: one file, sent in turn to the same server by each, in a process of its own.
//!
//! `cargo bench -p sync-http --bench upload` prints medians of the times and the peak of memory, and fails if a bar is
//! missed. `BENCH_BYTES` sets the size of the file, 500,000,000 without it; `BENCH_ROUNDS` the rounds, 5. The servers are
//! the embedded one, which writes the file to disk, and one that only counts. Needs curl; Linux alone tells the memory.

#![expect(clippy::print_stdout, reason = "the figures are what this program is for")]

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use sync_core::{Digest, ImportApi, ImportRequest, Payload, PayloadFormat};
use sync_emulator::Emulator;
use sync_http::HttpTransport;

type Fallible<T> = Result<T, Box<dyn Error>>;

/// Times as long as curl.
const MOST_RATIO: f64 = 1.3;
/// Peak of memory of the sender.
const MOST_MIB: f64 = 24.0;

/// What a process of its own does; the next argument is its own.
const ROLE: &str = "UPLOAD_BENCH_ROLE";

fn main() -> Fallible<()> {
    match std::env::var(ROLE).as_deref() {
        Ok("embedded") => return embedded(),
        Ok("counting") => return counting(),
        Ok(sent) => return send(sent),
        Err(_) => {}
    }
    let number = |name: &str, default: u64| std::env::var(name).map_or(Ok(default), |number| number.parse());
    let (bytes, rounds) = (number("BENCH_BYTES", 500_000_000)?, number("BENCH_ROUNDS", 5)?);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("upload-bench.json");
    let mut file = File::create(&path)?;
    // No JSON, so that the embedded server is done with the file as soon as it has it.
    io::copy(&mut io::repeat(b'x').take(bytes), &mut file)?;
    println!("{:.0} MB, medians of {rounds} rounds", bytes as f64 / 1e6);
    let measured = ["counting", "embedded"].map(|server| measure(server, &path, rounds));
    fs::remove_file(&path)?;
    let mut missed = Vec::new();
    for measured in measured {
        let (ratio, peak) = measured?;
        if ratio > MOST_RATIO {
            missed.push(format!("{ratio:.2} times as long as curl, more than {MOST_RATIO}"));
        }
        if peak > MOST_MIB {
            missed.push(format!("{peak:.1} MiB at most, more than {MOST_MIB}"));
        }
    }
    if missed.is_empty() { Ok(()) } else { Err(missed.join("; ").into()) }
}

/// The median of the ratios of one round each, and our peak of memory in MiB.
fn measure(server: &str, path: &Path, rounds: u64) -> Fallible<(f64, f64)> {
    let server_process = Server::start(server)?;
    let url = &server_process.url;
    let (mut curls, mut ours, mut ratios, mut peaks) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    // The first round warms caches.
    for round in 0..=rounds {
        let curl = timed(curl(url, path))?.0;
        let (our, said) = timed(this(&format!("{url} {}", path.display()))?)?;
        if round > 0 {
            curls.push(curl);
            ours.push(our);
            ratios.push(our / curl);
            peaks.push(said.trim().parse::<f64>()?);
        }
    }
    let [curl, our, ratio, peak] = [curls, ours, ratios, peaks].map(median);
    println!("{server:>10} server: curl {curl:.3} s, ours {our:.3} s, {ratio:.2} times as long, {peak:.1} MiB at most");
    Ok((ratio, peak))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// This program in another role.
fn this(role: &str) -> Fallible<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.env(ROLE, role);
    Ok(command)
}

fn curl(url: &str, path: &Path) -> Command {
    let mut command = Command::new("curl");
    command.args(["-sS", "--fail", "-o", "/dev/null"]);
    for field in ["continueOnError=false", "simulation=false", "relationsAction=REPLACE", "fileName=big.json"] {
        command.args(["-F", field]);
    }
    command.arg("-F").arg(format!("file=@{};type=application/json", path.display()));
    command.arg(format!("{url}/rest/2.0/import/json-job"));
    command
}

/// Seconds of a whole process, and what it printed.
fn timed(mut command: Command) -> Fallible<(f64, String)> {
    let began = Instant::now();
    let output = command.stderr(Stdio::inherit()).output()?;
    let seconds = began.elapsed().as_secs_f64();
    if !output.status.success() {
        return Err(format!("{command:?} failed: {}", output.status).into());
    }
    Ok((seconds, String::from_utf8(output.stdout)?))
}

/// A server in a process of its own, ended with this.
struct Server {
    process: Child,
    url: String,
}

impl Server {
    fn start(role: &str) -> Fallible<Self> {
        let mut process = this(role)?.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut url = String::new();
        let stdout = process.stdout.take().ok_or("no output")?;
        BufReader::new(stdout).read_line(&mut url)?;
        Ok(Self { process, url: url.trim().to_owned() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It ends with its input.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// Waits for whoever started this to end it.
fn until_ended() -> io::Result<()> {
    io::stdin().read_to_end(&mut Vec::new()).map(drop)
}

fn embedded() -> Fallible<()> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("upload-bench");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let emulator = runtime.block_on(Emulator::builder().no_auth(true).data_dir(&folder).start())?;
    println!("{}", emulator.url());
    until_ended()?;
    runtime.block_on(emulator.stop());
    fs::remove_dir_all(folder)?;
    Ok(())
}

/// Takes any request and says that there is a job.
fn counting() -> Fallible<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("http://{}", listener.local_addr()?);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that broke off is its own affair.
            let _ = take(&stream);
        }
    });
    until_ended()?;
    Ok(())
}

fn take(mut stream: &TcpStream) -> io::Result<()> {
    let mut reader = BufReader::with_capacity(256 * 1024, stream);
    let mut left = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim().to_ascii_lowercase();
        if let Some(length) = line.strip_prefix("content-length:") {
            left = length.trim().parse().unwrap_or(0);
        }
        if line.starts_with("expect:") {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        if line.is_empty() {
            break;
        }
    }
    io::copy(&mut reader.take(left), &mut io::sink())?;
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{\"id\":\"1\"}")
}

/// Sends the file and prints the peak of memory in MiB.
fn send(sent: &str) -> Fallible<()> {
    let (url, path) = sent.split_once(' ').ok_or("no such role")?;
    let path = PathBuf::from(path);
    let len = path.metadata()?.len();
    let payload = Payload::new(PayloadFormat::Json, "big.json", len, Digest::default(), move || {
        File::open(&path).map(|file| Box::new(file) as Box<dyn Read + Send>)
    });
    let transport = HttpTransport::builder(url).build()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(transport.submit_import(&ImportRequest::new(payload)))?;
    println!("{}", peak_mib()?);
    Ok(())
}

fn peak_mib() -> Fallible<f64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no peak of memory")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
}
