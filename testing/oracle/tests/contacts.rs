//! Contacts as the program finds them, compared with the oracle on random worlds with nasty times.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use contacts::{Known, VisitsBuilder};
use evidence::{
    About, Case, CaseStatus, HouseholdMember, NamedContact, PersonId, Test, TestMethod, TestResult,
    TravelMode, Trip, Venue, Visit,
};
use jiff::{SignedDuration, Timestamp};
use oracle::contacts::{Near, Profile, World, near};
use proptest::prelude::*;

fn base() -> Timestamp {
    "2020-02-10T16:00:00Z".parse().unwrap()
}

/// Minutes after the base, now and then a microsecond off.
fn time() -> impl Strategy<Value = Timestamp> {
    // Few distinct values, so that ends meet and fall on midnight.
    let minute = prop_oneof![
        0_i64..300,
        (0_i64..6).prop_map(|day| day * 1440),
        (0_i64..100).prop_map(|q| q * 15 * 20)
    ];
    let off = prop_oneof![8 => Just(0_i64), 1 => Just(1), 1 => Just(-1)];
    (minute, off).prop_map(|(minute, off)| {
        base() + SignedDuration::from_mins(minute) + SignedDuration::from_micros(off)
    })
}

fn person() -> impl Strategy<Value = PersonId> {
    (0..5_u8).prop_map(|n| format!("p{n}").parse().unwrap())
}

fn visit() -> impl Strategy<Value = About<Visit>> {
    let stay = prop_oneof![
        Just(None),
        prop_oneof![Just(0_i64), Just(14), Just(15), Just(16), 1..200_i64, Just(1500)].prop_map(Some)
    ];
    (person(), 0..3_u8, time(), stay).prop_map(|(person, venue, entered, stay)| {
        let left = stay.map(|minutes| entered + SignedDuration::from_mins(minutes));
        About { person, says: Visit { venue: format!("v{venue}").parse().unwrap(), entered, left } }
    })
}

fn trip() -> impl Strategy<Value = About<Trip>> {
    let place = (proptest::option::weighted(0.8, 1..6_u16), proptest::option::weighted(0.8, 1..3_u8));
    let departed =
        (0..6_i64, 0..120_i64).prop_map(|(day, late)| base() + SignedDuration::from_mins(day * 1440 + late));
    (person(), Just(0_u8), 0..5_usize, place, departed, 1..400_i64).prop_map(
        |(person, run, mode, (row, car), departed, long)| {
            let mode = TravelMode::ALL[mode];
            let car = car.map(|car| car.to_string().into());
            let arrived = departed + SignedDuration::from_mins(long);
            let vehicle = format!("{mode}{run}/2020-02-11").parse().unwrap();
            About { person, says: Trip { vehicle, mode, car, row, seat: None, departed, arrived } }
        },
    )
}

fn case() -> impl Strategy<Value = (PersonId, CaseStatus, [Option<Timestamp>; 4])> {
    let maybe = || proptest::option::of(time());
    let status = prop_oneof![4 => Just(CaseStatus::Confirmed), 1 => Just(CaseStatus::Recovered), 1 => Just(CaseStatus::Suspected)];
    (person(), status, [maybe(), maybe(), maybe(), maybe()])
}

fn world() -> impl Strategy<Value = World> {
    let cases = proptest::collection::vec(case(), 1..4);
    let homes = proptest::collection::vec((0..3_u8, person()), 0..6);
    let named =
        proptest::collection::vec((0..4_usize, person(), time(), proptest::option::of(0..300_i64)), 0..4);
    let tests = proptest::collection::vec((person(), time(), proptest::option::of(0..3000_i64)), 0..3);
    let visits = proptest::collection::vec(visit(), 0..25);
    (cases, homes, named, tests, proptest::collection::vec(trip(), 0..40), visits).prop_map(
        |(cases, homes, named, tests, trips, visits)| {
            let mut world = World { trips, visits, ..World::default() };
            for (number, (person, status, [onset, confirmed, isolated, recovered])) in
                cases.into_iter().enumerate()
            {
                let case = format!("c{number}").parse().unwrap();
                let says = Case { case, status, onset, confirmed, isolated, recovered };
                world.cases.push(About { person, says });
            }
            for (home, person) in homes {
                world
                    .households
                    .push(HouseholdMember { household: format!("h{home}").parse().unwrap(), person });
            }
            for (case, person, from, minutes) in named {
                let case = world.cases[case % world.cases.len()].says.case.clone();
                let to = minutes.map(|minutes| from + SignedDuration::from_mins(minutes));
                world.named.push(NamedContact { case, person, from, to, setting: None });
            }
            for (number, (person, sampled, reported)) in tests.into_iter().enumerate() {
                let reported = reported.map(|minutes| sampled + SignedDuration::from_mins(minutes));
                let (method, result) = (TestMethod::Pcr, TestResult::Positive);
                let test = format!("t{number}").parse().unwrap();
                world.tests.push(About { person, says: Test { test, sampled, reported, method, result } });
            }
            for (number, kind) in ["cafe", "gym", "cafe"].into_iter().enumerate() {
                let venue = format!("v{number}").parse().unwrap();
                world.venues.push(Venue { venue, name: None, kind: kind.parse().unwrap(), position: None });
            }
            world
        },
    )
}

