//! A running server.

use std::fmt;
use std::fs::File;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::builder::{EmulatorBuilder, Opened};
use super::error::StartError;
use super::service::EmulatorService;
use super::shared::Shared;
use super::socket::serve;
use crate::access::User;
use crate::api::router;
use crate::controls::Controls;
use crate::jobs::Worker;

/// How long [`Emulator::stop`] waits for requests that are being answered.
const GRACE: Duration = Duration::from_secs(10);

/// A running server.
///
/// Dropping it stops it: nothing new is accepted, requests that still come in are answered with 503, and the call returns
/// once the worker has stopped, which takes at most as long as one command. A job that was running is undone as far as it
/// was not committed. With a data folder, it and those that wait run at the next start; without one, everything is gone.
pub struct Emulator {
    address: SocketAddr,
    username: String,
    password: String,
    shared: Arc<Shared>,
    worker: Worker,
    /// Held while this server may write to its data folder.
    lock: Option<File>,
    signal: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<()>>,
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator")
            .field("address", &self.address)
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

impl Emulator {
    /// Starts a server on a free port of this machine that keeps nothing and lets `admin` in with the password `admin`.
    ///
    /// # Errors
    /// [`StartError`] if no temporary folder or no port can be had.
    ///
    /// # Cancellation
    /// Dropping the future starts nothing.
    ///
    /// # Panics
    /// Outside a tokio runtime with its drivers enabled.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// Options for a server that is to be different.
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder::default()
    }

    pub(super) fn serve(
        listener: Option<TcpListener>,
        address: SocketAddr,
        Opened { shared, worker, lock, limits, user: (username, password) }: Opened,
    ) -> Self {
        let (signal, signalled) = oneshot::channel::<()>();
        let connections = shared.connections.clone();
        let server = listener
            .map(|listener| tokio::spawn(serve(listener, router(shared.clone()), limits, connections, signalled)));
        Self { address, username, password, shared, worker, lock, signal: Some(signal), server }
    }

    /// Root of the server, for example `http://127.0.0.1:43211`; the API lies under `/rest/2.0`.
    pub fn url(&self) -> String {
        match self.address.port() {
            0 => "http://localhost".to_owned(),
            _ => format!("http://{}", self.address),
        }
    }

    /// The address listened on; its port is 0 where there is no socket.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The first user.
    pub fn username(&self) -> &str {
        &self.username
    }

    /// The first user's password.
    pub fn password(&self) -> &str {
        &self.password
    }

    /// Lets a further user in.
    pub fn add_user(&self, name: &str, password: &str) {
        self.shared.authority.add_user(&User::new(name, password));
    }

    /// What a test can do that no client can: move the clock, hold jobs back, have things go wrong, begin again.
    pub fn controls(&self) -> Controls {
        Controls::of(&self.shared)
    }

    /// Where ids and chance come from; a server started with it repeats what this one does.
    pub fn random_seed(&self) -> u64 {
        self.shared.start.seed
    }

    /// The server for calls within the process, without a socket. It answers with 503 once the server has stopped.
    pub fn service(&self) -> EmulatorService {
        EmulatorService(self.router())
    }

    /// The same as a router of axum, to be put into a server of one's own. Where a fault rule closes the connection it can
    /// only answer 502. It answers with 503 once the server has stopped.
    pub fn router(&self) -> Router {
        router(self.shared.clone())
    }

    /// Stops the server and waits until everything is on disk.
    ///
    /// Waits up to ten seconds for requests that are being answered; jobs are left as on dropping.
    ///
    /// # Cancellation
    /// Dropping the future drops the server, which stops it all the same.
    pub async fn stop(mut self) {
        self.signal.take();
        if let Some(server) = self.server.take()
            && tokio::time::timeout(GRACE, server).await.is_err()
        {
            tracing::warn!("requests were still being answered when the server stopped");
        }
        // Joining the worker waits for the disk.
        if let Err(error) = tokio::task::spawn_blocking(move || drop(self)).await {
            tracing::error!(%error, "stopping failed");
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.shared.context.stopping.store(true, Ordering::Relaxed);
        self.shared.context.line.close();
        self.worker.join();
        // Connections may live on for a moment, but nothing is written any more: the folder is free for another server.
        self.lock.take();
        self.signal.take();
    }
}
