//! A client of few words.

use std::time::{Duration, Instant};

use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use sync_emulator::{Emulator, EmulatorBuilder, JobResultField, Readings};

/// Longest wait for a job.
const LIMIT: Duration = Duration::from_secs(60);

/// "Missing from source", the status that finalizations in these tests set.
pub(crate) const MISSING: &str = "00000000-0000-0000-0000-000000005066";

pub(crate) struct Client {
    pub(crate) emulator: Emulator,
    http: reqwest::Client,
}

/// Readings with one change. Reading a job shows its result, which most tests look at.
pub(crate) fn readings(change: impl FnOnce(&mut Readings)) -> Readings {
    let mut readings = Readings::default();
    readings.job_result_field = JobResultField::Included;
    change(&mut readings);
    readings
}

impl Client {
    pub(crate) async fn start() -> Self {
        Self::with(Emulator::builder()).await
    }

    pub(crate) async fn with_readings(change: impl FnOnce(&mut Readings)) -> Self {
        Self::build(Emulator::builder().readings(readings(change))).await
    }

    pub(crate) async fn with(builder: EmulatorBuilder) -> Self {
        Self::build(builder.readings(readings(|_| {}))).await
    }

    pub(crate) async fn build(builder: EmulatorBuilder) -> Self {
        let emulator = builder.start().await.expect("the server starts");
        Self { emulator, http: reqwest::Client::new() }
    }

    /// A request below `/rest/2.0`.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/rest/2.0{path}", self.emulator.url());
        self.http.request(method, url).basic_auth(self.emulator.username(), Some(self.emulator.password()))
    }

    /// A request to any path by somebody who has not signed in.
    pub(crate) fn nobody(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.emulator.url()))
    }

    pub(crate) fn anonymous(&self, path: &str) -> RequestBuilder {
        self.http.get(format!("{}{path}", self.emulator.url()))
    }

    /// Status of the health page, if there is an answer at all.
    pub(crate) async fn emulator_health(&self) -> Option<StatusCode> {
        self.anonymous("/_emulator/health").send().await.ok().map(|response| response.status())
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let response = self.request(Method::GET, path).send().await.expect("an answer");
        assert_eq!(response.status(), StatusCode::OK, "GET {path}");
        response.json().await.expect("JSON")
    }

    pub(crate) async fn get_status(&self, path: &str) -> StatusCode {
        self.request(Method::GET, path).send().await.expect("an answer").status()
    }

    pub(crate) async fn delete(&self, path: &str) -> StatusCode {
        self.request(Method::DELETE, path).send().await.expect("an answer").status()
    }

    pub(crate) async fn post(&self, path: &str, form: Form) -> Response {
        self.request(Method::POST, path).multipart(form).send().await.expect("an answer")
    }

    /// Sends a form that has to be accepted and gives the job.
    pub(crate) async fn submit(&self, path: &str, form: Form) -> Value {
        let response = self.post(path, form).await;
        let status = response.status();
        let body = response.text().await.expect("a body");
        assert_eq!(status, StatusCode::OK, "POST {path}: {body}");
        serde_json::from_str(&body).expect("JSON")
    }

    /// The job once it is over.
    pub(crate) async fn finished(&self, job: &Value) -> Value {
        let id = id(job);
        let started = Instant::now();
        loop {
            let job = self.get(&format!("/jobs/{id}")).await;
            if matches!(job["state"].as_str(), Some("COMPLETED" | "CANCELED" | "ERROR")) {
                return job;
            }
            assert!(started.elapsed() < LIMIT, "the job is still {}", job["state"]);
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    pub(crate) async fn run(&self, path: &str, form: Form) -> Value {
        let job = self.submit(path, form).await;
        self.finished(&job).await
    }

    /// A batch whose failing commands would undo it, and how it ended.
    pub(crate) async fn batch(&self, sid: &str, commands: &Value) -> Ended {
        self.ended(&format!("/import/synchronize/{sid}/batch/json-job"), strict(commands)).await
    }

    /// A batch whose failing commands are skipped.
    pub(crate) async fn lenient_batch(&self, sid: &str, commands: &Value) -> Ended {
        let form = file(commands).text("continueOnError", "true");
        self.ended(&format!("/import/synchronize/{sid}/batch/json-job"), form).await
    }

    pub(crate) async fn finalize(&self, sid: &str, strategy: &str) -> Ended {
        let mut form = Form::new().text("finalizationStrategy", strategy.to_owned());
        if strategy == "CHANGE_STATUS" {
            form = form.text("missingAssetStatusId", MISSING);
        }
        self.ended(&format!("/import/synchronize/{sid}/finalize/job"), form).await
    }

    /// A batch that has to succeed, then a finalize that has to.
    pub(crate) async fn cycle(&self, sid: &str, commands: &Value, strategy: &str) -> (Ended, Ended) {
        let batch = self.batch(sid, commands).await;
        assert_eq!(batch.result(), "SUCCESS", "{:?}", batch.errors);
        let finalize = self.finalize(sid, strategy).await;
        assert_eq!(finalize.result(), "SUCCESS", "{:?}", finalize.errors);
        (batch, finalize)
    }

    pub(crate) async fn ended(&self, path: &str, form: Form) -> Ended {
        let job = self.run(path, form).await;
        let id = id(&job);
        let summary = self.get(&format!("/import/results/{id}/summary")).await;
        let errors = self.get(&format!("/import/results/{id}/errors")).await;
        Ended { job, summary, errors: errors["results"].as_array().cloned().unwrap_or_default() }
    }

    /// Full names of all assets, in order.
    pub(crate) async fn names(&self) -> Vec<String> {
        let page = self.get("/assets").await;
        let assets = page["results"].as_array().expect("a list");
        assets.iter().filter_map(|asset| asset["name"].as_str()).map(str::to_owned).collect()
    }

    /// The one asset of this name.
    pub(crate) async fn asset(&self, name: &str) -> Value {
        let page = self.get(&format!("/assets?name={name}&nameMatchMode=EXACT")).await;
        assert_eq!(page["total"], 1, "assets named {name}");
        page["results"][0].clone()
    }

    /// Name of the status of the one asset of this name.
    pub(crate) async fn status(&self, name: &str) -> String {
        self.asset(name).await["status"]["name"].as_str().unwrap_or_default().to_owned()
    }

    /// Values of an asset's attributes by type name.
    pub(crate) async fn attributes(&self, name: &str) -> Vec<(String, Value)> {
        let asset = id(&self.asset(name).await);
        let page = self.get(&format!("/attributes?assetId={asset}")).await;
        let attributes = page["results"].as_array().expect("a list");
        let of = |attribute: &Value| {
            (attribute["type"]["name"].as_str().unwrap_or_default().to_owned(), attribute["value"].clone())
        };
        attributes.iter().map(of).collect()
    }
}

/// A job that is over, with its results.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) job: Value,
    pub(crate) summary: Value,
    pub(crate) errors: Vec<Value>,
}

