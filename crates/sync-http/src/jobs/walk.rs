//! From pages with cursors to pages with offsets.

use std::collections::VecDeque;

use sync_core::transport::JobQuery;
use sync_core::{Job, Page};

use super::v1;

/// A list of jobs that is being walked, the newest first.
pub(crate) struct Walk {
    query: JobQuery,
    /// Number of the first row that is still here.
    offset: u64,
    rows: VecDeque<Job>,
    next: Next,
}

enum Next {
    First,
    Cursor(String),
    End,
}

impl Walk {
    pub(super) fn new(query: JobQuery) -> Self {
        Self { query, offset: 0, rows: VecDeque::new(), next: Next::First }
    }

    /// Whether it can be walked on to this row. The first row always begins a new walk: there may be newer jobs.
    pub(super) fn leads_to(&self, query: &JobQuery, offset: u64) -> bool {
        offset > 0 && self.offset <= offset && self.query == *query
    }

    /// The next page to ask for, if the rows before `end` are not all here.
    pub(super) fn wants(&self, end: u64) -> Option<String> {
        let cursor = match &self.next {
            _ if self.offset + self.rows.len() as u64 >= end => return None,
            Next::End => return None,
            Next::First => None,
            Next::Cursor(cursor) => Some(cursor),
        };
        // The newest come first without being asked for: there is no `sortField` for the moment of creation.
        let mut path = format!("{}?pageSize={}", v1::JOBS, v1::PAGE);
        for (name, value) in [("user", self.query.created_by.as_ref()), ("cursor", cursor)] {
            if let Some(value) = value {
                path.push_str(&format!("&{name}="));
                path.extend(url::form_urlencoded::byte_serialize(value.as_bytes()));
            }
        }
        Some(path)
    }

    /// Adds a page. One without rows, or with the cursor that led to it, would lead nowhere: it is the end.
    pub(super) fn add(&mut self, (jobs, cursor): (Vec<Job>, Option<String>)) {
        let is_empty = jobs.is_empty();
        self.rows.extend(jobs);
        self.next = match (std::mem::replace(&mut self.next, Next::End), cursor) {
            (_, None) => Next::End,
            (_, Some(_)) if is_empty => Next::End,
            (Next::Cursor(before), Some(cursor)) if before == cursor => Next::End,
            (_, Some(cursor)) => Next::Cursor(cursor),
        };
    }

    /// Takes out the rows from `offset`, at most `most`; those before are dropped.
    pub(super) fn page(&mut self, offset: u64, most: u64) -> Page<Job> {
        while self.offset < offset && self.rows.pop_front().is_some() {
            self.offset += 1;
        }
        let mut jobs = Vec::new();
        while (jobs.len() as u64) < most
            && let Some(job) = self.rows.pop_front()
        {
            jobs.push(job);
        }
        self.offset += jobs.len() as u64;
        // Nobody counts here.
        Page::new(-1, i64::try_from(offset).unwrap_or(i64::MAX), i64::try_from(most).unwrap_or(i64::MAX), jobs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jobs(numbers: std::ops::Range<u32>) -> Vec<Job> {
        numbers.map(|number| Job::new(number.to_string().parse().expect("a number is a good id"))).collect()
    }

    fn ids(page: &Page<Job>) -> Vec<&str> {
        page.results.iter().map(|job| job.id.as_str()).collect()
    }

    #[test]
    fn pages_of_any_size_become_pages_by_offset() {
        let mut walk = Walk::new(JobQuery::default().with_created_by("u v"));
        assert_eq!(walk.wants(3).as_deref(), Some("/rest/jobs/v1/jobs?pageSize=50&user=u+v"));
        walk.add((jobs(0..2), Some("a&b".into())));
        assert_eq!(walk.wants(3).as_deref(), Some("/rest/jobs/v1/jobs?pageSize=50&user=u+v&cursor=a%26b"));
        walk.add((jobs(2..5), Some("c".into())));
        assert_eq!(walk.wants(3), None);
        assert_eq!(ids(&walk.page(0, 3)), ["0", "1", "2"]);
        assert!(walk.leads_to(&walk.query, 3) && !walk.leads_to(&walk.query, 2) && !walk.leads_to(&walk.query, 0));
        walk.add((jobs(5..6), None));
        assert_eq!(walk.wants(6), None, "the end");
        assert_eq!(ids(&walk.page(4, 3)), ["4", "5"]);
        assert!(walk.page(7, 3).results.is_empty());
    }

    #[test]
    fn a_walk_that_leads_nowhere_ends() {
        let mut walk = Walk::new(JobQuery::default());
        walk.add((jobs(0..1), Some("a".into())));
        walk.add((jobs(1..2), Some("a".into())));
        assert_eq!(walk.wants(10), None, "the same cursor again");
        let mut walk = Walk::new(JobQuery::default());
        walk.add((Vec::new(), Some("a".into())));
        assert_eq!(walk.wants(10), None, "no rows");
    }
}
