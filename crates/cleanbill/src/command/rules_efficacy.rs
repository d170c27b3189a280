//! `cleanbill rules efficacy`

use std::path::Path;

use jiff::Timestamp;
use rating::Efficacy;

use super::{print_json, read_rules};
use crate::{arguments::EvidenceArguments, loading::load, outcome::Outcome, terminal};

/// Counts, for each rule, how many of those it restricted later tested positive.
pub(crate) fn run(
    file: &Path,
    evidence: &EvidenceArguments,
    at: Timestamp,
    json: bool,
) -> anyhow::Result<Outcome> {
    let rule_set = read_rules(file)?;
    let mut loaded = load(evidence)?;
    loaded.expose_at(at)?;
    let mut efficacy = Efficacy::new(&rule_set, at);
    for (_, evidence) in loaded.population.everybody() {
        efficacy.add(evidence);
    }
    let report = efficacy.report();
    if json {
        print_json(&report)?;
        return Ok(Outcome::Done);
    }
    let percent = |share: f64| format!("{:.1}%", share * 100.0);
    let rows = report.iter().map(|rule| {
        let interval = rule.interval.map(|(low, high)| format!("{} to {}", percent(low), percent(high)));
        vec![
            rule.rule.clone(),
            terminal::count(rule.restricted),
            terminal::count(rule.tested),
            terminal::count(rule.positive),
            rule.share.map_or("–".to_owned(), percent),
            interval.unwrap_or_else(|| "–".to_owned()),
        ]
    });
    let columns = ["rule", "restricted", "tested", "positive", "found", "95% interval"];
    anstream::println!("{}", terminal::table(&columns, &[1, 2, 3, 4], rows));
    terminal::note(
        "\npositive: of those it restricted, people whose positive result became known while it did",
    );
    Ok(Outcome::Done)
}
