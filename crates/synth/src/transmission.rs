//! Who infects whom: in rooms of venues, at home, and near each other in a vehicle.

use hashbrown::{HashMap, HashSet};

use crate::{
    calendar::{DAY, HOUR, Seconds},
    course::{Infection, Layer, susceptibility},
    draw::{Draws, Purpose},
    places::Places,
    population::Resident,
    surveillance::Met,
    venue_kind::Kind,
};

/// Risk of infection in an hour together: in a class or team, in another room of a venue, and near each other in a vehicle;
/// and of a day at home. For a susceptible adult and a case of mean infectiousness.
///
/// Chosen so that without measures a case infects about 2.5 others, in proportions like those of Covasim's layers (Kerr CC et
/// al., PLoS Comput Biol 2021;17:e1009149). By way of comparison: 1.1% of those within two metres for an hour were found
/// infected (Ferretti L et al., Nature 2024;626:145-150, doi:10.1038/s41586-023-06952-2).
const TEAM_HOUR: f64 = 0.0036;
const ROOM_HOUR: f64 = 0.0075;
const VEHICLE_HOUR: f64 = 0.004;
const HOME_DAY: f64 = 0.040;

/// Meetings shorter than this are named by nobody.
const NAMED_MIN: Seconds = 15 * 60;
/// Share of contacts in a class or team, and anywhere else, whom a case knows by name. An assumption.
const KNOWN_IN_TEAM: f64 = 0.3;
const KNOWN_ELSEWHERE: f64 = 0.03;

/// Somebody infectious in a room.
#[derive(Debug, Clone, Copy)]
struct Presence {
    infector: u32,
    from: Seconds,
    to: Seconds,
    /// Infectiousness against the mean.
    infectiousness: f64,
}

/// Somebody was infected, unless they had been before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Exposed {
    pub(crate) at: Seconds,
    pub(crate) resident: Resident,
    pub(crate) infected_by: Option<u32>,
    pub(crate) layer: Layer,
}

/// Somebody in a room of a venue.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stay {
    pub(crate) venue: u32,
    pub(crate) entered: Seconds,
    pub(crate) left: Seconds,
}

/// How an infection is passed on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Transmission {
    pub(crate) seed: u64,
    /// Factor on every risk.
    pub(crate) transmissibility: f64,
}

impl Transmission {
    /// Whether, and when, a meeting from `from` to `to` infects somebody.
    fn infects(
        &self,
        infector: u32,
        resident: &Resident,
        (from, to): (Seconds, Seconds),
        risk_an_hour: f64,
    ) -> Option<Seconds> {
        let hours = (to - from) as f64 / HOUR as f64;
        let hazard = risk_an_hour * hours * susceptibility(resident.age) * self.transmissibility;
        let pair = (u64::from(infector) << 32) | u64::from(resident.person);
        let mut draws = Draws::new(self.seed, Purpose::Meeting, pair, from.unsigned_abs());
        draws.happens(1.0 - (-hazard).exp()).then(|| draws.between(from, to))
    }

    /// Those at home with a case: whom it infects from `from` to `to`, where `others` are those of the home who can be.
    pub(crate) fn at_home(
        &self,
        infection: &Infection,
        others: &[Resident],
        (from, to): (Seconds, Seconds),
        into: &mut Vec<Exposed>,
    ) {
        let from = from.max(infection.infectious);
        let to = to.min(infection.ended);
        if from >= to {
            return;
        }
        let infectiousness = infection.infectiousness(from);
        let infector = infection.resident.person;
        for other in others {
            let risk_an_hour = HOME_DAY / (DAY / HOUR) as f64 * infectiousness;
            if let Some(at) = self.infects(infector, other, (from, to), risk_an_hour) {
                into.push(Exposed {
                    at,
                    resident: *other,
                    infected_by: Some(infector),
                    layer: Layer::Household,
                });
            }
        }
    }

    /// Somebody near a case in a vehicle.
    pub(crate) fn in_vehicle(
        &self,
        infection: &Infection,
        other: &Resident,
        (from, to): (Seconds, Seconds),
    ) -> Option<Exposed> {
        let (from, to) = (from.max(infection.infectious), to.min(infection.ended));
        if from >= to {
            return None;
        }
        let infected_by = infection.resident.person;
        let risk_an_hour = VEHICLE_HOUR * infection.infectiousness(from);
        let at = self.infects(infected_by, other, (from, to), risk_an_hour)?;
        Some(Exposed { at, resident: *other, infected_by: Some(infected_by), layer: Layer::Transport })
    }
}

/// The rooms in which somebody infectious is on a day.
#[derive(Debug, Default)]
pub(crate) struct InfectiousRooms {
    venues: HashSet<u32>,
    rooms: HashMap<(u32, u32), Vec<Presence>>,
}

