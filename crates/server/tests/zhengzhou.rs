//! Zhengzhou, June 2022, through the API: two colluding officers of different bodies try in every way it offers to turn 1,317 named
//! people red, who had asked for their money back. They have every role between them but oversight's.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod town;

use axum::http::Method;
use office::Role;
use serde_json::json;
use town::{PROPORTIONATE, Town, everywhere};

/// As many as there were.
const PEOPLE: usize = 1_317;

struct Colluding {
    /// Of the first officer, by what they are signed in as.
    investigator: String,
    field: String,
    reviewer: String,
    policy: String,
    /// Of the second, of another body.
    laboratory: String,
    reviewer2: String,
    desk: String,
}

#[tokio::test]
async fn r4_r5_two_colluding_officers_turn_nobody_red_without_evidence() {
    everywhere(async |town: Town| {
        town.publish().await;
        let mut people = Vec::new();
        for number in 0..PEOPLE {
            people.push(town.resident(&format!("Depositor{number}"), None).await);
        }
        let first = "epidemic/headquarters";
        let second = "finance/bureau";
        let officers = Colluding {
            investigator: town.officer("a-cases", Role::Investigator, first).await,
            field: town.officer("a-field", Role::Field, first).await,
            reviewer: town.officer("a-review", Role::Reviewer, first).await,
            policy: town.officer("a-rules", Role::Policy, first).await,
            laboratory: town.officer("b-laboratory", Role::Laboratory, second).await,
            reviewer2: town.officer("b-review", Role::Reviewer, second).await,
            desk: town.officer("b-desk", Role::Desk, second).await,
        };
        by_rulings(&town, &people, &officers).await;
        by_cases(&town, &people, &officers).await;
        by_tests(&town, &people, &officers).await;
        by_declarations_in_their_name(&town, &people, &officers).await;
        by_rules(&town, &people, &officers).await;
        by_a_forwarded_code(&town, &people, &officers).await;
        by_the_back_door(&town, &people, &officers).await;
        let mut red = Vec::new();
        for (number, (_, token)) in people.iter().enumerate() {
            let colour = town.get("/api/v1/people/me/colour", token).await.json();
            if colour["level"] == "red" {
                red.push(number);
                // Whoever is red sees on what it rests and how to contest it.
                assert!(!colour["explanation"]["contest"].as_str().unwrap().is_empty());
            }
        }
        // A desk's specimen and a laboratory's result of the same body are one word; two bodies carry twenty a day at most.
        assert!(red.len() <= 20, "{} are red", red.len());
        assert!(red.iter().all(|number| *number < 40), "{red:?}");
        oversight_sees_it(&town).await;
    })
    .await;
}

/// There is no way to set somebody red who has no reason; with one, rulings are held after twenty.
async fn by_rulings(town: &Town, people: &[(String, String)], officers: &Colluding) {
    let mut held = 0;
    for (number, (person, _)) in people.iter().take(60).enumerate() {
        let wanted =
            json!({ "rule": "confirmed-case", "effect": "set:red", "hours": 336, "ground": "medical-risk" });
        let proposed =
            town.post(&format!("/api/v1/people/{person}/overrides"), &officers.reviewer, wanted).await;
        assert_eq!(proposed.status.as_u16(), 201, "{}", proposed.text());
        let proposed = proposed.json();
        held += usize::from(proposed["held"] == true);
        let path = format!("/api/v1/overrides/{}/agreement", proposed["proposal"].as_str().unwrap());
        let agreed = town.post(&path, &officers.reviewer2, json!({})).await;
        assert_eq!(agreed.status.is_success(), number < 20, "{number}: {}", agreed.text());
        if number < 20 {
            assert_eq!(agreed.json()["level"], "green", "a ruling without a reason restricts nobody");
        }
    }
    assert_eq!(held, 40);
}

/// A case that one body says waits for another word, and restricts nobody.
async fn by_cases(town: &Town, people: &[(String, String)], officers: &Colluding) {
    for (person, _) in people.iter().skip(60).take(300) {
        let said =
            town.post(&format!("/api/v1/people/{person}/cases"), &officers.investigator, json!({})).await;
        assert_eq!(said.json()["stated"]["counts"], false, "{}", said.text());
    }
}

/// Positive tests beside the cases, and specimens that the other's desk says were taken.
async fn by_tests(town: &Town, people: &[(String, String)], officers: &Colluding) {
    let test = |number: usize| {
        let now = "2020-02-12T00:00:00Z";
        json!({ "test": format!("t-{number}"), "sampled": now, "reported": now, "method": "pcr", "result": "positive" })
    };
    let mut counted = 0;
    // Specimens that one body says were taken, results of the other's laboratory: two bodies agree, twenty times.
    for (number, (person, _)) in people.iter().enumerate().take(40) {
        let specimen = json!({ "test": format!("t-{number}") });
        let taken = town.post(&format!("/api/v1/people/{person}/specimens"), &officers.field, specimen).await;
        assert_eq!(taken.status.as_u16(), 201, "{}", taken.text());
        let reported =
            town.post(&format!("/api/v1/people/{person}/tests"), &officers.laboratory, test(number)).await;
        counted += usize::from(reported.json()["counts"] == true);
    }
    // Specimens by the laboratory's own body are the same word twice.
    for (number, (person, _)) in people.iter().enumerate().skip(400).take(200) {
        let specimen = json!({ "test": format!("t-{number}") });
        town.post(&format!("/api/v1/people/{person}/specimens"), &officers.desk, specimen).await;
        let reported =
            town.post(&format!("/api/v1/people/{person}/tests"), &officers.laboratory, test(number)).await;
        assert_eq!(reported.json()["counts"], false, "{}", reported.text());
    }
    assert_eq!(counted, 20, "what the same two officers carry in a day");
}

