//! Times the tracing of cases over an index of visits, beside a bare index of the same visits in memory.
//!
//! `trace INDEX SOURCE PROFILE CASES AT [--bare]`: INDEX is a folder that `cleanbill contacts --index` made and SOURCE its
//! `source.txt`; CASES a CSV of `person,onset`, AT an instant. Prints a line of JSON: seconds to open the index, to find
//! the contacts of all cases for the first time and at best of five, and how many there are. `--bare` also reads every visit into
//! arrays sorted by venue and entry and does there what the benchmark's SQL says, on as many threads.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a benchmark stops by panicking"
)]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::{fs, path::Path, time::Instant};

use contacts::{Ids, Known, Profile, Tracing, open_index};
use evidence::{About, Case, CaseId, CaseStatus};
use jiff::Timestamp;
use rayon::prelude::*;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [index, source, profile, cases, at, rest @ ..] = arguments.as_slice() else {
        panic!("usage: trace INDEX SOURCE PROFILE CASES AT [--bare]");
    };
    let profile = Profile::parse(&fs::read(profile).unwrap()).unwrap();
    let at: Timestamp = at.parse().unwrap();
    let cases = read_cases(cases, at);
    let source = fs::read_to_string(source).unwrap();
    let start = Instant::now();
    let visits = open_index(Path::new(index), &source, &[]).unwrap().unwrap();
    let open = start.elapsed().as_secs_f64();
    let known = Known {
        at,
        cases: &cases,
        positive_tests: &[],
        households: &[],
        named_contacts: &[],
        trips: &[],
        visits: &visits,
    };
    let trace = || {
        let start = Instant::now();
        let tracing = Tracing::new(&profile, known);
        let cases: Vec<&CaseId> = tracing.cases().collect();
        // Contacts are counted and let go, so that memory holds those of two cases.
        let pairs: usize = cases.into_par_iter().map(|case| tracing.contacts_of(case).unwrap().len()).sum();
        (start.elapsed().as_secs_f64(), pairs)
    };
    let (first, pairs) = trace();
    let rounds = if first > 5.0 { 1 } else { 5 };
    let best = (0..rounds).map(|_| trace().0).fold(f64::MAX, f64::min);
    println!(r#"{{"open_s":{open:.4},"first_s":{first:.5},"best_s":{best:.5},"pairs":{pairs}}}"#);
    if rest.first().is_some_and(|flag| flag == "--bare") {
        let people = Ids::from_bytes(&fs::read(Path::new(index).join("people.ids")).unwrap()).unwrap();
        bare(Path::new(index), &people, &cases, &profile);
    }
}

fn read_cases(file: &str, at: Timestamp) -> Vec<About<Case>> {
    let text = fs::read_to_string(file).unwrap();
    let rows = text.lines().skip(1).enumerate().map(|(number, line)| {
        let (person, onset) = line.split_once(',').unwrap();
        let says = Case {
            case: format!("c{number:05}").parse().unwrap(),
            status: CaseStatus::Confirmed,
            onset: Some(onset.parse().unwrap()),
            confirmed: Some(at),
            isolated: None,
            recovered: None,
        };
        About { person: person.parse().unwrap(), says }
    });
    rows.collect()
}

/// A visit in seconds since 1970.
#[derive(Clone, Copy)]
struct Visit {
    entered: u32,
    left: u32,
    person: u32,
}

/// Every visit in memory, by venue and entry, and where each person's are.
struct Bare {
    /// Where each venue's visits begin.
    of_venue: Vec<usize>,
    visits: Vec<Visit>,
    /// The venue and place of each person's visits.
    own: Vec<Vec<(u32, u32)>>,
    longest: u32,
}

