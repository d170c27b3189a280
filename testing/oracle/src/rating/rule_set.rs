//! Rule sets, as far as they decide a level.

use evidence::{EvidenceKind, Level, TestMethod};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::Condition;

/// A unit of a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// `m`
    Minutes,
    /// `h`
    Hours,
    /// `d`, which is 24 hours.
    Days,
}

/// A duration as a rule set writes it: a whole number and a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: Unit,
}

impl Length {
    /// A number of days.
    #[must_use]
    pub fn days(count: u32) -> Self {
        Length { count, unit: Unit::Days }
    }

    /// The length in minutes.
    #[must_use]
    pub fn minutes(self) -> i64 {
        let unit = match self.unit {
            Unit::Minutes => 1,
            Unit::Hours => 60,
            Unit::Days => 24 * 60,
        };
        i64::from(self.count) * unit
    }

    /// The instant this long after another; the latest instant there is where that would lie beyond it.
    #[must_use]
    pub fn after(self, instant: Timestamp) -> Timestamp {
        instant.checked_add(SignedDuration::from_mins(self.minutes())).unwrap_or(Timestamp::MAX)
    }
}

impl std::fmt::Display for Length {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let unit = match self.unit {
            Unit::Minutes => "m",
            Unit::Hours => "h",
            Unit::Days => "d",
        };
        write!(f, "{}{unit}", self.count)
    }
}

/// Negative tests that end a reason.
#[derive(Debug, Clone)]
pub struct NegativeTests {
    /// How many.
    pub count: u32,
    /// Each specimen at least this long after the one before.
    pub apart: Length,
    /// No specimen earlier than this after the anchor.
    pub not_before: Length,
    /// The methods that count; every method where there is none.
    pub methods: Vec<TestMethod>,
}

/// What ends a reason before its time.
#[derive(Debug, Clone, Default)]
pub struct Release {
    /// Consecutive civil days with a healthy check.
    pub healthy_checks: Option<u32>,
    /// Negative tests.
    pub negative_tests: Option<NegativeTests>,
    /// A recovery.
    pub recovery: bool,
}

/// One rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// The kind of evidence it speaks of.
    pub on: EvidenceKind,
    /// Its condition; none means always.
    pub when: Option<Condition>,
    /// The level it gives.
    pub level: Level,
    /// Names of times of the evidence, without the kind: the first that is there is the anchor.
    pub since: Vec<&'static str>,
    /// How long after the anchor.
    pub lasts: Length,
    /// What ends it early.
    pub release: Release,
    /// Steps: how long after the anchor, and to which level.
    pub eases: Vec<(Length, Level)>,
}

/// A rule set.
#[derive(Debug, Clone)]
pub struct RuleSet {
    /// Its rules.
    pub rules: Vec<Rule>,
    /// The zone of its civil days.
    pub time_zone: TimeZone,
    /// No reason holds before.
    pub effective: Timestamp,
    /// No reason holds from here on.
    pub sunset: Timestamp,
    /// Whether the two dates are applied.
    pub in_force: bool,
}
