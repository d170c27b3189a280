//! What a value must be to exist, and what is said when it cannot.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use evidence::{
    BirthYear, Case, CaseStatus, Check, CheckedBy, Effect, Level, PersonId, Position, Probability,
    RuledReason, Symptom, Symptoms, Temperature, VehicleRun, VenueKind, duration,
};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn ids_are_1_to_64_characters_of_their_alphabet() {
    for good in ["a", "p000043", "SK_113", "A.b:c-d_e", &"x".repeat(64)] {
        assert_eq!(PersonId::new(good).unwrap().as_str(), good);
    }
    for (bad, said) in
        [("", "empty"), (&*"x".repeat(65), "65"), ("a b", "` `"), ("G1/2020", "`/`"), ("é", "`é`")]
    {
        let error = PersonId::new(bad).unwrap_err().to_string();
        assert!(error.contains(said), "{bad}: {error}");
    }
    assert!(VehicleRun::new("G1/2020-01-20").is_ok());
    assert!(VenueKind::new("food_court").is_ok());
    assert!(VenueKind::new("Food").unwrap_err().to_string().contains("small letters"));
}

#[test]
fn symptoms_are_read_and_written_in_the_order_of_the_vocabulary() {
    let read: Symptoms = "cough;fever".parse().unwrap();
    assert_eq!(read.to_string(), "fever;cough");
    assert_eq!("".parse::<Symptoms>().unwrap(), Symptoms::NONE);
    assert!("cough;hiccups".parse::<Symptoms>().unwrap_err().to_string().contains("known are: fever"));
    assert_eq!(serde_json::to_string(&read).unwrap(), r#"["fever","cough"]"#);
}

#[test]
fn impossible_quantities_do_not_exist() {
    assert_eq!(Temperature::from_celsius(36.65).unwrap().to_string(), "36.65");
    for bad in [29.99, 45.01, f64::NAN, f64::INFINITY] {
        assert!(Temperature::from_celsius(bad).is_err(), "{bad}");
    }
    assert!(BirthYear::new(1879).is_err() && BirthYear::new(1880).is_ok());
    assert!(Position::new(90.0, -180.0).is_ok() && Position::new(90.1, 0.0).is_err());
    assert!(Probability::new(1.0).is_ok() && Probability::new(1.01).is_err());
    let both = Probability::new(0.5).unwrap().or(Probability::new(0.5).unwrap());
    assert!((both.share() - 0.75).abs() < 1e-12);
}

#[test]
fn a_check_is_healthy_without_symptoms_and_fever() {
    let check = |celsius: Option<f64>, symptoms| Check {
        at: Timestamp::UNIX_EPOCH,
        temperature: celsius.map(|c| Temperature::from_celsius(c).unwrap()),
        symptoms,
        by: CheckedBy::Worker,
    };
    assert!(check(None, Symptoms::NONE).is_healthy());
    assert!(check(Some(37.3), Symptoms::NONE).is_healthy());
    assert!(!check(Some(37.31), Symptoms::NONE).is_healthy());
    assert!(!check(Some(36.5), Symptoms::NONE.with(Symptom::Cough)).is_healthy());
}

#[test]
fn a_case_is_known_as_it_was_at_the_time() {
    let case = Case {
        case: "c1".parse().unwrap(),
        status: CaseStatus::Recovered,
        onset: Some(at("2020-02-01T00:00:00Z")),
        confirmed: Some(at("2020-02-03T00:00:00Z")),
        isolated: Some(at("2020-02-04T00:00:00Z")),
        recovered: Some(at("2020-02-12T00:00:00Z")),
    };
    assert_eq!(case.as_known(at("2020-02-02T23:59:59Z")), None);
    let confirmed = case.as_known(at("2020-02-03T00:00:00Z")).unwrap();
    assert_eq!(
        (confirmed.status, confirmed.isolated, confirmed.recovered),
        (CaseStatus::Confirmed, None, None)
    );
    assert!(case.as_known(at("2020-02-05T00:00:00Z")).unwrap().isolated.is_some());
    assert_eq!(case.as_known(at("2020-02-12T00:00:00Z")).unwrap(), case);
    let dateless = Case { onset: None, confirmed: None, isolated: None, recovered: None, ..case };
    assert_eq!(dateless.known(), None);
}

#[test]
fn rulings_say_which_reason_and_what_they_do() {
    assert_eq!("*".parse::<RuledReason>().unwrap(), RuledReason::Every);
    assert_eq!("fever-and-cough".parse::<RuledReason>().unwrap().to_string(), "fever-and-cough");
    assert_eq!("set:yellow".parse::<Effect>().unwrap(), Effect::Set(Level::Yellow));
    assert!("set:orange".parse::<Effect>().is_err());
    assert!("pardon".parse::<Effect>().unwrap_err().to_string().contains("lift, set:green"));
}

proptest! {
    #[test]
    fn durations_read_back_as_they_were_printed(minutes in 0_i64..14_400_000) {
        let written = duration::print(SignedDuration::from_mins(minutes));
        prop_assert_eq!(duration::parse(&written).unwrap(), SignedDuration::from_mins(minutes));
    }

    #[test]
    fn what_is_no_duration_is_refused_without_a_panic(text in "\\PC{0,8}") {
        if let Ok(parsed) = duration::parse(&text) {
            prop_assert!(text.ends_with(['m', 'h', 'd']) && parsed >= SignedDuration::ZERO);
        }
    }
}
