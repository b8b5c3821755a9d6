//! Commands a second: new ones, unchanged ones, changed ones, and a finalize.
//!
//! `cargo bench -p sync-emulator --bench load -- [COUNT] [--disk]`; 100,000 commands in a temporary folder unless told
//! otherwise. The times are those of the jobs, without the upload.

use std::io::{self, Write};
use std::time::Duration;

use reqwest::multipart::{Form, Part};
use serde_json::Value;
use sync_emulator::Emulator;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let on_disk = arguments.iter().any(|argument| argument == "--disk");
    let count = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(100_000);
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(measure(count, on_disk))
}

async fn measure(count: u64, on_disk: bool) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let mut builder = Emulator::builder().no_auth(true);
    if on_disk {
        builder = builder.data_dir(folder.path());
    }
    let emulator = builder.start().await?;
    let api = format!("{}/rest/2.0", emulator.url());
    let http = reqwest::Client::new();
    let mut out = io::stdout();
    writeln!(out, "{count} commands, {}", if on_disk { "on disk, durable" } else { "in a temporary folder" })?;
    for (name, change, continue_on_error) in [
        ("new, one transaction", 0, "false"),
        ("unchanged", 0, "false"),
        ("every tenth changed, small transactions", 10, "true"),
        ("unchanged, small transactions", 10, "true"),
    ] {
        let mut commands = Vec::new();
        generate_commands::write_commands(count, change, &mut commands)?;
        let form = Form::new().text("continueOnError", continue_on_error).part("file", Part::bytes(commands));
        let seconds = run(&http, &api, "batch/json-job", form).await?;
        writeln!(out, "{name:>42}: {seconds:7.2} s, {:9.0} commands/s", count as f64 / seconds)?;
    }
    let seconds =
        run(&http, &api, "finalize/job", Form::new().text("finalizationStrategy", "REMOVE_RESOURCES")).await?;
    writeln!(out, "{:>42}: {seconds:7.2} s", "finalize, nothing missing")?;
    let seconds =
        run(&http, &api, "finalize/job", Form::new().text("finalizationStrategy", "REMOVE_RESOURCES")).await?;
    writeln!(
        out,
        "{:>42}: {seconds:7.2} s, {:9.0} commands/s",
        "finalize, everything missing",
        count as f64 / seconds
    )?;
    emulator.stop().await;
    Ok(())
}

/// Seconds that the job took.
async fn run(http: &reqwest::Client, api: &str, operation: &str, form: Form) -> Outcome<f64> {
    let url = format!("{api}/import/synchronize/load/{operation}");
    let mut job: Value = http.post(url).multipart(form).send().await?.error_for_status()?.json().await?;
    let url = format!("{api}/jobs/{}", job["id"].as_str().unwrap_or_default());
    while !matches!(job["state"].as_str(), Some("COMPLETED" | "ERROR")) {
        tokio::time::sleep(Duration::from_millis(20)).await;
        job = http.get(&url).send().await?.error_for_status()?.json().await?;
    }
    if job["state"] != "COMPLETED" {
        return Err(format!("the job failed: {job}").into());
    }
    let time = |name: &str| job[name].as_f64().unwrap_or_default();
    Ok(((time("endDate") - time("startDate")) / 1000.0).max(0.001))
}
