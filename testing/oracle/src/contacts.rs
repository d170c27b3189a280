//! Who was near a case, by looking at every pair: the definition in the documentation of crate `contacts`, written once
//! more for clarity. It shares no code with that crate.

mod document;
mod pairs;

use std::collections::BTreeMap;

use evidence::{About, Case, HouseholdMember, NamedContact, Test, Trip, Venue, Visit};
use jiff::{SignedDuration, Timestamp};

pub use pairs::{Near, near};

/// A disease profile, as far as it decides who was near.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Before onset.
    pub before: SignedDuration,
    /// After onset.
    pub after: SignedDuration,
    /// Minutes needed at venues whose kind has no own.
    pub minutes: i64,
    /// Minutes needed by kind of venue.
    pub minutes_of: BTreeMap<String, i64>,
    /// The span in which meetings add up; `None` for the whole window.
    pub sum_over: Option<SignedDuration>,
    /// How long a case lingers.
    pub linger: SignedDuration,
    /// The usual stay.
    pub usual_stay: SignedDuration,
    /// Rows on a plane.
    pub rows: i64,
    /// How far back exposures are taken together.
    pub together: SignedDuration,
}

/// Everything there is.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// Cases.
    pub cases: Vec<About<Case>>,
    /// Positive tests.
    pub tests: Vec<About<Test>>,
    /// Who lives together.
    pub households: Vec<HouseholdMember>,
    /// Contacts that cases named.
    pub named: Vec<NamedContact>,
    /// Journeys.
    pub trips: Vec<About<Trip>>,
    /// Venues.
    pub venues: Vec<Venue>,
    /// Visits.
    pub visits: Vec<About<Visit>>,
}

/// A stretch of time in microseconds: the start is in it, the end is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Time {
    start: i128,
    end: i128,
}

impl Time {
    fn common(self, other: Time) -> Option<Time> {
        let both = Time { start: self.start.max(other.start), end: self.end.min(other.end) };
        if both.start < both.end { Some(both) } else { None }
    }

    fn length(self) -> i128 {
        self.end - self.start
    }
}

fn micros(at: Timestamp) -> i128 {
    i128::from(at.as_microsecond())
}
