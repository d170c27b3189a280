//! What always holds (`docs/rating.md`), asked of the real implementation alone.

use evidence::{
    Case, CaseId, CaseStatus, Check, CheckedBy, Declaration, Effect, Level, OfficerId, RuledReason, Ruling,
    RulingId, Symptoms, Test, TestId, TestMethod, TestResult,
};
use jiff::{SignedDuration, Timestamp};
use oracle::rating::{Length, PersonEvidence, RuleSet, View};
use proptest::prelude::*;

use crate::{
    adapter::{self, rate},
    generate::{self, Scenario},
};

const MICROSECOND: SignedDuration = SignedDuration::from_micros(1);

/// The level of each instant at which anything could change, and of the instants just before.
fn instants(scenario: &Scenario) -> Vec<Timestamp> {
    let points = View::new(&scenario.rule_set, &scenario.person, scenario.at).turning_points();
    points.into_iter().flat_map(|point| [point - MICROSECOND, point]).collect()
}

fn level(oracle: &RuleSet, rule_set: &rating::RuleSet, person: &PersonEvidence, at: Timestamp) -> Level {
    rate(oracle, rule_set, &adapter::evidence(person), at).level
}

proptest! {
    #![proptest_config(generate::config(300))]

    #[test]
    fn a_colour_other_than_green_has_reasons_and_each_names_rule_and_evidence_and_end(
        scenario in generate::scenario()
    ) {
        let Scenario { rule_set: oracle, at, .. } = &scenario;
        let (rule_set, evidence) = adapter::inputs(&scenario);
        let rating = rate(oracle, &rule_set, &evidence, *at);
        prop_assert_eq!(rating.level == Level::Green, rating.reasons.is_empty());
        prop_assert_eq!(rating.reasons.iter().map(|r| r.level).max().unwrap_or(Level::Green), rating.level);
        for reason in &rating.reasons {
            prop_assert!(reason.level > Level::Green);
            let rule = &rule_set.rules()[reason.rule];
            let piece = &evidence.pieces[reason.piece];
            prop_assert_eq!(rule.on, piece.says.kind());
            prop_assert!(!piece.says.is_protective());
            prop_assert!(piece.known <= *at && piece.superseded.is_none_or(|end| end > *at));
            prop_assert!(reason.from <= *at && *at < reason.until);
        }
    }

    #[test]
    fn with_no_new_evidence_everybody_is_green_once_the_longest_lasts_has_passed(
        scenario in generate::scenario()
    ) {
        let Scenario { rule_set: oracle, person, .. } = &scenario;
        let (rule_set, evidence) = adapter::inputs(&scenario);
        let mut spoken_of = person.moments();
        let open = person.stays.iter().filter(|stay| stay.left.is_none());
        spoken_of.extend(open.map(|stay| Length::days(30).after(stay.arrived)));
        let longest = oracle.rules.iter().max_by_key(|rule| rule.lasts.minutes()).unwrap().lasts;
        let Some(last) = spoken_of.into_iter().max() else { return Ok(()) };
        let end = longest.after(last);
        let rating = rate(oracle, &rule_set, &evidence, end);
        prop_assert_eq!((rating.level, rating.changes), (Level::Green, None));
        prop_assert_eq!(rate(oracle, &rule_set, &evidence, Length::days(3_650).after(end)).level, Level::Green);
    }

    #[test]
    fn the_order_of_evidence_changes_nothing(scenario in generate::scenario()) {
        let Scenario { rule_set: oracle, at, order, .. } = &scenario;
        let (rule_set, evidence) = adapter::inputs(&scenario);
        let reordered = adapter::reordered(&evidence, *order);
        let one = rate(oracle, &rule_set, &evidence, *at);
        let other = rate(oracle, &rule_set, &reordered, *at);
        prop_assert_eq!(
            adapter::in_oracle_terms(&rule_set, &one),
            adapter::in_oracle_terms(&rule_set, &other)
        );
        prop_assert_eq!(
            rating::inputs_digest(&rule_set, &evidence, *at),
            rating::inputs_digest(&rule_set, &reordered, *at)
        );
        prop_assert_eq!(
            rating::timeline(&rule_set, &evidence, *at),
            rating::timeline(&rule_set, &reordered, *at)
        );
    }

    #[test]
    fn a_lifting_ruling_wins_at_once_and_until_it_ends(
        (scenario, hours, every) in (generate::scenario(), 1_i64..400, any::<bool>())
    ) {
        let Scenario { rule_set: oracle, person, at: from, .. } = &scenario;
        let (rule_set, without) = adapter::inputs(&scenario);
        let to = *from + SignedDuration::from_hours(hours);
        let reason = if every { RuledReason::Every } else { RuledReason::Rule("r0".into()) };
        let mut with = person.clone();
        with.rulings.push(lift(reason, *from, to));
        let with = adapter::evidence(&with);
        let spoken_of = |reason: &rating::Reason| every || rule_set.rules()[reason.rule].id == "r0";
        for moment in instants(&scenario).into_iter().chain([*from - MICROSECOND, *from, to - MICROSECOND, to]) {
            let before = rate(oracle, &rule_set, &without, moment);
            let after = rate(oracle, &rule_set, &with, moment);
            if *from <= moment && moment < to {
                let mut left = before.reasons.clone();
                left.retain(|reason| !spoken_of(reason));
                prop_assert_eq!(after.reasons, left);
            } else {
                prop_assert_eq!(after.reasons, before.reasons);
            }
        }
    }

    #[test]
    fn the_same_inputs_give_the_same_rating_again_and_after_the_rule_set_is_read_again(
        scenario in generate::scenario()
    ) {
        let Scenario { rule_set: oracle, at, .. } = &scenario;
        let (rule_set, evidence) = adapter::inputs(&scenario);
        let (read_again, built_again) = adapter::inputs(&scenario);
        let bytes = |rule_set: &rating::RuleSet, evidence: &rating::Evidence| {
            let rating = rate(oracle, rule_set, evidence, *at);
            let explained: Vec<rating::Explanation> = rating::Language::ALL
                .into_iter()
                .map(|language| rating::explain(rule_set, evidence, &rating, language))
                .collect();
            format!("{rating:?} {explained:?}")
        };
        prop_assert_eq!(bytes(&rule_set, &evidence), bytes(&read_again, &built_again));
    }

    #[test]
    fn changes_at_is_exact(scenario in generate::scenario()) {
        let Scenario { rule_set: oracle, at, .. } = &scenario;
        let (rule_set, evidence) = adapter::inputs(&scenario);
        let rating = rate(oracle, &rule_set, &evidence, *at);
        let nothing_new = adapter::learned_by(&evidence, *at);
        let then = |moment: Timestamp| rate(oracle, &rule_set, &nothing_new, moment).level;
        let later = instants(&scenario).into_iter().filter(|moment| moment > at);
        for moment in later.filter(|moment| rating.changes_at().is_none_or(|changes| *moment < changes)) {
            prop_assert_eq!(then(moment), rating.level, "at {}", moment);
        }
        if let Some((changes, level)) = rating.changes {
            prop_assert_eq!(then(changes), level);
            prop_assert_ne!(level, rating.level);
            prop_assert_eq!(then((changes - MICROSECOND).max(*at)), rating.level);
        }
    }

    #[test]
    fn a_missing_field_never_worsens_a_level(scenario in generate::scenario()) {
        let Scenario { rule_set: oracle, person, at, .. } = &scenario;
        let rule_set = adapter::rule_set(oracle);
        let full = level(oracle, &rule_set, person, *at);
        for blanked in blanked(person) {
            prop_assert!(level(oracle, &rule_set, &blanked, *at) <= full, "{blanked:?}");
        }
    }

    #[test]
    fn a_missing_piece_of_evidence_never_worsens_a_level(scenario in generate::scenario()) {
        let Scenario { rule_set: oracle, person, at, .. } = &scenario;
        let rule_set = adapter::rule_set(oracle);
        let full = level(oracle, &rule_set, person, *at);
        for missing in missing(person) {
            prop_assert!(level(oracle, &rule_set, &missing, *at) <= full, "{missing:?}");
        }
    }

    #[test]
    fn protective_evidence_never_worsens_a_level((scenario, choice) in (generate::scenario(), any::<u8>())) {
        let Scenario { rule_set: oracle, person, at, other, .. } = &scenario;
        let rule_set = adapter::rule_set(oracle);
        let before = level(oracle, &rule_set, person, *at);
        for protected in protected(person, *other, choice) {
            prop_assert!(level(oracle, &rule_set, &protected, *at) <= before, "{protected:?}");
        }
    }

    #[test]
    fn replayed_ratings_change_only_when_evidence_or_time_did(scenario in generate::scenario()) {
        let Scenario { rule_set: oracle, at, .. } = &scenario;
        let (rule_set, evidence) = adapter::inputs(&scenario);
        let timeline = rating::timeline(&rule_set, &evidence, *at);
        for moment in instants(&scenario).into_iter().filter(|moment| moment <= at) {
            let known_since = timeline.iter().rev().find(|(from, _)| *from <= moment);
            let replayed = rating::rate(&rule_set, &evidence, moment).level;
            prop_assert_eq!(replayed, known_since.map_or(Level::Green, |(_, level)| *level), "at {}", moment);
            prop_assert_eq!(rate(oracle, &rule_set, &adapter::learned_by(&evidence, moment), moment),
                in_order_of(&evidence, rate(oracle, &rule_set, &evidence, moment), moment));
        }
    }
}

