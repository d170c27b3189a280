//! What a piece of evidence says at each stage of becoming known.

use std::collections::{BTreeMap, BTreeSet};

use evidence::{
    Case, CaseStatus, Check, Declaration, EvidenceKind, Exposure, RegionPeriod, Stay, Symptoms, Temperature,
    Test, TestResult, Trip,
};
use jiff::{SignedDuration, Timestamp};

use super::PersonEvidence;

/// The value of one field.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A word or text.
    Word(String),
    /// A whole number.
    Whole(i64),
    /// A number with a fraction.
    Real(f64),
    /// A time.
    Time(Timestamp),
    /// Symptoms.
    Symptoms(Symptoms),
}

/// The fields that are there, by the names that rule sets use.
pub type Facts = BTreeMap<&'static str, Value>;

/// One version of one piece of evidence.
#[derive(Debug, Clone)]
pub struct Version {
    /// Kind of evidence.
    pub kind: EvidenceKind,
    /// Position of the piece among those of its kind.
    pub piece: usize,
    /// Known from here on …
    pub known: Timestamp,
    /// … and superseded from here on.
    pub superseded: Option<Timestamp>,
    /// What it says.
    pub facts: Facts,
    /// Whether it speaks for the person, so that no rule may restrict on it.
    pub protective: bool,
}

impl Version {
    /// A time of the evidence by its field name, if it is there.
    #[must_use]
    pub fn time(&self, field: &str) -> Option<Timestamp> {
        match self.facts.get(field) {
            Some(Value::Time(time)) => Some(*time),
            _ => None,
        }
    }

    /// Every version of every piece of a person's evidence that is known at an instant.
    #[must_use]
    pub fn all(person: &PersonEvidence, known_at: Timestamp) -> Vec<Version> {
        let mut chains = Vec::new();
        for (piece, declaration) in person.declarations.iter().enumerate() {
            let says = (declaration_facts(declaration), declaration.symptoms.is_empty());
            chains.push(with_cases_met(EvidenceKind::Declaration, piece, declaration.at, person, &says));
        }
        for (piece, check) in person.checks.iter().enumerate() {
            let says = (check_facts(check), is_healthy(check));
            chains.push(with_cases_met(EvidenceKind::Check, piece, check.at, person, &says));
        }
        for (piece, stay) in person.stays.iter().enumerate() {
            let mut steps = vec![stay.arrived];
            steps.extend(stay.left);
            steps.extend(person.regions.iter().map(|r| r.from));
            chains.push(chain(EvidenceKind::Stay, piece, &steps, |at| {
                stay_as_known(stay, &person.regions, at)
            }));
        }
        for (piece, trip) in person.trips.iter().enumerate() {
            chains
                .push(chain(EvidenceKind::Trip, piece, &[trip.arrived], |_| Some((trip_facts(trip), false))));
        }
        for (piece, test) in person.tests.iter().enumerate() {
            let says = (test_facts(test), test.result == TestResult::Negative);
            chains.push(chain(EvidenceKind::Test, piece, &[test_known(test)], |_| Some(says.clone())));
        }
        for (piece, case) in person.cases.iter().enumerate() {
            let steps: Vec<Timestamp> =
                [case_known(case), case.isolated, case.recovered].into_iter().flatten().collect();
            chains.push(chain(EvidenceKind::Case, piece, &steps, |at| case_as_known(case, at)));
        }
        for (piece, (case_known, exposure)) in person.exposures.iter().enumerate() {
            let known = exposure_known(*case_known, exposure);
            let says = (exposure_facts(exposure), false);
            chains.push(chain(EvidenceKind::Exposure, piece, &[known], |_| Some(says.clone())));
        }
        chains.into_iter().flatten().filter_map(|version| version.learned_by(known_at)).collect()
    }

    /// This version with nothing of what was learned later, or nothing if it was itself learned later.
    fn learned_by(mut self, known_at: Timestamp) -> Option<Version> {
        self.superseded = self.superseded.filter(|superseded| *superseded <= known_at);
        (self.known <= known_at).then_some(self)
    }
}

/// The versions of one piece: it is asked at each step what was known, and an answer that differs from the one before
/// is a new version.
fn chain(
    kind: EvidenceKind,
    piece: usize,
    steps: &[Timestamp],
    as_known: impl Fn(Timestamp) -> Option<(Facts, bool)>,
) -> Vec<Version> {
    let mut steps = steps.to_vec();
    steps.sort();
    let mut versions: Vec<Version> = Vec::new();
    for step in steps {
        let Some((facts, protective)) = as_known(step) else { continue };
        if let Some(last) = versions.last_mut() {
            if last.facts == facts {
                continue;
            }
            last.superseded = Some(step);
        }
        versions.push(Version { kind, piece, known: step, superseded: None, facts, protective });
    }
    versions
}

/// The versions of a declaration or check: as it was made, and anew whenever it becomes known that the person had met one
/// case more in the 14 days before.
fn with_cases_met(
    kind: EvidenceKind,
    piece: usize,
    made: Timestamp,
    person: &PersonEvidence,
    (facts, protective): &(Facts, bool),
) -> Vec<Version> {
    let mut steps = vec![made];
    steps.extend(person.exposures.iter().map(|(case_known, exposure)| exposure_known(*case_known, exposure)));
    chain(kind, piece, &steps, |at| {
        if at < made {
            return None;
        }
        let met: BTreeSet<&str> = person
            .exposures
            .iter()
            .filter(|(case_known, exposure)| exposure_known(*case_known, exposure) <= at)
            .filter(|(_, exposure)| exposure.first <= made)
            .filter(|(_, exposure)| exposure.last + SignedDuration::from_hours(14 * 24) > made)
            .map(|(_, exposure)| exposure.case.as_str())
            .collect();
        let mut facts = facts.clone();
        if !met.is_empty() {
            facts.insert("cases_met", Value::Whole(met.len() as i64));
        }
        Some((facts, *protective))
    })
}

