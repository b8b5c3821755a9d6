//! Which service to speak to, and how.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
#[command(next_help_heading = "Target")]
pub(crate) struct TargetArgs {
    /// URL of the Collibra instance [env: COLLIBRA_URL]
    // Read from the environment by hand: a variable that is always set must not stand in the way of --embedded.
    #[arg(long, conflicts_with = "embedded")]
    pub(crate) url: Option<String>,

    /// A server of our own in this process, its data in DIR [default: embedded/ in the state folder]
    #[arg(long, value_name = "DIR", num_args = 0..=1)]
    pub(crate) embedded: Option<Option<PathBuf>>,

    /// Operating model of the embedded server, beside the packaged one
    #[arg(long, value_name = "FILE", env = "COLLIBRA_SYNC_SEED")]
    pub(crate) seed: Option<PathBuf>,

    /// How to sign in [default: bearer if COLLIBRA_TOKEN is set, oauth if COLLIBRA_CLIENT_ID is, else basic]
    #[arg(long, value_enum, env = "COLLIBRA_SYNC_AUTH")]
    pub(crate) auth: Option<Auth>,

    /// Allow http:// to hosts other than this machine: credentials then travel in the clear
    #[arg(long, env = "COLLIBRA_SYNC_ALLOW_PLAIN_HTTP")]
    pub(crate) allow_plain_http: bool,

    /// Certificates to trust instead of the system's (PEM), for an authority of one's own
    #[arg(long, value_name = "FILE", env = "COLLIBRA_SYNC_CA_FILE")]
    pub(crate) ca_file: Option<PathBuf>,

    /// Key and certificates to show to a server that asks for them (PEM)
    #[arg(long, value_name = "FILE", env = "COLLIBRA_SYNC_CLIENT_CERT")]
    pub(crate) client_cert: Option<PathBuf>,

    /// HTTP proxy to go through; the system's own variables for proxies are not read
    // The environment is the place for a proxy with a password, so help does not show it.
    #[arg(long, value_name = "URL", env = "COLLIBRA_SYNC_PROXY", hide_env_values = true)]
    pub(crate) proxy: Option<String>,
}

impl TargetArgs {
    /// The words that name this target, for a command that somebody is to type.
    pub(crate) fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        match (&self.url, &self.embedded) {
            (_, Some(Some(folder))) => words.push(format!("--embedded={}", folder.display())),
            (_, Some(None)) => words.push("--embedded".to_owned()),
            (Some(url), None) => words.extend(["--url".to_owned(), url.clone()]),
            // Where the environment named it, it still does.
            (None, None) => {}
        }
        if let Some(auth) = self.auth.and_then(|auth| auth.to_possible_value()) {
            words.extend(["--auth".to_owned(), auth.get_name().to_owned()]);
        }
        if self.allow_plain_http {
            words.push("--allow-plain-http".to_owned());
        }
        // Not the proxy: its URL may hold a password.
        for (flag, file) in [("--ca-file", &self.ca_file), ("--client-cert", &self.client_cert), ("--seed", &self.seed)]
        {
            words.extend(file.iter().flat_map(|file| [flag.to_owned(), file.display().to_string()]));
        }
        words
    }
}

/// How to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Auth {
    /// COLLIBRA_USERNAME and COLLIBRA_PASSWORD with every request
    Basic,
    /// COLLIBRA_USERNAME and COLLIBRA_PASSWORD once; ends the session that this user had
    Session,
    /// COLLIBRA_TOKEN with every request
    Bearer,
    /// Tokens for COLLIBRA_CLIENT_ID and COLLIBRA_CLIENT_SECRET, got from the instance and renewed
    // Named for what people look for; the service knows it as OAuth 2 client credentials.
    #[value(name = "oauth")]
    Client,
}
