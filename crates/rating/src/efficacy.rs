//! Whether a rule finds anybody: of those it restricted, how many later tested positive.

use evidence::TestResult;
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    piece::{Evidence, Says},
    reason::Situation,
    rule_set::RuleSet,
};

/// One rule's efficacy.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleEfficacy {
    /// The rule's id.
    pub rule: String,
    /// People it restricted at any time.
    pub restricted: u64,
    /// Those of them who were tested while it did.
    pub tested: u64,
    /// Those of them who tested positive while it did, with a result that was not known before.
    pub positive: u64,
    /// `positive / restricted`; `None` where nobody was restricted.
    pub share: Option<f64>,
    /// 95% Wilson interval of the share.
    pub interval: Option<(f64, f64)>,
}

/// Gathers efficacy person by person.
pub struct Efficacy<'a> {
    rule_set: &'a RuleSet,
    known_at: Timestamp,
    counts: Vec<[u64; 3]>,
}

impl<'a> Efficacy<'a> {
    /// Counts for each rule, with what was known at an instant.
    #[must_use]
    pub fn new(rule_set: &'a RuleSet, known_at: Timestamp) -> Self {
        Efficacy { rule_set, known_at, counts: vec![[0; 3]; rule_set.rules().len()] }
    }

    /// Takes one person's evidence.
    ///
    /// A test speaks for a reason if its result became known after the reason began, and its specimen was taken
    /// before the reason ended: it is something the restriction could have found, not what caused it.
    pub fn add(&mut self, evidence: &Evidence) {
        let situation = Situation { rule_set: self.rule_set, evidence, at: self.known_at, in_force: false };
        let holds = situation.holds();
        for (rule, counts) in self.counts.iter_mut().enumerate() {
            let mut seen = [false; 3];
            for hold in holds.iter().filter(|hold| hold.rule == rule) {
                let results = evidence.pieces.iter().filter_map(|piece| match &piece.says {
                    Says::Test(test) if piece.known <= self.known_at => Some(test),
                    _ => None,
                });
                let during = results.filter(|test| test.known() > hold.from && test.sampled < hold.until);
                let (mut tested, mut positive) = (false, false);
                for test in during {
                    tested = true;
                    positive |= test.result == TestResult::Positive;
                }
                seen = [true, seen[1] | tested, seen[2] | positive];
            }
            for (count, seen) in counts.iter_mut().zip(seen) {
                *count += u64::from(seen);
            }
        }
    }

    /// The report, in the order of the rules.
    #[must_use]
    pub fn report(self) -> Vec<RuleEfficacy> {
        let rules = self.rule_set.rules().iter().zip(self.counts);
        rules
            .map(|(rule, [restricted, tested, positive])| RuleEfficacy {
                rule: rule.id.clone(),
                restricted,
                tested,
                positive,
                share: (restricted > 0).then(|| positive as f64 / restricted as f64),
                interval: wilson_95(positive, restricted),
            })
            .collect()
    }
}

/// The 95% Wilson score interval of a share (Wilson 1927, J Am Stat Assoc 22:209-212); `None` of nothing.
#[must_use]
pub fn wilson_95(hits: u64, of: u64) -> Option<(f64, f64)> {
    if of == 0 {
        return None;
    }
    // The 97.5% quantile of the normal distribution.
    let z = 1.959_963_984_540_054_f64;
    let (n, p) = (of as f64, hits as f64 / of as f64);
    let centre = p + z * z / (2.0 * n);
    let spread = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    Some((((centre - spread) / scale).max(0.0), ((centre + spread) / scale).min(1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wilson_interval_gives_the_published_example() {
        // Newcombe 1998, Stat Med 17:857-872, table I: 81 of 263 gives 0.2553 to 0.3662.
        let (low, high) = wilson_95(81, 263).unwrap();
        assert!((low - 0.2553).abs() < 5e-5 && (high - 0.3662).abs() < 5e-5, "{low} {high}");
        assert_eq!(wilson_95(0, 0), None);
        assert_eq!(wilson_95(0, 20).unwrap().0, 0.0);
    }
}
