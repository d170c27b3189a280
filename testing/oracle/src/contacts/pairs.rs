//! Every case with every person.

use std::collections::BTreeSet;

use evidence::{About, Case, CaseStatus, Setting, TravelMode, Trip, Visit};
use jiff::Timestamp;

use super::{Profile, Time, World, micros};

/// Somebody was near a case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Near {
    /// Who.
    pub person: String,
    /// Which case.
    pub case: String,
    /// Where.
    pub setting: Setting,
    /// First moment, in microseconds since 1970.
    pub first: i128,
    /// Last moment, in microseconds since 1970.
    pub last: i128,
    /// Whole minutes.
    pub minutes: i128,
    /// Distinct cases of the exposures taken together.
    pub cases_together: usize,
    /// Minutes of the exposures taken together.
    pub minutes_together: i128,
}

/// Everybody who was near a case, with what was known at an instant.
#[must_use]
pub fn near(profile: &Profile, world: &World, at: Timestamp) -> BTreeSet<Near> {
    let people: BTreeSet<&str> = (world.households.iter().map(|member| member.person.as_str()))
        .chain(world.named.iter().map(|named| named.person.as_str()))
        .chain(world.trips.iter().map(|trip| trip.person.as_str()))
        .chain(world.visits.iter().map(|visit| visit.person.as_str()))
        .collect();
    let mut all = Vec::new();
    for About { person: ill, says: case } in &world.cases {
        let Some(window) = window(profile, world, ill.as_str(), case, at) else { continue };
        for person in people.iter().filter(|person| **person != ill.as_str()) {
            for setting in Setting::ALL {
                let shared = match setting {
                    Setting::Household => household(world, ill.as_str(), person, window),
                    Setting::Named => named(world, case.case.as_str(), person, at),
                    Setting::Venue => venue(profile, world, ill.as_str(), person, window, at),
                    _ => journey(profile, world, *setting, [ill.as_str(), person], window, at),
                };
                if let Some((first, last, minutes)) = shared {
                    let (person, case) = ((*person).to_owned(), case.case.to_string());
                    let (cases_together, minutes_together) = (0, 0);
                    let setting = *setting;
                    all.push(Near {
                        person,
                        case,
                        setting,
                        first,
                        last,
                        minutes,
                        cases_together,
                        minutes_together,
                    });
                }
            }
        }
    }
    all.iter().map(|one| together(profile, one, &all)).collect()
}

fn together(profile: &Profile, one: &Near, all: &[Near]) -> Near {
    let counts = |other: &&Near| {
        other.person == one.person
            && other.last <= one.last
            && other.last > one.last - profile.together.as_micros()
    };
    let with: Vec<&Near> = all.iter().filter(counts).collect();
    let cases: BTreeSet<&str> = with.iter().map(|other| other.case.as_str()).collect();
    let minutes_together = with.iter().map(|other| other.minutes).sum();
    Near { cases_together: cases.len(), minutes_together, ..one.clone() }
}

/// The time in which a case, as known at an instant, can pass the disease on.
fn window(profile: &Profile, world: &World, ill: &str, case: &Case, at: Timestamp) -> Option<Time> {
    let known = match (case.confirmed, case.isolated, case.recovered, case.onset) {
        (Some(confirmed), ..) => confirmed,
        (None, Some(isolated), Some(recovered), _) => isolated.min(recovered),
        (None, Some(one), None, _) | (None, None, Some(one), _) => one,
        (None, None, None, Some(onset)) => onset,
        (None, None, None, None) => return None,
    };
    if known > at || !matches!(case.status, CaseStatus::Confirmed | CaseStatus::Recovered) {
        return None;
    }
    let thirty_days = 30 * 24 * 3600 * 1_000_000;
    let specimens = world.tests.iter().filter(|test| test.person.as_str() == ill);
    let known_specimens = specimens.filter(|test| test.says.reported.unwrap_or(test.says.sampled) <= at);
    let first_specimen = known_specimens
        .map(|test| micros(test.says.sampled))
        .filter(|sampled| *sampled >= micros(known) - thirty_days)
        .min();
    let anchor = case.onset.map(micros).or(first_specimen).unwrap_or(micros(known));
    let mut end = anchor + profile.after.as_micros();
    for stop in [case.isolated, case.recovered].into_iter().flatten() {
        if stop <= at {
            end = end.min(micros(stop));
        }
    }
    let start = anchor - profile.before.as_micros();
    if start < end { Some(Time { start, end }) } else { None }
}

type Shared = Option<(i128, i128, i128)>;

fn household(world: &World, ill: &str, person: &str, window: Time) -> Shared {
    let lives = |who: &str, where_: &str| {
        world
            .households
            .iter()
            .any(|member| member.person.as_str() == who && member.household.as_str() == where_)
    };
    let together = world.households.iter().any(|home| {
        let home = home.household.as_str();
        lives(ill, home) && lives(person, home)
    });
    together.then_some((window.start, window.end, 0))
}

