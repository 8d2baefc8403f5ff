//! `go-expert rules new`: a page to begin with, which holds from the first minute.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;

use super::{ORGANISATION, PROJECT};
use crate::cli::output;
use crate::rules::{Domain, Page, RuleId, RuleSet, module_name, skeleton_check, skeleton_page};

/// Writes a page that works, about something harmless, and says what to do next. Nothing is
/// overwritten.
#[derive(Debug, Args)]
pub(in crate::cli) struct New {
    /// What the rule is called, such as correctness/time-tick-in-loop
    #[arg(value_name = "DOMAIN/ID")]
    name: String,
    /// The check is Rust code of go-expert, instead of a description in the page
    #[arg(long)]
    native: bool,
    /// Where the pages lie [default: review-rules where that is a directory, else
    /// .github/go-expert/rules]
    #[arg(long, value_name = "DIR", conflicts_with = "native")]
    dir: Option<PathBuf>,
}

impl New {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let (domain, id) = named(&self.name)?;
        if let Some(rule) = RuleSet::builtin().rule(id.as_str()) {
            bail!("there is a built-in rule `{id}` ({}); choose another name", rule.domain());
        }
        let said = if self.native { native(domain, &id)? } else { self.declared(domain, &id)? };
        output::print(&said)?;
        Ok(ExitCode::SUCCESS)
    }

    /// Writes a page that describes the code itself.
    fn declared(&self, domain: Domain, id: &RuleId) -> anyhow::Result<String> {
        let default = || {
            let project = PathBuf::from(PROJECT);
            if project.is_dir() { project } else { PathBuf::from(ORGANISATION) }
        };
        let directory = self.dir.clone().unwrap_or_else(default);
        refuse_second(&directory, id)?;
        let page = directory.join(domain.as_str()).join(format!("{id}.md"));
        write(&page, &skeleton_page(domain, id, false))?;
        let directory = directory.display();
        let built_in = match is_checkout(Path::new(".")) && directory.to_string() == PROJECT {
            true => {
                "4. Build it in: `cargo test --test rules`, twice; the first run refreshes the \
                     list of the pages.\n"
            }
            false => "",
        };
        Ok(format!(
            "{page}: a page that holds, about something else than yours.\n\n\
             1. Edit it: the code under Flagged and Not flagged, then `match`, then the words.\n\
             2. Test it: `go-expert rules test {directory}`\n\
             3. Try it on real code: `go-expert review --all --repo . --rules {directory} --only \
             {id}`\n{built_in}",
            page = page.display(),
        ))
    }
}

/// Writes a page, and Rust code for it.
fn native(domain: Domain, id: &RuleId) -> anyhow::Result<String> {
    let here = std::path::absolute(".").context("cannot tell where this is")?;
    let Some(root) = here.ancestors().find(|it| is_checkout(it)) else {
        bail!(
            "a native rule is Rust code of go-expert: run this in a clone of {}, or leave out \
             --native and describe the code in the page",
            env!("CARGO_PKG_REPOSITORY")
        );
    };
    let pages = root.join(PROJECT);
    refuse_second(&pages, id)?;
    let page = pages.join(domain.as_str()).join(format!("{id}.md"));
    let code = root.join("src/rules/native").join(domain.as_str());
    let code = code.join(format!("{}.rs", module_name(id)));
    if code.exists() {
        bail!("{} is there already; choose another name", code.display());
    }
    write(&code, &skeleton_check())?;
    write(&page, &skeleton_page(domain, id, true))?;
    let shown = |it: &Path| it.strip_prefix(&here).unwrap_or(it).display().to_string();
    Ok(format!(
        "{}: a page that holds, about something else than yours.\n{}: its check.\n\n\
         1. Build it in: `cargo test --test rules`, twice; the first run refreshes the list of the \
         pages.\n\
         2. Edit the page: the code under Flagged and Not flagged first, then the words.\n\
         3. Edit the check until `cargo test --test rules {id}` is green.\n\
         4. Try it on real code: `cargo run --release -- review --all --repo DIR --only {id}`\n",
        shown(&page),
        shown(&code),
    ))
}

/// Whether go-expert's own sources lie there.
fn is_checkout(directory: &Path) -> bool {
    let manifest = fs::read_to_string(directory.join("Cargo.toml")).unwrap_or_default();
    let ours = concat!("name = \"", env!("CARGO_PKG_NAME"), "\"");
    manifest.lines().any(|it| it == ours) && directory.join("src/rules/native").is_dir()
}

/// Domain and id, as the loader of pages wants them.
fn named(name: &str) -> anyhow::Result<(Domain, RuleId)> {
    let name = name.strip_suffix(".md").unwrap_or(name);
    let Some((domain, id)) = name.split_once('/') else {
        let all: Vec<_> = Domain::ALL.iter().map(|it| it.as_str()).collect();
        bail!("say the domain, too: one of {}, as in correctness/{name}", all.join(", "));
    };
    // What the page says does not matter here, only its place.
    let any: RuleId = "any".parse()?;
    let text = skeleton_page(Domain::Correctness, &any, false);
    let page = Page::parse(&format!("{domain}/{id}.md"), &text);
    let page =
        page.map_err(|it| anyhow::anyhow!("`{name}` is no name for a rule: {}", it.problem))?;
    Ok((page.domain, page.id))
}

/// Refuses an id that another page has, in whatever folder.
fn refuse_second(directory: &Path, id: &RuleId) -> anyhow::Result<()> {
    if !directory.is_dir() {
        return Ok(());
    }
    let name = format!("{id}.md");
    let folders = Domain::ALL.iter().map(|it| directory.join(it.as_str()));
    for folder in folders.chain([directory.to_owned()]) {
        let page = folder.join(&name);
        if page.exists() {
            bail!("{} is there already; edit it, or choose another name", page.display());
        }
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let cannot = || format!("cannot write {}", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(cannot)?;
    }
    // Whatever came to be there in between stays.
    let mut file = fs::File::create_new(path).with_context(cannot)?;
    file.write_all(text.as_bytes()).with_context(cannot)
}
