//! Zhengzhou, June 2022, through the API: two colluding officers of different bodies try in every way it offers to turn 1,317 named
//! people red, who had asked for their money back. They have every role between them but oversight's. What the API does not offer is tried
//! in the office itself. Two accounts of different bodies that stand beside each other carry twenty a day, each of whom is told, sees who it
//! was, and can contest it; everything beyond is held, oversight is alerted, and every attempt is in the public log.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod town;

use axum::http::Method;
use evidence::{About, Person, PersonId, Test, TestMethod, TestResult, VenueId};
use jiff::SignedDuration;
use ledger::{Commitment, Sha256Hash};
use office::{
    Actor, Clock as _, ImportRow, ImportStage, ImportWanted, NoticeAbout, Opening, Role, Told, ToldContact,
    ToldVisit, Who, permissions::UseCase,
};
use serde_json::{Value, json};
use town::{PROPORTIONATE, Town, everywhere, officer};

/// As many as there were.
const PEOPLE: usize = 1_317;

/// The body of the first officer.
const FIRST: &str = "epidemic/headquarters";
/// The body of the second.
const SECOND: &str = "finance/bureau";
/// Where the bank is, and a branch of it.
const HALL: (f64, f64) = (34.75, 113.62);
const BRANCH: (f64, f64) = (34.80, 113.70);

