//! Who has been infected, and who may not or cannot go out.

use hashbrown::HashMap;

use crate::{calendar::Seconds, course::Infection, daily_life::Planned};

/// Every infection so far. Nobody is infected twice.
#[derive(Debug, Default)]
pub(crate) struct Outbreak {
    infections: Vec<Infection>,
    by_person: HashMap<u32, usize>,
    /// Those that have not ended, by their place in `infections`.
    open: Vec<usize>,
}

impl Outbreak {
    /// Adds an infection, unless the person has had one; says whether it was added.
    pub(crate) fn add(&mut self, infection: Infection) -> bool {
        let place = self.infections.len();
        if self.by_person.try_insert(infection.resident.person, place).is_err() {
            return false;
        }
        self.open.push(place);
        self.infections.push(infection);
        true
    }

    /// A person's infection.
    pub(crate) fn of(&self, person: u32) -> Option<&Infection> {
        self.infections.get(*self.by_person.get(&person)?)
    }

    /// Whether a person has been infected.
    pub(crate) fn has(&self, person: u32) -> bool {
        self.by_person.contains_key(&person)
    }

    /// Every infection, in the order in which they became part of the simulation.
    pub(crate) fn infections(&self) -> &[Infection] {
        &self.infections
    }

    /// Those who are infectious at some time from `from` to `to`. Forgets the ones that ended before.
    pub(crate) fn infectious_between(&mut self, from: Seconds, to: Seconds) -> Vec<&Infection> {
        let infections = &self.infections;
        self.open.retain(|place| infections.get(*place).is_some_and(|infection| infection.ended > from));
        let open = self.open.iter().filter_map(|place| infections.get(*place));
        open.filter(|infection| infection.infectious < to).collect()
    }
}

/// A time in which somebody stays where they are.
pub(crate) type Interval = (Seconds, Seconds);

/// When people are confined: ill at home, in quarantine or in isolation.
#[derive(Debug, Default)]
pub(crate) struct Confinements {
    by_person: HashMap<u32, Vec<Interval>>,
}

impl Confinements {
    /// Confines a person from an instant to another.
    pub(crate) fn add(&mut self, person: u32, interval: Interval) {
        self.by_person.entry(person).or_default().push(interval);
    }

    /// When a person is confined.
    pub(crate) fn of(&self, person: u32) -> &[Interval] {
        self.by_person.get(&person).map_or(&[], Vec::as_slice)
    }

    /// Whether a person is confined at an instant.
    pub(crate) fn at(&self, person: u32, at: Seconds) -> bool {
        self.of(person).iter().any(|(from, to)| (*from..*to).contains(&at))
    }
}

/// Shortest visit that is left when another part of it is cut off, in seconds.
const VISIT_MIN: Seconds = 300;

/// Takes out of a day's visits what falls into an interval in which the person is elsewhere. A visit that has begun ends
/// when the interval begins.
pub(crate) fn cut(visits: &mut Vec<Planned>, midnight: Seconds, (from, to): Interval) {
    visits.retain_mut(|visit| {
        let (entered, left) = (midnight + i64::from(visit.entered), midnight + i64::from(visit.left));
        if left <= from || entered >= to {
            return true;
        }
        let rest = from - entered;
        if rest < VISIT_MIN {
            return false;
        }
        visit.left = visit.entered + u32::try_from(rest).unwrap_or_default();
        true
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visits_end_where_somebody_is_called_away() {
        let visit = |entered, left| Planned { venue: 1, entered, left };
        let mut visits = vec![visit(0, 1000), visit(2000, 4000), visit(5000, 6000), visit(9000, 9500)];
        cut(&mut visits, 100, (3100, 9100));
        assert_eq!(visits, [visit(0, 1000), visit(2000, 3000), visit(9000, 9500)]);
        cut(&mut visits, 100, (2200, 2300));
        assert_eq!(visits, [visit(0, 1000), visit(9000, 9500)], "too little was left");
    }

    #[test]
    fn somebody_is_confined_from_the_first_instant_and_not_at_the_last() {
        let mut confinements = Confinements::default();
        confinements.add(7, (10, 20));
        let at: Vec<Seconds> = (8..22).filter(|at| confinements.at(7, *at)).collect();
        assert_eq!(at, (10..20).collect::<Vec<_>>());
        assert!(!confinements.at(8, 15));
    }
}
