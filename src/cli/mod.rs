//! F5: the commands.

mod demo;
mod healthcheck;
mod output;
mod progress;
mod review;
mod rules;
mod serve;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A GitHub App that reviews Go pull requests as a principal Go engineer would.
#[derive(Debug, Parser)]
#[command(name = "go-expert", version, arg_required_else_help = true, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the service: receive webhooks, review pull requests
    Serve(serve::Serve),
    /// Review a local git range, or everything in a directory, without GitHub
    Review(review::Review),
    /// Show, explain, test and begin rules
    #[command(subcommand)]
    Rules(rules::Rules),
    /// Play the whole App against a local stand-in for GitHub; nothing leaves the machine
    ///
    /// Starts the service and a stand-in for GitHub on loopback, opens a pull request with real Go
    /// code, delivers the signed webhook, prints the conversation as GitHub would show it, pushes a
    /// fix, and prints what changed.
    Demo(demo::Demo),
    /// Ask the service on this machine whether it can do its work
    ///
    /// Asks the service that runs with the same settings (`GO_EXPERT_ADMIN_LISTEN`) for `/readyz`.
    /// Prints the answer; exits with 0 if the service can do its work, with 2 if it cannot.
    Healthcheck(healthcheck::Healthcheck),
}

/// The exit code of a command that could not run.
const COULD_NOT_RUN: u8 = 2;

/// Runs the command that the arguments name; prints what went wrong and what to do about it.
#[expect(clippy::print_stderr, reason = "this is where a command's errors reach the terminal")]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    // One provider for all of TLS; installing it twice is harmless.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let done = |()| ExitCode::SUCCESS;
    let result = match cli.command {
        Command::Serve(it) => it.run().map(done),
        Command::Review(it) => it.run(),
        Command::Rules(it) => it.run(),
        Command::Demo(it) => it.run().map(done),
        Command::Healthcheck(it) => it.run().map(done),
    };
    result.unwrap_or_else(|error| {
        eprintln!("go-expert: {error:#}");
        ExitCode::from(COULD_NOT_RUN)
    })
}

/// Logs to standard error what the filter lets through.
fn log(filter: &str) -> anyhow::Result<()> {
    use std::io::IsTerminal as _;
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_new(filter)
        .map_err(|error| anyhow::anyhow!("GO_EXPERT_LOG is no filter: {error}"))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let colours = std::io::stderr().is_terminal();
    builder
        .with_ansi(colours)
        .try_init()
        .map_err(|error| anyhow::anyhow!("cannot start logging: {error}"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_commands_are_well_formed() {
        super::Cli::command().debug_assert();
    }
}
