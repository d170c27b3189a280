//! Showing somebody a status, without script.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod browser;
mod town;

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use browser::{Browser, between};
use town::{Town, everywhere};

#[tokio::test]
async fn r7_an_employer_learns_yes_or_no_and_until_when_for_the_hours_chosen_and_nothing_else() {
    everywhere(async |town: Town| {
        town.publish().await;
        let (number, token) = town.resident("Ma", None).await;
        let person = Browser::of(&town, &token);
        let fields = [("action", "share"), ("with", "my employer"), ("hours", "8"), ("once", "1")];
        let page = person.send("/share", &fields).await.text();
        let link = between(&page, "<a href=\"http://localhost:8080", "\"").to_owned();
        assert!(page.contains("<svg"), "no code of the link");
        assert!(person.send("/share", &fields).await.text().contains(&link), "the same link, pressed twice");
        let employer = Browser::anybody(&town);
        let free = employer.open(&link).await;
        assert_eq!((free.status, free.header("x-robots-tag")), (StatusCode::OK, "noindex"));
        assert_eq!(free.header("referrer-policy"), "no-referrer");
        assert!(
            free.text().contains("No, not restricted") && free.text().contains("12 February 2020, 08:00")
        );
        person.send("/declare/send", &[("symptom", "fever")]).await;
        let restricted = employer.open(&link).await.text();
        assert!(restricted.contains("Yes, restricted"), "{restricted}");
        // Neither who it is, nor the colour, nor the reason.
        for untold in ["Ma", &number, "ever", "symptom", "ellow", "telling", "my employer"] {
            let main = between(&restricted, "<main", "</main>").replace("class=\"status yellow\"", "");
            let main = main.replace("level yellow colour", "");
            assert!(!main.contains(untold), "{untold}: {main}");
        }
        assert!(employer.speaking("zh-CN").open(&link).await.text().contains("是，受限制"));
        // The person sees each answer; whoever only looks whether the link is there got none.
        let head = Request::head(&link).header("accept", "text/html").body(Body::empty()).unwrap();
        assert_eq!(town.ask(head).await.status, StatusCode::OK);
        let own = person.open("/share").await.text();
        let asked = between(&own, "Asked:", "</p>");
        assert_eq!(asked.matches("12 February 2020").count(), 3, "{asked}");
    })
    .await;
}

#[tokio::test]
async fn a_link_answers_no_more_when_its_hours_are_over_or_it_was_withdrawn() {
    everywhere(async |town: Town| {
        town.publish().await;
        let (_, token) = town.resident("Ma", None).await;
        let person = Browser::of(&town, &token);
        let employer = Browser::anybody(&town);
        let share = async |hours: &str| {
            let fields = [("action", "share"), ("with", "my employer"), ("hours", hours), ("once", hours)];
            let page = person.send("/share", &fields).await.text();
            let withdraw = between(&page, "name=\"share\" value=\"", "\"").to_owned();
            (between(&page, "<a href=\"http://localhost:8080", "\"").to_owned(), withdraw)
        };
        let (link, _) = share("1").await;
        town.later(61);
        let over = employer.open(&link).await;
        assert_eq!(over.status, StatusCode::NOT_FOUND);
        assert!(over.text().contains("answers no more"));
        let (link, withdraw) = share("24").await;
        assert_eq!(employer.open(&link).await.status, StatusCode::OK);
        let withdrawn = person.send("/share", &[("action", "withdraw"), ("share", &withdraw)]).await;
        assert_eq!(withdrawn.header("location"), "/share?done=share-withdrawn");
        let gone = employer.open(&link).await;
        // A link that never was looks the same.
        let never = employer.open("/share/0123456789abcdef0123456789abcdef").await;
        assert_eq!((gone.status, never.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
        assert_eq!(gone.text(), never.text());
        assert!(person.open("/share").await.text().contains("You share your status with nobody"));
    })
    .await;
}
