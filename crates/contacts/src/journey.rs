//! Contacts on journeys.

use std::collections::{BTreeMap, BTreeSet};

use evidence::{About, PersonId, Setting, TravelMode, Trip, VehicleRun};
use jiff::Timestamp;

use crate::{
    exposure::{Infectious, Known},
    profile::Profile,
};

/// Trips on which a case was, with everybody's on the same runs.
#[derive(Debug, Default)]
pub(crate) struct Journeys<'a> {
    own: BTreeMap<&'a PersonId, Vec<&'a Trip>>,
    on_run: BTreeMap<&'a VehicleRun, Vec<&'a About<Trip>>>,
}

/// Somebody near a case in a vehicle.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ride<'a> {
    pub(crate) person: &'a PersonId,
    pub(crate) vehicle: &'a VehicleRun,
    pub(crate) setting: Setting,
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
}

impl<'a> Journeys<'a> {
    /// The trips that are known, on runs that one of `people` took: a city has thousands of others.
    pub(crate) fn of(known: &Known<'a>, people: &BTreeSet<&PersonId>) -> Self {
        let arrived = || known.trips.iter().filter(|trip| trip.says.arrived <= known.at);
        let mut journeys = Journeys::default();
        for trip in arrived().filter(|trip| people.contains(&trip.person)) {
            journeys.own.entry(&trip.person).or_default().push(&trip.says);
            journeys.on_run.entry(&trip.says.vehicle).or_default();
        }
        for trip in arrived() {
            if let Some(on_run) = journeys.on_run.get_mut(&trip.says.vehicle) {
                on_run.push(trip);
            }
        }
        journeys
    }

    /// Everybody near a case while the case was infectious.
    pub(crate) fn near(&self, profile: &Profile, infectious: &Infectious<'_>) -> Vec<Ride<'a>> {
        let mut rides = Vec::new();
        for trip in self.own.get(infectious.person).into_iter().flatten() {
            let from = trip.departed.max(infectious.window.start);
            let to = trip.arrived.min(infectious.window.end);
            for other in self.on_run.get(&trip.vehicle).into_iter().flatten() {
                let near = other.person != *infectious.person && near(profile, trip, &other.says);
                let (from, to) = (from.max(other.says.departed), to.min(other.says.arrived));
                if near && from < to {
                    let (person, vehicle) = (&other.person, &other.says.vehicle);
                    rides.push(Ride { person, vehicle, setting: setting(trip.mode), from, to });
                }
            }
        }
        rides
    }
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
