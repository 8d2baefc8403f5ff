//! The one integration binary: one link, many flows.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod demo;
mod fixes_like_gofmt;
mod flow_command;
mod flow_failure;
mod flow_opened;
mod flow_push;
mod flow_webhook;
mod github;
mod golang;
mod local;
mod patches_like_git;
mod process;
mod rules;
mod sarif;
mod store;
mod tidy;
mod worker;
mod world;
