//! What officers say of people: one word alone restricts nobody, and two officers do not carry many.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod town;

use evidence::{Level, PersonId, TestResult};
use office::{Actor, OfficeError, Role, Stated};
use rating::Language;
use town::{Town, everywhere, officer};

async fn level(town: &Town, actor: &Actor, person: &PersonId) -> Level {
    town.office.colour(actor, person, "", Language::En).await.unwrap().level()
}

#[tokio::test]
async fn r4_a_laboratory_alone_makes_nobody_positive_until_the_person_says_they_gave_the_sample() {
    everywhere(200, async |town| {
        town.publish().await;
        let (anna, as_anna) = town.person("Anna", None).await;
        let (_, as_bo) = town.person("Bo", None).await;
        let laboratory = officer("lab-1", Role::Laboratory, "hospital");
        let test = town.test("t1", TestResult::Positive);
        for _ in 0..2 {
            assert_eq!(town.office.report_test(&laboratory, &anna, &test).await.unwrap(), Stated::Waits);
        }
        assert_eq!(level(&town, &as_anna, &anna).await, Level::Green);
        let waiting = town.office.statements(&as_anna, &anna).await.unwrap();
        assert_eq!(waiting.len(), 1, "reported twice, it waits once");
        let statement = &waiting[0].0;
        let colleague = officer("inv-2", Role::Investigator, "hospital");
        assert!(matches!(
            town.office.corroborate(&colleague, statement).await,
            Err(OfficeError::Forbidden { .. })
        ));
        assert!(matches!(town.office.corroborate(&as_bo, statement).await, Err(OfficeError::Unknown(_))));
        town.minutes(60).await;
        let stated = town.office.corroborate(&as_anna, statement).await.unwrap();
        assert_eq!(stated.level(), Some(Level::Red));
        assert!(town.office.corroborate(&as_anna, statement).await.is_err(), "it counts already");
        // What counts later is known later: an hour ago she was green, and still was when that is asked again.
        let tests = town.office.export(&as_anna, &anna).await.unwrap().evidence;
        let office::Says::Test(counted) = &tests[0].says else { panic!() };
        assert!(counted.reported > test.reported);
    })
    .await;
}

#[tokio::test]
async fn a_sample_that_somebody_took_and_a_positive_result_carry_the_case_that_waited() {
    everywhere(200, async |town| {
        town.publish().await;
        let (anna, as_anna) = town.person("Anna", Some("h1")).await;
        let (bo, as_bo) = town.person("Bo", Some("h1")).await;
        let investigator = officer("inv-1", Role::Investigator, "cdc");
        let (_, stated) = town.office.open_case(&investigator, &anna, None).await.unwrap();
        assert_eq!(stated, Stated::Waits);
        assert!(town.office.open_case(&investigator, &anna, None).await.is_err(), "one waits already");
        assert_eq!(level(&town, &as_bo, &bo).await, Level::Green, "nobody was near a case that waits");
        let field = officer("field-1", Role::Field, "district/office");
        let test = town.test("t1", TestResult::Positive);
        town.office.take_specimen(&field, &anna, &test.test).await.unwrap();
        assert!(town.office.take_specimen(&field, &anna, &test.test).await.is_err(), "it is recorded");
        let laboratory = officer("lab-1", Role::Laboratory, "hospital");
        let stated = town.office.report_test(&laboratory, &anna, &test).await.unwrap();
        assert_eq!(stated.level(), Some(Level::Red));
        assert_eq!(stated.traced().unwrap().exposed, 1);
        assert_eq!(level(&town, &as_bo, &bo).await, Level::Yellow);
        assert_eq!(level(&town, &as_anna, &anna).await, Level::Red);
        // Whoever said it does not decide about it.
        let appeal =
            town.office.appeal(&as_anna, &anna, "positive-test", "It was not my sample.", &[]).await.unwrap();
        let same = officer("field-1", Role::Reviewer, "district/office");
        assert!(matches!(
            town.office.decide(&same, &appeal, false, "It was.").await,
            Err(OfficeError::Forbidden { .. })
        ));
        // After the test a case needs no further word.
        let (cai, as_cai) = town.person("Cai", None).await;
        let test = town.test("t2", TestResult::Positive);
        town.office.take_specimen(&as_cai, &cai, &test.test).await.unwrap();
        town.office.report_test(&laboratory, &cai, &test).await.unwrap();
        let (_, stated) = town.office.open_case(&investigator, &cai, None).await.unwrap();
        assert!(stated.traced().is_some());
    })
    .await;
}

