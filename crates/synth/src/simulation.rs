//! The epidemic, day by day: what the health service finds in the morning, whom people meet, and who is infected by night.

use evidence::Symptoms;

use crate::{
    calendar::{DAY, Seconds},
    course::{Courses, Infection, Layer},
    day::{BlockDay, City, Day, OtherIllness},
    draw::{Draws, Purpose},
    error::SynthError,
    journey::{EPICENTRE, Journey},
    outbreak::{Confinements, Outbreak},
    population::Resident,
    surveillance::{Findings, Found, Surveillance, Watched, lasting_symptoms},
    transmission::{Exposed, Meetings},
    transport::{Passenger, Seated, infected_on_the_way, seat},
};

/// Those infected when the first day begins were infected in so many days before it.
const EXPOSED_BEFORE_DAYS: i64 = 6;
/// Risk of infection in a day where the outbreak began. An assumption.
const ABROAD_A_DAY: f64 = 0.004;

/// The epidemic and what is done about it.
#[derive(Debug)]
pub(crate) struct Simulation<'c> {
    city: &'c City,
    courses: Courses,
    outbreak: Outbreak,
    confinements: Confinements,
    surveillance: Surveillance,
}

/// What the blocks of a day come to.
#[derive(Debug, Default)]
pub(crate) struct Evening {
    meetings: Meetings,
    passengers: Vec<Passenger>,
    journeys: Vec<(u32, Journey)>,
    ill: Vec<OtherIllness>,
}

impl Evening {
    /// Takes in all of a block but its visits.
    pub(crate) fn add(&mut self, block: BlockDay) {
        self.meetings.exposed.extend(block.meetings.exposed);
        self.meetings.met.extend(block.meetings.met);
        self.passengers.extend(block.passengers);
        self.journeys.extend(block.journeys);
        self.ill.extend(block.ill);
    }

    /// Journeys that begin on the day.
    pub(crate) fn journeys(&self) -> &[(u32, Journey)] {
        &self.journeys
    }

    /// Illnesses other than the disease that begin on the day.
    pub(crate) fn ill(&self) -> &[OtherIllness] {
        &self.ill
    }
}

impl<'c> Simulation<'c> {
    /// The epidemic as the first day begins.
    pub(crate) fn start(city: &'c City, infected: u64) -> Result<Self, SynthError> {
        let mut simulation = Simulation {
            city,
            courses: Courses::new(city.seed)?,
            outbreak: Outbreak::default(),
            confinements: Confinements::default(),
            surveillance: Surveillance::new(city.seed)?,
        };
        let mut draws = Draws::new(city.seed, Purpose::AtStart, 0, 0);
        let mut missing = infected.min(u64::from(city.population.people()));
        while missing > 0 {
            let person = draws.below(city.population.people());
            let exposed = draws.between(-EXPOSED_BEFORE_DAYS * DAY, 0);
            let Some(resident) = city.population.resident(person) else { continue };
            let exposed = Exposed { at: exposed, resident, infected_by: None, layer: Layer::Start };
            missing -= u64::from(simulation.infect(&exposed, 0));
        }
        Ok(simulation)
    }

    fn infect(&mut self, exposed: &Exposed, now: Seconds) -> bool {
        if self.outbreak.has(exposed.resident.person) {
            return false;
        }
        let infection = self.courses.draw(exposed.resident, exposed.at, exposed.infected_by, exposed.layer);
        self.surveillance.expect(&infection, &mut self.confinements, now);
        self.outbreak.add(infection)
    }

    /// What the health service finds on a day. Who is found stays at home from then on.
    pub(crate) fn find(&mut self, day: u32) -> Findings {
        let end = City::midnight(day) + DAY;
        self.surveillance.advance(end, &self.outbreak, &self.city.population, &mut self.confinements)
    }

