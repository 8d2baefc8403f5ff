//! The story of `go-expert demo`, with the real service.

use go_expert::app::App;
use go_expert::config::Settings;
use go_expert::demo::{Service, ServiceSettings, tell};
use go_expert::model::Clock;
use go_expert::server;
use secrecy::ExposeSecret;
use tokio_util::sync::CancellationToken;

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
    tell(service, Clock::system(), &mut told).await.unwrap();
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
