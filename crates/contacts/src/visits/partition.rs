//! Visits of a day in one piece of bytes: a segment together with the ids its numbers stand for. A person is 16 bytes, a pseudonym
//! of that day. Both people and venues are found by halving, so that a question reads a few bytes however many visits there are.
//!
//! | part | holds |
//! |---|---|
//! | header, 24 bytes | magic, version, people, length of the venues' ids |
//! | people times 16 bytes | pseudonyms in their order |
//! | ids of venues | [`Ids::to_bytes`](super::Ids::to_bytes) |
//! | segment | the visits ([`write_segment`](super::write_segment)) |

use std::{
    io::{self, Write},
    sync::Arc,
};

use evidence::{VenueId, Visit};
use jiff::{SignedDuration, Timestamp};

use super::{
    Ids, IndexError, OPEN, ReadAt, Stretch, VisitRecord, micros,
    segment::{Buffer, Entry, Segment},
    write_segment,
};

const MAGIC: &[u8; 8] = b"cbdayvis";
const VERSION: u32 = 1;
const HEADER_BYTES: u64 = 24;
const PERSON_BYTES: u64 = 16;

/// A person on one day.
pub type DayPerson = [u8; 16];

/// Writes the visits that began from `start` to `end` (microseconds since 1970), in any order.
///
/// # Errors
/// [`IndexError::Io`] where `out` takes no more, [`IndexError::TooMany`] above 4,294,967,295 visits, [`IndexError::Malformed`] where
/// one began outside that time.
pub fn write_partition(
    (start, end): (i64, i64),
    visits: &[(DayPerson, Visit)],
    out: &mut dyn Write,
) -> Result<(), IndexError> {
    let mut people: Vec<DayPerson> = visits.iter().map(|(person, _)| *person).collect();
    people.sort_unstable();
    people.dedup();
    let count = u32::try_from(people.len()).map_err(|_| IndexError::TooMany("people in a partition"))?;
    let venues = Ids::new(visits.iter().map(|(_, visit)| visit.venue.as_str()))?;
    let mut records = Vec::with_capacity(visits.len());
    for (person, visit) in visits {
        let person = people.binary_search(person).ok().and_then(|place| u32::try_from(place).ok());
        let numbers = person.zip(venues.number(visit.venue.as_str()));
        let (person, venue) = numbers.ok_or(IndexError::Malformed("a visit has no number"))?;
        records.push(VisitRecord::new(person, venue, visit));
    }
    records.sort_unstable();
    let ids = venues.to_bytes();
    out.write_all(MAGIC)?;
    out.write_all(&VERSION.to_le_bytes())?;
    out.write_all(&count.to_le_bytes())?;
    out.write_all(&(ids.len() as u64).to_le_bytes())?;
    out.write_all(people.as_flattened())?;
    out.write_all(&ids)?;
    write_segment((start, end), &records, (count, venues.len() as u32), out)
}

/// A part of some bytes.
#[derive(Debug)]
struct Part {
    bytes: Arc<dyn ReadAt>,
    from: u64,
}

impl ReadAt for Part {
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        self.bytes.read_at(self.from.saturating_add(offset), into)
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.bytes.length()?.saturating_sub(self.from))
    }
}

/// Visits of a day that [`write_partition`] wrote, read by page.
#[derive(Debug)]
pub struct Partition {
    bytes: Arc<dyn ReadAt>,
    people: u32,
    venues: u32,
    segment: Segment,
}

fn number<const N: usize>(bytes: &dyn ReadAt, at: u64) -> Result<[u8; N], IndexError> {
    let mut number = [0; N];
    bytes.read_at(at, &mut number)?;
    Ok(number)
}

impl Partition {
    /// Opens a partition.
    ///
    /// # Errors
    /// [`IndexError`] where it cannot be read or is none.
    pub fn open(bytes: Arc<dyn ReadAt>) -> Result<Self, IndexError> {
        let header: [u8; HEADER_BYTES as usize] = number(&*bytes, 0)?;
        let [m0, m1, m2, m3, m4, m5, m6, m7, v0, v1, v2, v3, p0, p1, p2, p3, ids @ ..] = header;
        if [m0, m1, m2, m3, m4, m5, m6, m7] != *MAGIC {
            return Err(IndexError::Malformed("it is no partition of visits"));
        }
        if u32::from_le_bytes([v0, v1, v2, v3]) != VERSION {
            return Err(IndexError::Malformed("it was written by another version"));
        }
        let people = u32::from_le_bytes([p0, p1, p2, p3]);
        let ids_at = HEADER_BYTES + PERSON_BYTES * u64::from(people);
        let venues = u64::from_le_bytes(number(&*bytes, ids_at)?);
        let venues = u32::try_from(venues).map_err(|_| IndexError::Malformed("it counts too many venues"))?;
        let from = ids_at.saturating_add(u64::from_le_bytes(ids));
        let segment = Segment::open(Box::new(Part { bytes: Arc::clone(&bytes), from }))?;
        let header = segment.header();
        if (header.people, header.venues) != (u64::from(people), u64::from(venues)) {
            return Err(IndexError::Malformed("its parts do not belong together"));
        }
        Ok(Partition { bytes, people, venues, segment })
    }

