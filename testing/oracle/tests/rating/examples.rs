//! Sentences of `docs/rating.md` worked out by hand: both implementations must give what the page says.
//!
//! Comparing the two finds what only one of them got wrong. These find what both did.

use evidence::{
    Case, CaseId, CaseStatus, Check, CheckedBy, Declaration, Effect, EvidenceKind, Level, OfficerId,
    RegionId, RegionLevel, RegionPeriod, RuledReason, Ruling, RulingId, Stay, Symptom, Symptoms, Temperature,
    Test, TestId, TestMethod, TestResult,
};
use jiff::{Timestamp, tz::TimeZone};
use oracle::rating::{
    Comparison, Condition, Length, NegativeTests, PersonEvidence, Release, Rule, RuleSet, View,
};

use crate::adapter;

/// A day and time of day in March 2020 in Shanghai: `"14 09:30"`; `"32 …"` is the 1st of April.
fn t(text: &str) -> Timestamp {
    let (day, time) = text.split_once(' ').unwrap();
    let midnight: Timestamp = "2020-02-29T00:00:00+08:00".parse().unwrap();
    let (hour, minute) = time.split_once(':').unwrap();
    let minutes: u32 = hour.parse::<u32>().unwrap() * 60 + minute.parse::<u32>().unwrap();
    let day = Length::days(day.parse().unwrap()).after(midnight);
    Length { count: minutes, unit: oracle::rating::Unit::Minutes }.after(day)
}

fn rule(on: EvidenceKind, since: &'static str, days: u32) -> Rule {
    Rule {
        id: "rule".to_owned(),
        on,
        when: None,
        level: Level::Red,
        since: vec![since],
        lasts: Length::days(days),
        release: Release::default(),
        eases: Vec::new(),
    }
}

fn rules(rules: Vec<Rule>) -> RuleSet {
    RuleSet {
        rules,
        time_zone: TimeZone::get("Asia/Shanghai").unwrap(),
        effective: t("1 00:00"),
        sunset: t("60 00:00"),
        in_force: false,
    }
}

/// The level over time, known at an instant, is what is expected in both implementations.
fn expect(rule: Rule, person: &PersonEvidence, known_at: &str, expected: &[(&str, Level)]) {
    let oracle = rules(vec![rule]);
    let expected: Vec<(Timestamp, Level)> = expected.iter().map(|(at, level)| (t(at), *level)).collect();
    assert_eq!(View::new(&oracle, person, t(known_at)).timeline(), expected, "the oracle");
    let rule_set = adapter::rule_set(&oracle);
    let real = rating::timeline(&rule_set, &adapter::evidence(person), t(known_at));
    assert_eq!(real, expected, "the rating crate");
}

fn fever(at: &str) -> Vec<Declaration> {
    vec![Declaration { at: t(at), symptoms: Symptoms::NONE.with(Symptom::Fever) }]
}

fn check(at: &str, celsius: f64) -> Check {
    let temperature = Some(Temperature::from_celsius(celsius).unwrap());
    Check { at: t(at), temperature, symptoms: Symptoms::NONE, by: CheckedBy::Itself }
}

fn stay(arrived: &str, left: Option<&str>) -> Stay {
    Stay { region: RegionId::new("r").unwrap(), region_level: None, arrived: t(arrived), left: left.map(t) }
}

fn negative(sampled: &str, reported: &str) -> Test {
    let test = TestId::new(&sampled.replace(' ', ":")).unwrap();
    Test {
        test,
        sampled: t(sampled),
        reported: Some(t(reported)),
        method: TestMethod::Pcr,
        result: TestResult::Negative,
    }
}

fn ruling(effect: Effect, from: &str, to: &str) -> Ruling {
    Ruling {
        ruling: RulingId::new(&from.replace(' ', ":")).unwrap(),
        reason: RuledReason::Every,
        effect,
        from: t(from),
        to: t(to),
        ground: "invented".to_owned(),
        by: OfficerId::new("o").unwrap(),
        second: None,
    }
}

