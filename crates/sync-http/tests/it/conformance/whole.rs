//! The whole suite against the server as it is.

use sync_emulator::{Emulator, Profile, Readings};
use sync_http::conformance::{Evidence, Outcome, SuiteEnd, statements};
use sync_http::{ConnectOptions, Credentials, HttpTransport};

use super::support::{Server, broken, profile, run};

#[test]
fn there_are_sixty_statements_each_with_a_name_of_its_own() {
    let numbers: Vec<u8> = statements().iter().map(|statement| statement.number).collect();
    assert_eq!(numbers, (1..=60).collect::<Vec<u8>>());
    let mut names: Vec<&str> = statements().iter().map(|statement| statement.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 60);
    for statement in statements() {
        assert!(statement.says.ends_with('.'), "{}", statement.name);
        assert!(!statement.source.is_empty(), "{}", statement.name);
        let is_open = statement.evidence == Evidence::Chosen && statement.number != 60;
        assert!(!is_open || !statement.switches.is_empty(), "{} is open and asks nothing", statement.name);
        for switch in statement.switches {
            assert!(switch.choices.len() >= 2 && switch.asks.ends_with('?'), "{}", switch.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_holds_on_our_server_in_its_default_readings() {
    let server = Server::start(Emulator::builder()).await;
    let report = run(server.suite()).await;
    assert_eq!(report.end, SuiteEnd::Complete);
    assert_eq!(broken(&report), []);
    let skipped: Vec<_> = report
        .cases
        .iter()
        .filter(|case| matches!(case.outcome, Outcome::Skipped { .. }))
        .map(|case| (case.statement.number, &case.outcome))
        .collect();
    assert_eq!(skipped, []);
    assert_eq!(report.cases.len(), 60);
    assert_eq!(profile(&report).readings, Readings::default());
    assert_eq!(profile(&report).profile, Profile::default());
    assert_eq!(report.left_behind, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn suite_works_over_real_connections() {
    let emulator = Emulator::start().await.expect("the server starts");
    let credentials = Credentials::Basic { username: "admin".into(), password: "admin".into() };
    let transport =
        HttpTransport::new(&emulator.url(), credentials, ConnectOptions::default()).expect("a loopback target");
    let suite = sync_http::conformance::Suite::new(transport).only([2, 12, 14, 45, 48]).expect("such statements");
    let report = run(suite).await;
    assert_eq!(broken(&report), []);
    assert_eq!((report.cases.len(), report.count("skipped")), (5, 0));
}
