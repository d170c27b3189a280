//! Visits, indexed by venue and time and by person, so that a question touches only visits that can answer it.

use std::{
    collections::{HashMap, hash_map::DefaultHasher},
    hash::BuildHasherDefault,
};

use evidence::{About, PersonId, Position, Venue, VenueId, VenueKind, Visit};
use jiff::{SignedDuration, Timestamp};

use crate::profile::Profile;

/// A visit in compact form: times in microseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Record {
    venue: u32,
    entered: i64,
    /// Departure; [`OPEN`] where nobody checked out.
    left: i64,
    person: u32,
}

/// Numbers of ids. The hasher has a fixed key: this crate draws no randomness.
type Numbers<T> = HashMap<T, u32, BuildHasherDefault<DefaultHasher>>;

/// Stands for a departure that was not recorded.
const OPEN: i64 = i64::MAX;

/// Gathers visits for [`Visits`].
#[derive(Debug, Default)]
pub struct VisitsBuilder {
    people: Dictionary<PersonId>,
    venues: Dictionary<VenueId>,
    records: Vec<Record>,
}

/// Ids as small numbers.
#[derive(Debug)]
struct Dictionary<T> {
    numbers: Numbers<T>,
    ids: Vec<T>,
}

impl<T> Default for Dictionary<T> {
    fn default() -> Self {
        Dictionary { numbers: Numbers::default(), ids: Vec::new() }
    }
}

impl<T: Clone + Eq + std::hash::Hash> Dictionary<T> {
    fn number(&mut self, id: &T) -> u32 {
        if let Some(number) = self.numbers.get(id) {
            return *number;
        }
        // INVARIANT: at most 2^32 ids; a machine has no memory for more.
        let number = u32::try_from(self.ids.len()).unwrap_or(u32::MAX);
        self.numbers.insert(id.clone(), number);
        self.ids.push(id.clone());
        number
    }
}

impl VisitsBuilder {
    /// Takes a visit.
    pub fn add(&mut self, visit: &About<Visit>) {
        let person = self.people.number(&visit.person);
        let venue = self.venues.number(&visit.says.venue);
        let left = visit.says.left.map_or(OPEN, Timestamp::as_microsecond);
        self.records.push(Record { venue, entered: visit.says.entered.as_microsecond(), left, person });
    }

    /// Indexes the visits taken; `venues` says what kind each venue is.
    #[must_use]
    pub fn build(self, venues: &[Venue]) -> Visits {
        let VisitsBuilder { people, venues: known, mut records } = self;
        records.sort_unstable();
        let mut of_venue = vec![0..0; known.ids.len()];
        let mut own = vec![Vec::new(); people.ids.len()];
        for (position, record) in records.iter().enumerate() {
            if let Some(range) = of_venue.get_mut(record.venue as usize) {
                if range.start == range.end {
                    *range = position..position;
                }
                range.end = position + 1;
            }
            if let Some(own) = own.get_mut(record.person as usize) {
                own.push(u32::try_from(position).unwrap_or(u32::MAX));
            }
        }
        let mut kinds = vec![None; known.ids.len()];
        let mut positions = vec![None; known.ids.len()];
        for venue in venues {
            let Some(number) = known.numbers.get(&venue.venue).map(|number| *number as usize) else {
                continue;
            };
            if let (Some(kind), Some(position)) = (kinds.get_mut(number), positions.get_mut(number)) {
                *kind = Some(venue.kind.clone());
                *position = venue.position;
            }
        }
        let longest_stay =
            of_venue.iter().map(|range| longest(records.get(range.clone()).unwrap_or_default()));
        let longest_stay = longest_stay.collect();
        Visits {
            people: people.ids,
            numbers: people.numbers,
            venues: known.ids,
            kinds,
            positions,
            records,
            of_venue,
            longest_stay,
            own,
        }
    }
}

/// The longest recorded stay, in microseconds.
fn longest(records: &[Record]) -> i64 {
    let closed = records.iter().filter(|record| record.left != OPEN);
    closed.map(|record| record.left.saturating_sub(record.entered)).max().unwrap_or(0)
}

/// Visits, indexed. The index takes 24 bytes a visit and 4 more to find a person's own.
#[derive(Debug, Default)]
pub struct Visits {
    people: Vec<PersonId>,
    numbers: Numbers<PersonId>,
    venues: Vec<VenueId>,
    kinds: Vec<Option<VenueKind>>,
    positions: Vec<Option<Position>>,
    /// Sorted by venue, entry and departure.
    records: Vec<Record>,
    of_venue: Vec<std::ops::Range<usize>>,
    longest_stay: Vec<i64>,
    own: Vec<Vec<u32>>,
}

