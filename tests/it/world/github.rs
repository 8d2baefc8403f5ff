//! What a GitHub must be able to do for the flow tests, whichever one it is.

use std::time::Duration;

use go_expert::demo::github::{Act, Changes, Conversation, Fault, NewPull, Webhook};
use go_expert::model::Clock;
use serde_json::Value;

use super::http::Answer;
use super::service::Wiring;

/// Something that happened on GitHub and that the App is to be told. Sent twice, it is a
/// redelivery.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    /// A finished delivery of our stand-in.
    Webhook(Webhook),
    /// An order for the simulator, and the delivery's id.
    Order(Value, String),
}

/// An event of the App rather than of a pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AppEvent {
    /// The App's webhook was set up.
    Ping,
    /// The App was installed.
    Installed,
    /// The App was removed.
    Uninstalled,
    /// Something that the App does not know.
    Unknown,
}

/// A GitHub to play with. Repositories are named `acme/…`; a GitHub may call the account
/// otherwise behind the scenes.
pub(crate) trait GitHubWorld: Send + Sync {
    /// What the App has to know of this GitHub.
    fn wiring(&self) -> Wiring;
    /// The time, as the App shall see it.
    fn clock(&self) -> Clock;
    /// Lets time pass.
    fn later(&self, by: Duration);

    /// Makes a repository with `main`, and with `release` one commit of `release` further on.
    fn create_repository(&self, name: &str, files: &Changes, release: &Changes);
    /// Opens a pull request against `main`: its number.
    fn open(&self, repository: &str, pull: NewPull) -> u64;
    /// Does something to a pull request.
    fn act(&self, repository: &str, number: u64, act: Act) -> Event;
    /// Pushes to a pull request.
    fn push(&self, repository: &str, number: u64, changes: &Changes, force: bool) -> Event;
    /// Comments below a pull request.
    fn comment(&self, repository: &str, number: u64, author: &str, text: &str) -> Event;
    /// An event without a pull request.
    fn app_event(&self, event: AppEvent) -> Event;

    /// Delivers an event to `hook`. Blocks.
    fn deliver(&self, event: &Event, hook: &str) -> Answer;
    /// Delivers what the App's own writes caused, and waits for that. How many were delivered.
    fn deliver_own(&self, hook: &str) -> usize;

    /// Makes something go wrong.
    fn fault(&self, fault: Fault);
    /// Makes GitHub leave out patches of more lines than this.
    fn limit_patches(&self, lines: usize);

    /// What a person sees who opens the pull request.
    fn conversation(&self, repository: &str, number: u64) -> Conversation;
    /// The operations that the App asked for since the last call, tokens aside.
    fn requests(&self) -> Vec<String>;
    /// Whether the App asked for the operation since the last call of [`GitHubWorld::requests`].
    fn was_asked(&self, operation: &str) -> bool;
    /// What GitHub holds against the App.
    fn complaints(&self) -> Vec<String>;
}
