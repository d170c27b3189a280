//! Following people up.

use evidence::{Level, Symptom, Symptoms};
use jiff::SignedDuration;
use office::{Because, Clock as _, Need, Outcome, Registration, Role};
use rating::Language;

use crate::town::{Town, everywhere, officer, symptoms};

async fn quarantined(town: &Town, name: &str, area: &str) -> (evidence::PersonId, office::Actor) {
    let given =
        Registration { name: name.to_owned(), area: Some(area.to_owned()), ..Registration::default() };
    let person = town.office.register(None, &given).await.unwrap();
    let actor = office::Actor::Resident(person.clone());
    town.office.declare(&actor, &person, symptoms(&[Symptom::Fever])).await.unwrap();
    (person, actor)
}

fn well(needs: Vec<(Need, String)>) -> Outcome {
    Outcome::Reached { temperature: Some("36.6".parse().unwrap()), symptoms: Symptoms::NONE, needs }
}

#[tokio::test]
async fn r22_who_does_not_answer_is_called_again_by_a_human_and_nothing_else() {
    everywhere(200, async |town| {
        town.publish().await;
        let (anna, as_anna) = quarantined(&town, "Anna", "north").await;
        quarantined(&town, "Bo", "south").await;
        let worker = officer("field-1", Role::Field, "cdc");
        let list = async |why: &str| town.office.follow_ups(&worker, Some("north"), 50, why).await;
        assert!(list("").await.is_err(), "a purpose is missing");
        assert!(town.office.follow_ups(&as_anna, Some("north"), 50, "me").await.is_err());
        let (tasks, left_out) = list("Morning round").await.unwrap();
        assert_eq!((tasks.len(), left_out), (1, 0), "those of the other area are on another list");
        assert_eq!((tasks[0].name.as_str(), tasks[0].because), ("Anna", Because::New));
        let before = town.office.export(&as_anna, &anna).await.unwrap();
        let level = town.office.record_follow_up(&worker, &anna, &Outcome::Unanswered).await.unwrap();
        assert_eq!(level, Level::Yellow, "as before");
        let after = town.office.export(&as_anna, &anna).await.unwrap();
        assert_eq!(before.evidence, after.evidence, "silence is no evidence");
        let tasks = list("Again").await.unwrap().0;
        assert_eq!(tasks[0].because, Because::Unanswered);
        let in_three_hours = town.clock.now().checked_add(SignedDuration::from_hours(3)).unwrap();
        assert_eq!(tasks[0].not_before, in_three_hours);
        // Late in the evening nobody is called.
        town.pass(14).await;
        assert_eq!(list("Evening").await.unwrap().0, []);
        town.pass(10).await;
        assert_eq!(list("Morning").await.unwrap().0.len(), 1);
        let listed = town.office.accesses(&as_anna, &anna, "").await.unwrap();
        assert_eq!(listed.iter().filter(|access| access.part.contains("followed up")).count(), 3);
    })
    .await;
}

#[tokio::test]
async fn what_a_worker_finds_is_a_check_and_what_people_need_stays_on_the_list_until_it_is_brought() {
    everywhere(200, async |town| {
        town.publish().await;
        let (anna, as_anna) = quarantined(&town, "Anna", "north").await;
        let worker = officer("field-1", Role::Field, "cdc");
        let food = vec![(Need::Food, "for two days".to_owned())];
        assert!(town.office.record_follow_up(&as_anna, &anna, &well(Vec::new())).await.is_err());
        town.office.record_follow_up(&worker, &anna, &well(food)).await.unwrap();
        let evidence = town.office.export(&as_anna, &anna).await.unwrap().evidence;
        assert_eq!(evidence.len(), 2, "her declaration and the worker's check");
        let list = async || town.office.follow_ups(&worker, Some("north"), 50, "Round").await.unwrap().0;
        let tasks = list().await;
        assert_eq!((tasks[0].because, tasks[0].needs[0].need), (Because::Needs, Need::Food));
        assert!(town.office.need_met(&worker, &anna, Need::Medicine).await.is_err());
        town.office.need_met(&worker, &anna, Need::Food).await.unwrap();
        assert_eq!(list().await, [], "reached today");
        town.pass(24).await;
        assert_eq!(list().await[0].because, Because::MissedCheck);
        town.office.daily_check(&as_anna, &anna, None, Symptoms::NONE).await.unwrap();
        assert_eq!(list().await, [], "she made her check herself");
        town.pass(25).await;
        let soon = town.clock.now().checked_add(SignedDuration::from_hours(2)).unwrap();
        assert!(
            town.office
                .reschedule(&as_anna, &anna, town.clock.now() - SignedDuration::from_hours(1))
                .await
                .is_err()
        );
        assert!(
            town.office.reschedule(&as_anna, &anna, soon + SignedDuration::from_hours(72)).await.is_err()
        );
        town.office.reschedule(&as_anna, &anna, soon).await.unwrap();
        let tasks = list().await;
        assert_eq!((tasks[0].because, tasks[0].not_before), (Because::Agreed, soon));
        // Who is free again is on no list.
        town.pass(24 * 8).await;
        let level = town.office.colour(&as_anna, &anna, "", Language::En).await.unwrap().level();
        assert_eq!((level, list().await.len()), (Level::Green, 0));
    })
    .await;
}
