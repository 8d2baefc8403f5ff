//! `go-expert rules`: the rules for those who read them and those who write them.

mod explain;
mod list;

use std::process::ExitCode;

use clap::Subcommand;

/// The rules: what there is, what each says, whether pages hold, and a new one to begin with.
#[derive(Debug, Subcommand)]
pub(super) enum Rules {
    /// List the rules
    List(list::List),
    /// Show a rule's page: why it matters, what is flagged and what is not, and the fix
    Explain(explain::Explain),
}

impl Rules {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::List(it) => it.run(),
            Self::Explain(it) => it.run(),
        }
    }
}
