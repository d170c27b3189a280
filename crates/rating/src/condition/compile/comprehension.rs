//! `exists`, `all` and `filter` over symptoms: decided when the rule is compiled, since what they ask depends on the
//! symptom alone.

use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, IdedExpr, LiteralValue, operators};
use evidence::{Symptom, Symptoms};

use super::{
    super::{ConditionError, Node, SetQuestion},
    Compiler,
    value::text_literal,
};
use crate::field::{Field, FieldType};

/// What a macro of CEL expands to, as far as it is allowed.
enum Macro<'e> {
    Exists(&'e IdedExpr),
    All(&'e IdedExpr),
    Filter(&'e IdedExpr),
}

fn recognise(comprehension: &ComprehensionExpr) -> Option<Macro<'_>> {
    let Expr::Call(step) = &comprehension.loop_step.expr else { return None };
    match (&comprehension.accu_init.expr, step.func_name.as_str(), step.args.as_slice()) {
        (Expr::Literal(LiteralValue::Boolean(start)), operators::LOGICAL_OR, [_, asked])
            if !start.inner() =>
        {
            Some(Macro::Exists(asked))
        }
        (Expr::Literal(LiteralValue::Boolean(start)), operators::LOGICAL_AND, [_, asked])
            if *start.inner() =>
        {
            Some(Macro::All(asked))
        }
        (Expr::List(_), operators::CONDITIONAL, [asked, added, _])
            if adds_itself(added, &comprehension.iter_var) =>
        {
            Some(Macro::Filter(asked))
        }
        _ => None,
    }
}

/// Whether a step of a list comprehension appends the very item, as `filter` does and `map` does not.
fn adds_itself(added: &IdedExpr, item: &str) -> bool {
    let Expr::Call(CallExpr { func_name, args, .. }) = &added.expr else { return false };
    let Some(Expr::List(list)) = args.get(1).map(|arg| &arg.expr) else { return false };
    let [only] = list.elements.as_slice() else { return false };
    func_name == operators::ADD && matches!(&only.expr, Expr::Ident(name) if name == item)
}

impl Compiler<'_> {
    /// `symptoms.exists(s, …)` or `symptoms.all(s, …)`.
    pub(super) fn symptom_test(
        &self,
        at: &IdedExpr,
        comprehension: &ComprehensionExpr,
    ) -> Result<Node, ConditionError> {
        let (asked, question) = match recognise(comprehension) {
            Some(Macro::Exists(asked)) => (asked, SetQuestion::Any),
            Some(Macro::All(asked)) => (asked, SetQuestion::Within),
            _ => return self.error(at, "only `exists`, `all` and `filter` are allowed over symptoms"),
        };
        let (field, among) = self.symptom_set(&comprehension.iter_range)?;
        let with = self.matching(&comprehension.iter_var, asked)?;
        Ok(match question {
            // Of a filtered list: some filtered symptom matches.
            SetQuestion::Any => Node::Symptoms { field, question, with: with.intersection(among) },
            // Every filtered symptom matches: what is not filtered may be anything.
            SetQuestion::Within => {
                let outside = Symptom::ALL.iter().copied().filter(|s| !among.contains(*s));
                Node::Symptoms { field, question, with: outside.fold(with, Symptoms::with) }
            }
        })
    }

    /// The symptoms field, or a filter of it: which field and which of its symptoms.
    pub(super) fn symptom_set(&self, at: &IdedExpr) -> Result<(Field, Symptoms), ConditionError> {
        if let Expr::Comprehension(comprehension) = &at.expr {
            let Some(Macro::Filter(asked)) = recognise(comprehension) else {
                return self.error(at, "only `filter` makes a list of symptoms");
            };
            let (field, among) = self.symptom_set(&comprehension.iter_range)?;
            return Ok((field, among.intersection(self.matching(&comprehension.iter_var, asked)?)));
        }
        match self.field(at)? {
            (field, FieldType::Symptoms) => Ok((field, Symptom::ALL.iter().copied().collect())),
            _ => self.error(at, "only symptoms are a list"),
        }
    }

    /// The symptoms for which a condition on the loop's variable holds.
    fn matching(&self, variable: &str, asked: &IdedExpr) -> Result<Symptoms, ConditionError> {
        let mut matching = Symptoms::NONE;
        for symptom in Symptom::ALL {
            if self.holds_for(variable, asked, *symptom)? {
                matching = matching.with(*symptom);
            }
        }
        Ok(matching)
    }

    fn holds_for(&self, variable: &str, at: &IdedExpr, symptom: Symptom) -> Result<bool, ConditionError> {
        let is_variable = |e: &IdedExpr| matches!(&e.expr, Expr::Ident(name) if name == variable);
        let is = |place: &IdedExpr| match text_literal(place) {
            Some(word) => Ok(self.symptom(place, word)? == symptom),
            None => self.error(place, "compare with a symptom in quotes"),
        };
        if let Expr::Literal(LiteralValue::Boolean(value)) = &at.expr {
            return Ok(*value.inner());
        }
        let Expr::Call(call) = &at.expr else {
            return self.error(at, format!("ask about `{variable}`, e.g. `{variable} == \"fever\"`"));
        };
        match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::LOGICAL_AND, [a, b]) => {
                // Both sides are compiled, so that a mistake on either is found.
                let (a, b) = (self.holds_for(variable, a, symptom)?, self.holds_for(variable, b, symptom)?);
                Ok(a && b)
            }
            (operators::LOGICAL_OR, [a, b]) => {
                let (a, b) = (self.holds_for(variable, a, symptom)?, self.holds_for(variable, b, symptom)?);
                Ok(a || b)
            }
            (operators::LOGICAL_NOT, [a]) => Ok(!self.holds_for(variable, a, symptom)?),
            (operators::EQUALS, [a, b]) if is_variable(a) => is(b),
            (operators::EQUALS, [a, b]) if is_variable(b) => is(a),
            (operators::NOT_EQUALS, [a, b]) if is_variable(a) => Ok(!is(b)?),
            (operators::NOT_EQUALS, [a, b]) if is_variable(b) => Ok(!is(a)?),
            (operators::IN, [item, list]) if is_variable(item) => match &list.expr {
                Expr::List(list) => {
                    let mut found = false;
                    for (place, word) in self.text_list(&list.elements)? {
                        found |= self.symptom(place, word)? == symptom;
                    }
                    Ok(found)
                }
                _ => self.error(list, "write the list out: `[\"fever\", \"cough\"]`"),
            },
            (name, _) => self.unknown_call(at, name),
        }
    }
}
