//! From a rule and a version of evidence to an interval of a level.

use evidence::{Effect, EvidenceKind, Level, RuledReason, Ruling};
use jiff::{SignedDuration, Timestamp};
use smallvec::SmallVec;

use crate::{
    cases_met::{CasesMet, Given},
    condition::Truth,
    field::Field,
    piece::{Evidence, Piece, Says},
    release::Releasing,
    rule_set::{Rule, RuleSet},
};

/// A reason for a level: a rule met a piece of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason {
    /// Position of the rule in [`RuleSet::rules`].
    pub rule: usize,
    /// Position of the version in [`Evidence::pieces`].
    pub piece: usize,
    /// The level it gives at the instant of the rating.
    pub level: Level,
    /// The time of the evidence from which it counts; `None` while a stay is open and the countdown has not begun.
    pub anchor: Option<Timestamp>,
    /// The instant from which it has held.
    pub from: Timestamp,
    /// The instant at which it ends, as far as is known now.
    pub until: Timestamp,
}

/// A reason before it is asked for its level at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hold {
    pub(crate) rule: usize,
    pub(crate) piece: usize,
    pub(crate) anchor: Option<Timestamp>,
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
}

/// What a rating looks at: what was known of one person at an instant.
#[derive(Clone, Copy)]
pub(crate) struct Situation<'a> {
    pub(crate) rule_set: &'a RuleSet,
    pub(crate) evidence: &'a Evidence,
    pub(crate) at: Timestamp,
    /// Whether `effective` and `sunset` bound every reason.
    pub(crate) in_force: bool,
}

pub(crate) type Holds = SmallVec<[Hold; 8]>;

/// An instant moved by a duration; the end of time where there is no such instant.
fn later(instant: Timestamp, by: SignedDuration) -> Timestamp {
    instant.checked_add(by).unwrap_or(Timestamp::MAX)
}

impl<'a> Situation<'a> {
    /// Every reason there is, past, present and to come.
    pub(crate) fn holds(&self) -> Holds {
        let mut holds = Holds::new();
        for (position, piece) in self.evidence.pieces.iter().enumerate() {
            if piece.known > self.at || piece.says.is_protective() {
                continue;
            }
            let kind = piece.says.kind();
            let mut cases_met = None;
            for (number, rule) in self.rule_set.rules.iter().enumerate().filter(|(_, rule)| rule.on == kind) {
                let from = if rule.condition.counts_cases() {
                    let before = || CasesMet::before(&piece.says, self.evidence, self.at);
                    cases_met.get_or_insert_with(before).matches_from(rule, piece)
                } else {
                    let given = Given { says: &piece.says, cases_met: 0 };
                    (rule.condition.ask_of(given) == Truth::True).then_some(piece.known)
                };
                if let Some(from) = from {
                    holds.extend(self.hold(number, rule, position, from));
                }
            }
        }
        holds
    }

    fn hold(&self, number: usize, rule: &Rule, position: usize, from: Timestamp) -> Option<Hold> {
        let piece = self.evidence.pieces.get(position)?;
        let anchor = rule.anchors.iter().find_map(|field| field.time(&piece.says));
        let natural_end = match anchor {
            Some(anchor) => {
                let releasing = Releasing {
                    evidence: self.evidence,
                    zone: &self.rule_set.time_zone,
                    anchor,
                    at: self.at,
                };
                let release = releasing.instant(rule).unwrap_or(Timestamp::MAX);
                later(anchor, rule.lasts).min(release)
            }
            None => open_stay_end(rule, piece)?,
        };
        let superseded = piece.superseded.filter(|at| *at <= self.at);
        let mut from = from;
        let mut until = superseded.map_or(natural_end, |at| natural_end.min(at));
        if self.in_force {
            from = from.max(self.rule_set.effective);
            until = until.min(self.rule_set.sunset);
        }
        (from < until).then_some(Hold { rule: number, piece: position, anchor, from, until })
    }

