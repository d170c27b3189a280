//! Every message that a writer of rule sets can meet, as it is shown.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use rating::RuleSet;

const GOOD: &str = r#"[ruleset]
id = "example"
version = 1
title = { en = "Example", zh = "示例" }
time_zone = "Asia/Shanghai"
legal_basis = "none"
effective = 2020-02-11T00:00:00+08:00
sunset = 2020-05-11T00:00:00+08:00
review_within = "48h"

[[rule]]
id = "fever"
on = "declaration"
when = '"fever" in declaration.symptoms'
level = "yellow"
since = "declaration.at"
lasts = "7d"
eases = [ { after = "3d", to = "green" } ]
release.healthy_checks = 3
release.negative_tests = { count = 1, apart = "24h", not_before = "1d", methods = ["pcr"] }
reason = { en = "You declared {declaration.symptoms}.", zh = "您申报了{declaration.symptoms}。" }
"#;

/// What is wrong, what stands in the good document, and what stands there instead.
const BROKEN: &[(&str, &str, &str)] = &[
    ("no lasts", "lasts = \"7d\"\n", ""),
    ("lasts is no duration", "lasts = \"7d\"", "lasts = \"a week\""),
    ("lasts too long", "lasts = \"7d\"", "lasts = \"365d\""),
    ("lasts zero", "lasts = \"7d\"", "lasts = \"0d\""),
    ("no sunset", "sunset = 2020-05-11T00:00:00+08:00\n", ""),
    ("sunset before effective", "sunset = 2020-05-11", "sunset = 2020-01-11"),
    ("effective without offset", "effective = 2020-02-11T00:00:00+08:00", "effective = 2020-02-11T00:00:00"),
    ("unknown zone", "Asia/Shanghai", "Asia/Atlantis"),
    ("unknown field in the header", "version = 1", "version = 1\nscore = 3"),
    ("unknown field in a rule", "level = \"yellow\"", "level = \"yellow\"\nsecret = true"),
    ("not TOML", "version = 1", "version = = 1"),
    ("no reason", "reason = { en", "#reason = { en"),
    ("a place for nothing", "{declaration.symptoms}.", "{declaration.colour}."),
    ("a place that is not closed", "{declaration.symptoms}.", "{declaration.symptoms."),
    ("a format that does not fit", "{declaration.symptoms}.", "{declaration.at:percent}."),
    ("a language nobody reads here", "zh = \"您申报", "fr = \"您申报"),
    ("green rule", "level = \"yellow\"", "level = \"green\""),
    ("unknown level", "level = \"yellow\"", "level = \"orange\""),
    ("on a venue scan", "on = \"declaration\"", "on = \"visit\""),
    ("on a household", "on = \"declaration\"", "on = \"household\""),
    ("on something unknown", "on = \"declaration\"", "on = \"phone\""),
    ("no on", "on = \"declaration\"\n", ""),
    ("no since", "since = \"declaration.at\"\n", ""),
    ("since is no time", "since = \"declaration.at\"", "since = \"declaration.symptoms\""),
    ("since of another kind", "since = \"declaration.at\"", "since = \"test.sampled\""),
    ("since is empty", "since = \"declaration.at\"", "since = []"),
    ("easing upwards", "to = \"green\"", "to = \"red\""),
    ("easing after the end", "after = \"3d\"", "after = \"8d\""),
    ("no checks", "healthy_checks = 3", "healthy_checks = 0"),
    ("no tests", "count = 1", "count = 0"),
    ("unknown method", "methods = [\"pcr\"]", "methods = [\"sniffing\"]"),
    ("bad id", "id = \"fever\"", "id = \"Fever!\""),
    ("unknown symptom", "'\"fever\" in", "'\"fewer\" in"),
    ("not CEL", "'\"fever\" in declaration.symptoms'", "'\"fever\" in'"),
    ("a field of another kind", "'\"fever\" in declaration.symptoms'", "'test.result == \"positive\"'"),
    (
        "a field that is ruled out",
        "'\"fever\" in declaration.symptoms'",
        "'declaration.nationality == \"x\"'",
    ),
    ("telecom location", "'\"fever\" in declaration.symptoms'", "'declaration.cell_location == \"x\"'"),
    ("the clock", "'\"fever\" in declaration.symptoms'", "'now() > declaration.at'"),
    ("has under not", "'\"fever\" in declaration.symptoms'", "'!has(declaration.symptoms)'"),
    ("cases met under not", "'\"fever\" in declaration.symptoms'", "'!(declaration.cases_met >= 2)'"),
    ("few cases met", "'\"fever\" in declaration.symptoms'", "'declaration.cases_met <= 2'"),
    ("a number of cases met", "'\"fever\" in declaration.symptoms'", "'declaration.cases_met == 2'"),
    (
        "a list that is mapped",
        "'\"fever\" in declaration.symptoms'",
        "'declaration.symptoms.map(s, s).size() > 1'",
    ),
    ("a field alone", "'\"fever\" in declaration.symptoms'", "'declaration.symptoms'"),
    ("mixed types", "'\"fever\" in declaration.symptoms'", "'declaration.at > 3'"),
    ("an empty list", "'\"fever\" in declaration.symptoms'", "'size(declaration.symptoms) in []'"),
    ("arithmetic", "'\"fever\" in declaration.symptoms'", "'size(declaration.symptoms) * 2 > 3'"),
    (
        "a duration in words",
        "'\"fever\" in declaration.symptoms'",
        "'declaration.at - declaration.at > duration(\"long\")'",
    ),
];

