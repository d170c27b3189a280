//! A visit of the last days, as a database holds it.

use evidence::VenueId;
use jiff::{Timestamp, civil::Date};

use crate::{day_key::Pseudonym, record::RecordId};

/// The id of a visit.
pub type VisitId = RecordId;

/// A visit of somebody whom only the day's key can name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayVisit {
    /// Its id.
    pub id: VisitId,
    /// The day of UTC on which it began.
    pub day: Date,
    /// Who, under that day's key.
    pub pseudonym: Pseudonym,
    /// Where.
    pub venue: VenueId,
    /// Check-in.
    pub entered: Timestamp,
    /// Check-out; `None` until then.
    pub left: Option<Timestamp>,
}

/// A stretch of time at a venue, for the visits that began there on a day and can overlap it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VenueSpan {
    /// The day of UTC on which the visits began.
    pub day: Date,
    /// Where.
    pub venue: VenueId,
    /// Visits that ended then or before are left out. One that nobody ended is not.
    pub from: Timestamp,
    /// Visits that began then or later are left out.
    pub to: Timestamp,
}
