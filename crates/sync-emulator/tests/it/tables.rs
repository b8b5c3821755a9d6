//! Tables: rows that become commands in the server.

use reqwest::StatusCode;
use reqwest::multipart::{Form, Part};
use serde_json::Value;
use sync_emulator::ListCells;

use crate::support::{Client, id};

const TEMPLATE: &str = r#"[
    {"resourceType": "Community", "identifier": {"name": "${1}"}},
    {"resourceType": "Domain", "identifier": {"name": "${2}", "community": {"name": "${1}"}},
     "type": {"name": "Physical Data Dictionary"}},
    {"resourceType": "Asset", "identifier": {"name": "${3}", "domain": {"name": "${2}", "community": {"name": "${1}"}}},
     "type": {"name": "Table"}, "tags": ["${4}"], "attributes": {"Description": [{"value": "${5}"}]}}
]"#;

fn form(table: &str) -> Form {
    let file = Part::text(table.to_owned()).file_name("rows.csv");
    Form::new().text("continueOnError", "false").text("template", TEMPLATE).part("file", file)
}

const ROWS: &str =
    "Harbour;Tides;level;wet, deep;Height, in metres\nHarbour;Tides;level;salty;\nHarbour;Tides;wind;;\n";

#[tokio::test]
async fn rows_of_a_batch_become_assets_and_neighbours_about_one_are_merged() {
    let client = Client::start().await;
    let ended = client.ended("/import/synchronize/harbour/batch/csv-job", form(ROWS)).await;
    assert_eq!((ended.state(), ended.result()), ("COMPLETED", "SUCCESS"), "{:?}", ended.errors);
    assert_eq!(
        (ended.counts("COMMUNITY"), ended.counts("DOMAIN"), ended.counts("ASSET")),
        ([1, 0, 0], [1, 0, 0], [2, 0, 0])
    );
    assert_eq!(client.names().await, ["level", "wind"]);
    let level = client.asset("level").await;
    let tags = client.get(&format!("/assets/{}/tags", id(&level))).await;
    let mut tags: Vec<_> = tags.as_array().expect("tags").iter().filter_map(|tag| tag["name"].as_str()).collect();
    tags.sort_unstable();
    assert_eq!(tags, ["deep", "salty", "wet"]);
    let values: Vec<Value> = client.attributes("level").await.into_iter().map(|(_, value)| value).collect();
    assert_eq!(values, ["Height, in metres"], "a comma in a description is a comma");
}

#[tokio::test]
async fn a_server_that_splits_every_list_makes_two_attributes_of_a_comma() {
    let client = Client::with_readings(|readings| readings.list_cells = ListCells::All).await;
    client.ended("/import/csv-job", form(ROWS)).await;
    assert_eq!(client.attributes("level").await.len(), 2);
}

#[tokio::test]
async fn a_whole_cycle_of_a_table_removes_what_the_next_one_lacks() {
    let client = Client::start().await;
    let full = "/import/synchronize/harbour/csv-job";
    client.ended(full, form(ROWS).text("finalizationStrategy", "REMOVE_RESOURCES")).await;
    let fewer = ROWS.lines().last().expect("a row");
    let ended = client.ended(full, form(fewer).text("finalizationStrategy", "REMOVE_RESOURCES")).await;
    assert_eq!(ended.counts("ASSET"), [0, 0, 1]);
    assert_eq!(client.names().await, ["wind"]);
}

