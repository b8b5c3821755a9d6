//! Fields of tables.

use sync_core::transport::{BatchRequest, Delivery, FullRequest, Transport, TransportErrorKind};
use sync_core::{
    CsvParameters, Digest, Finalization, ImportApi, ImportRequest, Payload, PayloadFormat, SheetChoice, TableParameters,
};

use crate::fake::{Fake, job};
use crate::peer::{self, Peer};
use crate::{basic, harbour, transport};

const TEMPLATE: &str = r#"[{"resourceType":"Community","identifier":{"name":"${1}"}}]"#;

fn payload(format: PayloadFormat, name: &str) -> Payload {
    Payload::from_bytes(format, name, "a;b".into(), Digest::default())
}

fn csv() -> Payload {
    payload(PayloadFormat::Csv, "tides.csv").with_table(TableParameters::new(TEMPLATE))
}

fn excel() -> Payload {
    payload(PayloadFormat::Excel, "tides.xlsx").with_table(TableParameters::new(TEMPLATE))
}

#[tokio::test]
async fn a_csv_file_goes_with_all_of_its_parameters() {
    let peer = Peer::answering([peer::job()]).await;
    let csv = CsvParameters::default().with_separator('\t').with_quote('\'').with_escape('ß').with_strict_quotes(true);
    let table = TableParameters::new(TEMPLATE).with_header_row(true).with_csv(csv);
    let payload = payload(PayloadFormat::Csv, "tides.csv").with_table(table);
    transport(&peer.url()).submit_batch(&BatchRequest::new(harbour(), payload)).await.expect("a job");
    let text = peer.only().redacted();
    let (head, body) = text.split_once("\n\n").expect("a head");
    assert!(head.starts_with("POST /rest/2.0/import/synchronize/harbour/batch/csv-job HTTP/1.1\n"), "{head}");
    assert_eq!(
        body,
        r#"--BOUNDARY
Content-Disposition: form-data; name="continueOnError"

false
--BOUNDARY
Content-Disposition: form-data; name="separator"

	
--BOUNDARY
Content-Disposition: form-data; name="quote"

'
--BOUNDARY
Content-Disposition: form-data; name="escape"

ß
--BOUNDARY
Content-Disposition: form-data; name="strictQuotes"

true
--BOUNDARY
Content-Disposition: form-data; name="ignoreLeadingWhitespace"

false
--BOUNDARY
Content-Disposition: form-data; name="headerRow"

true
--BOUNDARY
Content-Disposition: form-data; name="template"

[{"resourceType":"Community","identifier":{"name":"${1}"}}]
--BOUNDARY
Content-Disposition: form-data; name="fileName"

tides.csv
--BOUNDARY
Content-Disposition: form-data; name="file"; filename="tides.csv"
Content-Type: text/csv

a;b
--BOUNDARY--
"#
    );
}

/// The text fields of what was sent last, one a line, without their values' line ends.
fn fields(fake: &Fake) -> Vec<String> {
    let asked = fake.asked().pop().expect("a request");
    let parts = asked.text().split("Content-Disposition: form-data; name=\"").skip(1).map(|part| {
        let (name, rest) = part.split_once('"').expect("a name");
        let value = rest.strip_prefix("\r\n\r\n").map(|value| value.split("\r\n--").next().unwrap_or_default());
        format!("{name}={}", value.unwrap_or("(file)"))
    });
    parts.collect()
}

#[tokio::test]
async fn the_manner_of_the_service_is_sent_too() {
    let fake = Fake::new(|_| job());
    let transport = fake.transport(basic());
    transport.submit_full(&FullRequest::new(harbour(), csv(), Finalization::Ignore)).await.expect("a job");
    let expected = [
        "continueOnError=false",
        "finalizationStrategy=IGNORE",
        "separator=;",
        "quote=\"",
        "escape=\\",
        "strictQuotes=false",
        "ignoreLeadingWhitespace=false",
        "headerRow=false",
        &format!("template={TEMPLATE}"),
        "fileName=tides.csv",
        "file=(file)",
    ];
    assert_eq!(fields(&fake), expected);
}

#[tokio::test]
async fn a_workbook_goes_with_its_sheet() {
    let fake = Fake::new(|_| job());
    let transport = fake.transport(basic());
    let table = || TableParameters::new(TEMPLATE);
    for (table, sheet) in [
        (table(), None),
        (table().with_sheet(SheetChoice::Name("Pegel Süd".into())), Some("sheetName=Pegel Süd")),
        (table().with_sheet(SheetChoice::Index(0)), Some("sheetIndex=0")),
    ] {
        let payload = payload(PayloadFormat::Excel, "tides.xlsx").with_table(table);
        transport.submit_import(&ImportRequest::new(payload)).await.expect("a job");
        let template = format!("template={TEMPLATE}");
        let mut expected = vec!["continueOnError=false", "simulation=false", "headerRow=false"];
        expected.extend(sheet);
        expected.extend([template.as_str(), "fileName=tides.xlsx", "file=(file)"]);
        assert_eq!(fields(&fake), expected);
    }
    let asked = fake.asked().pop().expect("a request");
    assert_eq!(asked.line, "POST /rest/2.0/import/excel-job");
    let kind = "Content-Type: application/vnd.openxmlformats-officedocument.spreadsheetml.sheet\r\n";
    assert!(asked.text().contains(kind), "{}", asked.text());
}

#[tokio::test]
async fn parameters_that_do_not_fit_the_file_are_refused() {
    let table = || TableParameters::new(TEMPLATE);
    let json = || payload(PayloadFormat::Json, "batch-1.json");
    for (payload, said) in [
        (payload(PayloadFormat::Csv, "a.csv"), "the csv file has no template"),
        (payload(PayloadFormat::Excel, "a.xlsx"), "the excel file has no template"),
        (csv().with_table(TableParameters::new(" \n")), "the template is empty"),
        (json().with_table(table()), "a json file has no template"),
        (csv().with_table(table().with_sheet(SheetChoice::Index(1))), "a csv file has no sheets"),
        (excel().with_table(table().with_csv(CsvParameters::default())), "an excel file has no separator"),
    ] {
        let request = BatchRequest::new(harbour(), payload);
        let error = transport("http://127.0.0.1:9").submit_batch(&request).await.expect_err(said);
        assert_eq!((error.kind(), error.delivery()), (TransportErrorKind::Refused, Delivery::NotSent), "{error}");
        assert!(error.to_string().contains(said), "{error}");
    }
}
