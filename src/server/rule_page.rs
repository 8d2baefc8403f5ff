//! The rules' pages for people: `GET /rules/<id>`, where the links in comments lead.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use pulldown_cmark::{Event, Options, Parser, html};
use serde::Deserialize;

use crate::model::Language;
use crate::rules::{Rule, RuleSet};

#[derive(Deserialize)]
pub(super) struct Asked {
    lang: Option<String>,
}

/// `GET /rules/<id>`: the page, or what pages there are.
pub(super) async fn page(
    State(rules): State<Arc<RuleSet>>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let language = language(&asked, &headers);
    match rules.rule(&id) {
        Some(rule) => answer(StatusCode::OK, rule.title(), &rule.page().body(language), language),
        None => {
            let text = format!("There is no rule with this id.\n\n{}", list(&rules, language));
            answer(StatusCode::NOT_FOUND, "No such rule", &text, language)
        }
    }
}

/// `GET /rules`: what pages there are.
pub(super) async fn index(
    State(rules): State<Arc<RuleSet>>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let language = language(&asked, &headers);
    answer(StatusCode::OK, "Rules", &list(&rules, language), language)
}

/// The reader's language: what the address says, else what the browser prefers.
fn language(asked: &Asked, headers: &HeaderMap) -> Language {
    let known = |tag: &str| match tag.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("zh") => Some(Language::Zh),
        Some("en") => Some(Language::En),
        _ => None,
    };
    if let Some(it) = asked.lang.as_deref().and_then(known) {
        return it;
    }
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|it| it.to_str().ok());
    let mut best = (0.0, Language::En);
    // `de, zh;q=0.8, en;q=0.5`: https://www.rfc-editor.org/rfc/rfc9110#field.accept-language
    for part in accepted.unwrap_or_default().split(',') {
        let (tag, weight) = part.split_once(';').unwrap_or((part, ""));
        let weight = weight.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse::<f32>);
        if let (Some(it), Ok(weight)) = (known(tag.trim()), weight)
            && weight > best.0
        {
            best = (weight, it);
        }
    }
    best.1
}

fn list(rules: &RuleSet, language: Language) -> String {
    let line =
        |it: &Rule| format!("- [`{0}`](/rules/{0}?lang={language}): {1}\n", it.id(), it.title());
    rules.rules().iter().map(line).collect()
}

fn answer(status: StatusCode, title: &str, markdown: &str, language: Language) -> Response {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::VARY, "Accept-Language"),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    let (title, body) = (render(&format!("# {title}\n\n")), render(markdown));
    let plain: String =
        title.split('<').filter_map(|it| it.split_once('>')).map(|it| it.1).collect();
    let html = format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{} - go-expert</title>\n\
         <style>body{{font:16px/1.6 sans-serif;max-width:48em;margin:2em auto;padding:0 1em}}\
         pre{{background:#8881;padding:1em;overflow:auto}}code{{font-size:.9em}}\
         blockquote{{margin:1em 0;padding:0 1em;border-left:4px solid #8886}}\
         table{{border-collapse:collapse}}td,th{{border:1px solid #8886;padding:.2em .6em}}\
         nav{{text-align:right}}</style>\n\
         <nav><a href=\"?lang=en\">English</a> · <a href=\"?lang=zh-CN\">中文</a> · \
         <a href=\"/rules\">all rules</a></nav>\n{title}{body}",
        plain.trim()
    );
    (status, headers, Html(html)).into_response()
}

/// Markdown as HTML. HTML within the Markdown stays text, and only links to the web are links.
fn render(markdown: &str) -> String {
    use pulldown_cmark::{CowStr, Tag};
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES).map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let safe =
                ["https://", "http://", "/", "#", "?"].iter().any(|it| dest_url.starts_with(it));
            let dest_url = if safe { dest_url } else { CowStr::Borrowed("#") };
            Event::Start(Tag::Link { link_type, dest_url, title, id })
        }
        other => other,
    });
    let mut out = String::with_capacity(markdown.len() * 3 / 2);
    html::push_html(&mut out, events);
    out
}

#[cfg(test)]
mod tests {
    use super::render;

    #[test]
    fn markdown_cannot_bring_html_along() {
        insta::assert_snapshot!(
            render("a <b onclick=x> `<i>`\n\n<script>x</script>\n\n[x](javascript:y) [z](https://z)"),
            @r##"
            <p>a &lt;b onclick=x&gt; <code>&lt;i&gt;</code></p>
            &lt;script&gt;x&lt;/script&gt;
            <p><a href="#">x</a> <a href="https://z">z</a></p>
            "##
        );
    }
}
