//! Signing in, and requests that are done once, on every database.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod town;

use evidence::{Level, Symptom};
use office::{Actor, ByCode, Clock as _, NewAccount, OfficeError, Once, Registration, Role, Secret};
use town::{Town, everywhere, officer, symptoms};

const PASSWORD: &str = "three plain words";

async fn opened(town: &Town, name: &str) -> Secret {
    let operator = officer("operator-1", Role::Operator, "data/bureau");
    let new = NewAccount {
        name: name.to_owned(),
        role: Role::Investigator,
        body: "health/commission".parse().unwrap(),
        password: PASSWORD.to_owned(),
    };
    town.office.open_account(&operator, &new).await.unwrap()
}

fn registration(name: &str) -> Registration {
    Registration { name: name.to_owned(), ..Registration::default() }
}

#[tokio::test]
async fn an_officer_signs_in_with_password_and_code_and_out() {
    everywhere(200, async |town| {
        let secret = opened(&town, "li").await;
        let code = secret.code(town.clock.now());
        let signed_in = town.office.sign_in("li", PASSWORD, &code).await.unwrap();
        assert_eq!(signed_in.actor.role(), Role::Investigator);
        let seen = town.office.session(&signed_in.token).await.unwrap().unwrap();
        assert_eq!(seen.actor, signed_in.actor);
        // A code that was used, or overheard, counts no more.
        assert!(matches!(town.office.sign_in("li", PASSWORD, &code).await, Err(OfficeError::SignIn)));
        town.office.sign_out(&signed_in.token).await.unwrap();
        assert!(town.office.session(&signed_in.token).await.unwrap().is_none());
        town.minutes(1).await;
        let code = secret.code(town.clock.now());
        let again = town.office.sign_in("li", PASSWORD, &code).await.unwrap();
        town.pass(13).await;
        assert!(town.office.session(&again.token).await.unwrap().is_none(), "a session ends by itself");
    })
    .await;
}

#[tokio::test]
async fn r18_guessing_a_password_has_to_wait_and_a_closed_account_ends() {
    everywhere(200, async |town| {
        let secret = opened(&town, "li").await;
        let right = |town: &Town| secret.code(town.clock.now());
        for _ in 0..5 {
            let tried = town.office.sign_in("li", "a wrong password", &right(&town)).await;
            assert!(matches!(tried, Err(OfficeError::SignIn)));
        }
        assert!(matches!(
            town.office.sign_in("li", PASSWORD, &right(&town)).await,
            Err(OfficeError::Wait(_))
        ));
        assert!(matches!(town.office.sign_in("nobody", PASSWORD, "123456").await, Err(OfficeError::SignIn)));
        town.minutes(16).await;
        let signed_in = town.office.sign_in("li", PASSWORD, &right(&town)).await.unwrap();
        let operator = officer("operator-1", Role::Operator, "data/bureau");
        town.office.close_account(&operator, "li").await.unwrap();
        assert!(town.office.session(&signed_in.token).await.unwrap().is_none());
        let role = officer("li", Role::Investigator, "health/commission");
        assert!(matches!(town.office.close_account(&role, "li").await, Err(OfficeError::Forbidden { .. })));
    })
    .await;
}

