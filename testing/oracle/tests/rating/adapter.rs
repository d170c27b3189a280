//! The real implementation's inputs and outputs in terms of the oracle's.

use evidence::RegionPeriod;
use jiff::Timestamp;
use oracle::rating as oracle;
use rating::{Evidence, Piece};

use crate::generate::Scenario;

/// The rule set, compiled from the document the oracle prints.
pub fn rule_set(rule_set: &oracle::RuleSet) -> rating::RuleSet {
    let document = rule_set.to_toml();
    match rating::RuleSet::parse(document.as_bytes()) {
        Ok(rule_set) => rule_set,
        Err(error) => panic!("the document was refused:\n{error}\n{error:?}\n{document}"),
    }
}

/// The person's evidence as versions.
pub fn evidence(person: &oracle::PersonEvidence) -> Evidence {
    let mut pieces: Vec<Piece> = Vec::new();
    pieces.extend(person.declarations.iter().cloned().map(Piece::of_declaration));
    pieces.extend(person.checks.iter().cloned().map(Piece::of_check));
    for stay in &person.stays {
        let of_region = person.regions.iter().filter(|period| period.region == stay.region);
        let periods: Vec<RegionPeriod> = of_region.cloned().collect();
        pieces.extend(Piece::of_stay(stay, &periods));
    }
    pieces.extend(person.trips.iter().cloned().map(Piece::of_trip));
    pieces.extend(person.tests.iter().cloned().map(Piece::of_test));
    pieces.extend(person.cases.iter().flat_map(Piece::of_case));
    let exposures = person.exposures.iter().cloned();
    pieces.extend(exposures.map(|(known, exposure)| Piece::of_exposure(exposure, known)));
    Evidence { pieces, rulings: person.rulings.clone() }
}

/// The evidence in another order, which a number picks.
pub fn reordered(evidence: &Evidence, order: u64) -> Evidence {
    let mut reordered = evidence.clone();
    shuffle(&mut reordered.pieces, order);
    shuffle(&mut reordered.rulings, order);
    reordered
}

/// Swaps each item with one before it, as the digits of a number (which run through a linear congruence) say.
fn shuffle<T>(items: &mut [T], mut order: u64) {
    for position in 1..items.len() {
        order = order.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        items.swap(position, (order >> 33) as usize % (position + 1));
    }
}

/// The evidence with nothing that was learned after an instant.
pub fn learned_by(evidence: &Evidence, at: Timestamp) -> Evidence {
    let mut known = evidence.clone();
    known.pieces.retain(|piece| piece.known <= at);
    for piece in &mut known.pieces {
        piece.superseded = piece.superseded.filter(|superseded| *superseded <= at);
    }
    known.rulings.retain(|ruling| ruling.from <= at);
    known
}

/// Everything of a scenario that the real implementation takes.
pub fn inputs(scenario: &Scenario) -> (rating::RuleSet, Evidence) {
    (rule_set(&scenario.rule_set), evidence(&scenario.person))
}

/// Rates with the dates applied or not, as the oracle's rule set says.
pub fn rate(
    oracle: &oracle::RuleSet,
    rule_set: &rating::RuleSet,
    evidence: &Evidence,
    at: Timestamp,
) -> rating::Rating {
    if oracle.in_force {
        rating::rate_in_force(rule_set, evidence, at)
    } else {
        rating::rate(rule_set, evidence, at)
    }
}

/// A rating in the oracle's terms.
pub fn in_oracle_terms(rule_set: &rating::RuleSet, rating: &rating::Rating) -> oracle::Rating {
    let mut reasons: Vec<oracle::Held> = rating
        .reasons
        .iter()
        .map(|reason| oracle::Held {
            rule: rule_set.rules()[reason.rule].id.clone(),
            level: reason.level,
            anchor: reason.anchor,
            from: reason.from,
            until: reason.until,
        })
        .collect();
    reasons.sort();
    oracle::Rating { level: rating.level, since: rating.since, changes: rating.changes, reasons }
}
