//! Sixty statements about how a server of the Import API behaves, each with the case that tries it.
//!
//! A case speaks raw HTTP over the seam ([`HttpService`](crate::HttpService)): it sends what a polite client would not,
//! and judges by what the server answers and by what the catalogue holds afterwards. Where the documentation leaves
//! open what happens, the case says which of the possible [`Choice`]s it has met.
//!
//! [`statements`] lists them, [`Suite`] runs them:
//!
//! ```
//! use std::sync::Arc;
//! use sync_core::cycle::StopSignal;
//! use sync_emulator::Emulator;
//! use sync_http::conformance::{Outcome, Suite};
//! use sync_http::{ConnectOptions, Credentials, HttpTransport};
//!
//! # tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
//! let emulator = Emulator::start().await?;
//! let credentials = Credentials::Basic { username: "admin".into(), password: "admin".into() };
//! let transport = HttpTransport::new(&emulator.url(), credentials, ConnectOptions::default())?;
//!
//! let suite = Suite::new(transport).only([12, 19])?;
//! let report = suite.run(&StopSignal::default(), &mut |_| {}).await;
//! assert_eq!(report.cases[0].outcome, Outcome::Holds);
//! assert_eq!(report.profile()["readings"]["ignoredMembers"], "stay-tracked");
//! assert!(report.left_behind.is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod case;
mod cases;
mod cleanup;
mod commands;
mod ended;
mod form;
mod look;
mod mark;
mod outcome;
mod report;
mod statement;
mod suite;
mod wire;

pub use outcome::{Observed, Outcome, SuiteEnd};
pub use report::{CaseReport, Question, SuiteReport};
pub use statement::{Choice, Evidence, Setting, Statement, Switch, Topic, statements};
pub use suite::{NoSuchStatement, Suite};
