//! Four ways of signing in, and what each of them refuses.

use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use sync_emulator::{
    BearerToken, CsrfToken, Emulator, EmulatorBuilder, JwtKey, ModelFile, OAuthClient, StartError, User,
};

use crate::support::{Client, file, readings, tables};

const CLIENT: &str = "urn:collibra:app:7c+1";
const SECRET: &str = "50% of \"all\": secrets";

fn crowd() -> EmulatorBuilder {
    Emulator::builder()
        .user("keeper", "lamp")
        .user("pilot", "boat")
        .client(OAuthClient::new(CLIENT, SECRET))
        .token(BearerToken::new("opaque-1", "pilot"))
        .jwt(JwtKey::new("shared"))
}

async fn start() -> Client {
    Client::with(crowd()).await
}

async fn answer(request: RequestBuilder) -> Response {
    request.send().await.expect("an answer")
}

async fn json(response: Response) -> Value {
    response.json().await.expect("JSON")
}

async fn log_in(client: &Client, name: &str, password: &str) -> Response {
    answer(
        client.nobody(Method::POST, "/rest/2.0/auth/sessions").json(&json!({"username": name, "password": password})),
    )
    .await
}

/// Cookie and CSRF token of a fresh session.
async fn session(client: &Client, name: &str, password: &str) -> (String, String) {
    let response = log_in(client, name, password).await;
    assert_eq!(response.status(), StatusCode::OK);
    let cookie = response.headers()["set-cookie"].to_str().expect("text").to_owned();
    assert!(cookie.starts_with("JSESSIONID=") && cookie.contains("HttpOnly"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
    (cookie, json(response).await["csrfToken"].as_str().expect("a token").to_owned())
}

async fn token(client: &Client, form: &[(&str, &str)]) -> Response {
    answer(client.nobody(Method::POST, "/rest/oauth/v2/token").form(form)).await
}

/// As a client of the book does it: id and secret form-urlencoded, joined, then base64 (by reqwest).
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn current_session_names_the_user_however_they_signed_in() {
    let client = start().await;
    let page = "/rest/2.0/auth/sessions/current?include=csrfToken,user";
    let basic = json(answer(client.nobody(Method::GET, page).basic_auth("keeper", Some("lamp"))).await).await;
    assert_eq!((&basic["user"]["userName"], &basic["user"]["resourceType"]), (&json!("keeper"), &json!("User")));
    assert!(basic["csrfToken"].is_string());
    let job = client.submit("/import/synchronize/harbour/batch/json-job", file(&tables(&[]))).await;
    assert_eq!(basic["user"]["id"], job["createdBy"], "jobs are told apart by this id");

    let (cookie, csrf) = session(&client, "keeper", "lamp").await;
    let by_cookie = json(answer(client.nobody(Method::GET, page).header("cookie", cookie)).await).await;
    assert_eq!((&by_cookie["user"], &by_cookie["csrfToken"]), (&basic["user"], &json!(csrf)));
    let bearer = json(answer(client.nobody(Method::GET, page).bearer_auth("opaque-1")).await).await;
    assert_eq!(bearer["user"]["userName"], "pilot");

    let alone = client.get("/auth/sessions/current").await;
    assert_eq!(
        alone.as_object().map(|members| members.keys().collect::<Vec<_>>()),
        Some(vec![&"csrfToken".to_owned()])
    );
    let twice = client.get("/auth/sessions/current?include=user&include=csrfToken").await;
    assert!(twice["user"].is_object() && twice["csrfToken"].is_string());
    assert_eq!(client.get_status("/auth/sessions/current?include=groups").await, 400);
    assert_eq!(client.get("/users/current").await, basic["user"]);
    assert_eq!(answer(client.nobody(Method::GET, page)).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn session_lets_in_until_it_is_closed() {
    let client = start().await;
    let (cookie, csrf) = session(&client, "keeper", "lamp").await;
    let request = |method, path: &str| client.nobody(method, &format!("/rest/2.0{path}")).header("cookie", &cookie);
    assert_eq!(answer(request(Method::GET, "/jobs")).await.status(), StatusCode::OK);
    assert_eq!(answer(request(Method::GET, "/auth/sessions/heartbeat")).await.status(), StatusCode::OK);
    let closing = request(Method::DELETE, "/auth/sessions/current").header("x-csrf-token", &csrf);
    assert_eq!(answer(closing).await.status(), StatusCode::NO_CONTENT);
    for path in ["/jobs", "/auth/sessions/current", "/auth/sessions/heartbeat"] {
        assert_eq!(answer(request(Method::GET, path)).await.status(), StatusCode::UNAUTHORIZED, "{path}");
    }
    assert_eq!(log_in(&client, "keeper", "wrong").await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(log_in(&client, "", "").await.status(), StatusCode::UNAUTHORIZED);
    let odd = client.nobody(Method::POST, "/rest/2.0/auth/sessions");
    assert_eq!(
        answer(odd.header("content-type", "application/json").body("[")).await.status(),
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn second_login_ends_the_first_session_of_the_same_user() {
    let client = start().await;
    let (first, _) = session(&client, "keeper", "lamp").await;
    let (other, _) = session(&client, "pilot", "boat").await;
    let (second, _) = session(&client, "keeper", "lamp").await;
    let status = async |cookie: &str| {
        answer(client.nobody(Method::GET, "/rest/2.0/jobs").header("cookie", cookie)).await.status()
    };
    assert_eq!(status(&first).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(&second).await, StatusCode::OK);
    assert_eq!(status(&other).await, StatusCode::OK);
}

#[tokio::test]
async fn session_that_is_not_used_expires() {
    let client = Client::with(crowd().session_lifetime(Duration::from_millis(20))).await;
    let (cookie, _) = session(&client, "keeper", "lamp").await;
    let began = Instant::now();
    loop {
        tokio::time::sleep(Duration::from_millis(25)).await;
        let response = answer(client.nobody(Method::GET, "/rest/2.0/jobs").header("cookie", &cookie)).await;
        if response.status() == StatusCode::UNAUTHORIZED {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "the session lives on");
    }
}

#[tokio::test]
async fn changes_with_a_cookie_need_the_csrf_token_unless_the_reading_ignores_it() {
    let path = "/rest/2.0/import/synchronize/harbour/batch/json-job";
    for (reading, refused) in [(CsrfToken::Required, 403), (CsrfToken::Ignored, 200)] {
        let client = Client::build(crowd().readings(readings(|readings| readings.csrf_token = reading))).await;
        let (cookie, csrf) = session(&client, "keeper", "lamp").await;
        let post = || client.nobody(Method::POST, path).header("cookie", &cookie).multipart(file(&tables(&[])));
        assert_eq!(answer(post()).await.status(), refused, "{reading:?}");
        assert_eq!(answer(post().header("x-csrf-token", "wrong")).await.status(), refused, "{reading:?}");
        assert_eq!(answer(post().header("X-CSRF-TOKEN", &csrf)).await.status(), 200, "{reading:?}");
    }
    let client = start().await;
    let basic = client.nobody(Method::POST, path).basic_auth("keeper", Some("lamp")).multipart(file(&tables(&[])));
    assert_eq!(answer(basic).await.status(), 200, "Basic needs none");
}

#[tokio::test]
async fn client_gets_a_token_by_either_method_and_acts_as_a_user_of_its_own() {
    let client = start().await;
    let grant = ("grant_type", "client_credentials");
    let posted = token(&client, &[grant, ("client_id", CLIENT), ("client_secret", SECRET)]).await;
    assert_eq!(posted.status(), StatusCode::OK);
    assert_eq!(posted.headers()["cache-control"], "no-store");
    let posted = json(posted).await;
    assert_eq!((&posted["token_type"], &posted["expires_in"]), (&json!("Bearer"), &json!(3600)));
    let basic = client
        .nobody(Method::POST, "/rest/oauth/v2/token")
        .basic_auth(encoded(CLIENT), Some(encoded(SECRET)))
        .form(&[grant, ("scope", "import")]);
    let basic = json(answer(basic).await).await;
    assert_eq!(basic["scope"], "import");
    for issued in [&posted, &basic] {
        let token = issued["access_token"].as_str().expect("a token");
        let user = answer(client.nobody(Method::GET, "/rest/2.0/users/current").bearer_auth(token)).await;
        assert_eq!(json(user).await["userName"], CLIENT);
    }
}

#[tokio::test]
async fn refused_clients_get_the_errors_of_the_rfc() {
    let client = start().await;
    let grant = ("grant_type", "client_credentials");
    let secret = ("client_secret", SECRET);
    for (form, status, error) in [
        (vec![("client_id", CLIENT), secret], 400, "invalid_request"),
        (vec![("grant_type", "password"), ("client_id", CLIENT), secret], 400, "unsupported_grant_type"),
        (vec![grant], 401, "invalid_client"),
        (vec![grant, ("client_id", CLIENT)], 401, "invalid_client"),
        (vec![grant, ("client_id", "urn:nobody"), secret], 401, "invalid_client"),
        (vec![grant, ("client_id", CLIENT), ("client_secret", "wrong")], 401, "invalid_client"),
        (vec![grant, grant, ("client_id", CLIENT), secret], 400, "invalid_request"),
    ] {
        let response = token(&client, &form).await;
        assert_eq!(response.status(), status, "{form:?}");
        assert_eq!(json(response).await["error"], error, "{form:?}");
    }
    let post = || client.nobody(Method::POST, "/rest/oauth/v2/token");
    // The id has colons: without the encoding it ends at the first of them.
    let raw = answer(post().basic_auth(CLIENT, Some(SECRET)).form(&[grant])).await;
    assert_eq!(raw.status(), StatusCode::UNAUTHORIZED);
    assert!(raw.headers()["www-authenticate"].to_str().expect("text").starts_with("Basic"));
    let both = post().basic_auth(encoded(CLIENT), Some(encoded(SECRET))).form(&[grant, secret]);
    assert_eq!(json(answer(both).await).await["error"], "invalid_request");
    assert_eq!(json(answer(post().json(&json!({}))).await).await["error"], "invalid_request");
}

#[tokio::test]
async fn issued_token_expires() {
    let client = Client::with(crowd().token_lifetime(Duration::ZERO)).await;
    let grant = ("grant_type", "client_credentials");
    let issued = json(token(&client, &[grant, ("client_id", CLIENT), ("client_secret", SECRET)]).await).await;
    assert_eq!(issued["expires_in"], 0);
    let token = issued["access_token"].as_str().expect("a token");
    let response = answer(client.nobody(Method::GET, "/rest/2.0/jobs").bearer_auth(token)).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    let challenge = response.headers()["www-authenticate"].to_str().expect("text");
    assert!(challenge.contains("invalid_token"), "{challenge}");
    assert_eq!(json(response).await["errorCode"], "authenticationFailed");
}

#[tokio::test]
async fn tokens_of_others_are_taken_if_they_are_known_or_signed() {
    let client = start().await;
    let status = async |token: &str| {
        answer(client.nobody(Method::GET, "/rest/2.0/jobs").bearer_auth(token)).await.status().as_u16()
    };
    assert_eq!(status("opaque-1").await, 200);
    assert_eq!(status("opaque-2").await, 401);
    // {"alg":"HS256"} {"sub":"keeper"} signed with "shared", and the same for somebody nobody knows.
    assert_eq!(status(include_str!("data/keeper.jwt").trim()).await, 200);
    assert_eq!(status(include_str!("data/stranger.jwt").trim()).await, 401);
    let digest = client.nobody(Method::GET, "/rest/2.0/jobs").header("authorization", "Digest x");
    assert_eq!(answer(digest).await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn seed_file_says_who_is_let_in() {
    let seed = br#"{
        "users": [{"name": "keeper", "password": "lamp", "id": "12345678-0000-4000-8000-000000000001", "admin": true}],
        "clients": [{"id": "urn:x", "secret": "s"}],
        "tokens": [{"token": "t", "user": "urn:x"}],
        "jwt": {"secret": "shared"}
    }"#;
    let seed = ModelFile::from_slice(seed).expect("a seed");
    let client = Client::with(Emulator::builder().seed(seed)).await;
    let user = client.get("/users/current").await;
    assert_eq!((&user["id"], &user["userName"]), (&json!("12345678-0000-4000-8000-000000000001"), &json!("keeper")));
    let bearer = client.nobody(Method::GET, "/rest/2.0/users/current").bearer_auth("t");
    assert_eq!(json(answer(bearer).await).await["userName"], "urn:x");
    assert_eq!(log_in(&client, "admin", "admin").await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn token_of_somebody_unknown_stops_the_start() {
    let started = Emulator::builder().token(BearerToken::new("t0ken", "ghost")).start().await;
    let error = started.expect_err("nobody is called ghost");
    assert!(matches!(error, StartError::Access { .. }), "{error:?}");
    let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    assert!(source.contains("ghost") && !source.contains("t0ken"), "{source}");
}

#[tokio::test]
async fn same_user_has_the_same_id_in_every_server() {
    let one = Client::with(Emulator::builder().account(User::new("keeper", "a"))).await;
    let two = Client::with(Emulator::builder().account(User::new("keeper", "b").with_admin(true))).await;
    assert_eq!(one.get("/users/current").await["id"], two.get("/users/current").await["id"]);
}

#[tokio::test]
async fn application_says_which_version_it_stands_in_for() {
    for (profile, version) in [(sync_emulator::Profile::BeforeV2026_07, "2026.06.0"), (Default::default(), "2026.07.0")]
    {
        let client = Client::with(Emulator::builder().profile(profile)).await;
        let info = client.get("/application/info").await;
        assert_eq!(info["version"]["fullVersion"], version);
        assert_eq!(info["version"]["displayVersion"], version);
        assert_eq!(info["version"]["major"], 2026);
        assert_eq!(info["baseUrl"], client.emulator.url());
        assert_eq!(info["solutions"], json!([]));
    }
}

#[tokio::test]
async fn restarts_and_resets_end_sessions_and_issued_tokens() {
    for is_reset in [false, true] {
        let client = Client::build(crowd()).await;
        let (cookie, _) = session(&client, "keeper", "lamp").await;
        let current = || client.nobody(Method::GET, "/rest/2.0/users/current").header("cookie", &cookie);
        assert_eq!(answer(current()).await.status(), 200);
        let controls = client.emulator.controls();
        match is_reset {
            true => controls.reset().await.expect("a reset"),
            false => controls.restart(Duration::ZERO),
        }
        // The first request after a restart may still meet a connection of before.
        let status = loop {
            if let Ok(answer) = current().send().await {
                break answer.status();
            }
        };
        assert_eq!(status, 401, "reset: {is_reset}");
    }
}
