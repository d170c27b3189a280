//! Makes up a city and writes it, day by day.

use std::path::Path;

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use crate::{
    calendar::{Calendar, HOUR},
    daily_life::DailyLife,
    day::{BlockDay, City, Day},
    draw::{Draws, Purpose},
    error::SynthError,
    ids::Ids,
    options::Options,
    places::Places,
    population::Population,
    simulation::{Evening, Simulation},
    tables::{Tables, checked_by},
    transmission::Transmission,
};

/// Blocks that are made up while those before them are written: some ten thousand people.
const BLOCKS_AT_ONCE: u32 = 64;
/// Share of days on which somebody in quarantine or isolation makes the daily check. An assumption.
const CHECKING: f64 = 0.85;

/// How far the writing has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Person-days written.
    pub person_days: u64,
    /// Person-days there will be.
    pub person_days_in_all: u64,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// People of the city.
    pub people: u64,
    /// Visits of all days.
    pub visits: u64,
    /// People infected before the end of the last day, known or not.
    pub infected: u64,
    /// Confirmed cases.
    pub cases: u64,
}

/// Makes up a city and writes it: a bundle in `folder`, and `truth/infections.csv` in it. Tells `progress` of each
/// ten thousand people or so.
///
/// Files are written under temporary names and put in place at the end, `datapackage.json` last.
///
/// # Errors
/// [`SynthError`] where the options cannot be, the folder holds a bundle already, or a file cannot be written.
pub fn write(
    options: &Options,
    folder: &Path,
    mut progress: impl FnMut(Progress) + Send,
) -> Result<Written, SynthError> {
    options.check()?;
    let city = city(options)?;
    let mut tables = Tables::start(folder, &city, options)?;
    let mut simulation = Simulation::start(&city, options.infected())?;
    let mut done = Progress { person_days: 0, person_days_in_all: options.people * options.days };
    for day in 0..city.calendar.days() {
        let findings = simulation.find(day);
        tables.findings(&findings)?;
        let evening = write_blocks(&simulation.day(day), &mut tables, |people| {
            done.person_days += u64::from(people);
            progress(done);
        })?;
        for ill in evening.ill() {
            if let Some(symptoms) = ill.declares {
                tables.declaration(ill.person, ill.onset, symptoms)?;
            }
        }
        for (person, journey) in evening.journeys() {
            tables.journey(*person, journey)?;
        }
        write_checks(&city, day, &simulation, &mut tables)?;
        let seated = simulation.end(day, evening);
        tables.trips(&seated)?;
    }
    let written = Written {
        people: options.people,
        visits: tables.visits.rows(),
        infected: simulation.infections().iter().filter(|i| i.exposed < city.calendar.end()).count() as u64,
        cases: simulation.cases().len() as u64,
    };
    tables.finish(folder, simulation.cases(), simulation.infections())?;
    Ok(written)
}

fn city(options: &Options) -> Result<City, SynthError> {
    // INVARIANT: both fit after `Options::check`.
    let people = u32::try_from(options.people).map_err(SynthError::invalid("number of people"))?;
    let days = u32::try_from(options.days).map_err(SynthError::invalid("number of days"))?;
    let calendar = Calendar::new(options.start, days)?;
    let places = Places::new(options)?;
    Ok(City {
        seed: options.seed,
        forgotten_checkouts: options.forgotten_checkouts,
        population: Population::new(options.seed, people, options.start.year()),
        ids: Ids::new(people, places.count())?,
        places,
        life: DailyLife::new(options.seed, calendar.first_weekday())?,
        transmission: Transmission { seed: options.seed, transmissibility: options.transmissibility },
        calendar,
    })
}

/// Makes up the blocks of a day and writes their visits in order; some are made up while those before them are written.
fn write_blocks(
    day: &Day<'_>,
    tables: &mut Tables<'_>,
    mut done: impl FnMut(u32) + Send,
) -> Result<Evening, SynthError> {
    let population = &day.city.population;
    let blocks = population.blocks();
    let mut evening = Evening::default();
    let mut ready: Vec<BlockDay> = Vec::new();
    let mut next = 0;
    while next < blocks || !ready.is_empty() {
        let end = blocks.min(next + BLOCKS_AT_ONCE);
        let (written, made) = rayon::join(
            || write_visits(std::mem::take(&mut ready), tables, &mut evening),
            || (next..end).into_par_iter().map(|block| day.block(block)).collect::<Result<Vec<_>, _>>(),
        );
        written?;
        ready = made?;
        done(population.people_in(next..end));
        next = end;
    }
    Ok(evening)
}

fn write_visits(
    blocks: Vec<BlockDay>,
    tables: &mut Tables<'_>,
    evening: &mut Evening,
) -> Result<(), SynthError> {
    for block in blocks {
        for visit in &block.visits {
            tables.visits.write(visit)?;
        }
        evening.add(block);
    }
    Ok(())
}

/// Writes the daily checks of those in quarantine or isolation.
fn write_checks(
    city: &City,
    day: u32,
    simulation: &Simulation<'_>,
    tables: &mut Tables<'_>,
) -> Result<(), SynthError> {
    for (person, watched) in simulation.watched() {
        let mut draws = Draws::new(city.seed, Purpose::Checks, u64::from(person), u64::from(day));
        let at = City::midnight(day) + draws.between(7 * HOUR, 21 * HOUR);
        if !(watched.from..watched.to).contains(&at) || !draws.happens(CHECKING) {
            continue;
        }
        let symptoms = simulation.symptoms(person, at);
        let temperature = tables.temperatures.draw(symptoms, &mut draws)?;
        tables.check(person, at, checked_by(watched.by_worker), (temperature, symptoms))?;
    }
    Ok(())
}
