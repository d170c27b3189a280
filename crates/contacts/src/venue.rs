//! Contacts at venues.

use evidence::{PersonId, Setting};
use jiff::Timestamp;

use crate::{
    exposure::{Infectious, Shared},
    profile::Profile,
    tracing::{Encounter, Where},
    visits::{IndexError, Meeting, Stretch, Visits},
};

/// How meetings at venues of different kinds add up.
struct Weights<'a> {
    profile: &'a Profile,
    visits: &'a Visits,
    /// Minutes that are enough at every kind of venue, where those are the same.
    same: Option<u64>,
}

/// A number that the minutes needed at every kind of venue divide: meetings weigh as many shares of it as they last.
type Shares = u128;

impl<'a> Weights<'a> {
    fn new(profile: &'a Profile, visits: &'a Visits) -> Self {
        Weights { profile, visits, same: profile.venue.minutes_everywhere() }
    }

    /// Shares that are enough.
    fn needed(&self) -> Shares {
        let scale = self.same.unwrap_or_else(|| self.profile.venue.minutes_scale());
        Shares::from(scale) * 60_000_000
    }

    /// The shares of a meeting, cut to a span.
    fn of(&self, meeting: &Meeting, span: Stretch) -> Shares {
        let Some(both) = meeting.together.intersection(span) else { return 0 };
        let weight = if self.same.is_some() {
            1
        } else {
            let minutes = self.profile.venue.minutes_at(self.visits.kind(meeting.venue)).0;
            self.profile.venue.minutes_scale() / u64::from(minutes.max(1))
        };
        Shares::from(both.to.abs_diff(both.from)) * Shares::from(weight)
    }
}

/// Everybody's meetings with a case, each person's together and in the order of time.
fn met(
    profile: &Profile,
    visits: &Visits,
    infectious: &Infectious<'_>,
    at: Timestamp,
) -> Result<Vec<Meeting>, IndexError> {
    let window = Stretch {
        from: infectious.window.start.as_microsecond(),
        to: infectious.window.end.as_microsecond(),
    };
    let mut met: Vec<Meeting> = Vec::new();
    visits.meetings(profile, infectious.person, window, at.as_microsecond(), |meeting| met.push(meeting))?;
    // Sorting a number for each, person first, moves a third of the bytes that sorting meetings would.
    let mut order: Vec<u64> = (0_u64..).zip(&met).map(|(n, met)| (u64::from(met.person) << 32) | n).collect();
    order.sort_unstable();
    let mut met: Vec<Meeting> = order.iter().filter_map(|n| met.get(*n as u32 as usize)).copied().collect();
    for meetings in met.chunk_by_mut(|a, b| a.person == b.person).filter(|meetings| meetings.len() > 1) {
        meetings.sort_unstable_by_key(|meeting| (meeting.together.from, meeting.together.to, meeting.venue));
    }
    Ok(met)
}

/// The people who met a case long enough, in their order, each as `contact` makes a contact of them.
pub(crate) fn meetings<T>(
    profile: &Profile,
    visits: &Visits,
    infectious: &Infectious<'_>,
    at: Timestamp,
    contact: impl Fn(PersonId, Setting, Shared) -> T,
) -> Result<Vec<T>, IndexError> {
    let met = met(profile, visits, infectious, at)?;
    let weights = Weights::new(profile, visits);
    let of_each = met.chunk_by(|a, b| a.person == b.person);
    let long = of_each.filter(|meetings| long_enough(&weights, meetings));
    let contacts = long.filter_map(|meetings| {
        let person = visits.person(meetings.first()?.person)?;
        Some(contact(person, Setting::Venue, summed(meetings)?))
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
    let weights = Weights::new(profile, visits);
    let of_each = met.chunk_by(|a, b| a.person == b.person);
    let long = of_each.filter(|meetings| long_enough(&weights, meetings)).flatten();
    let question =
        |meeting: &Meeting| Some((visits.person(meeting.person)?, encounter(visits, meeting, false)?));
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
    let Some([other, case]) =
        visits.number(person).zip(visits.number(infectious.person)).map(|(other, case)| [other, case])
    else {
        return Ok(Vec::new());
    };
    let met = met(profile, visits, infectious, at)?;
    let mut encounters = Vec::new();
    for meeting in met.iter().filter(|meeting| meeting.person == other) {
        let assumed = visits.assumed(profile, [other, case], meeting, at.as_microsecond())?;
        encounters.extend(encounter(visits, meeting, assumed));
    }
    Ok(encounters)
}

fn encounter(visits: &Visits, meeting: &Meeting, assumed: bool) -> Option<Encounter> {
    Some(Encounter {
        place: Some(Where::Venue(visits.venue(meeting.venue)?)),
        from: Timestamp::from_microsecond(meeting.together.from).ok()?,
        to: Timestamp::from_microsecond(meeting.together.to).ok()?,
        assumed,
    })
}

/// Whether the meetings reach the minutes needed within some span of `sum_over`.
///
/// The weighted time inside a span that slides over the meetings changes in straight lines between the places where the
/// span begins with a meeting or ends with one, so it is greatest at one of those.
fn long_enough(weights: &Weights<'_>, meetings: &[Meeting]) -> bool {
    let needed = weights.needed();
    let inside = |span: Stretch| -> Shares { meetings.iter().map(|meeting| weights.of(meeting, span)).sum() };
    if inside(Stretch { from: i64::MIN, to: i64::MAX }) < needed {
        return false;
    }
    let Some(sum_over) = weights.profile.venue.sum_over else { return true };
    let length = i64::try_from(sum_over.as_micros()).unwrap_or(i64::MAX);
    let starts = meetings.iter().flat_map(|meeting| {
        let together = meeting.together;
        [together.from, together.to.saturating_sub(length)]
    });
    let mut spans = starts.map(|from| Stretch { from, to: from.saturating_add(length) });
    spans.any(|span| inside(span) >= needed)
}

fn summed(meetings: &[Meeting]) -> Option<Shared> {
    let first = meetings.iter().map(|meeting| meeting.together.from).min()?;
    let last = meetings.iter().map(|meeting| meeting.together.to).max()?;
    let total: u64 = meetings.iter().map(|meeting| meeting.together.to.abs_diff(meeting.together.from)).sum();
    Some(Shared {
        first: Timestamp::from_microsecond(first).ok()?,
        last: Timestamp::from_microsecond(last).ok()?,
        minutes: u32::try_from(total / 60_000_000).unwrap_or(u32::MAX),
    })
}
