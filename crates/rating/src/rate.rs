//! The rating itself.

use evidence::Level;
use jiff::Timestamp;

use crate::{
    piece::Evidence,
    reason::{Reason, Situation},
    rule_set::RuleSet,
};

/// A person's level at an instant, with everything that explains it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rating {
    /// The instant.
    pub at: Timestamp,
    /// The level then.
    pub level: Level,
    /// Since when the person has had this level without a break; `None` if they never had another.
    pub since: Option<Timestamp>,
    /// The first later instant at which the level differs if nothing new is learned, and the level then; `None` if it
    /// never will.
    pub changes: Option<(Timestamp, Level)>,
    /// Why: the reasons above green that hold at the instant, the gravest first. Empty if and only if green.
    pub reasons: Vec<Reason>,
}

impl Rating {
    /// The first later instant at which the level differs, if nothing new is learned.
    #[must_use]
    pub fn changes_at(&self) -> Option<Timestamp> {
        self.changes.map(|(at, _)| at)
    }
}

/// Rates a person at an instant as if the rule set were in force.
///
/// Uses only what was known at the instant, so any past rating can be replayed. Total: every input has a rating.
#[must_use]
pub fn rate(rule_set: &RuleSet, evidence: &Evidence, at: Timestamp) -> Rating {
    look_up(&Situation { rule_set, evidence, at, in_force: false })
}

/// Rates a person at an instant by a rule set that restricts nobody before `effective` and from `sunset` on.
#[must_use]
pub fn rate_in_force(rule_set: &RuleSet, evidence: &Evidence, at: Timestamp) -> Rating {
    look_up(&Situation { rule_set, evidence, at, in_force: true })
}

fn look_up(situation: &Situation<'_>) -> Rating {
    let at = situation.at;
    let holds = situation.holds();
    if holds.is_empty() {
        return Rating { at, level: Level::Green, since: None, changes: None, reasons: Vec::new() };
    }
    let level = situation.level_at(&holds, at);
    let points = situation.breakpoints(&holds);
    let next = points.partition_point(|point| *point <= at);
    let (past, future) = points.split_at(next);
    let changes = future
        .iter()
        .map(|point| (*point, situation.level_at(&holds, *point)))
        .find(|(_, later)| *later != level);
    // The level is constant between break-points: walk back over those at which it is still the same.
    let same = past.iter().rev().take_while(|point| situation.level_at(&holds, **point) == level).count();
    let began_before_all = same == past.len() && level == Level::Green;
    let since = if began_before_all { None } else { past.get(past.len() - same).copied() };
    Rating { at, level, since, changes, reasons: situation.reasons(&holds) }
}

/// The level over time, as far as it was known at an instant: each instant at which it changes, with the level from
/// then on. Before the first it is green.
#[must_use]
pub fn timeline(rule_set: &RuleSet, evidence: &Evidence, known_at: Timestamp) -> Vec<(Timestamp, Level)> {
    let situation = Situation { rule_set, evidence, at: known_at, in_force: false };
    let holds = situation.holds();
    let mut steps = Vec::new();
    let mut current = Level::Green;
    for point in situation.breakpoints(&holds) {
        let level = situation.level_at(&holds, point);
        if level != current {
            steps.push((point, level));
            current = level;
        }
    }
    steps
}
