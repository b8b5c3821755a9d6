//! What is in a catalogue, read over HTTP.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use serde_json::Value;

use super::Server;

/// Reads one resource of a server that lets anyone in as `admin`.
pub(crate) fn get(url: &str, path: &str) -> Value {
    let host = url.strip_prefix("http://").expect("plain HTTP");
    let mut stream = TcpStream::connect(host).expect("a connection");
    write!(
        stream,
        "GET /rest/2.0{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Basic YWRtaW46YWRtaW4=\r\nConnection: close\r\n\r\n"
    )
    .expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("head and body");
    assert!(head.starts_with("HTTP/1.1 200"), "{path}: {answer}");
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{path}: {error} in {body}"))
}

/// All resources of the kinds that have names, as `name (around)` by id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Catalogue {
    pub(crate) assets: BTreeMap<String, String>,
    pub(crate) domains: BTreeMap<String, String>,
    pub(crate) communities: BTreeMap<String, String>,
    pub(crate) relations: u64,
    pub(crate) jobs: u64,
}

impl Catalogue {
    /// What a server has.
    pub(crate) fn of(url: &str) -> Self {
        let total = |path: &str| get(url, &format!("{path}?limit=1"))["total"].as_u64().expect("a total");
        Self {
            assets: all(url, "/assets", "domain"),
            domains: all(url, "/domains", "community"),
            communities: all(url, "/communities", ""),
            relations: total("/relations"),
            jobs: total("/jobs"),
        }
    }

    /// What a data folder has, by a server that is started for the purpose.
    pub(crate) fn below(data: &Path) -> Self {
        let server = Server::start(data, &["--data", &data.display().to_string()]);
        let catalogue = Self::of(&server.url);
        assert!(server.stop().success());
        catalogue
    }

    /// Names of the assets that are here and not in `other`, which is told by their ids.
    pub(crate) fn assets_not_in(&self, other: &Self) -> Vec<&str> {
        let mut names: Vec<_> = self
            .assets
            .iter()
            .filter(|(id, _)| !other.assets.contains_key(*id))
            .map(|(_, name)| name.as_str())
            .collect();
        names.sort_unstable();
        names
    }
}

/// Everything a data folder has, as text without ids and times: the same in every folder that holds the same.
pub(crate) fn content(data: &Path) -> Vec<String> {
    let server = Server::start(data, &["--data", &data.display().to_string()]);
    let mut content = Vec::new();
    for path in ["/communities", "/domains", "/assets", "/attributes", "/relations", "/mappings"] {
        let mut offset = 0;
        loop {
            let mut page = get(&server.url, &format!("{path}?limit=500&offset={offset}"));
            let results = page["results"].as_array_mut().expect("a page");
            offset += results.len();
            for one in results.iter_mut() {
                if path == "/assets" {
                    let tags = get(&server.url, &format!("/assets/{}/tags", one["id"].as_str().expect("an id")));
                    one["tags"] = tags;
                }
                anonymous(one);
                content.push(format!("{path} {one}"));
            }
            if results.is_empty() {
                break;
            }
        }
    }
    assert!(server.stop().success());
    content.sort_unstable();
    content
}

/// Takes away what differs between two catalogues that hold the same; ids of what every catalogue has stay.
fn anonymous(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|name, value| match name.as_str() {
                "id" => value.as_str().is_some_and(|id| id.starts_with("00000000-")),
                name => !name.ends_with("By") && !name.ends_with("On") && name != "lastSyncDate",
            });
            members.values_mut().for_each(anonymous);
        }
        Value::Array(values) => {
            values.iter_mut().for_each(anonymous);
            values.sort_unstable_by_key(Value::to_string);
        }
        _ => {}
    }
}

fn all(url: &str, path: &str, around: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    loop {
        let page = get(url, &format!("{path}?limit=500&offset={}", found.len()));
        let results = page["results"].as_array().expect("a page");
        for one in results {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let name = match around {
                "" => text(&one["name"]),
                _ => format!("{} ({})", text(&one["name"]), text(&one[around]["name"])),
            };
            found.insert(text(&one["id"]), name);
        }
        if found.len() as u64 >= page["total"].as_u64().expect("a total") || results.is_empty() {
            return found;
        }
    }
}
