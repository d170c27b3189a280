//! The API as programs use it, on every database.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod town;

use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use office::Role;
use serde_json::json;
use town::{Town, everywhere};

#[tokio::test]
async fn somebody_registers_declares_sees_why_and_contests() {
    everywhere(async |town: Town| {
        town.publish().await;
        let contact = "ma@example.org";
        let sent = town.api(Method::POST, "/api/v1/codes", None, Some(json!({ "contact": contact }))).await;
        assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.text());
        let words = town.board.messages()[0].words.clone();
        let code: String = words.chars().filter(char::is_ascii_digit).take(6).collect();
        let given = json!({ "contact": contact, "code": code, "name": "Ma Li" });
        let registered = town.api(Method::POST, "/api/v1/residents", None, Some(given)).await;
        assert_eq!(registered.status, StatusCode::CREATED, "{}", registered.text());
        let token = registered.json()["token"].as_str().unwrap().to_owned();
        let declared =
            town.post("/api/v1/people/me/declarations", &token, json!({ "symptoms": ["fever"] })).await;
        assert_eq!(
            (declared.status, declared.json()["level"].as_str().unwrap()),
            (StatusCode::CREATED, "yellow")
        );
        let colour = town.get("/api/v1/people/me/colour", &token).await.json();
        let reason = &colour["explanation"]["reasons"][0];
        assert_eq!(reason["rule"], "telling-symptoms");
        assert!(!colour["explanation"]["contest"].as_str().unwrap().is_empty());
        let contested = json!({ "rule": "telling-symptoms", "words": "It was the vaccination." });
        let appealed = town.post("/api/v1/people/me/appeals", &token, contested).await;
        assert_eq!(appealed.status, StatusCode::CREATED, "{}", appealed.text());
        let reviewer = town.officer("wu", Role::Reviewer, "ombuds/office").await;
        let waiting = town.get("/api/v1/appeals", &reviewer).await.json();
        let path = format!("/api/v1/appeals/{}/decision", waiting[0]["appeal"].as_str().unwrap());
        let decided =
            town.post(&path, &reviewer, json!({ "upheld": true, "reasons": "A vaccination." })).await;
        assert_eq!(decided.status, StatusCode::OK, "{}", decided.text());
        assert_eq!(town.get("/api/v1/people/me/colour", &token).await.json()["level"], "green");
        let looks = town.get("/api/v1/people/me/accesses", &token).await.json();
        assert!(looks.as_array().unwrap().iter().any(|look| look["role"] == "reviewer"));
        let out = town.api(Method::DELETE, "/api/v1/sessions/current", Some(&token), None).await;
        assert_eq!(out.status, StatusCode::OK);
        assert_eq!(town.get("/api/v1/people/me/colour", &token).await.status, StatusCode::UNAUTHORIZED);
    })
    .await;
}

