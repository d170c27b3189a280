//! Publishing rules and figures, and replaying everybody.

use evidence::{BirthYear, Level, Sex, Symptom, TestResult};
use office::{Actor, AlertAbout, OfficeError, Particulars, Registration, Role};
use rating::Language;

use crate::town::{PROPORTIONATE, Town, everywhere, officer, symptoms};

const HANGZHOU: &str = include_str!("../../../../rulesets/hangzhou-2020.toml");

/// Some people with a cough, in two areas of different size.
async fn coughing(town: &Town, north: usize, south: usize) -> Vec<(evidence::PersonId, Actor)> {
    let mut people = Vec::new();
    for number in 0..north + south {
        let particulars = Particulars {
            birth_year: Some(BirthYear::new(1950 + (number as i64 % 2) * 30).unwrap()),
            sex: Some(if number % 2 == 0 { Sex::Female } else { Sex::Male }),
            ..Particulars::default()
        };
        let given = Registration {
            name: format!("N{number}"),
            area: Some(if number < north { "north" } else { "south" }.to_owned()),
            particulars,
            ..Registration::default()
        };
        let person = town.office.register(None, &given).await.unwrap();
        let actor = Actor::Resident(person.clone());
        town.office.declare(&actor, &person, symptoms(&[Symptom::Fever])).await.unwrap();
        people.push((person, actor));
    }
    people
}

#[tokio::test]
async fn r23_who_would_change_is_known_by_rule_and_by_group_before_rules_are_published() {
    everywhere(200, async |town| {
        coughing(&town, 12, 3).await;
        let policy = officer("policy-1", Role::Policy, "health/commission");
        let desk = officer("desk-1", Role::Desk, "district/office");
        assert!(town.office.preview_rules(&desk, HANGZHOU).await.is_err());
        assert!(matches!(town.office.preview_rules(&policy, "no rules").await, Err(OfficeError::RuleSet(_))));
        let preview = town.office.preview_rules(&policy, PROPORTIONATE).await.unwrap();
        assert_eq!(preview.people.to_string(), "15");
        let changes: Vec<String> =
            preview.changes.iter().map(|(from, to, people)| format!("{from} {to} {people}")).collect();
        assert_eq!(changes, ["green yellow 15"]);
        assert_eq!(preview.rules["telling-symptoms"].map(|people| people.to_string()), ["0", "15"]);
        let south = preview.parity["area"]["south"].map(|people| people.to_string());
        assert_eq!(south, ["1-9", "0", "1-9"], "small numbers are not told");
        assert_eq!(preview.parity["sex"].len(), 2);
        town.publish().await;
        let sets = town.office.rule_sets().await.unwrap();
        assert_eq!((sets.len(), &sets[0].1.preview), (1, &preview), "it is published with the rules");
        assert_eq!(town.office.rerate_everybody().await.unwrap(), 15);
    })
    .await;
}

