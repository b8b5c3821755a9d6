//! From the target's arguments to a transport.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sync_core::catalogue::Catalogue;
use sync_core::{ImportApi, Transport};
use sync_emulator::Emulator;
use sync_http::{
    Certificates, ClientCertificate, ConnectError, ConnectOptions, Credentials, HttpTransport, OAuthClient, Proxy,
    Secret, target_name,
};

use crate::args::{Auth, TargetArgs};
use crate::commands::emulator;
use crate::exit::{Exit, Failure, OrExit};

/// A service to speak to; an embedded one lives as long as this.
pub(crate) struct Target {
    /// What the state belongs to: the URL, or the folder of the embedded server.
    pub(crate) name: String,
    /// The transport as it is, for calls beside the contract.
    pub(crate) http: HttpTransport,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) catalogue: Arc<dyn Catalogue>,
    embedded: Option<Emulator>,
}

/// Which service was asked for.
#[derive(Debug)]
pub(crate) enum Chosen {
    Remote(String),
    Embedded(Option<PathBuf>),
}

impl Chosen {
    /// Decides without opening anything. The environment's URL counts where no flag says otherwise.
    pub(crate) fn from(args: &TargetArgs) -> Result<Self, Failure> {
        match (&args.url, &args.embedded) {
            (_, Some(Some(folder))) if folder.is_file() => {
                Err(Failure::usage(format_args!("{} is a file, not a folder for the server's data", folder.display()))
                    .with_hint("inputs come before --embedded, or write --embedded=DIR"))
            }
            (_, Some(folder)) => Ok(Self::Embedded(folder.clone())),
            (Some(url), None) => Ok(Self::Remote(url.clone())),
            (None, None) => variable("COLLIBRA_URL").map(Self::Remote).ok_or_else(|| {
                Failure::usage("no target was given")
                    .with_hint("name one with --url URL (or COLLIBRA_URL), or try it with --embedded")
            }),
        }
    }

    /// Whether any target was named, by a flag or by the environment.
    pub(crate) fn is_given(args: &TargetArgs) -> bool {
        args.url.is_some() || args.embedded.is_some() || variable("COLLIBRA_URL").is_some()
    }

    /// What the state belongs to, without opening anything.
    pub(crate) fn name(&self, state: &Path) -> Result<String, Failure> {
        match self {
            // Whether it may be spoken to is another question.
            Self::Remote(url) => {
                target_name(url, &ConnectOptions::default().with_allow_plain_http(true)).map_err(unusable)
            }
            Self::Embedded(Some(folder)) => embedded_name(folder).or_exit(Exit::BROKEN),
            Self::Embedded(None) => embedded_name(&state.join("embedded")).or_exit(Exit::BROKEN),
        }
    }
}

fn embedded_name(folder: &Path) -> io::Result<String> {
    let folder = if folder.exists() { folder.canonicalize()? } else { std::path::absolute(folder)? };
    Ok(format!("embedded:{}", folder.display()))
}

impl Target {
    /// Connects, or starts the embedded server. `state` is where that keeps its data by default.
    pub(crate) async fn open(chosen: &Chosen, args: &TargetArgs, state: &Path) -> Result<Self, Failure> {
        match chosen {
            Chosen::Remote(url) => Self::remote(url, args).await,
            Chosen::Embedded(folder) => Self::embedded(folder.as_deref(), args, state).await,
        }
    }

    async fn remote(url: &str, args: &TargetArgs) -> Result<Self, Failure> {
        let options = connection(args)?;
        let transport = HttpTransport::new(url, credentials(args.auth)?, options.clone()).map_err(unusable)?;
        let name = target_name(url, &options).map_err(unusable)?;
        // The answer changes nothing that is sent, so it is asked for only where somebody reads it.
        if tracing::enabled!(tracing::Level::INFO)
            && let Err(error) = transport.server().await
        {
            tracing::info!(%error, "the version of the target is not known");
        }
        Ok(Self::over(transport, name, None))
    }

    async fn embedded(folder: Option<&Path>, args: &TargetArgs, state: &Path) -> Result<Self, Failure> {
        let folder = folder.map_or_else(|| state.join("embedded"), Path::to_owned);
        std::fs::create_dir_all(&folder).or_exit(Exit::BROKEN)?;
        let builder = Emulator::builder().data_dir(&folder);
        let emulator = emulator::seeded(builder, args.seed.as_deref())?.start().await.or_exit(Exit::BROKEN)?;
        let credentials = Credentials::Basic {
            username: emulator.username().to_owned(),
            password: Secret::from(emulator.password()),
        };
        let transport =
            HttpTransport::new(&emulator.url(), credentials, ConnectOptions::default()).or_exit(Exit::BROKEN)?;
        Ok(Self::over(transport, embedded_name(&folder).or_exit(Exit::BROKEN)?, Some(emulator)))
    }

