use super::*;
use crate::DAY;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

/// Visits of people and venues drawn from a seed, on the first day there is.
fn drawn(count: u64) -> Vec<(DayPerson, Visit)> {
    let mut state = 1_u64;
    let mut draw = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    (0..count)
        .map(|_| {
            let mut person = [0; 16];
            person[0] = draw(7) as u8;
            person[15] = draw(9) as u8;
            let entered = draw(86_000) as i64;
            let left = (draw(5) > 0).then(|| at(entered + draw(9_000) as i64));
            (person, Visit { venue: format!("v{}", draw(12)).parse().unwrap(), entered: at(entered), left })
        })
        .collect()
}

fn bytes(visits: &[(DayPerson, Visit)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_partition((0, DAY), visits, &mut bytes).unwrap();
    bytes
}

fn sorted(mut visits: Vec<(DayPerson, Visit)>) -> Vec<(DayPerson, Visit)> {
    visits.sort_by_key(|(person, visit)| (visit.venue.clone(), visit.entered, visit.left, *person));
    visits
}

#[test]
fn visits_are_found_by_person_and_by_venue_and_time_as_a_look_at_each_finds_them() {
    let all = drawn(3_000);
    let partition = Partition::open(Arc::new(bytes(&all))).unwrap();
    let mut met = 0;
    for first in 0..8 {
        for last in 0..10 {
            let mut person = [0; 16];
            (person[0], person[15]) = (first, last);
            let own =
                partition.of_person(&person).unwrap().into_iter().map(|visit| (person, visit)).collect();
            let expected: Vec<_> = all.iter().filter(|(of, _)| *of == person).cloned().collect();
            assert_eq!(sorted(own), sorted(expected));
        }
    }
    // Visits that nobody ended are there as long as they can last; whether they did is for the tracing to say.
    let usual = SignedDuration::from_hours(1);
    for venue in 0..13 {
        let venue: VenueId = format!("v{venue}").parse().unwrap();
        for from in [0, 10_000, 50_000, 90_000] {
            let time = (at(from), at(from + 5_000));
            let near = partition.near(&venue, time, usual).unwrap();
            let overlaps = |visit: &Visit| {
                let left = visit.left.unwrap_or(visit.entered + usual);
                visit.venue == venue && visit.entered < time.1 && left > time.0
            };
            let expected: Vec<_> = all.iter().filter(|(_, visit)| overlaps(visit)).cloned().collect();
            let surely: Vec<_> = near.iter().filter(|(_, visit)| overlaps(visit)).cloned().collect();
            met += expected.len();
            assert_eq!(sorted(surely), sorted(expected), "{venue} from {from}");
            let may_be = |(_, visit): &(DayPerson, Visit)| visit.left.is_none() || overlaps(visit);
            assert!(near.iter().all(may_be), "{venue} from {from}");
        }
    }
    assert!(met > 500);
}

#[test]
fn a_partition_without_visits_has_nobody() {
    let partition = Partition::open(Arc::new(bytes(&[]))).unwrap();
    assert_eq!(partition.of_person(&[0; 16]), Ok(Vec::new()));
    let venue = "v".parse().unwrap();
    assert_eq!(partition.near(&venue, (at(0), at(9)), SignedDuration::ZERO), Ok(Vec::new()));
}

#[test]
fn anything_else_is_refused_and_a_visit_of_another_day_not_written() {
    let all = drawn(50);
    let whole = bytes(&all);
    for length in 0..whole.len() {
        assert!(Partition::open(Arc::new(whole[..length].to_vec())).is_err(), "cut off at {length}");
    }
    let mut other = whole.clone();
    other[0] ^= 1;
    assert!(Partition::open(Arc::new(other)).is_err());
    assert!(write_partition((1, 2), &all, &mut Vec::new()).is_err());
}
