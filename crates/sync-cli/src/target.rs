//! From the target's arguments to a transport.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sync_core::Transport;
use sync_emulator::Emulator;
use sync_http::{ConnectOptions, Credentials, HttpTransport, Secret};

use crate::args::{Auth, TargetArgs};
use crate::commands::emulator;
use crate::exit::{Exit, Failure, OrExit};

/// A service to speak to; an embedded one lives as long as this.
pub(crate) struct Target {
    /// What the state belongs to: the URL, or the folder of the embedded server.
    pub(crate) name: String,
    pub(crate) transport: Arc<dyn Transport>,
    embedded: Option<Emulator>,
}

impl Target {
    /// Connects, or starts the embedded server. `state` is where that keeps its data by default.
    pub(crate) async fn open(args: &TargetArgs, state: &Path) -> Result<Self, Failure> {
        match (&args.url, &args.embedded) {
            (Some(url), None) => Self::remote(url, args),
            (None, Some(folder)) => Self::embedded(folder.as_deref(), args, state).await,
            _ => Err(Failure::usage("no target was given")
                .with_hint("name one with --url URL (or COLLIBRA_URL), or try it with --embedded")),
        }
    }

    fn remote(url: &str, args: &TargetArgs) -> Result<Self, Failure> {
        let options = ConnectOptions::default().with_allow_plain_http(args.allow_plain_http);
        let transport = HttpTransport::new(url, credentials(args.auth)?, options).or_exit(Exit::USAGE)?;
        // The URL was checked: it holds no credentials.
        let name = url.trim_end_matches('/').trim_end_matches("/rest/2.0").to_owned();
        Ok(Self { name, transport: Arc::new(transport), embedded: None })
    }

    async fn embedded(folder: Option<&Path>, args: &TargetArgs, state: &Path) -> Result<Self, Failure> {
        let folder = folder.map_or_else(|| state.join("embedded"), Path::to_owned);
        std::fs::create_dir_all(&folder).or_exit(Exit::BROKEN)?;
        let folder = folder.canonicalize().or_exit(Exit::BROKEN)?;
        let builder = Emulator::builder().data_dir(&folder);
        let emulator = emulator::seeded(builder, args.seed.as_deref())?.start().await.or_exit(Exit::BROKEN)?;
        let credentials = Credentials::Basic {
            username: emulator.username().to_owned(),
            password: Secret::from(emulator.password()),
        };
        let transport =
            HttpTransport::new(&emulator.url(), credentials, ConnectOptions::default()).or_exit(Exit::BROKEN)?;
        Ok(Self {
            name: format!("embedded:{}", folder.display()),
            transport: Arc::new(transport),
            embedded: Some(emulator),
        })
    }

    /// Lets go of the service; an embedded one finishes what it has accepted first.
    pub(crate) async fn close(self) {
        if let Some(emulator) = self.embedded {
            emulator.stop().await;
        }
    }
}

/// Credentials come from the environment alone: arguments are seen by everybody on the machine.
fn credentials(auth: Option<Auth>) -> Result<Credentials, Failure> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let token = variable("COLLIBRA_TOKEN");
    let auth = auth.unwrap_or(if token.is_some() { Auth::Bearer } else { Auth::Basic });
    let missing = |names: &str| {
        Failure::usage(format_args!("no credentials: {names} not set")).with_hint("set them in the environment")
    };
    match auth {
        Auth::Bearer => Ok(Credentials::Bearer(Secret::from(token.ok_or_else(|| missing("COLLIBRA_TOKEN is"))?))),
        Auth::Basic => match (variable("COLLIBRA_USERNAME"), variable("COLLIBRA_PASSWORD")) {
            (Some(username), Some(password)) => Ok(Credentials::Basic { username, password: Secret::from(password) }),
            _ => Err(missing("COLLIBRA_USERNAME and COLLIBRA_PASSWORD are")),
        },
    }
}

/// Where the state of runs and the data of embedded servers lie by default.
pub(crate) fn default_state() -> PathBuf {
    PathBuf::from(".collibra-sync")
}