#[tokio::test]
async fn r23_a_colour_that_no_published_rule_explains_is_held() {
    everywhere(200, async |town| {
        let people = coughing(&town, 3, 0).await;
        town.minutes(1).await;
        town.publish().await;
        let policy = officer("policy-1", Role::Policy, "health/commission");
        let operator = officer("op-1", Role::Operator, "health/commission");
        let watch = officer("watch-1", Role::Oversight, "parliament");
        assert!(town.office.replay(&people[0].1).await.is_err());
        let replayed = town.office.replay(&operator).await.unwrap();
        assert_eq!(
            (replayed.people, replayed.explained, replayed.unexplained),
            (3, 3, 0),
            "new rules explain it"
        );
        town.minutes(1).await;
        town.office.rerate_everybody().await.unwrap();
        let replayed = town.office.replay(&operator).await.unwrap();
        assert_eq!((replayed.explained, replayed.unexplained), (0, 0));
        // Somebody changes the database: a colour that is kept is not the one the rules give.
        let mut t = town.store.begin().await.unwrap();
        let evidence = t.about("evidence", &people[0].0).await.unwrap().remove(0);
        t.remove("evidence", &evidence.id, evidence.version).await.unwrap();
        t.commit().await.unwrap();
        let replayed = town.office.replay(&operator).await.unwrap();
        assert_eq!((replayed.explained, replayed.unexplained), (0, 1));
        assert_eq!(town.office.alerts(&watch).await.unwrap()[0].about, AlertAbout::UnexplainedChange);
        assert!(matches!(town.office.rerate_everybody().await, Err(OfficeError::Refused { .. })));
        assert!(matches!(town.office.publish(&policy, HANGZHOU).await, Err(OfficeError::Refused { .. })));
        assert!(town.office.unexplained(&operator).await.is_err());
        let held = town.office.unexplained(&watch).await.unwrap();
        assert_eq!(held[0].1.differences, [(Level::Yellow, Level::Green, 1)]);
        let (content, salt) = held[0].1.opening.clone();
        let commitment = ledger::Commitment::to(&salt, &content).to_string();
        town.office.tick().await.unwrap();
        let entries = town.office.log_entries(0, 100).await.unwrap();
        let logged = entries.iter().map(|entry| serde_json::to_string(entry).unwrap());
        assert_eq!(logged.filter(|entry| entry.contains(&commitment)).count(), 1);
        town.office.release_unexplained(&watch, &held[0].0).await.unwrap();
        assert!(town.office.release_unexplained(&watch, &held[0].0).await.is_err());
        town.office.rerate_everybody().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn r10_what_rules_found_and_appeals_came_to_is_published_and_points_at_nobody() {
    everywhere(200, async |town| {
        town.publish().await;
        let people = coughing(&town, 12, 3).await;
        let policy = officer("policy-1", Role::Policy, "health/commission");
        let desk = officer("desk-1", Role::Desk, "district/office");
        let reviewer = officer("rev-1", Role::Reviewer, "court");
        assert_eq!(town.office.figures().await.unwrap(), None);
        for (number, (person, actor)) in people.iter().enumerate().take(11) {
            let appeal = town.office.appeal(actor, person, "telling-symptoms", "No.", &[]).await.unwrap();
            town.minutes(60).await;
            if number < 10 {
                town.office.decide(&reviewer, &appeal, number == 0, "Heard.").await.unwrap();
            }
        }
        town.pass(26).await;
        let field = officer("field-1", Role::Field, "district/office");
        let laboratory = officer("lab-1", Role::Laboratory, "hospital");
        let test = town.test("t1", TestResult::Positive);
        town.office.take_specimen(&field, &people[1].0, &test.test).await.unwrap();
        town.office.report_test(&laboratory, &people[1].0, &test).await.unwrap();
        assert!(town.office.publish_figures(&desk).await.is_err());
        let figures = town.office.publish_figures(&policy).await.unwrap();
        let rule = figures.rules.iter().find(|rule| rule.rule == "telling-symptoms").unwrap();
        assert_eq!((rule.restricted.to_string(), rule.positive.to_string()), ("15".into(), "1-9".into()));
        assert_eq!((rule.share, rule.interval), (None, None), "they would tell that it was one");
        let appeals = &figures.appeals;
        let said = [appeals.made, appeals.upheld, appeals.overdue].map(|number| number.to_string());
        assert_eq!(said, ["11", "1-9", "1-9"]);
        assert_eq!(appeals.median_hours, Some(1.0));
        let areas: Vec<&String> = figures.groups["area"].keys().collect();
        assert_eq!(areas, ["(small groups)"], "of twelve and three, three could be told from the sum");
        let all = &figures.groups["area"]["(small groups)"];
        let said = (all.people.to_string(), all.restricted.to_string());
        assert_eq!(said, ("15".into(), "14".into()), "one was free again before midnight");
        assert!(all.wrongly_restricted_person_days <= all.restricted_person_days);
        assert_eq!(figures.groups["age"].len(), 1);
        assert_eq!(town.office.figures().await.unwrap().unwrap().0, figures);
        town.office.tick().await.unwrap();
        let entries = town.office.log_entries(0, 1000).await.unwrap();
        let logged = entries.iter().map(|entry| serde_json::to_string(entry).unwrap());
        assert_eq!(logged.filter(|entry| entry.contains("accuracy-reported")).count(), 1);
        let seen = town.office.colour(&people[0].1, &people[0].0, "", Language::En).await.unwrap();
        assert_eq!(seen.level(), Level::Green, "the appeal that was upheld");
        let accesses = town.office.accesses(&people[2].1, &people[2].0, "").await.unwrap();
        assert!(accesses.iter().all(|access| access.part != "publish figures"), "nobody looked at a person");
    })
    .await;
}
