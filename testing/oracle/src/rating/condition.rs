//! Conditions: their text, and what they are worth.

use std::fmt::{Display, Formatter, Result as Formatted};

use evidence::Symptoms;

use super::{Facts, Value};

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

impl Comparison {
    /// Every comparison.
    pub const ALL: [Comparison; 6] = [
        Comparison::Equal,
        Comparison::NotEqual,
        Comparison::Less,
        Comparison::AtMost,
        Comparison::Greater,
        Comparison::AtLeast,
    ];

    fn holds<T: PartialOrd>(self, left: &T, right: &T) -> bool {
        match self {
            Comparison::Equal => left == right,
            Comparison::NotEqual => left != right,
            Comparison::Less => left < right,
            Comparison::AtMost => left <= right,
            Comparison::Greater => left > right,
            Comparison::AtLeast => left >= right,
        }
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> Formatted {
        f.write_str(match self {
            Comparison::Equal => "==",
            Comparison::NotEqual => "!=",
            Comparison::Less => "<",
            Comparison::AtMost => "<=",
            Comparison::Greater => ">",
            Comparison::AtLeast => ">=",
        })
    }
}

/// A condition on one symptom, called `s`.
#[derive(Debug, Clone)]
pub enum SymptomCondition {
    /// `s == "…"`
    Is(String),
    /// `s != "…"`
    IsNot(String),
    /// `s in ["…", …]`
    In(Vec<String>),
    /// `!(…)`
    Not(Box<SymptomCondition>),
    /// `(…) && (…)`
    And(Box<SymptomCondition>, Box<SymptomCondition>),
    /// `(…) || (…)`
    Or(Box<SymptomCondition>, Box<SymptomCondition>),
}

/// A condition on the fields of one piece of evidence, named without their kind.
#[derive(Debug, Clone)]
pub enum Condition {
    /// `true` or `false`
    Constant(bool),
    /// `field == "word"`; only [`Comparison::Equal`] and [`Comparison::NotEqual`] make sense.
    Word(&'static str, Comparison, String),
    /// `"word" == field`, the same the other way round.
    WordFirst(String, Comparison, &'static str),
    /// `field in ["word", …]`
    WordIn(&'static str, Vec<String>),
    /// `field < 3`
    Whole(&'static str, Comparison, i64),
    /// `field < 37.5`
    Real(&'static str, Comparison, f64),
    /// `37.5 < field`
    RealFirst(f64, Comparison, &'static str),
    /// `field in [36.5, 37.0]`
    RealIn(&'static str, Vec<f64>),
    /// `first < second`, on two times.
    Times(&'static str, Comparison, &'static str),
    /// `first - second < duration("36h")`, in hours.
    Gap(&'static str, &'static str, Comparison, i64),
    /// `duration("36h") < first - second`
    GapFirst(i64, Comparison, &'static str, &'static str),
    /// `"word" in symptoms`
    Symptom(String),
    /// `size(symptoms) > 2`
    Count(Comparison, u32),
    /// `symptoms.size() > 2`
    CountMethod(Comparison, u32),
    /// `symptoms.exists(s, …)`
    Exists(SymptomCondition),
    /// `symptoms.all(s, …)`
    All(SymptomCondition),
    /// `size(symptoms.filter(s, …)) > 2`
    FilterCount(SymptomCondition, Comparison, u32),
    /// `symptoms.filter(s, …).size() > 2`
    FilterMethodCount(SymptomCondition, Comparison, u32),
    /// `has(field)`
    Has(&'static str),
    /// `!(…)`
    Not(Box<Condition>),
    /// `… && …`
    And(Box<Condition>, Box<Condition>),
    /// `… || …`
    Or(Box<Condition>, Box<Condition>),
}

impl SymptomCondition {
    /// Whether it is true of a symptom.
    #[must_use]
    pub fn holds(&self, symptom: &str) -> bool {
        match self {
            SymptomCondition::Is(word) => symptom == word,
            SymptomCondition::IsNot(word) => symptom != word,
            SymptomCondition::In(words) => words.iter().any(|word| symptom == word),
            SymptomCondition::Not(inner) => !inner.holds(symptom),
            SymptomCondition::And(left, right) => left.holds(symptom) && right.holds(symptom),
            SymptomCondition::Or(left, right) => left.holds(symptom) || right.holds(symptom),
        }
    }
}

impl Display for SymptomCondition {
    fn fmt(&self, f: &mut Formatter<'_>) -> Formatted {
        match self {
            SymptomCondition::Is(word) => write!(f, "s == \"{word}\""),
            SymptomCondition::IsNot(word) => write!(f, "s != \"{word}\""),
            SymptomCondition::In(words) => write!(f, "s in {words:?}"),
            SymptomCondition::Not(inner) => write!(f, "!({inner})"),
            SymptomCondition::And(left, right) => write!(f, "({left}) && ({right})"),
            SymptomCondition::Or(left, right) => write!(f, "({left}) || ({right})"),
        }
    }
}

impl Condition {
    /// The condition in the Common Expression Language, with fields of a kind of evidence (`stay.left`).
    #[must_use]
    pub fn to_cel(&self, kind: &str) -> String {
        match self {
            Condition::Constant(value) => value.to_string(),
            Condition::Word(field, comparison, word) => format!("{kind}.{field} {comparison} \"{word}\""),
            Condition::WordFirst(word, comparison, field) => {
                format!("\"{word}\" {comparison} {kind}.{field}")
            }
            Condition::WordIn(field, words) => format!("{kind}.{field} in {words:?}"),
            Condition::Whole(field, comparison, number) => format!("{kind}.{field} {comparison} {number}"),
            Condition::Real(field, comparison, number) => format!("{kind}.{field} {comparison} {number:?}"),
            Condition::RealFirst(number, comparison, field) => {
                format!("{number:?} {comparison} {kind}.{field}")
            }
            Condition::RealIn(field, numbers) => format!("{kind}.{field} in {numbers:?}"),
            Condition::Times(left, comparison, right) => format!("{kind}.{left} {comparison} {kind}.{right}"),
            Condition::Gap(left, right, comparison, hours) => {
                format!("{kind}.{left} - {kind}.{right} {comparison} duration(\"{hours}h\")")
            }
            Condition::GapFirst(hours, comparison, left, right) => {
                format!("duration(\"{hours}h\") {comparison} {kind}.{left} - {kind}.{right}")
            }
            Condition::Symptom(word) => format!("\"{word}\" in {kind}.symptoms"),
            Condition::Count(comparison, count) => format!("size({kind}.symptoms) {comparison} {count}"),
            Condition::CountMethod(comparison, count) => {
                format!("{kind}.symptoms.size() {comparison} {count}")
            }
            Condition::Exists(inner) => format!("{kind}.symptoms.exists(s, {inner})"),
            Condition::All(inner) => format!("{kind}.symptoms.all(s, {inner})"),
            Condition::FilterCount(inner, comparison, count) => {
                format!("size({kind}.symptoms.filter(s, {inner})) {comparison} {count}")
            }
            Condition::FilterMethodCount(inner, comparison, count) => {
                format!("{kind}.symptoms.filter(s, {inner}).size() {comparison} {count}")
            }
            Condition::Has(field) => format!("has({kind}.{field})"),
            Condition::Not(inner) => format!("!({})", inner.to_cel(kind)),
            Condition::And(left, right) => {
                format!("{} && {}", left.side_of_and(kind), right.side_of_and(kind))
            }
            Condition::Or(left, right) => format!("{} || {}", left.to_cel(kind), right.to_cel(kind)),
        }
    }

    /// The text with the parentheses it needs beside `&&`, which binds tighter than `||`.
    fn side_of_and(&self, kind: &str) -> String {
        match self {
            Condition::Or(..) => format!("({})", self.to_cel(kind)),
            _ => self.to_cel(kind),
        }
    }

    /// What it is worth on a piece of evidence: true, false, or `None` where a missing field leaves it open.
    ///
    /// As in CEL, one false side makes an "and" false, and one true side an "or" true, whatever the other side is.
    #[must_use]
    pub fn value(&self, facts: &Facts) -> Option<bool> {
        match self {
            Condition::Constant(value) => Some(*value),
            Condition::Word(field, comparison, word) => {
                text(facts, field).map(|there| comparison.holds(&there, &word.as_str()))
            }
            Condition::WordFirst(word, comparison, field) => {
                text(facts, field).map(|there| comparison.holds(&word.as_str(), &there))
            }
            Condition::WordIn(field, words) => {
                text(facts, field).map(|there| words.iter().any(|word| word == there))
            }
            Condition::Whole(field, comparison, constant) => {
                number(facts, field).map(|there| comparison.holds(&there, &(*constant as f64)))
            }
            Condition::Real(field, comparison, constant) => {
                number(facts, field).map(|there| comparison.holds(&there, constant))
            }
            Condition::RealFirst(constant, comparison, field) => {
                number(facts, field).map(|there| comparison.holds(constant, &there))
            }
            Condition::RealIn(field, numbers) => number(facts, field).map(|there| numbers.contains(&there)),
            Condition::Times(left, comparison, right) => {
                Some(comparison.holds(&time(facts, left)?, &time(facts, right)?))
            }
            Condition::Gap(left, right, comparison, hours) => {
                Some(comparison.holds(&gap(facts, left, right)?, &microseconds(*hours)))
            }
            Condition::GapFirst(hours, comparison, left, right) => {
                Some(comparison.holds(&microseconds(*hours), &gap(facts, left, right)?))
            }
            Condition::Symptom(word) => count(facts, |symptom| symptom == word).map(|count| count > 0),
            Condition::Count(comparison, limit) | Condition::CountMethod(comparison, limit) => {
                count(facts, |_| true).map(|count| comparison.holds(&count, limit))
            }
            Condition::Exists(inner) => count(facts, |s| inner.holds(s)).map(|count| count > 0),
            Condition::All(inner) => count(facts, |s| !inner.holds(s)).map(|count| count == 0),
            Condition::FilterCount(inner, comparison, limit)
            | Condition::FilterMethodCount(inner, comparison, limit) => {
                count(facts, |s| inner.holds(s)).map(|count| comparison.holds(&count, limit))
            }
            Condition::Has(field) => Some(facts.contains_key(field)),
            Condition::Not(inner) => inner.value(facts).map(|value| !value),
            Condition::And(left, right) => match (left.value(facts), right.value(facts)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Condition::Or(left, right) => match (left.value(facts), right.value(facts)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
        }
    }
}

fn text<'a>(facts: &'a Facts, field: &str) -> Option<&'a str> {
    match facts.get(field)? {
        Value::Word(word) => Some(word),
        _ => None,
    }
}

fn number(facts: &Facts, field: &str) -> Option<f64> {
    match facts.get(field)? {
        Value::Whole(number) => Some(*number as f64),
        Value::Real(number) => Some(*number),
        _ => None,
    }
}

fn time(facts: &Facts, field: &str) -> Option<jiff::Timestamp> {
    match facts.get(field)? {
        Value::Time(time) => Some(*time),
        _ => None,
    }
}

/// From the second time to the first, in microseconds.
fn gap(facts: &Facts, first: &str, second: &str) -> Option<i128> {
    Some(time(facts, first)?.duration_since(time(facts, second)?).as_micros())
}

fn microseconds(hours: i64) -> i128 {
    i128::from(hours) * 3_600_000_000
}

/// How many of the symptoms meet a condition.
fn count(facts: &Facts, meets: impl Fn(&str) -> bool) -> Option<u32> {
    match facts.get("symptoms")? {
        Value::Symptoms(symptoms) => {
            Some(Symptoms::iter(*symptoms).map(|s| u32::from(meets(s.word()))).sum())
        }
        _ => None,
    }
}
