//! Resources read back as commands, from the embedded server and from raw answers.

use std::time::Duration;

use serde_json::{Value, json};
use sync_core::catalogue::Catalogue;
use sync_core::command::{Command, ResourceKind};
use sync_core::transport::{BatchRequest, Delivery, FinalizeRequest, Operation, Transport, TransportErrorKind};
use sync_core::{Digest, Finalization, ImportSummary, Job, JobState, Payload, PayloadFormat};
use sync_emulator::{Emulator, ModelFile};
use sync_http::HttpTransport;

use crate::peer::{Peer, answer, soon};
use crate::{PASSWORD, transport};

const COLUMN_IN_TABLE: &str = "00000000-0000-0000-0000-000000007042";
const STATUS: &str = "00000000-0000-0000-0000-000000005009";
const ID: &str = "11111111-1111-4111-8111-111111111111";
const OTHER_ID: &str = "22222222-2222-4222-8222-222222222222";
const DOMAIN_ID: &str = "33333333-3333-4333-8333-333333333333";

/// An embedded server and a way to it.
struct Server {
    _emulator: Emulator,
    transport: HttpTransport,
}

impl Server {
    async fn start() -> Self {
        let seed = br#"{"attributeTypes": [{"name": "Seasons", "kind": "MULTI_VALUE_LIST"}]}"#;
        let seed = ModelFile::from_slice(seed).expect("a model");
        let emulator = Emulator::builder().user("importer", PASSWORD).seed(seed).start().await.expect("a server");
        let transport = transport(&emulator.url());
        Self { _emulator: emulator, transport }
    }

    /// A server with the harbour of these tests.
    async fn with_harbour() -> Self {
        let server = Self::start().await;
        server.import("harbour", &[community("Port")]).await;
        server.import("harbour", &harbour_commands()).await;
        server
    }

    /// A batch in which everything has to succeed.
    async fn import(&self, synchronization: &str, commands: &[Value]) -> ImportSummary {
        let bytes = Value::from(commands).to_string().into_bytes();
        let payload = Payload::from_bytes(PayloadFormat::Json, "batch-1.json", bytes.into(), Digest::default());
        let id = synchronization.parse().expect("a good id");
        let job = self.transport.submit_batch(&BatchRequest::new(id, payload)).await.expect("a job");
        self.ended(job).await
    }

    async fn finalize(&self, synchronization: &str) -> ImportSummary {
        let id = synchronization.parse().expect("a good id");
        let request = FinalizeRequest::new(id, Finalization::RemoveResources);
        let job = self.transport.submit_finalize(&request).await.expect("a job");
        self.ended(job).await
    }

    async fn ended(&self, job: Job) -> ImportSummary {
        soon("the end of the job", async {
            loop {
                match self.transport.job(&job.id).await.expect("the job").state {
                    Some(JobState::Completed | JobState::Error) => return,
                    _ => tokio::time::sleep(Duration::from_millis(2)).await,
                }
            }
        })
        .await;
        let errors = self.transport.errors(&job.id, 0).await.expect("errors").results;
        assert!(errors.is_empty(), "{errors:?}");
        self.transport.summary(&job.id).await.expect("a summary")
    }

    /// What is read back, which has to be there and to be one line.
    async fn read(&self, kind: ResourceKind, identifier: &Value) -> Value {
        let read = self.transport.command_of(kind, &identifier.to_string()).await;
        let command = read.expect("an answer").unwrap_or_else(|| panic!("{kind} {identifier} is not there"));
        assert!(!command.contains('\n'), "{command}");
        Command::from_slice(command.as_bytes()).expect("a command");
        let command: Value = serde_json::from_str(&command).expect("JSON");
        assert_eq!((&command["resourceType"], &command["identifier"]), (&json!(kind.as_str()), identifier));
        command
    }

    async fn read_all(&self, commands: &[Value]) -> Vec<Value> {
        let mut read = Vec::new();
        for command in commands {
            let kind = command["resourceType"].as_str().and_then(|kind| kind.parse().ok()).expect("a kind");
            read.push(self.read(kind, &command["identifier"]).await);
        }
        read
    }

    /// The id of what a pair is mapped to.
    async fn mapped(&self, entity: &str) -> Value {
        self.read(ResourceKind::Mapping, &pair(entity)).await["dgcId"].clone()
    }
}

