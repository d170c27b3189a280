//! How many healthy people a symptom rule would restrict.

use evidence::{Check, CheckedBy, Declaration, EvidenceKind, Symptom, Symptoms};
use jiff::Timestamp;

use super::{BackgroundSymptoms, Finding, Severity};
use crate::{condition::Truth, piece::Says, rule_set::Rule};

/// From this share of healthy people on, a rule is warned of.
const SHARE_WARN: f64 = 0.005;

/// The finding on a rule over symptoms; `None` for other rules.
///
/// Two figures bound the share. The lower takes symptoms as independent; real ones come together, so combinations are
/// more common. The upper holds however they come together.
pub(super) fn of(rule: &Rule, background: &BackgroundSymptoms) -> Option<Finding> {
    // A rule that counts cases met is looked at among people who met as many as it asks for.
    let counts_cases = rule.condition.counts_cases();
    let cases_met = if counts_cases { u32::MAX } else { 0 };
    let meets = |symptoms: Symptoms| -> Option<bool> {
        let at = Timestamp::UNIX_EPOCH;
        let says = match rule.on {
            EvidenceKind::Declaration => Says::Declaration(Declaration { at, symptoms }),
            EvidenceKind::Check => {
                Says::Check(Check { at, temperature: None, symptoms, by: CheckedBy::Itself })
            }
            _ => return None,
        };
        Some(!says.is_protective() && rule.condition.ask(&says, cases_met) == Truth::True)
    };
    let sets: Vec<Symptoms> = every_set().filter(|set| meets(*set) == Some(true)).collect();
    if sets.is_empty() {
        return None;
    }
    let smallest: Vec<Symptoms> = sets.iter().copied().filter(|set| is_smallest(*set, &meets)).collect();
    let asked: Symptoms = smallest.iter().flat_map(|set| set.iter()).collect();
    let unknown: Vec<&str> =
        asked.iter().filter(|s| background.share(*s).is_none()).map(Symptom::word).collect();
    let share = |symptom: Symptom| background.share(symptom).map_or(0.0, |p| p.share());
    let lower: f64 = sets.iter().map(|set| independent(*set, &share)).sum();
    let upper = at_most(&smallest, &share);
    let sources: std::collections::BTreeSet<&str> =
        asked.iter().filter(|s| background.share(*s).is_some()).map(|s| background.source(s)).collect();
    let mut what = format!(
        "restricts {} to {} of people without the disease who are asked{} (if symptoms were independent, and at most)",
        percent(lower),
        percent(upper.max(lower)),
        if counts_cases { ", had they met enough cases before" } else { "" },
    );
    if !unknown.is_empty() {
        what.push_str(&format!("; not counted, because no figure is published: {}", unknown.join(", ")));
    }
    for source in sources {
        what.push_str(&format!("\n    source: {source}"));
    }
    // How many people have met a case is not known here, so their share is no share of all.
    let wide = !counts_cases && (upper >= SHARE_WARN || !unknown.is_empty());
    Some(Finding {
        severity: if wide { Severity::Warning } else { Severity::Note },
        line: rule.line,
        rule: Some(rule.id.clone()),
        what,
        remedy: "Ask for a combination of symptoms, or for a test instead of a restriction.".to_owned(),
    })
}

/// The smallest bound on the share of people who have one of some combinations, however symptoms come together.
///
/// Whoever has a combination has every symptom of it. So the share is at most the sum, over the combinations, of each
/// one's rarest symptom, and at most the sum over any symptoms of which every combination has one (Boole, Fréchet).
fn at_most(combinations: &[Symptoms], share: &impl Fn(Symptom) -> f64) -> f64 {
    let rarest: f64 = combinations.iter().map(|set| set.iter().map(share).fold(1.0, f64::min)).sum();
    let hits_all =
        |symptoms: &Symptoms| combinations.iter().all(|set| !set.intersection(*symptoms).is_empty());
    let through = every_set().filter(hits_all).map(|symptoms| symptoms.iter().map(share).sum());
    through.fold(rarest.min(1.0), f64::min)
}

fn percent(share: f64) -> String {
    format!("{:.2}%", share * 100.0)
}

fn every_set() -> impl Iterator<Item = Symptoms> {
    (0_u32..1 << Symptom::ALL.len()).map(|bits| {
        Symptom::ALL.iter().enumerate().filter(|(i, _)| bits & (1 << i) != 0).map(|(_, s)| *s).collect()
    })
}

/// Whether no symptom can be left out of a set that meets the rule.
fn is_smallest(set: Symptoms, meets: &impl Fn(Symptoms) -> Option<bool>) -> bool {
    set.iter().all(|left_out| {
        let rest: Symptoms = set.iter().filter(|s| *s != left_out).collect();
        meets(rest) != Some(true)
    })
}

fn independent(set: Symptoms, share: &impl Fn(Symptom) -> f64) -> f64 {
    Symptom::ALL.iter().map(|s| if set.contains(*s) { share(*s) } else { 1.0 - share(*s) }).product()
}
