//! What people and officers do, on every database.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod town;

use evidence::{Effect, Level, Symptom, Symptoms, TestResult};
use jiff::SignedDuration;
use office::{Actor, Ground, NoticeAbout, OfficeError, Override, Role};
use rating::Language;
use town::{everywhere, officer, symptoms};

const MANY: u64 = 200;

#[tokio::test]
async fn every_use_case_can_be_awaited_on_any_thread() {
    fn can_be_sent<T: Send>(_: T) {}
    everywhere(MANY, async |town| {
        let (anna, actor) = town.person("Anna", None).await;
        can_be_sent(town.office.declare(&actor, &anna, Symptoms::NONE));
        can_be_sent(town.office.open_case(&actor, &anna, None));
        can_be_sent(town.office.rerate_everybody());
        can_be_sent(town.office.tick());
    })
    .await;
}

#[tokio::test]
async fn telling_symptoms_restrict_until_a_negative_test() {
    everywhere(MANY, async |town| {
        let (anna, actor) = town.person("Anna", None).await;
        let level = town.office.declare(&actor, &anna, symptoms(&[Symptom::Fever])).await.unwrap();
        assert_eq!(level, Level::Green, "no rule set is published");
        town.publish().await;
        let level = town.office.declare(&actor, &anna, symptoms(&[Symptom::LossOfSmell])).await.unwrap();
        assert_eq!(level, Level::Yellow);
        let seen = town.office.colour(&actor, &anna, "", Language::En).await.unwrap();
        assert!(!seen.explanation.unwrap().reasons.is_empty());
        let laboratory = officer("lab-1", Role::Laboratory, "hospital");
        town.minutes(60).await;
        let early = town.test("t0", TestResult::Negative);
        let level = town.office.report_test(&laboratory, &anna, &early).await.unwrap().level();
        assert_eq!(level, Some(Level::Yellow), "a test on the first day misses too many of the ill");
        town.minutes(2 * 24 * 60).await;
        let test = town.test("t1", TestResult::Negative);
        for _ in 0..2 {
            assert_eq!(
                town.office.report_test(&laboratory, &anna, &test).await.unwrap().level(),
                Some(Level::Green)
            );
        }
        let exported = town.office.export(&actor, &anna).await.unwrap();
        assert_eq!(exported.evidence.len(), 4, "a test reported twice counts once");
    })
    .await;
}

