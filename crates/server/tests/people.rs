//! What residents find on their pages besides colour and code: consents, whom they act for, and what their browser is told.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod town;

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use town::{Answer, Town, everywhere};

async fn page(town: &Town, path: &str, token: &str) -> String {
    let request =
        Request::get(path).header("accept", "text/html").header("cookie", format!("session={token}"));
    town.ask(request.body(Body::empty()).unwrap()).await.text()
}

async fn post(town: &Town, path: &str, token: &str, fields: &str) -> Answer {
    let form = page(town, path, token).await;
    let form = form.split("name=\"token\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let request = Request::post(path)
        .header("accept", "text/html")
        .header("cookie", format!("session={token}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(format!("token={form}&{fields}")))
        .unwrap();
    town.ask(request).await
}

#[tokio::test]
async fn r3_an_appeal_is_one_form_on_the_same_page_and_needs_no_words() {
    everywhere(async |town: Town| {
        town.publish().await;
        let (_, token) = town.resident("Ma", None).await;
        post(&town, "/me", &token, "once=1&action=declare&symptom=fever").await;
        let shown = page(&town, "/me", &token).await;
        // In the first section: why, until when, what ends it sooner, whom to ask, and the way to the appeal.
        let status = shown.split("<section class=\"status yellow\"").nth(1).unwrap();
        let status = status.split("</section>").next().unwrap();
        for said in
            ["Why", "you declared symptoms", "Until", "left</span>", "Ends sooner", "12320", "#contest"]
        {
            assert!(status.contains(said), "{said} is not in {status}");
        }
        let sent =
            post(&town, "/me", &token, "action=appeal&rule=telling-symptoms&claim=too-hard&words=").await;
        assert_eq!(sent.header("location"), "/me?done=appealed");
        let shown = page(&town, "/me", &token).await;
        assert!(shown.contains("It is too hard on me") && shown.contains("A human decides by"), "{shown}");
        // What is contested is not contested twice.
        assert!(!shown.contains("id=\"contest\""));
    })
    .await;
}

#[tokio::test]
async fn r11_somebody_acts_for_another_until_the_consent_is_withdrawn() {
    everywhere(async |town: Town| {
        town.publish().await;
        let (grandmother, hers) = town.resident("Gao", None).await;
        let (grandchild, token) = town.resident("Ping", None).await;
        let for_her = format!("/me/for/{grandmother}");
        assert!(!page(&town, "/me", &token).await.contains(&for_her));
        post(&town, "/me/record", &hers, &format!("action=proxy&proxy={grandchild}")).await;
        assert!(page(&town, "/me/record", &hers).await.contains("<strong>Ping</strong>"));
        assert!(page(&town, "/me", &token).await.contains(&for_her));
        let shown = page(&town, &for_her, &token).await;
        assert!(shown.contains("You act for <strong>Gao</strong>") && shown.contains("<svg"), "{shown}");
        let fields = format!("action=declare&symptom=fever&person={grandmother}");
        assert_eq!(
            post(&town, "/me", &token, &fields).await.header("location"),
            format!("{for_her}?done=declared")
        );
        assert!(page(&town, "/me", &hers).await.contains("status yellow"));
        assert!(page(&town, "/me", &token).await.contains("status green"), "it was not about themselves");
        post(&town, "/me/record", &hers, &format!("action=dismiss&proxy={grandchild}")).await;
        assert!(!page(&town, "/me", &token).await.contains(&for_her));
        let fields = format!("action=declare&symptom=cough&person={grandmother}");
        assert_eq!(post(&town, "/me", &token, &fields).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn r7_with_whom_a_status_is_shared_stands_on_the_page_of_the_record_and_is_withdrawn_there() {
    everywhere(async |town: Town| {
        town.publish().await;
        let (person, token) = town.resident("Ma", None).await;
        let (themself, person) = (office::Actor::Resident(person.parse().unwrap()), person.parse().unwrap());
        let secret = town.office.share(&themself, &person, "My employer", 24).await.unwrap();
        town.office.shared_status(&secret).await.unwrap();
        let record = page(&town, "/me/record", &token).await;
        assert!(record.contains("My employer") && record.contains("Asked:"));
        assert!(!record.contains(secret.as_str()), "the link is shown only when it is made");
        let share = record.split("name=\"share\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        post(&town, "/me/record", &token, &format!("action=withdraw&share={share}")).await;
        assert!(town.office.shared_status(&secret).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn r12_a_phone_can_keep_its_page_and_forgets_it_when_somebody_signs_out() {
    everywhere(async |town: Town| {
        town.publish().await;
        let (_, token) = town.resident("Ma", None).await;
        let get = async |path: &str| town.ask(Request::get(path).body(Body::empty()).unwrap()).await;
        let worker = get("/service-worker.js").await;
        assert_eq!(worker.header("content-type"), "text/javascript; charset=utf-8");
        let again = Request::get("/service-worker.js").header("if-none-match", worker.header("etag"));
        let again = town.ask(again.body(Body::empty()).unwrap()).await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED);
        let manifest = get("/manifest.webmanifest").await.json();
        assert_eq!(manifest["start_url"], "/me");
        for path in ["/scripts/me.js", "/scripts/check.js", "/icon.svg", "/style.css"] {
            assert_eq!(get(path).await.status, StatusCode::OK, "{path}");
        }
        let policy = get("/check").await;
        let policy = policy.header("content-security-policy");
        for source in ["script-src 'self' 'wasm-unsafe-eval';", "worker-src 'self'", "manifest-src 'self'"] {
            assert!(policy.contains(source), "{source} is not in {policy}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
        let gone = post(&town, "/me", &token, "action=nothing").await;
        assert_eq!(gone.status, StatusCode::BAD_REQUEST);
        let form = page(&town, "/me", &token).await;
        let form = form.split("name=\"token\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let out = Request::post("/sign-out")
            .header("cookie", format!("session={token}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(format!("token={form}")))
            .unwrap();
        assert_eq!(town.ask(out).await.header("clear-site-data"), "\"storage\"");
    })
    .await;
}

/// Relative luminance of a colour (WCAG 2.2).
fn luminance(colour: &str) -> f64 {
    let part = |at: usize| {
        let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn every_text_has_the_contrast_of_wcag_on_every_ground_light_and_dark() {
    let sheet = include_str!("../templates/style.css");
    let schemes: Vec<&str> =
        sheet.split(":root {").skip(1).take(2).map(|of| of.split('}').next().unwrap()).collect();
    for scheme in &schemes {
        let token = |name: &str| {
            let value = scheme.split(&format!("--{name}: ")).nth(1).unwrap_or_else(|| panic!("--{name}"));
            value[..7].to_owned()
        };
        for text in ["ink", "muted", "accent", "green", "yellow", "red"] {
            for ground in ["ground", "surface", "sunken", "green-soft", "yellow-soft", "red-soft"] {
                let found = contrast(&token(text), &token(ground));
                assert!(found >= 4.5, "--{text} on --{ground}: {found:.2}");
            }
        }
        assert!(contrast(&token("on-accent"), &token("accent")) >= 4.5);
        for edge in ["edge", "focus"] {
            for ground in ["ground", "surface"] {
                assert!(contrast(&token(edge), &token(ground)) >= 3.0, "--{edge} on --{ground}");
            }
        }
    }
    assert_eq!(schemes.len(), 2);
}

#[tokio::test]
async fn whoever_has_to_stay_at_home_asks_for_food_and_a_worker_sees_it_first() {
    everywhere(async |town: Town| {
        town.publish().await;
        let (person, token) = town.resident("Ma", None).await;
        let help = "action=help&need=food&words=Rice+and+milk";
        let refused = post(&town, "/me", &token, help).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "nothing keeps her at home");
        assert!(!page(&town, "/me", &token).await.contains("name=\"need\""));
        post(&town, "/me", &token, "action=declare&symptom=fever").await;
        assert_eq!(post(&town, "/me", &token, help).await.header("location"), "/me?done=asked-for-help");
        let shown = page(&town, "/me", &token).await;
        assert!(shown.contains("Food or water") && shown.contains("Rice and milk"), "{shown}");
        // What she says of it later replaces it.
        post(&town, "/me", &token, "action=help&need=food&words=Rice").await;
        let shown = page(&town, "/me", &token).await;
        assert!(!shown.contains("Rice and milk"), "{shown}");
        let worker = town.officer("worker", office::Role::Field, "district/office").await;
        let request = Request::get("/api/v1/follow-ups").header("purpose", "today's round");
        let request = request.header("authorization", format!("Bearer {worker}")).body(Body::empty());
        let list = town.ask(request.unwrap()).await.json();
        assert_eq!(
            (&list["tasks"][0]["person"], &list["tasks"][0]["because"]),
            (&person.into(), &"needs".into())
        );
        assert!(list.to_string().contains("Rice"), "{list}");
        let path = "/api/v1/people/me/follow-ups/needs";
        let other = serde_json::json!({ "need": "medicine", "words": "x".repeat(501) });
        assert_eq!(town.post(path, &token, other).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}
