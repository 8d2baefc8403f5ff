//! The names of the settings, and what to set them to.

/// What every name begins with.
pub(super) const PREFIX: &str = "GO_EXPERT_";

/// Names that begin so belong to tests and are no settings.
pub(super) const TEST_PREFIX: &str = "GO_EXPERT_TEST_";

/// A setting that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// The variable's whole name.
    pub name: &'static str,
    /// What to set it to.
    pub what: &'static str,
}

/// Every setting, in the order of the documentation.
pub const SETTINGS: [Known; 13] = [
    LISTEN,
    ADMIN_LISTEN,
    DATABASE_URL,
    APP_ID,
    PRIVATE_KEY,
    PRIVATE_KEY_FILE,
    WEBHOOK_SECRET,
    MARKER_KEY,
    GITHUB_API_URL,
    GITHUB_URL,
    PUBLIC_URL,
    WORKERS,
    LOG,
];

/// What the service cannot work without.
pub const CREDENTIALS: [Known; 3] = [APP_ID, PRIVATE_KEY_FILE, WEBHOOK_SECRET];

macro_rules! known {
    ($($name:ident: $what:literal;)+) => {
        $(pub(super) const $name: Known =
            Known { name: concat!("GO_EXPERT_", stringify!($name)), what: $what };)+
    };
}

known! {
    LISTEN: "an address and a port, such as 127.0.0.1:3000";
    ADMIN_LISTEN: "an address and a port, such as 127.0.0.1:3001";
    DATABASE_URL: "sqlite:PATH, such as sqlite:go-expert.db";
    APP_ID: "the App's id, a number on the App's settings page";
    PRIVATE_KEY: "the App's private key, PEM (line breaks may be written as \\n)";
    PRIVATE_KEY_FILE: "the path of the App's private key, a PEM file that the App's settings page generates";
    WEBHOOK_SECRET: "the webhook secret of the App's settings page; several are separated by commas";
    MARKER_KEY: "a random text; several are separated by commas, the first one signs";
    GITHUB_API_URL: "https://api.github.com, or https://HOST/api/v3 for GitHub Enterprise Server";
    GITHUB_URL: "the root of GitHub's pages, such as https://github.com";
    PUBLIC_URL: "the URL under which this service is reached, such as https://go-expert.example.com";
    WORKERS: "how many reviews may run at a time, from 1 to 64";
    LOG: "what to log, such as info or go_expert=debug";
}

/// The known name that is nearest to an unknown one, if it is near at all.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    let far = |known: &str| strsim::levenshtein(name, known);
    let best = SETTINGS.iter().map(|it| (far(it.name), it.name)).min()?;
    (best.0 <= 4).then_some(best.1)
}
