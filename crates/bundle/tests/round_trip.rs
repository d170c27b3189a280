//! Any rows survive being written and read, in either format and through both.

#![expect(clippy::unwrap_used, reason = "what the strategies make is valid, or the test shall fail")]

use std::{fmt::Debug, fs};

use bundle::{Bundle, BundleWriter, Format, Future, LoadOptions, Row, WriteOptions, convert};
use evidence::{
    About, BirthYear, Case, CaseStatus, Check, CheckedBy, Declaration, Effect, HouseholdMember, Level,
    NamedContact, Person, Position, RegionLevel, RegionPeriod, RuledReason, Ruling, Sex, Stay, Symptom,
    Symptoms, Temperature, Test, TestMethod, TestResult, TravelMode, Trip, Venue, Visit,
};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use proptest::{collection::vec, option, prelude::*, sample::select};

fn id() -> impl Strategy<Value = String> {
    vec(select("ABCXYZabcxyz0189_.:-".chars().collect::<Vec<_>>()), 1..=64)
        .prop_map(|c| c.into_iter().collect())
}

fn read<T: Debug + std::str::FromStr<Err: Debug>>(
    text: impl Strategy<Value = String>,
) -> impl Strategy<Value = T> {
    text.prop_map(|text| text.parse().unwrap())
}

fn word<T: Clone + Debug + 'static>(words: &'static [T]) -> impl Strategy<Value = T> {
    select(words)
}

fn free_text() -> impl Strategy<Value = String> {
    vec(select("aé中 ,;\"'\n\r\t=+-@\\|".chars().collect::<Vec<_>>()), 1..30)
        .prop_map(|c| c.into_iter().collect())
}

/// From the year 1 to 9998, to the microsecond.
fn instant() -> impl Strategy<Value = Timestamp> {
    (-62_135_596_800_000_000_i64..=253_370_764_800_000_000)
        .prop_map(|us| Timestamp::from_microsecond(us).unwrap())
}

/// Two instants in order; the second may be missing or the same.
fn period() -> impl Strategy<Value = (Timestamp, Option<Timestamp>)> {
    (instant(), option::of(0_i64..10_000_000_000_000)).prop_map(|(from, us)| {
        (from, us.map(|us| from.checked_add(SignedDuration::from_micros(us)).unwrap()))
    })
}

fn symptoms() -> impl Strategy<Value = Symptoms> {
    vec(word(Symptom::ALL), 0..5).prop_map(|s| s.into_iter().collect())
}

fn people() -> impl Strategy<Value = Vec<Person>> {
    let person = (
        read(id()),
        option::of((1880_i64..=2200).prop_map(|y| BirthYear::new(y).unwrap())),
        option::of(word(Sex::ALL)),
        option::of(read(id())),
        option::of(read(id())),
    );
    vec(
        person.prop_map(|(person, birth_year, sex, region, area)| Person {
            person,
            birth_year,
            sex,
            region,
            area,
        }),
        1..20,
    )
    .prop_map(|mut people| {
        people.sort_by(|a, b| a.person.cmp(&b.person));
        people.dedup_by(|a, b| a.person == b.person);
        people
    })
}

fn venues() -> impl Strategy<Value = Vec<Venue>> {
    let position = option::of((-90.0..=90.0, -180.0..=180.0).prop_map(|(a, b)| Position::new(a, b).unwrap()));
    let venue = (read(id()), option::of(free_text()), read("[a-z0-9_-]{1,20}"), position);
    vec(venue.prop_map(|(venue, name, kind, position)| Venue { venue, name, kind, position }), 1..20)
        .prop_map(|mut venues| {
            venues.sort_by(|a, b| a.venue.cmp(&b.venue));
            venues.dedup_by(|a, b| a.venue == b.venue);
            venues
        })
}

/// Everything that can stand in a bundle, about the people given.
#[derive(Debug, Clone)]
struct City {
    people: Vec<Person>,
    households: Vec<HouseholdMember>,
    regions: Vec<RegionPeriod>,
    venues: Vec<Venue>,
    cases: Vec<About<Case>>,
    declarations: Vec<About<Declaration>>,
    checks: Vec<About<Check>>,
    stays: Vec<About<Stay>>,
    visits: Vec<About<Visit>>,
    trips: Vec<About<Trip>>,
    named_contacts: Vec<NamedContact>,
    tests: Vec<About<Test>>,
    rulings: Vec<About<Ruling>>,
}

