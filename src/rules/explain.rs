//! A rule's page for a reader of one language.

use std::fmt::Write as _;

use crate::model::Language;

use super::Page;

impl Page {
    /// The whole page as Markdown, in one language; title and code are the same in all.
    pub fn explained(&self, language: Language) -> String {
        format!("# {}\n\n{}", self.title, self.body(language))
    }

    /// The same without the title.
    pub fn body(&self, language: Language) -> String {
        let head = &self.head;
        let mut text = format!(
            "`{}` · {} · {} · {} · Go {}\n\n",
            self.id, head.severity, head.kind, head.confidence, head.go
        );
        let _ = writeln!(text, "> {}\n", head.message.value.get(language));
        for sentence in [&head.mechanism, &head.consequence] {
            let _ = writeln!(text, "{}\n", sentence.value.get(language));
        }
        for (heading, body) in self.told(language) {
            let _ = writeln!(text, "## {heading}\n\n{body}");
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        text
    }
}