fn community(name: &str) -> Value {
    json!({"resourceType": "Community", "identifier": {"name": name}})
}

fn port() -> Value {
    json!({"name": "Port"})
}

fn tides() -> Value {
    json!({"name": "Tides", "community": port()})
}

fn named(name: &str) -> Value {
    json!({"name": name, "domain": tides()})
}

fn pair(entity: &str) -> Value {
    json!({"externalSystemId": "tidedb", "externalEntityId": entity})
}

/// Resources of every kind and form of identifier, each saying as much as it can. The community `Port` is there.
fn harbour_commands() -> Vec<Value> {
    let place = json!({"externalSystemId": "offices", "externalEntityId": "7"});
    vec![
        json!({"resourceType": "Community", "identifier": place, "name": "Harbour Office", "description": "Keeps watch",
               "parent": port()}),
        json!({"resourceType": "Domain", "identifier": tides(), "type": {"name": "Physical Data Dictionary"},
               "description": "All about \"tides\""}),
        json!({"resourceType": "Domain", "identifier": pair("waves"), "name": "Waves", "community": place,
               "type": {"name": "Glossary"}}),
        json!({"resourceType": "Asset", "identifier": named("readings"), "type": {"name": "Table"}}),
        json!({"resourceType": "Asset", "identifier": pair("stations"), "name": "stations", "displayName": "Stations",
               "domain": tides(), "type": {"name": "Table"}, "status": {"id": STATUS}, "tags": ["water", "Höhe"],
               "relations": {"PUBLIC_ID:AssetRelatedToAsset:TARGET": [named("readings"), pair("stations")]}}),
        json!({"resourceType": "Asset", "identifier": pair("stations.level"), "name": "stations.level",
               "displayName": "level", "domain": tides(), "type": {"name": "Column"},
               "attributes": {
                   "Note": [{"value": "z first"}, {"value": "a second"}],
                   "Seasons": [{"values": ["winter", "spring"]}],
                   "Column Position": [{"value": "2.5"}],
                   "Is Nullable": [{"value": "true"}],
                   "Effective Start Date": [{"value": "1700000000000"}],
                   "Description": [{"value": "line\nbreak, \"quotes\" and ü"}]
               },
               "relations": {format!("{COLUMN_IN_TABLE}:TARGET"): [pair("stations")]}}),
        json!({"resourceType": "Mapping", "identifier": {"externalSystemId": "buoys", "externalEntityId": "B-17"},
               "asset": named("readings"), "extEntityUrl": "https://buoys.example.com/17?a=b", "description": "A buoy"}),
    ]
}

#[tokio::test]
async fn what_is_read_back_changes_nothing_when_imported_again() {
    let server = Server::with_harbour().await;
    let read = server.read_all(&harbour_commands()).await;
    // Another synchronization, as the first one would pass over what it has seen.
    let summary = server.import("again", &read).await;
    assert_eq!(summary.total(), Default::default(), "{summary:?}");
    assert_eq!(server.read_all(&harbour_commands()).await, read);
}