#[tokio::test]
async fn a_confirmed_case_re_rates_and_tells_contacts_at_home_and_at_venues_at_once() {
    everywhere(MANY, async |town| {
        town.publish().await;
        let (anna, as_anna) = town.person("Anna", Some("h1")).await;
        let (bo, as_bo) = town.person("Bo", Some("h1")).await;
        let (cai, as_cai) = town.person("Cai", None).await;
        let (dai, as_dai) = town.person("Dai", None).await;
        // Cai is in the café with Anna for half an hour; Dai comes when she has left.
        town.office.check_in(&as_anna, &anna, &town.code("cafe").await).await.unwrap();
        town.minutes(30).await;
        town.office.check_in(&as_cai, &cai, &town.code("cafe").await).await.unwrap();
        town.minutes(30).await;
        assert!(town.office.check_out(&as_anna, &anna).await.unwrap());
        town.minutes(5).await;
        town.office.check_in(&as_dai, &dai, &town.code("cafe").await).await.unwrap();
        assert!(!town.office.check_out(&as_anna, &anna).await.unwrap(), "she is nowhere");
        town.pass(24).await;
        let investigator = officer("inv-1", Role::Investigator, "cdc");
        let onset = town.office.colour(&as_anna, &anna, "", Language::En).await.unwrap().rating.unwrap().at;
        let (case, traced) = town.case(&anna, Some(onset)).await;
        assert_eq!((traced.exposed, traced.asked), (2, 0));
        let level = async |actor: &Actor, person| {
            town.office.colour(actor, person, "", Language::En).await.unwrap().level()
        };
        assert_eq!(level(&as_anna, &anna).await, Level::Red);
        assert_eq!(level(&as_bo, &bo).await, Level::Yellow, "shares a home");
        assert_eq!(level(&as_cai, &cai).await, Level::Green, "one short meeting restricts nobody");
        let of_cai = town.office.export(&as_cai, &cai).await.unwrap();
        assert_eq!(of_cai.evidence.len(), 1, "but it is known");
        assert_eq!(town.office.export(&as_dai, &dai).await.unwrap().evidence.len(), 0);
        assert!(town.office.open_case(&investigator, &anna, None).await.is_err(), "a case is open");
        town.office.close_case(&investigator, &anna, &case).await.unwrap();
        assert_eq!(level(&as_anna, &anna).await, Level::Green);
        assert!(town.office.close_case(&investigator, &anna, &case).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn contacts_that_are_very_many_are_asked_and_only_a_yes_becomes_evidence() {
    everywhere(2, async |town| {
        town.publish().await;
        let (anna, as_anna) = town.person("Anna", None).await;
        let mut others = Vec::new();
        for name in ["Bo", "Cai", "Dai"] {
            others.push(town.person(name, None).await);
        }
        town.office.check_in(&as_anna, &anna, &town.code("cafe").await).await.unwrap();
        for (person, actor) in &others {
            town.office.check_in(actor, person, &town.code("cafe").await).await.unwrap();
        }
        town.pass(2).await;
        for (_, actor) in others.iter().chain([&(anna.clone(), as_anna.clone())]) {
            let Actor::Resident(person) = actor else { panic!() };
            town.office.check_out(actor, person).await.unwrap();
        }
        let (_, traced) = town.case(&anna, None).await;
        assert_eq!((traced.exposed, traced.asked), (0, 3));
        let (bo, as_bo) = &others[0];
        let questions = town.office.questions(as_bo, bo).await.unwrap();
        assert_eq!(questions.len(), 1);
        assert_eq!(questions[0].1.venue, town.venue("cafe").await.0);
        let (cai, as_cai) = &others[1];
        assert!(town.office.answer(as_cai, cai, &questions[0].0, true).await.is_err(), "asked of another");
        town.office.answer(as_bo, bo, &questions[0].0, true).await.unwrap();
        assert!(town.office.answer(as_bo, bo, &questions[0].0, false).await.is_err(), "answered already");
        assert_eq!(town.office.export(as_bo, bo).await.unwrap().evidence.len(), 1);
        let of_cai = town.office.questions(as_cai, cai).await.unwrap();
        town.office.answer(as_cai, cai, &of_cai[0].0, false).await.unwrap();
        assert_eq!(town.office.export(as_cai, cai).await.unwrap().evidence.len(), 0);
    })
    .await;
}

#[tokio::test]
async fn r2_every_restriction_ends_by_itself_and_the_person_is_told() {
    everywhere(MANY, async |town| {
        town.publish().await;
        let (anna, as_anna) = town.person("Anna", None).await;
        town.office.declare(&as_anna, &anna, symptoms(&[Symptom::Fever])).await.unwrap();
        let end = town.office.colour(&as_anna, &anna, "", Language::En).await.unwrap();
        assert!(end.rating.unwrap().changes_at().is_some());
        let ticked = town.pass(24 * 8).await;
        assert_eq!(ticked.rerated, 1);
        assert_eq!(
            town.office.colour(&as_anna, &anna, "", Language::En).await.unwrap().level(),
            Level::Green
        );
        let told = notices(&town, &as_anna, &anna).await;
        assert_eq!(
            told.iter().filter(|about| **about == NoticeAbout::Colour).count(),
            2,
            "yellow and green again"
        );
    })
    .await;
}

/// What a person was told, as the outbox holds it.
async fn notices(town: &town::Town, _: &Actor, person: &evidence::PersonId) -> Vec<NoticeAbout> {
    let notices = town.office.notices(1000).await.unwrap();
    notices.into_iter().filter(|notice| notice.person == *person).map(|notice| notice.about).collect()
}

#[tokio::test]
async fn r3_an_appeal_is_decided_by_somebody_else_in_time_or_for_the_person() {
    everywhere(MANY, async |town| {
        town.publish().await;
        let (anna, as_anna) = town.person("Anna", None).await;
        town.office.declare(&as_anna, &anna, symptoms(&[Symptom::Fever])).await.unwrap();
        let wrong = town.office.appeal(&as_anna, &anna, "confirmed-case", "no", &[]).await;
        assert!(matches!(wrong, Err(OfficeError::Refused { .. })), "no such reason holds");
        let appeal =
            town.office.appeal(&as_anna, &anna, "telling-symptoms", "It was a hot bath.", &[]).await.unwrap();
        assert!(town.office.appeal(&as_anna, &anna, "telling-symptoms", "again", &[]).await.is_err());
        let reviewer = officer("rev-1", Role::Reviewer, "court");
        assert!(town.office.decide(&reviewer, &appeal, true, " ").await.is_err(), "without reasons");
        assert!(town.office.decide(&as_anna, &appeal, true, "yes").await.is_err(), "by herself");
        town.office.decide(&reviewer, &appeal, true, "No fever was measured.").await.unwrap();
        assert_eq!(
            town.office.colour(&as_anna, &anna, "", Language::En).await.unwrap().level(),
            Level::Green
        );
        assert!(town.office.decide(&reviewer, &appeal, false, "again").await.is_err(), "decided once");
        // Nobody decides in time: for the person, but not against a confirmed case.
        let (bo, as_bo) = town.person("Bo", None).await;
        town.office.declare(&as_bo, &bo, symptoms(&[Symptom::Chills])).await.unwrap();
        town.office.appeal(&as_bo, &bo, "telling-symptoms", "It was cold.", &[]).await.unwrap();
        let (cai, as_cai) = town.person("Cai", None).await;
        town.case(&cai, None).await;
        town.office.appeal(&as_cai, &cai, "confirmed-case", "I am well.", &[]).await.unwrap();
        assert_eq!(town.pass(25).await.decided, 2);
        assert_eq!(town.office.colour(&as_bo, &bo, "", Language::En).await.unwrap().level(), Level::Green);
        assert_eq!(town.office.colour(&as_cai, &cai, "", Language::En).await.unwrap().level(), Level::Red);
        let decision = town.office.appeals(&as_bo, &bo).await.unwrap()[0].1.decision.clone().unwrap();
        assert_eq!((decision.upheld, decision.by), (true, None));
    })
    .await;
}

fn red(lasts_days: i64) -> Override {
    Override {
        rule: "telling-symptoms".to_owned(),
        effect: Effect::Set(Level::Red),
        lasts: SignedDuration::from_hours(24 * lasts_days),
        ground: Ground::MedicalRisk,
    }
}

#[tokio::test]
async fn r4_no_colour_without_evidence_and_an_override_takes_two_bodies_and_ends() {
    everywhere(MANY, async |town| {
        town.publish().await;
        let (anna, as_anna) = town.person("Anna", None).await;
        let one = officer("rev-1", Role::Reviewer, "cdc");
        let same_body = officer("rev-2", Role::Reviewer, "cdc");
        let other = officer("rev-3", Role::Reviewer, "court");
        assert!(town.office.propose(&one, &anna, &red(15)).await.is_err(), "longer than 14 days");
        assert!(
            town.office.propose(&one, &anna, &Override { rule: "*".to_owned(), ..red(3) }).await.is_err()
        );
        let (proposal, held) = town.office.propose(&one, &anna, &red(3)).await.unwrap();
        assert!(!held);
        assert!(town.office.agree(&one, &proposal).await.is_err(), "by oneself");
        assert!(town.office.agree(&same_body, &proposal).await.is_err(), "one body");
        assert_eq!(
            town.office.agree(&other, &proposal).await.unwrap(),
            Level::Green,
            "she has no reason to be red"
        );
        assert!(town.office.agree(&other, &proposal).await.is_err(), "agreed already");
        assert!(notices(&town, &as_anna, &anna).await.contains(&NoticeAbout::Ruling));
        // With a reason of its own it changes that one's level, and ends.
        town.office.declare(&as_anna, &anna, symptoms(&[Symptom::Fever])).await.unwrap();
        assert_eq!(town.office.colour(&as_anna, &anna, "", Language::En).await.unwrap().level(), Level::Red);
        town.pass(24 * 3 + 1).await;
        assert_eq!(
            town.office.colour(&as_anna, &anna, "", Language::En).await.unwrap().level(),
            Level::Yellow
        );
    })
    .await;
}

#[tokio::test]
async fn r5_more_than_twenty_rulings_that_touch_an_officer_in_a_day_are_held() {
    everywhere(MANY, async |town| {
        town.publish().await;
        let one = officer("rev-1", Role::Reviewer, "cdc");
        let other = officer("rev-3", Role::Reviewer, "court");
        let oversight = officer("watch-1", Role::Oversight, "parliament");
        let mut held = 0;
        for number in 0..25 {
            let (person, _) = town.person(&format!("N{number}"), None).await;
            let (proposal, is_held) = town.office.propose(&one, &person, &red(3)).await.unwrap();
            let agreed = town.office.agree(&other, &proposal).await;
            assert_eq!(agreed.is_err(), is_held, "{number}");
            held += usize::from(is_held);
        }
        assert_eq!(held, 5);
        assert_eq!(town.office.held(&oversight).await.unwrap().len(), 5);
        assert!(town.office.held(&one).await.is_err());
        // Another officer who proposes is stopped by the one who agreed to twenty.
        let third = officer("rev-4", Role::Reviewer, "cdc");
        let (person, _) = town.person("Last", None).await;
        let (proposal, _) = town.office.propose(&third, &person, &red(3)).await.unwrap();
        assert!(town.office.agree(&other, &proposal).await.is_err());
        let held = town.office.held(&oversight).await.unwrap();
        assert_eq!(held.len(), 6);
        // Oversight of another body lets one go on and ends one; the others wait.
        let own = officer("watch-2", Role::Oversight, "cdc");
        assert!(town.office.release(&own, &proposal, true).await.is_err(), "its own body's");
        assert!(town.office.release(&one, &proposal, true).await.is_err(), "no oversight");
        town.office.release(&oversight, &proposal, true).await.unwrap();
        assert!(town.office.release(&oversight, &proposal, true).await.is_err(), "it is not held any more");
        town.office.agree(&other, &proposal).await.unwrap();
        let first = &held[0].proposal;
        town.office.release(&oversight, first, false).await.unwrap();
        assert!(town.office.agree(&other, first).await.is_err(), "it is gone");
        assert_eq!(town.office.held(&oversight).await.unwrap().len(), 4);
    })
    .await;
}

#[tokio::test]
async fn r6_the_subject_sees_every_look_with_role_body_and_purpose() {
    everywhere(MANY, async |town| {
        town.publish().await;
        let (anna, as_anna) = town.person("Anna", None).await;
        let (_, as_bo) = town.person("Bo", None).await;
        let desk = officer("desk-1", Role::Desk, "district/office");
        assert!(town.office.colour(&desk, &anna, "  ", Language::En).await.is_err(), "a purpose is missing");
        town.office.colour(&desk, &anna, "She asked for a paper pass", Language::En).await.unwrap();
        let accesses = town.office.accesses(&as_anna, &anna, "").await.unwrap();
        assert_eq!(accesses.len(), 1, "her own looks are not among them, nor one that was refused");
        assert_eq!(
            (accesses[0].body.as_str(), accesses[0].purpose.as_str()),
            ("district/office", "She asked for a paper pass")
        );
        assert!(matches!(town.office.accesses(&as_bo, &anna, "").await, Err(OfficeError::Unknown(_))));
        town.office
            .appoint_proxy(
                &as_anna,
                &anna,
                &match &as_bo {
                    Actor::Resident(bo) => bo.clone(),
                    Actor::Officer(_) => panic!(),
                },
            )
            .await
            .unwrap();
        assert_eq!(town.office.accesses(&as_bo, &anna, "").await.unwrap().len(), 1, "a proxy acts for her");
    })
    .await;
}

#[tokio::test]
async fn r9_what_is_not_to_be_kept_is_gone_and_visits_of_destroyed_days_are_noise() {
    everywhere(MANY, async |town| {
        town.publish().await;
        let (anna, as_anna) = town.person("Anna", None).await;
        town.office.check_in(&as_anna, &anna, &town.code("cafe").await).await.unwrap();
        town.office.declare(&as_anna, &anna, Symptoms::NONE).await.unwrap();
        let mut t = town.store.begin().await.unwrap();
        let day = t.visit_days().await.unwrap()[0];
        let visit = t.visits_of(day, 9).await.unwrap()[0].clone();
        drop(t);
        assert_eq!(town.pass(24 * 13).await.days_destroyed, 0);
        let ticked = town.pass(24 * 3).await;
        assert_eq!(ticked.days_destroyed, 1);
        let mut t = town.store.begin().await.unwrap();
        assert_eq!(t.key(&format!("day/{day}")).await.unwrap(), None);
        assert_eq!(t.visits_of(day, 9).await.unwrap(), []);
        // A copy of the visit from a backup, with any other day's key: nobody who exists.
        let wrong = store::DayKey::new([9; 32]).person(visit.pseudonym).unwrap();
        assert_ne!(wrong, anna);
        drop(t);
        town.pass(24 * 15).await;
        assert_eq!(town.office.export(&as_anna, &anna).await.unwrap().evidence, []);
    })
    .await;
}

#[tokio::test]
async fn r14_a_person_takes_their_data_along_and_leaves_but_not_during_a_case() {
    everywhere(MANY, async |town| {
        town.publish().await;
        let (anna, as_anna) = town.person("Anna", Some("h1")).await;
        town.office.declare(&as_anna, &anna, symptoms(&[Symptom::Cough])).await.unwrap();
        for venue in ["market", "station"] {
            town.office.check_in(&as_anna, &anna, &town.code(venue).await).await.unwrap();
            town.minutes(10).await;
        }
        let investigator = officer("inv-1", Role::Investigator, "cdc");
        let (case, _) = town.case(&anna, None).await;
        assert!(matches!(town.office.erase(&as_anna, &anna).await, Err(OfficeError::Refused { .. })));
        town.pass(1).await;
        town.office.close_case(&investigator, &anna, &case).await.unwrap();
        let exported = town.office.export(&as_anna, &anna).await.unwrap();
        assert_eq!((exported.resident.name.as_str(), exported.evidence.len()), ("Anna", 2));
        let ended: Vec<bool> = exported.visits.iter().map(|visit| visit.left.is_some()).collect();
        assert_eq!(ended, [true, false], "where she was, and where she still is");
        town.office.erase(&as_anna, &anna).await.unwrap();
        assert!(matches!(town.office.export(&as_anna, &anna).await, Err(OfficeError::Unknown(_))));
        let mut t = town.store.begin().await.unwrap();
        assert_eq!(t.all_about(&anna).await.unwrap(), []);
        assert_eq!(t.key(&format!("person/{anna}")).await.unwrap(), None);
        // Her document may be registered again.
        drop(t);
        town.person("Anna", None).await;
    })
    .await;
}

#[tokio::test]
async fn r16_a_venue_scan_alone_never_changes_a_colour() {
    everywhere(MANY, async |town| {
        town.publish().await;
        let (anna, as_anna) = town.person("Anna", None).await;
        for venue in ["bank", "hospital", "market"] {
            town.office.check_in(&as_anna, &anna, &town.code(venue).await).await.unwrap();
            town.minutes(10).await;
        }
        assert_eq!(
            town.office.colour(&as_anna, &anna, "", Language::En).await.unwrap().level(),
            Level::Green
        );
        assert_eq!(town.office.export(&as_anna, &anna).await.unwrap().evidence, []);
    })
    .await;
}

#[tokio::test]
async fn r18_nobody_finds_a_record_by_guessing_and_a_document_is_registered_once() {
    everywhere(MANY, async |town| {
        let (_, as_anna) = town.person("Anna", None).await;
        let somebody = "00000000000000000000000000000001".parse().unwrap();
        let guessed = town.office.export(&as_anna, &somebody).await;
        let (bo, _) = town.person("Bo", None).await;
        let existing = town.office.export(&as_anna, &bo).await;
        assert_eq!(
            guessed.unwrap_err().to_string(),
            existing.unwrap_err().to_string(),
            "no difference to see"
        );
        let again = office::Registration {
            name: "Another".to_owned(),
            identity: Some("id anna".to_owned()),
            ..office::Registration::default()
        };
        assert!(
            town.office.register(None, &again).await.is_err(),
            "written otherwise, but the same document"
        );
    })
    .await;
}

#[tokio::test]
async fn r22_a_missed_check_has_no_consequence() {
    everywhere(MANY, async |town| {
        town.publish().await;
        let (anna, as_anna) = town.person("Anna", None).await;
        town.office.daily_check(&as_anna, &anna, None, Symptoms::NONE).await.unwrap();
        for _ in 0..10 {
            town.pass(48).await;
            assert_eq!(
                town.office.colour(&as_anna, &anna, "", Language::En).await.unwrap().level(),
                Level::Green
            );
        }
        assert_eq!(notices(&town, &as_anna, &anna).await, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_lose_nothing() {
    everywhere(MANY, async |town| {
        town.publish().await;
        let mut tasks = Vec::new();
        for number in 0..12 {
            let (person, actor) = town.person(&format!("N{number}"), Some("h1")).await;
            for round in 0..4 {
                let (office, person, actor) = (town.office.clone(), person.clone(), actor.clone());
                tasks.push(tokio::spawn(async move {
                    let says = if round == 0 { symptoms(&[Symptom::Fever]) } else { Symptoms::NONE };
                    office.declare(&actor, &person, says).await.map(|_| (actor, person))
                }));
            }
        }
        let mut people = std::collections::BTreeMap::new();
        for task in tasks {
            let (actor, person) = task.await.unwrap().unwrap();
            people.insert(person, actor);
        }
        for (person, actor) in &people {
            assert_eq!(town.office.export(actor, person).await.unwrap().evidence.len(), 4);
        }
    })
    .await;
}

#[tokio::test]
async fn r8_what_is_decided_is_in_the_public_log_and_its_subject_can_prove_it() {
    everywhere(MANY, async |town| {
        town.publish().await;
        let (anna, as_anna) = town.person("Anna", None).await;
        let (_, as_bo) = town.person("Bo", None).await;
        let one = officer("rev-1", Role::Reviewer, "cdc");
        let other = officer("rev-3", Role::Reviewer, "court");
        town.office.declare(&as_anna, &anna, symptoms(&[Symptom::Fever])).await.unwrap();
        let (proposal, _) = town.office.propose(&one, &anna, &red(3)).await.unwrap();
        town.office.agree(&other, &proposal).await.unwrap();
        town.office.appeal(&as_anna, &anna, "telling-symptoms", "No.", &[]).await.unwrap();
        town.pass(25).await;
        let entries = town.office.log_entries(0, 100).await.unwrap();
        let words = entries.iter().map(|entry| serde_json::to_string(entry).unwrap()).collect::<Vec<_>>();
        for kind in ["rule-set-published", "ruling-made", "appeal-decided"] {
            assert_eq!(words.iter().filter(|entry| entry.contains(kind)).count(), 1, "{kind}: {words:?}");
        }
        for secret in [anna.as_str(), "Anna", "rev-1", "telling-symptoms"] {
            assert!(!words.iter().any(|entry| entry.contains(secret)), "{secret}");
        }
        let openings = town.office.openings(&as_anna, &anna).await.unwrap();
        assert_eq!(openings.len(), 2);
        for (opening, place) in openings {
            let entry = &words[usize::try_from(place.unwrap()).unwrap()];
            let commitment = ledger::Commitment::to(&opening.salt, &opening.content).to_string();
            assert!(entry.contains(&commitment), "the entry at its place commits to what she holds");
            let other = ledger::Commitment::to(&ledger::Salt([0; 32]), &opening.content).to_string();
            assert!(!entry.contains(&other));
        }
        assert!(town.office.openings(&as_bo, &anna).await.is_err());
    })
    .await;
}