/// A declaration at a desk is yellow at most, and the person sees who wrote it down.
async fn by_declarations_in_their_name(town: &Town, people: &[(String, String)], officers: &Colluding) {
    let (person, token) = &people[700];
    let symptoms = json!({ "symptoms": ["fever", "loss_of_smell", "shortness_of_breath"] });
    let said = town.post(&format!("/api/v1/people/{person}/declarations"), &officers.desk, symptoms).await;
    assert_ne!(said.json()["level"], "red");
    let looks = town.get("/api/v1/people/me/accesses", token).await.json();
    assert!(looks.as_array().unwrap().iter().any(|look| look["body"] == "finance/bureau"));
}

/// A rule set names no people; one that restricts everybody who ever checked in is refused.
async fn by_rules(town: &Town, people: &[(String, String)], officers: &Colluding) {
    let rule = |on: &str, when: &str| {
        format!(
            "{PROPORTIONATE}\n[[rule]]\nid = \"depositors\"\non = \"{on}\"\nwhen = '{when}'\nlevel = \"red\"\nlasts = \"14d\"\n\
             reason = {{ en = \"x\", zh = \"x\" }}\npurpose = {{ en = \"x\", zh = \"x\" }}\nsource = \"x\"\n"
        )
    };
    let person = &people[0].0;
    for document in [
        rule("visit", "true"),
        rule("declaration", &format!("declaration.person == \"{person}\"")),
        rule("person", "true"),
    ] {
        let published =
            town.post("/api/v1/rule-sets", &officers.policy, json!({ "document": document })).await;
        assert_eq!(published.status.as_u16(), 422, "{}", published.text());
    }
}

/// People who were never there scan a code that was forwarded to them.
async fn by_a_forwarded_code(town: &Town, people: &[(String, String)], officers: &Colluding) {
    let hall = json!({ "name": "Hall of the bank", "kind": "office" });
    let hall = town.post("/api/v1/venues", &officers.desk, hall).await;
    let code = hall.json()["code"].clone();
    assert!(code.is_string(), "{}", hall.text());
    for (_, token) in people.iter().skip(800).take(100) {
        town.post("/api/v1/people/me/visits", token, json!({ "code": code })).await;
        let colour = town.get("/api/v1/people/me/colour", token).await.json();
        assert_eq!(colour["level"], "green", "a scan changes no colour");
    }
    let said = town
        .post(&format!("/api/v1/people/{}/cases", people[800].0), &officers.investigator, json!({}))
        .await;
    assert_eq!(said.json()["stated"]["counts"], false);
    for (_, token) in people.iter().skip(801).take(99) {
        assert_eq!(town.get("/api/v1/people/me/colour", token).await.json()["level"], "green");
    }
}

/// Nothing else takes a level, a list or another's word.
async fn by_the_back_door(town: &Town, people: &[(String, String)], officers: &Colluding) {
    let person = &people[1].0;
    for path in ["levels", "level", "colour", "statuses", "import", "bundle"] {
        for token in [&officers.investigator, &officers.policy, &officers.reviewer2] {
            let tried =
                town.post(&format!("/api/v1/people/{person}/{path}"), token, json!({ "level": "red" })).await;
            assert!(matches!(tried.status.as_u16(), 404 | 405), "{path}: {}", tried.status);
        }
    }
    // Oversight's release is not theirs to give.
    let held = town.get("/api/v1/held", &officers.reviewer).await;
    assert_eq!(held.status.as_u16(), 403);
}

/// Oversight finds what was held, the public log every attempt, and the people who looked.
async fn oversight_sees_it(town: &Town) {
    let oversight = town.officer("watch", Role::Oversight, "city/audit-office").await;
    let held = town.get("/api/v1/held", &oversight).await.json();
    assert_eq!(held.as_array().unwrap().len(), 40);
    let statements = town.get("/api/v1/held/statements", &oversight).await.json();
    assert!(!statements.as_array().unwrap().is_empty(), "what went beyond twenty is held");
    assert!(!held.to_string().contains("Depositor") && !statements.to_string().contains("Depositor"));
    town.office.tick().await.unwrap();
    let mut logged = Vec::new();
    while logged.len() % 100 == 0 {
        let path = format!("/api/v1/log?from={}", logged.len());
        let page = town.api(Method::GET, &path, None, None).await.json();
        let page = page.as_array().unwrap().clone();
        if page.is_empty() {
            break;
        }
        logged.extend(page);
    }
    let count = |kind: &str| logged.iter().filter(|entry| entry.to_string().contains(kind)).count();
    assert_eq!(count("ruling-made"), 20);
    assert!(count("batch-held") >= 40 + statements.as_array().unwrap().len());
    assert!(!logged.iter().any(|entry| entry.to_string().contains("Depositor")));
}
