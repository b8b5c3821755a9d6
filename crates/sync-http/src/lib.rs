#![doc = include_str!("../README.md")]

mod answer;
mod base_url;
mod builder;
mod call;
mod catalogue;
#[cfg(feature = "conformance")]
pub mod conformance;
mod error;
mod form;
mod import_api;
mod jobs;
mod model;
mod options;
mod reqwest_service;
mod retry_after;
mod route;
mod scrub;
mod service;
mod sign_in;
mod silence;
mod transport;
mod upload;
mod wire;

pub use base_url::target_name;
pub use builder::HttpTransportBuilder;
pub use error::ConnectError;
pub use jobs::JobsApi;
pub use options::ConnectOptions;
pub use reqwest_service::ReqwestService;
pub use route::{Certificates, ClientCertificate, Proxy};
pub use service::{Body, HttpService, ServiceError};
pub use sign_in::{ClientAuthentication, Credentials, OAuthClient, Secret};
pub use transport::HttpTransport;
