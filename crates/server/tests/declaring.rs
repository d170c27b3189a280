//! Declaring how one feels, without script and without an account.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod browser;
mod town;

use axum::http::StatusCode;
use browser::{Browser, between};
use evidence::Symptom;
use office::Role;
use town::{Town, everywhere, officer};

const HANGZHOU: &str = include_str!("../../../rulesets/hangzhou-2020.toml");

/// What stands beside something to tick.
fn alone<'p>(page: &'p str, symptom: &str) -> &'p str {
    between(between(page, &format!("value=\"{symptom}\""), "</label>"), "<small>", "</small>")
}

#[tokio::test]
async fn a_stuffy_nose_tells_before_anything_is_sent_that_it_changes_nothing_and_under_other_rules_what() {
    everywhere(async |town: Town| {
        town.publish().await;
        let browser = Browser::anybody(&town);
        let second = browser.send("/declare", &[("step", "2")]).await.text();
        assert_eq!(alone(&second, "stuffy_nose"), "By itself it changes nothing.");
        let meant = browser.send("/declare", &[("step", "answer"), ("symptom", "stuffy_nose")]).await.text();
        for said in
            ["Green", "restricts you no more", "By itself it changes nothing", "Nothing of this was kept"]
        {
            assert!(meant.contains(said), "{said}: {meant}");
        }
        // The rules of 2020 are computed as well, not remembered.
        let policy = officer("policy-2", Role::Policy, "health/commission");
        town.later(1);
        town.office.publish(&policy, HANGZHOU).await.unwrap();
        let second = browser.send("/declare", &[("step", "2")]).await.text();
        assert!(alone(&second, "stuffy_nose").starts_with("By itself: Red until"), "{second}");
    })
    .await;
}

#[tokio::test]
async fn four_screens_ask_about_every_symptom_and_carry_what_was_ticked() {
    everywhere(async |town: Town| {
        town.publish().await;
        for (language, next) in [("en", "Go on"), ("zh-CN", "继续")] {
            let browser = Browser::anybody(&town).speaking(language);
            let mut page = browser.open("/declare").await;
            let mut offered = 0;
            for number in 1..=4 {
                assert_eq!(page.status, StatusCode::OK);
                let text = page.text();
                assert!(text.contains(next) && text.contains(&format!("{number} / 4")), "{text}");
                offered += text.matches("type=\"checkbox\"").count();
                page = browser
                    .send("/declare", &[("step", &(number + 1).to_string()), ("symptom", "fever")])
                    .await;
                if number < 3 {
                    let text = page.text();
                    assert!(text.contains("type=\"hidden\" name=\"symptom\" value=\"fever\""), "{text}");
                }
            }
            assert_eq!(offered, Symptom::ALL.len());
            let back = browser.send("/declare", &[("step", "1"), ("symptom", "fever")]).await.text();
            assert!(back.contains("value=\"fever\" checked"), "{back}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_a_declaration_would_mean_is_what_it_means_and_is_kept_only_when_it_is_sent() {
    everywhere(async |town: Town| {
        town.publish().await;
        let (_, token) = town.resident("Ma", None).await;
        let browser = Browser::of(&town, &token);
        let answers = [("step", "answer"), ("symptom", "cough"), ("symptom", "headache")];
        let meant = browser.send("/declare", &answers).await.text();
        for said in ["Yellow", "cough-and-more", "one negative result ends this", "Send this declaration"] {
            assert!(meant.contains(said), "{said}: {meant}");
        }
        let colour = async || town.get("/api/v1/people/me/colour", &token).await.json()["level"].clone();
        assert_eq!(colour().await, "green");
        let sent = browser.send("/declare/send", &[("symptom", "cough"), ("symptom", "headache")]).await;
        assert_eq!(sent.header("location"), "/me?done=declared");
        assert_eq!(colour().await, "yellow");
        // What is known of somebody is counted in: from here on a stuffy nose changes nothing that is not there already.
        let second = browser.send("/declare", &[("step", "2")]).await.text();
        assert_eq!(alone(&second, "stuffy_nose"), "By itself it changes nothing.");
        // Nobody sends for somebody else, and not without the page's token.
        let anybody = Browser::anybody(&town).send("/declare/send", &[("symptom", "fever")]).await;
        assert_eq!((anybody.status, anybody.header("location")), (StatusCode::SEE_OTHER, "/sign-in"));
    })
    .await;
}

#[tokio::test]
async fn trouble_breathing_points_to_help_whatever_the_colour_and_without_rules_nobody_is_restricted() {
    everywhere(async |town: Town| {
        let browser = Browser::anybody(&town);
        let answers = [("step", "answer"), ("symptom", "shortness_of_breath")];
        let meant = browser.send("/declare", &answers).await.text();
        for said in ["call the emergency number", "No rules are in force", "Green"] {
            assert!(meant.contains(said), "{said}: {meant}");
        }
    })
    .await;
}
