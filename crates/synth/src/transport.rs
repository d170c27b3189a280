//! Vehicles: who sits where on which run, and who is near a case.

use evidence::{About, TravelMode, Trip, VehicleRun};

use crate::{
    calendar::{Calendar, DAY, Seconds},
    draw::{Draws, Purpose},
    error::SynthError,
    ids::Ids,
    journey::Departure,
    outbreak::Outbreak,
    population::Population,
    transmission::{Exposed, Transmission},
};

/// Share of seats that are taken on average.
const LOAD: f64 = 0.75;
/// Rows in front and behind within which a case on a plane or bus is near.
const ROWS_NEAR: u32 = 2;
/// Seats between passengers that follow each other on a list; no size of a vehicle has a factor in common with it.
const SEAT_STEP: u32 = 7;

/// The seats of a kind of vehicle.
#[derive(Debug, Clone, Copy)]
struct Cabin {
    prefix: &'static str,
    cars: u32,
    rows: u32,
    seats: &'static str,
}

fn cabin(mode: TravelMode) -> Cabin {
    match mode {
        TravelMode::Plane => Cabin { prefix: "CB", cars: 1, rows: 30, seats: "ABCDEF" },
        TravelMode::Bus => Cabin { prefix: "K", cars: 1, rows: 13, seats: "ABCD" },
        // Nobody in the city goes by ferry or by car with strangers; the seats of a train do for those, too.
        TravelMode::Train | TravelMode::Ferry | TravelMode::Car => {
            Cabin { prefix: "G", cars: 8, rows: 17, seats: "ABCDF" }
        }
    }
}

/// Somebody who takes a departure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Passenger {
    pub(crate) departure: Departure,
    pub(crate) person: u32,
}

/// A passenger in a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seated {
    pub(crate) passenger: Passenger,
    /// Which of the vehicles of the departure, from 0.
    vehicle: u32,
    car: u32,
    row: u32,
    seat: u32,
}

/// Gives everybody who sets out on a day a vehicle and a seat of their own.
pub(crate) fn seat(seed: u64, mut passengers: Vec<Passenger>) -> Vec<Seated> {
    passengers.sort_by_cached_key(|passenger| {
        let mut draws = Draws::new(
            seed,
            Purpose::Travellers,
            u64::from(passenger.person),
            passenger.departure.departed.unsigned_abs(),
        );
        (passenger.departure, draws.bits(), passenger.person)
    });
    let mut seated = Vec::with_capacity(passengers.len());
    for group in passengers.chunk_by(|a, b| a.departure == b.departure) {
        let Some(first) = group.first() else { continue };
        let cabin = cabin(first.departure.mode);
        let seats = u32::try_from(cabin.seats.len()).unwrap_or(1);
        let capacity = cabin.cars * cabin.rows * seats;
        let vehicles = ((group.len() as f64) / (f64::from(capacity) * LOAD)).ceil().max(1.0) as u32;
        for (number, passenger) in (0u32..).zip(group) {
            let (vehicle, place) = (number % vehicles, number / vehicles);
            let place = (vehicle + place * SEAT_STEP) % capacity;
            seated.push(Seated {
                passenger: *passenger,
                vehicle,
                car: place % cabin.cars,
                row: place / cabin.cars % cabin.rows,
                seat: place / cabin.cars / cabin.rows,
            });
        }
    }
    seated
}

impl Seated {
    /// When the vehicle arrives.
    pub(crate) fn arrived(&self) -> Seconds {
        self.passenger.departure.arrived
    }

    /// The row of `trips`.
    pub(crate) fn row(&self, calendar: &Calendar, ids: &Ids) -> Result<About<Trip>, SynthError> {
        let departure = self.passenger.departure;
        let cabin = cabin(departure.mode);
        let date = calendar.date(departure.departed.div_euclid(DAY))?;
        let minute = departure.departed.rem_euclid(DAY) / 60;
        let way = if departure.outward { "o" } else { "r" };
        let (prefix, region, vehicle) = (cabin.prefix, departure.region + 1, self.vehicle + 1);
        let run = format!("{prefix}{region}{way}{:02}{:02}-{vehicle}/{date}", minute / 60, minute % 60);
        let seat = cabin.seats.get(self.seat as usize..=self.seat as usize).map(Into::into);
        Ok(About {
            person: ids.person(self.passenger.person)?,
            says: Trip {
                vehicle: VehicleRun::new(&run)?,
                mode: departure.mode,
                car: (cabin.cars > 1).then(|| format!("{:02}", self.car + 1).into()),
                row: u16::try_from(self.row + 1).ok(),
                seat,
                departed: calendar.instant(departure.departed)?,
                arrived: calendar.instant(departure.arrived)?,
            },
        })
    }

    fn is_near(&self, other: &Seated) -> bool {
        self.car == other.car
            && (cabin(self.passenger.departure.mode).cars > 1 || self.row.abs_diff(other.row) <= ROWS_NEAR)
    }
}

/// Whom infectious passengers infect.
pub(crate) fn infected_on_the_way(
    seated: &[Seated],
    outbreak: &Outbreak,
    population: &Population,
    transmission: &Transmission,
) -> Vec<Exposed> {
    let mut exposed = Vec::new();
    let same = |a: &Seated, b: &Seated| a.passenger.departure == b.passenger.departure;
    for group in seated.chunk_by(same) {
        for case in group {
            let Some(infection) = outbreak.of(case.passenger.person) else { continue };
            let (from, to) = (case.passenger.departure.departed, case.passenger.departure.arrived);
            let near = group.iter().filter(|other| other.vehicle == case.vehicle && case.is_near(other));
            for other in near.filter(|other| !outbreak.has(other.passenger.person)) {
                let Some(resident) = population.resident(other.passenger.person) else { continue };
                exposed.extend(transmission.in_vehicle(infection, &resident, (from, to)));
            }
        }
    }
    exposed
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::journey::Journey;

    #[test]
    fn everybody_has_a_seat_of_their_own() {
        let calendar = Calendar::new(jiff::civil::date(2020, 1, 20), 60).unwrap();
        let passengers: Vec<Passenger> = (0..400_000)
            .flat_map(|person| Journey::all(1, person, 30).map(move |j| (person, j)))
            .flat_map(|(person, j)| [j.out, j.back].map(|departure| Passenger { departure, person }))
            .collect();
        let seated = seat(1, passengers.clone());
        assert_eq!(seated.len(), passengers.len());
        let ids = Ids::new(400_000, 1).unwrap();
        let mut seats = BTreeSet::new();
        for trip in &seated {
            let trip = trip.row(&calendar, &ids).unwrap().says;
            assert!(trip.row.is_some() && trip.seat.is_some());
            assert_eq!(trip.car.is_some(), trip.mode == TravelMode::Train);
            assert!(seats.insert((trip.vehicle, trip.car, trip.row, trip.seat)));
        }
        assert!(seats.len() > 30_000, "{}", seats.len());
    }
}