/// A rating with the positions of its evidence as they are among what was learned by then.
fn in_order_of(evidence: &rating::Evidence, mut rating: rating::Rating, at: Timestamp) -> rating::Rating {
    for reason in &mut rating.reasons {
        reason.piece = evidence.pieces[..reason.piece].iter().filter(|piece| piece.known <= at).count();
    }
    rating
}

fn lift(reason: RuledReason, from: Timestamp, to: Timestamp) -> Ruling {
    Ruling {
        ruling: RulingId::new("lift").unwrap(),
        reason,
        effect: Effect::Lift,
        from,
        to,
        ground: "invented".to_owned(),
        by: OfficerId::new("o").unwrap(),
        second: None,
    }
}

/// The person with one optional field less, each that nothing counts from.
fn blanked(person: &PersonEvidence) -> Vec<PersonEvidence> {
    let mut all = Vec::new();
    let mut with = |blank: &dyn Fn(&mut PersonEvidence)| {
        let mut person = person.clone();
        blank(&mut person);
        all.push(person);
    };
    for piece in 0..person.checks.len() {
        with(&|person| person.checks[piece].temperature = None);
    }
    for piece in 0..person.stays.len() {
        with(&|person| person.stays[piece].region_level = None);
    }
    for piece in 0..person.trips.len() {
        with(&|person| person.trips[piece].car = None);
        with(&|person| person.trips[piece].row = None);
    }
    with(&|person| person.regions.clear());
    all
}

