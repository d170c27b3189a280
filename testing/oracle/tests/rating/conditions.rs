//! Conditions mean in a rule set what they mean in the Common Expression Language, and unknown where a field is
//! missing.

use std::collections::HashMap;

use cel::{Context, Program};
use evidence::EvidenceKind;
use oracle::rating::{Condition, Facts, PersonEvidence, Value, Version};
use proptest::prelude::*;
use rating::Truth;

use crate::{
    adapter,
    generate::{self, KINDS},
};

/// A kind of evidence, a condition over it, and a person to ask about.
fn question() -> impl Strategy<Value = (EvidenceKind, Condition, PersonEvidence)> {
    let kind = prop::sample::select(&KINDS[..]);
    let person = generate::calendar().prop_flat_map(|calendar| generate::person(&calendar));
    (kind.prop_flat_map(|kind| (Just(kind), generate::condition(kind))), person)
        .prop_map(|((kind, condition), person)| (kind, condition, person))
}

fn truth(value: Option<bool>) -> Truth {
    match value {
        Some(true) => Truth::True,
        Some(false) => Truth::False,
        None => Truth::Unknown,
    }
}

proptest! {
    #![proptest_config(generate::config(2_000))]

    #[test]
    fn a_condition_is_worth_what_the_oracle_says((kind, condition, person) in question()) {
        let expression = condition.to_cel(kind.word());
        let compiled = rating::Condition::compile(kind, &expression).expect(&expression);
        let real = adapter::evidence(&person);
        let real = real.pieces.iter().filter(|piece| piece.says.kind() == kind);
        let versions = Version::all(&person, jiff::Timestamp::MAX);
        for (piece, version) in real.zip(versions.iter().filter(|version| version.kind == kind)) {
            prop_assert_eq!(piece.known, version.known);
            prop_assert_eq!(
                compiled.ask(&piece.says),
                truth(condition.value(&version.facts)),
                "{} of {:?}", expression, version.facts
            );
        }
    }

    #[test]
    fn a_condition_is_worth_what_the_cel_interpreter_says_wherever_that_has_an_answer(
        (kind, condition, person) in question()
    ) {
        let expression = condition.to_cel(kind.word());
        // The interpreter is built without times; the oracle alone speaks for those.
        prop_assume!(!expression.contains("duration("));
        let compiled = rating::Condition::compile(kind, &expression).expect(&expression);
        let program = Program::compile(&expression).expect(&expression);
        let real = adapter::evidence(&person);
        let real = real.pieces.iter().filter(|piece| piece.says.kind() == kind);
        let versions = Version::all(&person, jiff::Timestamp::MAX);
        for (piece, version) in real.zip(versions.iter().filter(|version| version.kind == kind)) {
            let mut context = Context::default();
            context.add_variable_from_value(kind.word(), as_map(&version.facts));
            if let Ok(cel::Value::Bool(value)) = program.execute(&context) {
                prop_assert_eq!(
                    compiled.ask(&piece.says),
                    truth(Some(value)),
                    "{} of {:?}", expression, version.facts
                );
            }
        }
    }
}

/// The fields as the interpreter takes them; times, which it cannot compare here, are only there.
fn as_map(facts: &Facts) -> HashMap<String, cel::Value> {
    let value = |value: &Value| match value {
        Value::Word(word) => cel::Value::from(word.as_str()),
        Value::Whole(number) => cel::Value::from(*number),
        Value::Real(number) => cel::Value::from(*number),
        Value::Time(time) => cel::Value::from(time.to_string()),
        Value::Symptoms(symptoms) => {
            let words: Vec<cel::Value> = symptoms.iter().map(|s| cel::Value::from(s.word())).collect();
            cel::Value::from(words)
        }
    };
    facts.iter().map(|(name, fact)| ((*name).to_owned(), value(fact))).collect()
}
