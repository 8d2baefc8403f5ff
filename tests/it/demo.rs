//! The story of `go-expert demo`, with the real service.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use go_expert::app::App;
use go_expert::config::Settings;
use go_expert::demo::{Chapter, Service, ServiceSettings, tell};
use go_expert::model::Clock;
use go_expert::server;
use secrecy::ExposeSecret;
use tokio_util::sync::CancellationToken;

use super::world::http;

/// Starts the service on a free port, on a database of the test's own.
async fn start(settings: ServiceSettings, database: &std::path::Path) -> anyhow::Result<Service> {
    let vars = [
        ("APP_ID", settings.app_id.to_string()),
        ("DATABASE_URL", format!("sqlite:{}", database.display())),
        ("GITHUB_API_URL", settings.api_url),
        ("GITHUB_URL", settings.web_url),
        ("PRIVATE_KEY", settings.private_key.expose_secret().to_owned()),
        ("WEBHOOK_SECRET", settings.webhook_secret.expose_secret().to_owned()),
    ];
    let vars = vars.map(|(name, value)| (format!("GO_EXPERT_{name}"), value));
    let settings = Settings::from_vars(vars, &|path| std::fs::read_to_string(path))?;
    let app = App::start(settings, Clock::system()).await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let stop = CancellationToken::new();
    let asked = stop.clone();
    let task = tokio::spawn(async move {
        let served = server::serve(listener, app.public(), asked.clone());
        let (served, ()) = tokio::join!(served, app.work(asked));
        app.close().await;
        Ok(served?)
    });
    Ok(Service { url, stop, task })
}

#[tokio::test]
async fn the_story_is_told_to_its_end() {
    let dir = tempfile::tempdir().unwrap();
    let database = dir.path().join("go-expert.db");
    let mut told = Vec::new();
    let service = async |settings| start(settings, &database).await;
    tell(service, Clock::system(), Chapter::Command, None, &mut told).await.unwrap();
    let told = String::from_utf8(told).unwrap();
    for (text, times) in [
        ("+-- quote/fastest.go", 2),
        ("+-- quote/print.go", 2),
        ("+-- quote/rates.go", 1),
        ("[hidden as resolved]", 2),
        ("Nothing new to say", 1),
        ("<!--", 0),
    ] {
        assert_eq!(told.matches(text).count(), times, "{text}:\n{told}");
    }
}

#[test]
fn the_pages_stay_open_until_it_is_stopped() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_go-expert"));
    command.args(["demo", "--keep=review"]).env_clear().stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let told: Vec<String> =
        lines.map(Result::unwrap).take_while(|it| !it.contains("Ctrl-C")).collect();
    let address = told.last().unwrap().split_whitespace().last().unwrap();
    let root: String = address.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");

    let get = |path: &str| http::send("GET", &root, path, &[], b"").unwrap();
    let pull = get("/acme/shop/pull/1");
    assert_eq!((pull.status, pull.body.matches("class=\"thread\"").count()), (200, 3));
    let files = get("/acme/shop/pull/1/files");
    assert_eq!((files.status, files.body.matches("class=\"thread\"").count()), (200, 3));
    assert_eq!(get("/acme/shop/pull/2").status, 404);

    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-s", "INT", &pid]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
