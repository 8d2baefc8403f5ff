//! `go-expert review`: a local range or a whole tree, on the terminal.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use super::progress::Progress;
use crate::config;
use crate::local::{self, Format, Terminal};
use crate::model::{Language, Severity};
use crate::persona::Voice;
use crate::rules::RuleSet;

/// git is read by library: nothing of the repository is executed. Exits with 0, with 1 when
/// --fail-on says so, and with 2 when it could not run.
#[derive(Debug, Args)]
pub(super) struct Review {
    /// The repository, or with --all any directory
    #[arg(long, value_name = "DIR", default_value = ".")]
    repo: PathBuf,
    /// Where the work began: any revision; the merge base with it counts [default: the default
    /// branch]
    #[arg(long, value_name = "REF", conflicts_with = "all")]
    base: Option<String>,
    /// What to review: any revision, or `worktree` for the files as they are on the disk,
    /// uncommitted and untracked ones included
    #[arg(long, value_name = "REF", default_value = "HEAD", conflicts_with = "all")]
    head: String,
    /// Every finding in the tree, as it is on the disk; no base, no git needed
    #[arg(long)]
    all: bool,
    /// How findings are printed: text shows the code on a terminal (NO_COLOR is honoured) and one
    /// line a finding elsewhere; json is one object a line; sarif is for code scanning, markdown
    /// for a pull request's conversation
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Exit with 1 when a finding of this severity or a worse one would be commented inline
    #[arg(long, value_name = "SEVERITY", value_enum)]
    fail_on: Option<FailOn>,
    /// The language of messages [default: from the locale]
    #[arg(long, value_enum)]
    lang: Option<Lang>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Lang {
    En,
    #[value(name = "zh-CN")]
    Zh,
}

/// A severity as an argument.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum FailOn {
    Advice,
    Warning,
    Critical,
}

impl From<FailOn> for Severity {
    fn from(it: FailOn) -> Self {
        match it {
            FailOn::Advice => Self::Advice,
            FailOn::Warning => Self::Warning,
            FailOn::Critical => Self::Critical,
        }
    }
}

/// The exit code of a review that found what `--fail-on` names.
const FOUND: u8 = 1;

impl Review {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let language = match self.lang {
            Some(Lang::En) => Language::En,
            Some(Lang::Zh) => Language::Zh,
            None => config::locale(),
        };
        let rules = Arc::new(RuleSet::builtin());
        let progress = Progress::start(Voice::of(language));
        let told = |done, of| progress.tell(done, of);
        let report = if self.all {
            local::all(&self.repo, &rules, language, &told)?
        } else {
            local::range(&self.repo, self.base.as_deref(), &self.head, &rules, language, &told)?
        };
        drop(progress);
        let text = report.print(self.format, &rules, language, terminal());
        match std::io::stdout().write_all(text.as_bytes()) {
            // `| head` has seen enough.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
            other => other?,
        }
        let failed = self.fail_on.is_some_and(|it| report.has_inline(it.into()));
        Ok(if failed { ExitCode::from(FOUND) } else { ExitCode::SUCCESS })
    }
}

/// The terminal on which findings are shown, if they are.
fn terminal() -> Option<Terminal> {
    std::io::stdout().is_terminal().then(|| {
        // Eighty columns where it does not say.
        let (_, columns) = console::Term::stdout().size();
        Terminal { columns: columns.into(), colours: config::colours() }
    })
}
