//! `cleanbill place`

use std::io::{BufRead, IsTerminal};

use contacts::{Candidate, Place, Preview, candidates, preview};
use evidence::Position;
use serde::Serialize;

use super::print_json;
use crate::{
    arguments::PlaceArguments,
    outcome::Outcome,
    result_file::{Kind, ResultFile, Value},
    terminal,
    traced::Traced,
};

const COLUMNS: &[(&str, Kind)] = &[
    ("person", Kind::Text),
    ("venue", Kind::Text),
    ("entered", Kind::Instant),
    ("left", Kind::Instant),
    ("distance_m", Kind::Decimal),
];

#[derive(Serialize)]
struct Report {
    candidates: usize,
    people: usize,
    share_of_population: f64,
    expected_infections: f64,
    sources: Vec<String>,
    ask_above: u64,
}

/// Finds people to be asked whether they were near a place. Nobody's level changes by it.
pub(crate) fn run(arguments: &PlaceArguments, json: bool) -> anyhow::Result<Outcome> {
    if arguments.to <= arguments.from {
        anyhow::bail!("--to {} is not after --from {}", arguments.to, arguments.from);
    }
    if !(arguments.radius > 0.0 && arguments.radius <= 50_000.0) {
        anyhow::bail!("--radius {}: give metres, more than 0 and at most 50000", arguments.radius);
    }
    let position = Position::new(arguments.lat, arguments.lon)?;
    let traced = Traced::load(&arguments.evidence, None)?;
    let place = Place { position, radius_m: arguments.radius, from: arguments.from, to: arguments.to };
    let found = candidates(&traced.profile, &traced.visits, &place)?;
    let preview = preview(&traced.profile, &found);
    let report = Report {
        candidates: found.len(),
        people: preview.people,
        share_of_population: preview.people as f64 / traced.people.max(1) as f64,
        expected_infections: preview.expected_infections,
        sources: preview.sources.iter().cloned().collect(),
        ask_above: traced.profile.ask_above,
    };
    if json {
        print_json(&report)?
    } else {
        print(&report, &preview)
    }
    let many = preview.people as u64 > traced.profile.ask_above;
    if many && !arguments.yes && !confirmed() {
        terminal::note("nothing was written; ask about a smaller place or a shorter time, or go on by --yes");
        return Ok(Outcome::No);
    }
    write(arguments, &found)?;
    terminal::note(&format!(
        "{} questions written to {}: a yes becomes evidence, nobody's level changes before",
        terminal::count(found.len() as u64),
        arguments.out.display()
    ));
    Ok(Outcome::Done)
}

/// Asks a person at a terminal. A script has nobody to ask: it has read the preview, or will.
fn confirmed() -> bool {
    if !std::io::stdin().is_terminal() {
        return true;
    }
    terminal::note("More people than the profile's `ask_above`. Write the questions? Type yes:");
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    read.is_ok() && answer.trim() == "yes"
}

fn print(report: &Report, preview: &Preview) {
    anstream::println!(
        "{} people were at venues near the place in that time: {:.2}% of the population",
        terminal::count(report.people as u64),
        100.0 * report.share_of_population
    );
    anstream::println!(
        "if a case was there all the time, {:.2} infections would be expected among them",
        report.expected_infections
    );
    for source in &preview.sources {
        anstream::println!("  source: {source}");
    }
}

fn write(arguments: &PlaceArguments, found: &[Candidate]) -> anyhow::Result<()> {
    let mut file = ResultFile::create(&arguments.out, COLUMNS, &arguments.zone)?;
    for candidate in found {
        file.row(&[
            Value::Text(candidate.person.as_str()),
            Value::Text(candidate.venue.as_str()),
            Value::Instant(Some(candidate.entered)),
            Value::Instant(candidate.left),
            Value::Decimal((candidate.distance_m * 10.0).round() / 10.0),
        ])?;
    }
    file.finish()
}