#[tokio::test]
async fn what_nobody_stands_beside_is_forgotten_after_three_days() {
    everywhere(200, async |town| {
        town.publish().await;
        let (anna, as_anna) = town.person("Anna", None).await;
        let investigator = officer("inv-1", Role::Investigator, "cdc");
        town.office.open_case(&investigator, &anna, None).await.unwrap();
        town.pass(73).await;
        assert_eq!(town.office.statements(&as_anna, &anna).await.unwrap(), []);
        assert_eq!(level(&town, &as_anna, &anna).await, Level::Green);
        town.office.open_case(&investigator, &anna, None).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn r5_two_officers_who_collude_carry_twenty_in_a_day_and_the_rest_is_held() {
    everywhere(200, async |town| {
        town.publish().await;
        let investigator = officer("inv-1", Role::Investigator, "cdc");
        let friend = officer("clin-1", Role::Investigator, "hospital");
        let oversight = officer("watch-1", Role::Oversight, "parliament");
        let (mut red, mut held, mut last) = (0, 0, None);
        for number in 0..25 {
            let (person, actor) = town.person(&format!("N{number}"), None).await;
            town.office.open_case(&investigator, &person, None).await.unwrap();
            let waiting = town.office.statements(&friend, &person).await.unwrap();
            match town.office.corroborate(&friend, &waiting[0].0).await.unwrap() {
                Stated::Counts { .. } => red += 1,
                Stated::Held => held += 1,
                Stated::Waits => panic!("the friend stands beside it"),
            }
            last = Some((person, actor));
        }
        assert_eq!((red, held), (20, 5));
        // The two change roles; it does not help them.
        let (person, _) = town.person("Turned", None).await;
        town.office.open_case(&friend, &person, None).await.unwrap();
        let waiting = town.office.statements(&investigator, &person).await.unwrap();
        let stated = town.office.corroborate(&investigator, &waiting[0].0).await.unwrap();
        assert_eq!(stated, Stated::Held);
        let (person, actor) = last.unwrap();
        assert_eq!(level(&town, &actor, &person).await, Level::Green);
        town.office.tick().await.unwrap();
        let entries = town.office.log_entries(0, 1000).await.unwrap();
        let words: Vec<String> = entries.iter().map(|entry| serde_json::to_string(entry).unwrap()).collect();
        let logged = |reason: &str| words.iter().filter(|entry| entry.contains(reason)).count();
        assert_eq!(
            (logged("uncorroborated"), logged("too-many-statements")),
            (26, 6),
            "every attempt is logged"
        );
        // Oversight lets one count, and ends one.
        let waiting = town.office.held_statements(&oversight).await.unwrap();
        assert_eq!(waiting.len(), 6);
        assert!(town.office.held_statements(&investigator).await.is_err());
        let own = officer("watch-2", Role::Oversight, "cdc");
        assert!(
            town.office.release_statement(&own, &waiting[0].statement, true).await.is_err(),
            "its own body's"
        );
        let counted = town.office.release_statement(&oversight, &waiting[0].statement, true).await.unwrap();
        assert_eq!(counted.level(), Some(Level::Red));
        town.office.release_statement(&oversight, &waiting[1].statement, false).await.unwrap();
        assert_eq!(town.office.held_statements(&oversight).await.unwrap().len(), 4);
        // On the next day the count begins anew.
        town.pass(25).await;
        let (person, _) = town.person("Later", None).await;
        town.case(&person, None).await;
    })
    .await;
}
