//! How a server is to be.

use std::collections::HashSet;
use std::fmt;
use std::fs::{self, File, TryLockError};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use rusqlite::OptionalExtension;
use tempfile::TempDir;
use tokio::sync::Semaphore;

use super::connections::Connections;
use super::emulator::Emulator;
use super::error::StartError;
use super::limits::Limits;
use super::readers::Readers;
use super::shared::{Lens, Shared, Start};
use crate::access::{Account, Accounts, Authority, BearerToken, JwtKey, OAuthClient, User};
use crate::catalog::model::ModelFile;
use crate::catalog::{Storage, Store, files, open_writer, uploads};
use crate::chance::any_seed;
use crate::clock::Clock;
use crate::controls::Controls;
use crate::faults::{FaultBook, FaultRule};
use crate::importer::Rules;
use crate::jobs::{Context, JobProgress, Jobs, Line, Worker};
use crate::profile::{Profile, Readings};
use crate::requests::Journal;

const BODY_LIMIT_BYTES: u64 = 4 * 1024 * 1024 * 1024;
const FAILED_COMMANDS_LIMIT: u64 = 100;
const QUEUE_LIMIT: usize = 10_000;
/// Jobs that the service runs at once (page "Concurrent import").
const CONCURRENT_JOBS: usize = 8;
const SESSION_LIFETIME: Duration = Duration::from_secs(30 * 60);
const TOKEN_LIFETIME: Duration = Duration::from_secs(60 * 60);
/// What longer waits are cut to: the clocks of some systems end not much later.
const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// Options of an [`Emulator`]; see [`Emulator::builder`].
#[derive(Clone)]
#[must_use]
pub struct EmulatorBuilder {
    data_dir: Option<PathBuf>,
    listen: SocketAddr,
    users: Vec<User>,
    clients: Vec<OAuthClient>,
    tokens: Vec<BearerToken>,
    jwt: Option<JwtKey>,
    no_auth: bool,
    session_lifetime: Duration,
    token_lifetime: Duration,
    seeds: Vec<ModelFile>,
    profile: Profile,
    readings: Readings,
    asset_responsibilities: bool,
    failed_commands_limit: u64,
    body_limit_bytes: u64,
    queue_limit: usize,
    concurrent_jobs: usize,
    limits: Limits,
    without_socket: bool,
    random_seed: Option<u64>,
    clock: Option<i64>,
    job_progress: JobProgress,
    faults: Vec<FaultRule>,
    import: Option<PathBuf>,
    loose: bool,
}

impl fmt::Debug for EmulatorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmulatorBuilder")
            .field("data_dir", &self.data_dir)
            .field("listen", &self.listen)
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}

impl Default for EmulatorBuilder {
    fn default() -> Self {
        Self {
            data_dir: None,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            users: Vec::new(),
            clients: Vec::new(),
            tokens: Vec::new(),
            jwt: None,
            no_auth: false,
            session_lifetime: SESSION_LIFETIME,
            token_lifetime: TOKEN_LIFETIME,
            seeds: Vec::new(),
            profile: Profile::default(),
            readings: Readings::default(),
            asset_responsibilities: false,
            failed_commands_limit: FAILED_COMMANDS_LIMIT,
            body_limit_bytes: BODY_LIMIT_BYTES,
            queue_limit: QUEUE_LIMIT,
            concurrent_jobs: CONCURRENT_JOBS,
            limits: Limits::default(),
            without_socket: false,
            random_seed: None,
            clock: None,
            job_progress: JobProgress::default(),
            faults: Vec::new(),
            import: None,
            loose: false,
        }
    }
}

