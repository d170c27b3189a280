//! What oversight sees: line lists, alerts, delays, looks; and whom the office trusts.

use evidence::{Level, Symptom};
use issuer::{Signer as _, SoftwareKey};
use jiff::SignedDuration;
use office::{AlertAbout, Clock as _, IssuerKey, OfficeError, Role};
use rating::Language;

use crate::town::{everywhere, officer, symptoms};

#[tokio::test]
async fn r19_personal_rows_leave_with_a_second_approval_and_everybody_on_them_sees_it() {
    everywhere(200, async |town| {
        town.publish().await;
        let (anna, _) = town.person("Anna", Some("h1")).await;
        let (bo, as_bo) = town.person("=Bo", Some("h1")).await;
        let one = officer("inv-1", Role::Investigator, "cdc");
        let same = officer("inv-2", Role::Investigator, "cdc");
        let other = officer("rev-1", Role::Reviewer, "cdc");
        let watch = officer("watch-1", Role::Oversight, "parliament");
        let (case, _) = town.case(&anna, None).await;
        assert!(town.office.ask_for_line_list(&one, &bo, &case, "Why").await.is_err(), "not his case");
        let list = town.office.ask_for_line_list(&one, &anna, &case, "Calling contacts").await.unwrap();
        assert!(town.office.take_line_list(&one, &list).await.is_err(), "not approved");
        assert!(town.office.approve_line_list(&one, &list).await.is_err(), "by herself");
        assert!(town.office.approve_line_list(&same, &list).await.is_err(), "same role, same body");
        town.office.approve_line_list(&other, &list).await.unwrap();
        assert!(town.office.take_line_list(&same, &list).await.is_err(), "she did not ask for it");
        let csv = town.office.take_line_list(&one, &list).await.unwrap();
        let rows: Vec<&str> = csv.lines().collect();
        assert_eq!(rows.len(), 2);
        assert!(rows[1].starts_with("\"'=Bo\",\"tel:+86 571 =Bo\",\"\",\"yellow\",\"household\""), "{csv}");
        assert!(town.office.take_line_list(&one, &list).await.is_err(), "once");
        let seen = town.office.accesses(&as_bo, &bo, "").await.unwrap();
        assert_eq!(seen.len(), 1);
        assert!(seen[0].part.contains("line list") && seen[0].purpose == "Calling contacts");
        let lists = town.office.line_lists(&watch).await.unwrap();
        assert_eq!((lists.len(), lists[0].rows), (1, Some(1)));
        assert!(town.office.line_lists(&one).await.is_err());
        assert_eq!(town.office.alerts(&watch).await.unwrap()[0].about, AlertAbout::Exported);
        // An approval is not kept for later.
        let again = town.office.ask_for_line_list(&one, &anna, &case, "Calling contacts").await.unwrap();
        town.office.approve_line_list(&other, &again).await.unwrap();
        town.pass(25).await;
        assert!(town.office.take_line_list(&one, &again).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn r6_looks_are_counted_by_office_and_purpose_and_published_without_small_numbers() {
    everywhere(200, async |town| {
        town.publish().await;
        let (anna, as_anna) = town.person("Anna", None).await;
        let desk = officer("desk-1", Role::Desk, "district/office");
        let reviewer = officer("rev-1", Role::Reviewer, "court");
        for _ in 0..12 {
            town.office.colour(&desk, &anna, "She asks", Language::En).await.unwrap();
        }
        town.office.colour(&reviewer, &anna, "Her appeal", Language::En).await.unwrap();
        let watch = officer("watch-1", Role::Oversight, "parliament");
        town.office.tick().await.unwrap();
        assert_eq!(town.office.looks(&watch).await.unwrap(), [], "the day is not over");
        town.pass(24).await;
        let days = town.office.looks(&watch).await.unwrap();
        assert_eq!(days.len(), 1);
        let rows: Vec<String> =
            days[0].accesses.iter().map(|row| format!("{} {}", row.office.body, row.accesses)).collect();
        assert_eq!(rows, ["district/office 12", "court 1-9"]);
        assert!(town.office.looks(&as_anna).await.is_err());
        let entries = town.office.log_entries(0, 100).await.unwrap();
        let logged = entries.iter().map(|entry| serde_json::to_string(entry).unwrap());
        assert_eq!(logged.filter(|entry| entry.contains("access-statistics")).count(), 1);
        town.pass(24).await;
        assert_eq!(town.office.looks(&watch).await.unwrap().len(), 1, "counted once");
    })
    .await;
}

#[tokio::test]
async fn r3_delays_are_seen_by_oversight_which_is_written_to_once() {
    everywhere(200, async |town| {
        town.publish().await;
        let (anna, as_anna) = town.person("Anna", None).await;
        let watch = officer("watch-1", Role::Oversight, "parliament");
        town.office.declare(&as_anna, &anna, symptoms(&[Symptom::Fever])).await.unwrap();
        town.office.appeal(&as_anna, &anna, "telling-symptoms", "It was a hot bath.", &[]).await.unwrap();
        assert_eq!(town.office.overdue_appeals(&watch).await.unwrap(), []);
        town.pass(48).await;
        let overdue = town.office.overdue_appeals(&watch).await.unwrap();
        assert_eq!((overdue.len(), overdue[0].upheld), (1, Some(true)));
        assert!(town.office.overdue_appeals(&as_anna).await.is_err());
        let to_send = town.office.alerts_to_send(10).await.unwrap();
        assert_eq!((to_send.len(), to_send[0].1.about), (1, AlertAbout::AppealOverdue));
        for _ in 0..2 {
            town.office.alert_sent(&to_send[0].0).await.unwrap();
        }
        assert_eq!(town.office.alerts_to_send(10).await.unwrap(), []);
        assert_eq!(town.office.alerts(&watch).await.unwrap().len(), 1, "and stays known");
        assert!(town.office.alerts(&as_anna).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn r25_another_authority_is_trusted_by_two_bodies_and_revoked_by_one_at_once() {
    everywhere(200, async |town| {
        let town = crate::town::passes::issuing(town);
        let key = SoftwareKey::generate(&mut |bytes| bytes.fill(9));
        let wanted = IssuerKey {
            name: "suzhou/cdc".parse().unwrap(),
            issuer: "SZ".to_owned(),
            spki: key.spki().to_vec(),
            not_after: town.clock.now() + SignedDuration::from_hours(24 * 90),
            help: pass::Help::new(),
        };
        let policy = officer("policy-1", Role::Policy, "health/commission");
        let same = officer("watch-1", Role::Oversight, "health/commission");
        let watch = officer("watch-2", Role::Oversight, "parliament");
        let broken = IssuerKey { spki: vec![1, 2, 3], ..wanted.clone() };
        assert!(town.office.propose_issuer(&policy, &broken).await.is_err(), "no key");
        let long = IssuerKey {
            not_after: wanted.not_after + SignedDuration::from_hours(24 * 365),
            ..wanted.clone()
        };
        assert!(town.office.propose_issuer(&policy, &long).await.is_err(), "too long");
        assert!(town.office.propose_issuer(&watch, &wanted).await.is_err());
        let issuer = town.office.propose_issuer(&policy, &wanted).await.unwrap();
        let before = crate::passes::trusted(&town).await;
        let denied = town.office.agree_to_issuer(&same, &issuer).await;
        assert!(matches!(denied, Err(OfficeError::Forbidden { .. })), "one body");
        town.office.agree_to_issuer(&watch, &issuer).await.unwrap();
        assert!(town.office.agree_to_issuer(&watch, &issuer).await.is_err(), "agreed already");
        assert_eq!(crate::passes::trusted(&town).await, before + 1);
        town.office.revoke_issuer(&watch, &issuer).await.unwrap();
        assert_eq!(crate::passes::trusted(&town).await, before, "in the next list it is gone");
        assert!(town.office.revoke_issuer(&policy, &issuer).await.is_err());
        assert!(town.office.issuers().await.unwrap()[0].1.revoked.is_some());
        town.office.tick().await.unwrap();
        let entries = town.office.log_entries(0, 100).await.unwrap();
        let logged = entries.iter().map(|entry| serde_json::to_string(entry).unwrap());
        assert_eq!(logged.filter(|entry| entry.contains("trust-changed")).count(), 2);
    })
    .await;
}

#[tokio::test]
async fn r5_oversight_is_alerted_when_rulings_are_held() {
    everywhere(200, async |town| {
        town.publish().await;
        let one = officer("rev-1", Role::Reviewer, "cdc");
        let wanted = office::Override {
            rule: "telling-symptoms".to_owned(),
            effect: evidence::Effect::Set(Level::Red),
            lasts: SignedDuration::from_hours(24),
            ground: office::Ground::MedicalRisk,
        };
        for number in 0..21 {
            let (person, _) = town.person(&format!("N{number}"), None).await;
            town.office.propose(&one, &person, &wanted).await.unwrap();
        }
        let alerts = town.office.alerts_to_send(10).await.unwrap();
        assert_eq!((alerts.len(), alerts[0].1.about), (1, AlertAbout::RulingsHeld));
    })
    .await;
}
