//! The operating model, from the embedded server and from raw answers.

use serde_json::{Value, json};
use sync_core::check;
use sync_core::command::Command;
use sync_core::model::{AssignedAttribute, AttributeKind, Direction, Model, ModelIndex, ModelSource};
use sync_core::transport::{Delivery, Operation, TransportErrorKind};
use sync_emulator::{Emulator, ModelFile};

use crate::peer::{Peer, answer};
use crate::{PASSWORD, transport};

/// What a server that is seeded with a model says of itself.
async fn read_from_server_with(seed: &[u8]) -> Model {
    let seed = ModelFile::from_slice(seed).expect("a model");
    let emulator = Emulator::builder().user("importer", PASSWORD).seed(seed).start().await.expect("a server");
    transport(&emulator.url()).model().await.expect("a model")
}

#[tokio::test]
async fn model_read_from_a_server_seeds_another_that_says_the_same() {
    let harbour = include_bytes!("../../../../examples/harbour/model.json");
    let read = read_from_server_with(harbour).await;
    let written = Model::from_slice(harbour).expect("a model");
    assert_eq!(read.assignments.len(), written.assignments.len());
    for assignment in &written.assignments {
        let mut assignment = assignment.clone();
        for relation in &mut assignment.relations {
            relation.relation_type = relation.relation_type.to_ascii_lowercase();
        }
        assert!(read.assignments.contains(&assignment), "{assignment:#?} is not in {:#?}", read.assignments);
    }
    assert_eq!(read.asset_types.len(), written.asset_types.len());
    assert_eq!(read.complex_relation_types[0].legs, written.complex_relation_types[0].legs);

    let kept = read.to_vec().expect("JSON");
    assert_eq!(Model::from_slice(&kept).expect("a model"), read);
    assert_eq!(read_from_server_with(&kept).await, read);
}

#[tokio::test]
async fn packaged_model_is_read_whole_page_by_page_and_type_by_type() {
    let read = read_from_server_with(b"{}").await;
    assert!(read.complete);
    let counts = [read.asset_types.len(), read.attribute_types.len(), read.statuses.len(), read.relation_types.len()];
    assert_eq!(counts, [86, 78, 23, 60]);
    assert!(read.assignments.is_empty());
    let model = ModelIndex::new(read);
    let good = include_bytes!("../../../../examples/harbour/catalog-v1.json");
    let commands: Vec<Value> = serde_json::from_slice(good).expect("commands");
    for command in &commands {
        let mut misfits = Vec::new();
        let command = command.to_string();
        check::against(&model, &Command::from_slice(command.as_bytes()).expect("a command"), &mut misfits);
        assert!(misfits.is_empty(), "{command}: {misfits:?}");
    }
}

const TERM: &str = "00000000-0000-0000-0000-000000011001";
const OTHER_TERM: &str = "11111111-0000-4000-8000-000000011001";
const ROOT: &str = "11111111-0000-4000-8000-000000000001";
const DEFINITION: &str = "00000000-0000-0000-0000-000000000202";
const SEEN_ON: &str = "11111111-0000-4000-8000-000000000203";
const GLOSSARY: &str = "00000000-0000-0000-0000-000000010001";
const CANDIDATE: &str = "00000000-0000-0000-0000-000000005008";
const ACCEPTED: &str = "00000000-0000-0000-0000-000000005009";
const USES: &str = "11111111-0000-4000-8000-000000007001";

fn page(entries: Value) -> String {
    let total = entries.as_array().map_or(0, Vec::len);
    answer("200 OK", &json!({"total": total, "offset": 0, "limit": 1000, "results": entries}).to_string())
}