fn profile() -> impl Strategy<Value = Profile> {
    let days = |range: std::ops::Range<i64>| range.prop_map(|days| SignedDuration::from_hours(24 * days));
    let sum_over = prop_oneof![
        Just(None),
        Just(Some(SignedDuration::from_hours(24))),
        Just(Some(SignedDuration::from_hours(2)))
    ];
    let linger =
        prop_oneof![2 => Just(0_i64), 1 => Just(120), 1 => Just(7)].prop_map(SignedDuration::from_mins);
    let gym = proptest::option::of(prop_oneof![Just(1_i64), Just(7), Just(40)]);
    (
        days(0..3),
        days(1..6),
        prop_oneof![Just(15_i64), Just(1), Just(60)],
        gym,
        sum_over,
        linger,
        0..3_i64,
        days(1..15),
    )
        .prop_map(|(before, after, minutes, gym, sum_over, linger, rows, together)| Profile {
            before,
            after,
            minutes,
            minutes_of: gym.map(|minutes| ("gym".to_owned(), minutes)).into_iter().collect(),
            sum_over,
            linger,
            usual_stay: SignedDuration::from_mins(60),
            rows,
            together,
        })
}

fn found(profile: &Profile, world: &World, at: Timestamp) -> BTreeSet<Near> {
    let document = profile.to_toml();
    let profile =
        contacts::Profile::parse(document.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{document}"));
    let mut visits = VisitsBuilder::default();
    world.visits.iter().for_each(|visit| visits.add(visit));
    let visits = visits.build(&world.venues).unwrap();
    let known = Known {
        at,
        cases: &world.cases,
        positive_tests: &world.tests,
        households: &world.households,
        named_contacts: &world.named,
        trips: &world.trips,
        visits: &visits,
    };
    let micros = |at: Timestamp| i128::from(at.as_microsecond());
    let near = contacts::contacts(&profile, &known).unwrap().into_iter().map(|contact| Near {
        person: contact.person.to_string(),
        case: contact.exposure.case.to_string(),
        setting: contact.exposure.setting,
        first: micros(contact.exposure.first),
        last: micros(contact.exposure.last),
        minutes: i128::from(contact.exposure.minutes.0),
        cases_together: contact.exposure.together.cases as usize,
        minutes_together: i128::from(contact.exposure.together.minutes.0),
    });
    let list: Vec<Near> = near.collect();
    let set: BTreeSet<Near> = list.iter().cloned().collect();
    assert_eq!(list.len(), set.len(), "each contact once");
    assert!(list.is_sorted_by_key(|near| (near.person.clone(), near.case.clone(), near.setting)));
    set
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn contacts_are_what_looking_at_every_pair_gives(world in world(), profile in profile(), at in time()) {
        prop_assert_eq!(found(&profile, &world, at), near(&profile, &world, at));
    }

    #[test]
    fn the_order_of_tables_changes_nothing(world in world(), profile in profile(), at in time()) {
        let mut reversed = world.clone();
        reversed.cases.reverse();
        reversed.tests.reverse();
        reversed.households.reverse();
        reversed.named.reverse();
        reversed.trips.reverse();
        reversed.visits.reverse();
        prop_assert_eq!(found(&profile, &world, at), found(&profile, &reversed, at));
    }
}

#[test]
fn the_random_worlds_have_contacts_in_every_setting() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let mut settings = std::collections::BTreeMap::new();
    for _ in 0..2_000 {
        let (world, profile) = (world(), profile()).new_tree(&mut runner).unwrap().current();
        for near in near(&profile, &world, base() + SignedDuration::from_hours(24 * 6)) {
            *settings.entry(near.setting).or_insert(0) += 1;
        }
    }
    for setting in evidence::Setting::ALL {
        assert!(settings.get(setting).is_some_and(|count| *count >= 40), "{setting}: {settings:?}");
    }
}