#[tokio::test]
async fn a_post_that_is_sent_again_is_done_once_and_answered_as_before() {
    everywhere(async |town: Town| {
        town.publish().await;
        let (_, token) = town.resident("Ma", None).await;
        let post = async |key: &str, symptom: &str| {
            let request = Request::post("/api/v1/people/me/declarations")
                .header("authorization", format!("Bearer {token}"))
                .header("content-type", "application/json")
                .header("idempotency-key", key)
                .body(Body::from(json!({ "symptoms": [symptom] }).to_string()))
                .unwrap();
            town.ask(request).await
        };
        let first = post("a", "fever").await;
        let again = post("a", "fever").await;
        assert_eq!((first.status, &first.body), (again.status, &again.body));
        let other = post("a", "cough").await;
        assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(other.json()["type"], "/errors#key-reused");
        post("b", "fever").await;
        let exported = town.get("/api/v1/people/me/export", &token).await.json();
        assert_eq!(exported["evidence"].as_array().unwrap().len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_pass_is_shown_from_memory_until_its_colour_changes() {
    everywhere(async |town: Town| {
        town.publish().await;
        let (_, token) = town.resident("Ma", None).await;
        let first = town.get("/api/v1/me/pass", &token).await;
        assert_eq!((first.status, first.json()["level"].as_str()), (StatusCode::OK, Some("green")));
        let request = Request::get("/api/v1/me/pass")
            .header("authorization", format!("Bearer {token}"))
            .header("if-none-match", first.header("etag"))
            .body(Body::empty())
            .unwrap();
        let same = town.ask(request).await;
        assert_eq!((same.status, same.body.len()), (StatusCode::NOT_MODIFIED, 0));
        assert_eq!(town.get("/api/v1/me/pass", &token).await.body, first.body);
        town.post("/api/v1/people/me/declarations", &token, json!({ "symptoms": ["fever"] })).await;
        let changed = town.get("/api/v1/me/pass", &token).await;
        assert_eq!(changed.json()["level"], "yellow");
        // Eleven hours later it is the same, thirteen hours later one that lasts longer.
        town.later(11 * 60);
        assert_eq!(town.get("/api/v1/me/pass", &token).await.body, changed.body);
        town.later(2 * 60);
        assert_ne!(town.get("/api/v1/me/pass", &token).await.body, changed.body);
    })
    .await;
}

#[tokio::test]
async fn a_case_turns_contacts_and_each_is_told() {
    everywhere(async |town: Town| {
        town.publish().await;
        let (anna, as_anna) = town.resident("Anna", Some("h1")).await;
        let (_, as_bo) = town.resident("Bo", Some("h1")).await;
        assert_eq!(town.get("/api/v1/me/pass", &as_bo).await.json()["level"], "green");
        let laboratory = town.officer("lab", Role::Laboratory, "city/laboratory").await;
        let investigator = town.officer("li", Role::Investigator, "health/commission").await;
        town.post("/api/v1/people/me/specimens", &as_anna, json!({ "test": "t-1" })).await;
        town.later(60);
        let test = json!({
            "test": "t-1", "sampled": "2020-02-12T08:00:00+08:00", "method": "pcr", "result": "positive",
        });
        let reported = town.post(&format!("/api/v1/people/{anna}/tests"), &laboratory, test).await;
        assert_eq!(reported.json()["level"], "red", "{}", reported.text());
        let confirmed = town.post(&format!("/api/v1/people/{anna}/cases"), &investigator, json!({})).await;
        assert_eq!(confirmed.status, StatusCode::CREATED, "{}", confirmed.text());
        assert_eq!(confirmed.json()["stated"]["exposed"], 1);
        assert_eq!(town.get("/api/v1/me/pass", &as_bo).await.json()["level"], "yellow");
    })
    .await;
}

#[tokio::test]
async fn answers_have_the_headers_of_the_house_and_problems_the_form_of_the_standard() {
    everywhere(async |town: Town| {
        let answer = town.api(Method::GET, "/api/v1/people/me/colour", None, None).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(!answer.header("x-request-id").is_empty());
        let wrong = Request::post("/api/v1/codes").body(Body::from("{}")).unwrap();
        assert_eq!(town.ask(wrong).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        let nowhere = town.api(Method::GET, "/api/v1/nowhere", None, None).await;
        assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
        let otherwise = town.api(Method::DELETE, "/api/v1/codes", None, None).await;
        assert_eq!(otherwise.status, StatusCode::METHOD_NOT_ALLOWED);
        for path in ["/healthz", "/readyz", "/metrics", "/openapi.json", "/api/v1/log", "/api/v1/trust-list"]
        {
            assert_eq!(town.api(Method::GET, path, None, None).await.status, StatusCode::OK, "{path}");
        }
        let document = town.api(Method::GET, "/openapi.json", None, None).await.json();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        // Another site's page cannot post in somebody's name.
        let elsewhere = Request::post("/sign-in/code")
            .header("host", "localhost:8080")
            .header("origin", "http://evil.example")
            .body(Body::from("contact=a@example.org"))
            .unwrap();
        assert_eq!(town.ask(elsewhere).await.status, StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test]
async fn a_role_may_do_what_its_table_says_and_nobody_more() {
    everywhere(async |town: Town| {
        town.publish().await;
        let (ma, as_ma) = town.resident("Ma", None).await;
        let (_, as_other) = town.resident("Other", None).await;
        let mut callers = vec![(None, None), (Some(Role::Resident), Some(as_other))];
        for role in Role::ALL.into_iter().filter(|role| *role != Role::Resident) {
            callers.push((Some(role), Some(town.officer(role.word(), role, "some/body").await)));
        }
        let document = town.api(Method::GET, "/openapi.json", None, None).await.json();
        let mut tried = 0;
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let Some(may) = operation["x-may"].as_str() else { continue };
                for (role, token) in &callers {
                    let answer = asked(&town, path, method, &ma, token.as_deref()).await;
                    // What is under `me` is a resident's own.
                    let is_own = path.contains("/me/");
                    let allowed =
                        role.is_some_and(|role| is_allowed(role, may) && (!is_own || role == Role::Resident));
                    let status = answer.status.as_u16();
                    let about = path.contains("{person}");
                    let expected: &[u16] = match role {
                        None => &[401],
                        // Whether there is such a person is no business of another resident.
                        Some(Role::Resident) if allowed && about => &[400, 403, 404, 422],
                        Some(_) if allowed => &[200, 201, 400, 404, 422],
                        Some(_) => &[400, 403, 404],
                    };
                    assert!(
                        expected.contains(&status),
                        "{method} {path} as {role:?}: {status} {}",
                        answer.text()
                    );
                    // Nothing of anybody is in a refusal.
                    assert!(status < 300 || !answer.text().contains("Ma"), "{method} {path} as {role:?}");
                    tried += 1;
                }
            }
        }
        assert!(tried > 300, "{tried}");
        assert_eq!(town.get("/api/v1/people/me/colour", &as_ma).await.json()["level"], "green");
    })
    .await;
}

fn is_allowed(role: Role, may: &str) -> bool {
    office::permissions::TABLE.iter().any(|(what, of, _)| *of == role && what.words() == may)
}

/// Asks about somebody else with a body of the right form, as far as a schema says it.
async fn asked(town: &Town, path: &str, method: &str, person: &str, token: Option<&str>) -> town::Answer {
    let path = path.replace("{person}", person);
    let id = "0".repeat(32);
    let path: String = path
        .split('/')
        .map(|part| if part.starts_with('{') { &id } else { part })
        .collect::<Vec<_>>()
        .join("/");
    let body = (method == "post").then(|| body_of(&path));
    let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
    town.api(method, &path, token, body).await
}

fn body_of(path: &str) -> serde_json::Value {
    match path.rsplit('/').next().unwrap() {
        "declarations" => json!({ "symptoms": [] }),
        "checks" => json!({ "symptoms": [] }),
        "visits" => json!({ "code": "0000" }),
        "found" => json!({ "identity": "ID-Nobody" }),
        "venues" => json!({ "name": "A shop", "kind": "shop" }),
        "shares" => json!({ "with": "my employer", "hours": 24 }),
        "follow-ups" => json!({ "reached": false }),
        "interviews" => json!({ "visits": [], "contacts": [] }),
        "needs" | "needs-met" => json!({ "need": "food" }),
        "particulars" => json!({ "language": "en" }),
        "issuers" => {
            json!({ "name": "some/authority", "issuer": "SA", "key": "AAAA", "not_after": "2020-03-01T00:00:00Z" })
        }
        "push-subscriptions" => {
            json!({ "endpoint": "https://push.example.org/1", "keys": { "p256dh": "BAAA", "auth": "AAAA" } })
        }
        "time" => json!({ "to": "2020-02-12T10:00:00Z" }),
        "stays" => json!({ "region": "r1", "arrived": "2020-02-01T00:00:00Z" }),
        "region-levels" => json!({ "region": "r1", "level": "low" }),
        "preview" if path.contains("rule-sets") => json!({ "document": town::PROPORTIONATE }),
        "preview" => {
            json!({ "latitude": 30.0, "longitude": 120.0, "radius_metres": 100.0, "from": "2020-02-11T00:00:00Z", "to": "2020-02-11T02:00:00Z" })
        }
        "place-traces" => {
            json!({ "near": { "latitude": 30.0, "longitude": 120.0, "radius_metres": 100.0, "from": "2020-02-11T00:00:00Z", "to": "2020-02-11T02:00:00Z" }, "area": "xihu", "purpose": "a test" })
        }
        "line-lists" => json!({ "purpose": "a test" }),
        "answer" => json!({ "yes": true }),
        "passes" => json!({ "keys": [] }),
        "people" => json!({ "name": "Somebody" }),
        "proxies" => json!({ "proxy": "0".repeat(32) }),
        "attachments" => json!({ "name": "a.pdf", "content": "" }),
        "appeals" => json!({ "rule": "telling-symptoms", "words": "no" }),
        "decision" => json!({ "upheld": true, "reasons": "so" }),
        "overrides" => {
            json!({ "rule": "telling-symptoms", "effect": "lift", "hours": 24, "ground": "not-present" })
        }
        "specimens" => json!({ "test": "t-9" }),
        "tests" => {
            json!({ "test": "t-8", "sampled": "2020-02-12T00:00:00Z", "method": "pcr", "result": "negative" })
        }
        "rule-sets" => json!({ "document": town::PROPORTIONATE }),
        "release" if path.contains("statements") => json!({ "counts": false }),
        "release" if path.contains("imports") || path.contains("differences") => json!({}),
        "release" => json!({ "goes_on": false }),
        "revocation" if path.contains("issuers") => json!({}),
        "paper-passes" | "revocation" => json!({ "purpose": "a test" }),
        _ => json!({}),
    }
}
