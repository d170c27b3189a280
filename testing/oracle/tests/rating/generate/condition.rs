//! Random conditions over each kind of evidence.

use evidence::{
    CaseStatus, CheckedBy, ContactClass, EvidenceKind, RegionLevel, Setting, TestMethod, TestResult,
    TravelMode,
};
use oracle::rating::{Comparison, Condition, SymptomCondition};
use proptest::{collection::vec, prelude::*, strategy::Union};

use super::SYMPTOMS;

type Leaf = BoxedStrategy<Condition>;

/// A condition over a kind of evidence. It never asks under a `!` whether a field is there, and of the number of cases met
/// only whether it is at least so many: all else is refused, since missing evidence must not restrict anybody.
pub fn condition(kind: EvidenceKind) -> BoxedStrategy<Condition> {
    let without_has = Union::new(leaves(kind)).prop_recursive(3, 8, 2, |inner| {
        let negated = inner.clone().prop_map(|inner| Condition::Not(Box::new(inner)));
        prop_oneof![1 => negated, 2 => either(inner)]
    });
    let has = prop::sample::select(fields(kind)).prop_map(Condition::Has);
    match kind {
        EvidenceKind::Declaration | EvidenceKind::Check => {
            prop_oneof![3 => without_has, 1 => has, 4 => cases_met()].prop_recursive(1, 2, 2, either).boxed()
        }
        _ => prop_oneof![4 => without_has, 1 => has].prop_recursive(1, 2, 2, either).boxed(),
    }
}

/// Asks for at least a number of cases met, in every way there is.
fn cases_met() -> impl Strategy<Value = Condition> {
    let least = prop::sample::select(vec![Comparison::AtLeast, Comparison::Greater]);
    let most = prop::sample::select(vec![Comparison::AtMost, Comparison::Less]);
    let number = || prop::sample::select(vec![0_i64, 1, 1, 1, 2, 3]);
    prop_oneof![
        (least.clone(), number()).prop_map(|(c, number)| Condition::Whole("cases_met", c, number)),
        (least, number()).prop_map(|(c, number)| Condition::Real("cases_met", c, number as f64)),
        (most, number()).prop_map(|(c, number)| Condition::RealFirst(number as f64, c, "cases_met")),
    ]
}

fn either(inner: BoxedStrategy<Condition>) -> impl Strategy<Value = Condition> {
    let boxed = inner.prop_map(Box::new);
    (any::<bool>(), boxed.clone(), boxed).prop_map(|(and, left, right)| {
        if and { Condition::And(left, right) } else { Condition::Or(left, right) }
    })
}

/// The names of the fields of a kind.
pub fn fields(kind: EvidenceKind) -> Vec<&'static str> {
    match kind {
        EvidenceKind::Declaration => vec!["at", "symptoms", "cases_met"],
        EvidenceKind::Check => vec!["at", "symptoms", "temperature_c", "by", "cases_met"],
        EvidenceKind::Stay => vec!["region", "region_level", "arrived", "left"],
        EvidenceKind::Trip => vec!["mode", "vehicle", "car", "row", "departed", "arrived"],
        EvidenceKind::Test => vec!["method", "result", "sampled", "reported"],
        EvidenceKind::Case => vec!["status", "onset", "confirmed", "isolated", "recovered", "known"],
        _ => vec!["class", "setting", "minutes", "probability", "cases", "combined_minutes", "first", "last"],
    }
}

/// The names of the times of a kind.
pub fn times(kind: EvidenceKind) -> Vec<&'static str> {
    match kind {
        EvidenceKind::Declaration | EvidenceKind::Check => vec!["at"],
        EvidenceKind::Stay => vec!["arrived", "left"],
        EvidenceKind::Trip => vec!["departed", "arrived"],
        EvidenceKind::Test => vec!["sampled", "reported"],
        EvidenceKind::Case => vec!["onset", "confirmed", "isolated", "recovered", "known"],
        _ => vec!["first", "last"],
    }
}

fn leaves(kind: EvidenceKind) -> Vec<Leaf> {
    let mut leaves = vec![any::<bool>().prop_map(Condition::Constant).boxed()];
    match kind {
        EvidenceKind::Declaration => leaves.extend(symptoms()),
        EvidenceKind::Check => {
            leaves.extend(symptoms());
            leaves.extend(words("by", CheckedBy::WORDS));
            leaves.extend(numbers("temperature_c", &[36.0, 37.0, 37.3, 38.0, 38.5]));
        }
        EvidenceKind::Stay => {
            leaves.extend(words("region_level", RegionLevel::WORDS));
            leaves.extend(words("region", &["r1", "r2", "r3"]));
        }
        EvidenceKind::Trip => {
            leaves.extend(words("mode", TravelMode::WORDS));
            leaves.extend(words("car", &["1", "2"]));
            leaves.extend(words("vehicle", &["G1/2020-03-20", "CA1234/2020-03-20"]));
            leaves.extend(numbers("row", &[3.0, 10.0, 12.0]));
        }
        EvidenceKind::Test => {
            leaves.extend(words("method", TestMethod::WORDS));
            leaves.extend(words("result", TestResult::WORDS));
        }
        EvidenceKind::Case => leaves.extend(words("status", CaseStatus::WORDS)),
        _ => {
            leaves.extend(words("class", ContactClass::WORDS));
            leaves.extend(words("setting", Setting::WORDS));
            leaves.extend(numbers("minutes", &[0.0, 15.0, 60.0]));
            leaves.extend(numbers("probability", &[0.01, 0.06, 0.1]));
            leaves.extend(numbers("cases", &[1.0, 2.0]));
            leaves.extend(numbers("combined_minutes", &[15.0, 60.0]));
            leaves.extend(numbers("combined_probability", &[0.06, 0.1]));
        }
    }
    if times(kind).len() > 1 {
        leaves.extend(gaps(kind));
    }
    leaves
}

