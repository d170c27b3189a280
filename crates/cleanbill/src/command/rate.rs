//! `cleanbill rate`

mod explained;
mod summary;

use std::path::Path;

use anyhow::Context;
use evidence::Person;
use jiff::{Timestamp, tz::TimeZone};
use rating::{Evidence, Rating, RuleSet, rate, rate_in_force};
use rayon::prelude::*;

use self::summary::Summary;
use super::{print_json, read_rules};
use crate::{
    arguments::RateArguments,
    instant::Days,
    loading::load,
    outcome::Outcome,
    population::{Loaded, Unasked},
    result_file::{Kind, ResultFile, Value},
    terminal,
};

const COLUMNS: &[(&str, Kind)] = &[
    ("at", Kind::Instant),
    ("person", Kind::Text),
    ("level", Kind::Text),
    ("rules", Kind::Text),
    ("since", Kind::Instant),
    ("changes_at", Kind::Instant),
];

/// Rates everybody at an instant, or at each local midnight of some days.
pub(crate) fn run(arguments: &RateArguments, json: bool) -> anyhow::Result<Outcome> {
    let rule_set = read_rules(&arguments.rules)?;
    let zone = arguments.zone.clone().unwrap_or_else(|| rule_set.time_zone.clone());
    match (arguments.at, arguments.days) {
        (Some(at), _) => at_one_instant(arguments, &rule_set, &zone, at, json),
        (None, Some(days)) => day_by_day(arguments, &rule_set, &zone, days, json),
        (None, None) => anyhow::bail!("give an instant by --at or days by --days"),
    }
}

fn at_one_instant(
    arguments: &RateArguments,
    rule_set: &RuleSet,
    zone: &TimeZone,
    at: Timestamp,
    json: bool,
) -> anyhow::Result<Outcome> {
    let mut loaded = load(&arguments.evidence)?;
    let unasked = loaded.expose_at(at)?;
    unasked_note(&loaded, unasked);
    not_in_force_note(arguments, rule_set, at);
    let mut summary = Summary::new(rule_set);
    let rated = rate_everybody(&loaded, rule_set, at, arguments.in_force);
    summary.instant(at, rated.iter().map(|(_, rating)| rating));
    if let Some(out) = &arguments.out {
        let mut file = ResultFile::create(out, COLUMNS.get(1..).unwrap_or_default(), zone)?;
        for (person, rating) in &rated {
            write(&mut file, None, person, rule_set, rating)?;
        }
        file.finish()?;
    }
    let explained = match &arguments.explain {
        Some(person) => Some(explained::explain(arguments, &loaded, rule_set, person, at)?),
        None => None,
    };
    if json {
        print_json(&summary.report(explained.as_ref()))?;
    } else {
        summary.print(arguments.out.as_deref());
        if let Some(explained) = explained {
            explained.print();
        }
    }
    Ok(Outcome::Done)
}

fn day_by_day(
    arguments: &RateArguments,
    rule_set: &RuleSet,
    zone: &TimeZone,
    days: Days,
    json: bool,
) -> anyhow::Result<Outcome> {
    let out = arguments.out.as_deref().context("--days needs a file to write: --out FILE")?;
    let midnights = days.midnights(zone)?;
    let mut loaded = load(&arguments.evidence)?;
    if let (Some(first), Some(last)) = (midnights.first(), midnights.last()) {
        not_in_force_note(arguments, rule_set, *first);
        if rule_set.in_force(*first) {
            not_in_force_note(arguments, rule_set, *last);
        }
    }
    let mut file = ResultFile::create(out, COLUMNS, zone)?;
    let mut summary = Summary::new(rule_set);
    let mut most_unasked = Unasked::default();
    let bar = terminal::progress("rating", midnights.len() as u64);
    for at in midnights {
        let unasked = loaded.expose_at(at)?;
        most_unasked = most_unasked.max(unasked);
        let rated = rate_everybody(&loaded, rule_set, at, arguments.in_force);
        summary.instant(at, rated.iter().map(|(_, rating)| rating));
        for (person, rating) in &rated {
            write(&mut file, Some(at), person, rule_set, rating)?;
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    file.finish()?;
    unasked_note(&loaded, most_unasked);
    if json {
        print_json(&summary.report(None))?
    } else {
        summary.print(Some(out))
    }
    Ok(Outcome::Done)
}

/// Says whom no exposure was counted for, because they are so many that they are to be asked first.
fn unasked_note(loaded: &Loaded, unasked: Unasked) {
    if unasked.cases > 0 {
        terminal::note(&format!(
            "note: {} cases were near more than {} people each at venues; these {} are to be asked first, and no level \
             follows from it (`cleanbill contacts` writes the questions)",
            terminal::count(unasked.cases),
            terminal::count(loaded.profile.ask_above),
            terminal::count(unasked.people),
        ));
    }
}

fn rate_everybody<'p>(
    loaded: &'p Loaded,
    rule_set: &RuleSet,
    at: Timestamp,
    in_force: bool,
) -> Vec<(&'p Person, Rating)> {
    let rate_one = |evidence: &Evidence| {
        if in_force { rate_in_force(rule_set, evidence, at) } else { rate(rule_set, evidence, at) }
    };
    let population = &loaded.population;
    population
        .people()
        .par_iter()
        .zip(population.evidence().par_iter())
        .with_min_len(1_024)
        .map(|(person, evidence)| (person, rate_one(evidence)))
        .collect()
}

fn write(
    file: &mut ResultFile,
    at: Option<Timestamp>,
    person: &Person,
    rule_set: &RuleSet,
    rating: &Rating,
) -> anyhow::Result<()> {
    let rules = rules_of(rule_set, rating).join(";");
    let row = [
        Value::Instant(at),
        Value::Text(person.person.as_str()),
        Value::Text(rating.level.word()),
        Value::Text(&rules),
        Value::Instant(rating.since),
        Value::Instant(rating.changes_at()),
    ];
    let skipped = usize::from(at.is_none());
    file.row(row.get(skipped..).unwrap_or_default())
}

/// The ids of the rules behind a rating, each once, in the order of the rule set.
pub(crate) fn rules_of<'r>(rule_set: &'r RuleSet, rating: &Rating) -> Vec<&'r str> {
    let mut numbers: Vec<usize> = rating.reasons.iter().map(|reason| reason.rule).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers.iter().filter_map(|number| rule_set.rules().get(*number)).map(|rule| rule.id.as_str()).collect()
}

fn not_in_force_note(arguments: &RateArguments, rule_set: &RuleSet, at: Timestamp) {
    if rule_set.in_force(at) {
        return;
    }
    let dates = format!("{} to {}", rule_set.effective, rule_set.sunset);
    let what = if arguments.in_force { "nobody is restricted by it" } else { "rated as if it were in force" };
    terminal::note(&format!("note: {at} lies outside the dates of `{}` ({dates}): {what}", rule_set.id));
}

/// Counts of people by level.
pub(crate) fn by_level<'r>(ratings: impl Iterator<Item = &'r Rating>) -> [u64; 3] {
    let mut counts = [0; 3];
    for rating in ratings {
        if let Some(count) = counts.get_mut(rating.level as usize) {
            *count += 1;
        }
    }
    counts
}

/// Where a result was written, for people.
pub(crate) fn written(out: &Path) -> String {
    format!("written to {}", out.display())
}
