//! Random people.

use evidence::{
    Case, CaseId, CaseStatus, Check, CheckedBy, ContactClass, Declaration, Effect, Exposure, Level, Minutes,
    OfficerId, OtherExposures, Probability, RegionId, RegionLevel, RegionPeriod, RuledReason, Ruling,
    RulingId, Setting, Stay, Symptom, Symptoms, Temperature, Test, TestId, TestMethod, TestResult,
    TravelMode, Trip, VehicleRun,
};
use jiff::{SignedDuration, Timestamp};
use oracle::rating::PersonEvidence;
use proptest::{collection::vec, option, prelude::*, sample::select};

use super::{Calendar, calendar::moment};

/// The symptoms that occur: few, so that conditions meet them.
pub const SYMPTOMS: [Symptom; 4] = [Symptom::Fever, Symptom::Cough, Symptom::StuffyNose, Symptom::Rash];

fn hours(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count)
}

/// A person with a little of everything.
pub fn person(calendar: &Calendar) -> impl Strategy<Value = PersonEvidence> + use<> {
    let early = moment(calendar, 0..18);
    let period = {
        let to = option::of(moment(calendar, 0..30));
        (select(vec!["r1", "r2"]), select(RegionLevel::ALL), early.clone(), to)
    };
    (
        (
            vec(declaration(early.clone()), 0..4),
            checks(calendar),
            vec(stay(early.clone()), 0..4),
            vec(period, 0..4),
            vec(trip(early.clone()), 0..3),
        ),
        (
            vec(test(early.clone()), 0..6),
            vec(case(early.clone()), 0..3),
            vec((early.clone(), exposure(early.clone())), 0..4),
            vec(ruling(early), 0..5),
        ),
    )
        .prop_map(
            |((declarations, checks, stays, periods, trips), (tests, cases, exposures, rulings))| {
                let mut person = PersonEvidence {
                    declarations,
                    checks,
                    stays,
                    regions: periods.into_iter().filter_map(region_period).collect(),
                    trips,
                    tests,
                    cases,
                    exposures,
                    rulings,
                };
                number(&mut person);
                person
            },
        )
}

/// Gives everything that has an id one of its own. A stay is known by its region and arrival: two alike are one.
fn number(person: &mut PersonEvidence) {
    person.stays.sort_by(|a, b| (&a.region, a.arrived).cmp(&(&b.region, b.arrived)));
    person.stays.dedup_by(|a, b| a.region == b.region && a.arrived == b.arrived);
    for (number, test) in person.tests.iter_mut().enumerate() {
        test.test = TestId::new(&format!("t{number}")).unwrap();
    }
    for (number, case) in person.cases.iter_mut().enumerate() {
        case.case = CaseId::new(&format!("c{number}")).unwrap();
    }
    for (number, (_, exposure)) in person.exposures.iter_mut().enumerate() {
        // The first two are of one case: people meet again.
        exposure.case = CaseId::new(&format!("other{}", number.max(1))).unwrap();
    }
    for (number, ruling) in person.rulings.iter_mut().enumerate() {
        ruling.ruling = RulingId::new(&format!("d{number}")).unwrap();
    }
}

fn region_period(
    (region, level, from, to): (&str, RegionLevel, Timestamp, Option<Timestamp>),
) -> Option<RegionPeriod> {
    let region = RegionId::new(region).unwrap();
    to.is_none_or(|to| to > from).then_some(RegionPeriod { region, level, from, to })
}

fn symptoms() -> impl Strategy<Value = Symptoms> {
    prop_oneof![
        1 => Just(Symptoms::NONE),
        3 => prop::sample::subsequence(SYMPTOMS.to_vec(), 1..=4).prop_map(Symptoms::from_iter),
    ]
}

fn temperature() -> impl Strategy<Value = Option<Temperature>> {
    option::of(select(vec![36.0, 36.6, 37.29, 37.3, 37.31, 38.5]))
        .prop_map(|celsius| celsius.map(|celsius| Temperature::from_celsius(celsius).unwrap()))
}

fn declaration(at: impl Strategy<Value = Timestamp>) -> impl Strategy<Value = Declaration> {
    (at, symptoms()).prop_map(|(at, symptoms)| Declaration { at, symptoms })
}

fn check(at: impl Strategy<Value = Timestamp>) -> impl Strategy<Value = Check> {
    (at, temperature(), symptoms(), select(CheckedBy::ALL))
        .prop_map(|(at, temperature, symptoms, by)| Check { at, temperature, symptoms, by })
}

/// A run of healthy checks a day, with gaps and doubles, and a few checks of any kind among them.
fn checks(calendar: &Calendar) -> impl Strategy<Value = Vec<Check>> + use<> {
    let (first, last) = (0_i16..14, 1_i16..14);
    let calendar = calendar.clone();
    let strays = vec(check(moment(&calendar, 0..20)), 0..4);
    (first, last, strays).prop_flat_map(move |(first, length, strays)| {
        let daily: Vec<_> = (first..first + length).map(|day| moment(&calendar, day..day + 1)).collect();
        let keep = vec(prop::bool::weighted(0.93), daily.len());
        (daily, keep).prop_map(move |(daily, keep)| {
            let kept = daily.into_iter().zip(keep).filter(|(_, keep)| *keep);
            let healthy =
                |at| Check { at, temperature: None, symptoms: Symptoms::NONE, by: CheckedBy::Itself };
            let mut checks: Vec<Check> = kept.map(|(at, _)| healthy(at)).collect();
            checks.extend(strays.clone());
            checks
        })
    })
}