    fn over(transport: HttpTransport, name: String, embedded: Option<Emulator>) -> Self {
        let (calls, catalogue) = (Arc::new(transport.clone()), Arc::new(transport.clone()));
        Self { name, http: transport, transport: calls, catalogue, embedded }
    }

    /// The calls beside those of a cycle.
    pub(crate) fn api(&self) -> &dyn ImportApi {
        &self.http
    }

    /// Lets go of the service: a session is closed, an embedded service finishes what it has accepted first.
    pub(crate) async fn close(self) {
        if let Err(error) = self.http.close().await {
            tracing::debug!(%error, "the session could not be closed");
        }
        if let Some(emulator) = self.embedded {
            emulator.stop().await;
        }
    }
}

/// How to connect, by the flags.
fn connection(args: &TargetArgs) -> Result<ConnectOptions, Failure> {
    let read = |what: &str, path: &Path| {
        std::fs::read(path).map_err(|error| {
            let context = format!("cannot read {what} {}", path.display());
            Failure::new(Exit::USAGE, anyhow::Error::from(error).context(context))
        })
    };
    let mut options = ConnectOptions::default().with_allow_plain_http(args.allow_plain_http);
    if let Some(path) = &args.ca_file {
        options = options.with_certificates(Certificates::from_pem(read("the certificates to trust in", path)?));
    }
    if let Some(path) = &args.client_cert {
        options = options.with_client_certificate(ClientCertificate::from_pem(read("the client certificate", path)?));
    }
    if let Some(url) = &args.proxy {
        options = options.with_proxy(Proxy::parse(url).map_err(unusable)?);
    }
    Ok(options)
}

/// A target that is not spoken to, and what to do about it.
fn unusable(error: ConnectError) -> Failure {
    let hint = match &error {
        ConnectError::PlainHttp { .. } | ConnectError::PlainHttpByProxy => Some("--allow-plain-http allows it"),
        ConnectError::UserInfo => Some("credentials go into COLLIBRA_USERNAME and COLLIBRA_PASSWORD"),
        _ => None,
    };
    let failure = Failure::new(Exit::USAGE, error);
    match hint {
        Some(hint) => failure.with_hint(hint),
        None => failure,
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Credentials come from the environment alone: arguments are seen by everybody on the machine.
fn credentials(auth: Option<Auth>) -> Result<Credentials, Failure> {
    let (token, client) = (variable("COLLIBRA_TOKEN"), variable("COLLIBRA_CLIENT_ID"));
    let auth = auth.unwrap_or(match (&token, &client) {
        (Some(_), _) => Auth::Bearer,
        (None, Some(_)) => Auth::Client,
        (None, None) => Auth::Basic,
    });
    let missing = |names: &str| {
        Failure::usage(format_args!("no credentials: {names} not set")).with_hint("set them in the environment")
    };
    let user = || match (variable("COLLIBRA_USERNAME"), variable("COLLIBRA_PASSWORD")) {
        (Some(username), Some(password)) => Ok((username, Secret::from(password))),
        _ => Err(missing("COLLIBRA_USERNAME and COLLIBRA_PASSWORD are")),
    };
    Ok(match auth {
        Auth::Bearer => Credentials::Bearer(Secret::from(token.ok_or_else(|| missing("COLLIBRA_TOKEN is"))?)),
        Auth::Basic => user().map(|(username, password)| Credentials::Basic { username, password })?,
        Auth::Session => user().map(|(username, password)| Credentials::Session { username, password })?,
        Auth::Client => match (client, variable("COLLIBRA_CLIENT_SECRET")) {
            (Some(id), Some(secret)) => Credentials::OAuth(OAuthClient::new(id, secret)),
            _ => return Err(missing("COLLIBRA_CLIENT_ID and COLLIBRA_CLIENT_SECRET are")),
        },
    })
}

/// Where the state of runs and the data of embedded servers lie by default.
pub(crate) fn default_state() -> PathBuf {
    PathBuf::from(".collibra-sync")
}
