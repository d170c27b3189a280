//! Counts by level and by rule.

use std::path::Path;

use evidence::Level;
use jiff::Timestamp;
use rating::{Rating, RuleSet};
use serde::Serialize;

use super::{by_level, explained::Explained, rules_of, written};
use crate::terminal;

/// Counts over one or more instants.
pub(super) struct Summary<'a> {
    rule_set: &'a RuleSet,
    instants: u64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    levels: [u64; 3],
    /// For each rule: person-instants with a reason from it, and with no reason from another.
    rules: Vec<[u64; 2]>,
}

#[derive(Serialize)]
pub(super) struct Report<'a> {
    rule_set: &'a str,
    version: u32,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    instants: u64,
    levels: Levels,
    rules: Vec<RuleCount<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explained: Option<&'a Explained>,
}

#[derive(Serialize)]
struct Levels {
    green: u64,
    yellow: u64,
    red: u64,
}

#[derive(Serialize)]
struct RuleCount<'a> {
    rule: &'a str,
    people: u64,
    only_this: u64,
}

impl<'a> Summary<'a> {
    pub(super) fn new(rule_set: &'a RuleSet) -> Self {
        let rules = vec![[0; 2]; rule_set.rules().len()];
        Summary { rule_set, instants: 0, first: None, last: None, levels: [0; 3], rules }
    }

    pub(super) fn instant<'r>(&mut self, at: Timestamp, ratings: impl Iterator<Item = &'r Rating> + Clone) {
        self.instants += 1;
        self.first.get_or_insert(at);
        self.last = Some(at);
        for (total, count) in self.levels.iter_mut().zip(by_level(ratings.clone())) {
            *total += count;
        }
        for rating in ratings {
            let named = rules_of(self.rule_set, rating);
            for (rule, [people, only]) in self.rule_set.rules().iter().zip(&mut self.rules) {
                if named.contains(&rule.id.as_str()) {
                    *people += 1;
                    *only += u64::from(named.len() == 1);
                }
            }
        }
    }

    pub(super) fn report<'s>(&'s self, explained: Option<&'s Explained>) -> Report<'s> {
        let [green, yellow, red] = self.levels;
        let rules = self.rule_set.rules().iter().zip(&self.rules);
        Report {
            rule_set: &self.rule_set.id,
            version: self.rule_set.version,
            from: self.first,
            to: self.last,
            instants: self.instants,
            levels: Levels { green, yellow, red },
            rules: rules
                .map(|(rule, [people, only])| RuleCount { rule: &rule.id, people: *people, only_this: *only })
                .collect(),
            explained,
        }
    }

    pub(super) fn print(&self, out: Option<&Path>) {
        let unit = if self.instants > 1 { "person-days" } else { "people" };
        let total: u64 = self.levels.iter().sum();
        let levels = Level::ALL.iter().zip(self.levels).map(|(level, count)| {
            vec![terminal::level(*level), terminal::count(count), terminal::percent(count, total)]
        });
        anstream::println!("{}", terminal::table(&["level", unit, "share"], &[1, 2], levels));
        let rules = self.rule_set.rules().iter().zip(&self.rules).map(|(rule, [people, only])| {
            let level = terminal::level(rule.level);
            vec![rule.id.clone(), level, terminal::count(*people), terminal::count(*only)]
        });
        anstream::println!(
            "\n{}",
            terminal::table(&["rule", "gives", unit, "only this rule"], &[2, 3], rules)
        );
        if let Some(out) = out {
            terminal::note(&format!("\n{} {unit}, {}", terminal::count(total), written(out)));
        }
    }
}
