//! Checks and derives the roots of other people's services and of our own.

use http::Uri;

/// A root URL in its plain form: `https://` (or `http://`), a host, maybe a path, no slash at the
/// end, no user, query or fragment.
pub(super) fn root(text: &str) -> Option<String> {
    if text.contains('#') {
        return None;
    }
    let uri: Uri = text.trim_end_matches('/').parse().ok()?;
    let authority = uri.authority()?.as_str();
    let plain = !authority.contains('@') && uri.query().is_none();
    let scheme = uri.scheme_str().filter(|it| matches!(*it, "http" | "https"))?;
    plain.then(|| format!("{scheme}://{authority}{}", uri.path().trim_end_matches('/')))
}

/// Whether secrets may travel to this root: encrypted, or without leaving the machine.
pub(super) fn is_private(root: &str) -> bool {
    let Ok(uri) = root.parse::<Uri>() else { return false };
    let host = uri.host().unwrap_or("");
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    uri.scheme_str() == Some("https")
        || host == "localhost"
        || address.is_ok_and(|it| it.is_loopback())
}

/// The root of GitHub's pages that belongs to a root of its API: github.com, a host of GitHub
/// Enterprise Server (`/api/v3`) or of GitHub Enterprise Cloud with data residency
/// (`api.NAME.ghe.com`), else the same origin.
pub(super) fn pages_of(api: &str) -> String {
    if let Some(server) = api.strip_suffix("/api/v3") {
        return server.to_owned();
    }
    let Ok(uri) = api.parse::<Uri>() else { return api.to_owned() };
    let (scheme, authority) =
        (uri.scheme_str().unwrap_or("https"), uri.authority().map_or("", |it| it.as_str()));
    match authority.strip_prefix("api.") {
        Some(host) if host == "github.com" || host.ends_with(".ghe.com") => {
            format!("{scheme}://{host}")
        }
        _ => format!("{scheme}://{authority}"),
    }
}