fn named(world: &World, case: &str, person: &str, at: Timestamp) -> Shared {
    let entries = world
        .named
        .iter()
        .filter(|named| named.case.as_str() == case && named.person.as_str() == person && named.from <= at);
    let times =
        entries.map(|named| Time { start: micros(named.from), end: micros(named.to.unwrap_or(named.from)) });
    let times: Vec<Time> = times.collect();
    let first = times.iter().map(|time| time.start).min()?;
    let last = times.iter().map(|time| time.end).max()?;
    Some((first, last, times.iter().map(|time| time.length() / 60_000_000).sum()))
}

/// The time of a visit as known at an instant.
fn visited(profile: &Profile, visit: &Visit, at: Timestamp) -> Option<Time> {
    if visit.entered > at {
        return None;
    }
    let start = micros(visit.entered);
    let end = match visit.left {
        Some(left) if left <= at => micros(left),
        _ => (start + profile.usual_stay.as_micros()).min(micros(at)),
    };
    Some(Time { start, end })
}

fn venue(profile: &Profile, world: &World, ill: &str, person: &str, window: Time, at: Timestamp) -> Shared {
    let of =
        |who: &str| world.visits.iter().filter(move |visit| visit.person.as_str() == who).collect::<Vec<_>>();
    let mut meetings: Vec<(Time, i64)> = Vec::new();
    for theirs in of(ill) {
        let Some(mut infectious) = visited(profile, &theirs.says, at).and_then(|time| time.common(window))
        else {
            continue;
        };
        infectious.end += profile.linger.as_micros();
        for own in of(person).into_iter().filter(|own| own.says.venue == theirs.says.venue) {
            if let Some(met) = visited(profile, &own.says, at).and_then(|time| time.common(infectious)) {
                let kind =
                    world.venues.iter().find(|venue| venue.venue == own.says.venue).map(|v| v.kind.as_str());
                let needed = kind.and_then(|kind| profile.minutes_of.get(kind)).unwrap_or(&profile.minutes);
                meetings.push((met, *needed));
            }
        }
    }
    let first = meetings.iter().map(|(met, _)| met.start).min()?;
    let last = meetings.iter().map(|(met, _)| met.end).max()?;
    let spans: Vec<Time> = match profile.sum_over {
        None => vec![Time { start: first, end: last }],
        Some(span) => {
            let span = span.as_micros();
            let edges = meetings.iter().flat_map(|(met, _)| [met.start, met.end]);
            edges
                .flat_map(|edge| {
                    [Time { start: edge, end: edge + span }, Time { start: edge - span, end: edge }]
                })
                .collect()
        }
    };
    spans
        .into_iter()
        .any(|span| enough(&meetings, span))
        .then(|| (first, last, meetings.iter().map(|(met, _)| met.length()).sum::<i128>() / 60_000_000))
}

/// Whether the meetings inside a span add up to at least one, each measured by the minutes its venue needs.
fn enough(meetings: &[(Time, i64)], span: Time) -> bool {
    // Exact fractions with the product of all denominators.
    let product: i128 =
        meetings.iter().map(|(_, needed)| i128::from(*needed)).collect::<BTreeSet<_>>().iter().product();
    let inside = meetings.iter().filter_map(|(met, needed)| {
        met.common(span).map(|common| common.length() * (product / i128::from(*needed)))
    });
    inside.sum::<i128>() >= product * 60_000_000
}

fn journey(
    profile: &Profile,
    world: &World,
    setting: Setting,
    [ill, person]: [&str; 2],
    window: Time,
    at: Timestamp,
) -> Shared {
    let of = |who: &str| {
        let own =
            world.trips.iter().filter(move |trip| trip.person.as_str() == who && trip.says.arrived <= at);
        own.map(|trip| &trip.says).collect::<Vec<_>>()
    };
    let time = |trip: &Trip| Time { start: micros(trip.departed), end: micros(trip.arrived) };
    let mut shared = Vec::new();
    for theirs in of(ill) {
        for own in of(person) {
            let same = theirs.vehicle == own.vehicle && theirs.mode == own.mode && is(theirs.mode, setting);
            if same && side_by_side(profile, theirs, own) {
                let common = time(theirs).common(time(own)).and_then(|both| both.common(window));
                shared.extend(common);
            }
        }
    }
    let first = shared.iter().map(|time| time.start).min()?;
    let last = shared.iter().map(|time| time.end).max()?;
    Some((first, last, shared.iter().map(|time| time.length() / 60_000_000).sum()))
}

fn is(mode: TravelMode, setting: Setting) -> bool {
    mode.word() == setting.word()
}

fn side_by_side(profile: &Profile, a: &Trip, b: &Trip) -> bool {
    match a.mode {
        TravelMode::Plane => match (a.row, b.row) {
            (Some(a), Some(b)) => (i64::from(a) - i64::from(b)).abs() <= profile.rows,
            _ => false,
        },
        TravelMode::Train => a.car.is_some() && a.car == b.car,
        _ => true,
    }
}
