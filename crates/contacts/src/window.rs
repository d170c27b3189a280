//! When a case can pass the disease on.

use evidence::{Case, CaseStatus, PersonId};
use jiff::{SignedDuration, Timestamp};

use crate::{exposure::Known, profile::Profile};

/// How long before a case became known a positive specimen may lie to be taken for its beginning.
const SPECIMEN_BEFORE: SignedDuration = SignedDuration::from_hours(24 * 30);

/// The time in which a case can pass the disease on: `start` is in it, `end` is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// First instant.
    pub start: Timestamp,
    /// End.
    pub end: Timestamp,
}

/// The infectious window of a case as known at an instant; `None` where the case makes no exposures.
#[must_use]
pub fn window(profile: &Profile, person: &PersonId, case: &Case, known: &Known<'_>) -> Option<Window> {
    let case = case.as_known(known.at)?;
    if !matches!(case.status, CaseStatus::Confirmed | CaseStatus::Recovered) {
        return None;
    }
    let became_known = case.known()?;
    let anchor = case.onset.or_else(|| first_positive(person, became_known, known)).unwrap_or(became_known);
    let start = anchor.checked_sub(profile.infectious_before).unwrap_or(Timestamp::MIN);
    let latest = anchor.checked_add(profile.infectious_after).unwrap_or(Timestamp::MAX);
    let end = [case.isolated, case.recovered].into_iter().flatten().fold(latest, Timestamp::min);
    (start < end).then_some(Window { start, end })
}

fn first_positive(person: &PersonId, became_known: Timestamp, known: &Known<'_>) -> Option<Timestamp> {
    let earliest = became_known.checked_sub(SPECIMEN_BEFORE).unwrap_or(Timestamp::MIN);
    let of_person = known.positive_tests.iter().filter(|test| test.person == *person);
    let in_time = of_person.filter(|test| test.says.known() <= known.at && test.says.sampled >= earliest);
    in_time.map(|test| test.says.sampled).min()
}
