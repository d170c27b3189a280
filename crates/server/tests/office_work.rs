//! What officers and residents do over the network, subject by subject, on every database.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod town;

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex},
};

use axum::http::{Method, StatusCode};
use ledger::{KeyKind, LogReader, PrivateKey, Receipt, Sign as _, Trust};
use office::{LogPlace, Role};
use serde_json::{Value, json};
use server::{Jobs, Parts};
use store_sqlite::SqliteStore;
use town::{PROPORTIONATE, Town, everywhere, settings};

/// A confirmed case: their id, token and case.
async fn case(town: &Town) -> (String, String, String) {
    let (anna, as_anna) = town.resident("Anna", None).await;
    let investigator = town.officer("li", Role::Investigator, "health/commission").await;
    let confirmed = town.post(&format!("/api/v1/people/{anna}/cases"), &investigator, json!({})).await;
    let case = confirmed.json()["case"].as_str().unwrap().to_owned();
    let clinician = town.officer("clinician", Role::Investigator, "city/hospital").await;
    let waiting = town.get(&format!("/api/v1/people/{anna}/statements"), &clinician).await.json();
    let path = format!("/api/v1/statements/{}/confirmation", waiting[0]["statement"].as_str().unwrap());
    assert_eq!(town.post(&path, &clinician, json!({})).await.json()["counts"], true);
    (anna, as_anna, case)
}

#[tokio::test]
async fn an_interview_finds_contacts_and_those_without_a_record_are_called() {
    everywhere(async |town: Town| {
        town.publish().await;
        let (bo, as_bo) = town.resident("Bo", None).await;
        let venue = town.post("/api/v1/venues", &as_bo, json!({ "name": "Tea", "kind": "shop" })).await.json();
        town.post("/api/v1/people/me/visits", &as_bo, json!({ "code": venue["code"] })).await;
        town.later(120);
        town.api(Method::DELETE, "/api/v1/people/me/visits/open", Some(&as_bo), None).await;
        let (anna, as_anna, case) = case(&town).await;
        let investigator = town.officer("li-2", Role::Investigator, "health/commission").await;
        let path = format!("/api/v1/people/{anna}/cases/{case}");
        let told = json!({
            "visits": [{ "venue": venue["venue"], "from": "2020-02-12T00:00:00Z", "to": "2020-02-12T01:30:00Z" }],
            "contacts": [{ "name": "Cai", "contact": "tel:+86 571 1", "from": "2020-02-12T00:30:00Z" }],
        });
        let traced = town.post(&format!("{path}/interviews"), &investigator, told.clone()).await;
        assert_eq!((traced.status, traced.json()["exposed"].as_u64()), (StatusCode::CREATED, Some(1)), "{}", traced.text());
        assert_eq!(town.post(&format!("{path}/interviews"), &investigator, told).await.json()["exposed"], 0);
        let half = json!({ "contacts": [{ "name": "Cai", "from": "2020-02-12T00:30:00Z" }] });
        assert_eq!(town.post(&format!("{path}/interviews"), &investigator, half).await.status, StatusCode::BAD_REQUEST);
        let to_call = town.get(&format!("{path}/contacts-to-call"), &investigator).await.json();
        assert_eq!((to_call[0]["name"].as_str(), to_call[0]["contact"].as_str()), (Some("Cai"), Some("tel:+86 571 1")));
        let call = format!("/api/v1/named-contacts/{}/call", to_call[0]["named"].as_str().unwrap());
        let called = town.post(&call, &investigator, json!({ "registered": bo })).await;
        assert_eq!(called.status, StatusCode::OK, "{}", called.text());
        assert_eq!(town.get(&format!("{path}/contacts-to-call"), &investigator).await.json(), json!([]));
        let looks = town.get("/api/v1/people/me/accesses", &as_anna).await.text();
        assert!(looks.contains("interviewing a case") && looks.contains("calling contacts of a case"));
    })
    .await;
}

