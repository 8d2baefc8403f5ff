//! `go-expert rules`: the rules for those who read them and those who write them.

mod explain;
mod list;
mod new;
mod test;
mod unknown;

use std::process::ExitCode;

use clap::Subcommand;

pub(super) use self::unknown::unknown;

/// Where the project has its pages.
const PROJECT: &str = "review-rules";

/// Where an organisation has its own.
const ORGANISATION: &str = ".github/go-expert/rules";

/// The rules: what there is, what each says, whether pages hold, and a new one to begin with.
#[derive(Debug, Subcommand)]
pub(super) enum Rules {
    /// List the rules
    List(list::List),
    /// Show a rule's page: why it matters, what is flagged and what is not, and the fix
    Explain(explain::Explain),
    /// Test pages: does each rule find what its page says, and nothing else?
    Test(test::Test),
    /// Begin a rule: write a page that holds, to be edited
    New(new::New),
}

impl Rules {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::List(it) => it.run(),
            Self::Explain(it) => it.run(),
            Self::Test(it) => it.run(),
            Self::New(it) => it.run(),
        }
    }
}
