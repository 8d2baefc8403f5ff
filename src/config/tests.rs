//! What settings become, and what a mistake in them is called.

use std::io;

use insta::assert_snapshot;
use secrecy::ExposeSecret as _;

use super::*;

const KEY: &str = "-----BEGIN RSA PRIVATE KEY-----\\nAAAA\\n-----END RSA PRIVATE KEY-----";

fn read(vars: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let vars = vars.iter().map(|(name, value)| (format!("GO_EXPERT_{name}"), (*value).to_owned()));
    Settings::from_vars(vars, &|path| match path.to_str() {
        Some("key.pem") => Ok(KEY.replace("\\n", "\n")),
        _ => Err(io::ErrorKind::NotFound.into()),
    })
}

/// The problems, or the warnings.
#[track_caller]
fn check(vars: &[(&str, &str)]) -> String {
    match read(vars) {
        Ok(settings) => settings.warnings.join("\n"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn nothing_set_is_setup_mode_with_the_documented_defaults() {
    let settings = read(&[("APP_ID", " "), ("TEST_GITHUB", "x"), ("MARKER_KEY", "k")]).unwrap();
    assert!(matches!(settings.credentials, Credentials::None));
    assert_snapshot!(
        format!("{} {} {} {} {} {} {} {:?}", settings.listen, settings.admin_listen, settings.database_url,
            settings.github_api_url, settings.github_url, settings.workers, settings.log, settings.warnings),
        @"127.0.0.1:3000 127.0.0.1:3001 sqlite:go-expert.db https://api.github.com https://github.com 2 info []"
    );
}

#[test]
fn credentials_are_read_and_never_shown() {
    let app = ("APP_ID", "7");
    let secret = ("WEBHOOK_SECRET", "hush, newer ,");
    for key in [("PRIVATE_KEY", KEY), ("PRIVATE_KEY_FILE", "key.pem")] {
        let settings = read(&[app, secret, key, ("MARKER_KEY", "quiet")]).unwrap();
        let shown = format!("{settings:?}");
        assert!(["hush", "newer", "quiet", "AAAA"].iter().all(|it| !shown.contains(it)), "{shown}");
        let Credentials::App(app) = settings.credentials else { panic!("no credentials") };
        assert_eq!(app.private_key.expose_secret(), KEY.replace("\\n", "\n"));
        let secrets: Vec<_> = app.webhook_secrets.iter().map(|it| it.expose_secret()).collect();
        assert_eq!((app.app_id, secrets, app.marker_keys.len()), (7, vec!["hush", "newer"], 1));
    }
}

#[test]
fn what_is_missing_is_named() {
    assert_snapshot!(check(&[("APP_ID", "7")]), @r"
        GO_EXPERT_PRIVATE_KEY_FILE is missing, while other credentials are set; set it to the path of the App's private key, a PEM file that the App's settings page generates
        GO_EXPERT_WEBHOOK_SECRET is missing, while other credentials are set; set it to the webhook secret of the App's settings page; several are separated by commas
        ");
    assert_snapshot!(check(&[("APP_ID", "seven"), ("PRIVATE_KEY_FILE", "nowhere.pem"), ("WEBHOOK_SECRET", ",")]), @r"
        GO_EXPERT_APP_ID is `seven`; set it to the App's id, a number on the App's settings page
        GO_EXPERT_PRIVATE_KEY_FILE is `nowhere.pem`, which cannot be read (entity not found); set it to the path of the App's private key, a PEM file that the App's settings page generates
        GO_EXPERT_WEBHOOK_SECRET holds no secret; set it to the webhook secret of the App's settings page; several are separated by commas
        ");
    assert_snapshot!(check(&[("APP_ID", "7"), ("WEBHOOK_SECRET", "s"), ("PRIVATE_KEY", "AAAA"), ("PRIVATE_KEY_FILE", "key.pem")]), @r"
        GO_EXPERT_PRIVATE_KEY and GO_EXPERT_PRIVATE_KEY_FILE are both set; unset one of them
        GO_EXPERT_PRIVATE_KEY holds no private key; set it to the App's private key, PEM (line breaks may be written as \n)
        ");
}

#[test]
fn a_key_in_place_of_its_path_is_not_shown() {
    let vars = [("APP_ID", "7"), ("WEBHOOK_SECRET", "s"), ("PRIVATE_KEY_FILE", KEY)];
    assert_snapshot!(check(&vars), @"GO_EXPERT_PRIVATE_KEY_FILE holds a key, not a path; set it to the path of the App's private key, a PEM file that the App's settings page generates");
}

#[test]
fn bad_values_say_what_is_expected() {
    assert_snapshot!(
        check(&[
            ("LISTEN", "3000"),
            ("DATABASE_URL", "postgres://me:hush@db"),
            ("WORKERS", "0"),
            ("LOG", "a=b=c"),
            ("PUBLIC_URL", "go-expert.example.com"),
            ("GITHUB_URL", "https://me:hush@host"),
            ("GITHUB_API_URL", "http://ghes.example.com/api/v3"),
        ]),
        @r"
        GO_EXPERT_GITHUB_API_URL is `http://ghes.example.com/api/v3`, which would send tokens in the clear; set it to https://api.github.com, or https://HOST/api/v3 for GitHub Enterprise Server
        GO_EXPERT_LISTEN is `3000`; set it to an address and a port, such as 127.0.0.1:3000
        GO_EXPERT_DATABASE_URL names a database that this version does not know; set it to sqlite:PATH, such as sqlite:go-expert.db
        GO_EXPERT_GITHUB_URL is no plain URL; set it to the root of GitHub's pages, such as https://github.com
        GO_EXPERT_PUBLIC_URL is `go-expert.example.com`; set it to the URL under which this service is reached, such as https://go-expert.example.com
        GO_EXPERT_WORKERS is `0`; set it to how many reviews may run at a time, from 1 to 64
        GO_EXPERT_LOG is `a=b=c`; set it to what to log, such as info or go_expert=debug
        "
    );
    assert_snapshot!(check(&[("WEBHOK_SECRET", "x"), ("LISTENS", "x"), ("COLOUR_OF_THE_BIKESHED", "x")]), @r"
        GO_EXPERT_COLOUR_OF_THE_BIKESHED is not a setting
        GO_EXPERT_LISTENS is not a setting; did you mean GO_EXPERT_LISTEN?
        GO_EXPERT_WEBHOK_SECRET is not a setting; did you mean GO_EXPERT_WEBHOOK_SECRET?
        ");
}

#[test]
fn the_pages_belong_to_the_api() {
    for (api, pages) in [
        ("https://api.github.com/", "https://github.com"),
        ("https://ghes.example.com/api/v3", "https://ghes.example.com"),
        ("https://api.acme.ghe.com", "https://acme.ghe.com"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080/api/v3/", "http://[::1]:8080"),
    ] {
        assert_eq!(read(&[("GITHUB_API_URL", api)]).unwrap().github_url, pages);
    }
    let set = read(&[("GITHUB_URL", "https://web.example.com/"), ("PUBLIC_URL", "http://a/b/")]);
    let set = set.unwrap();
    assert_eq!(
        (set.github_url.as_str(), set.public_url.as_deref()),
        ("https://web.example.com", Some("http://a/b"))
    );
}
