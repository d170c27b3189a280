//! Place traces.

use evidence::{Level, PersonId, Position};
use jiff::SignedDuration;
use office::{Actor, AlertAbout, Clock as _, NearPlace, OfficeError, Role, VenueGiven};
use rating::Language;

use crate::town::{Town, everywhere, officer};

const SQUARE: (f64, f64) = (30.2741, 120.1551);

/// Some people who are at a stall on the square for half an hour, and one who is far away.
async fn on_the_square(town: &Town, people: usize) -> Vec<(PersonId, Actor)> {
    let desk = officer("desk-1", Role::Desk, "district/office");
    let stall = async |name: &str, (latitude, longitude): (f64, f64)| {
        let position = Some(Position::new(latitude, longitude).unwrap());
        let given = VenueGiven { name: name.to_owned(), kind: "market".parse().unwrap(), position };
        town.office.register_venue(&desk, &given).await.unwrap().1
    };
    let here = stall("Stall", SQUARE).await;
    let far = stall("Hill", (SQUARE.0 + 0.1, SQUARE.1)).await;
    let mut all = Vec::new();
    for number in 0..=people {
        let (person, actor) = town.person(&format!("N{number}"), None).await;
        let code = if number == people { &far } else { &here };
        town.office.check_in(&actor, &person, code).await.unwrap();
        all.push((person, actor));
    }
    town.minutes(30).await;
    for (person, actor) in &all {
        town.office.check_out(actor, person).await.unwrap();
    }
    town.minutes(60).await;
    all
}

fn square(town: &Town) -> NearPlace {
    let now = town.clock.now();
    NearPlace {
        position: Position::new(SQUARE.0, SQUARE.1).unwrap(),
        radius_m: 200.0,
        from: now - SignedDuration::from_hours(3),
        to: now,
    }
}

#[tokio::test]
async fn r4_a_place_trace_takes_two_bodies_and_asks_and_colours_nobody() {
    everywhere(200, async |town| {
        town.publish().await;
        let people = on_the_square(&town, 3).await;
        let (anna, _) = town.person("Anna", None).await;
        let (case, _) = town.case(&anna, None).await;
        let one = officer("inv-1", Role::Investigator, "cdc");
        let same = officer("inv-2", Role::Investigator, "cdc");
        let other = officer("rev-1", Role::Reviewer, "court");
        let near = square(&town);
        for bad in [
            NearPlace { radius_m: 2_001.0, ..near.clone() },
            NearPlace { radius_m: 0.0, ..near.clone() },
            NearPlace { radius_m: f64::NAN, ..near.clone() },
            NearPlace { from: near.to - SignedDuration::from_hours(25), ..near.clone() },
            NearPlace { from: near.to, ..near.clone() },
        ] {
            assert!(town.office.preview_place_trace(&one, &bad).await.is_err(), "{bad:?}");
        }
        let preview = town.office.preview_place_trace(&one, &near).await.unwrap();
        assert_eq!((preview.people, preview.venues, preview.would_be_held), (3, 1, false));
        assert_eq!(preview.notices, 1);
        assert!((preview.share_of_population - 3.0 / 5.0).abs() < 1e-9);
        assert!(preview.expected_infections > 0.0 && !preview.sources.is_empty());
        assert!(town.office.preview_place_trace(&other, &near).await.is_err());
        let area = "hangzhou/shangcheng".parse().unwrap();
        let order =
            async |why: &str| town.office.order_place_trace(&one, (&anna, &case), &near, &area, why).await;
        assert!(order(" ").await.is_err(), "a purpose is missing");
        let (trace, _) = order("She sold there").await.unwrap();
        for (person, actor) in &people {
            assert_eq!(town.office.questions(actor, person).await.unwrap(), [], "nobody is asked yet");
        }
        for officer in [&one, &same] {
            let denied = town.office.approve_place_trace(officer, &trace).await;
            assert!(matches!(denied, Err(OfficeError::Forbidden { .. })));
        }
        assert_eq!(town.office.exposure_notices().await.unwrap(), [], "nothing is published yet");
        assert_eq!(town.office.approve_place_trace(&other, &trace).await.unwrap(), 3);
        assert!(town.office.approve_place_trace(&other, &trace).await.is_err(), "once");
        let notices = town.office.exposure_notices().await.unwrap();
        let question = town.office.questions(&people[0].1, &people[0].0).await.unwrap().remove(0).1;
        assert_eq!(notices.len(), 1, "the hill is too far away");
        assert_eq!(
            (&notices[0].venue, notices[0].from, notices[0].to),
            (&question.venue, near.from, near.to)
        );
        let (bo, as_bo) = &people[0];
        let (_, as_far) = &people[3];
        assert_eq!(town.office.questions(as_far, &people[3].0).await.unwrap(), []);
        let colour = town.office.colour(as_bo, bo, "", Language::En).await.unwrap();
        assert_eq!(colour.level(), Level::Green);
        assert_eq!(town.office.export(as_bo, bo).await.unwrap().evidence, []);
        let question = town.office.questions(as_bo, bo).await.unwrap().remove(0);
        town.office.answer(as_bo, bo, &question.0, true).await.unwrap();
        assert_eq!(town.office.export(as_bo, bo).await.unwrap().evidence.len(), 1, "now it is known");
        let watch = officer("watch-1", Role::Oversight, "parliament");
        let seen = town.office.place_traces(&watch).await.unwrap();
        assert_eq!((seen.len(), seen[0].asked), (1, Some(3)));
        assert!(!format!("{seen:?}").contains(anna.as_str()));
        town.office.tick().await.unwrap();
        let entries = town.office.log_entries(0, 100).await.unwrap();
        let logged = entries.iter().map(|entry| serde_json::to_string(entry).unwrap());
        let traces: Vec<String> = logged.filter(|entry| entry.contains("place-trace-ordered")).collect();
        assert_eq!(traces.len(), 1);
        assert!(traces[0].contains("\"1-9\"") && !traces[0].contains("30.27"), "{}", traces[0]);
    })
    .await;
}

