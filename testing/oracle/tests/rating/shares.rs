//! The random scenarios are worth comparing on: each hard case is a fair share of them.

use std::collections::BTreeMap;

use evidence::{EvidenceKind, Level};
use oracle::rating::{Held, PersonEvidence, Release, State, View, rating_at};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{RngAlgorithm, TestRng, TestRunner},
};

use crate::generate::{self, Scenario};

const SCENARIOS: u32 = 2_000;

/// What is to be seen in a scenario at its instant.
fn seen(scenario: &Scenario) -> Vec<&'static str> {
    let Scenario { rule_set, person, at, .. } = scenario;
    let view = View::new(rule_set, person, *at);
    let standings = view.standings(*at);
    let any = |test: &dyn Fn(State) -> bool| standings.iter().any(|standing| test(standing.state));
    let rating = rating_at(rule_set, person, *at);
    let mut seen = Vec::new();
    let mut note = |what, there: bool| {
        if there {
            seen.push(what);
        }
    };
    note("above green", rating.level > Level::Green);
    note("yellow", rating.level == Level::Yellow);
    note("several reasons", rating.reasons.len() > 1);
    note("released", any(&|state| state == State::Released));
    note("lifted", any(&|state| state == State::Lifted));
    note("eased", any(&|state| matches!(state, State::Holds { eased: true, .. })));
    note("set", any(&|state| matches!(state, State::Holds { set: true, .. })));
    let still_released = |strip: &dyn Fn(&mut Release)| {
        let mut only = rule_set.clone();
        only.rules.iter_mut().for_each(|rule| strip(&mut rule.release));
        let view = View::new(&only, person, *at);
        view.standings(*at).iter().any(|standing| standing.state == State::Released)
    };
    let checks = |r: &mut Release| *r = Release { healthy_checks: r.healthy_checks, ..Release::default() };
    let tests =
        |r: &mut Release| *r = Release { negative_tests: r.negative_tests.take(), ..Release::default() };
    let recovery = |r: &mut Release| *r = Release { recovery: r.recovery, ..Release::default() };
    note("released by healthy checks", still_released(&checks));
    note("released by negative tests", still_released(&tests));
    note("released by a recovery", still_released(&recovery));
    note("over", any(&|state| state == State::Over));
    note("superseded", any(&|state| state == State::Superseded));
    note("protective", any(&|state| state == State::Protective));
    note("not matching", any(&|state| state == State::NoMatch));
    note("nothing to count from", any(&|state| state == State::NoAnchor));
    note("not in force", any(&|state| state == State::NotInForce));
    note("open stay", rating.reasons.iter().any(|reason| reason.anchor.is_none()));
    note("green again", rating.level == Level::Green && rating.since.is_some());
    note("will change", rating.changes.is_some());
    let without_exposures = PersonEvidence { exposures: Vec::new(), ..person.clone() };
    let without_exposures = rating_at(rule_set, &without_exposures, *at).reasons;
    let by_cases_met = |reason: &Held| {
        let symptoms = [EvidenceKind::Declaration, EvidenceKind::Check];
        let on_symptoms = rule_set.rules.iter().any(|r| r.id == reason.rule && symptoms.contains(&r.on));
        on_symptoms && !without_exposures.contains(reason)
    };
    note("holds by cases met", rating.reasons.iter().any(by_cases_met));
    note("changes at the instant itself", rating.since == Some(*at));
    seen
}

#[test]
fn every_hard_case_is_a_fair_share_of_the_random_scenarios() {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(generate::config(SCENARIOS), rng);
    let scenarios = generate::scenario();
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for _ in 0..SCENARIOS {
        let scenario = scenarios.new_tree(&mut runner).unwrap().current();
        for what in seen(&scenario) {
            *counts.entry(what).or_default() += 1;
        }
    }
    let per_cent =
        |what: &str| 100.0 * f64::from(counts.get(what).copied().unwrap_or(0)) / f64::from(SCENARIOS);
    for what in counts.keys() {
        println!("{:5.1}% {what}", per_cent(what));
    }
    let wanted = [
        ("above green", 20.0),
        ("yellow", 5.0),
        ("several reasons", 10.0),
        ("released", 5.0),
        ("released by healthy checks", 5.0),
        ("released by negative tests", 2.0),
        ("released by a recovery", 2.0),
        ("lifted", 3.0),
        ("eased", 5.0),
        ("set", 3.0),
        ("over", 10.0),
        ("superseded", 5.0),
        ("protective", 5.0),
        ("not matching", 10.0),
        ("nothing to count from", 2.0),
        ("not in force", 3.0),
        ("open stay", 2.0),
        ("holds by cases met", 1.0),
        ("green again", 5.0),
        ("will change", 10.0),
        ("changes at the instant itself", 3.0),
    ];
    for (what, at_least) in wanted {
        assert!(
            per_cent(what) >= at_least,
            "{what}: {:.1}% of the scenarios, {at_least}% wanted",
            per_cent(what)
        );
    }
}
