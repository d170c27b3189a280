//! One day of the city: who goes where, whom they meet, who sets out on a journey and who falls ill with something else.

use evidence::{About, Symptoms, Visit};

use crate::{
    calendar::{Calendar, DAY, HOUR, Seconds},
    course::Infection,
    daily_life::{DailyLife, Planned},
    draw::{Draws, Purpose},
    error::SynthError,
    health::{BACKGROUND_A_DAY, background_symptoms},
    ids::Ids,
    journey::Journey,
    outbreak::{Confinements, Interval, cut},
    places::{Places, Spot},
    population::{Population, Resident},
    surveillance::DECLARING,
    transmission::{InfectiousRooms, Meetings, Stay, Transmission},
    transport::Passenger,
};

/// Share of people ill with something else who come to be tested. An assumption.
const TESTED_IN_VAIN: f64 = 0.10;

/// What does not change while a day is made up.
#[derive(Debug)]
pub(crate) struct City {
    pub(crate) seed: u64,
    pub(crate) forgotten_checkouts: f64,
    pub(crate) calendar: Calendar,
    pub(crate) population: Population,
    pub(crate) places: Places,
    pub(crate) ids: Ids,
    pub(crate) life: DailyLife,
    pub(crate) transmission: Transmission,
}

/// A day, and what is known of it when it is made up.
#[derive(Debug)]
pub(crate) struct Day<'c> {
    pub(crate) city: &'c City,
    pub(crate) day: u32,
    pub(crate) confinements: &'c Confinements,
    pub(crate) infectious: InfectiousRooms,
}

/// Somebody is ill with something other than the disease.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OtherIllness {
    pub(crate) person: u32,
    pub(crate) onset: Seconds,
    /// What they declare, where they declare it.
    pub(crate) declares: Option<Symptoms>,
    /// When they come to be tested, where they do.
    pub(crate) specimen: Option<Seconds>,
}

/// What the people of a block did on a day.
#[derive(Debug, Default)]
pub(crate) struct BlockDay {
    pub(crate) visits: Vec<About<Visit>>,
    pub(crate) meetings: Meetings,
    pub(crate) passengers: Vec<Passenger>,
    /// Journeys that begin on this day.
    pub(crate) journeys: Vec<(u32, Journey)>,
    pub(crate) ill: Vec<OtherIllness>,
}

impl City {
    /// The first instant of a day.
    pub(crate) fn midnight(day: u32) -> Seconds {
        i64::from(day) * DAY
    }

    /// The journey a person makes around a day. Those who are confined when it would begin stay.
    pub(crate) fn journey(&self, person: u32, day: u32, confinements: &Confinements) -> Option<Journey> {
        Journey::around(self.seed, person, i64::from(day))
            .filter(|journey| !confinements.at(person, journey.out.departed))
    }

    /// Puts the visits a person makes on a day into `into`; gives the journey that day lies around, if any.
    fn visits(
        &self,
        home: Spot,
        resident: &Resident,
        day: u32,
        confinements: &Confinements,
        into: &mut Vec<Planned>,
    ) -> Option<Journey> {
        self.life.plan(&self.places, home, resident, day, into);
        let midnight = City::midnight(day);
        for interval in confinements.of(resident.person) {
            cut(into, midnight, *interval);
        }
        let journey = self.journey(resident.person, day, confinements);
        if let Some(journey) = &journey {
            cut(into, midnight, journey.away());
        }
        journey
    }

    /// The rooms in which the infectious are on a day.
    pub(crate) fn infectious_rooms(
        &self,
        infectious: &[&Infection],
        day: u32,
        confinements: &Confinements,
    ) -> InfectiousRooms {
        let mut rooms = InfectiousRooms::default();
        let mut planned = Vec::new();
        for infection in infectious {
            let resident = &infection.resident;
            let home = self.places.home(Population::area(resident.person));
            self.visits(home, resident, day, confinements, &mut planned);
            for visit in &planned {
                let room = self.places.room(visit.venue, resident.person, resident.age, day);
                rooms.add(infection, room, &stay(visit, day));
            }
        }
        rooms
    }
}

