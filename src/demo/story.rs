//! The story of `go-expert demo`: a pull request, its review, a fix, and a command.

use std::io::Write;
use std::pin::Pin;
use std::time::Duration;

use anyhow::{Context, bail};
use octocrab::{AuthState, Octocrab};
use secrecy::SecretString;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::github::{
    APP_ID, Act, Check, Conversation, Entry, Inline, NewPull, PRIVATE_KEY, StandIn, WEBHOOK_SECRET,
    Webhook,
};
use super::shop;
use crate::model::Clock;

/// How often the page is looked at again.
const RELOAD: Duration = Duration::from_millis(50);
/// How often at most: a minute's patience.
const MAX_RELOADS: usize = 1_200;

/// What the service has to know to work for the stand-in.
#[derive(Debug)]
pub struct ServiceSettings {
    /// The root of the REST API, without a slash at the end.
    pub api_url: String,
    /// The root of the web pages, without a slash at the end.
    pub web_url: String,
    /// The App's id.
    pub app_id: u64,
    /// The App's private key, PEM.
    pub private_key: SecretString,
    /// The secret of the App's webhooks.
    pub webhook_secret: SecretString,
}

/// A service that was started.
#[derive(Debug)]
pub struct Service {
    /// Where it listens, as `http://127.0.0.1:1234`.
    pub url: String,
    /// Asks it to stop.
    pub stop: CancellationToken,
    /// The service itself; ends when it has stopped.
    pub task: JoinHandle<anyhow::Result<()>>,
}

/// A chapter of the story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Chapter {
    /// Alice opens a pull request, which is reviewed
    Review,
    /// Alice pushes a fix of two of the three
    Fix,
    /// Alice asks for another look
    Command,
}

/// Ends when the visitors of the stand-in's pages have seen enough.
pub type Visit = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Plays the App on loopback up to and with the chapter `last`, and tells on `out` what happens.
/// `start` starts the service. With `visit` the stand-in then shows its pages until that ends.
///
/// # Errors
/// When the service does not start, refuses a webhook, or does not answer within a minute.
pub async fn tell(
    start: impl AsyncFnOnce(ServiceSettings) -> anyhow::Result<Service>,
    clock: Clock,
    last: Chapter,
    visit: Option<Visit>,
    out: &mut (impl Write + Send),
) -> anyhow::Result<()> {
    let github = StandIn::start(clock).await.context("no free port for the stand-in")?;
    let service = start(ServiceSettings {
        api_url: github.url().to_owned(),
        web_url: github.url().to_owned(),
        app_id: APP_ID,
        private_key: PRIVATE_KEY.to_owned().into(),
        webhook_secret: WEBHOOK_SECRET.to_owned().into(),
    })
    .await
    .context("the service does not start")?;
    writeln!(out, "A stand-in for GitHub listens on {}.", github.url())?;
    writeln!(out, "The service listens on {}.\n", service.url)?;

    let hook = Hook { client: client()?, url: format!("{}/webhook", service.url) };
    let told = play(&github, &hook, last, out).await;
    service.stop.cancel();
    let stopped = service.task.await.context("the service broke")?;
    let page = told?;
    stopped?;
    if let Some(visit) = visit {
        writeln!(out, "The pull request:       {page}")?;
        writeln!(out, "Its diff with comments: {page}/files")?;
        writeln!(out, "Open them in a browser; Ctrl-C ends.")?;
        out.flush()?;
        visit.await;
    }
    Ok(())
}

/// Opens the pull request, fixes part of it, and asks for another look. The pull request's page.
async fn play(
    github: &StandIn,
    hook: &Hook,
    last: Chapter,
    out: &mut impl Write,
) -> anyhow::Result<String> {
    github.create_repository(shop::NAME, &shop::base());
    let pull = NewPull {
        title: shop::TITLE.to_owned(),
        author: "alice".to_owned(),
        changes: shop::change(),
        draft: false,
    };
    let number = github.open_pull(shop::NAME, pull).context("no pull request")?;
    let pull = Pull { github, number };

    chapter(out, "Alice opens a pull request; GitHub sends the signed webhook")?;
    let opened = github.act(shop::NAME, number, Act::Open).context("no such pull request")?;
    hook.deliver(&opened).await?;
    let mut page = pull.until_checked(1).await?;
    write!(out, "{page}")?;
    let asked = github.take_requests();
    let tokens = asked.iter().filter(|it| it.operation.starts_with("apps/")).count();
    writeln!(out, "\n({} requests to GitHub, tokens not counted)\n", asked.len() - tokens)?;

    if last >= Chapter::Fix {
        chapter(out, "Alice pushes a fix of two of the three")?;
        let pushed = github.push(shop::NAME, number, &shop::fix(), false);
        hook.deliver(&pushed.context("no such branch")?).await?;
        let after = pull.until_checked(2).await?;
        what_changed(out, &page, &after)?;
        page = after;
    }

    if last >= Chapter::Command {
        chapter(out, "Alice asks for another look: /go-expert review")?;
        let asked = github.comment(shop::NAME, number, "alice", "/go-expert review");
        hook.deliver(&asked.context("no such pull request")?.1).await?;
        what_changed(out, &page, &pull.until_answered().await?)?;
    }

    let complaints = github.take_complaints();
    if !complaints.is_empty() {
        bail!("GitHub would have complained: {}", complaints.join("; "));
    }
    Ok(format!("{}/{}/pull/{number}", github.url(), shop::NAME))
}

