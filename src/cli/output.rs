//! What commands share: in which language and how they print.

use std::io::{ErrorKind, IsTerminal as _, Write as _};

use crate::config;
use crate::model::Language;
use crate::terminal::Terminal;

/// A language as an argument.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(super) enum Lang {
    En,
    #[value(name = "zh-CN")]
    Zh,
}

impl Lang {
    /// What was asked for, or else the locale's language.
    pub(super) fn or_locale(asked: Option<Self>) -> Language {
        match asked {
            Some(Self::En) => Language::En,
            Some(Self::Zh) => Language::Zh,
            None => config::locale(),
        }
    }
}

/// The terminal that standard output is, if it is one.
pub(super) fn terminal() -> Option<Terminal> {
    std::io::stdout().is_terminal().then(|| {
        // Eighty columns where it does not say.
        let (_, columns) = console::Term::stdout().size();
        Terminal { columns: columns.into(), colours: config::colours() }
    })
}

/// Prints to standard output. A reader that has seen enough, such as `head`, is no error.
pub(super) fn print(text: &str) -> std::io::Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