#[tokio::test]
async fn a_workbook_is_read_from_the_sheet_that_is_named() {
    let client = Client::start().await;
    let options = sync_formats::ExcelOptions::default().with_sheet_name("Tables");
    let mut writer = sync_formats::ExcelWriter::new(&options).expect("a workbook");
    writer.write_row(["Community", "Domain", "Table", "Tags", "About"]).expect("a row");
    writer.write_row(["Harbour", "Tides", "level", "\"wet, deep\"", ""]).expect("a row");
    let book = writer.into_bytes().expect("a workbook");
    let form = |sheet: &str| {
        let file = Part::bytes(book.clone()).file_name("rows.xlsx");
        Form::new()
            .text("continueOnError", "false")
            .text("template", TEMPLATE)
            .text("headerRow", "True")
            .text("sheetName", sheet.to_owned())
            .part("file", file)
    };
    let absent = client.ended("/import/excel-job", form("Views")).await;
    assert_eq!((absent.state(), absent.result()), ("ERROR", "FAILURE"));
    assert!(absent.message().contains("Views") && absent.message().contains("Tables"), "{}", absent.message());
    let ended = client.ended("/import/synchronize/harbour/batch/excel-job", form("Tables")).await;
    assert_eq!(ended.counts("ASSET"), [1, 0, 0], "{:?}", ended.errors);
    let tags = client.get(&format!("/assets/{}/tags", id(&client.asset("level").await))).await;
    assert_eq!(tags[0]["name"], "wet, deep");
}

#[tokio::test]
async fn an_error_counts_the_commands_of_all_rows() {
    let client = Client::start().await;
    let template = TEMPLATE.replace("\"Table\"", "\"${6}\"");
    let table = "Harbour;Tides;level;;;Table\nHarbour;Tides;wind;;;Tabel\n";
    let form = Form::new()
        .text("continueOnError", "false")
        .text("template", template)
        .part("file", Part::text(table).file_name("rows.csv"));
    let ended = client.ended("/import/synchronize/harbour/batch/csv-job", form).await;
    assert_eq!(ended.state(), "ERROR");
    assert_eq!(ended.errors[0]["command"]["indices"], serde_json::json!([5]), "{:?}", ended.errors);
    assert!(ended.message().contains("Tabel"), "{}", ended.message());
}

#[tokio::test]
async fn a_table_that_cannot_be_read_fails_its_job_as_broken_json_does() {
    let client = Client::start().await;
    for (format, content, cause) in
        [("excel", "no workbook", "workbook"), ("csv", "Harbour;\"Tides", "the quote opened here is never closed")]
    {
        let ended = client.ended(&format!("/import/synchronize/harbour/batch/{format}-job"), form(content)).await;
        assert_eq!((ended.state(), ended.result()), ("ERROR", "FAILURE"));
        let message = ended.message();
        assert!(message.starts_with("Input file cannot be made into commands") && message.contains(cause), "{message}");
    }
    assert_eq!(client.get("/import/synchronize/exists/harbour").await, false);
}

#[tokio::test]
async fn a_template_that_is_none_is_refused() {
    let client = Client::start().await;
    let long = format!("[{{\"tags\": [\"{}\"]}}]", "x".repeat(1024 * 1024));
    for template in ["", "nonsense", "{}", "[{\"tags\": [${1}]}]", "[{\"tags\": [\"${0}\"]}]", &long] {
        let part = Part::text(ROWS).file_name("rows.csv");
        let form = Form::new().text("template", template.to_owned()).part("file", part);
        let response = client.post("/import/csv-job", form).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{template:.20}");
    }
    assert_eq!(client.get("/jobs").await["total"], 0);
}

#[tokio::test]
async fn progress_of_a_table_never_falls_although_it_is_read_several_times() {
    let client = Client::start().await;
    let rows: String = (0..20_000).map(|number| format!("Harbour;Tides;t{number};;\n")).collect();
    let job = client.submit("/import/synchronize/harbour/batch/csv-job", form(&rows)).await;
    let mut seen = vec![0.0];
    loop {
        let job = client.get(&format!("/jobs/{}", id(&job))).await;
        seen.push(job["progressPercentage"].as_f64().expect("a number"));
        if job["state"] == "COMPLETED" {
            break;
        }
    }
    seen.dedup();
    assert!(seen.is_sorted(), "{seen:?}");
    assert!(seen.iter().any(|progress| *progress > 50.0), "{seen:?}");
}