/// The person with one piece of evidence less, each that cannot speak for them.
fn missing(person: &PersonEvidence) -> Vec<PersonEvidence> {
    let mut all = Vec::new();
    let mut with = |remove: &dyn Fn(&mut PersonEvidence)| {
        let mut person = person.clone();
        remove(&mut person);
        all.push(person);
    };
    with(&|person| person.declarations.clear());
    with(&|person| person.checks.retain(Check::is_healthy));
    with(&|person| person.stays.clear());
    with(&|person| person.trips.clear());
    with(&|person| person.tests.retain(|test| test.result == TestResult::Negative));
    with(&|person| person.cases.retain(|case| case.recovered.is_some()));
    with(&|person| person.exposures.clear());
    with(&|person| {
        person.exposures.pop();
    });
    all
}

/// The person with one piece of protective evidence more. A recovery is added to a confirmed case: that is what a case
/// recorded as recovered was before.
fn protected(person: &PersonEvidence, at: Timestamp, choice: u8) -> Vec<PersonEvidence> {
    let mut all = Vec::new();
    let mut with = |add: &dyn Fn(&mut PersonEvidence)| {
        let mut person = person.clone();
        add(&mut person);
        all.push(person);
    };
    with(&|person| person.declarations.push(Declaration { at, symptoms: Symptoms::NONE }));
    with(&|person| {
        let by = CheckedBy::Worker;
        person.checks.push(Check { at, temperature: None, symptoms: Symptoms::NONE, by });
    });
    with(&|person| {
        let method = TestMethod::ALL[usize::from(choice) % TestMethod::ALL.len()];
        let reported = Some(at + SignedDuration::from_hours(i64::from(choice) % 72));
        let test = TestId::new("added").unwrap();
        person.tests.push(Test { test, sampled: at, reported, method, result: TestResult::Negative });
    });
    for status in [CaseStatus::Recovered, CaseStatus::Discarded] {
        with(&|person| {
            let case = CaseId::new("added").unwrap();
            let (confirmed, recovered) = (Some(at), Some(at));
            person.cases.push(Case { case, status, onset: None, confirmed, isolated: None, recovered });
        });
    }
    for piece in 0..person.cases.len() {
        with(&|person| {
            let case = &mut person.cases[piece];
            if case.status == CaseStatus::Confirmed && case.recovered.is_none() {
                (case.status, case.recovered) = (CaseStatus::Recovered, Some(at));
            }
        });
    }
    with(&|person| {
        let to = at + SignedDuration::from_hours(i64::from(choice));
        person.rulings.push(lift(RuledReason::Rule(format!("r{}", choice % 6).into()), at, to));
    });
    all
}
