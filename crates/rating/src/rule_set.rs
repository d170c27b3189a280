//! Rule sets: published documents that say what restricts whom, for how long, and why.

mod document;
mod problem;

use evidence::{EvidenceKind, Level, TestMethod};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

pub use problem::{Problem, RuleSetError};

use crate::{
    condition::Condition,
    field::Field,
    text::{Template, Text},
};

/// A rule set, compiled.
#[derive(Debug, Clone)]
pub struct RuleSet {
    /// Its id.
    pub id: String,
    /// Counts up with every published change.
    pub version: u32,
    /// What people call it.
    pub title: Text,
    /// The zone of its civil days, and in which times are shown.
    pub time_zone: TimeZone,
    /// The act or order it rests on.
    pub legal_basis: String,
    /// Nobody is rated above green before this instant.
    pub effective: Timestamp,
    /// Nobody is rated above green from this instant on.
    pub sunset: Timestamp,
    /// A human decides an appeal within this time.
    pub review_within: SignedDuration,
    /// How to contest a colour.
    pub contest: Option<Text>,
    /// SHA-256 of the document.
    pub digest: [u8; 32],
    pub(crate) rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its id, unique in the set.
    pub id: String,
    /// The line of the document it begins on, from 1.
    pub line: usize,
    /// The kind of evidence it speaks of.
    pub on: EvidenceKind,
    /// Its condition as written.
    pub when: String,
    /// The level it gives.
    pub level: Level,
    /// How long, from its anchor.
    pub lasts: SignedDuration,
    /// What ends it early.
    pub release: Release,
    /// What a person reads: why.
    pub reason: Vec<(crate::Language, Template)>,
    /// What a person reads: what to do.
    pub advice: Option<Text>,
    /// Why the rule exists.
    pub purpose: Option<Text>,
    /// Where it was published, or the study it rests on.
    pub source: Option<String>,
    pub(crate) condition: Condition,
    pub(crate) anchors: Vec<Field>,
    pub(crate) anchor_names: Vec<String>,
    pub(crate) eases: Vec<Ease>,
}

/// What ends a reason before its time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Release {
    /// Consecutive daily healthy checks that end it.
    pub healthy_checks: Option<u32>,
    /// Negative tests that end it.
    pub negative_tests: Option<NegativeTests>,
    /// Whether a recovery ends it.
    pub recovery: bool,
}

/// Negative tests that end a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NegativeTests {
    /// How many.
    pub count: u32,
    /// Each specimen at least this long after the one before.
    pub apart: SignedDuration,
    /// No specimen earlier than this after the anchor.
    pub not_before: SignedDuration,
    /// Methods that count; empty means all.
    pub methods: Vec<TestMethod>,
}

/// A step down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ease {
    pub(crate) after: SignedDuration,
    pub(crate) to: Level,
}

impl RuleSet {
    /// Longest a reason may last, in days; evidence is kept no longer.
    pub const LASTS_DAYS_MAX: i64 = 90;
    /// Longest time from `effective` to `sunset`, in days.
    pub const SUNSET_DAYS_MAX: i64 = 90;
    /// Longest document, in bytes.
    pub const LENGTH_MAX: usize = 1 << 20;
    /// Most rules in a set.
    pub const RULES_MAX: usize = 500;

    /// Reads and compiles a document.
    ///
    /// # Errors
    /// [`RuleSetError`] with every problem found, each with its line and what to do: not UTF-8, not TOML, an unknown
    /// field, a rule without `lasts`, a condition that cannot be decided from one piece of evidence, and so on.
    pub fn parse(document: &[u8]) -> Result<Self, RuleSetError> {
        document::parse(document)
    }

    /// The rules, in the order of the document.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Whether the set is in force at an instant.
    #[must_use]
    pub fn in_force(&self, at: Timestamp) -> bool {
        self.effective <= at && at < self.sunset
    }

    /// The same set with only the rules that `keep` says, for measuring a rule by itself.
    #[must_use]
    pub fn only(&self, keep: impl Fn(&Rule) -> bool) -> RuleSet {
        let mut set = self.clone();
        set.rules.retain(keep);
        set
    }
}

impl Rule {
    /// The anchor as written: a time of the evidence, or the first there is of several.
    #[must_use]
    pub fn since(&self) -> String {
        self.anchor_names.join(", ")
    }

    /// Its steps down: how long after the anchor, and to which level.
    pub fn easing(&self) -> impl Iterator<Item = (SignedDuration, Level)> {
        self.eases.iter().map(|ease| (ease.after, ease.to))
    }

    /// The reason's text in a language, or in any other if it is not given in this one.
    #[must_use]
    pub fn reason_in(&self, language: crate::Language) -> Option<&Template> {
        let given = self.reason.iter().find(|(known, _)| *known == language);
        given.or_else(|| self.reason.first()).map(|(_, template)| template)
    }
}
