//! `go-expert review`: a local range or a whole tree, on the terminal.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::bail;
use clap::Args;

use super::output::{self, Lang};
use super::progress::Progress;
use super::rules::unknown;
use crate::local::{self, Format};
use crate::model::Severity;
use crate::persona::Voice;
use crate::rules::{Rule, RuleSet};

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
    /// Pages of your own to review with, beside the built-in ones: a directory of <domain>/<id>.md
    /// or <id>.md, or one page; see `go-expert rules new`
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
    /// Review with these rules alone
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    only: Vec<String>,
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
        let language = Lang::or_locale(self.lang);
        let rules = Arc::new(self.rules()?);
        let progress = Progress::start(Voice::of(language));
        let told = |done, of| progress.tell(done, of);
        let report = if self.all {
            local::all(&self.repo, &rules, language, &told)?
        } else {
            local::range(&self.repo, self.base.as_deref(), &self.head, &rules, language, &told)?
        };
        drop(progress);
        let text = report.print(self.format, &rules, language, output::terminal());
        output::print(&text)?;
        let failed = self.fail_on.is_some_and(|it| report.has_inline(it.into()));
        Ok(if failed { ExitCode::from(FOUND) } else { ExitCode::SUCCESS })
    }

    /// The rules to review with.
    fn rules(&self) -> anyhow::Result<RuleSet> {
        let all = match &self.rules {
            Some(path) => local::rules_with(path)?,
            None => RuleSet::builtin(),
        };
        if self.only.is_empty() {
            return Ok(all);
        }
        let mut chosen: Vec<Rule> = Vec::new();
        for id in &self.only {
            let Some(rule) = all.rule(id) else { bail!(unknown(id, &all)) };
            if !chosen.iter().any(|it| it.id() == rule.id()) {
                chosen.push(rule.clone());
            }
        }
        Ok(RuleSet::new(chosen))
    }
}