fn about<T: Clone + Debug, S: Strategy<Value = T>>(
    people: &[Person],
    says: S,
) -> impl Strategy<Value = Vec<About<T>>> + use<T, S> {
    let people: Vec<_> = people.iter().map(|p| p.person.clone()).collect();
    vec((select(people), says).prop_map(|(person, says)| About { person, says }), 0..20)
}

fn case() -> impl Strategy<Value = Case> {
    (word(CaseStatus::ALL), option::of(period()), option::of(instant()), option::of(instant())).prop_map(
        |(status, ill, confirmed, isolated)| Case {
            case: "later".parse().unwrap(),
            status,
            onset: ill.map(|(onset, _)| onset),
            confirmed,
            isolated,
            recovered: ill.and_then(|(_, recovered)| recovered),
        },
    )
}

fn trip() -> impl Strategy<Value = Trip> {
    let text = || option::of(free_text().prop_map(Into::into));
    let words = (read("[A-Z0-9/.-]{1,30}"), word(TravelMode::ALL), text(), option::of(any::<u16>()), text());
    (words, instant(), 0_i64..100_000_000_000).prop_map(|((vehicle, mode, car, row, seat), departed, us)| {
        Trip {
            vehicle,
            mode,
            car,
            row,
            seat,
            departed,
            arrived: departed.checked_add(SignedDuration::from_micros(us)).unwrap(),
        }
    })
}

fn ruling() -> impl Strategy<Value = Ruling> {
    let effect = select(vec![
        Effect::Lift,
        Effect::Set(Level::Green),
        Effect::Set(Level::Yellow),
        Effect::Set(Level::Red),
    ]);
    let reason = prop_oneof![Just(RuledReason::Every), read("[a-z0-9_-]{1,20}")];
    (reason, effect, instant(), 1_i64..=14 * 86_400_000_000, free_text()).prop_map(
        |(reason, effect, from, us, ground)| Ruling {
            ruling: "later".parse().unwrap(),
            reason,
            effect,
            from,
            to: from.checked_add(SignedDuration::from_micros(us)).unwrap(),
            ground,
            by: "officer-1".parse().unwrap(),
            second: Some("officer-2".parse().unwrap()),
        },
    )
}

fn test() -> impl Strategy<Value = Test> {
    (period(), word(TestMethod::ALL), word(TestResult::ALL)).prop_map(
        |((sampled, reported), method, result)| Test {
            test: "later".parse().unwrap(),
            sampled,
            reported,
            method,
            result,
        },
    )
}

fn check() -> impl Strategy<Value = Check> {
    let temperature =
        option::of((3000_u16..=4500).prop_map(|t| Temperature::from_celsius(f64::from(t) / 100.0).unwrap()));
    (instant(), temperature, symptoms(), word(CheckedBy::ALL))
        .prop_map(|(at, temperature, symptoms, by)| Check { at, temperature, symptoms, by })
}

fn city() -> impl Strategy<Value = City> {
    (people(), venues()).prop_flat_map(|(people, venues)| {
        let venue_ids: Vec<_> = venues.iter().map(|v| v.venue.clone()).collect();
        let person_ids: Vec<_> = people.iter().map(|p| p.person.clone()).collect();
        let regions = (read(id()), word(RegionLevel::ALL), period())
            .prop_map(|(region, level, (from, to))| RegionPeriod { region, level, from, to });
        let stay = (read(id()), period()).prop_map(|(region, (arrived, left))| Stay {
            region,
            region_level: None,
            arrived,
            left,
        });
        let visit =
            (select(venue_ids), period()).prop_map(|(venue, (entered, left))| Visit { venue, entered, left });
        let declaration = (instant(), symptoms()).prop_map(|(at, symptoms)| Declaration { at, symptoms });
        let contacts =
            vec((select(person_ids), period(), option::of(free_text()), any::<prop::sample::Index>()), 0..20);
        let personal = (
            about(&people, case()),
            about(&people, declaration),
            about(&people, check()),
            about(&people, stay),
        );
        let more =
            (about(&people, visit), about(&people, trip()), about(&people, test()), about(&people, ruling()));
        (Just(people), Just(venues), vec(regions, 0..10), personal, more, contacts).prop_map(assemble)
    })
}

type Personal = (Vec<About<Case>>, Vec<About<Declaration>>, Vec<About<Check>>, Vec<About<Stay>>);
type More = (Vec<About<Visit>>, Vec<About<Trip>>, Vec<About<Test>>, Vec<About<Ruling>>);
type Contact = (evidence::PersonId, (Timestamp, Option<Timestamp>), Option<String>, prop::sample::Index);