impl EmulatorBuilder {
    /// Keeps everything in this folder, which is created if need be. A later server in the same folder goes on where
    /// this one stopped, jobs included; two at once are refused.
    pub fn data_dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.data_dir = Some(path.into());
        self
    }

    /// Keeps nothing: the data lie in a temporary folder that is deleted in the end. The default.
    pub fn in_memory(mut self) -> Self {
        self.data_dir = None;
        self
    }

    /// Where to listen; default `127.0.0.1` with a free port. The server has no encryption, so keep it on this machine.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// Lets a user in, with HTTP Basic or a session. Without any, here or in a seed, there is `admin` with the password
    /// `admin`, who may cancel everybody's jobs.
    pub fn user(self, name: impl Into<String>, password: impl Into<String>) -> Self {
        self.account(User::new(name, password))
    }

    /// Lets a user in who has an id of their own or more rights.
    pub fn account(mut self, user: User) -> Self {
        self.users.push(user);
        self
    }

    /// Registers a client, which gets tokens from `POST /rest/oauth/v2/token`.
    pub fn client(mut self, client: OAuthClient) -> Self {
        self.clients.push(client);
        self
    }

    /// Lets in whoever shows this bearer token.
    pub fn token(mut self, token: BearerToken) -> Self {
        self.tokens.push(token);
        self
    }

    /// Lets in whoever shows a JSON Web Token signed with this key. Default: none are taken.
    pub fn jwt(mut self, key: JwtKey) -> Self {
        self.jwt = Some(key);
        self
    }

    /// How long a session lives without being used; default 30 minutes (ours, the service's is not documented).
    pub fn session_lifetime(mut self, lifetime: Duration) -> Self {
        self.session_lifetime = lifetime;
        self
    }

    /// How long an issued token is good for; default an hour (ours, the service's is not documented). Clients are told
    /// whole seconds.
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = lifetime;
        self
    }

    /// Lets anyone in, as the first user. Default: no.
    pub fn no_auth(mut self, no_auth: bool) -> Self {
        self.no_auth = no_auth;
        self
    }

    /// Adds to the operating model and to the users; may be called several times, later files win.
    pub fn seed(mut self, seed: ModelFile) -> Self {
        self.seeds.push(seed);
        self
    }

    /// The version to stand in for; default [`Profile::V2026_07`].
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Answers to open questions about the service.
    pub fn readings(mut self, readings: Readings) -> Self {
        self.readings = readings;
        self
    }

    /// Whether assets may have responsibilities, as the console setting of the service; default no.
    pub fn asset_responsibilities(mut self, allowed: bool) -> Self {
        self.asset_responsibilities = allowed;
        self
    }

    /// Failed commands at which a job is aborted; default 100, as in the service. 0 counts as 1.
    pub fn failed_commands_limit(mut self, limit: u64) -> Self {
        self.failed_commands_limit = limit.max(1);
        self
    }

    /// Largest body in bytes; default 4 GiB (ours, the service's is not documented). Larger ones are answered with 413.
    pub fn body_limit_bytes(mut self, limit: u64) -> Self {
        self.body_limit_bytes = limit;
        self
    }

    /// Most jobs that wait; default 10,000 (ours). Further ones are answered with 429
    /// and `Retry-After`.
    pub fn queue_limit(mut self, limit: usize) -> Self {
        self.queue_limit = limit;
        self
    }

    /// Most jobs that are running at once; default 8, as in the service. The others are WAITING. The work itself is done
    /// by one worker, one job after the other. 0 counts as 1.
    pub fn concurrent_jobs(mut self, limit: usize) -> Self {
        self.concurrent_jobs = limit;
        self
    }

    /// Most connections at once; default 256 (ours). Further ones are answered with 503 and `Retry-After` before anything
    /// is read from them, and closed.
    pub fn connection_limit(mut self, limit: usize) -> Self {
        self.limits.connections = limit.min(Semaphore::MAX_PERMITS);
        self
    }

    /// How long the head of a request may take, counted from the connection or the answer before; default 60 s (ours).
    /// Later ones are answered with 408, connections without a request are closed.
    pub fn head_timeout(mut self, limit: Duration) -> Self {
        self.limits.head = limit.min(LONGEST);
        self
    }

    /// How long nothing of an answer may get through to a client; default 60 s (ours). Then the connection is closed.
    pub fn answer_timeout(mut self, limit: Duration) -> Self {
        self.limits.write = limit.min(LONGEST);
        self
    }

    /// How long a body is waited for: `patience`, and a second for every `bytes_per_second` that have come. Default 30 s
    /// and 1 KiB (ours). Slower ones are answered with 408. Time that the server needs itself does not count.
    pub fn slow_body(mut self, patience: Duration, bytes_per_second: u64) -> Self {
        self.limits.patience = patience.min(LONGEST);
        self.limits.bytes_per_second = bytes_per_second;
        self
    }

    /// Opens no socket: requests come by way of [`Emulator::service`] alone, and the URL is `http://localhost`.
    /// Default: no.
    pub fn without_socket(mut self, without_socket: bool) -> Self {
        self.without_socket = without_socket;
        self
    }

    /// Where ids and chance come from: with the same seed the same requests in the same order get the same ids, and rules
    /// that leave it to chance fire on the same requests. Two servers with one seed have the same ids, and a
    /// [reset](Controls::reset) begins with the first one again. By default each server has ids of its own, which are
    /// never used again. The ids of a data folder that is there already stay what they are.
    pub fn random_seed(mut self, seed: u64) -> Self {
        self.random_seed = Some(seed);
        self
    }

    /// Has the server's time stand still at this one, in milliseconds since 1970, until it is
    /// [moved](Controls::advance). By default it is the system's time.
    pub fn virtual_clock(mut self, at: i64) -> Self {
        self.clock = Some(at);
        self
    }

    /// When jobs end; default as soon as the worker is free.
    pub fn job_progress(mut self, progress: JobProgress) -> Self {
        self.job_progress = progress;
        self
    }

    /// Has something go wrong; may be called several times, the order counts.
    pub fn fault(mut self, rule: FaultRule) -> Self {
        self.faults.push(rule);
        self
    }

    /// Begins with what a file of [`Controls::export`] holds, operating model included: it takes the place of seeds and of
    /// what a data folder has.
    pub fn import(mut self, snapshot: impl Into<PathBuf>) -> Self {
        self.import = Some(snapshot.into());
        self
    }

    /// Tolerates what careless clients do and the service would refuse: forms that are URL-encoded instead of multipart,
    /// a finalization without any part or body, booleans written `1`, `0`, `yes`, `no` or not at all. Default: no.
    pub fn loose(mut self, loose: bool) -> Self {
        self.loose = loose;
        self
    }

    /// Starts the server within the current tokio runtime. It answers once this returns.
    ///
    /// # Errors
    /// [`StartError`] if the folder, the databases in it, the model or the address cannot be used.
    ///
    /// # Cancellation
    /// Dropping the future starts nothing, but may leave an empty catalogue in the data folder.
    ///
    /// # Panics
    /// Outside a tokio runtime with its drivers enabled.
    pub async fn start(self) -> Result<Emulator, StartError> {
        let address = self.listen;
        let listener = match self.without_socket {
            true => None,
            false => Some(
                tokio::net::TcpListener::bind(address)
                    .await
                    .map_err(|source| StartError::Listen { address, source })?,
            ),
        };
        let local = match &listener {
            Some(listener) => listener.local_addr().map_err(|source| StartError::Listen { address, source })?,
            None => SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        };
        let import = self.import.clone();
        let opened = tokio::task::spawn_blocking(move || self.open()).await;
        let opened = opened.map_err(|error| StartError::Worker { source: std::io::Error::other(error) })??;
        let shared = opened.shared.clone();
        // Whatever goes wrong from here on, dropping the server stops its worker.
        let emulator = Emulator::serve(listener, local, opened);
        if let Some(path) = import {
            let imported = Controls::of(&shared).import(&path).await;
            imported.map_err(|source| StartError::Import { path, source })?;
        }
        Ok(emulator)
    }

    fn open(self) -> Result<Opened, StartError> {
        let Folder { storage, lock, temporary } = self.folder()?;
        let path = storage.folder.clone();
        let uploads = uploads(&path);
        let files = files(&path);
        for folder in [&uploads, &files] {
            fs::create_dir_all(folder).map_err(|source| StartError::Folder { path: folder.clone(), source })?;
        }

        let users = self.users();
        let authority = self.authority(&users)?;
        let seed = self.random_seed.unwrap_or_else(any_seed);
        let faults = FaultBook::new(self.faults.clone(), seed)?;
        let store = open_writer(&storage, &self.seeds, self.readings.name_case, seed)
            .map_err(|error| StartError::catalogue(&path, error))?;
        let directory = users.iter().map(|user| (user.name.clone(), user.account().id)).collect();

        let database = |error| StartError::database(&path, error);
        let clock = Clock::new(self.clock);
        let order = self.readings.job_order;
        let line = Arc::new(Line::new(clock.clone(), self.job_progress, self.concurrent_jobs, order));
        let now = clock.now();
        let jobs = Jobs::open(&storage, line.clone(), self.queue_limit, seed, now, |job| outcome(&store, job));
        let jobs = jobs.map_err(database)?;
        discard(&uploads, &jobs.pending_uploads().map_err(database)?);
        discard(&files, &jobs.file_names().map_err(database)?);

        let rules = Rules {
            asset_responsibilities: self.asset_responsibilities,
            users: directory,
            empty_values: self.readings.empty_values,
        };
        let lens = Lens { ids: store.ids, model: store.model.clone() };
        let context = Arc::new(Context {
            clock,
            line,
            jobs,
            readings: self.readings,
            rules,
            uploads,
            files,
            failed_commands_limit: self.failed_commands_limit,
            stopping: AtomicBool::new(false),
        });
        let worker = Worker::start(context.clone(), store).map_err(|source| StartError::Worker { source })?;
        let shared = Arc::new(Shared {
            context,
            storage,
            lens: RwLock::new(lens),
            authority,
            profile: self.profile,
            body_limit: usize::try_from(self.body_limit_bytes).unwrap_or(usize::MAX),
            is_loose: self.loose,
            faults,
            requests: Journal::default(),
            connections: Arc::new(Connections::default()),
            down_until: AtomicI64::new(0),
            start: Start {
                clock: self.clock,
                progress: self.job_progress,
                seed,
                is_seeded: self.random_seed.is_some(),
            },
            readers: Readers::default(),
            _temporary: temporary,
        });
        let first = (users[0].name.clone(), users[0].password.clone());
        Ok(Opened { shared, worker, lock, limits: self.limits, user: first })
    }

    /// Everybody with a password; never empty.
    fn users(&self) -> Vec<User> {
        let seeded = self.seeds.iter().flat_map(|seed| &seed.users);
        let users: Vec<User> = self.users.iter().chain(seeded).cloned().collect();
        if users.is_empty() { vec![User::new("admin", "admin").with_admin(true)] } else { users }
    }

    fn authority(&self, users: &[User]) -> Result<Authority, StartError> {
        let mut accounts = Accounts::default();
        let known: Vec<Account> = users.iter().map(|user| accounts.add_user(user)).collect();
        let seeded = self.seeds.iter().flat_map(|seed| &seed.clients);
        self.clients.iter().chain(seeded).for_each(|client| accounts.add_client(client));
        let seeded = self.seeds.iter().flat_map(|seed| &seed.tokens);
        for token in self.tokens.iter().chain(seeded) {
            accounts.add_token(token).map_err(|source| StartError::Access { source: source.into() })?;
        }
        let jwt = self.seeds.iter().rev().find_map(|seed| seed.jwt.clone()).or_else(|| self.jwt.clone());
        let anonymous = known.into_iter().next().filter(|_| self.no_auth);
        Ok(Authority::new(accounts, jwt, anonymous, self.session_lifetime, self.token_lifetime))
    }

    fn folder(&self) -> Result<Folder, StartError> {
        let Some(path) = &self.data_dir else {
            let folder = tempfile::Builder::new()
                .prefix("sync-emulator-")
                .tempdir()
                .map_err(|source| StartError::Folder { path: std::env::temp_dir(), source })?;
            let storage = Storage { folder: folder.path().to_owned(), durable: false };
            return Ok(Folder { storage, lock: None, temporary: Some(folder) });
        };
        let unusable = |source| StartError::Folder { path: path.clone(), source };
        fs::create_dir_all(path).map_err(unusable)?;
        let lock = File::create(path.join("lock")).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StartError::InUse { path: path.clone() }),
            Err(TryLockError::Error(source)) => return Err(unusable(source)),
        }
        let storage = Storage { folder: path.clone(), durable: true };
        Ok(Folder { storage, lock: Some(lock), temporary: None })
    }
}

struct Folder {
    storage: Storage,
    lock: Option<File>,
    temporary: Option<TempDir>,
}

/// Everything but the socket.
pub(super) struct Opened {
    pub(super) shared: Arc<Shared>,
    pub(super) worker: Worker,
    pub(super) lock: Option<File>,
    pub(super) limits: Limits,
    pub(super) user: (String, String),
}

/// How a job ended, if the catalogue knows.
fn outcome(
    store: &Store,
    job: uuid::Uuid,
) -> rusqlite::Result<Option<(crate::jobs::JobState, crate::jobs::JobResult, String)>> {
    store
        .connection
        .prepare_cached("SELECT state, result, message FROM outcome WHERE job = ?1")?
        .query_row([job.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()
}

/// Deletes files that nobody knows any more: a crash may come between a file and its entry.
fn discard(folder: &Path, wanted: &HashSet<String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_str().is_some_and(|name| wanted.contains(name)) {
            continue;
        }
        if let Err(error) = fs::remove_file(entry.path()) {
            tracing::warn!(%error, path = %entry.path().display(), "cannot delete a file");
        }
    }
}
