//! `go-expert rules explain`: a rule's page on the terminal.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;

use super::unknown;
use crate::cli::output::{self, Lang};
use crate::local;
use crate::rules::{Page, RuleSet};
use crate::terminal::markdown;

/// Elsewhere than on a terminal the page is Markdown.
#[derive(Debug, Args)]
pub(in crate::cli) struct Explain {
    /// The rule's id; or the path of a page of your own, which ends in .md
    #[arg(value_name = "RULE")]
    rule: String,
    /// The language of the page [default: from the locale]
    #[arg(long, value_enum)]
    lang: Option<Lang>,
}

impl Explain {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let language = Lang::or_locale(self.lang);
        let text = if self.rule.ends_with(".md") {
            own(Path::new(&self.rule))?.explained(language)
        } else {
            let rules = RuleSet::builtin();
            match rules.rule(&self.rule) {
                Some(rule) => rule.page().explained(language),
                None => bail!(unknown(&self.rule, &rules)),
            }
        };
        output::print(&match output::terminal() {
            Some(terminal) => markdown(&text, terminal),
            None => text,
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

/// A page that lies on the disk.
fn own(path: &Path) -> anyhow::Result<Page> {
    let files = local::pages(path)?;
    let file = files.first().context("no page there")?;
    Ok(Page::parse(&file.place, &file.text).map_err(|it| it.in_file(&file.path))?)
}
