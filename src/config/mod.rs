//! F0: the operator's settings, from the environment; nothing else reads it.

mod names;
mod read;
mod urls;

use std::fmt;
use std::net::SocketAddr;

use secrecy::SecretString;

use crate::model::Language;

pub use names::{CREDENTIALS, Known, SETTINGS};
pub use read::ReadFile;

/// Everything that an operator can set. `Debug` shows no secret.
#[derive(Debug)]
pub struct Settings {
    /// Where the public routes listen.
    pub listen: SocketAddr,
    /// Where the operator's routes listen.
    pub admin_listen: SocketAddr,
    /// The database, `sqlite:PATH`.
    pub database_url: String,
    /// The App's credentials, or none: setup mode.
    pub credentials: Credentials,
    /// The root of GitHub's REST API, without a slash at the end.
    pub github_api_url: String,
    /// The root of GitHub's pages, without a slash at the end.
    pub github_url: String,
    /// Where the service is reached from outside, without a slash at the end.
    pub public_url: Option<String>,
    /// How many reviews run at a time.
    pub workers: usize,
    /// What is logged, in the language of `tracing-subscriber`'s `EnvFilter`.
    pub log: String,
    /// What looks like a mistake but hinders nothing; to be logged at start.
    pub warnings: Vec<String>,
}

/// The App's identity at GitHub.
#[derive(Debug)]
pub enum Credentials {
    /// None is set: the service starts in setup mode.
    None,
    /// All are set.
    App(AppCredentials),
}

/// What is needed to speak as the App and to believe GitHub.
#[derive(Debug)]
pub struct AppCredentials {
    /// The App's id.
    pub app_id: u64,
    /// Its private key, PEM.
    pub private_key: SecretString,
    /// Every secret with which GitHub may sign webhooks; at least one.
    pub webhook_secrets: Vec<SecretString>,
    /// The keys that sign our markers: the first signs, all are accepted. Empty: derive them from
    /// the webhook secrets.
    pub marker_keys: Vec<SecretString>,
}

/// The settings cannot be used; each line says which one and what to set it to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct SettingsError {
    /// One sentence per problem.
    pub problems: Vec<String>,
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problems.join("\n"))
    }
}

impl Settings {
    /// Reads the environment.
    ///
    /// # Errors
    /// When a value is not what it should be, or the credentials are set in part.
    pub fn from_env() -> Result<Self, SettingsError> {
        let vars = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value)))
            .filter(|(name, _)| name.starts_with(names::PREFIX));
        let (mut read, mut problems) = (Vec::new(), Vec::new());
        for (name, value) in vars {
            match value.into_string() {
                Ok(value) => read.push((name, value)),
                Err(_) => problems.push(format!("{name} is not UTF-8 text")),
            }
        }
        if !problems.is_empty() {
            return Err(SettingsError { problems });
        }
        Self::from_vars(read, &|path| std::fs::read_to_string(path))
    }

    /// Reads names and values that were gathered by the caller; `read_file` reads the private key.
    ///
    /// # Errors
    /// As [`from_env`](Self::from_env).
    pub fn from_vars(
        vars: impl IntoIterator<Item = (String, String)>,
        read_file: ReadFile<'_>,
    ) -> Result<Self, SettingsError> {
        read::settings(vars.into_iter().collect(), read_file)
    }
}

/// The language of the operator's terminal (`LC_ALL`, `LC_MESSAGES`, `LANG`, as POSIX ranks them).
#[expect(clippy::disallowed_methods, reason = "this is the room that reads the environment")]
pub fn locale() -> Language {
    let set = |name| std::env::var(name).ok().filter(|it: &String| !it.is_empty());
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set).unwrap_or_default();
    if locale.starts_with("zh") { Language::Zh } else { Language::En }
}

/// Whether the operator's terminal wants colours.
///
/// Source: <https://no-color.org> (set and not empty means none); a `dumb` terminal has none.
#[expect(clippy::disallowed_methods, reason = "this is the room that reads the environment")]
pub fn colours() -> bool {
    std::env::var_os("NO_COLOR").unwrap_or_default().is_empty() && !dumb_terminal()
}

/// Whether the operator's terminal can do no more than print.
#[expect(clippy::disallowed_methods, reason = "this is the room that reads the environment")]
pub fn dumb_terminal() -> bool {
    std::env::var_os("TERM").is_some_and(|it| it == "dumb")
}

#[cfg(test)]
mod tests;
