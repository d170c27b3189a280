//! Being at a venue.

use jiff::Timestamp;

use crate::VenueId;

/// A visit to a venue, from a scan of the venue's code. Alone it never changes a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Where.
    pub venue: VenueId,
    /// Check-in.
    pub entered: Timestamp,
    /// Check-out; `None` where nobody checked out: the venue kind's usual stay is assumed, and said so.
    pub left: Option<Timestamp>,
}
