//! Contacts at venues.

use evidence::{PersonId, Setting};
use jiff::Timestamp;

use crate::{
    exposure::{Infectious, Shared},
    profile::Profile,
    tracing::{Encounter, Where},
    visits::{IndexError, Meeting, Stretch, Visits},
};

/// A meeting with the weight that its kind of venue gives it.
#[derive(Debug, Clone, Copy)]
struct Weighted {
    meeting: Meeting,
    weight: u64,
}

/// Everybody's meetings with a case, each person's together and in the order of time.
fn met(
    profile: &Profile,
    visits: &Visits,
    infectious: &Infectious<'_>,
    at: Timestamp,
) -> Result<Vec<Weighted>, IndexError> {
    let scale = profile.venue.minutes_scale();
    let window = Stretch {
        from: infectious.window.start.as_microsecond(),
        to: infectious.window.end.as_microsecond(),
    };
    let mut met: Vec<Weighted> = Vec::new();
    visits.meetings(profile, infectious.person, window, at.as_microsecond(), |meeting| {
        met.push(Weighted { meeting, weight: scale / u64::from(meeting.minutes.max(1)) });
    })?;
    met.sort_unstable_by_key(|Weighted { meeting, .. }| {
        (meeting.person, meeting.together.from, meeting.together.to, meeting.venue)
    });
    Ok(met)
}

/// The people who met a case long enough, in their order.
pub(crate) fn meetings(
    profile: &Profile,
    visits: &Visits,
    infectious: &Infectious<'_>,
    at: Timestamp,
) -> Result<Vec<(PersonId, Setting, Shared)>, IndexError> {
    let met = met(profile, visits, infectious, at)?;
    let of_each = met.chunk_by(|a, b| a.meeting.person == b.meeting.person);
    let long = of_each.filter(|meetings| long_enough(profile, meetings));
    let contacts = long.filter_map(|meetings| {
        let person = visits.person(meetings.first()?.meeting.person)?;
        Some((person, Setting::Venue, summed(meetings)?))
    });
    Ok(contacts.collect())
}

/// Every meeting of a case with the people who met it long enough, in the order of person and time.
pub(crate) fn questions(
    profile: &Profile,
    visits: &Visits,
    infectious: &Infectious<'_>,
    at: Timestamp,
) -> Result<Vec<(PersonId, Encounter)>, IndexError> {
    let met = met(profile, visits, infectious, at)?;
    let of_each = met.chunk_by(|a, b| a.meeting.person == b.meeting.person);
    let long = of_each.filter(|meetings| long_enough(profile, meetings)).flatten();
    let question =
        |met: &Weighted| Some((visits.person(met.meeting.person)?, encounter(visits, &met.meeting)?));
    Ok(long.filter_map(question).collect())
}

/// Every meeting of a case with one person, of whatever length.
pub(crate) fn encounters(
    profile: &Profile,
    visits: &Visits,
    infectious: &Infectious<'_>,
    at: Timestamp,
    person: &PersonId,
) -> Result<Vec<Encounter>, IndexError> {
    let number = visits.number(person);
    let met = met(profile, visits, infectious, at)?;
    let with_person = met.iter().filter(|met| Some(met.meeting.person) == number);
    Ok(with_person.filter_map(|met| encounter(visits, &met.meeting)).collect())
}

fn encounter(visits: &Visits, meeting: &Meeting) -> Option<Encounter> {
    Some(Encounter {
        place: Some(Where::Venue(visits.venue(meeting.venue)?)),
        from: Timestamp::from_microsecond(meeting.together.from).ok()?,
        to: Timestamp::from_microsecond(meeting.together.to).ok()?,
        assumed: meeting.assumed,
    })
}

/// Whether the meetings reach the minutes needed within some span of `sum_over`.
///
/// The weighted time inside a span that slides over the meetings changes in straight lines between the places where the
/// span begins with a meeting or ends with one, so it is greatest at one of those.
fn long_enough(profile: &Profile, meetings: &[Weighted]) -> bool {
    let scale = profile.venue.minutes_scale();
    let needed = u128::from(scale) * 60_000_000;
    let inside = |span: Stretch| -> u128 {
        let each = meetings.iter().filter_map(|meeting| {
            let both = meeting.meeting.together.intersection(span)?;
            Some(u128::from(both.to.abs_diff(both.from)) * u128::from(meeting.weight))
        });
        each.sum()
    };
    let all = Stretch { from: i64::MIN, to: i64::MAX };
    let Some(sum_over) = profile.venue.sum_over else { return inside(all) >= needed };
    if inside(all) < needed {
        return false;
    }
    let length = i64::try_from(sum_over.as_micros()).unwrap_or(i64::MAX);
    let starts = meetings.iter().flat_map(|met| {
        let together = met.meeting.together;
        [together.from, together.to.saturating_sub(length)]
    });
    let mut spans = starts.map(|from| Stretch { from, to: from.saturating_add(length) });
    spans.any(|span| inside(span) >= needed)
}

fn summed(meetings: &[Weighted]) -> Option<Shared> {
    let first = meetings.iter().map(|met| met.meeting.together.from).min()?;
    let last = meetings.iter().map(|met| met.meeting.together.to).max()?;
    let total: u64 =
        meetings.iter().map(|met| met.meeting.together.to.abs_diff(met.meeting.together.from)).sum();
    Some(Shared {
        first: Timestamp::from_microsecond(first).ok()?,
        last: Timestamp::from_microsecond(last).ok()?,
        minutes: u32::try_from(total / 60_000_000).unwrap_or(u32::MAX),
    })
}
