//! `go-expert review --format sarif` against the standard's own schema, and against what GitHub
//! asks for beyond it.
//!
//! Source of the latter: <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>.

use std::path::Path;

use serde_json::Value;

use super::local::{directory, review};
use super::world::texts;

const SCHEMA: &str = include_str!("sarif/sarif-schema-2.1.0.json");

/// The log of an audit, after the schema has judged it.
#[track_caller]
fn log(directory: &Path, language: &str) -> Value {
    let output = review(directory, &["--all", "--format", "sarif", "--lang", language]);
    assert_eq!(output.status.code(), Some(0));
    let log: Value = serde_json::from_slice(&output.stdout).unwrap();
    // The pattern of a language has a lone bracket, which only some dialects take as it stands.
    let schema = SCHEMA.replace("{2}]?$", "{2}\\\\]?$");
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let schema = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let wrong: Vec<String> = schema
        .iter_errors(&log)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for rule in log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap() {
        is_shown(rule);
    }
    log
}

/// Whether code scanning takes and shows a rule.
#[track_caller]
fn is_shown(rule: &Value) {
    for name in ["shortDescription", "fullDescription"] {
        let text = rule[name]["text"].as_str().unwrap();
        assert!((1..=1024).contains(&text.chars().count()), "{}: {name}", rule["id"]);
    }
    for name in ["text", "markdown"] {
        assert!(!rule["help"][name].as_str().unwrap().is_empty(), "{}", rule["id"]);
    }
    assert!(rule["helpUri"].is_string(), "{}", rule["id"]);
    let one_of = |value: &Value, of: &[&str]| of.contains(&value.as_str().unwrap());
    let properties = &rule["properties"];
    assert!(one_of(&rule["defaultConfiguration"]["level"], &["note", "warning", "error"]));
    assert!(one_of(&properties["precision"], &["very-high", "high", "medium", "low"]));
    let severities = ["error", "warning", "recommendation"];
    assert!(one_of(&properties["problem.severity"], &severities));
    assert!(properties["tags"].as_array().unwrap().len() <= 10);
    let is_security = properties["tags"].as_array().unwrap().contains(&"security".into());
    assert_eq!(properties["security-severity"].is_string(), is_security, "{}", rule["id"]);
}

/// Whether a region has all four bounds.
#[track_caller]
fn is_bounded(location: &Value) {
    let region = &location["physicalLocation"]["region"];
    for bound in ["startLine", "startColumn", "endLine", "endColumn"] {
        assert!(region[bound].as_u64().is_some_and(|it| it > 0), "{bound}: {location}");
    }
}

#[test]
fn a_log_is_what_the_standard_and_github_ask_for() {
    let module = "module example.com/shop\n\ngo 1.24\n";
    let rates = "package shop\n\nimport \"net/http\"\n\nvar 汇率, _ = http.Get(\"汇率😀\")\n";
    let shop = directory(&[
        ("go.mod", module),
        ("询价 [1]/ask 100%.go", texts::LEAK),
        ("rates.go", rates),
        ("x/broken.go", "package shop\n\nfunc half( {\n"),
        ("y/binary.go", "\0"),
    ]);
    for language in ["en", "zh-CN"] {
        let log = log(shop.path(), language);
        let run = &log["runs"][0];
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), 2);
        for result in results {
            is_bounded(&result["locations"][0]);
            let hash = result["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap();
            assert!(hash.ends_with(":1"), "{hash}");
            let message = result["message"]["text"].as_str().unwrap();
            let related = result["relatedLocations"].as_array();
            for (id, place) in related.into_iter().flatten().enumerate() {
                is_bounded(place);
                assert_eq!(place["id"], id);
                assert!(message.contains(&format!("]({id})")), "{message}");
            }
        }
        let uri = |at: &Value| at["physicalLocation"]["artifactLocation"]["uri"].clone();
        let leak = &results[1];
        let path = "%E8%AF%A2%E4%BB%B7%20%5B1%5D/ask%20100%25.go";
        assert_eq!(uri(&leak["locations"][0]), path);
        let change = &leak["fixes"][0]["artifactChanges"][0];
        assert_eq!(change["artifactLocation"]["uri"], path);
        let notifications = &run["invocations"][0]["toolExecutionNotifications"];
        assert_eq!(notifications.as_array().unwrap().len(), 2);
        let region = &results[0]["locations"][0]["physicalLocation"]["region"];
        // In UTF-16: the name takes two code units, the face another two.
        assert_eq!((&region["startColumn"], &region["endColumn"]), (&13.into(), &29.into()));
    }
}

#[test]
fn a_log_without_findings_is_a_log() {
    let shop = directory(&[("price.go", texts::PRICE)]);
    let log = log(shop.path(), "en");
    assert_eq!(log["runs"][0]["results"], serde_json::json!([]));
}
