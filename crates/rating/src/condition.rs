//! A rule's condition: a subset of CEL, compiled once to a small tree over typed fields.
//!
//! Conditions are three-valued, as CEL's are when a field is missing: *unknown* unless the rest decides.
//! `unknown || true` is true and `unknown && false` is false; everything else with an unknown in it is unknown.

mod compile;
mod operand;

use compact_str::CompactString;
use evidence::{EvidenceKind, Symptoms};

pub(crate) use operand::{Comparison, Operand};

use crate::{cases_met::Given, field::Field, piece::Says};

/// Why an expression is not a condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`when`, column {column}: {message}")]
pub struct ConditionError {
    /// Column inside the expression, from 1.
    pub column: usize,
    /// What is wrong and what to write instead.
    pub message: String,
}

/// The answer to a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// A missing field leaves it open.
    Unknown,
}

impl From<bool> for Truth {
    fn from(known: bool) -> Self {
        if known { Truth::True } else { Truth::False }
    }
}

impl From<Option<bool>> for Truth {
    fn from(known: Option<bool>) -> Self {
        known.map_or(Truth::Unknown, Truth::from)
    }
}

/// How a set of symptoms is asked about another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SetQuestion {
    /// At least one in common.
    Any,
    /// None outside.
    Within,
}

/// A compiled condition over one piece of evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    node: Node,
    counts_cases: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Node {
    Constant(bool),
    All(Box<[Node]>),
    Any(Box<[Node]>),
    Not(Box<Node>),
    Has(Field),
    /// The word of a closed vocabulary is one of these, by position.
    Word {
        field: Field,
        among: u32,
    },
    /// The text is one of these.
    Text {
        field: Field,
        among: Box<[CompactString]>,
    },
    Symptoms {
        field: Field,
        question: SetQuestion,
        with: Symptoms,
    },
    Compare {
        left: Operand,
        how: Comparison,
        right: Operand,
    },
}

impl Condition {
    /// Longest expression, in bytes.
    pub const LENGTH_MAX: usize = 2_000;

    /// Compiles an expression over one kind of evidence.
    ///
    /// # Errors
    /// [`ConditionError`] when the text is not CEL, is longer than [`Condition::LENGTH_MAX`], or goes beyond the
    /// subset of `docs/rule-sets.md`: an unknown field or word, mixed types, time of day, calls.
    pub fn compile(kind: EvidenceKind, expression: &str) -> Result<Self, ConditionError> {
        let node = compile::compile(kind, expression)?;
        Ok(Condition { counts_cases: node.asks(Field::CasesMet), node })
    }

    /// The condition that always holds.
    #[must_use]
    pub fn always() -> Self {
        Condition { node: Node::Constant(true), counts_cases: false }
    }

    /// Asks the condition of a piece of evidence, of a person who had met so many cases in the 14 days before. The number
    /// counts for declarations and checks only, and one of 0 is a missing field.
    #[must_use]
    pub fn ask(&self, says: &Says, cases_met: u32) -> Truth {
        self.ask_of(Given { says, cases_met })
    }

    pub(crate) fn ask_of(&self, given: Given<'_>) -> Truth {
        self.node.ask(given)
    }

    /// Whether it asks how many cases were met.
    pub(crate) fn counts_cases(&self) -> bool {
        self.counts_cases
    }
}

impl Node {
    fn ask(&self, given: Given<'_>) -> Truth {
        let says = given.says;
        match self {
            Node::Constant(value) => Truth::from(*value),
            Node::All(parts) => all(parts, given),
            Node::Any(parts) => any(parts, given),
            Node::Not(inner) => match inner.ask(given) {
                Truth::True => Truth::False,
                Truth::False => Truth::True,
                Truth::Unknown => Truth::Unknown,
            },
            Node::Has(field) => Truth::from(field.is_there(given)),
            Node::Word { field, among } => Truth::from(field.word(says).map(|word| among & (1 << word) != 0)),
            Node::Text { field, among } => {
                Truth::from(field.text(says).map(|t| among.iter().any(|a| a == t)))
            }
            Node::Symptoms { field, question, with } => Truth::from(field.symptoms(says).map(|symptoms| {
                let common = symptoms.intersection(*with);
                match question {
                    SetQuestion::Any => !common.is_empty(),
                    SetQuestion::Within => common == symptoms,
                }
            })),
            Node::Compare { left, how, right } => {
                Truth::from(left.value(given).zip(right.value(given)).and_then(|(a, b)| how.holds(a, b)))
            }
        }
    }

    /// Whether a field is asked for anywhere in it.
    fn asks(&self, asked: Field) -> bool {
        match self {
            Node::Constant(_) => false,
            Node::All(parts) | Node::Any(parts) => parts.iter().any(|part| part.asks(asked)),
            Node::Not(inner) => inner.asks(asked),
            Node::Has(field)
            | Node::Word { field, .. }
            | Node::Text { field, .. }
            | Node::Symptoms { field, .. } => *field == asked,
            Node::Compare { left, right, .. } => left.asks(asked) || right.asks(asked),
        }
    }
}

fn all(parts: &[Node], given: Given<'_>) -> Truth {
    let mut answer = Truth::True;
    for part in parts {
        match part.ask(given) {
            Truth::False => return Truth::False,
            Truth::Unknown => answer = Truth::Unknown,
            Truth::True => {}
        }
    }
    answer
}

fn any(parts: &[Node], given: Given<'_>) -> Truth {
    let mut answer = Truth::False;
    for part in parts {
        match part.ask(given) {
            Truth::True => return Truth::True,
            Truth::Unknown => answer = Truth::Unknown,
            Truth::False => {}
        }
    }
    answer
}
