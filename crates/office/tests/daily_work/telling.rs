//! How people and oversight are told: what is taken from the outbox, when, and what becomes of it.

use evidence::Symptom;
use office::{Browser, Clock as _, NoticeAbout, OfficeError, Role};
use rating::Language;

use crate::town::{Town, everywhere, officer, symptoms};

fn browser(number: u8) -> Browser {
    let mut key = vec![number; 65];
    key[0] = 4;
    Browser { endpoint: format!("https://push.example.org/{number}"), key, secret: vec![number; 16] }
}

/// Somebody whose colour changes at eight in the morning.
async fn told(town: &Town) -> (evidence::PersonId, office::Actor) {
    town.publish().await;
    let (anna, as_anna) = town.person("Anna", None).await;
    town.office.declare(&as_anna, &anna, symptoms(&[Symptom::Fever])).await.unwrap();
    (anna, as_anna)
}

#[tokio::test]
async fn a_notice_is_taken_by_one_sender_and_again_when_that_one_died() {
    everywhere(200, async |town| {
        told(&town).await;
        let taken = town.office.notices(10).await.unwrap();
        assert_eq!((taken.len(), &taken[0].about), (1, &NoticeAbout::Colour));
        assert_eq!(taken[0].contact.as_deref(), Some("tel:+86 571 Anna"));
        assert!(!format!("{taken:?}").contains("571"), "nothing of anybody in what may be logged");
        assert_eq!(town.office.notices(10).await.unwrap(), [], "another sender does not send it as well");
        town.minutes(5).await;
        let again = town.office.notices(10).await.unwrap();
        assert_eq!(again, taken, "its sender died");
        town.office.notice_sent(&again[0].notice).await.unwrap();
        town.office.notice_sent(&again[0].notice).await.unwrap();
        town.minutes(600).await;
        assert_eq!(town.office.notices(10).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_sent_is_tried_more_and_more_seldom() {
    everywhere(200, async |town| {
        told(&town).await;
        let mut waits = Vec::new();
        for _ in 0..9 {
            let mut waited = 0;
            let taken = loop {
                let taken = town.office.notices(10).await.unwrap();
                if !taken.is_empty() {
                    break taken;
                }
                town.minutes(1).await;
                waited += 1;
            };
            waits.push(waited);
            town.office.notice_later(&taken[0].notice).await.unwrap();
        }
        assert_eq!(waits, [0, 1, 2, 4, 8, 16, 32, 60, 60]);
    })
    .await;
}

#[tokio::test]
async fn r22_what_could_not_be_sent_by_day_is_not_sent_by_night() {
    everywhere(200, async |town| {
        told(&town).await;
        let taken = town.office.notices(10).await.unwrap();
        assert_eq!(taken.len(), 1);
        // The mail server is away from eight in the morning to midnight.
        town.office.notice_later(&taken[0].notice).await.unwrap();
        town.pass(16).await;
        let hour =
            || town.clock.now().to_zoned_datetime(jiff::tz::TimeZone::get("Asia/Shanghai").unwrap()).hour();
        assert_eq!((hour(), town.office.notices(10).await.unwrap().len()), (0, 0));
        town.pass(6).await;
        assert_eq!((hour(), town.office.notices(10).await.unwrap().len()), (6, 0));
        town.pass(1).await;
        let about: Vec<_> =
            town.office.notices(10).await.unwrap().into_iter().map(|notice| notice.about).collect();
        assert_eq!((hour(), about), (7, vec![NoticeAbout::Colour]));
    })
    .await;
}

#[tokio::test]
async fn a_person_is_told_in_the_language_they_chose() {
    everywhere(200, async |town| {
        let (anna, as_anna) = told(&town).await;
        let (other, as_other) = town.person("Other", None).await;
        assert!(town.office.choose_language(&as_other, &anna, Language::En).await.is_err());
        town.office.choose_language(&as_anna, &anna, Language::Zh).await.unwrap();
        town.office.declare(&as_other, &other, symptoms(&[Symptom::Fever])).await.unwrap();
        let taken = town.office.notices(10).await.unwrap();
        let languages: Vec<_> = taken.iter().map(|notice| notice.language).collect();
        assert_eq!((languages.len(), languages.contains(&Some(Language::Zh))), (2, true));
        assert!(languages.contains(&None), "who chose none");
        let particulars = town.office.particulars(&as_anna, &anna, "").await.unwrap();
        assert_eq!(particulars.language, Some(Language::Zh));
        assert!(town.office.particulars(&as_other, &anna, "").await.is_err());
    })
    .await;
}

#[tokio::test]
async fn browsers_are_a_persons_own_and_forgotten_with_them() {
    everywhere(200, async |town| {
        let (anna, as_anna) = told(&town).await;
        let (_, as_other) = town.person("Other", None).await;
        let desk = officer("desk-1", Role::Desk, "district/office");
        for nobody in [&as_other, &desk] {
            assert!(town.office.subscribe(nobody, &anna, &browser(1)).await.is_err());
            assert!(town.office.push_subscriptions(nobody, &anna).await.is_err());
            assert!(town.office.unsubscribe(nobody, &anna, None).await.is_err());
        }
        let first = town.office.subscribe(&as_anna, &anna, &browser(1)).await.unwrap();
        let same =
            town.office.subscribe(&as_anna, &anna, &Browser { secret: vec![9; 16], ..browser(1) }).await;
        assert_eq!(same.unwrap(), first, "one that subscribes again is the same");
        assert!(
            town.office
                .subscribe(&as_anna, &anna, &Browser { key: vec![4; 64], ..browser(1) })
                .await
                .is_err()
        );
        let second = town.office.subscribe(&as_anna, &anna, &browser(2)).await.unwrap();
        let taken = town.office.notices(10).await.unwrap();
        let mut secrets: Vec<u8> = taken[0].browsers.iter().map(|(_, of)| of.browser.secret[0]).collect();
        secrets.sort_unstable();
        assert_eq!(secrets, [2, 9]);
        assert_eq!(town.office.export(&as_anna, &anna).await.unwrap().browsers.len(), 2);
        town.office.browser_gone(&second).await.unwrap();
        town.office.browser_gone(&second).await.unwrap();
        let gone = town.office.unsubscribe(&as_anna, &anna, Some(&second)).await;
        assert!(matches!(gone, Err(OfficeError::Unknown(_))));
        assert_eq!(town.office.unsubscribe(&as_anna, &anna, Some(&first)).await.unwrap(), 1);
        for number in 1..=11 {
            town.minutes(1).await;
            town.office.subscribe(&as_anna, &anna, &browser(number)).await.unwrap();
        }
        let known = town.office.push_subscriptions(&as_anna, &anna).await.unwrap();
        assert_eq!(known.len(), 10, "the one that was renewed longest ago made room");
        assert!(known.iter().all(|(_, of)| of.browser != browser(1)));
        town.pass(24 * 90).await;
        assert_eq!(
            town.office.push_subscriptions(&as_anna, &anna).await.unwrap(),
            [],
            "90 days without a word"
        );
        town.office.subscribe(&as_anna, &anna, &browser(3)).await.unwrap();
        town.office.erase(&as_anna, &anna).await.unwrap();
        assert_eq!(town.office.notices(10).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn an_alert_is_taken_by_one_sender_and_tried_again_later() {
    everywhere(200, async |town| {
        let (anna, as_anna) = told(&town).await;
        town.office.appeal(&as_anna, &anna, "telling-symptoms", "It was a hot bath.", &[]).await.unwrap();
        town.pass(48).await;
        let taken = town.office.alerts_to_send(10).await.unwrap();
        assert_eq!((taken.len(), town.office.alerts_to_send(10).await.unwrap().len()), (1, 0));
        town.office.alert_later(&taken[0].0).await.unwrap();
        assert_eq!(town.office.alerts_to_send(10).await.unwrap(), []);
        town.minutes(1).await;
        assert_eq!(town.office.alerts_to_send(10).await.unwrap().len(), 1);
        town.office.alert_sent(&taken[0].0).await.unwrap();
        town.office.alert_later(&taken[0].0).await.unwrap();
        town.minutes(600).await;
        assert_eq!(town.office.alerts_to_send(10).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn a_proxy_is_dismissed_and_no_longer_acts() {
    everywhere(200, async |town| {
        let (anna, as_anna) = told(&town).await;
        let (bo, as_bo) = town.person("Bo", None).await;
        town.office.appoint_proxy(&as_anna, &anna, &bo).await.unwrap();
        town.office.export(&as_bo, &anna).await.unwrap();
        town.office.dismiss_proxy(&as_anna, &anna, &bo).await.unwrap();
        assert!(town.office.export(&as_bo, &anna).await.is_err());
        assert!(town.office.dismiss_proxy(&as_anna, &anna, &bo).await.is_err());
    })
    .await;
}
