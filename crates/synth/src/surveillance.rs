//! What the health service finds: who comes to be tested, what tests say, who becomes a case, and who is asked to stay at
//! home because of it.

use std::{cmp::Reverse, collections::BTreeMap, collections::BinaryHeap};

use evidence::Symptoms;
use hashbrown::HashMap;
use rand_distr::LogNormal;

use crate::{
    calendar::{DAY, HOUR, Seconds},
    course::Infection,
    draw::{Draws, Purpose},
    error::SynthError,
    health::disease_symptoms,
    outbreak::{Confinements, Outbreak},
    population::Population,
};

/// Share of people who fall ill with the disease and declare it. An assumption.
pub(crate) const DECLARING: f64 = 0.6;
/// Share of people who fall ill with the disease and come to be tested. An assumption.
const SEEKING_TEST: f64 = 0.6;
/// Days from onset to the specimen: median, spread of the logarithm. An assumption, shorter than the 4.6 days from onset to
/// a first visit in Wuhan's January (Li Q et al., N Engl J Med 2020;382:1199-1207, doi:10.1056/NEJMoa2001316).
const DAYS_TO_TEST: (f64, f64) = (2.5, 0.5);
/// Share of people who stay at home from onset on, until they are well. An assumption.
const STAYING_HOME: f64 = 0.5;
/// Hours from specimen to report.
const LABORATORY_HOURS: (i64, i64) = (18, 42);
/// Share of people without the disease whose test is negative. An assumption.
const SPECIFICITY: f64 = 0.999;
/// Days of quarantine for the people of a case's home.
const QUARANTINE_DAYS: i64 = 14;
/// A case stays isolated for at least so many days.
const ISOLATION_DAYS_MIN: i64 = 10;
/// Contacts a case names go back so many days before onset, or before confirmation where there was none.
const NAMED_DAYS_BEFORE: i64 = 2;

/// A test whose result has been reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reported {
    pub(crate) person: u32,
    pub(crate) sampled: Seconds,
    pub(crate) reported: Seconds,
    pub(crate) positive: bool,
}

/// A confirmed case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) person: u32,
    pub(crate) onset: Option<Seconds>,
    pub(crate) confirmed: Seconds,
    pub(crate) recovered: Seconds,
}

/// A meeting that a case would name when asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Met {
    pub(crate) infector: u32,
    pub(crate) person: u32,
    pub(crate) from: Seconds,
    pub(crate) to: Seconds,
    pub(crate) setting: &'static str,
}

/// Somebody whose health is checked every day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Watched {
    pub(crate) from: Seconds,
    pub(crate) to: Seconds,
    pub(crate) by_worker: bool,
}

/// What happens to somebody at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Declares,
    Specimen { onset: Option<Seconds> },
    Report { sampled: Seconds, positive: bool, onset: Option<Seconds> },
}

/// What a day brought to light.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) declared: Vec<(u32, Seconds, Symptoms)>,
    pub(crate) tests: Vec<Reported>,
    /// Contacts named, each with the place of the case in [`Surveillance::cases`].
    pub(crate) named: Vec<(usize, Met)>,
}

/// The health service.
#[derive(Debug)]
pub(crate) struct Surveillance {
    seed: u64,
    to_test: LogNormal<f64>,
    agenda: BinaryHeap<Reverse<(Seconds, u32, What)>>,
    cases: Vec<Found>,
    case_of: HashMap<u32, usize>,
    watched: BTreeMap<u32, Watched>,
    met: HashMap<u32, BTreeMap<u32, Met>>,
}

impl Surveillance {
    pub(crate) fn new(seed: u64) -> Result<Self, SynthError> {
        let to_test = LogNormal::new(DAYS_TO_TEST.0.ln(), DAYS_TO_TEST.1);
        Ok(Surveillance {
            seed,
            to_test: to_test.map_err(SynthError::invalid("time to a test"))?,
            agenda: BinaryHeap::new(),
            cases: Vec::new(),
            case_of: HashMap::new(),
            watched: BTreeMap::new(),
            met: HashMap::new(),
        })
    }

    /// Every case, in the order of confirmation.
    pub(crate) fn cases(&self) -> &[Found] {
        &self.cases
    }

    /// Since when a person has been isolated as a case.
    #[cfg(test)]
    pub(crate) fn isolated(&self, person: u32) -> Option<Seconds> {
        Some(self.cases.get(*self.case_of.get(&person)?)?.confirmed)
    }

    /// Those whose health is checked every day, in order.
    pub(crate) fn watched(&self) -> impl Iterator<Item = (u32, Watched)> {
        self.watched.iter().map(|(person, watched)| (*person, *watched))
    }

