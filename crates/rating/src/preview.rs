//! Who would change, by rule, before a rule set is published.

use std::collections::BTreeMap;

use evidence::{Level, Person};
use serde::Serialize;

use crate::{rate::Rating, rule_set::RuleSet};

/// A change of level, with how many people it would meet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Level under the old rule set.
    pub from: Level,
    /// Level under the new one.
    pub to: Level,
    /// People.
    pub people: u64,
}

/// How a group would fare.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct GroupCount {
    /// People in the group.
    pub people: u64,
    /// Restricted (yellow or red) under the old rule set.
    pub restricted_before: u64,
    /// Restricted under the new one.
    pub restricted_after: u64,
}

/// What a preview found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PreviewReport {
    /// People looked at.
    pub people: u64,
    /// Changes of level, including "no change".
    pub changes: Vec<Change>,
    /// For each rule: people with a reason from it under the old and the new rule set.
    pub rules: BTreeMap<String, [u64; 2]>,
    /// Parity: by `area`, `age` and `sex`, each group's counts.
    pub parity: BTreeMap<&'static str, BTreeMap<String, GroupCount>>,
}

/// Gathers a preview person by person.
pub struct Preview<'a> {
    old: &'a RuleSet,
    new: &'a RuleSet,
    year: i16,
    people: u64,
    changes: BTreeMap<(Level, Level), u64>,
    rules: BTreeMap<String, [u64; 2]>,
    parity: BTreeMap<&'static str, BTreeMap<String, GroupCount>>,
}

impl<'a> Preview<'a> {
    /// A preview of replacing one rule set by another; `year` is the year in which ages are counted.
    #[must_use]
    pub fn new(old: &'a RuleSet, new: &'a RuleSet, year: i16) -> Self {
        let ids = old.rules().iter().chain(new.rules()).map(|rule| (rule.id.clone(), [0, 0]));
        let rules = ids.collect();
        Preview { old, new, year, people: 0, changes: BTreeMap::new(), rules, parity: BTreeMap::new() }
    }

    /// Takes one person's two ratings.
    pub fn add(&mut self, person: &Person, before: &Rating, after: &Rating) {
        self.people += 1;
        *self.changes.entry((before.level, after.level)).or_default() += 1;
        for (side, (rule_set, rating)) in [(self.old, before), (self.new, after)].into_iter().enumerate() {
            let mut ids: Vec<&str> = rating
                .reasons
                .iter()
                .filter_map(|r| rule_set.rules().get(r.rule))
                .map(|r| r.id.as_str())
                .collect();
            ids.sort_unstable();
            ids.dedup();
            for id in ids {
                if let Some(count) = self.rules.get_mut(id).and_then(|counts| counts.get_mut(side)) {
                    *count += 1;
                }
            }
        }
        let unknown = || "(not known)".to_owned();
        let area = person.area.as_ref().map_or_else(unknown, ToString::to_string);
        let sex = person.sex.map_or_else(unknown, |sex| sex.to_string());
        let age = person.birth_year.map_or_else(unknown, |year| age_band(self.year - year.year()));
        for (dimension, group) in [("area", area), ("age", age), ("sex", sex)] {
            let count = self.parity.entry(dimension).or_default().entry(group).or_default();
            count.people += 1;
            count.restricted_before += u64::from(before.level > Level::Green);
            count.restricted_after += u64::from(after.level > Level::Green);
        }
    }

    /// The report.
    #[must_use]
    pub fn report(self) -> PreviewReport {
        let changes = self.changes.into_iter().map(|((from, to), people)| Change { from, to, people });
        PreviewReport {
            people: self.people,
            changes: changes.collect(),
            rules: self.rules,
            parity: self.parity,
        }
    }
}

/// Bands of ten years up to 80 and over, zero-padded so that they sort.
#[must_use]
pub fn age_band(age: i16) -> String {
    match age {
        ..0 => "(not born yet)".to_owned(),
        80.. => "80+".to_owned(),
        _ => format!("{:02}-{:02}", age / 10 * 10, age / 10 * 10 + 9),
    }
}