fn stay(visit: &Planned, day: u32) -> Stay {
    let midnight = City::midnight(day);
    Stay {
        venue: visit.venue,
        entered: midnight + i64::from(visit.entered),
        left: midnight + i64::from(visit.left),
    }
}

impl Day<'_> {
    /// When the day begins and ends.
    pub(crate) fn interval(&self) -> Interval {
        let midnight = City::midnight(self.day);
        (midnight, midnight + DAY)
    }

    /// Makes up what the people of a block do.
    pub(crate) fn block(&self, block: u32) -> Result<BlockDay, SynthError> {
        let mut residents = Vec::new();
        self.city.population.block(block, &mut residents);
        let mut done = BlockDay::default();
        let Some(first) = residents.first() else { return Ok(done) };
        let home = self.city.places.home(Population::area(first.person));
        let mut planned = Vec::new();
        for resident in &residents {
            let journey = self.city.visits(home, resident, self.day, self.confinements, &mut planned);
            self.record_visits(resident, &planned, &mut done)?;
            if let Some(journey) = journey {
                self.record_journey(resident.person, journey, &mut done);
            }
            let away = journey.map(|journey| journey.away());
            done.ill.extend(self.other_illness(resident.person, away));
        }
        Ok(done)
    }

    fn record_visits(
        &self,
        resident: &Resident,
        planned: &[Planned],
        done: &mut BlockDay,
    ) -> Result<(), SynthError> {
        let city = self.city;
        let person = city.ids.person(resident.person)?;
        let mut forgetting =
            Draws::new(city.seed, Purpose::Forgotten, u64::from(resident.person), u64::from(self.day));
        for visit in planned {
            let stay = stay(visit, self.day);
            if self.infectious.has(visit.venue) {
                let room = city.places.room(visit.venue, resident.person, resident.age, self.day);
                self.infectious.meet(
                    &city.transmission,
                    &city.places,
                    resident,
                    room,
                    &stay,
                    &mut done.meetings,
                );
            }
            let forgotten = city.forgotten_checkouts > 0.0 && forgetting.happens(city.forgotten_checkouts);
            let says = Visit {
                venue: city.ids.venue(visit.venue)?,
                entered: city.calendar.instant(stay.entered)?,
                left: if forgotten { None } else { Some(city.calendar.instant(stay.left)?) },
            };
            done.visits.push(About { person: person.clone(), says });
        }
        Ok(())
    }

    fn record_journey(&self, person: u32, journey: Journey, done: &mut BlockDay) {
        let (from, to) = self.interval();
        let begins = (from..to).contains(&journey.out.departed);
        // Those who are away when the first day begins set out before it.
        let began_before = self.day == 0 && journey.out.departed < from && journey.back.departed >= from;
        if begins || began_before {
            done.journeys.push((person, journey));
        }
        let departures = [journey.out, journey.back].into_iter();
        let today = departures.filter(|departure| (from..to).contains(&departure.departed));
        done.passengers.extend(today.map(|departure| Passenger { departure, person }));
    }

    fn other_illness(&self, person: u32, away: Option<Interval>) -> Option<OtherIllness> {
        let day = u64::from(self.day);
        let mut draws = Draws::new(self.city.seed, Purpose::Background, u64::from(person), day);
        if !draws.happens(BACKGROUND_A_DAY) {
            return None;
        }
        let onset = self.interval().0 + draws.between(7 * HOUR, 22 * HOUR);
        if away.is_some_and(|(from, to)| (from..to).contains(&onset)) {
            return None;
        }
        let symptoms = background_symptoms(&mut draws);
        let declares = draws.happens(DECLARING).then_some(symptoms);
        let tested = draws.happens(TESTED_IN_VAIN);
        let specimen = self.interval().1 + draws.between(8 * HOUR, 18 * HOUR);
        Some(OtherIllness { person, onset, declares, specimen: tested.then_some(specimen) })
    }
}
