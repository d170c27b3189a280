//! How a person's day goes: work or school, and errands around it.

use crate::{
    draw::{Draws, Purpose},
    error::SynthError,
    places::{PUPIL_AGES, Places, Spot},
    population::Resident,
    venue_kind::{Kind, Stays, arrival_second},
};

/// Share of people of working age who go to a workplace. An assumption of this crate.
const WORKING: f64 = 0.72;
/// Ages of workers.
const WORKING_AGES: (u8, u8) = (19, 64);
/// Share of workers whose days off are Saturday and Sunday; the others have two other days in a row.
const WEEKEND_OFF: f64 = 0.75;
/// Share of school and working days that are missed for reasons of one's own. An assumption.
const MISSED: f64 = 0.03;
/// Mean errands: on a day off, on a working day, of pupils on a school day, of the old, of small children. Chosen so that all
/// visits together come to three for each person and day.
const ERRANDS: [f64; 5] = [3.36, 2.03, 1.44, 3.05, 1.92];
/// Most errands of a day.
const ERRANDS_MAX: u32 = 8;
/// Nobody sets out after 23:15, and everybody is on the way home by 23:45.
const LAST_ARRIVAL: u32 = 23 * 3600 + 15 * 60;
const CLOSING: u32 = 23 * 3600 + 45 * 60;
/// The first errand begins after 05:30.
const OPENING: u32 = 5 * 3600 + 30 * 60;

/// A visit a person means to make on a day, in seconds since midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Planned {
    pub(crate) venue: u32,
    pub(crate) entered: u32,
    pub(crate) left: u32,
}

/// What a person does on most days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Occupation {
    Pupil(u32),
    Worker(u32),
    Neither,
}

/// What decides how days go in the city.
#[derive(Debug, Clone)]
pub(crate) struct DailyLife {
    seed: u64,
    /// The day of the week of the first day, Monday 0.
    first_weekday: u32,
    stays: Stays,
    errands: Vec<Vec<f64>>,
}

impl DailyLife {
    /// Daily life from a first day of the week on, Monday 0.
    pub(crate) fn new(seed: u64, first_weekday: u32) -> Result<Self, SynthError> {
        let errands = ERRANDS.iter().map(|mean| poisson_shares(*mean)).collect();
        Ok(DailyLife { seed, first_weekday, stays: Stays::new()?, errands })
    }

    /// Puts the visits a person means to make on a day into `into`, in order and none overlapping another.
    pub(crate) fn plan(
        &self,
        places: &Places,
        home: Spot,
        resident: &Resident,
        day: u32,
        into: &mut Vec<Planned>,
    ) {
        into.clear();
        let person = u64::from(resident.person);
        let mut habits = Draws::new(self.seed, Purpose::Daily, person, 0);
        let occupation = occupation(places, home, resident, &mut habits);
        let works_today = self.works_on(occupation, &mut habits, day);
        let mut draws = Draws::new(self.seed, Purpose::Day, person, u64::from(day));
        let fixed = match occupation {
            Occupation::Pupil(venue) if works_today => self.at(Kind::School, venue, &mut draws),
            Occupation::Worker(venue) if works_today => self.at(Kind::Workplace, venue, &mut draws),
            _ => None,
        };
        let mean = match (fixed, occupation) {
            (Some(_), Occupation::Pupil(_)) => 2,
            (Some(_), _) => 1,
            _ if resident.age >= 65 => 3,
            _ if resident.age < PUPIL_AGES.0 => 4,
            _ => 0,
        };
        let count = self.errands.get(mean).map_or(0, |shares| draws.place(shares));
        for _ in 0..count {
            let Some(venue) = places.errand(home, &mut draws) else { break };
            let kind = places.kind(venue);
            let entered = arrival_second(kind, &mut draws).max(OPENING);
            into.push(Planned { venue, entered, left: entered + self.stays.seconds(kind, &mut draws) });
        }
        if let Some(fixed) = fixed {
            move_errands_out_of(&fixed, into, &mut draws);
            into.push(fixed);
        }
        one_after_the_other(into, &mut draws);
    }

    fn at(&self, kind: Kind, venue: u32, draws: &mut Draws) -> Option<Planned> {
        if draws.happens(MISSED) {
            return None;
        }
        let entered = arrival_second(kind, draws);
        Some(Planned { venue, entered, left: entered + self.stays.seconds(kind, draws) })
    }

    fn works_on(&self, occupation: Occupation, habits: &mut Draws, day: u32) -> bool {
        let weekday = (self.first_weekday + day) % 7;
        let first_day_off = match occupation {
            Occupation::Worker(_) if !habits.happens(WEEKEND_OFF) => habits.below(7),
            _ => 5,
        };
        occupation != Occupation::Neither && weekday != first_day_off && weekday != (first_day_off + 1) % 7
    }
}

fn occupation(places: &Places, home: Spot, resident: &Resident, habits: &mut Draws) -> Occupation {
    let age = resident.age;
    let occupation = if (PUPIL_AGES.0..=PUPIL_AGES.1).contains(&age) {
        places.school(home, habits).map(Occupation::Pupil)
    } else if (WORKING_AGES.0..=WORKING_AGES.1).contains(&age) && habits.happens(WORKING) {
        places.workplace(habits).map(Occupation::Worker)
    } else {
        None
    };
    occupation.unwrap_or(Occupation::Neither)
}

/// Shares of days with 0, 1, 2 … errands, up to the most.
fn poisson_shares(mean: f64) -> Vec<f64> {
    let mut share = (-mean).exp();
    let mut shares = Vec::new();
    for count in 0..ERRANDS_MAX {
        shares.push(share);
        share *= mean / f64::from(count + 1);
    }
    shares.push(1.0 - shares.iter().sum::<f64>());
    shares
}

/// Errands that fall into work or school are made afterwards.
fn move_errands_out_of(fixed: &Planned, errands: &mut [Planned], draws: &mut Draws) {
    for errand in errands {
        let stay = errand.left - errand.entered;
        if errand.left + 900 > fixed.entered && errand.entered < fixed.left {
            errand.entered = fixed.left + 600 + draws.below(3 * 3600);
            errand.left = errand.entered + stay;
        }
    }
}

/// Orders visits and moves each behind the one before it, with some way between. What does not fit into the day is not done.
fn one_after_the_other(visits: &mut Vec<Planned>, draws: &mut Draws) {
    visits.sort_by_key(|visit| (visit.entered, visit.venue));
    let mut free_from = 0;
    visits.retain_mut(|visit| {
        let stay = visit.left - visit.entered;
        visit.entered = visit.entered.max(free_from);
        visit.left = (visit.entered + stay).min(CLOSING);
        let fits = visit.entered < LAST_ARRIVAL;
        if fits {
            free_from = visit.left + 240 + draws.below(1200);
        }
        fits
    });
}