    /// The rulings known by now that speak of a rule.
    fn rulings_on<'r>(&'r self, rule: &'r Rule) -> impl Iterator<Item = &'a Ruling> + 'r {
        self.evidence.rulings.iter().filter(move |ruling| {
            ruling.from <= self.at
                && match &ruling.reason {
                    RuledReason::Every => true,
                    RuledReason::Rule(id) => *id == rule.id,
                }
        })
    }

    /// The level a reason gives at an instant inside its interval.
    fn level_of(&self, hold: &Hold, at: Timestamp) -> Level {
        let Some(rule) = self.rule_set.rules.get(hold.rule) else { return Level::Green };
        let mut level = rule.level;
        if let Some(anchor) = hold.anchor {
            let reached = rule.eases.iter().rev().find(|ease| later(anchor, ease.after) <= at);
            level = reached.map_or(level, |ease| ease.to);
        }
        let mut decided: Option<(Timestamp, Level)> = None;
        for ruling in self.rulings_on(rule).filter(|ruling| ruling.from <= at && at < ruling.to) {
            match ruling.effect {
                Effect::Lift => return Level::Green,
                Effect::Set(to) => {
                    // INVARIANT: independent of the rulings' order: the latest start wins, then the lowest level.
                    let wins = decided.is_none_or(|(from, level)| {
                        ruling.from > from || (ruling.from == from && to < level)
                    });
                    if wins {
                        decided = Some((ruling.from, to));
                    }
                }
            }
        }
        decided.map_or(level, |(_, level)| level)
    }

    /// The level at an instant, given every reason.
    pub(crate) fn level_at(&self, holds: &[Hold], at: Timestamp) -> Level {
        let current = holds.iter().filter(|hold| hold.from <= at && at < hold.until);
        current.map(|hold| self.level_of(hold, at)).max().unwrap_or(Level::Green)
    }

    /// Every instant at which the level may change, in order, each once.
    pub(crate) fn breakpoints(&self, holds: &[Hold]) -> SmallVec<[Timestamp; 32]> {
        let mut points = SmallVec::new();
        for hold in holds {
            points.push(hold.from);
            points.push(hold.until);
            let Some(rule) = self.rule_set.rules.get(hold.rule) else { continue };
            let within = |at: &Timestamp| hold.from < *at && *at < hold.until;
            if let Some(anchor) = hold.anchor {
                points.extend(rule.eases.iter().map(|ease| later(anchor, ease.after)).filter(within));
            }
            points.extend(self.rulings_on(rule).flat_map(|ruling| [ruling.from, ruling.to]).filter(within));
        }
        points.sort_unstable();
        points.dedup();
        points
    }

    /// The reasons with a level above green at an instant, the gravest first.
    pub(crate) fn reasons(&self, holds: &[Hold]) -> Vec<Reason> {
        let current = holds.iter().filter(|hold| hold.from <= self.at && self.at < hold.until);
        let mut reasons: Vec<Reason> = current
            .map(|hold| Reason {
                rule: hold.rule,
                piece: hold.piece,
                level: self.level_of(hold, self.at),
                anchor: hold.anchor,
                from: self.unbroken_from(holds, hold),
                until: hold.until,
            })
            .filter(|reason| reason.level > Level::Green)
            .collect();
        let name = |reason: &Reason| self.evidence.pieces.get(reason.piece).map(Piece::evidence_id);
        reasons.sort_by(|a, b| {
            let key = |r: &Reason| (std::cmp::Reverse(r.level), r.rule, std::cmp::Reverse(r.until), r.from);
            key(a).cmp(&key(b)).then_with(|| name(a).cmp(&name(b)))
        });
        reasons
    }

    /// Since when a reason has held, counting earlier versions of the same evidence that led up to this one.
    fn unbroken_from(&self, holds: &[Hold], hold: &Hold) -> Timestamp {
        let piece = |hold: &Hold| self.evidence.pieces.get(hold.piece);
        let mut from = hold.from;
        while let Some(before) = holds.iter().find(|other| {
            other.rule == hold.rule
                && other.until == from
                && piece(other).zip(piece(hold)).is_some_and(|(a, b)| a.same_piece(b))
        }) {
            from = before.from;
        }
        from
    }
}

/// The end of a reason whose anchor is the end of a stay that is still open: what is declared once is deleted, and so
/// forgotten, a retention period after arrival. `None` for every other missing anchor: then there is no reason.
fn open_stay_end(rule: &Rule, piece: &Piece) -> Option<Timestamp> {
    match &piece.says {
        Says::Stay(stay) if rule.anchors.contains(&Field::Left) => {
            EvidenceKind::Stay.retention().map(|kept| later(stay.arrived, kept))
        }
        _ => None,
    }
}
