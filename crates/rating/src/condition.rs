//! A rule's condition: a subset of CEL, compiled once to a small tree over typed fields.
//!
//! Conditions are three-valued, as CEL's are when a field is missing: *unknown* unless the rest decides.
//! `unknown || true` is true and `unknown && false` is false; everything else with an unknown in it is unknown.

mod compile;
mod operand;

use compact_str::CompactString;
use evidence::{EvidenceKind, Symptoms};

pub(crate) use operand::{Comparison, Operand};

use crate::{field::Field, piece::Says};

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
pub struct Condition(Node);

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
        compile::compile(kind, expression).map(Condition)
    }

    /// The condition that always holds.
    #[must_use]
    pub fn always() -> Self {
        Condition(Node::Constant(true))
    }

    /// Asks the condition of a piece of evidence.
    #[must_use]
    pub fn ask(&self, says: &Says) -> Truth {
        self.0.ask(says)
    }
}

impl Node {
    fn ask(&self, says: &Says) -> Truth {
        match self {
            Node::Constant(value) => Truth::from(*value),
            Node::All(parts) => all(parts, says),
            Node::Any(parts) => any(parts, says),
            Node::Not(inner) => match inner.ask(says) {
                Truth::True => Truth::False,
                Truth::False => Truth::True,
                Truth::Unknown => Truth::Unknown,
            },
            Node::Has(field) => Truth::from(field.is_there(says)),
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
                Truth::from(left.value(says).zip(right.value(says)).and_then(|(a, b)| how.holds(a, b)))
            }
        }
    }
}

fn all(parts: &[Node], says: &Says) -> Truth {
    let mut answer = Truth::True;
    for part in parts {
        match part.ask(says) {
            Truth::False => return Truth::False,
            Truth::Unknown => answer = Truth::Unknown,
            Truth::True => {}
        }
    }
    answer
}

fn any(parts: &[Node], says: &Says) -> Truth {
    let mut answer = Truth::False;
    for part in parts {
        match part.ask(says) {
            Truth::True => return Truth::True,
            Truth::Unknown => answer = Truth::Unknown,
            Truth::False => {}
        }
    }
    answer
}
