//! Random rule sets.

use evidence::{EvidenceKind, Level, TestMethod};
use oracle::rating::{Length, NegativeTests, Release, Rule, RuleSet, Unit};
use proptest::{collection::vec, option, prelude::*};

use super::{
    Calendar, KINDS,
    calendar::moment,
    condition::{condition, times},
};

/// A rule set of one to eight rules, `r0` to `r7`, with the dates applied or not.
pub fn rule_set(calendar: &Calendar) -> impl Strategy<Value = RuleSet> + use<> {
    let zone = calendar.zone.clone();
    let rules = vec(prop::sample::select(&KINDS[..]).prop_flat_map(rule), 1..=8);
    let dates = (moment(calendar, 0..15), 1_u32..60, prop::bool::weighted(0.3));
    (rules, dates).prop_map(move |(mut rules, (effective, days, in_force))| {
        for (number, rule) in rules.iter_mut().enumerate() {
            rule.id = format!("r{number}");
        }
        let sunset = Length::days(days).after(effective);
        RuleSet { rules, time_zone: zone.clone(), effective, sunset, in_force }
    })
}

fn rule(on: EvidenceKind) -> impl Strategy<Value = Rule> {
    let when = option::weighted(0.5, condition(on));
    let level = prop_oneof![2 => Just(Level::Red), 1 => Just(Level::Yellow)];
    let since = prop::sample::subsequence(times(on), 1..=times(on).len().min(3)).prop_shuffle();
    (Just(on), when, level, since, lasts(), release()).prop_flat_map(
        |(on, when, level, since, lasts, release)| {
            eases(level, lasts).prop_map(move |eases| Rule {
                id: String::new(),
                on,
                when: when.clone(),
                level,
                since: since.clone(),
                lasts,
                release: release.clone(),
                eases,
            })
        },
    )
}

fn length(unit: Unit) -> impl Fn(u32) -> Length + Clone {
    move |count| Length { count, unit }
}

fn lasts() -> impl Strategy<Value = Length> {
    prop_oneof![
        8 => (3_u32..30).prop_map(Length::days),
        2 => (1_u32..100).prop_map(length(Unit::Hours)),
        1 => (1_u32..5_000).prop_map(length(Unit::Minutes)),
    ]
}

fn release() -> impl Strategy<Value = Release> {
    (option::weighted(0.5, 1_u32..=5), option::weighted(0.4, negative_tests()), prop::bool::weighted(0.3))
        .prop_map(|(healthy_checks, negative_tests, recovery)| Release {
            healthy_checks,
            negative_tests,
            recovery,
        })
}

fn negative_tests() -> impl Strategy<Value = NegativeTests> {
    let hours = |counts: Vec<u32>| prop::sample::select(counts).prop_map(length(Unit::Hours));
    let methods = prop_oneof![
        2 => Just(Vec::new()),
        1 => prop::sample::subsequence(TestMethod::ALL, 1..=3),
    ];
    (1_u32..=3, hours(vec![0, 12, 24, 36]), hours(vec![0, 0, 24, 72]), methods)
        .prop_map(|(count, apart, not_before, methods)| NegativeTests { count, apart, not_before, methods })
}

/// Up to two steps down, inside the time the rule lasts.
fn eases(level: Level, lasts: Length) -> BoxedStrategy<Vec<(Length, Level)>> {
    let below: Vec<Level> = Level::ALL.iter().copied().filter(|below| *below < level).rev().collect();
    let last = u32::try_from(lasts.minutes()).unwrap() - 1;
    if last < 2 {
        return Just(Vec::new()).boxed();
    }
    let after = (1..last, 1..last).prop_map(|(one, two)| [one.min(two), one.max(two)]);
    (prop::sample::select(vec![0_usize, 0, 1, 2]), after)
        .prop_map(move |(steps, after)| {
            let steps = if after[0] == after[1] { steps.min(1) } else { steps };
            let minutes = after.into_iter().map(length(Unit::Minutes));
            minutes.zip(below.clone()).take(steps).collect()
        })
        .boxed()
}
