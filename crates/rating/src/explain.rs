//! A rating in words a tired person understands, in their language.

mod describe;
mod digest;
mod phrase;

use evidence::Level;
use jiff::Timestamp;
use serde::Serialize;

pub use describe::describe;
pub use digest::inputs_digest;

use self::phrase::Phrases;
use crate::{
    cases_met::{CasesMet, Given, exposures_before},
    piece::{Evidence, Piece},
    rate::Rating,
    reason::Reason,
    release::Releasing,
    rule_set::{Rule, RuleSet},
    text::{Language, Text},
};

/// A rating explained. Carries health data: it is for the person it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The language of its texts.
    pub language: Language,
    /// The level.
    pub level: Level,
    /// The level and since when.
    pub headline: String,
    /// What happens next if nothing new is learned.
    pub next: String,
    /// Why, the gravest first.
    pub reasons: Vec<ExplainedReason>,
    /// Notes on the whole: rulings, dates in force, time zone.
    pub notes: Vec<String>,
    /// How to contest; empty for green.
    pub contest: String,
    /// Rule set id.
    pub rule_set: String,
    /// Rule set version.
    pub rule_set_version: u32,
    /// SHA-256 over rule set, evidence and instant, in hexadecimal: anyone who holds the inputs can recompute it.
    pub inputs_digest: String,
}

/// One reason explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedReason {
    /// The rule's id.
    pub rule: String,
    /// The level it gives now.
    pub level: Level,
    /// Why, in the rule's own words.
    pub why: String,
    /// What to do, in the rule's own words.
    pub advice: Option<String>,
    /// From when until when.
    pub holds: String,
    /// The instant at which it ends, as far as is known now.
    pub until: Timestamp,
    /// Steps down still to come.
    pub eases: Vec<String>,
    /// What would end it sooner.
    pub sooner: Vec<String>,
    /// Rule, rule set and version.
    pub by: String,
    /// The evidence it rests on.
    pub evidence: String,
}

/// Explains a rating made by [`crate::rate`] from the same rule set and evidence.
#[must_use]
pub fn explain(rule_set: &RuleSet, evidence: &Evidence, rating: &Rating, language: Language) -> Explanation {
    let phrases = Phrases::new(language, &rule_set.time_zone);
    let explainer = Explainer { rule_set, evidence, rating, phrases };
    Explanation {
        language,
        level: rating.level,
        headline: explainer.headline(),
        next: explainer.next(),
        reasons: rating.reasons.iter().filter_map(|reason| explainer.reason(reason)).collect(),
        notes: explainer.notes(),
        contest: explainer.contest(),
        rule_set: rule_set.id.clone(),
        rule_set_version: rule_set.version,
        inputs_digest: inputs_digest(rule_set, evidence, rating.at),
    }
}

struct Explainer<'a> {
    rule_set: &'a RuleSet,
    evidence: &'a Evidence,
    rating: &'a Rating,
    phrases: Phrases<'a>,
}

