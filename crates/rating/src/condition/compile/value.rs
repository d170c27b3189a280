//! Values, equality and membership.

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators};
use compact_str::CompactString;
use evidence::{Symptom, Symptoms, duration};
use jiff::Timestamp;

use super::{
    super::{Comparison, ConditionError, Node, Operand, SetQuestion},
    Compiler, ONLY_AT_LEAST,
};
use crate::field::{Field, FieldType};

/// What a side of a comparison measures; only like is compared with like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    Number,
    Duration,
    Instant,
}

impl Measure {
    fn name(self) -> &'static str {
        match self {
            Measure::Number => "a number",
            Measure::Duration => "a duration",
            Measure::Instant => "a time",
        }
    }
}

impl Compiler<'_> {
    /// `a == b`: words, texts, booleans' worth of numbers, times.
    pub(super) fn equality(&self, at: &IdedExpr, a: &IdedExpr, b: &IdedExpr) -> Result<Node, ConditionError> {
        for (field, literal) in [(a, b), (b, a)] {
            if let Some(text) = text_literal(literal) {
                return self.among(field, &[(literal, text)]);
            }
        }
        self.comparison(at, a, Comparison::Equal, b)
    }

    /// `item in list`: a word or text field in a list of constants, or a constant in the symptoms.
    pub(super) fn membership(
        &self,
        at: &IdedExpr,
        item: &IdedExpr,
        list: &IdedExpr,
    ) -> Result<Node, ConditionError> {
        if let Some(text) = text_literal(item) {
            let (field, of) = self.field(list)?;
            if of != FieldType::Symptoms {
                return self.error(list, "only symptoms are a list; for others write `field in [\"…\"]`");
            }
            let with = Symptoms::NONE.with(self.symptom(item, text)?);
            return Ok(Node::Symptoms { field, question: SetQuestion::Any, with });
        }
        let Expr::List(list_literal) = &list.expr else {
            return self.error(at, "write the list out: `field in [\"…\", \"…\"]`");
        };
        let (_, of) = self.field(item)?;
        if list_literal.elements.is_empty() {
            return self.error(list, "an empty list contains nothing; name at least one word");
        }
        if of == FieldType::Number {
            let equal = |element| self.comparison(at, item, Comparison::Equal, element);
            return Ok(Node::Any(list_literal.elements.iter().map(equal).collect::<Result<_, _>>()?));
        }
        let words = self.text_list(&list_literal.elements)?;
        self.among(item, &words)
    }

    /// Text constants with their places.
    pub(super) fn text_list<'e>(
        &self,
        elements: &'e [IdedExpr],
    ) -> Result<Vec<(&'e IdedExpr, &'e str)>, ConditionError> {
        let text = |element: &'e IdedExpr| match text_literal(element) {
            Some(text) => Ok((element, text)),
            None => self.error(element, "a list here holds words in quotes"),
        };
        elements.iter().map(text).collect()
    }

    fn among(&self, field: &IdedExpr, words: &[(&IdedExpr, &str)]) -> Result<Node, ConditionError> {
        let (name, of) = self.field(field)?;
        match of {
            FieldType::Word(vocabulary) => {
                let mut among = 0;
                for (place, word) in words {
                    match vocabulary.iter().position(|k| k == word) {
                        Some(position) => among |= 1 << position,
                        None => {
                            return self.error(
                                place,
                                format!("`{word}` is none of its words: {}", vocabulary.join(", ")),
                            );
                        }
                    }
                }
                Ok(Node::Word { field: name, among })
            }
            FieldType::Text => Ok(Node::Text {
                field: name,
                among: words.iter().map(|(_, w)| CompactString::new(w)).collect(),
            }),
            FieldType::Symptoms => self.error(field, "symptoms are a list; write `\"fever\" in …`"),
            FieldType::Number => self.error(field, "a number is not compared with a text"),
            FieldType::Time => {
                self.error(field, "write a time as `timestamp(\"2020-02-14T00:00:00+08:00\")`")
            }
        }
    }

    pub(super) fn symptom(&self, at: &IdedExpr, word: &str) -> Result<Symptom, ConditionError> {
        word.parse().or_else(|unknown: evidence::UnknownWord| self.error(at, unknown.to_string()))
    }

    /// `a < b` and the like.
    pub(super) fn comparison(
        &self,
        at: &IdedExpr,
        a: &IdedExpr,
        how: Comparison,
        b: &IdedExpr,
    ) -> Result<Node, ConditionError> {
        let (left, left_measure) = self.operand(a)?;
        let (right, right_measure) = self.operand(b)?;
        if left_measure != right_measure {
            let (left, right) = (left_measure.name(), right_measure.name());
            return self.error(at, format!("{left} is not compared with {right}"));
        }
        let lesser = match how {
            Comparison::Greater | Comparison::GreaterOrEqual => [Some(right), None],
            Comparison::Less | Comparison::LessOrEqual => [Some(left), None],
            Comparison::Equal => [Some(left), Some(right)],
        };
        if lesser.iter().flatten().any(|operand| operand.asks(Field::CasesMet)) {
            return self.error(at, ONLY_AT_LEAST);
        }
        Ok(Node::Compare { left, how, right })
    }

    fn operand(&self, at: &IdedExpr) -> Result<(Operand, Measure), ConditionError> {
        match &at.expr {
            Expr::Literal(LiteralValue::Int(n)) => {
                Ok((Operand::Constant(*n.inner() as f64), Measure::Number))
            }
            Expr::Literal(LiteralValue::UInt(n)) => {
                Ok((Operand::Constant(*n.inner() as f64), Measure::Number))
            }
            Expr::Literal(LiteralValue::Double(x)) => Ok((Operand::Constant(*x.inner()), Measure::Number)),
            Expr::Select(select) if !select.test => match self.field(at)? {
                (field, FieldType::Number) => Ok((Operand::Number(field), Measure::Number)),
                (field, FieldType::Time) => Ok((Operand::Time(field), Measure::Instant)),
                (_, FieldType::Word(_) | FieldType::Text) => {
                    self.error(at, "a word is only compared with a word in quotes, by `==`, `!=` or `in`")
                }
                (_, FieldType::Symptoms) => self.error(at, "use `size(…)` to count symptoms"),
            },
            Expr::Call(call) => self.operand_call(at, call),
            _ => self.error(at, "expected a number, a time or a duration"),
        }
    }

    fn operand_call(&self, at: &IdedExpr, call: &CallExpr) -> Result<(Operand, Measure), ConditionError> {
        match (call.func_name.as_str(), call.target.as_deref(), call.args.as_slice()) {
            (operators::NEGATE, None, [inner]) => match self.operand(inner)? {
                (Operand::Constant(value), measure) => Ok((Operand::Constant(-value), measure)),
                _ => self.error(at, "only constants may be negative"),
            },
            (operators::SUBSTRACT, None, [later, earlier]) => {
                let (later, earlier) = (self.time_field(later)?, self.time_field(earlier)?);
                Ok((Operand::Between(later, earlier), Measure::Duration))
            }
            ("size", None, [of]) | ("size", Some(of), []) => {
                let (field, among) = self.symptom_set(of)?;
                Ok((Operand::Count(field, among), Measure::Number))
            }
            ("duration", None, [text]) => {
                let span = text_literal(text).ok_or_else(|| "expected a text".to_owned());
                let span = span.and_then(|t| duration::parse(t).map_err(|e| e.to_string()));
                let span = span.or_else(|e| self.error(text, format!("`duration(\"36h\")`: {e}")))?;
                Ok((Operand::Constant(span.as_micros() as f64), Measure::Duration))
            }
            ("timestamp", None, [text]) => match text_literal(text).map(str::parse::<Timestamp>) {
                Some(Ok(instant)) => {
                    Ok((Operand::Constant(instant.as_microsecond() as f64), Measure::Instant))
                }
                _ => self.error(text, "expected a time such as `timestamp(\"2020-02-14T00:00:00+08:00\")`"),
            },
            (name, ..) => self.unknown_call(at, name),
        }
    }

    fn time_field(&self, at: &IdedExpr) -> Result<Field, ConditionError> {
        match self.field(at)? {
            (field, FieldType::Time) => Ok(field),
            _ => self.error(at, "only times of the evidence may be subtracted"),
        }
    }
}

pub(super) fn text_literal(at: &IdedExpr) -> Option<&str> {
    match &at.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}
