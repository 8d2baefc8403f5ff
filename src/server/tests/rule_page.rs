//! The rules' pages, as a browser asks for them.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, header};
use http_body_util::BodyExt as _;
use insta::assert_snapshot;
use tower::ServiceExt as _;

use crate::rules::RuleSet;
use crate::server::pages;

/// Status, and the page's lines that hold a word.
async fn check(path: &str, accepted: &str, word: &str) -> String {
    let request = Request::get(path).header(header::ACCEPT_LANGUAGE, accepted);
    let request = request.body(Body::empty()).unwrap();
    let answer = pages(Arc::new(RuleSet::builtin())).oneshot(request).await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    let body = String::from_utf8(body.to_vec()).unwrap();
    let lines: Vec<_> = body.lines().filter(|it| it.contains(word)).collect();
    format!("{status} {}", lines.join("\n"))
}

#[tokio::test]
async fn a_rules_page_is_told_in_the_readers_language() {
    let path = "/rules/pool-put-deferred-in-loop";
    assert_snapshot!(check(path, "", "<h").await, @r#"
    200 <html lang="en">
    <h1><code>defer pool.Put(x)</code> inside a loop</h1>
    <h2>Why it matters</h2>
    <h2>Flagged</h2>
    <h2>Not flagged</h2>
    <h2>Fix</h2>
    <h2>Known limits</h2>
    "#);
    assert_snapshot!(check(path, "de, zh;q=0.9, en;q=0.8", "<h").await, @r#"
    200 <html lang="zh-CN">
    <h1><code>defer pool.Put(x)</code> inside a loop</h1>
    <h2>为什么重要</h2>
    <h2>会报告</h2>
    <h2>不会报告</h2>
    <h2>修复</h2>
    <h2>已知局限</h2>
    "#);
    let english = check(&format!("{path}?lang=en"), "zh-CN", "<html").await;
    assert_snapshot!(english, @r#"200 <html lang="en">"#);
    assert_snapshot!(check(path, "en", "<title").await, @"200 <title>defer pool.Put(x) inside a loop - go-expert</title>");
    assert_snapshot!(check(path, "en", "reported").await.lines().next().unwrap(), @"200 		defer w.pool.Put(r) // ← reported");
}

#[tokio::test]
async fn an_unknown_rule_leads_to_those_there_are() {
    let found = check("/rules/oops", "en", "/rules/pool-put").await;
    assert_snapshot!(found, @r#"404 <li><a href="/rules/pool-put-deferred-in-loop?lang=en"><code>pool-put-deferred-in-loop</code></a>: <code>defer pool.Put(x)</code> inside a loop</li>"#);
    assert!(check("/rules", "en", "/rules/pool").await.starts_with("200 <li>"));
}