#[tokio::test]
async fn a_resident_registers_and_signs_in_by_a_code_sent_to_them() {
    everywhere(200, async |town| {
        let contact = "tel:+86 571 0001";
        let sent = town.office.request_code(contact).await.unwrap();
        assert!(matches!(
            town.office.sign_in_by_code(contact, &sent.code, None).await.unwrap(),
            ByCode::Nobody
        ));
        let mother = town.office.register_by_code(contact, &sent.code, &registration("Ma")).await.unwrap();
        let used = town.office.register_by_code(contact, &sent.code, &registration("Ma")).await;
        assert!(matches!(used, Err(OfficeError::SignIn)), "a code is used once");
        let sent = town.office.request_code("TEL:+86-571-0001").await.unwrap();
        let ByCode::SignedIn(again) = town.office.sign_in_by_code(contact, &sent.code, None).await.unwrap()
        else {
            panic!("one person has this telephone");
        };
        assert_eq!(again.actor, mother.actor);
        // A family with one telephone.
        town.minutes(1).await;
        let sent = town.office.request_code(contact).await.unwrap();
        let child =
            town.office.register_by_code(contact, &sent.code, &registration("Xiao Ma")).await.unwrap();
        let sent = town.office.request_code(contact).await.unwrap();
        let ByCode::Choose(people) = town.office.sign_in_by_code(contact, &sent.code, None).await.unwrap()
        else {
            panic!("two have this telephone");
        };
        assert_eq!(people.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(), ["Ma", "Xiao Ma"]);
        let Actor::Resident(child) = child.actor else { panic!("a resident") };
        let chosen = town.office.sign_in_by_code(contact, &sent.code, Some(&child)).await.unwrap();
        assert!(matches!(chosen, ByCode::SignedIn(of) if of.actor == Actor::Resident(child)));
    })
    .await;
}

#[tokio::test]
async fn r18_a_code_cannot_be_guessed_and_nobody_is_pestered_with_codes() {
    everywhere(200, async |town| {
        let contact = "ma@example.org";
        let sent = town.office.request_code(contact).await.unwrap();
        let wrong = if sent.code == "000000" { "000001" } else { "000000" };
        for _ in 0..5 {
            assert!(matches!(
                town.office.sign_in_by_code(contact, wrong, None).await,
                Err(OfficeError::SignIn)
            ));
        }
        assert!(matches!(
            town.office.sign_in_by_code(contact, &sent.code, None).await,
            Err(OfficeError::SignIn)
        ));
        for _ in 0..4 {
            town.office.request_code(contact).await.unwrap();
        }
        assert!(matches!(town.office.request_code(contact).await, Err(OfficeError::Wait(_))));
        town.pass(2).await;
        let sent = town.office.request_code(contact).await.unwrap();
        town.minutes(11).await;
        assert!(matches!(
            town.office.sign_in_by_code(contact, &sent.code, None).await,
            Err(OfficeError::SignIn)
        ));
    })
    .await;
}

#[tokio::test]
async fn a_request_that_is_sent_again_is_answered_as_the_first_time_and_done_once() {
    everywhere(200, async |town| {
        town.publish().await;
        let (person, actor) = town.person("Ma", None).await;
        let once = |request: u8| {
            town.office.once(Once {
                actor: Some(actor.clone()),
                key: "a key".to_owned(),
                request: [request; 32],
                answer: Box::new(|done| Some(format!("{:?}", done.downcast_ref::<Level>()?).into_bytes())),
            })
        };
        let fever = symptoms(&[Symptom::Fever]);
        assert_eq!(once(1).declare(&actor, &person, fever).await.unwrap(), Level::Yellow);
        let again = once(1).declare(&actor, &person, fever).await;
        assert!(matches!(again, Err(OfficeError::Answered(answer)) if answer == b"Yellow"));
        let other = once(2).declare(&actor, &person, fever).await;
        assert!(matches!(other, Err(OfficeError::OtherRequest)));
        assert_eq!(town.office.export(&actor, &person).await.unwrap().evidence.len(), 1);
        // Of many at the same moment one is done.
        let key = |office: &office::Office| {
            office.once(Once {
                actor: Some(actor.clone()),
                key: "another key".to_owned(),
                request: [3; 32],
                answer: Box::new(|done| Some(format!("{:?}", done.downcast_ref::<Level>()?).into_bytes())),
            })
        };
        let tries: Vec<_> = (0..8)
            .map(|_| {
                let (office, actor, person) = (key(&town.office), actor.clone(), person.clone());
                tokio::spawn(async move { office.declare(&actor, &person, fever).await })
            })
            .collect();
        let mut done = 0;
        for tried in tries {
            match tried.await.unwrap() {
                Ok(_) => done += 1,
                Err(OfficeError::Answered(answer)) => assert_eq!(answer, b"Yellow"),
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!(done, 1);
        assert_eq!(town.office.export(&actor, &person).await.unwrap().evidence.len(), 2);
    })
    .await;
}