/// Answers in the order they are asked for, with these assignments for the term.
fn answers(assignments: &Value) -> Vec<String> {
    let none = answer("200 OK", "[]");
    vec![
        page(json!([
            {"id": ROOT, "name": "Asset", "system": true, "somethingNew": {"a": [1]}},
            {"id": TERM, "name": "Business Term", "publicId": "BusinessTerm", "parent": {"id": ROOT, "name": "Asset"}},
            {"id": OTHER_TERM, "name": "Business Term", "parent": {"id": "11111111-0000-4000-8000-00000000dead"}}
        ])),
        page(json!([{"id": GLOSSARY, "name": "Glossary", "resourceType": "DomainType"}])),
        page(json!([
            {"id": DEFINITION, "name": "Definition", "resourceType": "StringAttributeType", "stringType": "RICH_TEXT"},
            {"id": SEEN_ON, "name": "Seen on", "attributeTypeDiscriminator": "DateTimeAttributeType"},
            {"id": "11111111-0000-4000-8000-000000000204", "name": "Draught", "resourceType": "NumericAttributeType",
             "isInteger": true},
            {"id": "11111111-0000-4000-8000-000000000205", "name": "Quay", "resourceType": "SingleValueListAttributeType",
             "allowedValues": ["North", "East"]},
            {"id": "11111111-0000-4000-8000-000000000206", "name": "Shape", "resourceType": "HologramAttributeType"}
        ])),
        page(json!([{"id": CANDIDATE, "name": "Candidate"}, {"id": ACCEPTED, "name": "Accepted"}])),
        page(json!([
            {"id": USES, "sourceType": {"id": TERM}, "targetType": {"id": ROOT, "name": "Asset"}, "role": "uses",
             "coRole": "is used by", "publicId": "TermUsesAsset"},
            {"id": "11111111-0000-4000-8000-000000007002", "role": "floats"}
        ])),
        page(json!([{"id": "11111111-0000-4000-8000-000000008001", "name": "Mapping", "legTypes": [
            {"id": "11111111-0000-4000-8000-000000008002", "relationTypeId": USES, "role": "source",
             "assetType": {"id": OTHER_TERM}, "minimumOccurrences": 1, "maximumOccurrences": 2_147_483_647}
        ]}])),
        page(
            json!([{"id": CANDIDATE, "name": "Owner", "global": false}, {"id": ACCEPTED, "name": "Sysadmin", "global": true}]),
        ),
        none.clone(),
        answer("200 OK", &assignments.to_string()),
        answer("404 Not Found", "{}"),
    ]
}

async fn model_with(assignments: Value) -> Model {
    let peer = Peer::answering(answers(&assignments)).await;
    let model = transport(&peer.url()).model().await.expect("a model");
    let asked: Vec<String> =
        peer.captured().iter().map(|request| request.head.lines().next().unwrap_or("").to_owned()).collect();
    assert_eq!(asked.len(), 10, "{asked:?}");
    assert!(asked.iter().all(|line| line.starts_with("GET /rest/2.0/")), "{asked:?}");
    assert!(asked[0].contains("excludeMeta=false"), "{asked:?}");
    model
}

fn assigned(name: &str, min: u32, max: Option<u32>) -> AssignedAttribute {
    let mut assigned = AssignedAttribute::default();
    (assigned.attribute_type, assigned.min, assigned.max) = (name.to_owned(), min, max);
    assigned
}

#[tokio::test]
async fn newer_assignments_are_references_with_those_of_traits_beside_them() {
    let reference = |id: &str, min: i64, max: Option<i64>| {
        json!({"id": ROOT, "assignedResourceReference": {"id": id, "resourceType": "AttributeType"},
            "minimumOccurrences": min, "maximumOccurrences": max})
    };
    let model = model_with(json!([{
        "id": ROOT, "assetType": {"id": TERM},
        "domainTypes": [{"id": GLOSSARY, "name": "Glossary"}],
        "statuses": [{"id": CANDIDATE}, {"id": ACCEPTED}],
        "defaultStatusId": ACCEPTED,
        "assignedCharacteristicTypeReferences": [
            reference(DEFINITION, 1, Some(1)),
            {"id": ROOT, "assignedResourceReference": {"id": USES, "resourceType": "RelationType"},
             "relationTypeDirection": "TO_SOURCE", "minimumOccurrences": 0, "maximumOccurrences": 4},
            {"id": ROOT, "assignedResourceReference": {"id": USES}, "relationTypeDirection": "NONE"},
            reference("11111111-0000-4000-8000-00000000dead", 0, None)
        ],
        "characteristicTypes": [{"id": ROOT, "assignedResourceId": "11111111-0000-4000-8000-000000000205"}],
        "traitAssignmentInheritances": [{"assignedCharacteristicTypeReferences": [reference(DEFINITION, 0, Some(3))]}],
        "assignmentInheritances": [{"traitAssignmentInheritances": [
            {"assignedCharacteristicTypeReferences": [reference(SEEN_ON, 0, None)]}
        ]}]
    }]))
    .await;
    let [assignment] = model.assignments.as_slice() else { panic!("{:?}", model.assignments) };
    assert_eq!(assignment.asset_type, TERM, "two types have this name");
    assert_eq!(assignment.domain_types.as_deref(), Some(["Glossary".to_owned()].as_slice()));
    assert_eq!(assignment.statuses, ["Accepted", "Candidate"], "that of new assets first");
    assert_eq!(assignment.attributes, [assigned("Definition", 0, Some(3)), assigned("Seen on", 0, None)]);
    let relations: Vec<_> =
        assignment.relations.iter().map(|found| (found.relation_type.as_str(), found.direction, found.max)).collect();
    assert_eq!(relations, [(USES, Direction::ToSource, Some(4)), (USES, Direction::Both, None)]);
}

