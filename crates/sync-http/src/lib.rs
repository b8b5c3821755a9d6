#![doc = include_str!("../README.md")]

mod answer;
mod base_url;
mod catalogue;
#[cfg(feature = "conformance")]
pub mod conformance;
mod credentials;
mod error;
mod form;
mod model;
mod options;
mod reqwest_service;
mod retry_after;
mod scrub;
mod service;
mod silence;
mod transport;
mod upload;

pub use base_url::target_name;
pub use credentials::{Credentials, Secret};
pub use error::ConnectError;
pub use options::ConnectOptions;
pub use reqwest_service::ReqwestService;
pub use service::{Body, HttpService, ServiceError};
pub use transport::{HttpTransport, HttpTransportBuilder};
