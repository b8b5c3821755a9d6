//! Tokens of an identity provider.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;

use super::JwtKey;

#[derive(Deserialize)]
struct Header {
    alg: String,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: Option<f64>,
    nbf: Option<f64>,
    iss: Option<String>,
    aud: Option<Audience>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl JwtKey {
    /// Whom a token is about, if it is in order. `now` is in milliseconds since 1970.
    pub(super) fn subject(&self, token: &str, now: i64) -> Option<String> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header: Header = part(header)?;
        // Whatever else a token says about itself, there is one way to check it.
        if header.alg != "HS256" {
            return None;
        }
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()).ok()?;
        mac.update(signed.as_bytes());
        mac.verify_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;

        let claims: Claims = part(claims)?;
        let seconds = now as f64 / 1000.0;
        let is_timely = claims.exp.is_none_or(|exp| seconds < exp) && claims.nbf.is_none_or(|nbf| nbf <= seconds);
        let is_from_issuer = self.issuer.is_none() || claims.iss == self.issuer;
        let is_for_us = match (&self.audience, &claims.aud) {
            (None, _) => true,
            (Some(wanted), Some(Audience::One(found))) => wanted == found,
            (Some(wanted), Some(Audience::Several(found))) => found.contains(wanted),
            (Some(_), None) => false,
        };
        (is_timely && is_from_issuer && is_for_us).then_some(claims.sub)
    }
}

fn part<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn sign(header: &Value, claims: &Value, secret: &str) -> String {
        let signed = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length will do");
        mac.update(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    fn token(claims: &Value) -> String {
        sign(&json!({"alg": "HS256", "typ": "JWT"}), claims, "key")
    }

    #[test]
    fn signed_and_timely_token_gives_its_subject() {
        let key = JwtKey::new("key");
        assert_eq!(key.subject(&token(&json!({"sub": "keeper"})), 5000).as_deref(), Some("keeper"));
        let bounded = token(&json!({"sub": "keeper", "nbf": 5, "exp": 6}));
        assert_eq!(key.subject(&bounded, 4999), None);
        assert!(key.subject(&bounded, 5000).is_some());
        assert_eq!(key.subject(&bounded, 6000), None);
    }

    #[test]
    fn forged_token_is_refused() {
        let key = JwtKey::new("key");
        let claims = json!({"sub": "keeper"});
        assert_eq!(key.subject(&sign(&json!({"alg": "HS256"}), &claims, "other"), 0), None);
        assert_eq!(key.subject(&sign(&json!({"alg": "none"}), &claims, "key"), 0), None);
        let genuine = token(&claims);
        let (rest, _) = genuine.rsplit_once('.').expect("three parts");
        assert_eq!(key.subject(&format!("{rest}."), 0), None);
        for nonsense in ["", ".", "..", "a.b.c", "x"] {
            assert_eq!(key.subject(nonsense, 0), None);
        }
    }

    #[test]
    fn issuer_and_audience_count_where_they_are_asked_for() {
        let key = JwtKey::new("key").with_issuer("idp").with_audience("catalogue");
        let claims = |iss: &str, aud: Value| token(&json!({"sub": "keeper", "iss": iss, "aud": aud}));
        assert!(key.subject(&claims("idp", json!("catalogue")), 0).is_some());
        assert!(key.subject(&claims("idp", json!(["x", "catalogue"])), 0).is_some());
        assert_eq!(key.subject(&claims("idp", json!("x")), 0), None);
        assert_eq!(key.subject(&claims("x", json!("catalogue")), 0), None);
        assert_eq!(key.subject(&token(&json!({"sub": "keeper"})), 0), None);
    }
}
