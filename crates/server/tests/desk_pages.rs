//! The desk: people without phones, without script.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod browser;
mod town;

use axum::http::StatusCode;
use browser::{Browser, between};
use office::Role;
use town::{Town, everywhere};

const REGISTERED: [(&str, &str); 4] =
    [("action", "register"), ("name", "马 Grandmother"), ("identity", "G 12-34"), ("once", "1")];

#[tokio::test]
async fn r11_somebody_without_a_phone_is_registered_gets_a_number_and_a_pass_on_paper_and_another_one() {
    everywhere(async |town: Town| {
        town.publish().await;
        let desk = town.officer("desk", Role::Desk, "some/desk").await;
        let desk = Browser::of(&town, &desk);
        let registered = desk.send("/desk", &REGISTERED).await.text();
        let number = between(&registered, "Their number: <code>", "</code>").to_owned();
        assert_eq!(number.len(), 32);
        // Every form on the page begins with it.
        assert_eq!(registered.matches(&format!("name=\"person\" value=\"{number}\"")).count(), 5);
        let again = desk.send("/desk", &REGISTERED).await.text();
        assert!(again.contains(&number), "a second press shows the same number");
        // Found again by the whole document, however it is spaced, and with a reason.
        let found = [("action", "find"), ("identity", "g1234"), ("purpose", "a new pass")];
        let found = desk.send("/desk", &found).await.text();
        assert!(found.contains(&number) && found.contains("马 Grandmother"), "{found}");
        let nobody = [("action", "find"), ("identity", "G 12"), ("purpose", "a new pass")];
        assert_eq!(desk.send("/desk", &nobody).await.status, StatusCode::NOT_FOUND);
        let silent = [("action", "find"), ("identity", "g1234"), ("purpose", "")];
        assert_eq!(desk.send("/desk", &silent).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        // Two passes on paper, each a sheet to fold.
        for once in ["2", "3"] {
            let fields = [("person", number.as_str()), ("purpose", "lost"), ("once", once)];
            let paper = desk.send("/desk/paper", &fields).await.text();
            let text = between(&paper, "name=\"pass\" value=\"", "\"").to_owned();
            let sheet = desk.send("/desk/paper/print", &[("pass", &text)]).await;
            assert_eq!((sheet.status, sheet.header("content-type")), (StatusCode::OK, "application/pdf"));
            assert!(sheet.body.starts_with(b"%PDF-1."));
            let door = Browser::anybody(&town).send("/check", &[("pass", &text)]).await.text();
            assert!(door.contains("Admit"), "{door}");
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_is_printed_that_no_door_would_read_and_by_nobody_but_a_desk() {
    everywhere(async |town: Town| {
        town.publish().await;
        let desk = town.officer("desk", Role::Desk, "some/desk").await;
        let refused = Browser::of(&town, &desk).send("/desk/paper/print", &[("pass", "HC1:NONSENSE")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let (_, token) = town.resident("Ma", None).await;
        let pass = town.get("/api/v1/me/pass", &token).await.json()["text"].as_str().unwrap().to_owned();
        let other = Browser::of(&town, &token).send("/desk/paper/print", &[("pass", &pass)]).await;
        assert_eq!(other.status, StatusCode::FORBIDDEN);
    })
    .await;
}