#[tokio::test]
async fn r5_a_place_trace_of_very_many_waits_for_oversight() {
    everywhere(2, async |town| {
        town.publish().await;
        let people = on_the_square(&town, 3).await;
        let (anna, _) = town.person("Anna", None).await;
        let (case, _) = town.case(&anna, None).await;
        let one = officer("inv-1", Role::Investigator, "cdc");
        let other = officer("rev-1", Role::Reviewer, "court");
        let watch = officer("watch-1", Role::Oversight, "parliament");
        let own = officer("watch-2", Role::Oversight, "cdc");
        let (near, area) = (square(&town), "hangzhou/shangcheng".parse().unwrap());
        let order = async || town.office.order_place_trace(&one, (&anna, &case), &near, &area, "Why").await;
        let (trace, preview) = order().await.unwrap();
        assert!(preview.would_be_held);
        assert!(matches!(
            town.office.approve_place_trace(&other, &trace).await,
            Err(OfficeError::Refused { .. })
        ));
        assert_eq!(town.office.alerts(&watch).await.unwrap()[0].about, AlertAbout::TraceHeld);
        assert!(town.office.release_place_trace(&own, &trace, true).await.is_err(), "its own body's");
        assert!(town.office.release_place_trace(&one, &trace, true).await.is_err(), "no oversight");
        town.office.release_place_trace(&watch, &trace, true).await.unwrap();
        assert_eq!(town.office.approve_place_trace(&other, &trace).await.unwrap(), 3);
        let (second, _) = order().await.unwrap();
        town.office.release_place_trace(&watch, &second, false).await.unwrap();
        assert!(town.office.approve_place_trace(&other, &second).await.is_err(), "it was ended");
        let asked = town.office.questions(&people[0].1, &people[0].0).await.unwrap();
        assert_eq!(asked.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn notices_for_phones_are_published_once_and_forgotten_like_visits() {
    everywhere(200, async |town| {
        town.publish().await;
        on_the_square(&town, 1).await;
        let (anna, _) = town.person("Anna", None).await;
        let (case, _) = town.case(&anna, None).await;
        let one = officer("inv-1", Role::Investigator, "cdc");
        let other = officer("rev-1", Role::Reviewer, "court");
        let (near, area) = (square(&town), "hangzhou/shangcheng".parse().unwrap());
        for _ in 0..2 {
            let order = town.office.order_place_trace(&one, (&anna, &case), &near, &area, "Why").await;
            town.office.approve_place_trace(&other, &order.unwrap().0).await.unwrap();
        }
        let notices = town.office.exposure_notices().await.unwrap();
        assert_eq!(notices.len(), 1, "the same is not said twice");
        assert!(
            !format!("{notices:?}").contains(anna.as_str())
                && !format!("{notices:?}").contains(case.as_str())
        );
        town.minutes(15 * 24 * 60).await;
        assert_eq!(town.office.exposure_notices().await.unwrap(), []);
        assert!(town.office.tick().await.unwrap().forgotten > 0);
    })
    .await;
}