impl Explainer<'_> {
    fn headline(&self) -> String {
        let level = self.phrases.level(self.rating.level);
        match self.rating.since.map(|since| self.phrases.date_time(since)) {
            Some(since) if self.rating.level == Level::Green => {
                self.phrases.say("headline-green-after", &[("since", &since)])
            }
            Some(since) => self.phrases.say("headline", &[("level", &level), ("since", &since)]),
            None => self.phrases.say("headline-green", &[]),
        }
    }

    fn next(&self) -> String {
        match self.rating.changes {
            Some((when, level)) => {
                let (when, level) = (self.phrases.date_time(when), self.phrases.level(level));
                self.phrases.say("changes", &[("when", &when), ("level", &level)])
            }
            None => self.phrases.say("stays", &[]),
        }
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let at = self.rating.at;
        let lifted = |ruling: &&evidence::Ruling| {
            ruling.effect == evidence::Effect::Lift && ruling.from <= at && at < ruling.to
        };
        if self.evidence.rulings.iter().any(|ruling| lifted(&ruling)) {
            notes.push(self.phrases.say("lifted", &[]));
        }
        let from = self.phrases.date_time(self.rule_set.effective);
        let to = self.phrases.date_time(self.rule_set.sunset);
        if self.rule_set.in_force(at) {
            notes.push(self.phrases.say("sunset", &[("when", &to)]));
        } else {
            notes.push(self.phrases.say("not-in-force", &[("from", &from), ("to", &to)]));
        }
        if let Some(zone) = self.rule_set.time_zone.iana_name() {
            notes.push(self.phrases.say("zone", &[("zone", zone)]));
        }
        notes
    }

    fn contest(&self) -> String {
        if self.rating.level == Level::Green {
            return String::new();
        }
        let within = self.phrases.duration(self.rule_set.review_within);
        let own = self.rule_set.contest.as_ref().map(|text| text.get(self.phrases.language));
        let appeal = self.phrases.say("appeal", &[("within", &within)]);
        own.map_or(appeal.clone(), |own| self.phrases.join_sentences(&[&appeal, own]))
    }

    fn reason(&self, reason: &Reason) -> Option<ExplainedReason> {
        let rule = self.rule_set.rules().get(reason.rule)?;
        let piece = self.evidence.pieces.get(reason.piece)?;
        let template = rule.reason_in(self.phrases.language)?;
        let given = Given { says: &piece.says, cases_met: self.cases_met(piece) };
        let version = self.rule_set.version.to_string();
        let by = [("rule", rule.id.as_str()), ("set", &self.rule_set.id), ("version", &version)];
        Some(ExplainedReason {
            rule: rule.id.clone(),
            level: reason.level,
            why: self.phrases.fill(template, given, self.rating.at),
            advice: rule.advice.as_ref().map(|text: &Text| text.get(self.phrases.language).to_owned()),
            holds: self.holds(rule, reason),
            until: reason.until,
            eases: self.eases(rule, reason),
            sooner: self.sooner(rule, reason),
            by: self.phrases.say("rule", &by),
            evidence: self.phrases.say("evidence", &[("evidence", &self.rests_on(rule, piece))]),
        })
    }

    fn cases_met(&self, piece: &Piece) -> u32 {
        CasesMet::before(&piece.says, self.evidence, self.rating.at).count()
    }

    /// The names of the evidence a reason rests on: its piece, and the exposures that its rule counts.
    fn rests_on(&self, rule: &Rule, piece: &Piece) -> String {
        let mut names = vec![piece.evidence_id()];
        if rule.condition.counts_cases() {
            let exposures = exposures_before(&piece.says, self.evidence, self.rating.at);
            let mut exposures: Vec<String> = exposures.map(|(piece, _)| piece.evidence_id()).collect();
            exposures.sort_unstable();
            names.append(&mut exposures);
        }
        names.join(", ")
    }

    fn holds(&self, rule: &Rule, reason: &Reason) -> String {
        let from = self.phrases.date_time(reason.from);
        let until = self.phrases.date_time(reason.until);
        let lasts = self.phrases.duration(rule.lasts);
        let key = if reason.anchor.is_some() { "holds" } else { "holds-open" };
        self.phrases.say(key, &[("from", &from), ("until", &until), ("lasts", &lasts)])
    }

    fn eases(&self, rule: &Rule, reason: &Reason) -> Vec<String> {
        let Some(anchor) = reason.anchor else { return Vec::new() };
        let steps = rule.easing().filter_map(|(after, to)| Some((anchor.checked_add(after).ok()?, to)));
        let coming = steps.filter(|(when, _)| *when > self.rating.at && *when < reason.until);
        let say = |(when, to)| {
            let (when, to) = (self.phrases.date_time(when), self.phrases.level(to));
            self.phrases.say("eases", &[("when", &when), ("level", &to)])
        };
        coming.map(say).collect()
    }

    fn sooner(&self, rule: &Rule, reason: &Reason) -> Vec<String> {
        let mut ways = Vec::new();
        if let Some(anchor) = reason.anchor {
            let releasing = Releasing {
                evidence: self.evidence,
                zone: &self.rule_set.time_zone,
                anchor,
                at: self.rating.at,
            };
            if let Some(needed) = rule.release.healthy_checks {
                let done = releasing.healthy_checks(needed).count;
                ways.push(self.phrases.count("sooner-checks", needed, done, &[]));
            }
            if let Some(tests) = &rule.release.negative_tests {
                let done = releasing.negative_tests(tests).count;
                let earliest = anchor.checked_add(tests.not_before).unwrap_or(anchor);
                let (earliest, apart) =
                    (self.phrases.date_time(earliest), self.phrases.duration(tests.apart));
                let more = [("earliest", earliest.as_str()), ("apart", apart.as_str())];
                ways.push(self.phrases.count("sooner-tests", tests.count, done, &more));
                if !tests.methods.is_empty() {
                    let methods = self.phrases.list(tests.methods.iter().map(|method| method.word()));
                    ways.push(self.phrases.say("sooner-methods", &[("methods", &methods)]));
                }
            }
            if rule.release.recovery {
                ways.push(self.phrases.say("sooner-recovery", &[]));
            }
        }
        if ways.is_empty() && reason.anchor.is_some() {
            ways.push(self.phrases.say("sooner-nothing", &[]));
        }
        ways
    }
}
