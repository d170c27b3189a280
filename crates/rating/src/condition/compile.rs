//! From CEL's syntax tree to a condition, with every type checked.

mod comprehension;
mod value;

use cel::{
    common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, SourceInfo, operators},
    parser::Parser,
};
use evidence::EvidenceKind;

use super::{Comparison, Condition, ConditionError, Node};
use crate::field::{self, Field, FieldType};

/// Why `cases_met` may only be asked for at least a number.
const ONLY_AT_LEAST: &str = "ask of `cases_met` only whether it is at least a number (`>=` or `>`, not under `!`): an exposure less must never worsen a level";

/// How deep an expression may nest.
const DEPTH_MAX: u16 = 32;

/// What an expression is compiled with.
pub(super) struct Compiler<'a> {
    kind: EvidenceKind,
    source: &'a SourceInfo,
}

pub(super) fn compile(kind: EvidenceKind, expression: &str) -> Result<Node, ConditionError> {
    if expression.len() > Condition::LENGTH_MAX {
        let message = format!("longer than {} bytes; split the rule into several", Condition::LENGTH_MAX);
        return Err(ConditionError { column: 1, message });
    }
    if let Some(message) = too_deep(expression) {
        return Err(ConditionError { column: 1, message });
    }
    let parsed = Parser::default().max_recursion_depth(DEPTH_MAX).parse_with_source_info(expression);
    let (tree, source) = parsed.map_err(|errors| {
        let first = errors.errors.first();
        let column = first.map_or(1, |e| usize::try_from(e.pos.1).unwrap_or(1).max(1));
        let message = first.map_or("", |e| e.msg.as_str());
        // The parser lists every token it would have taken; where it stopped says more.
        let reason = message.split(" expecting ").next().unwrap_or_default().replace("'<EOF>'", "end");
        ConditionError { column, message: format!("not a CEL expression: {reason}") }
    })?;
    Compiler { kind, source: &source }.condition(&tree)
}

/// Refuses deep nesting before the parser recurses into it.
fn too_deep(expression: &str) -> Option<String> {
    let mut depth = 0_u16;
    for c in expression.chars() {
        match c {
            '(' | '[' | '{' | '!' | '-' | '?' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH_MAX * 2 {
            return Some(format!("nested deeper than {DEPTH_MAX}; split the rule into several"));
        }
    }
    None
}

impl Compiler<'_> {
    fn error<T>(&self, at: &IdedExpr, message: impl Into<String>) -> Result<T, ConditionError> {
        let column = self.source.offset_for(at.id).map_or(1, |(start, _)| start as usize + 1);
        Err(ConditionError { column, message: message.into() })
    }

    /// A boolean expression.
    fn condition(&self, at: &IdedExpr) -> Result<Node, ConditionError> {
        match &at.expr {
            Expr::Literal(LiteralValue::Boolean(value)) => Ok(Node::Constant(*value.inner())),
            Expr::Call(call) => self.call(at, call),
            Expr::Comprehension(comprehension) => self.symptom_test(at, comprehension),
            Expr::Select(select) if select.test => Ok(Node::Has(self.field(at)?.0)),
            Expr::Select(_) => {
                let (_, of) = self.field(at)?;
                let hint = match of {
                    FieldType::Symptoms => "ask e.g. `\"fever\" in …` or `size(…) > 0`",
                    _ => "compare it with something",
                };
                self.error(at, format!("a field alone is no condition; {hint}"))
            }
            _ => self.error(at, "not a condition; see the expressions allowed in docs/rule-sets.md"),
        }
    }

    fn call(&self, at: &IdedExpr, call: &CallExpr) -> Result<Node, ConditionError> {
        let parts = |a: &IdedExpr, b: &IdedExpr| -> Result<Box<[Node]>, ConditionError> {
            Ok([self.condition(a)?, self.condition(b)?].into())
        };
        match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::LOGICAL_AND, [a, b]) => Ok(Node::All(parts(a, b)?)),
            (operators::LOGICAL_OR, [a, b]) => Ok(Node::Any(parts(a, b)?)),
            (operators::LOGICAL_NOT, [a]) => Ok(Node::Not(Box::new(self.negatable(a)?))),
            (operators::IN, [item, list]) => self.membership(at, item, list),
            (operators::EQUALS, [a, b]) => self.equality(at, a, b),
            (operators::NOT_EQUALS, [a, b]) => Ok(Node::Not(Box::new(self.equality(at, a, b)?))),
            (name, [a, b]) => match ordering(name) {
                Some(how) => self.comparison(at, a, how, b),
                None => self.unknown_call(at, name),
            },
            (name, _) => self.unknown_call(at, name),
        }
    }

    fn unknown_call<T>(&self, at: &IdedExpr, name: &str) -> Result<T, ConditionError> {
        let name = name.trim_matches(['_', '@']);
        self.error(
            at,
            format!("`{name}` is not allowed here: a rule may only ask what one piece of evidence decides (docs/rule-sets.md)"),
        )
    }

    /// What stands under `!`. `has` and `cases_met` may not: the absence of evidence must never restrict anybody.
    fn negatable(&self, at: &IdedExpr) -> Result<Node, ConditionError> {
        let node = self.condition(at)?;
        if asks_presence(&node) {
            return self
                .error(at, "`has` may not stand under `!`: missing evidence must never worsen a level");
        }
        if node.asks(Field::CasesMet) {
            return self.error(at, ONLY_AT_LEAST);
        }
        Ok(node)
    }

    /// A field of the evidence: `kind.field`.
    fn field(&self, at: &IdedExpr) -> Result<(field::Field, FieldType), ConditionError> {
        let Expr::Select(select) = &at.expr else {
            return self.error(at, format!("expected a field such as `{}.…`", self.kind));
        };
        match &select.operand.expr {
            Expr::Ident(root) if root == self.kind.word() => {
                field::find(self.kind, &select.field).or_else(|message| self.error(at, message))
            }
            Expr::Ident(root) => self.error(
                at,
                format!(
                    "`{root}` is not there: this rule is `on = \"{0}\"`, so fields begin with `{0}.`",
                    self.kind
                ),
            ),
            _ => self.error(at, "fields of fields do not exist"),
        }
    }
}

fn asks_presence(node: &Node) -> bool {
    match node {
        Node::Has(_) => true,
        Node::All(parts) | Node::Any(parts) => parts.iter().any(asks_presence),
        Node::Not(inner) => asks_presence(inner),
        _ => false,
    }
}

fn ordering(name: &str) -> Option<Comparison> {
    match name {
        operators::LESS => Some(Comparison::Less),
        operators::LESS_EQUALS => Some(Comparison::LessOrEqual),
        operators::GREATER => Some(Comparison::Greater),
        operators::GREATER_EQUALS => Some(Comparison::GreaterOrEqual),
        _ => None,
    }
}
