//! The level at one instant, and the instants at which it changes.

use evidence::{Effect, EvidenceKind, Level, RuledReason};
use jiff::{SignedDuration, Timestamp};

use super::{Length, PersonEvidence, Rule, RuleSet, Version, release::released};

/// How long an open stay speaks, from arrival.
const OPEN_STAY: Length = Length { count: 30, unit: super::Unit::Days };

/// How one rule stands to one version of a piece of evidence at one instant. The first that applies, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The version is not known yet.
    NotYet,
    /// A later version has taken its place.
    Superseded,
    /// The evidence speaks for the person.
    Protective,
    /// The condition is false or open.
    NoMatch,
    /// None of the times to count from is there.
    NoAnchor,
    /// The rule set is not in force.
    NotInForce,
    /// Its time is over.
    Over,
    /// It was released.
    Released,
    /// A ruling lifts it.
    Lifted,
    /// It holds.
    Holds {
        /// The level it gives then.
        level: Level,
        /// Whether a step of easing has been reached.
        eased: bool,
        /// Whether a ruling sets the level.
        set: bool,
    },
}

/// A rule, a version, and how the one stands to the other.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// The version.
    pub version: &'a Version,
    /// How they stand.
    pub state: State,
}

/// A reason above green that holds at the instant of a rating.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    /// The rule's id.
    pub rule: String,
    /// The level it gives then.
    pub level: Level,
    /// What it counts from; none for an open stay.
    pub anchor: Option<Timestamp>,
    /// Since when the rule and this piece of evidence, in any version, have made a reason, rulings aside.
    pub from: Timestamp,
    /// When it ends, rulings aside, as far as is known.
    pub until: Timestamp,
}

/// A rating.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rating {
    /// The level.
    pub level: Level,
    /// Since when without a break; none for a person who never had another level.
    pub since: Option<Timestamp>,
    /// The first later instant with another level, and that level.
    pub changes: Option<(Timestamp, Level)>,
    /// Why, sorted by rule, level and times.
    pub reasons: Vec<Held>,
}

/// What was known of a person at one instant, looked at by a rule set.
#[derive(Debug, Clone)]
pub struct View<'a> {
    rule_set: &'a RuleSet,
    person: &'a PersonEvidence,
    known_at: Timestamp,
    versions: Vec<Version>,
}

impl<'a> View<'a> {
    /// The view at an instant.
    #[must_use]
    pub fn new(rule_set: &'a RuleSet, person: &'a PersonEvidence, known_at: Timestamp) -> Self {
        View { rule_set, person, known_at, versions: Version::all(person, known_at) }
    }