impl Ended {
    pub(crate) fn state(&self) -> &str {
        self.job["state"].as_str().unwrap_or_default()
    }

    pub(crate) fn result(&self) -> &str {
        self.job["result"].as_str().unwrap_or_default()
    }

    /// Added, updated, removed of one kind.
    pub(crate) fn counts(&self, kind: &str) -> [u64; 3] {
        let kinds = self.summary["resourceTypes"].as_array().expect("a list");
        let found = kinds.iter().find(|entry| entry["resourceType"] == kind);
        let count = |name: &str| found.and_then(|entry| entry["counters"][name].as_u64()).unwrap_or(0);
        [count("added"), count("updated"), count("removed")]
    }

    /// The sentence of the only error.
    pub(crate) fn message(&self) -> &str {
        assert_eq!(self.errors.len(), 1, "{:?}", self.errors);
        self.errors[0]["errorMessage"].as_str().unwrap_or_default()
    }
}

pub(crate) fn id(resource: &Value) -> String {
    resource["id"].as_str().expect("an id").to_owned()
}

/// A form with the commands as a file.
pub(crate) fn file(commands: &Value) -> Form {
    Form::new().part("file", Part::text(commands.to_string()).file_name("commands.json"))
}

/// The same with `continueOnError=false`.
pub(crate) fn strict(commands: &Value) -> Form {
    file(commands).text("continueOnError", "false")
}

pub(crate) fn community() -> Value {
    json!({"resourceType": "Community", "identifier": {"name": "Port"}})
}

pub(crate) fn domain() -> Value {
    json!({"resourceType": "Domain", "identifier": domain_id(), "type": {"name": "Physical Data Dictionary"}})
}

pub(crate) fn domain_id() -> Value {
    json!({"name": "Tides", "community": {"name": "Port"}})
}

pub(crate) fn asset_id(name: &str) -> Value {
    json!({"name": name, "domain": domain_id()})
}

/// A table that says no more than it has to.
pub(crate) fn table(name: &str) -> Value {
    json!({"resourceType": "Asset", "identifier": asset_id(name), "type": {"name": "Table"}})
}

/// A table under an external pair.
pub(crate) fn mapped_table(name: &str) -> Value {
    json!({"resourceType": "Asset", "identifier": {"externalSystemId": "tidedb", "externalEntityId": name},
           "name": name, "domain": domain_id(), "type": {"name": "Table"}})
}

/// Community, domain and tables of these names.
pub(crate) fn tables(names: &[&str]) -> Value {
    with_place(names.iter().map(|name| table(name)).collect())
}

/// Community and domain before other commands.
pub(crate) fn with_place(commands: Vec<Value>) -> Value {
    let mut all = vec![community(), domain()];
    all.extend(commands);
    all.into()
}

/// An asset command with some members set.
pub(crate) fn with(mut command: Value, members: Value) -> Value {
    for (name, value) in members.as_object().expect("an object") {
        command[name] = value.clone();
    }
    command
}