    fn person(&self, number_of: u32) -> Result<DayPerson, IndexError> {
        number(&*self.bytes, HEADER_BYTES + PERSON_BYTES * u64::from(number_of))
    }

    fn venue(&self, number_of: u32) -> Result<String, IndexError> {
        let ends_at = HEADER_BYTES + PERSON_BYTES * u64::from(self.people) + 8;
        let end = |of: u32| {
            Ok::<_, IndexError>(u32::from_le_bytes(number(&*self.bytes, ends_at + 4 * u64::from(of))?))
        };
        let start = match number_of.checked_sub(1) {
            Some(before) => end(before)?,
            None => 0,
        };
        let length = end(number_of)?.checked_sub(start).filter(|length| *length <= ID_BYTES_MAX);
        let mut text = vec![0; length.ok_or(IndexError::Malformed("an id is too long"))? as usize];
        let text_at = ends_at + 4 * u64::from(self.venues);
        self.bytes.read_at(text_at + u64::from(start), &mut text)?;
        String::from_utf8(text).map_err(|_| IndexError::Malformed("an id is no text"))
    }

    /// The visits of a person, with their venues.
    ///
    /// # Errors
    /// [`IndexError`] where the partition cannot be read.
    pub fn of_person(&self, person: &DayPerson) -> Result<Vec<Visit>, IndexError> {
        let found = halve(self.people, |number| Ok(self.person(number)?.cmp(person)))?;
        let Some(number) = found else { return Ok(Vec::new()) };
        let mut own = Vec::new();
        self.segment.of_person(&mut Buffer::default(), number, &mut own)?;
        own.into_iter().map(|(venue, entry)| visit(&venue_id(&self.venue(venue)?)?, &entry)).collect()
    }

    /// Every visit, with its person, in the order of people.
    ///
    /// # Errors
    /// [`IndexError`] where the partition cannot be read.
    pub fn all(&self) -> Result<Vec<(DayPerson, Visit)>, IndexError> {
        let mut all = Vec::new();
        for number in 0..self.people {
            let person = self.person(number)?;
            let mut own = Vec::new();
            self.segment.of_person(&mut Buffer::default(), number, &mut own)?;
            for (venue, entry) in own {
                all.push((person, visit(&venue_id(&self.venue(venue)?)?, &entry)?));
            }
        }
        Ok(all)
    }

    /// The visits to a venue that can overlap the time from an instant to another: they began before its end, and did not end
    /// before its beginning. One that nobody ended is taken to last for `usual` at most, and may be there although it did not.
    ///
    /// # Errors
    /// [`IndexError`] where the partition cannot be read.
    pub fn near(
        &self,
        venue: &VenueId,
        (from, to): (Timestamp, Timestamp),
        usual: SignedDuration,
    ) -> Result<Vec<(DayPerson, Visit)>, IndexError> {
        let found = halve(self.venues, |number| Ok(self.venue(number)?.as_str().cmp(venue.as_str())))?;
        let Some(number) = found else { return Ok(Vec::new()) };
        let stretch = Stretch { from: from.as_microsecond(), to: to.as_microsecond() };
        let mut entries = Vec::new();
        self.segment.at_venue(&mut Buffer::default(), number, stretch, micros(usual), |entry| {
            if entry.entered < stretch.to && entry.left > stretch.from {
                entries.push(entry);
            }
        })?;
        // Every person is asked for before the first that could not be read is told: what is fetched from afar is fetched at once.
        let people: Vec<_> = entries.iter().map(|entry| self.person(entry.person)).collect();
        people.into_iter().zip(&entries).map(|(person, entry)| Ok((person?, visit(venue, entry)?))).collect()
    }
}

/// Longest id.
const ID_BYTES_MAX: u32 = 64;

fn venue_id(text: &str) -> Result<VenueId, IndexError> {
    text.parse().map_err(|_| IndexError::Malformed("an id is none"))
}

fn visit(venue: &VenueId, entry: &Entry) -> Result<Visit, IndexError> {
    let outside = |_| IndexError::Malformed("a visit lies outside of time");
    let left = (entry.left != OPEN).then(|| Timestamp::from_microsecond(entry.left)).transpose();
    Ok(Visit {
        venue: venue.clone(),
        entered: Timestamp::from_microsecond(entry.entered).map_err(outside)?,
        left: left.map_err(outside)?,
    })
}

/// The number, of so many in order, that compares as equal.
fn halve(
    count: u32,
    compare: impl Fn(u32) -> Result<std::cmp::Ordering, IndexError>,
) -> Result<Option<u32>, IndexError> {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        match compare(middle)? {
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
            std::cmp::Ordering::Equal => return Ok(Some(middle)),
        }
    }
    Ok(None)
}

#[cfg(test)]
#[path = "partition_tests.rs"]
mod tests;
