//! How numbers are written as ids.

use evidence::{CaseId, HouseholdId, HouseholdMember, PersonId, TestId, VenueId};

use crate::{error::SynthError, population::Resident};

/// Fewest digits of an id.
const DIGITS_MIN: usize = 6;

/// Writes numbers as ids: `p0000042` is person 42 of a city of millions.
#[derive(Debug, Clone)]
pub(crate) struct Ids {
    person_digits: usize,
    /// Every venue's id, for visits name them by the hundred million.
    venues: Vec<VenueId>,
}

impl Ids {
    /// Ids for so many people and venues, with as many digits as the last of them needs.
    pub(crate) fn new(people: u32, venues: u32) -> Result<Self, SynthError> {
        let width = digits(venues);
        let venues = (0..venues).map(|venue| VenueId::new(&format!("v{venue:0width$}")));
        Ok(Ids { person_digits: digits(people), venues: venues.collect::<Result<_, _>>()? })
    }

    pub(crate) fn person(&self, person: u32) -> Result<PersonId, SynthError> {
        Ok(PersonId::new(&format!("p{person:0width$}", width = self.person_digits))?)
    }

    pub(crate) fn venue(&self, venue: u32) -> Result<VenueId, SynthError> {
        let unknown = || SynthError::invalid("venue")(format!("no venue has the number {venue}"));
        self.venues.get(venue as usize).cloned().ok_or_else(unknown)
    }

    pub(crate) fn member(&self, resident: &Resident) -> Result<HouseholdMember, SynthError> {
        let household = format!("h{:0width$}", resident.household, width = self.person_digits);
        Ok(HouseholdMember {
            household: HouseholdId::new(&household)?,
            person: self.person(resident.person)?,
        })
    }

    /// The id of the case with a place in the order of confirmation.
    pub(crate) fn case(place: usize) -> Result<CaseId, SynthError> {
        Ok(CaseId::new(&format!("c{place:0DIGITS_MIN$}"))?)
    }

    /// The id of the test with a place in the order of reports.
    pub(crate) fn test(place: u64) -> Result<TestId, SynthError> {
        Ok(TestId::new(&format!("t{place:0DIGITS_MIN$}"))?)
    }
}

fn digits(count: u32) -> usize {
    (count.saturating_sub(1).max(1).ilog10() as usize + 1).max(DIGITS_MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_as_many_digits_as_the_last_of_them_needs() {
        let small = Ids::new(1000, 12).unwrap();
        assert_eq!(small.person(999).unwrap().as_str(), "p000999");
        assert_eq!(small.venue(11).unwrap().as_str(), "v000011");
        assert!(small.venue(12).is_err());
        let great = Ids::new(7_600_000, 1).unwrap();
        assert_eq!(great.person(42).unwrap().as_str(), "p0000042");
        assert_eq!(Ids::new(1_000_001, 1).unwrap().person(1_000_000).unwrap().as_str(), "p1000000");
    }
}
