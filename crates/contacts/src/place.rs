//! Who was near a place: people to be asked, never exposures.

use std::collections::{BTreeMap, BTreeSet};

use evidence::{Minutes, PersonId, Position, Setting, VenueId};
use jiff::Timestamp;

use crate::{
    profile::Profile,
    visits::{IndexError, Stretch, Visits},
};

/// Mean radius of the Earth (IUGG), in metres.
const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// A place and a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// The point.
    pub position: Position,
    /// How far around it, in metres.
    pub radius_m: f64,
    /// First instant.
    pub from: Timestamp,
    /// End (not in it).
    pub to: Timestamp,
}

impl Place {
    /// Whether a point lies within the radius.
    #[must_use]
    pub fn reaches(&self, position: Position) -> bool {
        distance_m(self.position, position) <= self.radius_m
    }
}

/// Somebody who was at a venue near the place.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Who.
    pub person: PersonId,
    /// Where.
    pub venue: VenueId,
    /// Check-in.
    pub entered: Timestamp,
    /// Check-out; `None` where nobody checked out: the usual stay was assumed.
    pub left: Option<Timestamp>,
    /// Distance of the venue from the point, in metres.
    pub distance_m: f64,
    /// Time there within the time asked for.
    pub minutes: Minutes,
}

/// What a trace would mean, before anybody is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// People who would be asked.
    pub people: usize,
    /// Infections to expect among them, if a case was there all the time, by published attack rates.
    pub expected_infections: f64,
    /// Where those rates were published.
    pub sources: BTreeSet<String>,
}

/// Everybody who was at a venue near the place in the time, in the order of person, entry and venue.
///
/// # Errors
/// [`IndexError`] where visits cannot be read.
pub fn candidates(profile: &Profile, visits: &Visits, place: &Place) -> Result<Vec<Candidate>, IndexError> {
    let near = |position: Position| {
        let distance = distance_m(place.position, position);
        (distance <= place.radius_m).then_some(distance)
    };
    let stretch = Stretch { from: place.from.as_microsecond(), to: place.to.as_microsecond() };
    let mut candidates = Vec::new();
    visits.at_places(profile, near, stretch, |presence| {
        let instant = |micros: i64| Timestamp::from_microsecond(micros).ok();
        let ids = presence.person.parse().ok().zip(presence.venue.parse().ok());
        if let (Some(entered), Some((person, venue))) = (instant(presence.entered), ids) {
            let minutes = presence.there.to.abs_diff(presence.there.from) / 60_000_000;
            candidates.push(Candidate {
                person,
                venue,
                entered,
                left: presence.left.and_then(instant),
                distance_m: presence.distance_m,
                minutes: Minutes(u32::try_from(minutes).unwrap_or(u32::MAX)),
            });
        }
    })?;
    candidates.sort_by(|a, b| {
        let key = |c: &Candidate| (c.person.clone(), c.entered, c.venue.clone(), c.left);
        key(a).cmp(&key(b))
    });
    Ok(candidates)
}

/// What asking these candidates would mean.
#[must_use]
pub fn preview(profile: &Profile, candidates: &[Candidate]) -> Preview {
    let mut longest: BTreeMap<&PersonId, Minutes> = BTreeMap::new();
    for candidate in candidates {
        let minutes = longest.entry(&candidate.person).or_default();
        *minutes = (*minutes).max(candidate.minutes);
    }
    preview_of(profile, longest.into_values())
}

/// What asking people who were near a case at venues for so many minutes would mean.
pub fn preview_of(profile: &Profile, minutes: impl ExactSizeIterator<Item = Minutes>) -> Preview {
    let people = minutes.len();
    let rates = minutes.filter_map(|minutes| profile.attack_rate(Setting::Venue, minutes));
    let (mut expected_infections, mut sources) = (0.0, BTreeSet::new());
    for rate in rates {
        expected_infections += rate.share.share();
        sources.insert(rate.source.clone());
    }
    Preview { people, expected_infections, sources }
}

/// Great-circle distance in metres (haversine formula on a sphere).
fn distance_m(a: Position, b: Position) -> f64 {
    let (lat_a, lat_b) = (a.latitude().to_radians(), b.latitude().to_radians());
    let (d_lat, d_lon) = (lat_b - lat_a, (b.longitude() - a.longitude()).to_radians());
    let h = (d_lat / 2.0).sin().powi(2) + lat_a.cos() * lat_b.cos() * (d_lon / 2.0).sin().powi(2);
    2.0 * EARTH_RADIUS_M * h.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use evidence::{About, Venue, Visit};

    use super::*;
    use crate::VisitsBuilder;

    #[test]
    fn a_degree_of_latitude_is_111_kilometres() {
        let at = |latitude, longitude| Position::new(latitude, longitude).unwrap();
        assert!((distance_m(at(30.0, 120.0), at(31.0, 120.0)) - 111_195.1).abs() < 0.1);
        assert!((distance_m(at(0.0, 179.5), at(0.0, -179.5)) - 111_195.1).abs() < 0.1);
        assert_eq!(distance_m(at(30.0, 120.0), at(30.0, 120.0)), 0.0);
    }

    #[test]
    fn candidates_are_those_inside_the_circle_and_the_time() {
        let profile = Profile::parse(Profile::SARS_COV_2.as_bytes()).unwrap();
        let time = |minute: i64| Timestamp::from_second(1_581_300_000 + 60 * minute).unwrap();
        let venue = |id: &str, latitude: f64| Venue {
            venue: id.parse().unwrap(),
            name: None,
            kind: "shop".parse().unwrap(),
            position: Position::new(latitude, 120.0).ok(),
        };
        let mut visits = VisitsBuilder::default();
        // Who, where, from minute, to minute. The usual stay at a shop is 20 minutes.
        let all = [
            ("in", "near", 5, Some(40)),
            ("early", "near", -60, Some(0)),
            ("late", "near", 60, Some(70)),
            ("open", "near", -10, None),
            ("gone", "near", -30, None),
            ("far", "far", 5, Some(40)),
            ("nowhere", "unplaced", 5, Some(40)),
        ];
        for (person, place, from, to) in all {
            let says = Visit { venue: place.parse().unwrap(), entered: time(from), left: to.map(time) };
            visits.add(&About { person: person.parse().unwrap(), says });
        }
        let visits = visits.build(&[venue("near", 30.0), venue("far", 30.01)]).unwrap();
        let position = Position::new(30.0, 120.0).unwrap();
        let place = Place { position, radius_m: 800.0, from: time(0), to: time(60) };
        let found = candidates(&profile, &visits, &place).unwrap();
        let who: Vec<(&str, u32)> = found.iter().map(|c| (c.person.as_str(), c.minutes.0)).collect();
        assert_eq!(who, [("in", 35), ("open", 10)]);
        let preview = preview(&profile, &found);
        assert_eq!(preview.people, 2);
        assert!((preview.expected_infections - 0.003).abs() < 1e-9, "{preview:?}");
    }
}
