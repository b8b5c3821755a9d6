//! Query parameters and path parameters, with errors in the right shape.

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{FromRequestParts, Path, Query};
use http::request::Parts;
use uuid::Uuid;

use super::ApiError;
use crate::catalog::read::{NameMatch, Window};
use crate::profile::{LargePage, Readings};

/// Default and maximum of a page.
const PAGE: i64 = 1000;
/// Most values of a repeated parameter, and longest name to look for; both ours, as the database has limits too.
const REPEATS: usize = 100;
const NAME_CHARS: usize = 2000;

/// Query parameters in the order given; unknown ones are passed over.
#[derive(Debug)]
pub(crate) struct Params(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let query: Result<Query<Vec<(String, String)>>, QueryRejection> = Query::from_request_parts(parts, state).await;
        match query {
            Ok(Query(pairs)) => Ok(Self(pairs)),
            Err(_) => Err(ApiError::bad_request("The query string cannot be read.")),
        }
    }
}

impl Params {
    /// The parameter, if it is given; the first of several.
    pub(crate) fn one(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All values of a repeated parameter.
    pub(super) fn all(&self, name: &str) -> Result<Vec<String>, ApiError> {
        let values: Vec<String> =
            self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect();
        if values.len() > REPEATS {
            return Err(ApiError::bad_request(format!("{name} is given more than {REPEATS} times.")));
        }
        Ok(values)
    }

    pub(super) fn uuid(&self, name: &str) -> Result<Option<Uuid>, ApiError> {
        self.one(name).map(|text| uuid(name, text)).transpose()
    }

    fn number(&self, name: &str, default: i64, min: i64) -> Result<i64, ApiError> {
        let Some(text) = self.one(name) else { return Ok(default) };
        match text.parse::<i32>() {
            Ok(number) if i64::from(number) >= min => Ok(number.into()),
            _ => Err(ApiError::bad_request(format!("{name} has to be a whole number of at least {min}."))),
        }
    }

    /// A whole number of at least `min`, which may be large; `min` if it is not given.
    pub(super) fn whole(&self, name: &str, min: i64) -> Result<i64, ApiError> {
        let Some(text) = self.one(name) else { return Ok(min) };
        match text.parse::<i64>() {
            Ok(number) if number >= min => Ok(number),
            _ => Err(ApiError::bad_request(format!("{name} has to be a whole number of at least {min}."))),
        }
    }

    /// What the values of a repeated parameter stand for.
    pub(super) fn words<T>(&self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, ApiError> {
        let unknown = |word: &str| ApiError::bad_request(format!("{name} has no value {word:?}."));
        self.all(name)?.iter().map(|word| parse(word).ok_or_else(|| unknown(word))).collect()
    }

    /// The size of a page that has a cursor instead of an offset.
    pub(super) fn page_size(&self, readings: &Readings) -> Result<usize, ApiError> {
        let size = self.page("pageSize", readings)?;
        Ok(usize::try_from(size).unwrap_or_default())
    }

    /// Offset and limit: 0 or nothing stands for the default.
    pub(super) fn window(&self, readings: &Readings) -> Result<Window, ApiError> {
        Ok(Window { offset: self.number("offset", 0, 0)?, limit: self.page("limit", readings)? })
    }

    fn page(&self, name: &str, readings: &Readings) -> Result<i64, ApiError> {
        match self.number(name, 0, 0)? {
            0 => Ok(PAGE),
            size if size > PAGE && readings.large_page == LargePage::Refused => {
                Err(ApiError::bad_request(format!("{name} must not be larger than {PAGE}.")))
            }
            size => Ok(size.min(PAGE)),
        }
    }

    /// The number of all entries as `countLimit` wants it: -1 counts all, 0 does not count and shows -1.
    pub(super) fn total(&self, total: i64) -> Result<i64, ApiError> {
        Ok(match self.number("countLimit", -1, -1)? {
            -1 => total,
            0 => -1,
            limit => total.min(limit),
        })
    }

    pub(super) fn name_match(&self) -> Result<Option<NameMatch>, ApiError> {
        let Some(name) = self.one("name") else { return Ok(None) };
        if name.chars().count() > NAME_CHARS {
            return Err(ApiError::bad_request(format!("name is longer than {NAME_CHARS} characters.")));
        }
        let name = name.to_owned();
        Ok(Some(match self.one("nameMatchMode").unwrap_or("ANYWHERE") {
            "START" => NameMatch::Start(name),
            "END" => NameMatch::End(name),
            "ANYWHERE" => NameMatch::Anywhere(name),
            "EXACT" => NameMatch::Exact(name),
            _ => return Err(ApiError::bad_request("nameMatchMode is one of START, END, ANYWHERE, EXACT.")),
        }))
    }
}

/// A UUID from outside.
pub(crate) fn uuid(name: &str, text: &str) -> Result<Uuid, ApiError> {
    match Uuid::try_parse(text) {
        Ok(id) if text.len() == 36 => Ok(id),
        _ => Err(ApiError::bad_request(format!("{name} has to be a UUID."))),
    }
}

/// The one variable part of a path, decoded.
#[derive(Debug)]
pub(crate) struct Segment(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path: Result<Path<String>, PathRejection> = Path::from_request_parts(parts, state).await;
        match path {
            Ok(Path(segment)) => Ok(Self(segment)),
            Err(_) => Err(ApiError::bad_request("The path cannot be read.")),
        }
    }
}