/// A stretch of time, in microseconds since 1970: `from` is in it, `to` is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) from: i64,
    pub(crate) to: i64,
}

impl Stretch {
    pub(crate) fn intersection(self, other: Stretch) -> Option<Stretch> {
        let both = Stretch { from: self.from.max(other.from), to: self.to.min(other.to) };
        (both.from < both.to).then_some(both)
    }
}

/// Two people at a venue together.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Meeting<'a> {
    pub(crate) person: &'a PersonId,
    pub(crate) kind: Option<&'a VenueKind>,
    pub(crate) together: Stretch,
}

/// Somebody at a venue near a place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Presence<'a> {
    pub(crate) person: &'a PersonId,
    pub(crate) venue: &'a VenueId,
    pub(crate) entered: i64,
    pub(crate) left: Option<i64>,
    pub(crate) there: Stretch,
    pub(crate) distance_m: f64,
}

fn micros(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

impl Visits {
    /// How many visits there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The time of a visit as known at an instant; `None` if it had not begun. A departure that is not known (yet) is
    /// taken to be after the usual stay of that kind of venue, and not later than the instant.
    fn stretch(&self, profile: &Profile, record: &Record, at: i64) -> Option<Stretch> {
        if record.entered > at {
            return None;
        }
        let to = if record.left <= at {
            record.left
        } else {
            let usual = micros(profile.venue.usual_stay_at(self.kind(record.venue)));
            record.entered.saturating_add(usual).min(at)
        };
        Some(Stretch { from: record.entered, to })
    }

    fn kind(&self, venue: u32) -> Option<&VenueKind> {
        self.kinds.get(venue as usize).and_then(Option::as_ref)
    }

    /// Every meeting of a person with others while the person is infectious. Costs in proportion to the person's own
    /// visits in the window and to the visits there that can overlap them.
    pub(crate) fn meetings<'a>(
        &'a self,
        profile: &Profile,
        person: &PersonId,
        infectious: Stretch,
        at: Timestamp,
        mut take: impl FnMut(Meeting<'a>),
    ) {
        let at = at.as_microsecond();
        let number = self.numbers.get(person).copied();
        let own =
            number.and_then(|number| self.own.get(number as usize)).map(Vec::as_slice).unwrap_or_default();
        for visit in own.iter().filter_map(|position| self.records.get(*position as usize)) {
            let stretch = self.stretch(profile, visit, at).and_then(|s| s.intersection(infectious));
            let Some(mut stretch) = stretch else { continue };
            let kind = self.kind(visit.venue);
            stretch.to = stretch.to.saturating_add(micros(profile.venue.linger_at(kind)));
            for other in self.overlapping(profile, visit.venue, stretch) {
                let theirs = self.stretch(profile, other, at);
                let together = theirs.and_then(|theirs| theirs.intersection(stretch));
                if let (Some(together), true) = (together, Some(other.person) != number)
                    && let Some(person) = self.people.get(other.person as usize)
                {
                    take(Meeting { person, kind, together });
                }
            }
        }
    }

    /// Every visit, as far as it lies in a stretch of time, to the venues that a condition on their position picks.
    pub(crate) fn at_places<'a>(
        &'a self,
        profile: &Profile,
        pick: impl Fn(Position) -> Option<f64>,
        stretch: Stretch,
        mut take: impl FnMut(Presence<'a>),
    ) {
        for (number, (venue, position)) in self.venues.iter().zip(&self.positions).enumerate() {
            let Some(distance_m) = position.and_then(&pick) else { continue };
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            for record in self.overlapping(profile, number, stretch) {
                let there = self.stretch(profile, record, i64::MAX - 1).and_then(|s| s.intersection(stretch));
                if let (Some(there), Some(person)) = (there, self.people.get(record.person as usize)) {
                    let left = (record.left != OPEN).then_some(record.left);
                    take(Presence { person, venue, entered: record.entered, left, there, distance_m });
                }
            }
        }
    }

    /// Visits to a venue that can overlap a stretch of time: those that began before its end, and not longer before
    /// its start than anybody stays.
    fn overlapping(&self, profile: &Profile, venue: u32, stretch: Stretch) -> &[Record] {
        let range = self.of_venue.get(venue as usize).cloned().unwrap_or_default();
        let records = self.records.get(range).unwrap_or_default();
        let usual = micros(profile.venue.usual_stay_at(self.kind(venue)));
        let longest = self.longest_stay.get(venue as usize).copied().unwrap_or(0).max(usual);
        let first = records.partition_point(|record| record.entered < stretch.from.saturating_sub(longest));
        let after = records.partition_point(|record| record.entered < stretch.to);
        records.get(first..after).unwrap_or_default()
    }
}
