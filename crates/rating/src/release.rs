//! What ends a reason before its time.

use evidence::{Check, Test, TestResult};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use smallvec::SmallVec;

use crate::{
    piece::{Evidence, Piece, Says},
    rule_set::{NegativeTests, Rule},
};

/// How far a person is towards a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Progress {
    /// The instant at which the release took effect, if it did.
    pub(crate) done_at: Option<Timestamp>,
    /// Daily checks in a row, or tests that count, so far.
    pub(crate) count: u32,
}

/// The evidence a release may look at: what is known at an instant, from an anchor on.
pub(crate) struct Releasing<'a> {
    pub(crate) evidence: &'a Evidence,
    pub(crate) zone: &'a TimeZone,
    pub(crate) anchor: Timestamp,
    pub(crate) at: Timestamp,
}

impl Releasing<'_> {
    /// The instant at which a rule's reason is released, if it is.
    pub(crate) fn instant(&self, rule: &Rule) -> Option<Timestamp> {
        let release = &rule.release;
        let checks = release.healthy_checks.and_then(|needed| self.healthy_checks(needed).done_at);
        let tests = release.negative_tests.as_ref().and_then(|tests| self.negative_tests(tests).done_at);
        let recovery = if release.recovery { self.recovery() } else { None };
        [checks, tests, recovery].into_iter().flatten().min()
    }

    fn known(&self) -> impl Iterator<Item = &Piece> {
        self.evidence.pieces.iter().filter(|piece| piece.known <= self.at)
    }

    /// Consecutive civil days with a healthy check and none that is not.
    pub(crate) fn healthy_checks(&self, needed: u32) -> Progress {
        let mut checks: SmallVec<[&Check; 16]> = self
            .known()
            .filter_map(|piece| match &piece.says {
                Says::Check(check) if check.at >= self.anchor => Some(check),
                _ => None,
            })
            .collect();
        checks.sort_unstable_by_key(|check| (check.at, check.is_healthy()));
        let (mut row, mut last, mut spoilt) = (0, None::<Date>, None::<Date>);
        for check in checks {
            let day = self.zone.to_datetime(check.at).date();
            if !check.is_healthy() {
                (row, last, spoilt) = (0, None, Some(day));
            } else if spoilt != Some(day) && last != Some(day) {
                let follows = last.is_some_and(|last| last.tomorrow().is_ok_and(|next| next == day));
                row = if follows { row + 1 } else { 1 };
                last = Some(day);
                if row == needed {
                    return Progress { done_at: Some(check.at), count: row };
                }
            }
        }
        Progress { done_at: None, count: row }
    }

    /// Negative tests whose specimens lie far enough apart.
    pub(crate) fn negative_tests(&self, needed: &NegativeTests) -> Progress {
        let Ok(earliest) = self.anchor.checked_add(needed.not_before) else { return Progress::default() };
        let counts = |test: &&Test| {
            test.result == TestResult::Negative
                && test.sampled >= earliest
                && (needed.methods.is_empty() || needed.methods.contains(&test.method))
        };
        let mut tests: SmallVec<[&Test; 8]> = self
            .known()
            .filter_map(|piece| match &piece.says {
                Says::Test(test) => Some(test),
                _ => None,
            })
            .filter(counts)
            .collect();
        tests.sort_unstable_by_key(|test| (test.known(), test.sampled));
        let mut sampled: SmallVec<[Timestamp; 8]> = SmallVec::new();
        let mut count = 0;
        for test in tests {
            let place = sampled.partition_point(|s| *s <= test.sampled);
            sampled.insert(place, test.sampled);
            count = longest_chain(&sampled, needed.apart);
            if count >= needed.count {
                return Progress { done_at: Some(test.known()), count };
            }
        }
        Progress { done_at: None, count }
    }

    /// When a recovery at or after the anchor became known.
    fn recovery(&self) -> Option<Timestamp> {
        let recoveries = self.known().filter_map(|piece| match &piece.says {
            Says::Case(case) => {
                case.recovered.filter(|recovered| *recovered >= self.anchor).map(|_| piece.known)
            }
            _ => None,
        });
        recoveries.min()
    }
}

/// Most of some instants, in order, that can be taken with a distance between each and the next.
fn longest_chain(instants: &[Timestamp], apart: jiff::SignedDuration) -> u32 {
    let mut count = 0;
    let mut last: Option<Timestamp> = None;
    for instant in instants {
        if last.is_none_or(|last| instant.duration_since(last) >= apart) {
            count += 1;
            last = Some(*instant);
        }
    }
    count
}
