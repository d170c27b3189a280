//! Random rule sets, people and instants, made so that the hard cases are common.

mod calendar;
mod condition;
mod person;
mod rules;

use evidence::EvidenceKind;
use jiff::{SignedDuration, Timestamp};
use oracle::rating::{PersonEvidence, RuleSet, View};
use proptest::{prelude::*, test_runner::Config};

use calendar::moment;
pub use calendar::{Calendar, calendar};
pub use condition::condition;
pub use person::{SYMPTOMS, person};
pub use rules::rule_set;

/// The kinds a rule may speak of.
pub const KINDS: [EvidenceKind; 7] = [
    EvidenceKind::Declaration,
    EvidenceKind::Check,
    EvidenceKind::Stay,
    EvidenceKind::Trip,
    EvidenceKind::Test,
    EvidenceKind::Case,
    EvidenceKind::Exposure,
];

/// A random person, rule set and instant.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The rule set.
    pub rule_set: RuleSet,
    /// The person.
    pub person: PersonEvidence,
    /// The instant of the rating.
    pub at: Timestamp,
    /// A second instant for promises about two of them.
    pub other: Timestamp,
    /// By which evidence is put into another order.
    pub order: u64,
}

/// A random scenario.
pub fn scenario() -> impl Strategy<Value = Scenario> {
    calendar().prop_flat_map(|calendar| {
        let parts =
            (rule_set(&calendar), person(&calendar), instant(&calendar), instant(&calendar), any::<u64>());
        parts.prop_map(|(rule_set, person, at, other, order)| {
            let view = View::new(&rule_set, &person, Timestamp::MAX);
            let points = view.turning_points();
            let changes = view.timeline().into_iter().map(|(change, _)| change).collect::<Vec<_>>();
            let (at, other) = (at.among(&points, &changes), other.among(&points, &changes));
            Scenario { rule_set, person, at, other, order }
        })
    })
}

/// An instant still to be chosen.
#[derive(Debug, Clone)]
enum Instant {
    /// This one.
    At(Timestamp),
    /// A turning point of the scenario, or so many microseconds beside it.
    Near(prop::sample::Index, i64),
    /// A moment at which the level changes (where it ever does), or so many microseconds beside it.
    AtChange(prop::sample::Index, i64),
}

impl Instant {
    fn among(self, points: &[Timestamp], changes: &[Timestamp]) -> Timestamp {
        let beside = |instant: &Timestamp, nudge| *instant + SignedDuration::from_micros(nudge);
        match self {
            Instant::At(instant) => instant,
            Instant::AtChange(index, nudge) if !changes.is_empty() => beside(index.get(changes), nudge),
            Instant::Near(index, nudge) | Instant::AtChange(index, nudge) => beside(index.get(points), nudge),
        }
    }
}

fn instant(calendar: &Calendar) -> impl Strategy<Value = Instant> + use<> {
    let index = any::<prop::sample::Index>;
    let nudge = || prop_oneof![3 => Just(0_i64), 1 => Just(-1), 1 => Just(1)];
    prop_oneof![
        3 => moment(calendar, 4..30).prop_map(Instant::At),
        1 => (index(), nudge()).prop_map(|(index, nudge)| Instant::Near(index, nudge)),
        1 => (index(), nudge()).prop_map(|(index, nudge)| Instant::AtChange(index, nudge)),
    ]
}

/// How many cases a test tries; `PROPTEST_CASES` asks for more. Failures are not written to files: a case worth
/// keeping becomes a test of its own.
pub fn config(cases: u32) -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    Config {
        cases: asked.unwrap_or(cases),
        failure_persistence: None,
        max_shrink_iters: 4_000,
        ..Config::default()
    }
}