#[tokio::test]
async fn commands_say_all_there_is() {
    let server = Server::with_harbour().await;
    let level = server.read(ResourceKind::Asset, &pair("stations.level")).await;
    let (stations, tides_id) = (server.mapped("stations").await, level["domain"]["id"].clone());
    let attributes = level["attributes"].as_object().expect("attributes");
    let mut values: Vec<String> = attributes.values().map(Value::to_string).collect();
    values.sort();
    assert_eq!(
        values,
        [
            r#"[{"value":"1700000000000"}]"#,
            r#"[{"value":"2.5"}]"#,
            r#"[{"value":"line\nbreak, \"quotes\" and ü"}]"#,
            r#"[{"value":"true"}]"#,
            r#"[{"value":"z first"},{"value":"a second"}]"#,
            r#"[{"values":["winter","spring"]}]"#,
        ]
    );
    assert!(attributes.keys().all(|key| key.len() == 36), "{attributes:?}");
    assert_eq!(
        level,
        json!({"resourceType": "Asset", "identifier": pair("stations.level"), "name": "stations.level",
               "displayName": "level", "domain": {"id": tides_id}, "type": {"id": "00000000-0000-0000-0000-000000031008"},
               "status": level["status"], "attributes": attributes,
               "relations": {format!("{COLUMN_IN_TABLE}:TARGET"): [{"id": stations}]}})
    );

    let table = server.read(ResourceKind::Asset, &pair("stations")).await;
    assert_eq!((&table["status"], &table["tags"]), (&json!({"id": STATUS}), &json!(["Höhe", "water"])));
    let relations = table["relations"].as_object().expect("relations");
    assert_eq!(relations[&format!("{COLUMN_IN_TABLE}:SOURCE")], json!([{"id": server.mapped("stations.level").await}]));
    assert_eq!(relations.len(), 3, "the table is at both ends of a relation to itself: {relations:?}");
    assert!(
        relations.values().filter(|assets| assets.as_array().is_some_and(|a| a.contains(&pair("stations")))).count()
            == 2
    );

    let plain = server.read(ResourceKind::Asset, &named("readings")).await;
    for absent in ["name", "domain", "attributes", "tags"] {
        assert!(plain.get(absent).is_none(), "{plain}");
    }
    let buoy = json!({"externalSystemId": "buoys", "externalEntityId": "B-17"});
    let mapping = server.read(ResourceKind::Mapping, &buoy).await;
    assert_eq!(
        mapping,
        json!({"resourceType": "Mapping", "identifier": buoy, "dgcId": mapping["dgcId"], "description": "A buoy",
               "extEntityUrl": "https://buoys.example.com/17?a=b"})
    );
}

#[tokio::test]
async fn one_resource_is_found_by_every_form_of_identifier() {
    let server = Server::with_harbour().await;
    let id = server.mapped("stations").await;
    let expected = server.read(ResourceKind::Asset, &pair("stations")).await;
    let tides_id = &expected["domain"]["id"];
    let tag = |command: &Value| (command["tags"].clone(), command["status"].clone(), command["attributes"].clone());
    for identifier in [json!({"id": id}), named("stations"), json!({"name": "stations", "domain": {"id": tides_id}})] {
        let found = server.read(ResourceKind::Asset, &identifier).await;
        assert_eq!(tag(&found), tag(&expected));
    }

    let waves = server.read(ResourceKind::Domain, &pair("waves")).await;
    assert_eq!(waves["name"], "Waves");
    let place = json!({"externalSystemId": "offices", "externalEntityId": "7"});
    for identifier in [json!({"name": "Waves", "community": place}), json!({"id": server.mapped("waves").await})] {
        assert_eq!(server.read(ResourceKind::Domain, &identifier).await["type"], waves["type"]);
    }
    let office = server.read(ResourceKind::Community, &place).await;
    assert_eq!((&office["name"], &office["description"]), (&json!("Harbour Office"), &json!("Keeps watch")));
    assert_eq!(server.read(ResourceKind::Community, &office["parent"]).await["name"], "Port");
    for identifier in [json!({"name": "Harbour Office"}), waves["community"].clone()] {
        assert_eq!(server.read(ResourceKind::Community, &identifier).await["parent"], office["parent"]);
    }

    let by_target = json!({"externalSystemId": "tidedb", "asset": named("stations")});
    let mapping = server.read(ResourceKind::Mapping, &by_target).await;
    assert_eq!((&mapping["externalEntityId"], mapping.get("dgcId")), (&json!("stations"), None));
    let by_id = json!({"externalSystemId": "tidedb", "dgcId": id});
    assert_eq!(server.read(ResourceKind::Mapping, &by_id).await["externalEntityId"], "stations");
}

#[tokio::test]
async fn changed_asset_is_brought_back_as_it_was() {
    let server = Server::with_harbour().await;
    let before = server.read_all(&harbour_commands()).await;
    let changed = json!({"resourceType": "Asset", "identifier": pair("stations.level"), "name": "renamed",
        "displayName": "Renamed", "domain": tides(), "status": {"name": "Rejected"},
        "attributes": {"Note": [{"value": "z first"}, {"value": "changed"}, {"value": "more"}],
                       "Seasons": [{"values": ["summer"]}], "Column Position": []},
        "relations": {format!("{COLUMN_IN_TABLE}:TARGET"): []}});
    server.import("harbour", &[changed]).await;
    assert_ne!(server.read_all(&harbour_commands()).await, before);

    server.import("again", &before).await;
    assert_eq!(server.read_all(&harbour_commands()).await, before);
}

