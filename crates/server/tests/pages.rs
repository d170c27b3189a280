//! Every page in both languages, and what people do on them without script.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod town;

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use office::Role;
use town::{Answer, Town, everywhere};

async fn page(town: &Town, path: &str, token: Option<&str>, language: &str) -> Answer {
    let mut request = Request::get(path).header("accept", "text/html").header("accept-language", language);
    if let Some(token) = token {
        request = request.header("cookie", format!("session={token}"));
    }
    town.ask(request.body(Body::empty()).unwrap()).await
}

async fn send(town: &Town, path: &str, token: &str, fields: &str) -> Answer {
    let request = Request::post(path)
        .header("accept", "text/html")
        .header("cookie", format!("session={token}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(fields.to_owned()))
        .unwrap();
    town.ask(request).await
}

/// The token that a page's forms carry.
fn form_token(page: &str) -> String {
    let from = page.split("name=\"token\" value=\"").nth(1).unwrap();
    from.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn every_page_is_for_its_role_and_speaks_both_languages() {
    everywhere(async |town: Town| {
        town.publish().await;
        let (_, resident) = town.resident("Ma", None).await;
        let mut callers = vec![(Role::Resident, resident)];
        for role in Role::ALL.into_iter().filter(|role| *role != Role::Resident) {
            callers.push((role, town.officer(role.word(), role, "some/body").await));
        }
        let own = [
            ("/me", Role::Resident),
            ("/me/record", Role::Resident),
            ("/desk", Role::Desk),
            ("/field", Role::Field),
            ("/cases", Role::Investigator),
            ("/laboratory", Role::Laboratory),
            ("/review", Role::Reviewer),
            ("/policy", Role::Policy),
            ("/oversight", Role::Oversight),
        ];
        for (path, of) in own {
            let anonymous = page(&town, path, None, "en").await;
            assert_eq!(
                (anonymous.status, anonymous.header("location")),
                (StatusCode::SEE_OTHER, "/sign-in"),
                "{path}"
            );
            for (role, token) in &callers {
                let answer = page(&town, path, Some(token), "en").await;
                let expected = if *role == of { StatusCode::OK } else { StatusCode::FORBIDDEN };
                assert_eq!(answer.status, expected, "{path} as {role:?}: {}", answer.text());
            }
        }
        for path in ["/", "/sign-in", "/check", "/demo/notices", "/errors", "/style"] {
            for (language, tag) in [("en", "lang=\"en\""), ("zh-CN,zh;q=0.9", "lang=\"zh-CN\"")] {
                let answer = page(&town, path, None, language).await;
                assert_eq!(answer.status, StatusCode::OK, "{path}");
                assert!(answer.text().contains(&format!("<html {tag}")), "{path} in {language}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn r1_a_resident_sees_colour_reason_end_and_code_and_contests_without_script() {
    everywhere(async |town: Town| {
        town.publish().await;
        let (_, token) = town.resident("Ma", None).await;
        let first = page(&town, "/me", Some(&token), "en").await.text();
        assert!(first.contains("<svg") && first.contains("Green"));
        let form = form_token(&first);
        let declared =
            send(&town, "/me", &token, &format!("token={form}&once=1&action=declare&symptom=fever")).await;
        assert_eq!(
            (declared.status, declared.header("location")),
            (StatusCode::SEE_OTHER, "/me?done=declared")
        );
        // The button was pressed twice: done once.
        send(&town, "/me", &token, &format!("token={form}&once=1&action=declare&symptom=fever")).await;
        let yellow = page(&town, "/me?done=declared", Some(&token), "en").await.text();
        for shown in [
            "Yellow",
            "Your declaration is taken",
            "telling-symptoms",
            "one negative result ends this",
            "until",
        ] {
            assert!(yellow.contains(shown), "{shown} is not on the page");
        }
        let chinese = page(&town, "/me", Some(&token), "zh-CN").await.text();
        assert!(chinese.contains("黄码") && chinese.contains("申诉"));
        let contested = format!("token={form}&once=2&action=appeal&rule=telling-symptoms&words=no");
        assert_eq!(send(&town, "/me", &token, &contested).await.header("location"), "/me?done=appealed");
        // Without the form's token nothing happens.
        let forged = send(&town, "/me", &token, "token=0&action=declare&symptom=cough").await;
        assert_eq!(forged.status, StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test]
async fn r13_a_door_says_what_a_pass_says_and_an_essential_place_refuses_nobody() {
    everywhere(async |town: Town| {
        town.publish().await;
        let (_, token) = town.resident("Ma", None).await;
        let pass = town.get("/api/v1/me/pass", &token).await.json()["text"].as_str().unwrap().to_owned();
        let encoded: String = pass.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let check = async |fields: String| {
            let request = Request::post("/check")
                .header("accept", "text/html")
                .header("content-type", "application/x-www-form-urlencoded")
                .body(Body::from(fields))
                .unwrap();
            town.ask(request).await.text()
        };
        let shown = check(format!("pass={encoded}")).await;
        assert!(shown.contains("<section class=\"status green\"") && shown.contains("Admit"), "{shown}");
        // R20: the door's page says nothing by which two checks of somebody could be joined.
        assert!(!shown.contains(&pass[10..40]) && !shown.contains("M."));
        assert!(check("pass=nonsense".to_owned()).await.contains("Ask for help"));
        assert!(check("pass=nonsense&essential=yes".to_owned()).await.contains("status green"));
    })
    .await;
}
