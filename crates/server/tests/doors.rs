//! Doors and phones with what the API gives them, also when it gives nothing any more: the door is what runs on a door's tablet, the phone
//! signs as a phone does.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod town;

use std::collections::BTreeSet;

use axum::{
    body::Body,
    http::{Method, Request},
};
use device::{Door, prove};
use issuer::{KeyRing, Signer as _, SoftwareKey};
use jiff::{SignedDuration, Timestamp};
use ledger::Sha256Hash;
use office::{Clock as _, Office, PassDesk, Role};
use pass::{Checker, Content, Policy, TrustList, TrustedKey};
use serde_json::{Value, json};
use server::{Board, Parts, Service};
use town::{Town, everywhere, settings};

fn milliseconds(at: Timestamp) -> f64 {
    at.as_millisecond() as f64
}

/// A door that fetched its documents just now.
async fn door(town: &Town) -> Door {
    let mut door = Door::new(&town.office.publisher_key().unwrap()).unwrap();
    fetch(town, &mut door).await;
    door
}

async fn fetch(town: &Town, door: &mut Door) {
    let list = town.api(Method::GET, "/api/v1/trust-list", None, None).await;
    door.set_trust_list(&list.body).unwrap();
    let filter = town.api(Method::GET, "/api/v1/revocation-filter", None, None).await;
    door.set_filter(&filter.body).unwrap();
}

fn says(door: &mut Door, text: &str, at: Timestamp) -> Value {
    serde_json::from_str(&door.check(text, milliseconds(at)).unwrap()).unwrap()
}

/// A phone with a key for each hour.
struct Phone {
    keys: Vec<SoftwareKey>,
    passes: Vec<Value>,
}

impl Phone {
    /// Gets its passes for the hours ahead.
    async fn new(town: &Town, token: &str, seed: u8) -> Self {
        let key = |hour: u8| SoftwareKey::generate(&mut |bytes| bytes.fill(seed.wrapping_add(hour)));
        let keys: Vec<SoftwareKey> = (0..24).map(key).collect();
        // A public key ends with its point, uncompressed, as WebCrypto gives it.
        let hexadecimal = |key: &SoftwareKey| -> String {
            let spki = key.spki();
            spki[spki.len() - 65..].iter().map(|byte| format!("{byte:02x}")).collect()
        };
        let wanted: Vec<String> = keys.iter().map(hexadecimal).collect();
        let passes = town.post("/api/v1/people/me/passes", token, json!({ "keys": wanted })).await;
        assert_eq!(passes.status.as_u16(), 201, "{}", passes.text());
        Phone { keys, passes: passes.json().as_array().unwrap().clone() }
    }

    /// What it shows at an instant, with the proof that it is there; after its last hour what it showed last.
    fn shows(&self, at: Timestamp) -> String {
        let instant = |pass: &Value, name: &str| pass[name].as_str().unwrap().parse::<Timestamp>().unwrap();
        let now = self.passes.iter().position(|pass| instant(pass, "from") <= at && at < instant(pass, "to"));
        let place = now.unwrap_or(self.passes.len() - 1);
        let proof = prove(self.passes[place]["text"].as_str().unwrap(), milliseconds(at)).unwrap();
        let signature = self.keys[place].sign(&proof.to_be_signed()).unwrap();
        proof.attach(&signature).unwrap()
    }
}

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

