//! The two sides of a comparison.

use evidence::Symptoms;

use crate::{cases_met::Given, field::Field, piece::Says};

/// A side of a comparison. Numbers, durations and instants never mix: the compiler sees to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Operand {
    /// A constant number, or a duration or instant in microseconds.
    Constant(f64),
    /// A number field.
    Number(Field),
    /// An instant, in microseconds since 1970.
    Time(Field),
    /// The time from the second instant to the first, in microseconds.
    Between(Field, Field),
    /// How many of these symptoms there are.
    Count(Field, Symptoms),
}

/// Microseconds since 1970 of an instant field. Instants are kept to the microsecond and lie within ±2^58 µs; as
/// `f64` they are exact for the years 1684 to 2255, and compare in order everywhere.
fn micros(field: Field, says: &Says) -> Option<f64> {
    field.time(says).map(|t| t.as_microsecond() as f64)
}

impl Operand {
    /// The value, or `None` when a field is missing.
    pub(crate) fn value(&self, given: Given<'_>) -> Option<f64> {
        let says = given.says;
        match self {
            Operand::Constant(value) => Some(*value),
            Operand::Number(field) => field.number(given),
            Operand::Time(field) => micros(*field, says),
            Operand::Between(later, earlier) => Some(micros(*later, says)? - micros(*earlier, says)?),
            Operand::Count(field, among) => {
                field.symptoms(says).map(|s| f64::from(s.intersection(*among).len()))
            }
        }
    }

    /// Whether it reads a field.
    pub(crate) fn asks(&self, asked: Field) -> bool {
        match self {
            Operand::Constant(_) => false,
            Operand::Number(field) | Operand::Time(field) | Operand::Count(field, _) => *field == asked,
            Operand::Between(later, earlier) => *later == asked || *earlier == asked,
        }
    }
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    /// Whether `a how b`; `None` where the two cannot be ordered.
    pub(crate) fn holds(self, a: f64, b: f64) -> Option<bool> {
        let order = a.partial_cmp(&b)?;
        Some(match self {
            Comparison::Equal => order.is_eq(),
            Comparison::Less => order.is_lt(),
            Comparison::LessOrEqual => order.is_le(),
            Comparison::Greater => order.is_gt(),
            Comparison::GreaterOrEqual => order.is_ge(),
        })
    }
}