struct Colluding {
    /// Of the first officer, by what they are signed in as.
    investigator: String,
    field: String,
    reviewer: String,
    policy: String,
    /// Of the second, of another body.
    laboratory: String,
    investigator2: String,
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
        let (first, second) = (FIRST, SECOND);
        let officers = Colluding {
            investigator: town.officer("a-cases", Role::Investigator, first).await,
            field: town.officer("a-field", Role::Field, first).await,
            reviewer: town.officer("a-review", Role::Reviewer, first).await,
            policy: town.officer("a-rules", Role::Policy, first).await,
            laboratory: town.officer("b-laboratory", Role::Laboratory, second).await,
            investigator2: town.officer("b-cases", Role::Investigator, second).await,
            reviewer2: town.officer("b-review", Role::Reviewer, second).await,
            desk: town.officer("b-desk", Role::Desk, second).await,
        };
        by_rulings(&town, &people, &officers).await;
        by_cases(&town, &people, &officers).await;
        by_tests(&town, &people, &officers).await;
        by_declarations_in_their_name(&town, &people, &officers).await;
        by_rules(&town, &people, &officers).await;
        by_a_forwarded_code(&town, &people, &officers).await;
        by_place_traces(&town, &people, &officers).await;
        by_interviews(&town, &people, &officers).await;
        by_bundles(&town, &people).await;
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
        // The field and the laboratory carry twenty, the two investigators twenty; nobody else is red.
        let carried =
            |range: std::ops::Range<usize>| red.iter().filter(|number| range.contains(number)).count();
        assert_eq!((carried(0..40), carried(60..100), red.len()), (20, 20, 40), "{red:?}");
        the_subjects_were_told(&town, &people).await;
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

/// A case that one body says waits for another word, and restricts nobody; with the other's word beside it twenty count in a day.
async fn by_cases(town: &Town, people: &[(String, String)], officers: &Colluding) {
    let mut counted = 0;
    for (number, (person, _)) in people.iter().enumerate().skip(60).take(300) {
        let said =
            town.post(&format!("/api/v1/people/{person}/cases"), &officers.investigator, json!({})).await;
        assert_eq!(said.json()["stated"]["counts"], false, "{}", said.text());
        if number < 100 {
            let path = format!("/api/v1/people/{person}/statements");
            let waiting = town.get(&path, &officers.investigator2).await.json();
            let path =
                format!("/api/v1/statements/{}/confirmation", waiting[0]["statement"].as_str().unwrap());
            let own = town.post(&path, &officers.investigator, json!({})).await;
            assert_eq!(
                own.status.as_u16(),
                403,
                "nobody stands beside their own body's word: {}",
                own.text()
            );
            let beside = town.post(&path, &officers.investigator2, json!({})).await.json();
            counted += usize::from(beside["counts"] == true);
        }
    }
    assert_eq!(counted, 20, "what the same two officers carry in a day");
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

/// A venue of the second officer's desk; gives the code at its door.
async fn hall(town: &Town, officers: &Colluding, name: &str, (latitude, longitude): (f64, f64)) -> Value {
    let hall = json!({ "name": name, "kind": "office", "latitude": latitude, "longitude": longitude });
    let hall = town.post("/api/v1/venues", &officers.desk, hall).await;
    let code = hall.json()["code"].clone();
    assert!(code.is_string(), "{}", hall.text());
    code
}

/// People who were never there scan a code that was forwarded to them.
async fn by_a_forwarded_code(town: &Town, people: &[(String, String)], officers: &Colluding) {
    let bank = hall(town, officers, "Hall of the bank", HALL).await;
    let branch = hall(town, officers, "Branch of the bank", BRANCH).await;
    for (number, (_, token)) in people.iter().enumerate().skip(800).take(300) {
        let code = if number < 1_050 { &bank } else { &branch };
        let scanned = town.post("/api/v1/people/me/visits", token, json!({ "code": code })).await;
        assert_eq!(scanned.status.as_u16(), 201, "{}", scanned.text());
        let colour = town.get("/api/v1/people/me/colour", token).await.json();
        assert_eq!(colour["level"], "green", "a scan changes no colour");
    }
    let said = town
        .post(&format!("/api/v1/people/{}/cases", people[800].0), &officers.investigator, json!({}))
        .await;
    assert_eq!(said.json()["stated"]["counts"], false);
    for (_, token) in people.iter().skip(801).take(299) {
        assert_eq!(town.get("/api/v1/people/me/colour", token).await.json()["level"], "green");
    }
}

/// Everybody who scanned the bank's code is to be asked. So many are held; a few are asked, which colours nobody, also where the second
/// officer's desk writes down a yes for them.
async fn by_place_traces(town: &Town, people: &[(String, String)], officers: &Colluding) {
    let case =
        town.post(&format!("/api/v1/people/{}/cases", people[0].0), &officers.investigator, json!({})).await;
    assert_eq!(case.json()["stated"]["counts"], true, "a laboratory of the other body: {}", case.text());
    let case = case.json()["case"].as_str().unwrap().to_owned();
    town.later(120);
    let now = town.clock.now();
    let order = async |(latitude, longitude): (f64, f64)| {
        let from = now.checked_sub(SignedDuration::from_hours(2)).unwrap();
        let near = json!({ "latitude": latitude, "longitude": longitude, "radius_metres": 300.0, "from": from, "to": now });
        let path = format!("/api/v1/people/{}/cases/{case}/place-traces", people[0].0);
        let order = json!({ "near": near, "area": "zhengzhou", "purpose": "they were there" });
        let ordered = town.post(&path, &officers.investigator, order).await;
        assert_eq!(ordered.status.as_u16(), 201, "{}", ordered.text());
        let ordered = ordered.json();
        let trace = ordered["trace"].as_str().unwrap();
        let own =
            town.post(&format!("/api/v1/place-traces/{trace}/approval"), &officers.reviewer, json!({})).await;
        assert_eq!(own.status.as_u16(), 403, "their own body's: {}", own.text());
        let path = format!("/api/v1/place-traces/{trace}/approval");
        (ordered["preview"].clone(), town.post(&path, &officers.reviewer2, json!({})).await)
    };
    let (preview, refused) = order(HALL).await;
    assert_eq!((&preview["people"], &preview["would_be_held"]), (&json!(250), &json!(true)));
    assert_eq!(refused.status.as_u16(), 422, "held for oversight: {}", refused.text());
    let (_, asked) = order(BRANCH).await;
    assert_eq!(asked.json()["asked"], 50, "{}", asked.text());
    for (person, token) in people.iter().skip(1_050).take(50) {
        let questions = town.get(&format!("/api/v1/people/{person}/questions"), &officers.desk).await.json();
        let question = questions[0]["question"].as_str().unwrap();
        let path = format!("/api/v1/people/{person}/questions/{question}/answer");
        town.post(&path, &officers.desk, json!({ "yes": true })).await;
        let colour = town.get("/api/v1/people/me/colour", token).await.json();
        assert_ne!(colour["level"], "red", "a question makes nobody red, whoever answers it");
    }
    for (_, token) in people.iter().skip(800).take(250) {
        assert_eq!(
            town.get("/api/v1/people/me/questions", token).await.json(),
            json!([]),
            "nobody was asked"
        );
    }
}

/// Two of those whom they turned red are interviewed, and are said to have been at the branch and to have met sixty depositors. Whoever
/// was only named waits for another word; whoever checked in there is told to keep apart for some days at most, and not red.
async fn by_interviews(town: &Town, people: &[(String, String)], officers: &Colluding) {
    let investigator = officer("a-cases", Role::Investigator, FIRST);
    let now = town.clock.now();
    let ago = |minutes: i64| now.checked_sub(SignedDuration::from_mins(minutes)).unwrap();
    let document = town.get("/api/v1/people/me/export", &people[1_050].1).await.json();
    let venue: VenueId = document["visits"][0]["venue"].as_str().unwrap().parse().unwrap();
    for number in [1, 2] {
        let person: PersonId = people[number].0.parse().unwrap();
        let path = format!("/api/v1/people/{person}/cases");
        let case = town.post(&path, &officers.investigator, json!({})).await.json();
        assert_eq!(case["stated"]["counts"], true);
        let case = case["case"].as_str().unwrap().parse().unwrap();
        let visits = vec![ToldVisit { venue: venue.clone(), from: ago(110), to: ago(10) }];
        let met = |(person, _): &(String, String)| ToldContact {
            who: Who::Registered(person.parse().unwrap()),
            from: ago(100),
            to: Some(ago(40)),
            setting: None,
        };
        let contacts = people[1_240..1_300].iter().map(met).collect();
        let told = Told { visits, trips: Vec::new(), contacts };
        town.office.interview(&investigator, &person, &case, &told).await.unwrap();
    }
    for (_, token) in &people[1_240..1_300] {
        assert_eq!(town.get("/api/v1/people/me/colour", token).await.json()["level"], "green", "only named");
    }
    for (_, token) in &people[1_050..1_100] {
        let colour = town.get("/api/v1/people/me/colour", token).await.json();
        assert_ne!(colour["level"], "red", "whoever scanned a code where a case was said to be");
    }
}

/// A bundle with a positive test of each of these people.
fn bundle(town: &Town, seed: u8, people: &[(String, String)]) -> (ImportWanted, Vec<ImportRow>) {
    let sampled = town.clock.now();
    let mut rows = Vec::new();
    for (number, (person, _)) in people.iter().enumerate() {
        let person: PersonId = person.parse().unwrap();
        let row = Person { person: person.clone(), birth_year: None, sex: None, region: None, area: None };
        rows.push(ImportRow::Person(row));
        let says = Test {
            test: format!("bundle-{seed}-{number}").parse().unwrap(),
            sampled,
            reported: Some(sampled),
            method: TestMethod::Pcr,
            result: TestResult::Positive,
        };
        rows.push(ImportRow::Test(About { person, says }));
    }
    let (bundle, source) = (Sha256Hash([seed; 32]), "bank".to_owned());
    (ImportWanted { source, bundle, rows: rows.len() as u64, restricting: people.len() as u64 }, rows)
}

/// Bundles enter at the operator's machine and not over the network. All at once are held until oversight of a third body has looked;
/// in small portions the second is held. And whoever a bundle names is nobody who is registered here.
async fn by_bundles(town: &Town, people: &[(String, String)]) {
    let document = town.api(Method::GET, "/openapi.json", None, None).await.json();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for operation in operations.as_object().unwrap().values() {
            for offline in [UseCase::Import, UseCase::BackUp, UseCase::KeepAccounts] {
                assert_ne!(operation["x-may"], offline.words(), "{path}");
            }
        }
    }
    let operator = officer("a-operator", Role::Operator, FIRST);
    let Actor::Officer(beside) = officer("b-review", Role::Reviewer, SECOND) else { panic!("an officer") };
    let begin = async |wanted: &ImportWanted| {
        town.office.begin_import(&operator, wanted, std::slice::from_ref(&beside)).await.unwrap()
    };
    let (all, rows) = bundle(town, 1, people);
    let (import, stage) = begin(&all).await;
    assert_eq!(stage, ImportStage::Held);
    assert!(town.office.import(&operator, &import, &rows).await.is_err(), "nothing of it enters");
    let (some, rows) = bundle(town, 2, &people[1_200..1_220]);
    let (import, stage) = begin(&some).await;
    assert_eq!(stage, ImportStage::Open);
    town.office.import(&operator, &import, &rows).await.unwrap();
    town.office.end_import(&operator, &import, some.bundle).await.unwrap();
    let (more, _) = bundle(town, 3, &people[1_220..1_240]);
    assert_eq!(begin(&more).await.1, ImportStage::Held);
    for (_, token) in &people[1_200..1_240] {
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

/// Everybody of whom something was said was told, sees which bodies looked at their record, and holds what proves it.
async fn the_subjects_were_told(town: &Town, people: &[(String, String)]) {
    // Not at night (R22).
    town.later(10 * 60);
    town.office.tick().await.unwrap();
    let notices = town.office.notices(100_000).await.unwrap();
    let told = |number: usize, about: NoticeAbout| {
        notices.iter().any(|of| of.person.as_str() == people[number].0 && of.about == about)
    };
    let expected = [
        (0..20, NoticeAbout::Ruling, "a ruling took effect"),
        (0..20, NoticeAbout::Colour, "a positive test turned them red"),
        (20..40, NoticeAbout::Statement, "a positive test is held"),
        (60..360, NoticeAbout::Statement, "a case waits"),
        (400..600, NoticeAbout::Statement, "a positive test waits"),
        (700..701, NoticeAbout::Colour, "somebody declared for them"),
        (1_050..1_100, NoticeAbout::Question, "they are asked where they were"),
        (1_240..1_300, NoticeAbout::Statement, "a case is said to have met them"),
    ];
    for (numbers, about, why) in expected {
        for number in numbers {
            assert!(told(number, about.clone()), "{number}: {why}");
        }
    }
    let tried = (0..360).chain(400..600).chain([700]).chain(1_050..1_100);
    for number in tried {
        let looks = town.get("/api/v1/people/me/accesses", &people[number].1).await.json();
        let is_theirs = |look: &Value| look["body"] == FIRST || look["body"] == SECOND;
        assert!(looks.as_array().unwrap().iter().any(is_theirs), "{number} sees who looked");
    }
    let logged = log(town).await;
    // Of rulings that took effect, and of cases that wait: the person's own proof opens the entry of the public log.
    for number in (0..20).chain(60..120) {
        let openings = town.get("/api/v1/people/me/openings", &people[number].1).await.json();
        let openings: Vec<(Opening, Option<u64>)> = serde_json::from_value(openings).unwrap();
        assert!(!openings.is_empty(), "{number}");
        for (opening, place) in openings {
            let entry = logged[usize::try_from(place.unwrap()).unwrap()].to_string();
            let commitment = Commitment::to(&opening.salt, &opening.content);
            assert!(entry.contains(&commitment.to_string()), "{entry}");
        }
    }
}

/// The whole public log, as anybody reads it.
async fn log(town: &Town) -> Vec<Value> {
    let mut logged = Vec::new();
    loop {
        let path = format!("/api/v1/log?from={}", logged.len());
        let page = town.api(Method::GET, &path, None, None).await.json();
        let page = page.as_array().unwrap().clone();
        if page.is_empty() {
            return logged;
        }
        logged.extend(page);
    }
}

/// Oversight finds what was held and was alerted of it; the public log has every attempt, and nobody's name.
async fn oversight_sees_it(town: &Town) {
    let oversight = town.officer("watch", Role::Oversight, "city/audit-office").await;
    let held = town.get("/api/v1/held", &oversight).await.json();
    assert_eq!(held.as_array().unwrap().len(), 40);
    let statements = town.get("/api/v1/held/statements", &oversight).await.json();
    assert_eq!(
        statements.as_array().unwrap().len(),
        40,
        "of tests and of cases what went beyond twenty each"
    );
    let traces = town.get("/api/v1/place-traces", &oversight).await.json();
    let is_held = |of: &&Value| of["held"] == true;
    assert_eq!(traces.as_array().unwrap().iter().filter(is_held).count(), 1);
    let Actor::Officer(watch) = officer("watch", Role::Oversight, "city/audit-office") else {
        panic!("an officer")
    };
    assert_eq!(town.office.held_imports(&Actor::Officer(watch)).await.unwrap().len(), 2);
    let alerts = town.get("/api/v1/alerts", &oversight).await.json();
    for about in ["rulings_held", "statements_held", "trace_held", "import_held"] {
        assert!(alerts.as_array().unwrap().iter().any(|alert| alert["about"] == about), "{about}: {alerts}");
    }
    for seen in [&held, &statements, &traces, &alerts] {
        assert!(!seen.to_string().contains("Depositor"));
    }
    let logged = log(town).await;
    let count = |kind: &str, reason: &str| {
        let is_it = |entry: &&Value| entry.to_string().contains(kind) && entry.to_string().contains(reason);
        logged.iter().filter(is_it).count()
    };
    assert_eq!(count("ruling-made", ""), 20);
    assert_eq!(count("batch-held", "too-many-rulings"), 40);
    let alone = 300 + 200 + 1 + 2 * 60;
    assert_eq!(
        count("batch-held", "uncorroborated"),
        alone,
        "cases, tests, the case at the bank, and who was named"
    );
    assert_eq!(count("batch-held", "too-many-statements"), 20 + 20 + 2, "tests, cases, and two bundles");
    assert_eq!(count("batch-held", "too-many-contacts"), 1);
    assert_eq!(count("place-trace-ordered", ""), 1);
    assert_eq!(count("evidence-imported", ""), 1);
    assert!(!logged.iter().any(|entry| entry.to_string().contains("Depositor")));
}
