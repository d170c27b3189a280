//! Whether a reason has been released by an instant.

use evidence::{Check, Test, TestResult};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};

use super::{
    NegativeTests, PersonEvidence, RuleSet,
    rule_set::Release,
    version::{case_known, is_healthy, test_known},
};

/// Whether any of a rule's releases has come, counting from an anchor, by an instant and by what was known then.
pub(super) fn released(
    rule_set: &RuleSet,
    release: &Release,
    person: &PersonEvidence,
    anchor: Timestamp,
    by: Timestamp,
) -> bool {
    let checks = release
        .healthy_checks
        .is_some_and(|days| checked(&rule_set.time_zone, days, &person.checks, anchor, by));
    let tests =
        release.negative_tests.as_ref().is_some_and(|wanted| tested(wanted, &person.tests, anchor, by));
    checks || tests || (release.recovery && recovered(person, anchor, by))
}

/// Whether some healthy check completed a run of civil days.
///
/// A check completes a run of `days` if its own day and each of the `days - 1` days before it had a healthy check by
/// then, and none of them had one that was not healthy.
fn checked(zone: &TimeZone, days: u32, checks: &[Check], anchor: Timestamp, by: Timestamp) -> bool {
    let day_of = |check: &Check| zone.to_datetime(check.at).date();
    let counted: Vec<(Timestamp, Date, bool)> = checks
        .iter()
        .filter(|check| check.at >= anchor && check.at <= by)
        .map(|check| (check.at, day_of(check), is_healthy(check)))
        .collect();
    let good = |day: Date, moment: Timestamp| {
        let mut of_day = counted.iter().filter(|(at, on, _)| *on == day && *at <= moment).peekable();
        of_day.peek().is_some() && of_day.all(|(_, _, healthy)| *healthy)
    };
    counted.iter().filter(|(_, _, healthy)| *healthy).any(|(moment, last, _)| {
        (0..i64::from(days)).all(|back| last.checked_sub(back.days()).is_ok_and(|day| good(day, *moment)))
    })
}

/// Whether enough negative tests are known whose specimens lie far enough apart.
fn tested(wanted: &NegativeTests, tests: &[Test], anchor: Timestamp, by: Timestamp) -> bool {
    let earliest = wanted.not_before.after(anchor);
    let mut specimens: Vec<Timestamp> = tests
        .iter()
        .filter(|test| test.result == TestResult::Negative && test_known(test) <= by)
        .filter(|test| wanted.methods.is_empty() || wanted.methods.contains(&test.method))
        .map(|test| test.sampled)
        .filter(|sampled| *sampled >= earliest)
        .collect();
    specimens.sort();
    longest_run(&specimens, wanted) >= wanted.count
}

/// The most specimens that can be picked from a sorted list so that each lies `apart` after the one picked before:
/// with the first or without it, whichever gives more.
fn longest_run(specimens: &[Timestamp], wanted: &NegativeTests) -> u32 {
    let Some((first, rest)) = specimens.split_first() else { return 0 };
    let next = rest.iter().position(|later| *later >= wanted.apart.after(*first));
    let with = 1 + next.and_then(|next| rest.get(next..)).map_or(0, |rest| longest_run(rest, wanted));
    with.max(longest_run(rest, wanted))
}

/// Whether a recovery at or after the anchor is known.
fn recovered(person: &PersonEvidence, anchor: Timestamp, by: Timestamp) -> bool {
    person.cases.iter().any(|case| {
        let known = case_known(case).is_some_and(|known| known <= by);
        known && case.recovered.is_some_and(|recovered| recovered >= anchor && recovered <= by)
    })
}
