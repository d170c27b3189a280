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