fn chapter(out: &mut impl Write, title: &str) -> anyhow::Result<()> {
    Ok(writeln!(out, "== {title}\n")?)
}

/// The pull request of the story.
struct Pull<'a> {
    github: &'a StandIn,
    number: u64,
}

impl Pull<'_> {
    /// Reloads the page until there are so many check runs: the service ends a review with one.
    async fn until_checked(&self, runs: usize) -> anyhow::Result<Conversation> {
        self.until(|it| it.checks.len() >= runs).await
    }

    /// Reloads the page until the last comment has the answer to its command.
    async fn until_answered(&self) -> anyhow::Result<Conversation> {
        let answered = |it: &Conversation| match it.entries.last() {
            Some(Entry::Comment { reactions, .. }) => reactions.iter().any(|it| it.0 == "+1"),
            _ => false,
        };
        self.until(answered).await
    }

    async fn until(&self, done: impl Fn(&Conversation) -> bool) -> anyhow::Result<Conversation> {
        for _ in 0..MAX_RELOADS {
            let page = self.github.conversation(shop::NAME, self.number);
            let page = page.context("no such pull request")?;
            if done(&page) {
                return Ok(page);
            }
            tokio::time::sleep(RELOAD).await;
        }
        bail!("the service has not answered for a minute; GO_EXPERT_LOG=debug says what it does")
    }
}

/// Tells what is on the second page and was not on the first.
fn what_changed(
    out: &mut impl Write,
    before: &Conversation,
    after: &Conversation,
) -> anyhow::Result<()> {
    let known = before.entries.len();
    for entry in after.entries.iter().skip(known) {
        writeln!(out, "{entry}")?;
    }
    let mut silent = true;
    for (old, new) in before.entries.iter().zip(&after.entries).filter(|(old, new)| old != new) {
        if let (Entry::Review { body, .. }, Entry::Review { body: now, edited, comments, .. }) =
            (old, new)
        {
            let changed = |it: &&Inline| !before.inline().any(|old| old == *it);
            for comment in comments.iter().filter(changed) {
                silent &= moved(before, comment);
                writeln!(out, "{comment}")?;
            }
            if body != now {
                silent = false;
                let author = new.author();
                let (author, edited) = (author.to_owned(), *edited);
                let summary =
                    Entry::Review { author, body: now.clone(), edited, comments: Vec::new() };
                writeln!(out, "{summary}")?;
            }
        }
    }
    let news = after.entries.iter().skip(known);
    if silent && news.filter(|it| matches!(it, Entry::Review { .. })).count() == 0 {
        writeln!(out, "Nothing new to say: no review, no comment.")?;
    }
    if let Some(Check { conclusion, title, .. }) = after.checks.last() {
        writeln!(out, "Check: {conclusion}, {title}\n")?;
    }
    Ok(())
}

/// Whether a comment says what it said before, on another line.
fn moved(before: &Conversation, comment: &Inline) -> bool {
    let same = |old: &Inline| old.body == comment.body && old.hidden == comment.hidden;
    before.inline().any(same)
}

/// Where webhooks go.
struct Hook {
    client: Octocrab,
    url: String,
}

impl Hook {
    async fn deliver(&self, webhook: &Webhook) -> anyhow::Result<()> {
        let mut request = http::Request::post(&self.url);
        for (name, value) in webhook.headers() {
            request = request.header(name, value);
        }
        let request = request.body(webhook.body.clone())?;
        let answer = self.client.execute(request).await.context("the webhook is not answered")?;
        if answer.status() != http::StatusCode::ACCEPTED {
            bail!("the webhook {} was answered with {}", webhook.event, answer.status());
        }
        Ok(())
    }
}

/// A plain HTTP client, without anything of GitHub's.
fn client() -> anyhow::Result<Octocrab> {
    let mut tcp = hyper_util::client::legacy::connect::HttpConnector::new();
    tcp.set_nodelay(true);
    let executor = hyper_util::rt::TokioExecutor::new();
    let service = hyper_util::client::legacy::Client::builder(executor).build(tcp);
    let Ok(client) = octocrab::OctocrabBuilder::new_empty()
        .with_service(service)
        .with_auth(AuthState::None)
        .build();
    Ok(client)
}