#[tokio::test]
async fn removed_asset_comes_back_as_it_was() {
    let server = Server::with_harbour().await;
    server.finalize("harbour").await;
    let before = server.read_all(&harbour_commands()).await;
    let (kept, gone): (Vec<_>, Vec<_>) =
        harbour_commands().into_iter().partition(|command| command["identifier"] != pair("stations.level"));
    server.import("harbour", &[community("Port")]).await;
    server.import("harbour", &kept).await;
    assert_eq!(server.finalize("harbour").await.counts("ASSET").removed, 1);
    let identifier = gone[0]["identifier"].to_string();
    assert_eq!(server.transport.command_of(ResourceKind::Asset, &identifier).await.expect("an answer"), None);

    let export: Vec<Value> =
        before.iter().filter(|command| command["identifier"] == pair("stations.level")).cloned().collect();
    server.import("again", &export).await;
    assert_eq!(server.read_all(&gone).await, export);
}

#[tokio::test]
async fn named_resources_come_back_in_another_catalogue() {
    let commands = [
        json!({"resourceType": "Community", "identifier": port(), "description": "Ships"}),
        json!({"resourceType": "Domain", "identifier": tides(), "type": {"name": "Physical Data Dictionary"},
               "description": "Water"}),
        json!({"resourceType": "Asset", "identifier": named("readings"), "type": {"name": "Table"}, "tags": ["b", "a"],
               "displayName": "Readings", "status": {"name": "Accepted"},
               "attributes": {"Seasons": [{"values": ["winter"]}], "Note": [{"value": "n"}]}}),
    ];
    let (first, second) = (Server::start().await, Server::start().await);
    first.import("harbour", &commands).await;
    let read = first.read_all(&commands).await;
    second.import("harbour", &read).await;
    assert_eq!(second.read_all(&commands).await, read);
}

#[tokio::test]
async fn names_of_any_characters_are_found() {
    let names = [
        "a \"quoted\" name",
        "slash/and\\back",
        "Süd-Hafen ⚓",
        "100%",
        "%2F",
        "a&b=c",
        "a+b",
        "semi;colon",
        "quest?ion#",
        " blanks  around ",
        "tab\there",
        "'single'",
        "a_b",
        "[x]{y}",
    ];
    let server = Server::start().await;
    let mut commands: Vec<Value> = names.iter().map(|name| community(name)).collect();
    for name in names {
        let domain = json!({"name": name, "community": {"name": name}});
        commands.push(json!({"resourceType": "Domain", "identifier": domain, "type": {"name": "Glossary"}}));
        commands.push(json!({"resourceType": "Asset", "identifier": {"name": name, "domain": domain},
            "type": {"name": "Table"}, "tags": [name]}));
        let pair = json!({"externalSystemId": name, "externalEntityId": name});
        commands.push(json!({"resourceType": "Asset", "identifier": pair, "name": format!("{name} mapped"),
            "domain": domain, "type": {"name": "Table"}, "attributes": {"Note": [{"value": name}]}}));
    }
    server.import("harbour", &commands).await;
    let read = server.read_all(&commands).await;
    let summary = server.import("again", &read).await;
    assert_eq!(summary.total(), Default::default(), "{summary:?}");
}

#[tokio::test]
async fn dots_alone_are_found_in_the_list_of_mappings() {
    let server = Server::with_harbour().await;
    let dots = json!({"externalSystemId": "tidedb", "externalEntityId": ".."});
    let command = json!({"resourceType": "Asset", "identifier": dots, "name": "dots", "domain": tides(),
                         "type": {"name": "Table"}});
    server.import("harbour", &[command]).await;
    assert_eq!(server.read(ResourceKind::Asset, &dots).await["name"], "dots");
}

#[tokio::test]
async fn more_relations_than_a_page_holds_are_all_read() {
    let server = Server::with_harbour().await;
    let columns: Vec<Value> = (0..2100)
        .map(|number| {
            json!({"resourceType": "Asset", "identifier": named(&format!("column {number}")), "type": {"name": "Column"},
                   "relations": {format!("{COLUMN_IN_TABLE}:TARGET"): [named("readings")]}})
        })
        .collect();
    server.import("harbour", &columns).await;
    let table = server.read(ResourceKind::Asset, &named("readings")).await;
    let related = table["relations"][&format!("{COLUMN_IN_TABLE}:SOURCE")].as_array().map(Vec::len);
    assert_eq!(related, Some(2100));
}