#[tokio::test]
async fn what_a_person_needs_is_met_and_they_see_who_brought_it() {
    everywhere(async |town: Town| {
        town.publish().await;
        let (ma, as_ma) = town.resident("Ma", None).await;
        let field = town.officer("field", Role::Field, "street/office").await;
        let found = json!({ "reached": true, "needs": [["food", "rice"]] });
        let recorded = town.post(&format!("/api/v1/people/{ma}/follow-ups"), &field, found).await;
        assert_eq!(recorded.status, StatusCode::CREATED, "{}", recorded.text());
        let met = format!("/api/v1/people/{ma}/follow-ups/needs-met");
        assert_eq!(
            town.post(&met, &field, json!({ "need": "medicine" })).await.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(town.post(&met, &field, json!({ "need": "food" })).await.status, StatusCode::OK);
        assert_eq!(town.post(&met, &field, json!({ "need": "food" })).await.status, StatusCode::NOT_FOUND);
        assert!(
            town.get("/api/v1/people/me/accesses", &as_ma).await.text().contains("bringing what was needed")
        );
    })
    .await;
}

#[tokio::test]
async fn a_person_changes_their_particulars_and_a_desk_says_why_it_does() {
    everywhere(async |town: Town| {
        let (ma, as_ma) = town.resident("Ma", None).await;
        let path = "/api/v1/people/me/particulars";
        let given = json!({
            "birth_year": 1960, "sex": "f", "birthday": "02-29", "language": "zh",
            "quiet": { "from": "20:00", "to": "09:30" },
        });
        assert_eq!(town.post(path, &as_ma, given).await.status, StatusCode::OK);
        let kept = town.get(path, &as_ma).await.json();
        assert_eq!((kept["birthday"].as_str(), kept["language"].as_str()), (Some("02-29"), Some("zh")));
        let long = json!({ "quiet": { "from": "08:00", "to": "07:00" } });
        assert_eq!(town.post(path, &as_ma, long).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(town.post(path, &as_ma, json!({ "sex": "?" })).await.status, StatusCode::BAD_REQUEST);
        let desk = town.officer("desk", Role::Desk, "street/office").await;
        let of_ma = format!("/api/v1/people/{ma}/particulars");
        assert_eq!(town.post(&of_ma, &desk, json!({})).await.status, StatusCode::OK);
        assert_eq!(town.get(path, &as_ma).await.json()["birthday"], Value::Null);
        assert!(
            town.get("/api/v1/people/me/accesses", &as_ma).await.text().contains("a test"),
            "her purpose"
        );
        // A proxy is appointed and dismissed.
        let (bo, as_bo) = town.resident("Bo", None).await;
        town.post("/api/v1/people/me/proxies", &as_ma, json!({ "proxy": bo })).await;
        assert_eq!(town.get(&of_ma, &as_bo).await.status, StatusCode::OK);
        let end = format!("/api/v1/people/me/proxies/{bo}");
        assert_eq!(town.api(Method::DELETE, &end, Some(&as_ma), None).await.status, StatusCode::OK);
        assert_eq!(town.get(&of_ma, &as_bo).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn rules_are_previewed_everybody_is_replayed_and_oversight_sees_what_is_held() {
    everywhere(async |town: Town| {
        town.publish().await;
        let (_, as_ma) = town.resident("Ma", None).await;
        town.post("/api/v1/people/me/declarations", &as_ma, json!({ "symptoms": ["fever"] })).await;
        let policy = town.officer("policy", Role::Policy, "health/commission").await;
        let watch = town.officer("watch", Role::Oversight, "parliament").await;
        let document = json!({ "document": PROPORTIONATE });
        let preview = town.post("/api/v1/rule-sets/preview", &policy, document).await;
        assert_eq!(preview.status, StatusCode::OK, "{}", preview.text());
        assert!(
            preview.json()["parity"].is_object() && preview.json()["rules"]["telling-symptoms"].is_array()
        );
        assert!(!preview.text().contains("Ma"));
        let broken = town.post("/api/v1/rule-sets/preview", &policy, json!({ "document": "no" })).await;
        assert_eq!(broken.status, StatusCode::UNPROCESSABLE_ENTITY);
        let replayed = town.post("/api/v1/replays", &policy, json!({})).await;
        assert_eq!(
            replayed.json(),
            json!({ "people": 1, "explained": 0, "unexplained": 0 }),
            "{}",
            replayed.text()
        );
        for (path, who) in [
            ("/api/v1/held/differences", &watch),
            ("/api/v1/held/imports", &watch),
            ("/api/v1/deletions", &watch),
        ] {
            let seen = town.get(path, who).await;
            assert_eq!((seen.status, seen.json()), (StatusCode::OK, json!([])), "{path}");
            assert_eq!(town.get(path, &policy).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        let hours = town.get("/api/v1/people/me/pass-hours", &as_ma).await.json();
        assert!((1..=24).contains(&hours.as_array().unwrap().len()));
    })
    .await;
}

/// The public log's files in memory.
#[derive(Default)]
struct Files(Mutex<BTreeMap<String, Vec<u8>>>);

impl LogReader for Files {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.0.lock().unwrap().read(path)
    }
}

impl LogPlace for Files {
    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.0.lock().unwrap().insert(path.to_owned(), bytes.to_vec());
        Ok(())
    }
}

fn log_key() -> PrivateKey {
    PrivateKey::from_seed("log.example.org/health", KeyKind::Log, [1; 32]).unwrap()
}

#[tokio::test]
async fn r8_a_receipt_from_the_network_proves_to_anyone_what_was_decided() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("office.sqlite")).await.unwrap();
    let files = Arc::new(Files::default());
    let place = Arc::clone(&files) as Arc<dyn LogPlace>;
    let town = Town::with(Arc::new(store), settings(), |parts| Parts {
        log: Some((place, Arc::new(log_key()))),
        ..parts
    });
    town.publish().await;
    let (_, as_ma) = town.resident("Ma", None).await;
    town.post("/api/v1/people/me/declarations", &as_ma, json!({ "symptoms": ["fever"] })).await;
    let contested = json!({ "rule": "telling-symptoms", "words": "It was the vaccination." });
    let appeal = town.post("/api/v1/people/me/appeals", &as_ma, contested).await.json();
    let reviewer = town.officer("wu", Role::Reviewer, "ombuds/office").await;
    let path = format!("/api/v1/appeals/{}/decision", appeal["appeal"].as_str().unwrap());
    town.post(&path, &reviewer, json!({ "upheld": true, "reasons": "A vaccination." })).await;
    assert_eq!(
        town.get("/api/v1/people/me/receipts", &as_ma).await.json(),
        json!([]),
        "nothing is published yet"
    );
    let jobs = Jobs::start(&town.service);
    let mut receipts = json!([]);
    for _ in 0..200 {
        receipts = town.get("/api/v1/people/me/receipts", &as_ma).await.json();
        if receipts != json!([]) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    jobs.stop().await;
    let trust = Trust::new(log_key().key().clone(), Vec::new(), 0).unwrap();
    let receipt = Receipt::parse(receipts[0].to_string().as_bytes()).unwrap();
    receipt.verify(&trust).unwrap();
    assert!(String::from_utf8_lossy(receipt.content().canonical()).contains("upheld"), "{receipts}");
    let (_, as_other) = town.resident("Other", None).await;
    assert_eq!(town.get("/api/v1/people/me/receipts", &as_other).await.json(), json!([]));
}
