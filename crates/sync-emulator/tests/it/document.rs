//! The OpenAPI document against what the server does.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;
use sync_emulator::Emulator;

use crate::support::Client;

async fn document(client: &Client) -> Value {
    let response = client.anonymous("/_emulator/openapi.json").send().await.expect("an answer");
    assert_eq!(response.headers()["content-type"], "application/json");
    response.json().await.expect("JSON")
}

/// Method, path and operation of everything in the document.
fn operations(document: &Value) -> Vec<(Method, String, &Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let of_path = |(path, methods): (&String, &'_ Value)| -> Vec<(Method, String)> {
        let methods = methods.as_object().expect("methods").keys();
        methods.map(|method| (method.to_uppercase().parse().expect("a method"), path.clone())).collect()
    };
    let all: Vec<(Method, String)> = paths.iter().flat_map(of_path).collect();
    let operation = |method: &Method, path: &String| &document["paths"][path][method.as_str().to_lowercase()];
    all.into_iter().map(|(method, path)| (method.clone(), path.clone(), operation(&method, &path))).collect()
}

/// The path with every parameter filled in.
fn filled(path: &str) -> String {
    let id = "12345678-0000-4000-8000-000000000000";
    path.split('/').map(|part| if part.starts_with('{') { id } else { part }).collect::<Vec<_>>().join("/")
}

/// The path with every parameter as a mere `{}`.
fn shape(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn every_documented_operation_is_there_and_answers_with_a_documented_status() {
    let client = Client::with(Emulator::builder().no_auth(true)).await;
    let document = document(&client).await;
    let operations = operations(&document);
    assert!(operations.len() >= 45, "{}", operations.len());
    for (method, path, operation) in operations {
        let response = client.nobody(method.clone(), &filled(&path)).send().await.expect("an answer");
        let status = response.status().as_u16();
        let text = response.text().await.expect("a body");
        assert!(!text.contains("no such path") && status != 405, "{method} {path}: {status} {text}");
        assert!(operation["responses"][status.to_string()].is_object(), "{method} {path} answers {status}: {text}");
    }
}

#[tokio::test]
async fn every_route_is_documented() {
    let client = Client::start().await;
    let document = document(&client).await;
    let documented: BTreeSet<String> = operations(&document).iter().map(|(_, path, _)| shape(path)).collect();
    let sources = [include_str!("../../src/api/router.rs"), include_str!("../../src/api/operating_model/mod.rs")];
    let routes = sources.iter().flat_map(|source| source.split(".route(\"").skip(1));
    let routes: Vec<String> = routes.filter_map(|rest| rest.split('"').next()).map(shape).collect();
    assert!(routes.len() >= 55, "{}", routes.len());
    for route in routes {
        assert!(documented.iter().any(|path| path.ends_with(&route)), "{route} is not in the document");
    }
}

#[tokio::test]
async fn references_lead_somewhere_and_operations_have_names_of_their_own() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
                members.values().for_each(|member| references(member, found));
            }
            Value::Array(values) => values.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let client = Client::start().await;
    let document = document(&client).await;
    let mut found = Vec::new();
    references(&document, &mut found);
    for reference in &found {
        let place = reference.strip_prefix('#').expect("a reference within the document");
        assert!(document.pointer(place).is_some(), "{reference}");
    }
    let names: Vec<&Value> = operations(&document).iter().map(|(.., operation)| &operation["operationId"]).collect();
    assert_eq!(names.iter().map(|name| name.to_string()).collect::<BTreeSet<_>>().len(), names.len());
}