    /// Settles what an infected person will do when they fall ill. `now` is the end of the day of infection: what would
    /// have lain before it, of people infected before the first day, is not known.
    pub(crate) fn expect(&mut self, infection: &Infection, confinements: &mut Confinements, now: Seconds) {
        let Some(onset) = infection.symptomatic else { return };
        let person = infection.resident.person;
        let mut draws = Draws::new(self.seed, Purpose::Seeking, u64::from(person), 0);
        let declares = draws.happens(DECLARING);
        let declared = in_hours(onset + draws.between(0, 12 * HOUR), 7, 22, onset, &mut draws);
        let stays_home = draws.happens(STAYING_HOME);
        let home_from = onset + draws.between(0, DAY);
        let tested = draws.happens(SEEKING_TEST);
        let waits = (draws.from(&self.to_test) * DAY as f64) as Seconds;
        let specimen = in_hours(onset + waits, 8, 18, onset, &mut draws);
        if declares && declared >= now {
            self.agenda.push(Reverse((declared, person, What::Declares)));
        }
        if stays_home {
            confinements.add(person, (home_from, infection.ended.max(home_from)));
        }
        if tested && specimen >= now {
            self.agenda.push(Reverse((specimen, person, What::Specimen { onset: Some(onset) })));
        }
    }

    /// Somebody ill with something else, or so it seems, comes to be tested.
    pub(crate) fn expect_specimen(&mut self, person: u32, at: Seconds, onset: Seconds) {
        self.agenda.push(Reverse((at, person, What::Specimen { onset: Some(onset) })));
    }

    /// Remembers a meeting that an infected person would name. Of several with one person, the last.
    pub(crate) fn remember(&mut self, met: Met) {
        self.met.entry(met.infector).or_default().insert(met.person, met);
    }

    /// Lets happen what lies before an instant, in order.
    pub(crate) fn advance(
        &mut self,
        to: Seconds,
        outbreak: &Outbreak,
        population: &Population,
        confinements: &mut Confinements,
    ) -> Findings {
        let mut findings = Findings::default();
        self.watched.retain(|_, watched| watched.to > to - DAY);
        while let Some(Reverse((at, person, what))) = self.agenda.peek().copied() {
            if at >= to {
                break;
            }
            self.agenda.pop();
            match what {
                What::Declares => {
                    let symptoms = lasting_symptoms(self.seed, person);
                    findings.declared.push((person, at, symptoms));
                }
                What::Specimen { onset } => self.take_specimen(person, at, onset, outbreak),
                What::Report { sampled, positive, onset } => {
                    findings.tests.push(Reported { person, sampled, reported: at, positive });
                    if positive && !self.case_of.contains_key(&person) {
                        self.confirm(person, at, onset, outbreak, population, confinements, &mut findings);
                    }
                }
            }
        }
        findings
    }

    fn take_specimen(&mut self, person: u32, at: Seconds, onset: Option<Seconds>, outbreak: &Outbreak) {
        if self.case_of.contains_key(&person) {
            return;
        }
        let infection = outbreak.of(person);
        let chance = infection.map_or(0.0, |infection| sensitivity(infection, at)).max(1.0 - SPECIFICITY);
        let mut draws = Draws::new(self.seed, Purpose::Specimen, u64::from(person), at.unsigned_abs());
        let positive = draws.happens(chance);
        let (least, most) = LABORATORY_HOURS;
        let reported = at + draws.between(least * HOUR, most * HOUR);
        let onset =
            onset.or_else(|| infection.and_then(|i| i.symptomatic)).filter(|onset| *onset <= reported);
        self.agenda.push(Reverse((reported, person, What::Report { sampled: at, positive, onset })));
    }

    #[expect(clippy::too_many_arguments, reason = "a case touches the outbreak, the homes and what is found")]
    fn confirm(
        &mut self,
        person: u32,
        at: Seconds,
        onset: Option<Seconds>,
        outbreak: &Outbreak,
        population: &Population,
        confinements: &mut Confinements,
        findings: &mut Findings,
    ) {
        let ended = outbreak.of(person).map_or(at, |infection| infection.ended);
        let recovered = ended.max(at + ISOLATION_DAYS_MIN * DAY);
        let case = self.cases.len();
        self.cases.push(Found { person, onset, confirmed: at, recovered });
        self.case_of.insert(person, case);
        confinements.add(person, (at, recovered));
        self.watched.insert(person, Watched { from: at, to: recovered, by_worker: true });
        let asked_from = onset.unwrap_or(at) - NAMED_DAYS_BEFORE * DAY;
        let met = self.met.remove(&person).unwrap_or_default();
        findings.named.extend(met.into_values().filter(|met| met.to > asked_from).map(|met| (case, met)));
        let Some(resident) = population.resident(person) else { return };
        for other in resident.household_others() {
            if self.case_of.contains_key(&other) {
                continue;
            }
            let until = at + QUARANTINE_DAYS * DAY;
            confinements.add(other, (at, until));
            let mut draws =
                Draws::new(self.seed, Purpose::Specimen, u64::from(other), u64::MAX - u64::from(person));
            self.watched.insert(other, Watched { from: at, to: until, by_worker: draws.happens(0.3) });
            let specimen = in_hours(at + draws.between(4 * HOUR, 28 * HOUR), 8, 18, at, &mut draws);
            self.agenda.push(Reverse((specimen, other, What::Specimen { onset: None })));
        }
    }
}

