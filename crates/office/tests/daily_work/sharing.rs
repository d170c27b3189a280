//! Sharing a status by consent.

use evidence::Symptom;
use office::{OfficeError, Role, ShareToken};

use crate::town::{everywhere, officer, symptoms};

#[tokio::test]
async fn r7_a_status_is_shared_by_consent_that_ends_and_can_be_withdrawn_and_tells_no_history() {
    everywhere(200, async |town| {
        town.publish().await;
        let (anna, as_anna) = town.person("Anna", None).await;
        let (_, as_bo) = town.person("Bo", None).await;
        town.office.declare(&as_anna, &anna, symptoms(&[Symptom::Fever])).await.unwrap();
        for (with, hours) in [(" ", 1), ("My employer", 0), ("My employer", 24 * 14 + 1)] {
            assert!(town.office.share(&as_anna, &anna, with, hours).await.is_err(), "{with} {hours}");
        }
        assert!(town.office.share(&as_bo, &anna, "Myself", 1).await.is_err(), "Bo may not");
        let field = officer("field-1", Role::Field, "cdc");
        assert!(town.office.share(&field, &anna, "The police", 1).await.is_err(), "nor may an officer");
        let token = town.office.share(&as_anna, &anna, "My employer", 8).await.unwrap();
        assert_eq!(format!("{token:?}"), "ShareToken", "a token stands in no log");
        let answer = town.office.shared_status(&token).await.unwrap();
        assert!(!answer.unrestricted);
        let said = serde_json::to_string(&answer).unwrap();
        assert_eq!(said.matches(':').count() - 2, 2, "two values, one of them an instant: {said}");
        let listed = town.office.shares(&as_anna, &anna).await.unwrap();
        assert_eq!((listed[0].1.with.as_str(), listed[0].1.asked.len()), ("My employer", 1));
        assert!(answer.until <= listed[0].1.until);
        let unknown = ShareToken::read("00000000000000000000000000000000");
        let never = town.office.shared_status(&unknown).await.unwrap_err().to_string();
        town.pass(9).await;
        let ended = town.office.shared_status(&token).await.unwrap_err().to_string();
        let second = town.office.share(&as_anna, &anna, "My landlord", 8).await.unwrap();
        let shares = town.office.shares(&as_anna, &anna).await.unwrap();
        let id = &shares.iter().find(|(_, share)| share.with == "My landlord").unwrap().0;
        assert!(matches!(town.office.withdraw_share(&as_bo, &anna, id).await, Err(OfficeError::Unknown(_))));
        town.office.withdraw_share(&as_anna, &anna, id).await.unwrap();
        let withdrawn = town.office.shared_status(&second).await.unwrap_err().to_string();
        assert!(never == ended && ended == withdrawn, "they cannot be told apart");
        let third = town.office.share(&as_anna, &anna, "My school", 8).await.unwrap();
        town.office.erase(&as_anna, &anna).await.unwrap();
        assert!(town.office.shared_status(&third).await.is_err(), "she left");
    })
    .await;
}