/// Numbers what needs an id of its own, and ties contacts to cases.
fn assemble(
    (people, venues, regions, personal, more, contacts): (
        Vec<Person>,
        Vec<Venue>,
        Vec<RegionPeriod>,
        Personal,
        More,
        Vec<Contact>,
    ),
) -> City {
    let (mut cases, declarations, checks, stays) = personal;
    let (visits, trips, mut tests, mut rulings) = more;
    cases.iter_mut().enumerate().for_each(|(i, c)| c.says.case = format!("c{i}").parse().unwrap());
    tests.iter_mut().enumerate().for_each(|(i, t)| t.says.test = format!("t{i}").parse().unwrap());
    rulings.iter_mut().enumerate().for_each(|(i, r)| r.says.ruling = format!("r{i}").parse().unwrap());
    let households = people
        .iter()
        .map(|p| HouseholdMember { household: "h".parse().unwrap(), person: p.person.clone() })
        .collect();
    let named_contacts = contacts
        .into_iter()
        .filter(|_| !cases.is_empty())
        .map(|(person, (from, to), setting, case)| NamedContact {
            case: case.get(&cases).says.case.clone(),
            person,
            from,
            to,
            setting,
        })
        .collect();
    City {
        people,
        households,
        regions,
        venues,
        cases,
        declarations,
        checks,
        stays,
        visits,
        trips,
        named_contacts,
        tests,
        rulings,
    }
}

fn assert_rows<R: Row + PartialEq + Debug>(bundle: &Bundle, expected: &[R]) {
    let mut loader = bundle.load(LoadOptions::default());
    let rows: Vec<R> = loader.all().unwrap();
    loader.finish().unwrap();
    assert_eq!(rows, expected);
}

fn assert_city(bundle: &Bundle, city: &City) {
    assert_rows(bundle, &city.people);
    assert_rows(bundle, &city.households);
    assert_rows(bundle, &city.regions);
    assert_rows(bundle, &city.venues);
    assert_rows(bundle, &city.cases);
    assert_rows(bundle, &city.declarations);
    assert_rows(bundle, &city.checks);
    assert_rows(bundle, &city.stays);
    assert_rows(bundle, &city.visits);
    assert_rows(bundle, &city.trips);
    assert_rows(bundle, &city.named_contacts);
    assert_rows(bundle, &city.tests);
    assert_rows(bundle, &city.rulings);
}

fn write(city: &City, writer: &mut BundleWriter) {
    writer.write_all(&city.people).unwrap();
    writer.write_all(&city.households).unwrap();
    writer.write_all(&city.regions).unwrap();
    writer.write_all(&city.venues).unwrap();
    writer.write_all(&city.cases).unwrap();
    writer.write_all(&city.declarations).unwrap();
    writer.write_all(&city.checks).unwrap();
    writer.write_all(&city.stays).unwrap();
    writer.write_all(&city.visits).unwrap();
    writer.write_all(&city.trips).unwrap();
    writer.write_all(&city.named_contacts).unwrap();
    writer.write_all(&city.tests).unwrap();
    writer.write_all(&city.rulings).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn rows_survive_csv_then_parquet_then_csv(city in city()) {
        let folder = tempfile::tempdir().unwrap();
        let options = |format, zone: &str| WriteOptions {
            format,
            time_zone: TimeZone::get(zone).unwrap(),
            ..WriteOptions::default()
        };
        let first = folder.path().join("first");
        let mut writer = BundleWriter::create(&first, options(Format::Csv, "Asia/Shanghai")).unwrap();
        write(&city, &mut writer);
        writer.finish().unwrap();
        let csv = Bundle::open(&first).unwrap();
        assert_city(&csv, &city);

        let second = folder.path().join("second");
        let read = LoadOptions { future: Future::Allow, ..LoadOptions::default() };
        let report = convert(&csv, &second, read, options(Format::Parquet, "UTC")).unwrap();
        prop_assert_eq!(report.read(), report.taken());
        let parquet = Bundle::open(&second).unwrap();
        assert_city(&parquet, &city);

        let third = folder.path().join("third");
        convert(&parquet, &third, read, options(Format::Csv, "Asia/Shanghai")).unwrap();
        for source in csv.sources() {
            let again = third.join(&source.file);
            prop_assert_eq!(fs::read(source.path()).unwrap(), fs::read(again).unwrap(), "{}", source.file);
        }
    }
}
