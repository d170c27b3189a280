//! `cleanbill synth`

use bundle::Format;
use serde::Serialize;
use synth::{Options, SynthError};

use super::print_json;
use crate::{
    arguments::{self, SynthArguments},
    outcome::Outcome,
    terminal,
};

#[derive(Serialize)]
struct Report {
    people: u64,
    visits: u64,
    infected: u64,
    cases: u64,
}

/// Makes up a city.
pub(crate) fn run(arguments: &SynthArguments, json: bool) -> anyhow::Result<Outcome> {
    let mut options =
        Options::new(arguments.people, arguments.days, arguments.seed).map_err(SynthError::from)?;
    options.format = match arguments.format {
        arguments::Format::Csv => Format::Csv,
        arguments::Format::Parquet => Format::Parquet,
    };
    if let Some(start) = arguments.start {
        options.start = start;
    }
    options.venues = arguments.venues;
    options.infected_at_start = arguments.infected;
    options.transmissibility = arguments.transmissibility;
    options.forgotten_checkouts = arguments.forgotten_checkouts;
    options.check().map_err(SynthError::from)?;
    let bar = terminal::progress("person-days", options.people * options.days);
    let written = synth::write(&options, &arguments.out, |progress| bar.set_position(progress.person_days))?;
    bar.finish_and_clear();
    let report = Report {
        people: written.people,
        visits: written.visits,
        infected: written.infected,
        cases: written.cases,
    };
    if json {
        print_json(&report)?;
        return Ok(Outcome::Done);
    }
    anstream::println!(
        "{} people made {} visits in {} days; {} were infected, {} became cases",
        terminal::count(report.people),
        terminal::count(report.visits),
        options.days,
        terminal::count(report.infected),
        terminal::count(report.cases)
    );
    terminal::note(&format!(
        "written to {}; who was infected stands in truth/infections.csv",
        arguments.out.display()
    ));
    Ok(Outcome::Done)
}
