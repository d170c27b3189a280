//! Visits in memory, from rows in any order.

use std::collections::{BTreeMap, HashMap, hash_map::DefaultHasher};
use std::hash::BuildHasherDefault;

use evidence::{About, PersonId, Venue, VenueId, Visit};

use super::{DAY, Ids, IndexError, ReadAt, VisitRecord, Visits, write_segment};

/// Numbers of ids as they come. The hasher has a fixed key: this crate draws no randomness.
type Numbers<T> = HashMap<T, u32, BuildHasherDefault<DefaultHasher>>;

/// Gathers visits for [`Visits`].
#[derive(Debug, Default)]
pub struct VisitsBuilder {
    people: Numbers<PersonId>,
    venues: Numbers<VenueId>,
    records: Vec<VisitRecord>,
}

fn number<T: Clone + Eq + std::hash::Hash>(numbers: &mut Numbers<T>, id: &T) -> u32 {
    // INVARIANT: at most 2^32 ids; a machine has no memory for more.
    let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
    match numbers.get(id) {
        Some(number) => *number,
        None => *numbers.entry(id.clone()).or_insert(next),
    }
}

/// The ids in their order, and the number in it of each number as it came.
fn in_order<T: AsRef<str> + Eq + std::hash::Hash>(
    numbers: &Numbers<T>,
) -> Result<(Ids, Vec<u32>), IndexError> {
    let ids = Ids::new(numbers.keys())?;
    let mut places = vec![0; numbers.len()];
    for (id, came) in numbers {
        if let (Some(place), Some(number)) = (places.get_mut(*came as usize), ids.number(id.as_ref())) {
            *place = number;
        }
    }
    Ok((ids, places))
}

impl VisitsBuilder {
    /// Takes a visit.
    pub fn add(&mut self, visit: &About<Visit>) {
        let person = number(&mut self.people, &visit.person);
        let venue = number(&mut self.venues, &visit.says.venue);
        self.records.push(VisitRecord::new(person, venue, &visit.says));
    }

    /// Indexes the visits taken; `venues` says what kind each venue is.
    ///
    /// # Errors
    /// [`IndexError::TooMany`] above 4,294,967,295 visits on a day, or 4 GiB of ids.
    pub fn build(self, venues: &[Venue]) -> Result<Visits, IndexError> {
        let (people, person_places) = in_order(&self.people)?;
        let (venue_ids, venue_places) = in_order(&self.venues)?;
        let mut days: BTreeMap<i64, Vec<VisitRecord>> = BTreeMap::new();
        for mut record in self.records {
            let place =
                |places: &[u32], number: u32| places.get(number as usize).copied().unwrap_or(u32::MAX);
            record.person = place(&person_places, record.person);
            record.venue = place(&venue_places, record.venue);
            days.entry(record.entered.div_euclid(DAY)).or_default().push(record);
        }
        let counts = (people.len() as u32, venue_ids.len() as u32);
        let mut segments: Vec<Box<dyn ReadAt>> = Vec::with_capacity(days.len());
        for (day, mut records) in days {
            records.sort_unstable();
            let mut bytes = Vec::new();
            write_segment((day * DAY, (day + 1) * DAY), &records, counts, &mut bytes)?;
            segments.push(Box::new(bytes));
        }
        Visits::open(people, venue_ids, segments, venues)
    }
}