#[test]
fn the_countdown_of_a_stay_begins_when_the_person_leaves() {
    let person = PersonEvidence { stays: vec![stay("2 08:00", Some("5 20:00"))], ..Default::default() };
    let rule = rule(EvidenceKind::Stay, "left", 14);
    expect(rule, &person, "5 20:00", &[("2 08:00", Level::Red), ("19 20:00", Level::Green)]);
}

#[test]
fn an_open_stay_speaks_for_thirty_days() {
    let person = PersonEvidence { stays: vec![stay("2 08:00", None)], ..Default::default() };
    let rule = rule(EvidenceKind::Stay, "left", 14);
    expect(rule, &person, "2 08:00", &[("2 08:00", Level::Red), ("32 08:00", Level::Green)]);
}

#[test]
fn a_stay_restricts_from_when_its_region_became_risky_while_the_person_was_there() {
    let period = |level, from, to| RegionPeriod {
        region: RegionId::new("r").unwrap(),
        level,
        from: t(from),
        to: Some(t(to)),
    };
    let person = PersonEvidence {
        stays: vec![stay("2 08:00", Some("8 08:00"))],
        regions: vec![
            period(RegionLevel::Low, "1 00:00", "4 00:00"),
            period(RegionLevel::High, "4 00:00", "5 00:00"),
            period(RegionLevel::Low, "5 00:00", "30 00:00"),
        ],
        ..Default::default()
    };
    let mut rule = rule(EvidenceKind::Stay, "left", 7);
    rule.when = Some(Condition::Word("region_level", Comparison::Equal, "high".to_owned()));
    expect(rule, &person, "30 00:00", &[("4 00:00", Level::Red), ("15 08:00", Level::Green)]);
}

#[test]
fn healthy_checks_release_at_the_one_that_completes_the_days() {
    let checks =
        vec![check("4 23:59", 37.3), check("2 09:00", 36.5), check("3 00:00", 36.5), check("5 08:00", 36.5)];
    let person = PersonEvidence { declarations: fever("2 08:00"), checks, ..Default::default() };
    let mut rule = rule(EvidenceKind::Declaration, "at", 14);
    rule.release.healthy_checks = Some(3);
    expect(rule, &person, "20 00:00", &[("2 08:00", Level::Red), ("4 23:59", Level::Green)]);
}

#[test]
fn a_fever_starts_the_count_anew_and_spoils_its_day() {
    // The second day is spoiled at noon: neither the check before nor the one after it counts.
    let days = ["3 08:00", "4 08:00", "5 08:00", "6 08:00"];
    let mut checks: Vec<Check> = days.into_iter().map(|at| check(at, 36.5)).collect();
    checks.extend([check("4 12:00", 37.4), check("4 20:00", 36.5)]);
    let person = PersonEvidence { declarations: fever("2 08:00"), checks, ..Default::default() };
    let mut rule = rule(EvidenceKind::Declaration, "at", 14);
    rule.release.healthy_checks = Some(2);
    let by_then = [("2 08:00", Level::Red), ("4 08:00", Level::Green)];
    expect(rule.clone(), &person, "20 00:00", &by_then);
    rule.release.healthy_checks = Some(3);
    let spoiled = [("2 08:00", Level::Red), ("16 08:00", Level::Green)];
    expect(rule, &person, "20 00:00", &spoiled);
}

#[test]
fn a_check_before_the_anchor_does_not_count_and_one_at_the_anchor_does() {
    let mut rule = rule(EvidenceKind::Declaration, "at", 14);
    rule.release.healthy_checks = Some(2);
    let until = |at| [("2 08:00", Level::Red), (at, Level::Green)];
    for (first, end) in [("2 07:59", "16 08:00"), ("2 08:00", "3 07:00")] {
        let checks = vec![check(first, 36.5), check("3 07:00", 36.5)];
        let person = PersonEvidence { declarations: fever("2 08:00"), checks, ..Default::default() };
        expect(rule.clone(), &person, "20 00:00", &until(end));
    }
}