impl InfectiousRooms {
    /// Adds a visit of somebody infectious.
    pub(crate) fn add(&mut self, infection: &Infection, room: u32, stay: &Stay) {
        let from = stay.entered.max(infection.infectious);
        let to = stay.left.min(infection.ended);
        if from >= to {
            return;
        }
        let infectiousness = infection.infectiousness(from);
        self.venues.insert(stay.venue);
        let infector = infection.resident.person;
        self.rooms.entry((stay.venue, room)).or_default().push(Presence {
            infector,
            from,
            to,
            infectiousness,
        });
    }

    /// Whether anybody infectious is at a venue.
    pub(crate) fn has(&self, venue: u32) -> bool {
        self.venues.contains(&venue)
    }

    /// What a visit of somebody to a room leads to: infections, and meetings that the infector would name.
    pub(crate) fn meet(
        &self,
        transmission: &Transmission,
        places: &Places,
        resident: &Resident,
        room: u32,
        stay: &Stay,
        into: &mut Meetings,
    ) {
        let Some(presences) = self.rooms.get(&(stay.venue, room)) else { return };
        let kind = places.kind(stay.venue);
        let (layer, risk_an_hour, known) = match kind {
            Kind::School => (Layer::School, TEAM_HOUR, KNOWN_IN_TEAM),
            Kind::Workplace => (Layer::Work, TEAM_HOUR, KNOWN_IN_TEAM),
            _ => (Layer::Community, ROOM_HOUR * kind.typical().closeness, KNOWN_ELSEWHERE),
        };
        for presence in presences.iter().filter(|presence| presence.infector != resident.person) {
            let together = (presence.from.max(stay.entered), presence.to.min(stay.left));
            if together.0 >= together.1 {
                continue;
            }
            let risk_an_hour = risk_an_hour * presence.infectiousness;
            let infected_by = presence.infector;
            if let Some(at) = transmission.infects(infected_by, resident, together, risk_an_hour) {
                into.exposed.push(Exposed { at, resident: *resident, infected_by: Some(infected_by), layer });
            }
            let pair = (u64::from(infected_by) << 32) | u64::from(resident.person);
            if together.1 - together.0 >= NAMED_MIN
                && Draws::new(transmission.seed, Purpose::Named, pair, 0).happens(known)
            {
                let (from, to) = together;
                let setting = kind.typical().word;
                into.met.push(Met { infector: infected_by, person: resident.person, from, to, setting });
            }
        }
    }
}

/// What the meetings of a day led to.
#[derive(Debug, Default)]
pub(crate) struct Meetings {
    pub(crate) exposed: Vec<Exposed>,
    pub(crate) met: Vec<Met>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{course::Courses, options::Options};

    fn resident(person: u32) -> Resident {
        Resident { person, household: person, household_people: 1, age: 40, female: true }
    }

    #[test]
    fn only_those_in_the_room_at_the_time_are_infected_and_the_rest_never() {
        let places = Places::new(&Options::new(20_000, 1, 1).unwrap()).unwrap();
        let infection = Courses::new(1).unwrap().draw(resident(0), -10 * DAY, None, Layer::Start);
        let at = infection.infectious;
        let (entered, left) = (at + HOUR, at + 2 * HOUR);
        let mut rooms = InfectiousRooms::default();
        rooms.add(&infection, 4, &Stay { venue: 3, entered, left });
        assert!(rooms.has(3) && !rooms.has(4));
        // So infectious that whoever meets the case is infected.
        let transmission = Transmission { seed: 1, transmissibility: 1e9 };
        let infected = |room: u32, entered: Seconds, left: Seconds| {
            let mut into = Meetings::default();
            let stay = Stay { venue: 3, entered, left };
            for person in 0..50 {
                rooms.meet(&transmission, &places, &resident(person), room, &stay, &mut into);
            }
            assert!(
                into.exposed.iter().all(|e| e.at >= entered.max(at + HOUR) && e.at < left.min(at + 2 * HOUR))
            );
            into.exposed.len()
        };
        assert_eq!(infected(4, entered - 600, left + 600), 49, "all but the case");
        assert_eq!(infected(4, left - 1, left + 600), 49);
        assert_eq!(infected(4, left, left + 600), 0, "came when the case left");
        assert_eq!(infected(4, entered - 600, entered), 0, "left when the case came");
        assert_eq!(infected(5, entered, left), 0, "in another room");
    }

    #[test]
    fn nobody_is_infected_at_home_outside_the_infectious_time() {
        let infection = Courses::new(1).unwrap().draw(resident(0), 0, None, Layer::Start);
        let transmission = Transmission { seed: 1, transmissibility: 1e9 };
        let others = [resident(1), resident(2)];
        let mut into = Vec::new();
        transmission.at_home(&infection, &others, (infection.ended, infection.ended + DAY), &mut into);
        transmission.at_home(
            &infection,
            &others,
            (infection.infectious - DAY, infection.infectious),
            &mut into,
        );
        assert!(into.is_empty());
        transmission.at_home(
            &infection,
            &others,
            (infection.infectious - DAY, infection.infectious + 1),
            &mut into,
        );
        assert_eq!(into.iter().map(|e| e.at).collect::<Vec<_>>(), [infection.infectious; 2]);
    }
}
