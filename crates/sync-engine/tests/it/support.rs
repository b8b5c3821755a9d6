//! A server, a state folder and an engine between them, and a source made of names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::BodyExt;
use sync_core::catalogue::Catalogue;
use sync_core::command::ResourceKind;
use sync_core::cycle::Patience;
use sync_core::guard::GuardLimits;
use sync_core::{Finalization, SynchronizationId, Transport};
use sync_emulator::{Emulator, EmulatorBuilder, Readings};
use sync_engine::store::{SqliteStore, StateKey, StateStore};
use sync_engine::{Engine, Input, Report, RunOptions};
use sync_formats::Identity;
use sync_http::{Body, ConnectOptions, Credentials, HttpTransport};
use tempfile::TempDir;
use tower::ServiceExt;

/// Domains of the universe, all in one community.
pub(crate) const DOMAINS: u8 = 3;
/// Assets of each domain.
pub(crate) const ASSETS: u8 = 4;

/// A resource of the small universe the tests play with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Thing {
    Community,
    Domain(u8),
    Asset(u8, u8),
}

impl Thing {
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let domains = (0..DOMAINS).map(Self::Domain);
        let assets = (0..DOMAINS).flat_map(|domain| (0..ASSETS).map(move |asset| Self::Asset(domain, asset)));
        [Self::Community].into_iter().chain(domains).chain(assets)
    }

    fn identifier(self) -> String {
        match self {
            Self::Community => r#"{"name":"Harbour"}"#.to_owned(),
            Self::Domain(domain) => format!(r#"{{"name":"domain {domain}","community":{{"name":"Harbour"}}}}"#),
            Self::Asset(domain, asset) => {
                format!(r#"{{"name":"asset {asset}","domain":{}}}"#, Self::Domain(domain).identifier())
            }
        }
    }

    pub(crate) fn identity(self) -> Identity {
        let kind = match self {
            Self::Community => ResourceKind::Community,
            Self::Domain(_) => ResourceKind::Domain,
            Self::Asset(..) => ResourceKind::Asset,
        };
        Identity::from_parts(kind, self.identifier())
    }

    /// The command about it; `version` makes contents differ.
    pub(crate) fn command(self, version: u32) -> String {
        let (kind, rest) = match self {
            Self::Community => ("Community", String::new()),
            Self::Domain(_) => ("Domain", r#","type":{"name":"Physical Data Dictionary"}"#.to_owned()),
            Self::Asset(..) => {
                let attributes = format!(r#""attributes":{{"Description":[{{"value":"version {version}"}}]}}"#);
                ("Asset", format!(r#","type":{{"name":"Table"}},{attributes}"#))
            }
        };
        format!(r#"{{"resourceType":"{kind}","identifier":{}{rest}}}"#, self.identifier())
    }
}

/// A server with a state folder and an engine between them.
pub(crate) struct World {
    pub(crate) emulator: Emulator,
    pub(crate) transport: HttpTransport,
    pub(crate) folder: TempDir,
}

impl World {
    pub(crate) async fn new(readings: Readings) -> Self {
        Self::with(Emulator::builder().readings(readings)).await
    }

    /// A world whose server takes no request with a larger body.
    pub(crate) async fn limited(bytes: u64) -> Self {
        Self::with(Emulator::builder().body_limit_bytes(bytes)).await
    }

    /// With a server of a special kind.
    pub(crate) async fn with(builder: EmulatorBuilder) -> Self {
        let emulator = builder.start().await.expect("the server starts");
        let transport = connect(&emulator);
        Self { emulator, transport, folder: TempDir::new().expect("a temporary folder") }
    }

    /// A connection of its own, for another runtime.
    pub(crate) fn connect(&self) -> HttpTransport {
        connect(&self.emulator)
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    pub(crate) fn store(&self) -> SqliteStore {
        SqliteStore::open(self.state()).expect("a state folder")
    }

    pub(crate) fn engine(&self) -> Engine {
        Engine::new(Arc::new(self.store()), Arc::new(self.transport.clone()), self.state())
            .with_catalogue(Arc::new(self.transport.clone()))
    }

    pub(crate) fn options(&self, id: &str, finalization: Finalization) -> RunOptions {
        let id: SynchronizationId = id.parse().expect("a good id");
        let patience = Patience::default().with_poll(Duration::from_millis(2)).with_quiet_period(Duration::ZERO);
        RunOptions::new(StateKey::new(self.emulator.url(), id)).with_finalization(finalization).with_patience(patience)
    }

    /// Options that let any number of removals pass.
    pub(crate) fn consenting(&self, id: &str, finalization: Finalization) -> RunOptions {
        self.options(id, finalization).with_guard(GuardLimits::default().with_allow_removals(Some(u64::MAX)))
    }

    /// Forgets a synchronization on both sides, as `collibra-sync sync forget` does.
    pub(crate) async fn forget(&self, id: &str) {
        let options = self.options(id, Finalization::Ignore);
        self.transport.forget(options.synchronization()).await.expect("the target forgets");
        self.store().forget(&options.key).expect("the state forgets");
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> Input {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).expect("a source is written");
        Input::file(path, None).expect("a source is there")
    }

    pub(crate) fn source(&self, things: &[(Thing, u32)]) -> Input {
        let commands: Vec<_> = things.iter().map(|(thing, version)| thing.command(*version)).collect();
        self.write("source.json", &format!("[{}]", commands.join(",\n")))
    }

    pub(crate) async fn run(&self, input: &Input, options: RunOptions) -> Report {
        self.engine().run(vec![input.clone()], options).await
    }

    /// What the catalogue says of each thing it has.
    pub(crate) async fn catalogue(&self) -> BTreeMap<Thing, String> {
        let mut catalogue = BTreeMap::new();
        for thing in Thing::all() {
            let identity = thing.identity();
            let command = self.transport.command_of(identity.kind(), identity.key()).await;
            if let Some(command) = command.expect("the catalogue can be read") {
                catalogue.insert(thing, command);
            }
        }
        catalogue
    }

    /// What of the universe the catalogue has.
    pub(crate) async fn present(&self) -> BTreeSet<Thing> {
        self.catalogue().await.into_keys().collect()
    }
}

fn connect(emulator: &Emulator) -> HttpTransport {
    let credentials = Credentials::Basic {
        username: emulator.username().to_owned(),
        password: emulator.password().to_owned().into(),
    };
    HttpTransport::new(&emulator.url(), credentials, ConnectOptions::default()).expect("a loopback URL")
}

/// Copies a state folder, as a backup would.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder to copy") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a file is copied");
        }
    }
}

/// Answers a request, without a socket.
pub(crate) type Answering =
    Arc<dyn Fn(http::Request<Body>) -> Pin<Box<dyn Future<Output = http::Response<Body>> + Send>> + Send + Sync>;

/// The router of a server as something that answers.
pub(crate) fn answering(emulator: &Emulator) -> Answering {
    let router = emulator.router();
    Arc::new(move |request| {
        let router = router.clone();
        Box::pin(async move {
            let answer = router.oneshot(request).await.expect("a router always answers");
            let (head, body) = answer.into_parts();
            let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
            http::Response::from_parts(head, Body::from(body))
        })
    })
}
