//! The venues of the city: which kind each is, where it stands, how popular it is, and its rooms.

use evidence::{Position, Venue, VenueKind};
use rand_distr::{StandardNormal, weighted::WeightedAliasIndex};

use crate::{
    draw::{Draws, Purpose},
    error::SynthError,
    ids::Ids,
    options::Options,
    venue_kind::{Kind, TYPICAL},
};

/// Visits a person makes on an average day.
pub(crate) const VISITS_A_DAY: f64 = 3.0;
/// The popularity of the n-th most popular venue is as n to the power of minus this.
pub(crate) const ZIPF_EXPONENT: f64 = 0.8;
/// Weekly days over working days: what an average day's visits must be multiplied by for a working day's.
const WORKING_DAY: f64 = 7.0 / 5.0;
/// Inhabitants of a square kilometre, which gives the city its width. An assumption; of a dense city's order.
const PEOPLE_A_SQUARE_KM: f64 = 5000.0;
/// Kilometres of a degree of latitude.
const KM_A_DEGREE: f64 = 111.32;

/// People in a room at once where a venue is busy; with those alone one shares air. An assumption.
const ROOM_PEOPLE: f64 = 15.0;
/// People who share a room at work. An assumption; Covasim has 16 contacts at work, by way of comparison.
const TEAM_PEOPLE: f64 = 12.0;
/// Pupils of a class. An assumption.
const CLASS_PEOPLE: f64 = 35.0;
/// Hours of the day during which venues are open, to spread their visits over.
const OPEN_HOURS: f64 = 12.0;
/// First and last age of pupils, kindergarten included.
pub(crate) const PUPIL_AGES: (u8, u8) = (3, 18);

/// A point in the city, in kilometres east and north of its middle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spot {
    east: f32,
    north: f32,
}

impl Spot {
    fn draw(draws: &mut Draws, spread_km: f64) -> Spot {
        let east: f64 = draws.from(&StandardNormal);
        let north: f64 = draws.from(&StandardNormal);
        Spot { east: (east * spread_km) as f32, north: (north * spread_km) as f32 }
    }

    fn squared_distance(self, other: Spot) -> f32 {
        let (east, north) = (self.east - other.east, self.north - other.north);
        east * east + north * north
    }

    fn position(self, centre: Position) -> Result<Position, SynthError> {
        let round = |degrees: f64| (degrees * 1e5).round() / 1e5;
        let width = KM_A_DEGREE * centre.latitude().to_radians().cos();
        let latitude = centre.latitude() + f64::from(self.north) / KM_A_DEGREE;
        let longitude = centre.longitude() + f64::from(self.east) / width;
        Ok(Position::new(round(latitude), round(longitude))?)
    }
}

/// Venues among which people choose by popularity.
#[derive(Debug, Clone)]
struct Choice {
    venues: Vec<u32>,
    popularity: WeightedAliasIndex<f64>,
}

impl Choice {
    fn new(
        venues: &[(u32, Place)],
        weights: &[f64],
        of: impl Fn(Kind) -> bool,
    ) -> Result<Option<Self>, SynthError> {
        let chosen: Vec<u32> =
            venues.iter().filter(|(_, place)| of(place.kind)).map(|(venue, _)| *venue).collect();
        if chosen.is_empty() {
            return Ok(None);
        }
        let weights: Vec<f64> =
            chosen.iter().filter_map(|venue| weights.get(*venue as usize)).copied().collect();
        let popularity = WeightedAliasIndex::new(weights).map_err(SynthError::invalid("popularity"))?;
        Ok(Some(Choice { venues: chosen, popularity }))
    }

    fn draw(&self, draws: &mut Draws) -> u32 {
        let place = draws.from(&self.popularity);
        self.venues.get(place).copied().unwrap_or_default()
    }
}

/// A venue.
#[derive(Debug, Clone, Copy)]
struct Place {
    kind: Kind,
    spot: Spot,
    /// Rooms at most visits are spread over.
    rooms: u32,
}

/// Every venue of the city, from the most popular to the least.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    seed: u64,
    spread_km: f64,
    places: Vec<Place>,
    errands: Option<Choice>,
    schools: Option<Choice>,
    workplaces: Option<Choice>,
}

