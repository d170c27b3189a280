//! Accuracy against known infections: person-days restricted, rightly and wrongly.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use jiff::Timestamp;
use serde::Serialize;

/// When a person was infected, as only a simulation or a later study knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Infection {
    pub(crate) exposed: Timestamp,
    pub(crate) infectious: Option<Timestamp>,
    /// `None`: not over within the data.
    pub(crate) ended: Option<Timestamp>,
}

impl Infection {
    fn infected(&self, at: Timestamp) -> bool {
        self.exposed <= at && self.ended.is_none_or(|ended| at < ended)
    }

    fn infectious(&self, at: Timestamp) -> bool {
        self.infectious.is_some_and(|from| from <= at) && self.ended.is_none_or(|ended| at < ended)
    }
}

/// Figures for a rule set or for one rule. A person-day counts at local midnight; *restricted* is yellow or red, or, for
/// one rule, having a reason from it; *infectious* is from infectious until ended, *infected* from exposed until ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Figures {
    /// Person-days looked at.
    pub(crate) person_days: u64,
    /// Of them restricted.
    pub(crate) restricted_person_days: u64,
    /// Of them infectious.
    pub(crate) infectious_person_days: u64,
    /// Share of infectious person-days that were restricted.
    pub(crate) infectious_days_restricted: Option<f64>,
    /// Share of restricted person-days that were infectious.
    pub(crate) ppv_infectious: Option<f64>,
    /// Share of restricted person-days that were infected.
    pub(crate) ppv_infected: Option<f64>,
    /// Restricted person-days of people who were not infected then.
    pub(crate) wrongly_restricted_person_days: u64,
    /// Median days from the first infectious midnight to the first restricted one from then on; of those ever
    /// restricted while infectious.
    pub(crate) days_from_infectious_to_restriction_median: Option<f64>,
    /// Infected people who were restricted on none of the midnights on which they were infected.
    pub(crate) never_restricted_infected: u64,
}

/// Counts for a rule set or for one rule.
#[derive(Default)]
struct Tally {
    restricted: u64,
    restricted_infectious: u64,
    restricted_infected: u64,
    /// Of each infected person ever restricted while infected: the first such day; and the first while infectious.
    first_while_infected: HashMap<String, Timestamp>,
    first_while_infectious: HashMap<String, Timestamp>,
}

/// Gathers figures person-day by person-day.
pub(crate) struct Accuracy {
    infections: HashMap<String, Infection>,
    person_days: u64,
    infectious_days: u64,
    infected_people: HashMap<String, ()>,
    first_infectious_day: HashMap<String, Timestamp>,
    all: Tally,
    rules: BTreeMap<String, Tally>,
}

impl Accuracy {
    pub(crate) fn new(infections: HashMap<String, Infection>) -> Self {
        Accuracy {
            infections,
            person_days: 0,
            infectious_days: 0,
            infected_people: HashMap::new(),
            first_infectious_day: HashMap::new(),
            all: Tally::default(),
            rules: BTreeMap::new(),
        }
    }

    /// Takes a person's rating at a local midnight. Days of a person may come in any order.
    pub(crate) fn day<'r>(
        &mut self,
        at: Timestamp,
        person: &str,
        restricted: bool,
        rules: impl Iterator<Item = &'r str>,
    ) {
        self.person_days += 1;
        let infection = self.infections.get(person).copied();
        let infected = infection.is_some_and(|infection| infection.infected(at));
        let infectious = infection.is_some_and(|infection| infection.infectious(at));
        if infected {
            self.infected_people.entry_ref(person).or_insert(());
        }
        if infectious {
            self.infectious_days += 1;
            earliest(&mut self.first_infectious_day, person, at);
        }
        if restricted {
            self.all.restricted_day(at, person, infected, infectious);
        }
        for rule in rules {
            if !self.rules.contains_key(rule) {
                self.rules.insert(rule.to_owned(), Tally::default());
            }
            if let Some(tally) = self.rules.get_mut(rule) {
                tally.restricted_day(at, person, infected, infectious);
            }
        }
    }

    /// The figures of the whole, and of each rule by id.
    pub(crate) fn figures(&self) -> (Figures, BTreeMap<String, Figures>) {
        let rules = self.rules.iter().map(|(rule, tally)| (rule.clone(), self.of(tally)));
        (self.of(&self.all), rules.collect())
    }

    fn of(&self, tally: &Tally) -> Figures {
        let share = |part: u64, whole: u64| (whole > 0).then(|| part as f64 / whole as f64);
        let delays = tally.first_while_infectious.iter().filter_map(|(person, restricted)| {
            let infectious = self.first_infectious_day.get(person)?;
            Some(restricted.duration_since(*infectious).as_secs_f64() / 86_400.0)
        });
        let infected = u64::try_from(self.infected_people.len()).unwrap_or(u64::MAX);
        let caught = u64::try_from(tally.first_while_infected.len()).unwrap_or(u64::MAX);
        Figures {
            person_days: self.person_days,
            restricted_person_days: tally.restricted,
            infectious_person_days: self.infectious_days,
            infectious_days_restricted: share(tally.restricted_infectious, self.infectious_days),
            ppv_infectious: share(tally.restricted_infectious, tally.restricted),
            ppv_infected: share(tally.restricted_infected, tally.restricted),
            wrongly_restricted_person_days: tally.restricted - tally.restricted_infected,
            days_from_infectious_to_restriction_median: median(delays.collect()),
            never_restricted_infected: infected.saturating_sub(caught),
        }
    }
}

impl Tally {
    fn restricted_day(&mut self, at: Timestamp, person: &str, infected: bool, infectious: bool) {
        self.restricted += 1;
        if infected {
            self.restricted_infected += 1;
            earliest(&mut self.first_while_infected, person, at);
        }
        if infectious {
            self.restricted_infectious += 1;
            earliest(&mut self.first_while_infectious, person, at);
        }
    }
}

fn earliest(days: &mut HashMap<String, Timestamp>, person: &str, at: Timestamp) {
    let first = days.entry_ref(person).or_insert(at);
    *first = (*first).min(at);
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = values.get(middle).copied()?;
    if values.len() % 2 == 1 {
        return Some(upper);
    }
    values.get(middle.checked_sub(1)?).map(|lower| (lower + upper) / 2.0)
}