fn bare(index: &Path, people: &Ids, cases: &[About<Case>], profile: &Profile) {
    let start = Instant::now();
    let bare = Bare::read(index, people.len());
    eprintln!(
        "bare index: {} visits in memory after {:.1} s",
        bare.visits.len(),
        start.elapsed().as_secs_f64()
    );
    let window = |case: &About<Case>| {
        let onset = case.says.onset.unwrap();
        let from = onset.checked_sub(profile.infectious_before).unwrap().as_second() as u32;
        let to = onset.checked_add(profile.infectious_after).unwrap().as_second() as u32;
        (people.number(case.person.as_str()).unwrap(), from, to)
    };
    let cases: Vec<(u32, u32, u32)> = cases.iter().map(window).collect();
    let trace = || {
        let start = Instant::now();
        let pairs: usize = cases.par_iter().map(|case| bare.contacts(*case)).sum();
        (start.elapsed().as_secs_f64(), pairs)
    };
    let (first, pairs) = trace();
    let rounds = if first > 5.0 { 1 } else { 5 };
    let best = (0..rounds).map(|_| trace().0).fold(first, f64::min);
    println!(r#"{{"bare_best_s":{best:.5},"pairs":{pairs}}}"#);
}

impl Bare {
    /// Decodes the segments as `visits/segment.rs` lays them out, times in whole seconds.
    fn read(index: &Path, people: usize) -> Bare {
        let mut all: Vec<(u32, Visit)> = Vec::new();
        for entry in fs::read_dir(index).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.extension().is_none_or(|extension| extension != "visits") {
                continue;
            }
            let bytes = fs::read(entry).unwrap();
            let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
            assert_eq!(number(12), 4, "times in whole seconds");
            let day = (i64::from_le_bytes(bytes[16..24].try_into().unwrap()) / 1_000_000) as u32;
            let (venues, blocks) = (number(44) as usize, number(52) as usize);
            let entries = 72 + 8 * (venues + 1) + 8 * blocks;
            for venue in 0..venues {
                for place in number(72 + 8 * venue) as usize..number(80 + 8 * venue) as usize {
                    let at = entries + 12 * place;
                    let (entered, left) = (day + number(at), day + number(at + 4));
                    all.push((venue as u32, Visit { entered, left, person: number(at + 8) }));
                }
            }
        }
        all.par_sort_unstable_by_key(|(venue, visit)| (*venue, visit.entered, visit.person));
        let venues = all.last().map_or(0, |(venue, _)| *venue as usize + 1);
        let (mut of_venue, mut own) = (vec![0; venues + 1], vec![Vec::new(); people]);
        for (place, (venue, visit)) in all.iter().enumerate() {
            of_venue[*venue as usize + 1] = place + 1;
            own[visit.person as usize].push((*venue, place as u32));
        }
        for venue in 1..of_venue.len() {
            of_venue[venue] = of_venue[venue].max(of_venue[venue - 1]);
        }
        let visits: Vec<Visit> = all.into_iter().map(|(_, visit)| visit).collect();
        let longest = visits.iter().map(|visit| visit.left - visit.entered).max().unwrap_or(0);
        Bare { of_venue, visits, own, longest }
    }

    /// How many people met a case for 15 minutes or more in all.
    fn contacts(&self, (person, from, to): (u32, u32, u32)) -> usize {
        let mut met: Vec<(u32, u32)> = Vec::new();
        for (venue, place) in &self.own[person as usize] {
            let own = self.visits[*place as usize];
            let (entered, left) = (own.entered.max(from), own.left.min(to));
            if entered >= left {
                continue;
            }
            let there = &self.visits[self.of_venue[*venue as usize]..self.of_venue[*venue as usize + 1]];
            let first = there.partition_point(|visit| visit.entered + self.longest <= entered);
            for visit in there[first..].iter().take_while(|visit| visit.entered < left) {
                if visit.left > entered && visit.person != person {
                    met.push((visit.person, visit.left.min(left) - visit.entered.max(entered)));
                }
            }
        }
        met.sort_unstable();
        met.chunk_by(|a, b| a.0 == b.0).filter(|met| met.iter().map(|(_, s)| s).sum::<u32>() >= 900).count()
    }
}
