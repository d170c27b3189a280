//! How long one rating takes: a typical person (3 pieces of evidence) under 10 rules, conditions in CEL included.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use evidence::{
    Check, CheckedBy, Declaration, Stay, Symptom, Symptoms, Temperature, Test, TestMethod, TestResult,
};
use jiff::{SignedDuration, Timestamp};
use rating::{Evidence, Piece, RuleSet, rate};

fn rule_set() -> RuleSet {
    let mut document = String::from(
        r#"[ruleset]
id = "bench"
version = 1
title = { en = "Bench", zh = "基准" }
time_zone = "Asia/Shanghai"
legal_basis = "none"
effective = 2020-02-11T00:00:00+08:00
sunset = 2020-05-11T00:00:00+08:00
review_within = "48h"
"#,
    );
    let rules = [
        ("declaration", r#"declaration.symptoms.exists(s, s in ["loss_of_smell", "loss_of_taste"])"#, "at"),
        ("declaration", r#""fever" in declaration.symptoms && "cough" in declaration.symptoms"#, "at"),
        (
            "declaration",
            r#"declaration.symptoms.filter(s, s in ["cough", "fatigue", "chills"]).size() >= 2"#,
            "at",
        ),
        ("check", "has(check.temperature_c) && check.temperature_c > 37.3", "at"),
        ("stay", r#"stay.region_level == "high""#, "left"),
        ("stay", r#"stay.region_level == "medium" && stay.left - stay.arrived > duration("24h")"#, "left"),
        ("test", r#"test.result == "positive" && test.method in ["pcr", "antigen"]"#, "sampled"),
        ("case", r#"case.status == "confirmed""#, "confirmed"),
        ("exposure", r#"exposure.class == "close" && exposure.combined_probability >= 0.04"#, "last"),
        ("exposure", "exposure.minutes >= 60 || exposure.cases >= 2", "last"),
    ];
    for (number, (on, when, since)) in rules.iter().enumerate() {
        document.push_str(&format!(
            "[[rule]]\nid = \"r{number}\"\non = \"{on}\"\nwhen = '{when}'\nlevel = \"yellow\"\nsince = \"{on}.{since}\"\n\
             lasts = \"14d\"\nrelease.negative_tests = {{ count = 2, apart = \"24h\", not_before = \"5d\" }}\n\
             reason = {{ en = \"{{{on}.{since}}}\", zh = \"{{{on}.{since}}}\" }}\n"
        ));
    }
    RuleSet::parse(document.as_bytes()).unwrap()
}

fn main_bench(criterion: &mut Criterion) {
    let rule_set = rule_set();
    let day = |days: i64| -> Timestamp {
        "2020-02-10T01:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_hours(24 * days)
    };
    let symptoms = |list: &[Symptom]| -> Symptoms { list.iter().copied().collect() };
    let declaration =
        |list: &[Symptom]| Piece::of_declaration(Declaration { at: day(3), symptoms: symptoms(list) });
    let check = Piece::of_check(Check {
        at: day(4),
        temperature: Some(Temperature::from_celsius(36.6).unwrap()),
        symptoms: Symptoms::NONE,
        by: CheckedBy::Itself,
    });
    let test = Piece::of_test(Test {
        test: "t1".parse().unwrap(),
        sampled: day(5),
        reported: Some(day(6)),
        method: TestMethod::Pcr,
        result: TestResult::Negative,
    });
    let stay = Stay {
        region: "r1".parse().unwrap(),
        region_level: Some(evidence::RegionLevel::High),
        arrived: day(0),
        left: Some(day(2)),
    };
    let well = Evidence { pieces: vec![declaration(&[]), check.clone(), test.clone()], rulings: Vec::new() };
    let cold =
        Evidence { pieces: vec![declaration(&[Symptom::Cough]), check, test.clone()], rulings: Vec::new() };
    let mut restricted = Evidence {
        pieces: vec![declaration(&[Symptom::Cough, Symptom::Fever, Symptom::Fatigue]), test],
        rulings: Vec::new(),
    };
    restricted.pieces.extend(Piece::of_stay(&stay, &[]).into_iter().skip(1));
    for (name, evidence) in
        [("well", well), ("a cold, green", cold), ("two rules and a stay, yellow", restricted)]
    {
        criterion.bench_function(&format!("rate: 3 pieces, 10 rules: {name}"), |bencher| {
            bencher.iter(|| rate(black_box(&rule_set), black_box(&evidence), black_box(day(7))));
        });
    }
}

criterion_group!(benches, main_bench);
criterion_main!(benches);