fn comparison() -> impl Strategy<Value = Comparison> {
    prop::sample::select(&Comparison::ALL[..])
}

fn words(field: &'static str, known: &'static [&'static str]) -> Vec<Leaf> {
    let same = prop::sample::select(vec![Comparison::Equal, Comparison::Equal, Comparison::NotEqual]);
    let word = || prop::sample::select(known).prop_map(str::to_owned);
    vec![
        (same.clone(), word()).prop_map(move |(c, word)| Condition::Word(field, c, word)).boxed(),
        (same, word()).prop_map(move |(c, word)| Condition::WordFirst(word, c, field)).boxed(),
        vec(word(), 1..4).prop_map(move |words| Condition::WordIn(field, words)).boxed(),
    ]
}

/// Comparisons with numbers that the evidence is likely to have, whole and with a fraction.
fn numbers(field: &'static str, near: &'static [f64]) -> Vec<Leaf> {
    let whole = prop::sample::select(near).prop_map(|number| number.round() as i64);
    let real = || prop::sample::select(near);
    vec![
        (comparison(), whole).prop_map(move |(c, number)| Condition::Whole(field, c, number)).boxed(),
        (comparison(), real()).prop_map(move |(c, number)| Condition::Real(field, c, number)).boxed(),
        (comparison(), real()).prop_map(move |(c, number)| Condition::RealFirst(number, c, field)).boxed(),
        vec(real(), 1..3).prop_map(move |numbers| Condition::RealIn(field, numbers)).boxed(),
    ]
}

fn symptoms() -> Vec<Leaf> {
    let few = || 0..3_u32;
    vec![
        symptom().prop_map(Condition::Symptom).boxed(),
        (comparison(), few()).prop_map(|(c, count)| Condition::Count(c, count)).boxed(),
        (comparison(), few()).prop_map(|(c, count)| Condition::CountMethod(c, count)).boxed(),
        on_symptom().prop_map(Condition::Exists).boxed(),
        on_symptom().prop_map(Condition::All).boxed(),
        (on_symptom(), comparison(), few()).prop_map(|(s, c, n)| Condition::FilterCount(s, c, n)).boxed(),
        (on_symptom(), comparison(), few())
            .prop_map(|(s, c, n)| Condition::FilterMethodCount(s, c, n))
            .boxed(),
    ]
}

fn symptom() -> impl Strategy<Value = String> + Clone {
    prop::sample::select(&SYMPTOMS[..]).prop_map(|symptom| symptom.word().to_owned())
}

fn on_symptom() -> BoxedStrategy<SymptomCondition> {
    let leaf = prop_oneof![
        symptom().prop_map(SymptomCondition::Is),
        symptom().prop_map(SymptomCondition::IsNot),
        vec(symptom(), 1..4).prop_map(SymptomCondition::In),
    ];
    leaf.prop_recursive(2, 4, 2, |inner| {
        let pair = (inner.clone().prop_map(Box::new), inner.clone().prop_map(Box::new));
        prop_oneof![
            inner.prop_map(|inner| SymptomCondition::Not(Box::new(inner))),
            pair.clone().prop_map(|(left, right)| SymptomCondition::And(left, right)),
            pair.prop_map(|(left, right)| SymptomCondition::Or(left, right)),
        ]
    })
    .boxed()
}

fn gaps(kind: EvidenceKind) -> Vec<Leaf> {
    let two = || prop::sample::subsequence(times(kind), 2).prop_shuffle();
    let hours = || prop::sample::select(vec![0_i64, 12, 24, 48]);
    vec![
        (two(), comparison()).prop_map(|(two, c)| Condition::Times(two[0], c, two[1])).boxed(),
        (two(), comparison(), hours()).prop_map(|(two, c, h)| Condition::Gap(two[0], two[1], c, h)).boxed(),
        (two(), comparison(), hours())
            .prop_map(|(two, c, h)| Condition::GapFirst(h, c, two[0], two[1]))
            .boxed(),
    ]
}
