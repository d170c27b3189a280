//! Venues, as their visitors and their keepers see them, without script.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod browser;
mod town;

use axum::http::StatusCode;
use browser::{Browser, between};
use office::Role;
use town::{Town, everywhere};

/// Registers a venue on the page; gives its code.
async fn made(keeper: &Browser<'_>, name: &str) -> String {
    let fields =
        [("action", "register"), ("name", name), ("kind", "restaurant"), ("position", "30.25, 120.17")];
    let page = keeper.send("/venue/new", &fields).await.text();
    between(&page, "href=\"/venue/", "/poster.pdf\"").to_owned()
}

#[tokio::test]
async fn a_keeper_registers_a_venue_prints_its_poster_and_gives_it_another_code() {
    everywhere(async |town: Town| {
        let (_, token) = town.resident("Wang", None).await;
        let keeper = Browser::of(&town, &token);
        let code = made(&keeper, "西湖茶馆 Tea").await;
        assert_eq!(code.len(), 16);
        let pdf = keeper.open(&format!("/venue/{code}/poster.pdf")).await;
        assert_eq!((pdf.status, pdf.header("content-type")), (StatusCode::OK, "application/pdf"));
        assert!(pdf.body.starts_with(b"%PDF-1."));
        let png = keeper.open(&format!("/venue/{code}/poster.png")).await;
        let read = pass::picture::read(&png.body).unwrap();
        assert_eq!(read, format!("http://localhost:8080/venue/{code}"));
        // A new code: the old poster no longer works, the new one does.
        let own = keeper.open("/venue/new").await.text();
        let venue = between(&own, "name=\"venue\" value=\"", "\"");
        assert!(!own.contains(&code), "the code is shown only when it is made");
        let rotated = keeper.send("/venue/new", &[("action", "rotate"), ("venue", venue)]).await.text();
        let new = between(&rotated, "href=\"/venue/", "/poster.pdf\"");
        assert_ne!(new, code);
        assert_eq!(keeper.open(&format!("/venue/{code}")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(keeper.open(&format!("/venue/{code}/poster.png")).await.status, StatusCode::NOT_FOUND);
        assert!(keeper.open(&format!("/venue/{new}")).await.text().contains("西湖茶馆 Tea"));
        // It is nobody else's to change.
        let (_, other) = town.resident("Li", None).await;
        let refused =
            Browser::of(&town, &other).send("/venue/new", &[("action", "rotate"), ("venue", venue)]).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn a_button_that_is_pressed_twice_makes_one_venue_and_shows_its_code_again() {
    everywhere(async |town: Town| {
        let (_, token) = town.resident("Wang", None).await;
        let keeper = Browser::of(&town, &token);
        let fields = [("action", "register"), ("name", "Shop"), ("kind", "shop"), ("once", "7")];
        let codes = [
            keeper.send("/venue/new", &fields).await.text(),
            keeper.send("/venue/new", &fields).await.text(),
        ];
        let [first, second] = codes.each_ref().map(|page| between(page, "href=\"/venue/", "/poster.pdf\""));
        assert_eq!(first, second);
        assert_eq!(codes[1].matches("value=\"rotate\"").count(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_visitor_checks_in_and_out_by_a_tap_and_reads_what_is_kept_and_for_how_long() {
    everywhere(async |town: Town| {
        let (_, keeper) = town.resident("Wang", None).await;
        let keeper = Browser::of(&town, &keeper);
        let (tea, shop) = (made(&keeper, "Tea house").await, made(&keeper, "Shop").await);
        let (_, token) = town.resident("Ma", None).await;
        let visitor = Browser::of(&town, &token);
        let door = format!("/venue/{tea}");
        let page = visitor.open(&door).await.text();
        for said in ["Tea house", "Check in here", "For 14 days", "changes no colour", "without a phone"] {
            assert!(page.contains(said), "{said}: {page}");
        }
        let entered = visitor.send(&door, &[("action", "in")]).await;
        assert_eq!(entered.header("location"), format!("{door}?done=entered"));
        let inside = visitor.open(&format!("{door}?done=entered")).await.text();
        assert!(inside.contains("You are checked in here since") && inside.contains("Check out"), "{inside}");
        let elsewhere = visitor.open(&format!("/venue/{shop}")).await.text();
        assert!(elsewhere.contains("still checked in elsewhere") && elsewhere.contains("Tea house"));
        town.later(30);
        let left = visitor.send(&door, &[("action", "out")]).await;
        assert_eq!(left.header("location"), format!("{door}?done=left"));
        assert!(visitor.open(&door).await.text().contains("Check in here"));
        let chinese = Browser::of(&town, &token).speaking("zh-CN").open(&door).await.text();
        assert!(chinese.contains("保存14天") && chinese.contains("在此登记"), "{chinese}");
        // Officers do not check in, and keep no venues but for a desk.
        let reviewer = town.officer("reviewer", Role::Reviewer, "some/body").await;
        let reviewer = Browser::of(&town, &reviewer);
        assert!(reviewer.open(&door).await.text().contains("Only residents check in"));
        assert_eq!(reviewer.open("/venue/new").await.status, StatusCode::FORBIDDEN);
        assert_eq!(reviewer.send(&door, &[("action", "in")]).await.status, StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test]
async fn whoever_signs_in_at_a_door_comes_back_to_it_without_scanning_again() {
    everywhere(async |town: Town| {
        let (_, keeper) = town.resident("Wang", None).await;
        let code = made(&Browser::of(&town, &keeper), "Tea house").await;
        town.resident("Ma", None).await;
        let at_door = Browser::anybody(&town).open(&format!("/venue/{}", code.to_lowercase())).await;
        assert!(at_door.text().contains("Sign in once on this phone"));
        let going = at_door.header("set-cookie").split(';').next().unwrap().to_owned();
        assert_eq!(going, format!("going={code}"));
        let signed_in = async |cookies: &str| {
            let sent = town.office.request_code("ma@example.org").await.unwrap();
            let browser = Browser { cookies: cookies.to_owned(), ..Browser::anybody(&town) };
            let fields = [("contact", "ma@example.org"), ("code", &*sent.code)];
            let answer = browser.send("/sign-in/resident", &fields).await;
            answer.header("location").to_owned()
        };
        assert_eq!(signed_in(&going).await, format!("/venue/{code}"));
        assert_eq!(signed_in("language=en").await, "/me");
        // Nothing but a venue's door is gone to.
        assert_eq!(signed_in("going=//elsewhere.example").await, "/venue/ELSEWHEREEXAMPLE");
    })
    .await;
}
