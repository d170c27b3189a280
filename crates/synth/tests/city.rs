//! A city as it lies on disk: the same for the same seed, whole or absent, and true to its own epidemic.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use bundle::{Bundle, Format, LoadOptions};
use evidence::{About, Case, CaseStatus, HouseholdMember, Stay, Test, TestResult, Trip, Visit};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use synth::{Options, SynthError};

fn options(people: u64, days: u64, seed: u64) -> Options {
    Options::new(people, days, seed).unwrap()
}

/// Writes a city and gives its folder.
fn city(options: &Options) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    synth::write(options, folder.path(), |_| ()).unwrap();
    folder
}

/// Every file's name and digest.
fn digests(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut digests = BTreeMap::new();
    for folder in [folder.to_owned(), folder.join("truth")] {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap).filter(|e| e.path().is_file()) {
            let name = entry.file_name().to_string_lossy().into_owned();
            digests.insert(name, Sha256::digest(fs::read(entry.path()).unwrap()).to_vec());
        }
    }
    digests
}

#[test]
fn the_same_options_give_the_same_bytes_on_any_number_of_threads() {
    for format in [Format::Csv, Format::Parquet] {
        let options = Options { format, forgotten_checkouts: 0.1, ..options(40_000, 3, 7) };
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| digests(city(&options).path()))
        };
        let one = on(1);
        assert_eq!(one.len(), 14, "thirteen files of the bundle, and the truth");
        assert_eq!(one, on(2));
        assert_eq!(one, on(5));
        let other = digests(city(&Options { seed: 8, ..options }).path());
        for name in ["people", "visits", "declarations", "infections"] {
            let table = one.keys().find(|file| file.starts_with(name)).unwrap();
            assert_ne!(one[table], other[table], "{table} of another seed");
        }
    }
}

#[test]
fn every_row_is_good_and_people_visit_three_venues_a_day() {
    let options = options(20_000, 14, 3);
    let folder = city(&options);
    let bundle = Bundle::open(folder.path()).unwrap();
    let end: Timestamp = "2020-02-03T00:00:00+08:00".parse().unwrap();
    let mut loader =
        bundle.load(LoadOptions { future: bundle::Future::Reject(end), ..LoadOptions::default() });
    let mut visits: BTreeMap<String, u64> = BTreeMap::new();
    let mut days_of = BTreeSet::new();
    loader
        .each::<About<Visit>>(|visit| {
            *visits.entry(visit.says.venue.to_string()).or_default() += 1;
            days_of.insert(visit.says.entered.as_second().div_euclid(86_400));
        })
        .unwrap();
    let (mut trips, mut stays) = (0, 0);
    loader.each::<About<Trip>>(|_| trips += 1).unwrap();
    loader.each::<About<Stay>>(|_| stays += 1).unwrap();
    loader.check_all().unwrap();
    assert_eq!(loader.finish().unwrap().rejected(), 0);
    assert!(trips > 100 && stays > 100, "{trips} trips, {stays} stays");
    let all: u64 = visits.values().sum();
    let mean = all as f64 / (20_000.0 * 14.0);
    assert!((2.8..3.2).contains(&mean), "{mean} visits a person and day");
    // Schools and workplaces are chosen for good, which blurs the ranks of a small city; the middle of them shows the slope.
    let mut counts: Vec<u64> = visits.into_values().collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    let points: Vec<(f64, f64)> =
        (20..700).map(|rank| ((rank as f64).ln(), (counts[rank - 1] as f64).ln())).collect();
    let n = points.len() as f64;
    let (x, y) = (points.iter().map(|p| p.0).sum::<f64>() / n, points.iter().map(|p| p.1).sum::<f64>() / n);
    let slope = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum::<f64>()
        / points.iter().map(|p| (p.0 - x) * (p.0 - x)).sum::<f64>();
    assert!((-0.95..-0.65).contains(&slope), "Zipf exponent {}", -slope);
}

struct Infection {
    exposed: Timestamp,
    infectious: Timestamp,
    ended: Timestamp,
    infected_by: Option<String>,
    layer: String,
}

fn truth(folder: &Path) -> BTreeMap<String, Infection> {
    let text = fs::read_to_string(folder.join("truth/infections.csv")).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("person,exposed,infectious,symptomatic,ended,infected_by,layer"));
    let infections = lines.map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        let infection = Infection {
            exposed: cells[1].parse().unwrap(),
            infectious: cells[2].parse().unwrap(),
            ended: cells[4].parse().unwrap(),
            infected_by: Some(cells[5].to_owned()).filter(|by| !by.is_empty()),
            layer: cells[6].to_owned(),
        };
        (cells[0].to_owned(), infection)
    });
    infections.collect()
}

