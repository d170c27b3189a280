//! What lies beside an appeal: given without script, read by whoever decides, seen by whose it is, forgotten with it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod browser;
mod town;

use axum::http::StatusCode;
use browser::{Browser, between};
use data_encoding::BASE64;
use image::{ImageFormat, Rgb, RgbImage};
use office::Role;
use serde_json::json;
use town::{Town, everywhere};

const LETTER: &[u8] = b"%PDF-1.7 The fever was measured wrongly.";
const CONTEST: &[(&str, &str)] =
    &[("action", "appeal"), ("rule", "telling-symptoms"), ("claim", "test-wrong"), ("words", "")];

/// A photograph that tells where it was taken.
fn photograph() -> Vec<u8> {
    let mut jpeg = std::io::Cursor::new(Vec::new());
    RgbImage::from_pixel(64, 32, Rgb([200, 60, 20])).write_to(&mut jpeg, ImageFormat::Jpeg).unwrap();
    let jpeg = jpeg.into_inner();
    let place = b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0 30.2592N 120.1303E";
    let length = u16::try_from(place.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], b"\xff\xe1", &length, place, &jpeg[2..]].concat()
}

/// Somebody who declared a fever: their number, and their browser's session.
async fn restricted(town: &Town) -> (String, String) {
    town.publish().await;
    let (person, token) = town.resident("Ma", None).await;
    Browser::of(town, &token).send("/me", &[("action", "declare"), ("symptom", "fever")]).await;
    (person, token)
}