/// Lengths of time in hours: often none at all, often whole days.
fn while_hours() -> impl Strategy<Value = i64> {
    prop_oneof![1 => Just(0_i64), 3 => (1_i64..12).prop_map(|days| days * 24), 2 => 1_i64..200]
}

/// A stay; only in a region without published levels does it carry one of its own.
fn stay(arrived: impl Strategy<Value = Timestamp>) -> impl Strategy<Value = Stay> {
    let region = select(vec!["r1", "r2", "r3", "r3"]);
    (region, option::weighted(0.8, select(RegionLevel::ALL)), arrived, option::weighted(0.7, while_hours()))
        .prop_map(|(region, level, arrived, stayed)| Stay {
            region: RegionId::new(region).unwrap(),
            region_level: level.filter(|_| region == "r3"),
            arrived,
            left: stayed.map(|stayed| arrived + hours(stayed)),
        })
}

fn trip(departed: impl Strategy<Value = Timestamp>) -> impl Strategy<Value = Trip> {
    let vehicle = select(vec!["G1/2020-03-20", "CA1234/2020-03-20"]);
    let car = option::of(select(vec!["1", "2"]));
    let row = option::of(select(vec![2_u16, 3, 10, 12, 30]));
    (vehicle, select(TravelMode::ALL), car, row, departed, 0_i64..30).prop_map(
        |(vehicle, mode, car, row, departed, under_way)| Trip {
            vehicle: VehicleRun::new(vehicle).unwrap(),
            mode,
            car: car.map(Into::into),
            row,
            seat: None,
            departed,
            arrived: departed + hours(under_way),
        },
    )
}

/// A test; one in twenty has a report before its specimen, which no rating may stumble over.
fn test(sampled: impl Strategy<Value = Timestamp>) -> impl Strategy<Value = Test> {
    let result = prop_oneof![
        3 => Just(TestResult::Negative),
        1 => Just(TestResult::Positive),
        1 => Just(TestResult::Inconclusive),
    ];
    let later = option::weighted(0.8, prop_oneof![19 => 0_i64..72, 1 => -24_i64..0]);
    (sampled, later, select(TestMethod::ALL), result).prop_map(|(sampled, later, method, result)| Test {
        test: TestId::new("t").unwrap(),
        sampled,
        reported: later.map(|later| sampled + hours(later)),
        method,
        result,
    })
}

/// A case with any of its dates, in any order.
fn case(date: impl Strategy<Value = Timestamp> + Clone) -> impl Strategy<Value = Case> {
    let date = option::of(date);
    (select(CaseStatus::ALL), date.clone(), date.clone(), date.clone(), date).prop_map(
        |(status, onset, confirmed, isolated, recovered)| Case {
            case: CaseId::new("c").unwrap(),
            status,
            onset,
            confirmed,
            isolated,
            recovered,
        },
    )
}

fn exposure(first: impl Strategy<Value = Timestamp>) -> impl Strategy<Value = Exposure> {
    let probability = || select(vec![0.0, 0.01, 0.06, 0.1, 0.3]).prop_map(|p| Probability::new(p).unwrap());
    let minutes = || select(vec![0_u32, 14, 15, 60, 90]).prop_map(Minutes);
    let together = (1_u32..4, minutes(), probability())
        .prop_map(|(cases, minutes, probability)| OtherExposures { cases, minutes, probability });
    let how = (select(ContactClass::ALL), select(Setting::ALL), minutes(), probability(), together);
    (first, while_hours(), how).prop_map(
        |(first, length, (class, setting, minutes, probability, together))| Exposure {
            case: CaseId::new("c").unwrap(),
            class,
            setting,
            first,
            last: first + hours(length),
            minutes,
            probability,
            together,
        },
    )
}

/// A ruling on one of the rules or on all of them.
pub fn ruling(from: impl Strategy<Value = Timestamp>) -> impl Strategy<Value = Ruling> {
    let reason = prop_oneof![
        2 => Just(RuledReason::Every),
        1 => (0..6).prop_map(|rule| RuledReason::Rule(format!("r{rule}").into())),
    ];
    let effect = prop_oneof![1 => Just(Effect::Lift), 1 => select(Level::ALL).prop_map(Effect::Set)];
    (reason, effect, from, while_hours()).prop_map(|(reason, effect, from, length)| Ruling {
        ruling: RulingId::new("d").unwrap(),
        reason,
        effect,
        from,
        to: from + hours(length),
        ground: "invented".to_owned(),
        by: OfficerId::new("o").unwrap(),
        second: None,
    })
}