#[test]
fn every_message_names_line_reason_and_remedy() {
    assert!(RuleSet::parse(GOOD.as_bytes()).is_ok());
    let mut shown = String::new();
    for (what, good, bad) in BROKEN {
        assert!(GOOD.contains(good), "{what}: the good document has no `{good}`");
        let document = GOOD.replacen(good, bad, 1);
        let error =
            RuleSet::parse(document.as_bytes()).err().unwrap_or_else(|| panic!("{what} was accepted"));
        shown.push_str(&format!("--- {what}\n{error}\n"));
    }
    insta::assert_snapshot!("rule_set_errors", shown);
}

#[test]
fn a_document_in_latin_1_is_refused_with_its_line() {
    let mut document = GOOD.replace("Example", "Beispiel f\u{fc}r alle").into_bytes();
    let position = document.windows(2).position(|pair| pair == [0xc3, 0xbc]).unwrap();
    document.splice(position..position + 2, [0xfc]);
    let error = RuleSet::parse(&document).unwrap_err();
    assert_eq!(error.problems[0].line, 4);
    assert!(error.to_string().contains("Save it as UTF-8"), "{error}");
}

#[test]
fn several_problems_are_told_at_once() {
    let document = GOOD.replace("lasts = \"7d\"\n", "").replace("level = \"yellow\"", "level = \"pink\"");
    assert_eq!(RuleSet::parse(document.as_bytes()).unwrap_err().problems.len(), 2);
}

#[test]
fn two_rules_with_one_id_are_refused() {
    let rule = GOOD.split_once("[[rule]]").unwrap().1;
    let document = format!("{GOOD}\n[[rule]]{rule}");
    let error = RuleSet::parse(document.as_bytes()).unwrap_err();
    assert!(error.to_string().contains("second rule has the id `fever`"), "{error}");
}

#[test]
fn nesting_and_length_are_bounded() {
    for when in [
        format!("{}true{}", "(".repeat(5_000), ")".repeat(5_000)),
        "!".repeat(900),
        "-".repeat(900) + "1 < 2",
    ] {
        let document = GOOD.replace("'\"fever\" in declaration.symptoms'", &format!("'{when}'"));
        assert!(RuleSet::parse(document.as_bytes()).is_err());
    }
}
