//! Contacts at venues.

use std::collections::BTreeMap;

use evidence::{CaseId, PersonId, Setting};
use jiff::Timestamp;

use crate::{
    exposure::{Infectious, Key, Known, Shared},
    profile::Profile,
    visits::Stretch,
};

/// A meeting with the weight that its kind of venue gives it.
#[derive(Debug, Clone, Copy)]
struct Weighted {
    together: Stretch,
    weight: u64,
}

/// Finds the people who met each case long enough.
pub(crate) fn meetings(
    profile: &Profile,
    known: &Known<'_>,
    infectious: &BTreeMap<&CaseId, Infectious<'_>>,
    shared: &mut BTreeMap<Key, Shared>,
) {
    let scale = profile.venue.minutes_scale();
    for (case, infectious) in infectious {
        let window = Stretch {
            from: infectious.window.start.as_microsecond(),
            to: infectious.window.end.as_microsecond(),
        };
        let mut with: BTreeMap<&PersonId, Vec<Weighted>> = BTreeMap::new();
        known.visits.meetings(profile, infectious.person, window, known.at, |meeting| {
            let weight = scale / u64::from(profile.venue.minutes_at(meeting.kind).0.max(1));
            with.entry(meeting.person).or_default().push(Weighted { together: meeting.together, weight });
        });
        for (person, meetings) in with {
            if long_enough(profile, scale, &meetings)
                && let Some(what) = summed(&meetings)
            {
                shared.insert((person.clone(), (*case).clone(), Setting::Venue), what);
            }
        }
    }
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