#[tokio::test]
async fn absent_resource_is_none() {
    let server = Server::with_harbour().await;
    let nowhere = json!({"name": "Nowhere", "community": {"name": "Port"}});
    let unmapped = json!({"externalSystemId": "tidedb", "externalEntityId": "un/mapped"});
    for (kind, identifier) in [
        (ResourceKind::Community, json!({"name": "port"})),
        (ResourceKind::Community, json!({"id": ID})),
        (ResourceKind::Community, unmapped.clone()),
        (ResourceKind::Domain, nowhere.clone()),
        (ResourceKind::Domain, json!({"name": "Tides", "community": {"name": "Harbour Office"}})),
        (ResourceKind::Domain, json!({"name": "Tides", "community": {"name": "Nobody"}})),
        (ResourceKind::Domain, json!({"id": ID})),
        (ResourceKind::Asset, named("reading")),
        (ResourceKind::Asset, json!({"name": "readings", "domain": nowhere})),
        (ResourceKind::Asset, json!({"id": ID})),
        (ResourceKind::Asset, unmapped.clone()),
        (ResourceKind::Asset, pair("waves")),
        (ResourceKind::Mapping, unmapped),
        (ResourceKind::Mapping, json!({"id": ID})),
        (ResourceKind::Mapping, json!({"externalSystemId": "buoys", "asset": named("stations")})),
    ] {
        let found = server.transport.command_of(kind, &identifier.to_string()).await.expect("an answer");
        assert_eq!(found, None, "{kind} {identifier}");
    }
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_without_a_request() {
    let peer = Peer::answering([answer("200 OK", "{}")]).await;
    let transport = transport(&peer.url());
    for (kind, identifier) in [
        (ResourceKind::ComplexRelation, r#"{"externalSystemId":"a","externalEntityId":"b"}"#),
        (ResourceKind::Mapping, r#"{"externalSystemId":"a","complexRelation":{"relations":{"x":[]}}}"#),
        (ResourceKind::Asset, r#"{"name":"without a domain"}"#),
        (ResourceKind::Asset, "{"),
        (ResourceKind::Asset, r#"{"id":"1"}"#),
    ] {
        let error = transport.command_of(kind, identifier).await.expect_err(identifier);
        assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Refused, Delivery::NotSent), "{identifier}");
        assert_eq!(error.operation(), Operation::ReadCatalogue);
    }
    assert!(peer.captured().is_empty());
}

fn asset(id: &str, name: &str) -> Value {
    json!({"id": id, "resourceType": "Asset", "name": name, "displayName": "readings", "domain": {"id": DOMAIN_ID},
           "type": {"id": STATUS}})
}

fn page(total: i64, entries: &[Value]) -> String {
    answer("200 OK", &json!({"total": total, "offset": 0, "limit": 1000, "results": entries}).to_string())
}

fn nothing() -> [String; 4] {
    let empty = || page(0, &[]);
    [empty(), empty(), empty(), answer("200 OK", "[]")]
}

fn lines(peer: &Peer) -> Vec<String> {
    let line = |head: &str| head.lines().next().unwrap_or_default().to_owned();
    let lines = peer.captured().iter().map(|request| line(&request.head)).collect::<Vec<_>>();
    lines
        .iter()
        .filter_map(|line| line.strip_prefix("GET /rest/2.0")?.strip_suffix(" HTTP/1.1"))
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn asset_by_name_is_asked_for_step_by_step() {
    let found = page(2, &[asset(OTHER_ID, "other"), asset(ID, "readings")]);
    let peer = Peer::answering([found].into_iter().chain(nothing())).await;
    let identifier = format!(r#"{{"name":"readings","domain":{{"id":"{DOMAIN_ID}"}}}}"#);
    let command = transport(&peer.url()).command_of(ResourceKind::Asset, &identifier).await.expect("an answer");
    assert_eq!(
        command.expect("the asset of that full name, not the one of that display name"),
        format!(
            r#"{{"resourceType":"Asset","identifier":{identifier},"displayName":"readings","type":{{"id":"{STATUS}"}}}}"#
        )
    );
    assert_eq!(
        lines(&peer),
        [
            format!(
                "/assets?name=readings&nameMatchMode=EXACT&domainId={DOMAIN_ID}&excludeMeta=false&offset=0&limit=1000"
            ),
            format!("/attributes?assetId={ID}&sortField=CREATED_ON&sortOrder=ASC&offset=0&limit=1000"),
            format!("/relations?sourceId={ID}&offset=0&limit=1000"),
            format!("/relations?targetId={ID}&offset=0&limit=1000"),
            format!("/assets/{ID}/tags"),
        ]
    );
}

#[tokio::test]
async fn short_page_does_not_end_a_list_that_has_more() {
    let community = |id: &str, name: &str| json!({"id": id, "name": name});
    let peer = Peer::answering([page(2, &[community(OTHER_ID, "port")]), page(2, &[community(ID, "Port")])]).await;
    let read = transport(&peer.url()).command_of(ResourceKind::Community, r#"{"name":"Port"}"#).await;
    assert!(read.expect("an answer").is_some());
    assert_eq!(peer.captured().len(), 2);
}

#[tokio::test]
async fn list_that_changes_while_it_is_read_is_an_error() {
    let community = json!({"id": ID, "name": "port"});
    let peer = Peer::answering([page(2, std::slice::from_ref(&community))]).await;
    let read = transport(&peer.url()).command_of(ResourceKind::Community, r#"{"name":"Port"}"#).await;
    let error = read.expect_err("an entry came twice");
    assert_eq!(error.kind(), TransportErrorKind::Faulty);
    assert!(error.to_string().contains("came twice"), "{error}");
}

#[tokio::test]
async fn answer_without_a_list_is_no_empty_list() {
    let found = answer("200 OK", &asset(ID, "readings").to_string());
    let foreign = answer("200 OK", r#"{"message": "please sign in"}"#);
    let peer = Peer::answering([found, foreign].into_iter().chain(nothing().into_iter().skip(1))).await;
    let identifier = format!(r#"{{"id":"{ID}"}}"#);
    let error = transport(&peer.url()).command_of(ResourceKind::Asset, &identifier).await.expect_err("no list");
    assert_eq!(error.kind(), TransportErrorKind::Faulty);
    assert_eq!(peer.captured().len(), 2);
}

#[tokio::test]
async fn pair_that_a_server_refuses_in_a_path_is_found_in_the_list() {
    let mapping = json!({"id": OTHER_ID, "externalSystemId": "tidedb", "externalEntityId": "a/b",
                         "mappedResource": {"id": ID, "resourceType": "Asset"}});
    for refusal in ["400 Bad Request", "404 Not Found"] {
        let peer = Peer::answering([answer(refusal, "<h1>no</h1>"), page(1, std::slice::from_ref(&mapping))]).await;
        let identifier = r#"{"externalSystemId":"tidedb","externalEntityId":"a/b"}"#;
        let command = transport(&peer.url()).command_of(ResourceKind::Mapping, identifier).await.expect("an answer");
        assert_eq!(
            command.expect("the mapping"),
            format!(r#"{{"resourceType":"Mapping","identifier":{identifier},"dgcId":"{ID}"}}"#)
        );
        assert_eq!(
            lines(&peer),
            [
                "/mappings/externalSystem/tidedb/externalEntity/a%2Fb",
                "/mappings?externalSystemId=tidedb&offset=0&limit=1000"
            ]
        );
    }
}

#[tokio::test]
async fn refusals_and_faults_are_no_absence() {
    let identifier = format!(r#"{{"id":"{ID}"}}"#);
    for (status, body, kind) in [
        ("500 Internal Server Error", "", TransportErrorKind::Faulty),
        ("401 Unauthorized", "", TransportErrorKind::Unauthenticated),
        ("403 Forbidden", "", TransportErrorKind::Forbidden),
        ("400 Bad Request", "", TransportErrorKind::Refused),
        ("200 OK", "null", TransportErrorKind::Faulty),
        ("200 OK", "{}", TransportErrorKind::Faulty),
        ("200 OK", "[]", TransportErrorKind::Faulty),
    ] {
        let peer = Peer::answering([answer(status, body)]).await;
        let error = transport(&peer.url()).command_of(ResourceKind::Asset, &identifier).await.expect_err(status);
        assert_eq!((error.kind(), error.operation()), (kind, Operation::ReadCatalogue), "{status} {body}");
        assert_eq!(peer.captured().len(), 1, "one attempt");
    }
}
