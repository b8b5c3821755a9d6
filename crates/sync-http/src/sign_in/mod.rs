//! Who we are to the service: four ways of signing in.
//!
//! [`Credentials`] are what the caller knows; a [`Ticket`](ticket::Ticket) is what goes along with a request. Basic and
//! bearer are the same ticket for ever. Sessions and OAuth tokens run out: [`Authorization`] gets them when they are
//! first needed, one sign-in at a time for all calls, and again when they are about to run out or were refused.

mod authorization;
mod credentials;
mod oauth;
mod secret;
mod session;
mod ticket;

pub(crate) use authorization::Authorization;
pub use credentials::Credentials;
pub use oauth::{ClientAuthentication, OAuthClient};
pub use secret::Secret;
pub(crate) use ticket::Ticket;
