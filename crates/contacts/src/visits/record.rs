//! A visit as a few numbers.

use evidence::Visit;
use jiff::Timestamp;

/// Stands for a departure that was not recorded.
pub(super) const OPEN: i64 = i64::MAX;

/// Bytes of a [`VisitRecord`] on its way to a segment.
pub const RECORD_BYTES: usize = 24;

/// A visit as numbers: ids by their [`Ids`](super::Ids), times in microseconds since 1970. Ordered by venue, entry,
/// departure and person, as a segment holds them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct VisitRecord {
    pub(super) venue: u32,
    pub(super) entered: i64,
    /// Departure; [`OPEN`] where nobody checked out.
    pub(super) left: i64,
    pub(super) person: u32,
}

impl VisitRecord {
    /// A visit of a person with a number to a venue with a number.
    #[must_use]
    pub fn new(person: u32, venue: u32, visit: &Visit) -> Self {
        let left = visit.left.map_or(OPEN, Timestamp::as_microsecond);
        VisitRecord { venue, entered: visit.entered.as_microsecond(), left, person }
    }

    /// Entry, in microseconds since 1970.
    #[must_use]
    pub fn entered(&self) -> i64 {
        self.entered
    }

    /// As bytes, for [`VisitRecord::from_bytes`].
    #[must_use]
    pub fn to_bytes(self) -> [u8; RECORD_BYTES] {
        let mut bytes = [0; RECORD_BYTES];
        let parts = [
            &self.entered.to_le_bytes()[..],
            &self.left.to_le_bytes()[..],
            &self.venue.to_le_bytes()[..],
            &self.person.to_le_bytes()[..],
        ];
        for (into, byte) in bytes.iter_mut().zip(parts.into_iter().flatten()) {
            *into = *byte;
        }
        bytes
    }

    /// From bytes that [`VisitRecord::to_bytes`] made.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; RECORD_BYTES]) -> Self {
        let long = |at: usize| {
            bytes.get(at..).and_then(|b| b.first_chunk::<8>()).map_or(0, |b| i64::from_le_bytes(*b))
        };
        let both = long(16).cast_unsigned();
        VisitRecord { entered: long(0), left: long(8), venue: both as u32, person: (both >> 32) as u32 }
    }
}
