//! `cleanbill rules preview`

use std::{collections::BTreeMap, path::Path};

use jiff::Timestamp;
use owo_colors::OwoColorize;
use rating::{Preview, PreviewReport, rate};

use super::{print_json, read_rules};
use crate::{arguments::EvidenceArguments, loading::load, outcome::Outcome, terminal};

/// Shows who would change if a rule set replaced another.
pub(crate) fn run(
    old: &Path,
    new: &Path,
    evidence: &EvidenceArguments,
    at: Timestamp,
    json: bool,
) -> anyhow::Result<Outcome> {
    let (old, new) = (read_rules(old)?, read_rules(new)?);
    let mut loaded = load(evidence)?;
    loaded.expose_at(at)?;
    let year = at.to_zoned_datetime(new.time_zone.clone()).year();
    let mut preview = Preview::new(&old, &new, year);
    for (person, evidence) in loaded.population.everybody() {
        preview.add(person, &rate(&old, evidence, at), &rate(&new, evidence, at));
    }
    let report = preview.report();
    if json {
        print_json(&report)?;
    } else {
        print(&report, &format!("{} {}", old.id, old.version), &format!("{} {}", new.id, new.version));
    }
    Ok(Outcome::Done)
}

fn print(report: &PreviewReport, old: &str, new: &str) {
    anstream::println!(
        "{}",
        format!("{} people under {old} (old) and {new} (new)", terminal::count(report.people)).bold()
    );
    let changes = report.changes.iter().map(|change| {
        let verdict = match change.to.cmp(&change.from) {
            std::cmp::Ordering::Less => "freer",
            std::cmp::Ordering::Equal => "as before",
            std::cmp::Ordering::Greater => "more restricted",
        };
        vec![
            terminal::level(change.from),
            terminal::level(change.to),
            terminal::count(change.people),
            verdict.to_owned(),
        ]
    });
    anstream::println!("\n{}", terminal::table(&["old", "new", "people", ""], &[2], changes));
    let rules = report
        .rules
        .iter()
        .map(|(rule, [before, after])| vec![rule.clone(), terminal::count(*before), terminal::count(*after)]);
    anstream::println!(
        "\n{}",
        terminal::table(&["people with a reason from rule", "old", "new"], &[1, 2], rules)
    );
    for (dimension, groups) in &report.parity {
        parity(dimension, groups);
    }
}

fn parity(dimension: &str, groups: &BTreeMap<String, rating::GroupCount>) {
    let rows = groups.iter().map(|(group, count)| {
        vec![
            group.clone(),
            terminal::count(count.people),
            terminal::percent(count.restricted_before, count.people),
            terminal::percent(count.restricted_after, count.people),
        ]
    });
    let columns = [dimension, "people", "restricted (old)", "restricted (new)"];
    anstream::println!("\n{}", terminal::table(&columns, &[1, 2, 3], rows));
}
