//! The Markdown below a page's front matter: a title, sections, and the Go code in them.

use crate::model::Language;

/// The headings that a page may have, and whether it must have them.
const HEADINGS: &[(&str, bool)] = &[
    ("Why it matters", true),
    ("为什么重要", true),
    ("Flagged", true),
    ("Not flagged", true),
    ("Fix", true),
    ("修复", true),
    ("Proof", false),
    ("Known limits", true),
    ("已知局限", true),
];

/// The sections that a reader is shown: heading in English, heading in Chinese, and whether the
/// page has the text in both languages or once for both.
const TOLD: &[(&str, &str, bool)] = &[
    ("Why it matters", "为什么重要", true),
    ("Flagged", "会报告", false),
    ("Not flagged", "不会报告", false),
    ("Fix", "修复", true),
    ("Proof", "证据", false),
    ("Known limits", "已知局限", true),
];

/// What a reader of one language is shown: headings, and the Markdown below each. The marks that
/// make tests of the examples become words.
pub(super) fn told(sections: &[Section], language: Language) -> Vec<(&'static str, String)> {
    let section = |&(en, zh, both): &(&'static str, &'static str, bool)| {
        let heading = if language == Language::Zh { zh } else { en };
        let found = sections.iter().find(|it| it.heading == if both { heading } else { en })?;
        let mark = if language == Language::Zh { "// ← 在此报告" } else { "// ← reported" };
        let line = |it: &str| match it.split_once("// want `") {
            Some((code, _)) => format!("{code}{mark}\n"),
            None => format!("{it}\n"),
        };
        let body: String = found.body.trim_matches('\n').lines().map(line).collect();
        Some((heading, body))
    };
    TOLD.iter().filter_map(section).collect()
}

/// One `##` section.
#[derive(Debug, Clone)]
pub struct Section {
    /// The heading.
    pub heading: String,
    /// Its Markdown, without the heading.
    pub body: String,
    /// The Go blocks in it.
    pub blocks: Vec<Block>,
    /// The heading's line in the page, from 1.
    pub line: usize,
}

/// A fenced Go block.
#[derive(Debug, Clone)]
pub struct Block {
    /// The code, without the fences.
    pub code: String,
    /// The line of the first line of code in the page, from 1.
    pub line: usize,
}

/// Title and sections of the page's lines from index `start`.
pub(super) fn sections(
    lines: &[&str],
    start: usize,
) -> Result<(String, Vec<Section>), (usize, String)> {
    let mut title = None;
    let mut sections: Vec<Section> = Vec::new();
    let mut fence: Option<Fence> = None;
    for (at, line) in lines.iter().enumerate().skip(start) {
        let number = at + 1;
        if let Some(open) = &mut fence {
            if line.trim_end() == "```" {
                let closed = fence.take().filter(|it| it.go);
                if let (Some(closed), Some(section)) = (closed, sections.last_mut()) {
                    section.blocks.push(Block { code: closed.code, line: closed.line });
                }
            } else {
                open.code.push_str(line);
                open.code.push('\n');
            }
        } else if let Some(info) = line.strip_prefix("```") {
            let go = info.split_whitespace().next() == Some("go");
            fence = Some(Fence { go, code: String::new(), line: number + 1 });
        } else if let Some(heading) = line.strip_prefix("# ") {
            if title.replace(heading.trim().to_owned()).is_some() {
                return Err((
                    number,
                    "a page has one `# ` title; make this a `## ` section".into(),
                ));
            }
            continue;
        } else if let Some(heading) = line.strip_prefix("## ") {
            let heading = heading.trim().to_owned();
            if !HEADINGS.iter().any(|(it, _)| *it == heading) {
                let all: Vec<_> = HEADINGS.iter().map(|(it, _)| *it).collect();
                let problem = format!("no page has a section `{heading}`; use {}", all.join(", "));
                return Err((number, problem));
            }
            if sections.iter().any(|it| it.heading == heading) {
                return Err((number, format!("`## {heading}` stands twice; join them")));
            }
            sections.push(Section {
                heading,
                body: String::new(),
                blocks: Vec::new(),
                line: number,
            });
            continue;
        }
        match sections.last_mut() {
            Some(section) => {
                section.body.push_str(line);
                section.body.push('\n');
            }
            None if line.trim().is_empty() => {}
            None => return Err((number, "put text under a `## ` heading".into())),
        }
    }
    if let Some(open) = fence {
        return Err((open.line - 1, "close this code block with ```".into()));
    }
    let last = lines.len().max(1);
    let title = title.ok_or((last, "give the page a `# ` title".to_owned()))?;
    for (heading, _) in HEADINGS.iter().filter(|(_, needed)| *needed) {
        match sections.iter().find(|it| it.heading == *heading) {
            None => return Err((last, format!("add the section `## {heading}`"))),
            Some(it) if it.body.trim().is_empty() => {
                return Err((it.line, format!("`## {heading}` is empty")));
            }
            Some(_) => {}
        }
    }
    for section in &sections {
        let (flagged, not) = (section.heading == "Flagged", section.heading == "Not flagged");
        if (flagged || not) && section.blocks.is_empty() {
            return Err((section.line, format!("show Go code under `## {}`", section.heading)));
        }
        let marked = section.blocks.iter().find(|it| not && it.code.contains("// want `"));
        if let Some(block) = marked {
            let problem = "move the block to `## Flagged`: it says that something is reported";
            return Err((block.line, problem.into()));
        }
        let unmarked = section.blocks.iter().find(|it| flagged && !it.code.contains("// want `"));
        if let Some(block) = unmarked {
            let problem = "mark the flagged lines with // want `part of the message`";
            return Err((block.line, problem.into()));
        }
    }
    Ok((title, sections))
}

/// A code block that is still open.
struct Fence {
    go: bool,
    code: String,
    line: usize,
}