    /// How every rule stands to every known version at an instant.
    #[must_use]
    pub fn standings(&self, at: Timestamp) -> Vec<Standing<'_>> {
        let mut standings = Vec::new();
        for rule in &self.rule_set.rules {
            for version in self.versions.iter().filter(|version| version.kind == rule.on) {
                standings.push(Standing { rule, version, state: self.state(rule, version, at) });
            }
        }
        standings
    }

    /// The level at an instant, as far as it was known.
    #[must_use]
    pub fn level(&self, at: Timestamp) -> Level {
        let levels = self.standings(at).into_iter().filter_map(|standing| match standing.state {
            State::Holds { level, .. } => Some(level),
            _ => None,
        });
        levels.max().unwrap_or(Level::Green)
    }

    /// Since when the level of an instant has been what it is, or none if it never was another.
    #[must_use]
    pub fn since(&self, at: Timestamp) -> Option<Timestamp> {
        let level = self.level(at);
        let earlier = self.turning_points().into_iter().rev().filter(|point| *point <= at);
        earlier.into_iter().find(|point| self.level(just_before(*point)) != level)
    }

    /// The first instant after another at which the level differs, and the level then; none if it never does.
    #[must_use]
    pub fn changes(&self, at: Timestamp) -> Option<(Timestamp, Level)> {
        let level = self.level(at);
        let later = self.turning_points().into_iter().filter(|point| *point > at);
        later.map(|point| (point, self.level(point))).find(|(_, then)| *then != level)
    }

    /// Each instant at which the level changes, with the level from then on. Before the first it is green.
    #[must_use]
    pub fn timeline(&self) -> Vec<(Timestamp, Level)> {
        let levels = self.turning_points().into_iter().map(|point| (point, self.level(point)));
        let mut timeline: Vec<(Timestamp, Level)> = Vec::new();
        for (point, level) in levels {
            if timeline.last().map_or(Level::Green, |(_, last)| *last) != level {
                timeline.push((point, level));
            }
        }
        timeline
    }

    /// The reasons above green at an instant.
    #[must_use]
    pub fn reasons(&self, at: Timestamp) -> Vec<Held> {
        let mut reasons: Vec<Held> = self
            .standings(at)
            .into_iter()
            .filter_map(|Standing { rule, version, state }| match state {
                State::Holds { level, .. } if level > Level::Green => {
                    Some(self.held(rule, version, level, at))
                }
                _ => None,
            })
            .collect();
        reasons.sort();
        reasons
    }

    fn held(&self, rule: &Rule, version: &Version, level: Level, at: Timestamp) -> Held {
        let holds = |version: &Version, point: Timestamp| self.unruled(rule, version, point).is_none();
        let of_piece = |other: &&Version| other.kind == version.kind && other.piece == version.piece;
        let any_holds =
            |point: &&Timestamp| self.versions.iter().filter(of_piece).any(|version| holds(version, **point));
        let points = self.turning_points();
        let from = points.iter().rev().filter(|point| **point <= at).take_while(any_holds).last();
        let until = points.iter().filter(|point| **point > at).find(|point| !holds(version, **point));
        Held {
            rule: rule.id.clone(),
            level,
            anchor: anchor(rule, version),
            from: from.copied().unwrap_or(Timestamp::MIN),
            until: until.copied().unwrap_or(Timestamp::MAX),
        }
    }

    /// Why a reason does not hold at an instant, rulings aside; none where it holds.
    fn unruled(&self, rule: &Rule, version: &Version, at: Timestamp) -> Option<State> {
        if at < version.known {
            return Some(State::NotYet);
        }
        if version.superseded.is_some_and(|superseded| superseded <= at) {
            return Some(State::Superseded);
        }
        if version.protective {
            return Some(State::Protective);
        }
        if rule.when.as_ref().is_some_and(|when| when.value(&version.facts) != Some(true)) {
            return Some(State::NoMatch);
        }
        let Some(end) = end(rule, version) else { return Some(State::NoAnchor) };
        let set = self.rule_set;
        if set.in_force && (at < set.effective || at >= set.sunset) {
            return Some(State::NotInForce);
        }
        if at >= end {
            return Some(State::Over);
        }
        // What was learned after the view was taken cannot release anything in it.
        let by = at.min(self.known_at);
        let released =
            anchor(rule, version).is_some_and(|anchor| released(set, &rule.release, self.person, anchor, by));
        released.then_some(State::Released)
    }

    fn state(&self, rule: &Rule, version: &Version, at: Timestamp) -> State {
        if let Some(why_not) = self.unruled(rule, version, at) {
            return why_not;
        }
        let (level, eased) = self.eased(rule, version, at);
        match self.ruled(rule, at) {
            Some(Effect::Lift) => State::Lifted,
            Some(Effect::Set(level)) => State::Holds { level, eased, set: true },
            None => State::Holds { level, eased, set: false },
        }
    }

    /// The level a reason gives by itself, and whether that is an eased one.
    fn eased(&self, rule: &Rule, version: &Version, at: Timestamp) -> (Level, bool) {
        let Some(anchor) = anchor(rule, version) else { return (rule.level, false) };
        let reached = rule.eases.iter().filter(|(after, _)| after.after(anchor) <= at);
        match reached.max_by_key(|(after, _)| after.minutes()) {
            Some((_, to)) => (*to, true),
            None => (rule.level, false),
        }
    }

    /// What the rulings known do to a rule's reasons at an instant.
    fn ruled(&self, rule: &Rule, at: Timestamp) -> Option<Effect> {
        let speaks_of = |reason: &RuledReason| match reason {
            RuledReason::Every => true,
            RuledReason::Rule(id) => id.as_str() == rule.id,
        };
        let known = self.person.rulings.iter().filter(|ruling| ruling.from <= self.known_at);
        let mut sets = Vec::new();
        for ruling in known.filter(|r| r.from <= at && at < r.to && speaks_of(&r.reason)) {
            match ruling.effect {
                Effect::Lift => return Some(Effect::Lift),
                Effect::Set(level) => sets.push((ruling.from, level)),
            }
        }
        let last = sets.iter().map(|(from, _)| *from).max()?;
        sets.into_iter().filter(|(from, _)| *from == last).map(|(_, level)| level).min().map(Effect::Set)
    }

    /// Every instant at which anything could change, in order, each once: all that the evidence mentions, all that a
    /// duration of a rule leads to from there, and the dates of the rule set.
    #[must_use]
    pub fn turning_points(&self) -> Vec<Timestamp> {
        let mut lengths = vec![OPEN_STAY];
        for rule in &self.rule_set.rules {
            lengths.push(rule.lasts);
            lengths.extend(rule.eases.iter().map(|(after, _)| *after));
        }
        let mut points = self.person.moments();
        let moments = points.clone();
        points.extend(lengths.iter().flat_map(|length| moments.iter().map(|moment| length.after(*moment))));
        points.extend([self.rule_set.effective, self.rule_set.sunset]);
        points.sort();
        points.dedup();
        points
    }
}

/// The first of a rule's times that is there.
fn anchor(rule: &Rule, version: &Version) -> Option<Timestamp> {
    rule.since.iter().find_map(|field| version.time(field))
}

/// When a reason's time is over; none if there is nothing to count from.
fn end(rule: &Rule, version: &Version) -> Option<Timestamp> {
    if let Some(anchor) = anchor(rule, version) {
        return Some(rule.lasts.after(anchor));
    }
    let still_there = version.kind == EvidenceKind::Stay && rule.since.contains(&"left");
    version.time("arrived").filter(|_| still_there).map(|arrived| OPEN_STAY.after(arrived))
}

fn just_before(instant: Timestamp) -> Timestamp {
    instant.checked_sub(SignedDuration::from_micros(1)).unwrap_or(Timestamp::MIN)
}

/// The level at an instant by what was known then.
#[must_use]
pub fn level_at(rule_set: &RuleSet, person: &PersonEvidence, at: Timestamp) -> Level {
    View::new(rule_set, person, at).level(at)
}

/// The ids of the rules whose reasons are above green at an instant by what was known then, sorted, one for each
/// reason.
#[must_use]
pub fn reasons_at(rule_set: &RuleSet, person: &PersonEvidence, at: Timestamp) -> Vec<String> {
    View::new(rule_set, person, at).reasons(at).into_iter().map(|reason| reason.rule).collect()
}

/// The whole rating at an instant by what was known then.
#[must_use]
pub fn rating_at(rule_set: &RuleSet, person: &PersonEvidence, at: Timestamp) -> Rating {
    let view = View::new(rule_set, person, at);
    Rating {
        level: view.level(at),
        since: view.since(at),
        changes: view.changes(at),
        reasons: view.reasons(at),
    }
}
