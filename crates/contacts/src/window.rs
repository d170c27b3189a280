//! When a case can pass the disease on.

use evidence::{Case, CaseStatus, Test};
use jiff::{SignedDuration, Timestamp};

use crate::profile::Profile;

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

/// The infectious window of a case, given the positive tests of its person, as known at an instant; `None` where the case makes no exposures.
#[must_use]
pub fn window(profile: &Profile, case: &Case, positive_tests: &[&Test], at: Timestamp) -> Option<Window> {
    let case = case.as_known(at)?;
    if !matches!(case.status, CaseStatus::Confirmed | CaseStatus::Recovered) {
        return None;
    }
    let became_known = case.known()?;
    let anchor =
        case.onset.or_else(|| first_positive(became_known, positive_tests, at)).unwrap_or(became_known);
    let start = anchor.checked_sub(profile.infectious_before).unwrap_or(Timestamp::MIN);
    let latest = anchor.checked_add(profile.infectious_after).unwrap_or(Timestamp::MAX);
    let end = [case.isolated, case.recovered].into_iter().flatten().fold(latest, Timestamp::min);
    (start < end).then_some(Window { start, end })
}

fn first_positive(became_known: Timestamp, positive_tests: &[&Test], at: Timestamp) -> Option<Timestamp> {
    let earliest = became_known.checked_sub(SPECIMEN_BEFORE).unwrap_or(Timestamp::MIN);
    let in_time = positive_tests.iter().filter(|test| test.known() <= at && test.sampled >= earliest);
    in_time.map(|test| test.sampled).min()
}
