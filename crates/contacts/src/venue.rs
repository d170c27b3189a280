//! Contacts at venues.

use evidence::{PersonId, Setting};
use jiff::Timestamp;

use crate::{
    exposure::{Infectious, Shared},
    profile::Profile,
    visits::{IndexError, Meeting, Stretch, Visits},
};

/// A meeting with the weight that its kind of venue gives it.
#[derive(Debug, Clone, Copy)]
struct Weighted {
    person: u32,
    together: Stretch,
    weight: u64,
}

/// The people who met a case long enough, in their order.
pub(crate) fn meetings(
    profile: &Profile,
    visits: &Visits,
    infectious: &Infectious<'_>,
    at: Timestamp,
) -> Result<Vec<(PersonId, Setting, Shared)>, IndexError> {
    let scale = profile.venue.minutes_scale();
    let window = Stretch {
        from: infectious.window.start.as_microsecond(),
        to: infectious.window.end.as_microsecond(),
    };
    let mut met: Vec<Weighted> = Vec::new();
    visits.meetings(profile, infectious.person, window, at.as_microsecond(), |meeting| {
        let Meeting { person, minutes, together } = meeting;
        met.push(Weighted { person, together, weight: scale / u64::from(minutes.max(1)) });
    })?;
    met.sort_unstable_by_key(|met| (met.person, met.together.from, met.together.to));
    let of_each = met.chunk_by(|a, b| a.person == b.person);
    let long = of_each.filter(|meetings| long_enough(profile, scale, meetings));
    let contacts = long.filter_map(|meetings| {
        let person = visits.person(meetings.first()?.person)?;
        Some((person, Setting::Venue, summed(meetings)?))
    });
    Ok(contacts.collect())
}

/// Whether the meetings reach the minutes needed within some span of `sum_over`.
///
/// The weighted time inside a span that slides over the meetings changes in straight lines between the places where the
/// span begins with a meeting or ends with one, so it is greatest at one of those.
fn long_enough(profile: &Profile, scale: u64, meetings: &[Weighted]) -> bool {
    let needed = u128::from(scale) * 60_000_000;
    let inside = |span: Stretch| -> u128 {
        let each = meetings.iter().filter_map(|meeting| {
            let both = meeting.together.intersection(span)?;
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
    let starts = meetings.iter().flat_map(|m| [m.together.from, m.together.to.saturating_sub(length)]);
    let mut spans = starts.map(|from| Stretch { from, to: from.saturating_add(length) });
    spans.any(|span| inside(span) >= needed)
}

fn summed(meetings: &[Weighted]) -> Option<Shared> {
    let first = meetings.iter().map(|meeting| meeting.together.from).min()?;
    let last = meetings.iter().map(|meeting| meeting.together.to).max()?;
    let total: u64 = meetings.iter().map(|meeting| meeting.together.to.abs_diff(meeting.together.from)).sum();
    Some(Shared {
        first: Timestamp::from_microsecond(first).ok()?,
        last: Timestamp::from_microsecond(last).ok()?,
        minutes: u32::try_from(total / 60_000_000).unwrap_or(u32::MAX),
    })
}