#[tokio::test]
async fn a_letter_and_a_picture_lie_beside_an_appeal_and_only_whoever_decides_reads_them() {
    everywhere(async |town: Town| {
        let (_, token) = restricted(&town).await;
        let ma = Browser::of(&town, &token);
        let files: [(&str, &[u8]); 2] = [("化验单.jpg", &photograph()), ("letter.pdf", LETTER)];
        let sent = ma.send_files("/me", CONTEST, &files).await;
        assert_eq!(sent.header("location"), "/me?done=appealed", "{}", sent.text());
        let page = ma.open("/me").await.text();
        assert!(page.contains("化验单.jpg</a>") && page.contains("letter.pdf</a>"), "{page}");
        let links: Vec<String> = page
            .split("href=\"/attachment/")
            .skip(1)
            .map(|rest| format!("/attachment/{}", rest.split('"').next().unwrap()))
            .collect();
        let picture = ma.open(&links[0]).await;
        assert_eq!(picture.header("content-type"), "image/jpeg");
        assert!(picture.header("content-security-policy").contains("sandbox"));
        assert!(!picture.body.windows(8).any(|part| part == b"30.2592N"), "where it was taken is not kept");
        let seen = image::load_from_memory(&picture.body).unwrap();
        assert_eq!((seen.width(), seen.height()), (64, 32));
        let letter = ma.open(&links[1]).await;
        assert_eq!(letter.body, LETTER);
        assert!(letter.header("content-disposition").starts_with("attachment"), "no page of ours opens it");
        // Nobody else: another resident, the desk, an investigator.
        let (_, other) = town.resident("Gao", None).await;
        assert_eq!(Browser::of(&town, &other).open(&links[1]).await.status, StatusCode::NOT_FOUND);
        for role in [Role::Desk, Role::Investigator, Role::Oversight] {
            let officer = town.officer(role.word(), role, "health/commission").await;
            assert_eq!(Browser::of(&town, &officer).open(&links[1]).await.status, StatusCode::FORBIDDEN);
        }
        assert_eq!(Browser::anybody(&town).open(&links[1]).await.header("location"), "/sign-in");
        // The reviewer sees what is contested and on what it rests, and reads what lies beside it. Ma sees that.
        let reviewer = town.officer("reviewer", Role::Reviewer, "court").await;
        let court = Browser::of(&town, &reviewer);
        let waiting = court.open("/review").await.text();
        assert!(waiting.contains("you declared symptoms") && waiting.contains("letter.pdf</a>"), "{waiting}");
        assert_eq!(court.open(&links[1]).await.body, LETTER);
        let record = ma.open("/me/record").await.text();
        assert!(record.contains("reading attachment 2") && !record.contains("attachment 1"), "{record}");
        // Once it is decided, no officer has a need of it any more; Ma does, and takes it along.
        let id = between(&waiting, "name=\"id\" value=\"", "\"").to_owned();
        let decision =
            [("action", "decide"), ("id", &*id), ("upheld", "yes"), ("reasons", "It was measured wrongly.")];
        assert_eq!(court.send("/review", &decision).await.header("location"), "/review?done=decided");
        assert_eq!(court.open(&links[1]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(ma.open(&links[1]).await.body, LETTER);
        let along = town.get("/api/v1/people/me/export", &token).await.json();
        let kept: Vec<&str> = along["attachments"]
            .as_array()
            .unwrap()
            .iter()
            .map(|of| of["content"].as_str().unwrap())
            .collect();
        assert!(kept.contains(&&*BASE64.encode(LETTER)), "{along}");
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused_as_a_whole_with_its_name() {
    everywhere(async |town: Town| {
        let (_, token) = restricted(&town).await;
        let ma = Browser::of(&town, &token);
        let program: &[u8] = b"MZ\x90 a program";
        let wrong: [(&str, &[u8]); 2] = [("letter.pdf", LETTER), ("result.pdf", program)];
        let refused = ma.send_files("/me", CONTEST, &wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("result.pdf is neither a PDF document"), "{}", refused.text());
        let many = [("a.pdf", LETTER); 4];
        let refused = ma.send_files("/me", CONTEST, &many).await.text();
        assert!(refused.contains("at most 3 files"), "{refused}");
        let huge = [b"%PDF-".as_slice(), &vec![b' '; 17 << 20]].concat();
        let refused = ma.send_files("/me", CONTEST, &[("huge.pdf", &huge)]).await;
        assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert!(refused.text().contains("16 MB together"), "{}", refused.text());
        // Nothing of all that was taken: the appeal can still be made, and a field for files may stay empty.
        assert!(ma.open("/me").await.text().contains("id=\"contest\""));
        let sent = ma.send_files("/me", CONTEST, &[("", b"")]).await;
        assert_eq!(sent.header("location"), "/me?done=appealed", "{}", sent.text());
    })
    .await;
}

#[tokio::test]
async fn something_is_added_while_an_appeal_is_open_by_page_and_by_program() {
    everywhere(async |town: Town| {
        let (_, token) = restricted(&town).await;
        let ma = Browser::of(&town, &token);
        ma.send_files("/me", CONTEST, &[("first.pdf", LETTER)]).await;
        let page = ma.open("/me").await.text();
        let appeal = between(&page, "name=\"appeal\" value=\"", "\"").to_owned();
        let add = [("action", "attach"), ("appeal", &*appeal)];
        let nothing = ma.send_files("/me", &add, &[]).await;
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", nothing.text());
        let added = ma.send_files("/me", &add, &[("second.pdf", LETTER)]).await;
        assert_eq!(added.header("location"), "/me?done=attached");
        let path = format!("/api/v1/people/me/appeals/{appeal}/attachments");
        let third = json!({ "name": "third.png", "content": BASE64.encode(LETTER) });
        assert_eq!(town.post(&path, &token, third.clone()).await.status, StatusCode::OK);
        let fourth = town.post(&path, &token, third.clone()).await;
        assert_eq!(fourth.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", fourth.text());
        let page = ma.open("/me").await.text();
        assert!(
            page.contains("second.pdf</a>") && !page.contains("name=\"appeal\""),
            "there is no room left"
        );
        let known = town.get("/api/v1/people/me/appeals", &token).await.json();
        let laid = known[0]["attachments"].as_array().unwrap();
        assert_eq!((laid.len(), &laid[2]["kind"]), (3, &json!("pdf")), "{known}");
        let third_path = format!("/api/v1/attachments/{}", laid[2]["attachment"].as_str().unwrap());
        assert_eq!(town.get(&third_path, &token).await.body, LETTER);
        // Not to somebody else's appeal.
        let (_, other) = town.resident("Gao", None).await;
        assert_eq!(town.post(&path, &other, third).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn who_leaves_leaves_nothing_of_it_behind() {
    everywhere(async |town: Town| {
        let (_, token) = restricted(&town).await;
        let ma = Browser::of(&town, &token);
        ma.send_files("/me", CONTEST, &[("letter.pdf", LETTER)]).await;
        let link =
            format!("/attachment/{}", between(&ma.open("/me").await.text(), "href=\"/attachment/", "\""));
        let reviewer = town.officer("reviewer", Role::Reviewer, "court").await;
        assert_eq!(Browser::of(&town, &reviewer).open(&link).await.body, LETTER);
        let left = ma.send("/me/record", &[("action", "erase"), ("sure", "yes")]).await;
        assert_eq!(left.header("location"), "/?done=erased");
        assert_eq!(Browser::of(&town, &reviewer).open(&link).await.status, StatusCode::NOT_FOUND);
    })
    .await;
}
