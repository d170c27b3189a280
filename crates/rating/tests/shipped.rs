//! The shipped rule sets and tables are sound.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use rating::{BackgroundSymptoms, RuleSet, Severity, check};

fn shipped(name: &str) -> RuleSet {
    let path = format!("{}/../../rulesets/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    RuleSet::parse(&std::fs::read(path).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn every_shipped_rule_set_passes_its_own_check() {
    let background = BackgroundSymptoms::parse(BackgroundSymptoms::SHIPPED).unwrap();
    for name in ["hangzhou-2020", "proportionate"] {
        let findings = check(&shipped(name), &background);
        let refused: Vec<_> = findings.iter().filter(|f| f.severity == Severity::Refused).collect();
        assert!(refused.is_empty(), "{name}: {refused:#?}");
        assert!(findings.iter().all(|f| !f.what.contains("names no source")), "{name}");
    }
}

#[test]
fn the_rule_on_any_symptom_is_warned_of_and_the_combination_far_less_broad() {
    let background = BackgroundSymptoms::parse(BackgroundSymptoms::SHIPPED).unwrap();
    let breadth = |set: &str, rule: &str| {
        let findings = check(&shipped(set), &background);
        let found = findings
            .into_iter()
            .find(|f| f.rule.as_deref() == Some(rule) && f.what.contains("people without"));
        found.unwrap()
    };
    let any = breadth("hangzhou-2020", "any-symptom");
    println!("{any:#?}");
    assert_eq!(any.severity, Severity::Warning);
    println!("{:#?}", breadth("proportionate", "telling-symptoms"));
}

#[test]
fn a_rule_that_counts_cases_met_is_refused_unless_its_reason_says_how_many() {
    let path = format!("{}/../../rulesets/proportionate.toml", env!("CARGO_MANIFEST_DIR"));
    let document = std::fs::read_to_string(path).unwrap();
    let silent = document.replacen("{declaration.cases_met}.", "some.", 1);
    assert_ne!(silent, document);
    let background = BackgroundSymptoms::parse(BackgroundSymptoms::SHIPPED).unwrap();
    let findings = check(&RuleSet::parse(silent.as_bytes()).unwrap(), &background);
    let refused: Vec<_> = findings.iter().filter(|f| f.severity == Severity::Refused).collect();
    assert!(
        matches!(refused.as_slice(), [only] if only.what == "the reason in `en` does not say how many cases were met"),
        "{refused:#?}"
    );
}