impl Places {
    /// The venues of a city.
    pub(crate) fn new(options: &Options) -> Result<Self, SynthError> {
        let count = u32::try_from(options.venue_count()).unwrap_or(u32::MAX);
        let weights: Vec<f64> = (1..=count).map(|rank| f64::from(rank).powf(-ZIPF_EXPONENT)).collect();
        let whole: f64 = weights.iter().sum();
        let visits = VISITS_A_DAY * options.people as f64 / whole;
        let visits: Vec<f64> = weights.iter().map(|weight| weight * visits).collect();
        let spread_km = (options.people as f64 / PEOPLE_A_SQUARE_KM / std::f64::consts::PI).sqrt() / 1.5;
        let mut places = Vec::with_capacity(visits.len());
        for ((venue, kind), visits) in (0u32..).zip(kinds(options.seed, &visits)).zip(&visits) {
            let mut draws = Draws::new(options.seed, Purpose::VenuePosition, u64::from(venue), 0);
            let spot = Spot::draw(&mut draws, spread_km);
            places.push((venue, Place { kind, spot, rooms: rooms(kind, *visits) }));
        }
        let errands = Choice::new(&places, &weights, Kind::is_errand)?;
        let schools = Choice::new(&places, &weights, |kind| kind == Kind::School)?;
        let workplaces = Choice::new(&places, &weights, |kind| kind == Kind::Workplace)?;
        let places = places.into_iter().map(|(_, place)| place).collect();
        Ok(Places { seed: options.seed, spread_km, places, errands, schools, workplaces })
    }

    /// How many venues there are.
    pub(crate) fn count(&self) -> u32 {
        self.places.len() as u32
    }

    /// What kind of venue a venue is.
    pub(crate) fn kind(&self, venue: u32) -> Kind {
        self.places.get(venue as usize).map_or(Kind::Shop, |place| place.kind)
    }

    /// Where the homes of a follow-up district are.
    pub(crate) fn home(&self, area: u32) -> Spot {
        Spot::draw(&mut Draws::new(self.seed, Purpose::Home, u64::from(area), 0), self.spread_km)
    }

    /// A venue for an errand.
    pub(crate) fn errand(&self, home: Spot, draws: &mut Draws) -> Option<u32> {
        self.choose(self.errands.as_ref()?, home, draws)
    }

    /// A pupil's school.
    pub(crate) fn school(&self, home: Spot, draws: &mut Draws) -> Option<u32> {
        self.choose(self.schools.as_ref()?, home, draws)
    }

    /// A worker's workplace.
    pub(crate) fn workplace(&self, draws: &mut Draws) -> Option<u32> {
        Some(self.workplaces.as_ref()?.draw(draws))
    }

    /// Of two venues that come to mind, the nearer. Popularity stays as it is, for venues of any popularity stand
    /// anywhere.
    fn choose(&self, among: &Choice, home: Spot, draws: &mut Draws) -> Option<u32> {
        let (one, other) = (among.draw(draws), among.draw(draws));
        let distance =
            |venue: u32| self.places.get(venue as usize).map(|place| place.spot.squared_distance(home));
        Some(if distance(other)? < distance(one)? { other } else { one })
    }

    /// The room of a venue in which a person is: the class of a pupil, the team of a worker, and anywhere on an errand.
    pub(crate) fn room(&self, venue: u32, person: u32, age: u8, day: u32) -> u32 {
        let Some(place) = self.places.get(venue as usize) else { return 0 };
        let day = if place.kind.is_errand() { u64::from(day) + 1 } else { 0 };
        let key = (u64::from(venue) << 32) | u64::from(person);
        let mut draws = Draws::new(self.seed, Purpose::Room, key, day);
        if place.kind == Kind::School {
            // Classes are of one age.
            let ages = u32::from(PUPIL_AGES.1 - PUPIL_AGES.0) + 1;
            let classes = (place.rooms / ages).max(1);
            return u32::from(age.saturating_sub(PUPIL_AGES.0)) * classes + draws.below(classes);
        }
        draws.below(place.rooms)
    }

    /// The rows of `venues`.
    pub(crate) fn rows(
        &self,
        centre: Position,
        ids: &Ids,
    ) -> impl Iterator<Item = Result<Venue, SynthError>> {
        (0u32..).zip(&self.places).map(move |(venue, place)| {
            let word = place.kind.typical().word;
            Ok(Venue {
                venue: ids.venue(venue)?,
                name: Some(format!(
                    "{}{} {venue}",
                    word.get(..1).unwrap_or("").to_uppercase(),
                    &word.get(1..).unwrap_or("")
                )),
                kind: VenueKind::new(word)?,
                position: Some(place.spot.position(centre)?),
            })
        })
    }
}

