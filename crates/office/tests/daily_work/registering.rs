//! Registering, being found again, and what people tell of themselves.

use evidence::{Sex, Symptom};
use office::{OfficeError, Particulars, QuietHours, Registration, Role};
use rating::Language;

use crate::town::{everywhere, officer, symptoms};

#[tokio::test]
async fn a_desk_finds_whoever_shows_a_document_and_the_person_sees_it() {
    everywhere(200, async |town| {
        let (anna, as_anna) = town.person("Anna", None).await;
        let desk = officer("desk-1", Role::Desk, "district/office");
        let found = town.office.find(&desk, "id anna", "She lost her phone").await.unwrap();
        assert_eq!(found, (anna.clone(), "Anna".to_owned()));
        assert!(town.office.find(&desk, "ID-Anna", " ").await.is_err(), "a purpose is missing");
        let nobody = town.office.find(&desk, "ID-Ann", "Looking around").await;
        assert!(matches!(nobody, Err(OfficeError::Unknown(_))), "a part of a number finds nobody");
        for role in [Role::Operator, Role::Oversight, Role::Policy, Role::Field, Role::Reviewer] {
            let other = officer("other", role, "elsewhere");
            let denied = town.office.find(&other, "ID-Anna", "Why not").await;
            assert!(matches!(denied, Err(OfficeError::Forbidden { .. })), "{}", role.word());
        }
        assert!(town.office.find(&as_anna, "ID-Anna", "me").await.is_err());
        let accesses = town.office.accesses(&as_anna, &anna, "").await.unwrap();
        assert_eq!(accesses.len(), 1);
        assert_eq!(accesses[0].part, "find people by the number of a document");
    })
    .await;
}

#[tokio::test]
async fn r22_nothing_is_sent_in_a_persons_quiet_hours() {
    everywhere(200, async |town| {
        town.publish().await;
        let quiet = QuietHours { from: "20:00".parse().unwrap(), to: "09:30".parse().unwrap() };
        let particulars = Particulars {
            birth_year: Some(1960.try_into().unwrap()),
            sex: Some(Sex::Female),
            birthday: Some("02-29".parse().unwrap()),
            language: Some(Language::Zh),
            quiet,
        };
        let given = Registration { name: "Anna".to_owned(), particulars, ..Registration::default() };
        let anna = town.office.register(None, &given).await.unwrap();
        let as_anna = office::Actor::Resident(anna.clone());
        // It is eight in the morning.
        town.office.declare(&as_anna, &anna, symptoms(&[Symptom::Fever])).await.unwrap();
        assert_eq!(town.office.notices(10).await.unwrap(), [], "it is known, and not sent yet");
        town.pass(1).await;
        assert_eq!(town.office.notices(10).await.unwrap(), []);
        town.minutes(30).await;
        let notices = town.office.notices(10).await.unwrap();
        assert_eq!(notices.len(), 1);
        let none = QuietHours { from: "08:00".parse().unwrap(), to: "07:00".parse().unwrap() };
        let never = Particulars { quiet: none, ..given.particulars.clone() };
        assert!(town.office.change_particulars(&as_anna, &anna, &never, "").await.is_err(), "23 hours");
        town.office.change_particulars(&as_anna, &anna, &Particulars::default(), "").await.unwrap();
        let exported = town.office.export(&as_anna, &anna).await.unwrap();
        assert_eq!(exported.resident.particulars, Particulars::default());
    })
    .await;
}
