//! Which findings are commented inline, and how.

use std::sync::Arc;

use super::anchor::{Anchor, Relation};
use super::plan::{Candidate, Limits, Open, Plan, plan};
use crate::model::{Confidence, LineRange, Side};
use crate::rules::{Finding, Fix, RuleSet};

const LEAK: &str = "goroutine-leak-on-timeout";
const POOL: &str = "pool-put-deferred-in-loop";

/// A finding of a rule at a line; a line of zero is one that the diff does not show.
fn finding(rules: &RuleSet, rule: &str, line: u32) -> Finding {
    let rule = rules.rule(rule).unwrap();
    Finding {
        rule: rule.id().clone(),
        path: "a.go".into(),
        lines: LineRange::line(line),
        bytes: 0..0,
        declaration: "func f".to_owned(),
        code: format!("code {line}"),
        severity: rule.severity(),
        confidence: Confidence::High,
        vars: Vec::new(),
        related: Vec::new(),
        fix: None,
        in_test: false,
        silenced: false,
    }
}

fn candidates<'a>(rules: &'a RuleSet, findings: &'a [Finding]) -> Vec<Candidate<'a>> {
    let anchor = |lines: LineRange| Anchor {
        path: "a.go".into(),
        lines,
        side: Side::Right,
        relation: Relation::Trigger,
    };
    let candidate = |(i, it): (usize, &'a Finding)| Candidate {
        finding: it,
        rule: rules.rule(it.rule.as_str()).unwrap(),
        fingerprint: format!("{i}").parse().unwrap(),
        anchor: (it.lines.first > 0).then(|| anchor(it.lines)),
    };
    findings.iter().enumerate().map(candidate).collect()
}

fn planned(findings: &[Finding], limits: Limits, open: Open) -> String {
    let rules = RuleSet::builtin();
    let text: Arc<str> = "one\ntwo\nthree\nfour\n".into();
    let plan: Plan<'_> = plan(
        candidates(&rules, findings),
        limits,
        open,
        |_| Some(text.clone()),
        |_, _, lines| lines.last <= 4,
    );
    let mut lines = Vec::new();
    for comment in &plan.inline {
        let names: Vec<String> = comment
            .findings
            .iter()
            .map(|it| format!("{}@{}", it.finding.rule, it.finding.lines))
            .collect();
        let suggestion = comment.suggestion.as_ref().map(|it| format!(" => {:?}", it.replacement));
        let suggestion = suggestion.unwrap_or_default();
        lines.push(format!("{}: {}{suggestion}", comment.anchor.lines, names.join(", ")));
    }
    for it in &plan.folded {
        lines.push(format!("folded: {}@{}", it.finding.rule, it.finding.lines));
    }
    lines.join("\n")
}

#[test]
fn one_statement_one_comment_the_worst_first() {
    let rules = RuleSet::builtin();
    let mut weak = finding(&rules, POOL, 3);
    weak.confidence = Confidence::Medium;
    let findings = [weak, finding(&rules, LEAK, 3), finding(&rules, LEAK, 9)];
    insta::assert_snapshot!(planned(&findings, Limits::default(), Open::default()), @r"
    3: goroutine-leak-on-timeout@3, pool-put-deferred-in-loop@3
    9: goroutine-leak-on-timeout@9
    ");
}

#[test]
fn many_places_of_one_rule_are_one_comment() {
    let rules = RuleSet::builtin();
    let findings: Vec<Finding> = (1..=4).map(|line| finding(&rules, LEAK, line)).collect();
    insta::assert_snapshot!(planned(&findings, Limits::default(), Open::default()), @"1: goroutine-leak-on-timeout@1, goroutine-leak-on-timeout@2, goroutine-leak-on-timeout@3, goroutine-leak-on-timeout@4");
}

#[test]
fn what_is_unsure_or_has_no_place_is_folded() {
    let rules = RuleSet::builtin();
    let mut unsure = finding(&rules, LEAK, 2);
    unsure.confidence = Confidence::Low;
    let findings = [unsure, finding(&rules, POOL, 0)];
    insta::assert_snapshot!(planned(&findings, Limits::default(), Open::default()), @r"
    folded: pool-put-deferred-in-loop@0
    folded: goroutine-leak-on-timeout@2
    ");
}

#[test]
fn the_caps_count_what_stands_open_already() {
    let rules = RuleSet::builtin();
    let findings = [finding(&rules, POOL, 1), finding(&rules, LEAK, 2), finding(&rules, LEAK, 30)];
    let limits = Limits { comments: 3, performance: 1 };
    let open = Open { comments: 1, performance: 1 };
    insta::assert_snapshot!(planned(&findings, limits, open), @r"
    2: goroutine-leak-on-timeout@2
    30: goroutine-leak-on-timeout@30
    folded: pool-put-deferred-in-loop@1
    ");
    let open = Open { comments: 2, performance: 0 };
    insta::assert_snapshot!(planned(&findings, limits, open), @r"
    1: pool-put-deferred-in-loop@1
    folded: goroutine-leak-on-timeout@2
    folded: goroutine-leak-on-timeout@30
    ");
}

#[test]
fn an_edit_becomes_a_suggestion_where_one_hunk_shows_it_all() {
    let rules = RuleSet::builtin();
    let with_fix = |line, fix: u32| {
        let mut it = finding(&rules, LEAK, line);
        let lines = LineRange::line(fix);
        it.fix = Some(Fix { path: "a.go".into(), lines, replacement: "TWO".to_owned() });
        it
    };
    let plan = |it| planned(&[it], Limits::default(), Open::default());
    insta::assert_snapshot!(plan(with_fix(4, 2)), @r#"2-4: goroutine-leak-on-timeout@4 => "TWO\nthree\nfour""#);
    insta::assert_snapshot!(plan(with_fix(2, 2)), @r#"2: goroutine-leak-on-timeout@2 => "TWO""#);
    insta::assert_snapshot!(plan(with_fix(5, 2)), @"5: goroutine-leak-on-timeout@5");
}