/// When an exposure became known: when its case did, or when it happened first.
fn exposure_known(case_known: Timestamp, exposure: &Exposure) -> Timestamp {
    exposure.first.max(case_known)
}

/// When a test became known: its report, or else its specimen.
pub(super) fn test_known(test: &Test) -> Timestamp {
    test.reported.unwrap_or(test.sampled)
}

/// When a case became known: its confirmation, or else the earlier of isolation and recovery, or else onset.
pub(super) fn case_known(case: &Case) -> Option<Timestamp> {
    if case.confirmed.is_some() {
        return case.confirmed;
    }
    match (case.isolated, case.recovered) {
        (Some(isolated), Some(recovered)) => Some(isolated.min(recovered)),
        (Some(one), None) | (None, Some(one)) => Some(one),
        (None, None) => case.onset,
    }
}

/// Whether a check found nothing: no symptom and a temperature of at most 37.3 °C, or none taken.
pub(super) fn is_healthy(check: &Check) -> bool {
    let cool = check.temperature.is_none_or(|temperature| temperature.celsius() <= 37.3);
    cool && check.symptoms.is_empty()
}

fn word(word: &str) -> Value {
    Value::Word(word.to_owned())
}

fn declaration_facts(declaration: &Declaration) -> Facts {
    Facts::from([("at", Value::Time(declaration.at)), ("symptoms", Value::Symptoms(declaration.symptoms))])
}

fn check_facts(check: &Check) -> Facts {
    let mut facts = Facts::from([
        ("at", Value::Time(check.at)),
        ("symptoms", Value::Symptoms(check.symptoms)),
        ("by", word(check.by.word())),
    ]);
    if let Some(temperature) = check.temperature.map(Temperature::celsius) {
        facts.insert("temperature_c", Value::Real(temperature));
    }
    facts
}

fn stay_as_known(stay: &Stay, regions: &[RegionPeriod], at: Timestamp) -> Option<(Facts, bool)> {
    if stay.arrived > at {
        return None;
    }
    let left = stay.left.filter(|left| *left <= at);
    let mut facts =
        Facts::from([("region", word(stay.region.as_str())), ("arrived", Value::Time(stay.arrived))]);
    if let Some(left) = left {
        facts.insert("left", Value::Time(left));
    }
    let of_region: Vec<&RegionPeriod> = regions.iter().filter(|r| r.region == stay.region).collect();
    let level = if of_region.is_empty() {
        stay.region_level
    } else {
        let before_end = |r: &RegionPeriod| left.is_none_or(|left| r.from < left);
        let after_start = |r: &RegionPeriod| r.to.is_none_or(|to| to > stay.arrived);
        let during = of_region.into_iter().filter(|r| r.from <= at && before_end(r) && after_start(r));
        during.map(|r| r.level).max()
    };
    if let Some(level) = level {
        facts.insert("region_level", word(level.word()));
    }
    Some((facts, false))
}

fn trip_facts(trip: &Trip) -> Facts {
    let mut facts = Facts::from([
        ("mode", word(trip.mode.word())),
        ("vehicle", word(trip.vehicle.as_str())),
        ("departed", Value::Time(trip.departed)),
        ("arrived", Value::Time(trip.arrived)),
    ]);
    if let Some(car) = &trip.car {
        facts.insert("car", word(car));
    }
    if let Some(row) = trip.row {
        facts.insert("row", Value::Whole(i64::from(row)));
    }
    facts
}

fn test_facts(test: &Test) -> Facts {
    Facts::from([
        ("method", word(test.method.word())),
        ("result", word(test.result.word())),
        ("sampled", Value::Time(test.sampled)),
        ("reported", Value::Time(test_known(test))),
    ])
}

fn case_as_known(case: &Case, at: Timestamp) -> Option<(Facts, bool)> {
    let known = case_known(case).filter(|known| *known <= at)?;
    let isolated = case.isolated.filter(|isolated| *isolated <= at);
    let recovered = case.recovered.filter(|recovered| *recovered <= at);
    let not_recovered_yet = case.recovered.is_some() && recovered.is_none();
    let status = match case.status {
        CaseStatus::Recovered if not_recovered_yet => CaseStatus::Confirmed,
        status => status,
    };
    let mut facts = Facts::from([("status", word(status.word())), ("known", Value::Time(known))]);
    let times = [
        ("onset", case.onset),
        ("confirmed", case.confirmed),
        ("isolated", isolated),
        ("recovered", recovered),
    ];
    for (name, time) in times {
        if let Some(time) = time {
            facts.insert(name, Value::Time(time));
        }
    }
    Some((facts, matches!(status, CaseStatus::Recovered | CaseStatus::Discarded)))
}

fn exposure_facts(exposure: &Exposure) -> Facts {
    Facts::from([
        ("class", word(exposure.class.word())),
        ("setting", word(exposure.setting.word())),
        ("minutes", Value::Whole(i64::from(exposure.minutes.0))),
        ("probability", Value::Real(exposure.probability.share())),
        ("cases", Value::Whole(i64::from(exposure.together.cases))),
        ("combined_minutes", Value::Whole(i64::from(exposure.together.minutes.0))),
        ("combined_probability", Value::Real(exposure.together.probability.share())),
        ("first", Value::Time(exposure.first)),
        ("last", Value::Time(exposure.last)),
    ])
}