    /// The day, for its blocks to be made up.
    pub(crate) fn day(&mut self, day: u32) -> Day<'_> {
        let from = City::midnight(day);
        let infectious = self.outbreak.infectious_between(from, from + DAY);
        let infectious = self.city.infectious_rooms(&infectious, day, &self.confinements);
        Day { city: self.city, day, confinements: &self.confinements, infectious }
    }

    /// Ends a day: those who were infected on it are. Gives the seats of those who set out on it.
    pub(crate) fn end(&mut self, day: u32, evening: Evening) -> Vec<Seated> {
        let now = City::midnight(day) + DAY;
        let seated = seat(self.city.seed, evening.passengers);
        let mut exposed = evening.meetings.exposed;
        exposed.extend(infected_on_the_way(
            &seated,
            &self.outbreak,
            &self.city.population,
            &self.city.transmission,
        ));
        exposed.extend(self.infected_at_home(day));
        exposed.extend(evening.journeys.iter().filter_map(|(person, j)| self.infected_abroad(*person, j)));
        exposed.sort();
        for exposed in &exposed {
            self.infect(exposed, now);
        }
        for met in evening.meetings.met {
            self.surveillance.remember(met);
        }
        for ill in evening.ill {
            if let Some(specimen) = ill.specimen {
                self.surveillance.expect_specimen(ill.person, specimen, ill.onset);
            }
        }
        seated
    }

    fn infected_at_home(&mut self, day: u32) -> Vec<Exposed> {
        let from = City::midnight(day);
        let (city, confinements) = (self.city, &self.confinements);
        let at_home = |person: u32| {
            let away = city.journey(person, day, confinements).map(|journey| journey.away());
            away.is_none_or(|(left, back)| left >= from + DAY || back <= from)
        };
        let infectious: Vec<Infection> =
            self.outbreak.infectious_between(from, from + DAY).into_iter().cloned().collect();
        let mut exposed = Vec::new();
        for infection in infectious.iter().filter(|infection| at_home(infection.resident.person)) {
            let others: Vec<Resident> = infection
                .resident
                .household_others()
                .filter(|other| !self.outbreak.has(*other) && at_home(*other))
                .filter_map(|other| city.population.resident(other))
                .collect();
            city.transmission.at_home(infection, &others, (from, from + DAY), &mut exposed);
        }
        exposed
    }

    fn infected_abroad(&self, person: u32, journey: &Journey) -> Option<Exposed> {
        if journey.out.region != EPICENTRE {
            return None;
        }
        let (from, to) = (journey.out.arrived, journey.back.departed);
        let key = journey.out.departed.unsigned_abs();
        let mut draws = Draws::new(self.city.seed, Purpose::Abroad, u64::from(person), key);
        let days = (to - from) as f64 / DAY as f64;
        if !draws.happens(1.0 - (-ABROAD_A_DAY * days).exp()) {
            return None;
        }
        let resident = self.city.population.resident(person)?;
        let at = draws.between(from, to);
        Some(Exposed { at, resident, infected_by: None, layer: Layer::Abroad })
    }

    /// Every infection so far; those of the last travellers may lie ahead.
    pub(crate) fn infections(&self) -> &[Infection] {
        self.outbreak.infections()
    }

    /// Every case, in the order of confirmation.
    pub(crate) fn cases(&self) -> &[Found] {
        self.surveillance.cases()
    }

    /// Those whose health is checked every day.
    pub(crate) fn watched(&self) -> impl Iterator<Item = (u32, Watched)> {
        self.surveillance.watched()
    }

    /// What somebody would say at an instant when asked for symptoms of the disease.
    pub(crate) fn symptoms(&self, person: u32, at: Seconds) -> Symptoms {
        let ill = |infection: &Infection| {
            infection.symptomatic.is_some_and(|onset| (onset..infection.ended).contains(&at))
        };
        let is_ill = self.outbreak.of(person).is_some_and(ill);
        if is_ill { lasting_symptoms(self.city.seed, person) } else { Symptoms::NONE }
    }
}
