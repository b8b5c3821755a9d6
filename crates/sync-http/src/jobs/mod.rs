//! Jobs in the two shapes the service has: those of the core API 2.0, and the Job API v1 that replaces them.
//!
//! | | core API 2.0 | Job API v1 |
//! |---|---|---|
//! | get | `GET /rest/2.0/jobs/{id}` | `GET /rest/jobs/v1/jobs/{id}` |
//! | find | by offset | by cursor, at most 50 a page |
//! | cancel | `POST /rest/2.0/jobs/{id}/canceled`, 202; announced to go in 2026.06 | `DELETE /rest/jobs/v1/jobs/{id}`, 204 |

mod calls;
mod choice;
mod v1;
mod walk;

pub use choice::JobsApi;
pub(crate) use choice::Shapes;
