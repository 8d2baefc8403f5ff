//! Turns names and values into settings.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::str::FromStr;

use secrecy::SecretString;

use super::names::{self, Known};
use super::{AppCredentials, Credentials, Settings, SettingsError, urls};

/// Reads a file's text.
pub type ReadFile<'a> = &'a dyn Fn(&Path) -> io::Result<String>;

/// How many reviews may run at a time at most: beyond, GitHub's limit on requests decides.
const MAX_WORKERS: usize = 64;

/// How many characters of what is wrong are shown.
const MAX_SHOWN: usize = 160;

struct Reader<'a> {
    vars: BTreeMap<String, String>,
    read_file: ReadFile<'a>,
    problems: Vec<String>,
}

pub(super) fn settings(
    vars: BTreeMap<String, String>,
    read_file: ReadFile<'_>,
) -> Result<Settings, SettingsError> {
    let warnings = unknown(&vars);
    let mut reader = Reader { vars, read_file, problems: Vec::new() };
    let api = reader.root(names::GITHUB_API_URL, true);
    let api = api.unwrap_or_else(|| "https://api.github.com".to_owned());
    let settings = Settings {
        listen: reader.parsed(names::LISTEN, ([127, 0, 0, 1], 3000).into(), |_| true),
        admin_listen: reader.parsed(names::ADMIN_LISTEN, ([127, 0, 0, 1], 3001).into(), |_| true),
        database_url: reader.database(),
        credentials: reader.credentials(),
        github_url: reader.root(names::GITHUB_URL, false).unwrap_or_else(|| urls::pages_of(&api)),
        github_api_url: api,
        public_url: reader.root(names::PUBLIC_URL, false),
        workers: reader.parsed(names::WORKERS, 2, |it| (1..=MAX_WORKERS).contains(it)),
        log: reader.log(),
        warnings,
    };
    match reader.problems.is_empty() {
        true => Ok(settings),
        false => Err(SettingsError { problems: reader.problems }),
    }
}

/// A sentence for each name that looks like a setting and is none.
fn unknown(vars: &BTreeMap<String, String>) -> Vec<String> {
    let is_unknown = |name: &&String| {
        name.starts_with(names::PREFIX)
            && !name.starts_with(names::TEST_PREFIX)
            && !names::SETTINGS.iter().any(|it| it.name == **name)
    };
    let sentence = |name: &String| match names::nearest(name) {
        Some(near) => format!("{name} is not a setting; did you mean {near}?"),
        None => format!("{name} is not a setting"),
    };
    vars.keys().filter(is_unknown).map(sentence).collect()
}

impl Reader<'_> {
    /// The value, unless it is unset or blank (as in a compose file that passes everything on).
    fn get(&self, known: Known) -> Option<String> {
        let value = self.vars.get(known.name)?.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    fn problem(&mut self, known: Known, is: &str) {
        let is: String = is.chars().take(MAX_SHOWN).collect();
        self.problems.push(format!("{} {is}; set it to {}", known.name, known.what));
    }

    fn parsed<T: FromStr>(&mut self, known: Known, default: T, valid: fn(&T) -> bool) -> T {
        let Some(text) = self.get(known) else { return default };
        match text.parse() {
            Ok(value) if valid(&value) => value,
            _ => {
                self.problem(known, &format!("is `{text}`"));
                default
            }
        }
    }

    /// A root URL. Where secrets travel there, only over TLS or within the machine.
    fn root(&mut self, known: Known, carries_secrets: bool) -> Option<String> {
        let text = self.get(known)?;
        match urls::root(&text) {
            // What stands before an `@` may be a password.
            None if text.contains('@') => self.problem(known, "is no plain URL"),
            None => self.problem(known, &format!("is `{text}`")),
            Some(root) if carries_secrets && !urls::is_private(&root) => {
                self.problem(known, &format!("is `{root}`, which would send tokens in the clear"));
            }
            found => return found,
        }
        None
    }

    fn database(&mut self) -> String {
        let url = self.get(names::DATABASE_URL).unwrap_or_else(|| "sqlite:go-expert.db".to_owned());
        if !url.starts_with("sqlite:") {
            // Without the value: it may hold a password.
            self.problem(names::DATABASE_URL, "names a database that this version does not know");
        }
        url
    }

    fn log(&mut self) -> String {
        let log = self.get(names::LOG).unwrap_or_else(|| "info".to_owned());
        if tracing_subscriber::EnvFilter::try_new(&log).is_err() {
            self.problem(names::LOG, &format!("is `{log}`"));
        }
        log
    }

    fn list(&self, known: Known) -> Vec<SecretString> {
        let text = self.get(known).unwrap_or_default();
        let parts = text.split(',').map(str::trim).filter(|it| !it.is_empty());
        parts.map(SecretString::from).collect()
    }

    fn credentials(&mut self) -> Credentials {
        let [id, key, file, secret] =
            [names::APP_ID, names::PRIVATE_KEY, names::PRIVATE_KEY_FILE, names::WEBHOOK_SECRET]
                .map(|it| self.get(it).is_some());
        if !id && !key && !file && !secret {
            return Credentials::None;
        }
        let set = [id, key || file, secret];
        for (known, _) in names::CREDENTIALS.into_iter().zip(set).filter(|(_, set)| !set) {
            self.problem(known, "is missing, while other credentials are set");
        }
        if key && file {
            let (key, file) = (names::PRIVATE_KEY.name, names::PRIVATE_KEY_FILE.name);
            self.problems.push(format!("{key} and {file} are both set; unset one of them"));
        }
        let app_id = self.parsed(names::APP_ID, 0_u64, |it| *it > 0);
        let private_key = self.private_key();
        let webhook_secrets = self.list(names::WEBHOOK_SECRET);
        if secret && webhook_secrets.is_empty() {
            self.problem(names::WEBHOOK_SECRET, "holds no secret");
        }
        let marker_keys = self.list(names::MARKER_KEY);
        Credentials::App(AppCredentials { app_id, private_key, webhook_secrets, marker_keys })
    }

    fn private_key(&mut self) -> SecretString {
        let (known, key) = match (self.get(names::PRIVATE_KEY), self.get(names::PRIVATE_KEY_FILE)) {
            // Settings that cannot hold line breaks often have `\n` in their place.
            (Some(key), _) => (names::PRIVATE_KEY, key.replace("\\n", "\n")),
            (None, Some(path)) if path.contains("-----") => {
                self.problem(names::PRIVATE_KEY_FILE, "holds a key, not a path");
                return SecretString::default();
            }
            (None, Some(path)) => match (self.read_file)(Path::new(&path)) {
                Ok(key) => (names::PRIVATE_KEY_FILE, key),
                Err(error) => {
                    let is = format!("is `{path}`, which cannot be read ({error})");
                    self.problem(names::PRIVATE_KEY_FILE, &is);
                    return SecretString::default();
                }
            },
            (None, None) => return SecretString::default(),
        };
        if !(key.contains("-----BEGIN ") && key.contains("PRIVATE KEY-----")) {
            self.problem(known, "holds no private key");
        }
        key.into()
    }
}