#[tokio::test]
async fn older_assignments_are_whole_types_and_may_be_for_scopes() {
    let model = model_with(json!([
        {"id": ROOT, "characteristicTypes": [
            {"id": ROOT, "assignedResourceType": "AttributeType", "attributeType": {"id": DEFINITION, "name": "Definition"},
             "minimumOccurrences": 0, "maximumOccurrences": 1},
            {"id": ROOT, "assignedResourceType": "RelationType", "relationType": {"id": USES}, "roleDirection": "TO_TARGET"},
            {"id": ROOT, "assignedResourceId": SEEN_ON},
            {"id": ROOT, "complexRelationType": {"id": ROOT}}
        ]},
        {"id": TERM, "scope": {"id": ROOT}, "domainTypes": [], "assignedCharacteristicTypeReferences": []}
    ]))
    .await;
    let [everywhere, scoped] = model.assignments.as_slice() else { panic!("{:?}", model.assignments) };
    assert_eq!(everywhere.domain_types, None);
    assert_eq!(everywhere.attributes, [assigned("Definition", 0, Some(1)), assigned("Seen on", 0, None)]);
    assert_eq!(everywhere.relations[0].direction, Direction::ToTarget);
    assert_eq!(scoped.domain_types.as_deref(), Some([].as_slice()));
    assert!(scoped.attributes.is_empty());
}

#[tokio::test]
async fn types_refer_to_each_other_by_name_where_that_is_enough() {
    let model = model_with(json!([])).await;
    let [root, term, other] = model.asset_types.as_slice() else { panic!("{:?}", model.asset_types) };
    assert_eq!((root.parent.as_deref(), term.parent.as_deref()), (None, Some("Asset")));
    assert_eq!(other.parent, None, "it is not in the list");
    assert_eq!(model.relation_types[0].key(), format!("{TERM}:uses:is used by:Asset"));
    assert_eq!((model.relation_types[1].source.as_str(), model.relation_types[1].co_role.as_deref()), ("", None));
    let leg = &model.complex_relation_types[0].legs[0];
    assert_eq!((leg.asset_type.as_str(), leg.min, leg.max), (OTHER_TERM, 1, None));
    assert_eq!(leg.id.map(|id| id.to_string()).as_deref(), Some(USES), "keys name a leg by its relation type");
    let kinds: Vec<_> = model.attribute_types.iter().map(|found| (found.kind, found.integer)).collect();
    assert_eq!(
        kinds,
        [
            (AttributeKind::String, false),
            (AttributeKind::Date, false),
            (AttributeKind::Numeric, true),
            (AttributeKind::SingleValueList, false),
            (AttributeKind::String, false)
        ]
    );
    assert_eq!(model.attribute_types[3].allowed_values, ["North", "East"]);
    assert_eq!(model.roles.iter().map(|role| role.resource_role).collect::<Vec<_>>(), [true, false]);

    let kept = model.to_vec().expect("JSON");
    let seed = ModelFile::from_slice(&kept).expect("a model");
    Emulator::builder().seed(seed).start().await.expect("types of one name can be told apart by their ids");
}

#[tokio::test]
async fn first_answer_that_cannot_be_used_ends_it() {
    for (status, kind) in [("403 Forbidden", TransportErrorKind::Forbidden), ("200 OK", TransportErrorKind::Faulty)] {
        let mut all = answers(&json!([]));
        all[3] = answer(status, "<h1>no</h1>");
        let peer = Peer::answering(all).await;
        let error = transport(&peer.url()).model().await.expect_err("no model");
        assert_eq!((error.kind(), error.operation()), (kind, Operation::ReadCatalogue));
        assert_eq!(peer.captured().len(), 4);
    }
    let mut all = answers(&json!([]));
    all[8] = answer("500 Internal Server Error", "{}");
    let peer = Peer::answering(all).await;
    let error = transport(&peer.url()).model().await.expect_err("no model");
    assert_eq!((error.status(), error.delivery()), (Some(500), Delivery::Unknown));
}