#[test]
fn infections_form_trees_and_every_pair_met_at_the_time() {
    let folder = city(&Options { infected_at_start: Some(40), ..options(20_000, 30, 5) });
    let truth = truth(folder.path());
    let bundle = Bundle::open(folder.path()).unwrap();
    let mut loader = bundle.load(LoadOptions::default());
    let mut homes = BTreeMap::new();
    loader
        .each::<HouseholdMember>(|member| {
            homes.insert(member.person.to_string(), member.household.to_string());
        })
        .unwrap();
    let mut visits: BTreeMap<String, Vec<Visit>> = BTreeMap::new();
    loader
        .each::<About<Visit>>(|visit| {
            if truth.contains_key(visit.person.as_str()) {
                visits.entry(visit.person.to_string()).or_default().push(visit.says);
            }
        })
        .unwrap();
    loader.finish().unwrap();
    let at = |person: &str, instant: Timestamp| {
        let inside =
            |visit: &&Visit| visit.entered <= instant && visit.left.is_some_and(|left| instant < left);
        visits.get(person)?.iter().find(inside).map(|visit| visit.venue.to_string())
    };
    let mut layers: BTreeMap<&str, u32> = BTreeMap::new();
    for (person, infection) in &truth {
        *layers.entry(&infection.layer).or_default() += 1;
        let Some(by) = &infection.infected_by else {
            assert!(["seed_infection", "abroad"].contains(&infection.layer.as_str()));
            continue;
        };
        let source = &truth[by];
        assert!(source.exposed < infection.exposed);
        assert!((source.infectious..source.ended).contains(&infection.exposed));
        match infection.layer.as_str() {
            "h" => assert_eq!(homes[person], homes[by]),
            "s" | "w" | "c" => {
                let (here, there) = (at(person, infection.exposed), at(by, infection.exposed));
                assert!(here.is_some() && here == there, "{person} and {by} did not meet");
            }
            layer => assert_eq!(layer, "t"),
        }
    }
    for layer in ["seed_infection", "h", "s", "w", "c"] {
        assert!(layers.get(layer).is_some_and(|n| *n >= 5), "{layers:?}");
    }
}

#[test]
fn cases_rest_on_positive_tests_and_go_nowhere_once_isolated() {
    let folder = city(&Options { infected_at_start: Some(60), ..options(20_000, 30, 2) });
    let bundle = Bundle::open(folder.path()).unwrap();
    let mut loader = bundle.load(LoadOptions::default());
    let mut cases: BTreeMap<String, Case> = BTreeMap::new();
    loader
        .each::<About<Case>>(|case| {
            cases.insert(case.person.to_string(), case.says);
        })
        .unwrap();
    let mut positive: BTreeSet<(String, Option<Timestamp>)> = BTreeSet::new();
    loader
        .each::<About<Test>>(|test| {
            if test.says.result == TestResult::Positive {
                positive.insert((test.person.to_string(), test.says.reported));
            }
        })
        .unwrap();
    let mut after = 0;
    loader
        .each::<About<Visit>>(|visit| {
            let Some(case) = cases.get(visit.person.as_str()) else { return };
            let isolated = case.isolated.unwrap()..case.recovered.unwrap_or(Timestamp::MAX);
            after += u32::from(isolated.contains(&visit.says.entered));
        })
        .unwrap();
    loader.finish().unwrap();
    assert!(cases.len() > 50, "{}", cases.len());
    assert!(cases.iter().all(|(person, case)| positive.contains(&(person.clone(), case.confirmed))));
    assert!(cases.values().any(|case| case.status == CaseStatus::Recovered));
    assert_eq!(after, 0, "visits of isolated cases");
}

#[test]
fn nothing_bears_its_name_before_everything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let names = || {
        let entries = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name());
        entries
            .map(|name| name.to_string_lossy().into_owned())
            .filter(|n| !n.starts_with('.'))
            .collect::<Vec<_>>()
    };
    let mut told = 0;
    synth::write(&options(3000, 2, 1), folder.path(), |progress| {
        told += 1;
        assert!(progress.person_days <= progress.person_days_in_all);
        assert_eq!(names(), Vec::<String>::new());
    })
    .unwrap();
    assert!(told >= 2);
    assert_eq!(names().len(), 14, "thirteen files and the truth");
    let again = synth::write(&options(3000, 2, 1), folder.path(), |_| ());
    assert!(matches!(again, Err(SynthError::Occupied { .. } | SynthError::Bundle(_))), "{again:?}");
}
