//! Conditions mean in a rule set what they mean in the Common Expression Language, and unknown where a field is
//! missing.

use std::collections::HashMap;

use cel::{Context, Program};
use evidence::EvidenceKind;
use oracle::rating::{Condition, Facts, PersonEvidence, Value, Version};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{RngAlgorithm, TestRng, TestRunner},
};
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

#[test]
fn asking_whether_a_field_is_missing_is_refused() {
    for expression in
        ["!has(check.temperature_c)", "!(!(has(check.temperature_c)))", "!(true && has(check.by))"]
    {
        assert!(rating::Condition::compile(EvidenceKind::Check, expression).is_err(), "{expression}");
    }
}

#[test]
fn asking_for_few_cases_met_is_refused() {
    for expression in [
        "declaration.cases_met == 1",
        "declaration.cases_met != 2",
        "declaration.cases_met < 2",
        "declaration.cases_met <= 2",
        "2 > declaration.cases_met",
        "2 >= declaration.cases_met",
        "declaration.cases_met in [1, 2]",
        "declaration.cases_met >= declaration.cases_met",
        "size(declaration.symptoms) > declaration.cases_met",
        "!(declaration.cases_met >= 2)",
        "!(\"fever\" in declaration.symptoms && !(declaration.cases_met > 2))",
        "!has(declaration.cases_met)",
    ] {
        assert!(rating::Condition::compile(EvidenceKind::Declaration, expression).is_err(), "{expression}");
    }
}

/// Each version the oracle knows, with the piece of the real evidence that stands for it. There a declaration or check is
/// one piece, however many cases met become known.
fn pieces_with_versions(person: &PersonEvidence, kind: EvidenceKind) -> Vec<(rating::Piece, Version)> {
    let mut real = adapter::evidence(person).pieces;
    real.retain(|piece| piece.says.kind() == kind);
    let versions = Version::all(person, jiff::Timestamp::MAX);
    let of_kind = versions.into_iter().filter(|version| version.kind == kind).enumerate();
    of_kind
        .map(|(number, version)| {
            let one_piece = matches!(kind, EvidenceKind::Declaration | EvidenceKind::Check);
            let piece = real[if one_piece { version.piece } else { number }].clone();
            assert!(piece.known == version.known || one_piece && piece.known < version.known);
            (piece, version)
        })
        .collect()
}

fn cases_met(facts: &Facts) -> u32 {
    match facts.get("cases_met") {
        Some(Value::Whole(number)) => u32::try_from(*number).unwrap(),
        _ => 0,
    }
}

proptest! {
    #![proptest_config(generate::config(2_000))]

    #[test]
    fn a_condition_is_worth_what_the_oracle_says((kind, condition, person) in question()) {
        let expression = condition.to_cel(kind.word());
        let compiled = rating::Condition::compile(kind, &expression).expect(&expression);
        for (piece, version) in pieces_with_versions(&person, kind) {
            prop_assert_eq!(
                compiled.ask(&piece.says, cases_met(&version.facts)),
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
        let compiled = rating::Condition::compile(kind, &expression).expect(&expression);
        for (piece, version) in pieces_with_versions(&person, kind) {
            let answer = interpreted(&expression, kind, &version.facts);
            let worth = compiled.ask(&piece.says, cases_met(&version.facts));
            if answer.is_some() {
                prop_assert_eq!(worth, truth(answer), "{} of {:?}", expression, version.facts);
            } else if !expression.contains("duration(") {
                prop_assert_eq!(worth, Truth::Unknown, "{} of {:?}", expression, version.facts);
            }
        }
    }
}

#[test]
fn each_truth_and_each_answer_of_the_interpreter_is_a_fair_share_of_the_random_conditions() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(generate::config(1), rng);
    let questions = question();
    let (mut worth, mut answers, mut all) = ([0_u32; 3], [0_u32; 3], 0_u32);
    for _ in 0..1_000 {
        let (kind, condition, person) = questions.new_tree(&mut runner).unwrap().current();
        let expression = condition.to_cel(kind.word());
        let versions = Version::all(&person, jiff::Timestamp::MAX);
        for version in versions.iter().filter(|version| version.kind == kind) {
            all += 1;
            worth[truth(condition.value(&version.facts)) as usize] += 1;
            answers[truth(interpreted(&expression, kind, &version.facts)) as usize] += 1;
        }
    }
    println!("worth {worth:?}, interpreted {answers:?} (true, false, unknown) of {all}");
    assert!(worth.into_iter().chain(answers).all(|count| count * 20 > all), "{worth:?} {answers:?} of {all}");
}

/// What the interpreter of crate `cel` says.
///
/// Built without times, it takes them for texts: it knows whether they are there, and which of two is earlier. It
/// cannot subtract them, and has no answer then.
fn interpreted(expression: &str, kind: EvidenceKind, facts: &Facts) -> Option<bool> {
    let program = Program::compile(expression).unwrap();
    let mut context = Context::default();
    context.add_variable_from_value(kind.word(), as_map(facts));
    match program.execute(&context) {
        Ok(cel::Value::Bool(value)) => Some(value),
        _ => None,
    }
}

/// The fields as the interpreter takes them; times as texts that sort as the times do.
fn as_map(facts: &Facts) -> HashMap<String, cel::Value> {
    let value = |value: &Value| match value {
        Value::Word(word) => cel::Value::from(word.as_str()),
        Value::Whole(number) => cel::Value::from(*number),
        Value::Real(number) => cel::Value::from(*number),
        Value::Time(time) => cel::Value::from(format!("{time:.6}")),
        Value::Symptoms(symptoms) => {
            let words: Vec<cel::Value> = symptoms.iter().map(|s| cel::Value::from(s.word())).collect();
            cel::Value::from(words)
        }
    };
    facts.iter().map(|(name, fact)| ((*name).to_owned(), value(fact))).collect()
}
