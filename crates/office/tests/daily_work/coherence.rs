//! Whether what is kept hangs together, and that what does not is found.

use evidence::Symptom;
use office::{Coherence, OfficeError, Role};

use crate::town::{Town, everywhere, officer, passes::issuing, symptoms};

/// A day with a case at home, a check-in, passes and a declaration; three people.
async fn a_day(town: &Town) -> Vec<evidence::PersonId> {
    town.publish().await;
    let mut people = Vec::new();
    for name in ["Anna", "Bo", "Cai"] {
        let (person, actor) = town.person(name, Some("h1")).await;
        town.office.shown_pass(&actor, &person).await.unwrap();
        town.office.check_in(&actor, &person, &town.code("market").await).await.unwrap();
        people.push(person);
    }
    let cai = office::Actor::Resident(people[2].clone());
    town.office.declare(&cai, &people[2], symptoms(&[Symptom::Cough])).await.unwrap();
    town.case(&people[0], None).await;
    town.office.shown_pass(&cai, &people[2]).await.unwrap();
    people
}

async fn found(town: &Town) -> Coherence {
    let operator = officer("operator-1", Role::Operator, "data/bureau");
    town.office.coherence(&operator).await.unwrap()
}

#[tokio::test]
async fn nothing_hangs_in_the_air_after_a_day_and_only_operators_and_policy_may_look() {
    everywhere(200, async |town| {
        let town = issuing(town);
        let people = a_day(&town).await;
        let seen = found(&town).await;
        assert!(seen.holds() && seen.people == 3 && seen.records > 20, "{seen:?}");
        assert_eq!(seen.exposures_to_absent_cases, 0);
        let desk = officer("desk-1", Role::Desk, "district/office");
        assert!(matches!(town.office.coherence(&desk).await, Err(OfficeError::Forbidden { .. })));
        // Whoever was the case leaves when it is closed; those who were near it keep what they know.
        let anna = office::Actor::Resident(people[0].clone());
        let exported = town.office.export(&anna, &people[0]).await.unwrap();
        let case = exported.evidence.iter().find_map(|piece| match &piece.says {
            office::Says::Case(case) => Some(case.case.clone()),
            _ => None,
        });
        let investigator = officer("inv-1", Role::Investigator, "cdc");
        town.office.close_case(&investigator, &people[0], &case.unwrap()).await.unwrap();
        town.office.erase(&anna, &people[0]).await.unwrap();
        let seen = found(&town).await;
        assert!(seen.holds() && seen.people == 2 && seen.exposures_to_absent_cases == 2, "{seen:?}");
    })
    .await;
}

/// Takes a person's records of a kind out of the database, past the office.
async fn lose(town: &Town, kind: &str, person: &evidence::PersonId) {
    let mut t = town.store.begin().await.unwrap();
    let records = t.about(kind, person).await.unwrap();
    assert!(!records.is_empty(), "{kind}");
    t.remove_all(&records).await.unwrap();
    t.commit().await.unwrap();
}

/// What is lost, of whom, and what is counted then.
type Loss = (&'static str, usize, fn(&Coherence) -> u64);

#[tokio::test]
async fn what_is_lost_past_the_office_is_found() {
    let losses: [Loss; 4] = [
        ("resident", 1, |seen| seen.of_nobody),
        ("evidence", 0, |seen| seen.statements_without_evidence),
        ("rated", 2, |seen| seen.passes_of_another_colour),
        ("evidence", 1, |seen| seen.colours_without_reason),
    ];
    for (kind, whose, counted) in losses {
        everywhere(200, async |town| {
            let town = issuing(town);
            let people = a_day(&town).await;
            lose(&town, kind, &people[whose]).await;
            let seen = found(&town).await;
            assert!(!seen.holds() && counted(&seen) > 0, "{kind} of {whose}: {seen:?}");
        })
        .await;
    }
}

#[tokio::test]
async fn a_lost_visit_and_a_destroyed_key_are_found() {
    everywhere(200, async |town| {
        let town = issuing(town);
        let people = a_day(&town).await;
        let mut t = town.store.begin().await.unwrap();
        let visits = t.visits_after(None, 10).await.unwrap();
        let last = visits.iter().max_by_key(|visit| (visit.venue.clone(), visit.entered, visit.id.clone()));
        assert_eq!(t.forget_visits_to(last.unwrap()).await.unwrap(), 3);
        t.commit().await.unwrap();
        assert_eq!(found(&town).await.check_ins_without_visit, 3);
        let mut t = town.store.begin().await.unwrap();
        assert!(t.destroy_key(&format!("person/{}", people[0])).await.unwrap());
        t.commit().await.unwrap();
        let seen = found(&town).await;
        assert!(!seen.holds() && seen.of_nobody > 3, "{seen:?}");
    })
    .await;
}