fn rooms(kind: Kind, visits: f64) -> u32 {
    let hours = kind.typical().stay.0 / 60.0;
    let rooms = match kind {
        Kind::School => visits * WORKING_DAY / CLASS_PEOPLE,
        Kind::Workplace => visits * WORKING_DAY / TEAM_PEOPLE,
        _ => visits * hours / OPEN_HOURS / ROOM_PEOPLE,
    };
    rooms.round().max(1.0) as u32
}

/// Gives every venue a kind that has venues of its size, so that the kinds come near their shares of all visits.
///
/// `visits` are those of an average day, most first. A kind is drawn in proportion to how much of its share is still to be
/// found, against the visits that venues of its sizes still have.
fn kinds(seed: u64, visits: &[f64]) -> Vec<Kind> {
    let whole: f64 = visits.iter().sum();
    let fits = |typical: &crate::venue_kind::Typical, n: f64| n >= typical.visits.0 && n <= typical.visits.1;
    let mut wanted: Vec<f64> = TYPICAL.iter().map(|typical| typical.share * whole).collect();
    let mut left: Vec<f64> =
        TYPICAL.iter().map(|typical| visits.iter().filter(|n| fits(typical, **n)).sum()).collect();
    let mut kinds = Vec::with_capacity(visits.len());
    for (rank, n) in (0u64..).zip(visits) {
        let urgency: Vec<f64> = TYPICAL
            .iter()
            .zip(wanted.iter().zip(&left))
            .map(
                |(typical, (wanted, left))| {
                    if fits(typical, *n) { wanted.max(0.0) / left.max(*n) } else { 0.0 }
                },
            )
            .collect();
        let sum: f64 = urgency.iter().sum();
        let kind = if sum > 0.0 {
            let shares: Vec<f64> = urgency.iter().map(|u| u / sum).collect();
            let mut draws = Draws::new(seed, Purpose::VenueKind, rank, 0);
            TYPICAL.get(draws.place(&shares)).map_or(Kind::Shop, |typical| typical.kind)
        } else {
            Kind::Shop
        };
        for (typical, (wanted, left)) in TYPICAL.iter().zip(wanted.iter_mut().zip(&mut left)) {
            if typical.kind == kind {
                *wanted -= n;
            }
            if fits(typical, *n) {
                *left -= n;
            }
        }
        kinds.push(kind);
    }
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visits(people: u32) -> Vec<f64> {
        let weights: Vec<f64> = (1..=people / 19).map(|rank| f64::from(rank).powf(-ZIPF_EXPONENT)).collect();
        let whole: f64 = weights.iter().sum();
        weights.iter().map(|w| w / whole * 3.0 * f64::from(people)).collect()
    }

    #[test]
    fn kinds_come_near_their_shares_of_visits_and_have_venues_of_their_size() {
        let visits = visits(1_900_000);
        let kinds = kinds(1, &visits);
        let whole: f64 = visits.iter().sum();
        for typical in &TYPICAL {
            let of: Vec<f64> =
                kinds.iter().zip(&visits).filter(|(k, _)| **k == typical.kind).map(|(_, n)| *n).collect();
            let share = of.iter().sum::<f64>() / whole;
            assert!((share / typical.share - 1.0).abs() < 0.15, "{}: {share}", typical.word);
            assert!(of.iter().all(|n| *n >= typical.visits.0 && *n <= typical.visits.1), "{}", typical.word);
        }
    }

    #[test]
    fn a_pupil_is_always_in_one_class_and_classes_are_of_one_age() {
        let places = Places::new(&Options::new(100_000, 1, 1).unwrap()).unwrap();
        let mut draws = Draws::new(1, Purpose::Daily, 0, 0);
        let school = places.school(places.home(0), &mut draws).unwrap();
        let class = |person, age, day| places.room(school, person, age, day);
        for person in 0..100 {
            assert_eq!(class(person, 7, 1), class(person, 7, 2));
            assert!((0..100).all(|other| class(person, 7, 1) != class(other, 9, 1)));
        }
    }

    #[test]
    fn venues_lie_around_the_middle_of_the_city() {
        let options = Options::new(1_000_000, 1, 1).unwrap();
        let places = Places::new(&options).unwrap();
        let rows: Vec<Venue> =
            places.rows(options.centre, &Ids::new(1, 52_631).unwrap()).collect::<Result<_, _>>().unwrap();
        let positions: Vec<Position> = rows.iter().filter_map(|v| v.position).collect();
        assert_eq!(positions.len(), 52_631);
        let mean = positions.iter().map(|p| p.latitude()).sum::<f64>() / positions.len() as f64;
        assert!((mean - 30.25).abs() < 0.01, "{mean}");
        assert!(positions.iter().all(|p| (p.latitude() - 30.25).abs() < 0.5));
    }
}
