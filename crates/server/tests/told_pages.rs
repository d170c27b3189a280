//! How somebody is told, chosen without script; in the API where a page needs one.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod browser;
mod town;

use axum::http::StatusCode;
use browser::{Browser, between};
use office::NoticeAbout;
use town::{Town, everywhere};

#[tokio::test]
async fn somebody_chooses_their_language_and_quiet_hours() {
    everywhere(async |town: Town| {
        let (_, token) = town.resident("Ma", None).await;
        let person = Browser::of(&town, &token);
        assert!(person.open("/me/told").await.text().contains("name=\"from\" value=\"22:00\""));
        let fields = [("action", "how"), ("language", "zh"), ("from", "20:30"), ("to", "08:00")];
        let kept = person.send("/me/told", &fields).await;
        assert_eq!(kept.header("location"), "/me/told?done=told", "{}", kept.text());
        let particulars = town.get("/api/v1/people/me/particulars", &token).await.json();
        assert_eq!(particulars["language"], "zh");
        assert_eq!(particulars["quiet"]["from"], "20:30:00");
        let page = person.open("/me/told").await.text();
        assert!(
            page.contains("name=\"to\" value=\"08:00\"")
                && page.contains("value=\"zh\" lang=\"zh-CN\" selected")
        );
        let all_day = [("action", "how"), ("language", "zh"), ("from", "08:00"), ("to", "07:00")];
        assert_eq!(person.send("/me/told", &all_day).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test]
async fn somebody_is_reached_elsewhere_once_they_show_it_and_the_old_place_is_told() {
    everywhere(async |town: Town| {
        let (_, token) = town.resident("Ma", None).await;
        let person = Browser::of(&town, &token);
        assert!(person.open("/me/told").await.text().contains("<strong>ma@example.org</strong>"));
        let asked =
            person.send("/me/told", &[("action", "code"), ("contact", "new@example.org")]).await.text();
        assert!(asked.contains("<strong>new@example.org</strong>"), "{asked}");
        let code = town.board.messages().last().unwrap().words.clone();
        let code: String = between(&code, "Your code: ", ".").to_owned();
        let wrong = if code == "000000" { "000001" } else { "000000" };
        let change = async |code: &str| {
            let fields = [("action", "contact"), ("contact", "new@example.org"), ("code", code)];
            person.send("/me/told", &fields).await
        };
        let refused = change(wrong).await.text();
        assert!(refused.contains("role=\"alert\"") && refused.contains("<strong>ma@example.org</strong>"));
        assert_eq!(change(&code).await.header("location"), "/me/told?done=contact");
        assert!(person.open("/me/told").await.text().contains("<strong>new@example.org</strong>"));
        // At the old place it is told, when the night is over, and nobody signs in there any more.
        town.later(8 * 60);
        let told = town.office.notices(10).await.unwrap();
        let told = told.iter().find(|notice| matches!(notice.about, NoticeAbout::Contact { .. })).unwrap();
        assert_eq!(told.contact.as_deref(), Some("ma@example.org"));
        let sent = town.office.request_code("ma@example.org").await.unwrap();
        let nobody = town.office.sign_in_by_code("ma@example.org", &sent.code, None).await.unwrap();
        assert!(matches!(nobody, office::ByCode::Nobody));
        let sent = town.office.request_code("new@example.org").await.unwrap();
        let found = town.office.sign_in_by_code("new@example.org", &sent.code, None).await.unwrap();
        assert!(matches!(found, office::ByCode::SignedIn(_)));
    })
    .await;
}

#[tokio::test]
async fn a_desk_registers_somebody_who_is_written_to_in_chinese() {
    everywhere(async |town: Town| {
        let desk = town.officer("desk", office::Role::Desk, "health/commission").await;
        let desk_page = Browser::of(&town, &desk);
        let fields = [("action", "register"), ("name", "马 Grandmother"), ("language", "zh")];
        let page = desk_page.send("/desk", &fields).await.text();
        let person = between(&page, "<code>", "</code>").to_owned();
        let particulars = town.get(&format!("/api/v1/people/{person}/particulars"), &desk).await.json();
        assert_eq!(particulars["language"], "zh");
    })
    .await;
}