#[tokio::test]
async fn r12_doors_and_phones_work_through_an_outage_of_a_day_and_then_ask_for_help() {
    everywhere(async |town: Town| {
        town.publish().await;
        let (_, as_ma) = town.resident("Ma", None).await;
        let phone = Phone::new(&town, &as_ma, 20).await;
        let paper = town.post("/api/v1/people/me/paper-passes", &as_ma, json!({})).await.json();
        let shown = town.get("/api/v1/me/pass", &as_ma).await.json();
        let mut door = door(&town).await;
        let begins = town.clock.now();
        // From here on nobody is asked over the network.
        for hour in 0..24 {
            let at = begins + hours(hour) + SignedDuration::from_mins(10);
            let live = says(&mut door, &phone.shows(at), at);
            assert_eq!((&live["verdict"], &live["why"]), (&json!("admit"), &json!(["level_green", "live"])));
            for text in [&paper["text"], &shown["text"]] {
                let said = says(&mut door, text.as_str().unwrap(), at);
                assert_eq!(said["verdict"], "admit", "{said}");
            }
        }
        for hour in 24..24 * 14 {
            let at = begins + hours(hour) + SignedDuration::from_mins(10);
            for text in [&phone.shows(at), paper["text"].as_str().unwrap()] {
                let said = says(&mut door, text, at);
                assert_eq!(said["verdict"], "ask_for_help", "degraded never means refused: {said}");
                let why = said["why"].as_array().unwrap();
                assert!(why.contains(&json!("trust_list_stale")) && why.contains(&json!("filter_stale")));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn r12_a_door_with_stale_lists_refuses_nobody_whatever_the_pass_says() {
    everywhere(async |town: Town| {
        town.publish().await;
        let (_, as_ma) = town.resident("Ma", None).await;
        town.post("/api/v1/people/me/declarations", &as_ma, json!({ "symptoms": ["fever"] })).await;
        let mut old = door(&town).await;
        let held_back = town.api(Method::GET, "/api/v1/trust-list", None, None).await.body;
        town.later(25 * 60);
        let phone = Phone::new(&town, &as_ma, 20).await;
        let now = town.clock.now();
        // A filter is remembered for a while; another server has none yet.
        let mut newest = door(&another_server(&town, town.office.clone())).await;
        assert_eq!(says(&mut newest, &phone.shows(now), now)["verdict"], "do_not_admit");
        let said = says(&mut old, &phone.shows(now), now);
        assert_eq!((&said["verdict"], &said["level"]), (&json!("ask_for_help"), &json!("yellow")), "{said}");
        // Whoever stands between cannot bring the old list back to a door that has a newer one.
        assert!(newest.set_trust_list(&held_back).is_err());
    })
    .await;
}

#[tokio::test]
async fn r12_whoever_looked_at_their_pass_last_has_one_for_half_a_day_at_least() {
    everywhere(async |town: Town| {
        town.publish().await;
        let (_, as_ma) = town.resident("Ma", None).await;
        for _ in 0..60 {
            let shown = town.get("/api/v1/me/pass", &as_ma).await.json();
            let expires: Timestamp = shown["expires"].as_str().unwrap().parse().unwrap();
            let left = expires.duration_since(town.clock.now());
            assert!(left >= hours(12) && left <= hours(24), "{left}");
            town.later(59);
        }
    })
    .await;
}

#[tokio::test]
async fn r13_an_essential_place_refuses_nobody() {
    everywhere(async |town: Town| {
        town.publish().await;
        let (ma, as_ma) = town.resident("Ma", None).await;
        let green = town.post("/api/v1/people/me/paper-passes", &as_ma, json!({})).await.json();
        town.post("/api/v1/people/me/specimens", &as_ma, json!({ "test": "t-1" })).await;
        let laboratory = town.officer("lab", Role::Laboratory, "city/laboratory").await;
        let test = json!({
            "test": "t-1", "sampled": "2020-02-12T00:00:00Z", "method": "pcr", "result": "positive",
        });
        let reported = town.post(&format!("/api/v1/people/{ma}/tests"), &laboratory, test).await;
        assert_eq!(reported.json()["level"], "red", "{}", reported.text());
        let phone = Phone::new(&town, &as_ma, 20).await;
        let mut door = door(&town).await;
        let begins = town.clock.now();
        let revoked = green["text"].as_str().unwrap().to_owned();
        let texts = |at: Timestamp| {
            let red = phone.shows(at);
            let changed: String = red.chars().rev().collect();
            [revoked.clone(), red, changed, "HC1:".to_owned(), "a shopping list".to_owned()]
        };
        for hour in [0, 5, 30, 24 * 60] {
            let at = begins + hours(hour);
            for text in texts(at) {
                door.set_essential(true);
                let said = says(&mut door, &text, at);
                assert_eq!((&said["verdict"], &said["why"][0]), (&json!("admit"), &json!("essential_place")));
                door.set_essential(false);
                assert_ne!(
                    says(&mut door, &text, at)["verdict"],
                    "admit",
                    "elsewhere it would have been asked"
                );
            }
        }
        // The same on the page for doors without a tablet.
        for (essential, colour) in [("essential=yes&", "green"), ("", "red")] {
            let page = checked(&town, &phone.shows(begins), essential).await;
            let verdict = page.split("<section").find(|section| section.contains("role=\"status\"")).unwrap();
            assert!(verdict.split('>').next().unwrap().contains(colour), "{verdict}");
        }
    })
    .await;
}

/// What the page for doors says to a pass.
async fn checked(town: &Town, text: &str, essential: &str) -> String {
    let encode = |byte: u8| format!("%{byte:02X}");
    let form = format!("{essential}pass={}", text.bytes().map(encode).collect::<String>());
    let request = Request::post("/check")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(form))
        .unwrap();
    let page = town.ask(request).await;
    assert_eq!(page.status.as_u16(), 200, "{}", page.text());
    page.text()
}

#[tokio::test]
async fn r20_two_scans_share_no_identifier_and_leave_no_trace() {
    everywhere(async |town: Town| {
        town.publish().await;
        let (_, as_ma) = town.resident("Ma", None).await;
        let phone = Phone::new(&town, &as_ma, 20).await;
        let before = town.get("/api/v1/people/me/export", &as_ma).await.body;
        let anchor = [TrustedKey::from_spki(&town.office.publisher_key().unwrap(), "publisher").unwrap()];
        let list = town.api(Method::GET, "/api/v1/trust-list", None, None).await.body;
        let mut checker =
            Checker::new(TrustList::read(&list, &anchor).unwrap().to_store(), Policy::default());
        let (mut ids, mut keys, mut texts) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for hour in 0..24 {
            let at = town.clock.now() + hours(hour);
            let text = phone.shows(at);
            let checked = checker.check(&text, at);
            let Some(Content::Pass(claims)) = checked.content() else { panic!("{checked:?}") };
            assert!(ids.insert(claims.id.to_string()), "an id of an earlier hour");
            assert!(keys.insert(format!("{:?}", claims.holder)), "a key of an earlier hour");
            assert!(texts.insert(text.clone()), "the text of an earlier hour");
            // What a scan shows beside them is shared by very many.
            let said = serde_json::to_string(&checked).unwrap();
            assert!(!said.contains("Ma") && said.contains("\"initials\":\"M.\""), "{said}");
        }
        for text in &texts {
            checked(&town, text, "").await;
        }
        let after = town.get("/api/v1/people/me/export", &as_ma).await.body;
        assert_eq!(before, after, "nothing of two dozen scans is kept about the person");
    })
    .await;
}

/// A second server of the same authority, on the same database.
fn another_server(town: &Town, office: Office) -> Town {
    let board = std::sync::Arc::new(Board::default());
    let service = Service::new(Parts {
        office: office.clone(),
        officers: office.clone(),
        messenger: std::sync::Arc::clone(&board) as _,
        board: None,
        log: None,
        settings: settings(),
    });
    let router = service.router();
    let clock = std::sync::Arc::clone(&town.clock);
    Town { office, clock, board, service, router, file: None, database: None }
}

#[tokio::test]
async fn r25_a_lost_phone_and_a_stolen_key_count_no_longer_at_any_door_that_fetches_its_lists() {
    everywhere(async |town: Town| {
        town.publish().await;
        let (_, as_ma) = town.resident("Ma", None).await;
        let (_, as_bo) = town.resident("Bo", None).await;
        let (mas, bos) = (Phone::new(&town, &as_ma, 20).await, Phone::new(&town, &as_bo, 60).await);
        let mut at_the_door = door(&town).await;
        let now = town.clock.now();
        assert_eq!(says(&mut at_the_door, &mas.shows(now), now)["verdict"], "admit");
        let revoked = town.post("/api/v1/people/me/passes/revocation", &as_ma, json!({})).await;
        assert_eq!(revoked.json()["revoked"], 24);
        // As above: another server, which has no filter yet.
        town.later(1);
        let now = town.clock.now();
        fetch(&another_server(&town, town.office.clone()), &mut at_the_door).await;
        let said = says(&mut at_the_door, &mas.shows(now), now);
        assert_eq!(
            (&said["verdict"], &said["why"][2]),
            (&json!("do_not_admit"), &json!("revoked")),
            "{said}"
        );
        assert_eq!(says(&mut at_the_door, &bos.shows(now), now)["verdict"], "admit");
        // The key is taken out of the ring, and the server started again: what it signed asks for help everywhere.
        town.later(1);
        let key = |seed: u8| SoftwareKey::generate(&mut |bytes| bytes.fill(seed));
        let ring = KeyRing::new("Hangzhou CDC", "HZ", pass::Help::new(), Box::new(key(9)), town.clock.now());
        let without = town.office.clone().issuing(PassDesk {
            keys: ring.unwrap(),
            publisher: Box::new(key(2)),
            issuer: "HZ".to_owned(),
            region: "3301".to_owned(),
            rule_set_codes: [("proportionate".to_owned(), "p-1".to_owned())].into(),
            help: "12320".to_owned(),
        });
        let again = another_server(&town, without);
        fetch(&again, &mut at_the_door).await;
        let now = town.clock.now();
        let said = says(&mut at_the_door, &bos.shows(now), now);
        let expected = (&json!("ask_for_help"), &json!(["unknown_issuer"]));
        assert_eq!((&said["verdict"], &said["why"]), expected, "nobody is refused for a stolen key");
        let anew = Phone::new(&again, &as_bo, 90).await;
        assert_eq!(says(&mut at_the_door, &anew.shows(now), now)["verdict"], "admit");
    })
    .await;
}

#[tokio::test]
async fn r25_what_was_signed_can_be_counted_in_the_public_log() {
    everywhere(async |town: Town| {
        town.publish().await;
        let mut issued = 0;
        for name in ["Ma", "Bo"] {
            let (_, token) = town.resident(name, None).await;
            issued += Phone::new(&town, &token, 20).await.passes.len();
            town.post("/api/v1/people/me/paper-passes", &token, json!({})).await;
            town.get("/api/v1/me/pass", &token).await;
            issued += 2;
        }
        town.later(24 * 60);
        town.office.tick().await.unwrap();
        let log = town.api(Method::GET, "/api/v1/log", None, None).await.json();
        let counts: Vec<&Value> = log
            .as_array()
            .unwrap()
            .iter()
            .filter(|entry| entry.to_string().contains("passes-issued"))
            .collect();
        assert_eq!(counts.len(), 1, "{log}");
        let key = SoftwareKey::generate(&mut |bytes| bytes.fill(1));
        let entry = counts[0].to_string();
        assert!(entry.contains(&format!("\"passes\":{issued},")), "{issued}: {entry}");
        assert!(entry.contains(&Sha256Hash::of(key.spki()).to_string()), "{entry}");
    })
    .await;
}