/// The symptoms somebody has while the disease lasts.
pub(crate) fn lasting_symptoms(seed: u64, person: u32) -> Symptoms {
    disease_symptoms(&mut Draws::new(seed, Purpose::Seeking, u64::from(person), 1))
}

/// Chance that a specimen taken at an instant is found positive.
///
/// After Kucirka LM et al., Ann Intern Med 2020;173:262-267, doi:10.7326/M20-1495: nothing on the first days, 33% the day
/// before, 62% on the day of onset, 80% three days later, 34% three weeks after exposure. Between these it is stepped here.
fn sensitivity(infection: &Infection, at: Seconds) -> f64 {
    let infected = at - infection.infectious;
    match infection.symptomatic {
        _ if infected < -DAY => 0.0,
        _ if infected < 0 => 0.33,
        _ if at >= infection.ended + 10 * DAY => 0.0,
        _ if at >= infection.ended => 0.34,
        Some(onset) if at < onset + 2 * DAY => 0.62,
        Some(_) => 0.80,
        None if infected < 2 * DAY => 0.62,
        None => 0.80,
    }
}

/// An instant on the day of another, at an hour from `first` to `last`; a day later where it would not be after `after`.
fn in_hours(day_of: Seconds, first: i64, last: i64, after: Seconds, draws: &mut Draws) -> Seconds {
    let at = day_of.div_euclid(DAY) * DAY + draws.between(first * HOUR, last * HOUR);
    if at > after { at } else { at + DAY }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::{Courses, Layer};

    struct World {
        outbreak: Outbreak,
        population: Population,
        confinements: Confinements,
        surveillance: Surveillance,
    }

    fn world() -> World {
        let population = Population::new(5, 2000, 2020);
        let courses = Courses::new(5).unwrap();
        let mut outbreak = Outbreak::default();
        let mut confinements = Confinements::default();
        let mut surveillance = Surveillance::new(5).unwrap();
        for resident in population.residents().filter(|r| r.person % 4 == 0) {
            let infection = courses.draw(resident, 0, None, Layer::Start);
            surveillance.expect(&infection, &mut confinements, 0);
            outbreak.add(infection);
        }
        World { outbreak, population, confinements, surveillance }
    }

    #[test]
    fn cases_are_found_by_tests_isolated_and_their_homes_quarantined() {
        let mut world = world();
        let findings =
            world.surveillance.advance(40 * DAY, &world.outbreak, &world.population, &mut world.confinements);
        let cases = world.surveillance.cases();
        assert!(cases.len() > 100 && findings.tests.len() > cases.len());
        assert!(cases.windows(2).all(|pair| pair[0].confirmed <= pair[1].confirmed));
        for case in cases {
            let positive = |t: &&Reported| t.person == case.person && t.positive;
            let first = findings.tests.iter().find(positive).unwrap();
            assert_eq!(first.reported, case.confirmed);
            assert!((18 * HOUR..42 * HOUR).contains(&(first.reported - first.sampled)));
            assert!(case.onset.is_none_or(|onset| onset <= case.confirmed));
            assert!(world.confinements.at(case.person, case.confirmed));
            assert_eq!(world.surveillance.isolated(case.person), Some(case.confirmed));
            for other in world.population.resident(case.person).unwrap().household_others() {
                let was_a_case = world.surveillance.isolated(other).is_some_and(|at| at <= case.confirmed);
                assert!(was_a_case || world.confinements.at(other, case.confirmed));
            }
        }
    }

    #[test]
    fn tests_are_imperfect() {
        let mut world = world();
        let findings =
            world.surveillance.advance(40 * DAY, &world.outbreak, &world.population, &mut world.confinements);
        let ill: Vec<&Reported> = findings
            .tests
            .iter()
            .filter(|t| {
                world.outbreak.of(t.person).is_some_and(|i| i.infectious <= t.sampled && t.sampled < i.ended)
            })
            .collect();
        let positive = ill.iter().filter(|t| t.positive).count() as f64 / ill.len() as f64;
        assert!((0.6..0.85).contains(&positive), "{positive} of {}", ill.len());
    }

    #[test]
    fn an_hour_of_the_day_is_never_before_what_it_follows() {
        let mut draws = Draws::new(1, Purpose::Specimen, 0, 0);
        for after in (-3 * DAY..3 * DAY).step_by(5000) {
            let at = in_hours(after, 8, 18, after, &mut draws);
            assert!(at > after && (8 * HOUR..18 * HOUR).contains(&at.rem_euclid(DAY)));
        }
    }
}
