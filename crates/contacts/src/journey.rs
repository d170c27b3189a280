//! Contacts on journeys.

use std::collections::{BTreeMap, BTreeSet};

use evidence::{About, CaseId, PersonId, Setting, TravelMode, Trip, VehicleRun};
use jiff::Timestamp;

use crate::{
    exposure::{Infectious, Known, Shared, SharedByCase},
    profile::Profile,
};

/// Finds the people who travelled near each case.
pub(crate) fn journeys(
    profile: &Profile,
    known: &Known<'_>,
    infectious: &BTreeMap<&CaseId, Infectious<'_>>,
    shared: &mut SharedByCase,
) {
    // Runs of cases only: a city has thousands of others.
    let cases: BTreeSet<&PersonId> = infectious.values().map(|infectious| infectious.person).collect();
    let mut own: BTreeMap<&PersonId, Vec<&Trip>> = BTreeMap::new();
    let arrived = || known.trips.iter().filter(|trip| trip.says.arrived <= known.at);
    for trip in arrived().filter(|trip| cases.contains(&trip.person)) {
        own.entry(&trip.person).or_default().push(&trip.says);
    }
    let mut on_run: BTreeMap<&VehicleRun, Vec<&About<Trip>>> =
        own.values().flatten().map(|trip| (&trip.vehicle, Vec::new())).collect();
    for trip in arrived() {
        if let Some(on_run) = on_run.get_mut(&trip.says.vehicle) {
            on_run.push(trip);
        }
    }
    for (case, infectious) in infectious {
        for trip in own.get(infectious.person).into_iter().flatten() {
            let from = trip.departed.max(infectious.window.start);
            let to = trip.arrived.min(infectious.window.end);
            for other in on_run.get(&trip.vehicle).into_iter().flatten() {
                let near = other.person != *infectious.person && near(profile, trip, &other.says);
                let (from, to) = (from.max(other.says.departed), to.min(other.says.arrived));
                if near && from < to {
                    let of_case = shared.entry((*case).clone()).or_default();
                    add(of_case, (other.person.clone(), setting(trip.mode)), from, to);
                }
            }
        }
    }
}

fn add(
    shared: &mut BTreeMap<(PersonId, Setting), Shared>,
    key: (PersonId, Setting),
    from: Timestamp,
    to: Timestamp,
) {
    let minutes = u32::try_from(to.duration_since(from).as_mins()).unwrap_or(u32::MAX);
    let entry = shared.entry(key).or_insert(Shared { first: from, last: to, minutes: 0 });
    entry.first = entry.first.min(from);
    entry.last = entry.last.max(to);
    entry.minutes = entry.minutes.saturating_add(minutes);
}

fn setting(mode: TravelMode) -> Setting {
    match mode {
        TravelMode::Plane => Setting::Plane,
        TravelMode::Train => Setting::Train,
        TravelMode::Bus => Setting::Bus,
        TravelMode::Ferry => Setting::Ferry,
        TravelMode::Car => Setting::Car,
    }
}

/// Whether two people on the same run were near each other. Where the row or car of either is not known they were not:
/// missing evidence must not restrict anybody.
fn near(profile: &Profile, a: &Trip, b: &Trip) -> bool {
    if a.mode != b.mode {
        return false;
    }
    match a.mode {
        TravelMode::Plane => a.row.zip(b.row).is_some_and(|(a, b)| a.abs_diff(b) <= profile.plane_rows),
        TravelMode::Train => a.car.is_some() && a.car == b.car,
        TravelMode::Bus | TravelMode::Ferry | TravelMode::Car => true,
    }
}
