//! Journeys: who is away from the city, where, and on which departures they go and come back.

use evidence::{RegionLevel, TravelMode};

use crate::{
    calendar::{DAY, HOUR, Seconds},
    draw::{Draws, Purpose},
};

/// Days in which a person makes at most one journey.
const WINDOW_DAYS: i64 = 28;
/// Days before the first day at which the first window begins, so that some people are away when the first day begins.
const WINDOW_LEAD_DAYS: i64 = 9;
/// No journey begins earlier than this, in seconds since the first midnight.
pub(crate) const FIRST_DEPARTURE: Seconds = -WINDOW_LEAD_DAYS * DAY;
/// A journey begins in the first of a window's days, so that it ends in the window.
const DEPARTURE_DAYS: u32 = 20;
/// Longest time away, in days.
const DAYS_AWAY_MAX: u32 = 7;
/// Share of people who make a journey in a window. An assumption: about one person in 500 sets out on a day.
const TRAVELLING: f64 = 0.04;
/// On the way to and from a vehicle.
const WAY: Seconds = HOUR / 2;

/// A region people travel to.
#[derive(Debug)]
pub(crate) struct Destination {
    /// Its id.
    pub(crate) region: &'static str,
    /// Its level.
    pub(crate) level: RegionLevel,
    /// Share of journeys.
    pub(crate) share: f64,
    /// Hours by train; by bus it takes half as long again, by plane 1 hour and a sixth of it.
    pub(crate) train_hours: f64,
}

/// Where the outbreak began.
pub(crate) const EPICENTRE: usize = 0;

/// Every region people travel to.
pub(crate) const DESTINATIONS: [Destination; 6] = [
    Destination { region: "epicentre", level: RegionLevel::High, share: 0.05, train_hours: 4.5 },
    Destination { region: "epicentre-province", level: RegionLevel::Medium, share: 0.08, train_hours: 5.0 },
    Destination { region: "capital", level: RegionLevel::Low, share: 0.15, train_hours: 5.5 },
    Destination { region: "coast", level: RegionLevel::Low, share: 0.32, train_hours: 1.0 },
    Destination { region: "hills", level: RegionLevel::Low, share: 0.25, train_hours: 2.0 },
    Destination { region: "south", level: RegionLevel::Low, share: 0.15, train_hours: 7.0 },
];

/// A departure of vehicles: all that leave at one time, by one mode, to or from one region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Departure {
    /// When it leaves.
    pub(crate) departed: Seconds,
    /// When it arrives.
    pub(crate) arrived: Seconds,
    /// By what.
    pub(crate) mode: TravelMode,
    /// The region, by its place in [`DESTINATIONS`].
    pub(crate) region: usize,
    /// Whether it leaves the city rather than coming back.
    pub(crate) outward: bool,
}

/// A journey of one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Journey {
    pub(crate) out: Departure,
    pub(crate) back: Departure,
}

impl Journey {
    /// The journey that could touch a day, if the person makes one in those weeks.
    pub(crate) fn around(seed: u64, person: u32, day: i64) -> Option<Journey> {
        Journey::in_window(seed, person, (day + WINDOW_LEAD_DAYS).div_euclid(WINDOW_DAYS))
    }

    /// Every journey that a person means to make in so many days, those begun before the first day included.
    #[cfg(test)]
    pub(crate) fn all(seed: u64, person: u32, days: u32) -> impl Iterator<Item = Journey> {
        let windows = (i64::from(days) - 1 + WINDOW_LEAD_DAYS).div_euclid(WINDOW_DAYS) + 1;
        (0..windows).filter_map(move |window| Journey::in_window(seed, person, window))
    }

    fn in_window(seed: u64, person: u32, window: i64) -> Option<Journey> {
        let key = u64::try_from(window).ok()?;
        let mut draws = Draws::new(seed, Purpose::Journey, u64::from(person), key);
        if !draws.happens(TRAVELLING) {
            return None;
        }
        let shares: [f64; 6] = DESTINATIONS.each_ref().map(|destination| destination.share);
        let region = draws.place(&shares);
        let hours = DESTINATIONS.get(region)?.train_hours;
        let modes: &[(TravelMode, f64)] = if hours < 1.5 {
            &[(TravelMode::Train, 0.55), (TravelMode::Bus, 0.45)]
        } else {
            &[(TravelMode::Train, 0.62), (TravelMode::Plane, 0.26), (TravelMode::Bus, 0.12)]
        };
        let shares: Vec<f64> = modes.iter().map(|(_, share)| *share).collect();
        let mode = modes.get(draws.place(&shares)).map(|(mode, _)| *mode)?;
        let first = window * WINDOW_DAYS - WINDOW_LEAD_DAYS + i64::from(draws.below(DEPARTURE_DAYS));
        let last = first + 1 + i64::from(draws.below(DAYS_AWAY_MAX));
        let mut departure = |day: i64, outward: bool| {
            let takes = match mode {
                TravelMode::Plane => 1.0 + hours / 6.0,
                TravelMode::Bus => 1.5 * hours,
                _ => hours,
            };
            // Departures are on the hour, and half past for planes, from 7 in the morning.
            let slot = draws.between(7, 15) * HOUR + if mode == TravelMode::Plane { HOUR / 2 } else { 0 };
            let departed = day * DAY + slot;
            let arrived = departed + (takes * 60.0).round() as Seconds * 60;
            Departure { departed, arrived, mode, region, outward }
        };
        Some(Journey { out: departure(first, true), back: departure(last, false) })
    }

    /// When the person is not in the city, the ways to and from the vehicles included.
    pub(crate) fn away(&self) -> (Seconds, Seconds) {
        (self.out.departed - WAY, self.back.arrived + WAY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn journeys_of_a_person_follow_each_other() {
        let mut journeys = 0;
        for person in 0..20_000 {
            let mut free_from = Seconds::MIN;
            for journey in Journey::all(1, person, 100) {
                let (from, to) = journey.away();
                assert!(from > free_from && journey.out.arrived < journey.back.departed);
                assert!(journey.out.arrived > journey.out.departed);
                free_from = to;
                journeys += 1;
                let days = from.div_euclid(DAY)..=to.div_euclid(DAY);
                for day in days {
                    assert_eq!(Journey::around(1, person, day), Some(journey));
                }
            }
        }
        assert!((2500..4000).contains(&journeys), "{journeys}");
    }
}