#[test]
fn the_second_negative_test_releases_when_its_result_is_known() {
    let mut rule = rule(EvidenceKind::Declaration, "at", 14);
    let apart = Length { count: 24, unit: oracle::rating::Unit::Hours };
    let tests =
        NegativeTests { count: 2, apart, not_before: Length::days(1), methods: vec![TestMethod::Pcr] };
    rule.release.negative_tests = Some(tests);
    let person = PersonEvidence {
        declarations: fever("2 08:00"),
        // The first specimen is too early; of the others the two that lie a day apart count, and the earlier one's
        // report comes last.
        tests: vec![
            negative("3 07:59", "3 12:00"),
            negative("4 08:00", "7 12:00"),
            negative("5 07:59", "5 12:00"),
            negative("5 08:00", "6 12:00"),
        ],
        ..Default::default()
    };
    expect(rule.clone(), &person, "20 00:00", &[("2 08:00", Level::Red), ("7 12:00", Level::Green)]);
    expect(rule, &person, "7 11:59", &[("2 08:00", Level::Red), ("16 08:00", Level::Green)]);
}

#[test]
fn a_specimen_taken_just_when_it_may_be_counts_and_one_a_minute_before_does_not() {
    let mut rule = rule(EvidenceKind::Declaration, "at", 14);
    let apart = Length::days(0);
    let tests = NegativeTests { count: 1, apart, not_before: Length::days(1), methods: Vec::new() };
    rule.release.negative_tests = Some(tests);
    for (sampled, end) in [("3 08:00", "3 12:00"), ("3 07:59", "16 08:00")] {
        let tests = vec![negative(sampled, "3 12:00")];
        let person = PersonEvidence { declarations: fever("2 08:00"), tests, ..Default::default() };
        expect(rule.clone(), &person, "20 00:00", &[("2 08:00", Level::Red), (end, Level::Green)]);
    }
}

#[test]
fn a_reason_eases_at_the_step_and_not_before() {
    let mut rule = rule(EvidenceKind::Declaration, "at", 14);
    rule.eases = vec![(Length::days(7), Level::Yellow)];
    let person = PersonEvidence { declarations: fever("2 08:00"), ..Default::default() };
    let expected = [("2 08:00", Level::Red), ("9 08:00", Level::Yellow), ("16 08:00", Level::Green)];
    expect(rule, &person, "3 00:00", &expected);
}

#[test]
fn a_recovered_case_was_confirmed_until_it_recovered_and_never_restricts_from_then_on() {
    let case = Case {
        case: CaseId::new("c").unwrap(),
        status: CaseStatus::Recovered,
        onset: Some(t("1 08:00")),
        confirmed: Some(t("3 08:00")),
        isolated: None,
        recovered: Some(t("9 08:00")),
    };
    let person = PersonEvidence { cases: vec![case], ..Default::default() };
    let mut rule = rule(EvidenceKind::Case, "confirmed", 14);
    rule.when = Some(Condition::Word("status", Comparison::Equal, "confirmed".to_owned()));
    let until = |at| [("3 08:00", Level::Red), (at, Level::Green)];
    expect(rule.clone(), &person, "8 00:00", &until("17 08:00"));
    expect(rule, &person, "9 08:00", &until("9 08:00"));
}

#[test]
fn a_lift_wins_over_any_set_and_of_sets_the_last_begun_and_then_the_lowest() {
    let person = PersonEvidence {
        declarations: fever("2 00:00"),
        rulings: vec![
            ruling(Effect::Set(Level::Yellow), "3 00:00", "10 00:00"),
            ruling(Effect::Set(Level::Red), "5 00:00", "7 00:00"),
            ruling(Effect::Set(Level::Yellow), "6 00:00", "7 00:00"),
            ruling(Effect::Set(Level::Red), "6 00:00", "7 00:00"),
            ruling(Effect::Lift, "8 00:00", "9 00:00"),
        ],
        ..Default::default()
    };
    let expected = [
        ("2 00:00", Level::Red),
        ("3 00:00", Level::Yellow),
        ("5 00:00", Level::Red),
        ("6 00:00", Level::Yellow),
        ("8 00:00", Level::Green),
        ("9 00:00", Level::Yellow),
        ("10 00:00", Level::Red),
        ("16 00:00", Level::Green),
    ];
    expect(rule(EvidenceKind::Declaration, "at", 14), &person, "20 00:00", &expected);
}
