//! Visits, indexed by day, venue and time and by person, so that a question touches only visits that can answer it.

mod builder;
mod ids;
mod partition;
mod record;
mod segment;
mod segment_write;

use std::io;

use evidence::{PersonId, Position, Venue, VenueId, VenueKind};
use jiff::SignedDuration;

pub use self::{
    builder::VisitsBuilder,
    ids::Ids,
    partition::{DayPerson, Partition, write_partition},
    record::{RECORD_BYTES, VisitRecord},
    segment::ReadAt,
    segment_write::write_segment,
};
use self::{
    record::OPEN,
    segment::{Buffer, Entry, Segment},
};
use crate::profile::Profile;

/// Microseconds of a day: a segment holds the visits that began on a day of UTC.
pub const DAY: i64 = 86_400_000_000;

/// Why visits cannot be found.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// A part of the index cannot be read or written.
    #[error("the index of visits cannot be read or written: {0}")]
    Io(#[from] io::Error),
    /// A part of the index is not what it should be.
    #[error("a part of the index of visits is damaged: {0}; delete the index, it is built anew")]
    Malformed(&'static str),
    /// More than there is room for.
    #[error("there are too many {0} for an index")]
    TooMany(&'static str),
}

impl PartialEq for IndexError {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

/// What matters about a venue.
#[derive(Debug, Clone, Default)]
struct Place {
    kind: Option<VenueKind>,
    position: Option<Position>,
}

/// Visits, in segments of a day each, in memory or on disk. A segment takes 20 bytes a visit (28 where times are not whole
/// seconds), and 4 for each person and 8 for each venue there is.
#[derive(Debug, Default)]
pub struct Visits {
    people: Ids,
    venues: Ids,
    places: Vec<Place>,
    /// In the order of days.
    segments: Vec<Segment>,
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

/// Two people at a venue together. A case can have a hundred thousand, so it is small.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Meeting {
    /// The other's number.
    pub(crate) person: u32,
    /// The venue's number.
    pub(crate) venue: u32,
    pub(crate) together: Stretch,
}

/// Somebody at a venue near a place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Presence<'a> {
    pub(crate) person: &'a str,
    pub(crate) venue: &'a str,
    pub(crate) entered: i64,
    pub(crate) left: Option<i64>,
    pub(crate) there: Stretch,
    pub(crate) distance_m: f64,
}

fn micros(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// The time of a visit as known at an instant; `None` if it had not begun. A departure that is not known (yet) is taken to
/// be after the usual stay, and not later than the instant.
fn stretch(entry: &Entry, usual: i64, at: i64) -> Option<Stretch> {
    if entry.entered > at {
        return None;
    }
    let to = if entry.left <= at { entry.left } else { entry.entered.saturating_add(usual).min(at) };
    Some(Stretch { from: entry.entered, to })
}

impl Visits {
    /// Puts together visits of segments that [`write_segment`] wrote, with the ids their numbers stand for; `venues` says
    /// what kind each venue is and where.
    ///
    /// # Errors
    /// [`IndexError`] where a segment cannot be read, is not one, or counts other people or venues.
    pub fn open(
        people: Ids,
        venue_ids: Ids,
        segments: Vec<Box<dyn ReadAt>>,
        venues: &[Venue],
    ) -> Result<Self, IndexError> {
        let mut places = vec![Place::default(); venue_ids.len()];
        for venue in venues {
            let number = venue_ids.number(venue.venue.as_str());
            if let Some(place) = number.and_then(|number| places.get_mut(number as usize)) {
                *place = Place { kind: Some(venue.kind.clone()), position: venue.position };
            }
        }
        let mut segments: Vec<Segment> = segments.into_iter().map(Segment::open).collect::<Result<_, _>>()?;
        let counts = |s: &Segment| (s.header().people, s.header().venues);
        if segments.iter().any(|segment| counts(segment) != (people.len() as u64, venue_ids.len() as u64)) {
            return Err(IndexError::Malformed("its parts do not belong together"));
        }
        segments.sort_by_key(|segment| segment.header().start);
        Ok(Visits { people, venues: venue_ids, places, segments })
    }

    /// How many visits there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.segments.iter().map(|segment| segment.header().visits).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The person with a number.
    pub(crate) fn person(&self, number: u32) -> Option<PersonId> {
        self.people.text(number)?.parse().ok()
    }

    /// What kind of venue the one with a number is.
    pub(crate) fn kind(&self, venue: u32) -> Option<&VenueKind> {
        self.places.get(venue as usize).and_then(|place| place.kind.as_ref())
    }

    /// Whether a visit of one of two people to a venue at an instant had no departure that was known at `at`.
    pub(crate) fn assumed(
        &self,
        profile: &Profile,
        people: [u32; 2],
        meeting: &Meeting,
        at: i64,
    ) -> Result<bool, IndexError> {
        let mut buffer = Buffer::default();
        let usual = micros(profile.venue.usual_stay_at(self.kind(meeting.venue)));
        let mut assumed = false;
        self.at_venue(&mut buffer, meeting.venue, meeting.together, usual, |entry| {
            let there = stretch(&entry, usual, at).and_then(|s| s.intersection(meeting.together));
            assumed |= people.contains(&entry.person) && there.is_some() && entry.left > at;
        })?;
        Ok(assumed)
    }

    /// The number of a person who may have visits.
    pub(crate) fn number(&self, person: &PersonId) -> Option<u32> {
        self.people.number(person.as_str())
    }

    /// The venue with a number.
    pub(crate) fn venue(&self, number: u32) -> Option<VenueId> {
        self.venues.text(number)?.parse().ok()
    }

    /// Every meeting of a person with others while the person is infectious, as known at an instant. Costs in proportion to
    /// the person's own visits in the window and to the visits there that can overlap them.
    pub(crate) fn meetings(
        &self,
        profile: &Profile,
        person: &PersonId,
        infectious: Stretch,
        at: i64,
        mut take: impl FnMut(Meeting),
    ) -> Result<(), IndexError> {
        let Some(number) = self.number(person) else { return Ok(()) };
        let mut buffer = Buffer::default();
        let mut own = Vec::new();
        let longest = micros(profile.venue.longest_usual_stay());
        for segment in self.segments.iter().filter(|segment| segment.touches(infectious, longest)) {
            segment.of_person(&mut buffer, number, &mut own)?;
        }
        for (venue, visit) in own {
            let kind = self.kind(venue);
            let usual = micros(profile.venue.usual_stay_at(kind));
            let cut = stretch(&visit, usual, at).and_then(|s| s.intersection(infectious));
            let Some(mut theirs) = cut else { continue };
            theirs.to = theirs.to.saturating_add(micros(profile.venue.linger_at(kind)));
            self.at_venue(&mut buffer, venue, theirs, usual, |other| {
                let together = stretch(&other, usual, at).and_then(|s| s.intersection(theirs));
                if let (Some(together), true) = (together, other.person != number) {
                    take(Meeting { person: other.person, venue, together });
                }
            })?;
        }
        Ok(())
    }

    /// Visits to a venue that can overlap a stretch of time.
    fn at_venue(
        &self,
        buffer: &mut Buffer,
        venue: u32,
        stretch: Stretch,
        usual: i64,
        mut take: impl FnMut(Entry),
    ) -> Result<(), IndexError> {
        for segment in self.segments.iter().filter(|segment| segment.touches(stretch, usual)) {
            segment.at_venue(buffer, venue, stretch, usual, &mut take)?;
        }
        Ok(())
    }

    /// Every visit, as far as it lies in a stretch of time, to the venues that a condition on their position picks.
    pub(crate) fn at_places<'a>(
        &'a self,
        profile: &Profile,
        pick: impl Fn(Position) -> Option<f64>,
        time: Stretch,
        mut take: impl FnMut(Presence<'a>),
    ) -> Result<(), IndexError> {
        let mut buffer = Buffer::default();
        for (number, place) in (0..).zip(&self.places) {
            let Some(distance_m) = place.position.and_then(&pick) else { continue };
            let usual = micros(profile.venue.usual_stay_at(place.kind.as_ref()));
            let venue = self.venues.text(number).unwrap_or_default();
            self.at_venue(&mut buffer, number, time, usual, |entry| {
                let there = stretch(&entry, usual, OPEN - 1).and_then(|s| s.intersection(time));
                if let (Some(there), Some(person)) = (there, self.people.text(entry.person)) {
                    let left = (entry.left != OPEN).then_some(entry.left);
                    take(Presence { person, venue, entered: entry.entered, left, there, distance_m });
                }
            })?;
        }
        Ok(())
    }
}
