//! The requests for one resource, one after the other.

use std::collections::HashSet;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sync_core::Page;
use sync_core::transport::{Delivery, Operation, TransportError, TransportErrorKind};

use super::answers::Entry;
use crate::HttpTransport;
use crate::answer::Answer;
use crate::call::Call;
use crate::wire::Ask;

/// Most bytes of one answer.
const ANSWER_LIMIT: usize = 16 * 1024 * 1024;
/// Most bytes of all answers about one resource.
const RESOURCE_LIMIT: usize = 64 * 1024 * 1024;

/// One page of a list. Without entries it is none: what is left out by mistake must not look like what is not there.
#[derive(Deserialize)]
struct PageAnswer<T> {
    #[serde(default)]
    total: i64,
    results: Vec<T>,
}

/// Reads what belongs to one resource.
pub(crate) struct Reader<'t> {
    transport: &'t HttpTransport,
    /// Bytes that may still be read.
    room: usize,
}

impl<'t> Reader<'t> {
    pub(crate) fn new(transport: &'t HttpTransport) -> Self {
        Self::with_room(transport, RESOURCE_LIMIT)
    }

    /// Reads at most so many bytes.
    pub(crate) fn with_room(transport: &'t HttpTransport, room: usize) -> Self {
        Self { transport, room }
    }

    /// What lies at a path; `None` where the service answers that there is nothing.
    pub(crate) async fn one<T>(&mut self, path: String) -> Result<Option<T>, TransportError>
    where
        T: DeserializeOwned + Send,
    {
        match self.get(path, Answer::object).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.kind() == TransportErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What lies at a path, all at once.
    pub(crate) async fn whole<T>(&mut self, path: String) -> Result<T, TransportError>
    where
        T: DeserializeOwned + Send,
    {
        self.get(path, Answer::json).await
    }

    /// All entries of a list; `query` is a path with parameters.
    ///
    /// A list ends with an empty page, or with one that is short while the total does not speak of more: the service may
    /// give shorter pages than asked for, and need not count.
    pub(crate) async fn list<T>(&mut self, query: &str) -> Result<Vec<T>, TransportError>
    where
        T: DeserializeOwned + Entry + Send,
    {
        let limit = Page::<T>::MAX_LIMIT;
        let mut all: Vec<T> = Vec::new();
        let mut seen = HashSet::new();
        loop {
            let path = format!("{query}&offset={}&limit={limit}", all.len());
            let page: PageAnswer<T> = self.get(path, Answer::object).await?;
            let rows = page.results.len();
            // Pages are cut anew for each request: an entry that comes twice has pushed another one out.
            if !page.results.iter().all(|entry| seen.insert(entry.id())) {
                return Err(faulty("the list changed while it was read: an entry came twice"));
            }
            all.extend(page.results);
            let is_short = rows < limit as usize;
            let speaks_of_more = usize::try_from(page.total).is_ok_and(|total| total > all.len());
            if rows == 0 || (is_short && !speaks_of_more) {
                return Ok(all);
            }
        }
    }

    async fn get<T: Send>(
        &mut self,
        path: String,
        decode: impl FnOnce(&Answer) -> Result<T, TransportError> + Send,
    ) -> Result<T, TransportError> {
        let limit = self.room.min(ANSWER_LIMIT);
        let decode = |answer: &Answer| Ok((decode(answer)?, answer.len()));
        let call = Call::new(Operation::ReadCatalogue);
        let (value, read) = self.transport.read(call, Ask::get(path).with_limit(limit), decode).await?;
        self.room -= read;
        Ok(value)
    }
}

/// What stays as it is in paths and queries (RFC 3986, unreserved characters); a blank becomes `%20`, which is a blank
/// in both.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Text as a path segment or as the value of a parameter.
pub(super) fn encoded(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, RESERVED)
}

/// An answer that cannot be used.
pub(super) fn faulty(message: &'static str) -> TransportError {
    TransportError::new(Operation::ReadCatalogue, TransportErrorKind::Faulty, Delivery::Unknown).with_message(message)
}

/// A question that is not asked.
pub(super) fn refused() -> TransportError {
    TransportError::new(Operation::ReadCatalogue, TransportErrorKind::Refused, Delivery::NotSent)
}
