//! Who is signed in.

use axum::{Extension, Json};
use serde_json::{Value, json};

use super::Account;

/// `GET /auth/sessions/current`
pub(super) async fn current(Extension(account): Extension<Account>) -> Json<Value> {
    Json(json!({"user": {"id": account.id, "resourceType": "User", "userName": &*account.name}}))
}
