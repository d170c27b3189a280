//! Every page and state, in both languages, on a phone and on a desk, light and dark: nothing keeps anybody from using it, nothing stands
//! outside a narrow or enlarged screen, nothing moves for whoever wants nothing to, and nothing comes from anywhere else. Where
//! `CLEANBILL_SCREENS` names a folder, the pictures of the documentation are made on the way.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a journey fails by panicking"
)]

use journeys::{Browser, ENTER, Options, Reader, TABULATOR, Town};
use serde_json::json;

/// The number of whoever is signed in.
fn number(browser: &Browser) -> String {
    browser.get("/api/v1/people/me/export")["resident"]["person"].as_str().unwrap().to_owned()
}

/// Somebody holds up a pass at a door's page.
fn shows(pass: &str) -> impl Fn(&Browser, &Town) {
    move |browser, town| {
        browser.open(&town.page("/check"));
        browser.wait_until("return document.getElementById('door').dataset.ready === 'true'");
        browser.write("#text", &format!("{pass}{ENTER}"));
        browser.wait_until("return document.getElementById('verdict').open");
    }
}

/// The keys lead to an element, which is then pressed.
fn press_by_keyboard(browser: &Browser, selector: &str) {
    for _ in 0..200 {
        browser.press(TABULATOR);
        let is_there = format!("return document.activeElement.matches({})", json!(selector));
        if browser.run(&is_there) == true {
            browser.press(ENTER);
            return;
        }
    }
    panic!("no key leads to {selector}");
}

#[test]
fn pages_for_everybody() {
    let mut reader = Reader::of_town(120);
    for (name, path) in [
        ("home", "/"),
        ("declare", "/declare"),
        ("figures", "/figures"),
        ("sign-in", "/sign-in"),
        ("check", "/check"),
        ("diary-empty", "/diary"),
        ("style", "/style"),
        ("notices", "/demo/notices"),
        ("nowhere", "/nowhere"),
    ] {
        reader.look(name, path);
    }
    for path in ["/sign-in", "/declare", "/check", "/diary"] {
        reader.reach_by_keyboard(path);
    }
    reader.look_at("declared", |browser, town| {
        browser.open(&town.page("/declare"));
        browser.tap("label.choice");
        browser.tap("button[name=step][value=answer]");
        browser.wait("#would");
    });
    for (name, level, ends) in
        [("check-admit", "green", 3_600), ("check-refuse", "red", 3_600), ("check-help", "green", -60)]
    {
        let pass = reader.town.pass_text(level, ends);
        reader.look_at(name, shows(&pass));
        reader.look_without_red_and_green(name, shows(&pass));
    }
    reader.done();
}

#[test]
fn pages_for_residents() {
    let mut reader = Reader::of_town(120);
    let home = reader.town.home_of_case();
    let hers = Browser::start(Options::default());
    hers.register(&reader.town, "Gao", "");
    let gao = number(&hers);
    let code = hers.register_tea_house("Tea house 茶楼");
    reader.look("venue-nobody", &format!("/venue/{code}"));
    reader.browser.come_in(&reader.town, "Lin Mei", &home);
    reader.browser.wait_until("return location.pathname.startsWith('/venue/')");
    reader.look("venue", &format!("/venue/{code}"));
    let _ = reader.browser.post("/api/v1/people/me/visits", &json!({ "code": code }));
    reader.look("venue-here", &format!("/venue/{code}"));
    for (name, path) in [
        ("me-green", "/me"),
        ("record-empty", "/me/record"),
        ("told", "/me/told"),
        ("passkeys", "/passkeys"),
        ("share-empty", "/share"),
        ("travel", "/travel"),
        ("venue-new", "/venue/new"),
    ] {
        reader.look(name, path);
    }
    let me_in_town = |browser: &Browser, town: &Town| browser.open(&town.page("/me"));
    reader.look_without_red_and_green("me-green", me_in_town);
    let shared = json!({ "with": "My employer", "hours": 8 });
    let shared = reader.browser.post("/api/v1/people/me/shares", &shared);
    reader.look("share-answer", &format!("/share/{}", shared["token"].as_str().unwrap()));
    let lin = number(&reader.browser);
    let _ = hers.post("/api/v1/people/me/proxies", &json!({ "proxy": lin }));
    // Her pass is live on the phone of whoever cares for her.
    reader.look_at("me-for", |browser, town| {
        browser.open(&town.page(&format!("/me/for/{gao}")));
        browser.wait_until("return document.querySelector('#code[data-proved]') !== null");
    });
    let _ = reader.town.confirm_case();
    reader.look("me-yellow", "/me");
    reader.look("share", "/share");
    reader.look("record", "/me/record");
    reader.look_without_red_and_green("me-yellow", me_in_town);
    reader.reach_by_keyboard("/me");
    // What somebody sees who is checked in, with the visit in the diary on the phone.
    reader.browser.open(&reader.town.page(&format!("/venue/{code}")));
    reader.browser.wait_until("return !document.getElementById('on-phone').hidden");
    reader.browser.tap("#take");
    reader.look_at("diary", |browser, town| {
        browser.open(&town.page("/diary"));
        browser.wait_until("return document.getElementById('diary').dataset.compared === 'diary-nothing'");
    });
    reader.done();
}

/// Chen contests by keyboard alone, and adds a letter and a large photograph.
fn contest(reader: &mut Reader) {
    reader.look("me-red", "/me");
    reader.look_without_red_and_green("me-red", |browser, town| browser.open(&town.page("/me")));
    let Reader { browser, town, .. } = &*reader;
    browser.open(&town.page("/me"));
    press_by_keyboard(browser, "a[href='#contest']");
    press_by_keyboard(browser, "#contest form button");
    browser.wait("#appeals");
    let folder = tempfile::tempdir().unwrap();
    let (letter, photograph) = (folder.path().join("letter.pdf"), folder.path().join("result.jpg"));
    std::fs::write(&letter, "%PDF-1.4 The sample was somebody else's.").unwrap();
    // As phones take them: millions of dots that are hard to shorten.
    let grain =
        |x: u32, y: u32| image::Rgb([(x ^ y) as u8, (x.wrapping_mul(y) >> 3) as u8, (x + 7 * y) as u8]);
    image::RgbImage::from_fn(4_000, 3_000, grain).save(&photograph).unwrap();
    assert!(std::fs::metadata(&photograph).unwrap().len() > 2_000_000);
    browser.tap("#appeals summary");
    browser.write("#appeals input[type=file]", &format!("{}\n{}", letter.display(), photograph.display()));
    // The phone makes the photograph smaller before it sends it.
    browser
        .wait_until("return document.querySelector('#appeals input[type=file]').files[1].size < 2_500_000");
    browser.tap("#appeals form button");
    browser.wait(".note.done");
    let laid = browser.get("/api/v1/people/me/appeals")[0]["attachments"].clone();
    assert_eq!((laid[0]["kind"].as_str(), laid[1]["kind"].as_str()), (Some("pdf"), Some("jpeg")), "{laid}");
    reader.look("me-appeal", "/me");
}

#[test]
fn pages_for_those_who_are_restricted_and_those_who_work() {
    let mut reader = Reader::of_town(120);
    reader.browser.register(&reader.town, "Chen Yu", "");
    let _ = reader.browser.post("/api/v1/people/me/specimens", &json!({ "test": "t-1" }));
    let code = reader.browser.register_tea_house("Tea house");
    let _ = reader.browser.post("/api/v1/people/me/visits", &json!({ "code": code }));
    let own = reader.browser.get("/api/v1/people/me/export");
    let person = own["resident"]["person"].as_str().unwrap().to_owned();
    let sampled = own["specimens"][0]["at"].clone();
    let office = Browser::start(Options::default());
    let traced = office.trace_tea_house(&reader.town);
    assert_eq!(traced.asked, 1);
    reader.look("me-asked", "/me");
    office.sign_in(&reader.town, "laboratory");
    let test = json!({ "test": "t-1", "sampled": sampled, "method": "pcr", "result": "positive" });
    let _ = office.post(&format!("/api/v1/people/{person}/tests"), &test);
    contest(&mut reader);
    reader.browser.sign_out(&reader.town);
    let interview = format!("/cases/{}/{}", traced.person, traced.case);
    for (officer, pages) in [
        ("desk", vec![("desk", "/desk")]),
        ("field", vec![("field", "/field")]),
        ("laboratory", vec![("laboratory", "/laboratory")]),
        (
            "investigator",
            vec![
                ("cases", "/cases"),
                ("interview", &*interview),
                ("place-traces", "/place-traces"),
                ("line-lists", "/line-lists"),
            ],
        ),
        ("reviewer", vec![("review", "/review")]),
        ("policy", vec![("policy", "/policy")]),
        ("oversight", vec![("oversight", "/oversight"), ("watch", "/oversight/watch")]),
    ] {
        reader.browser.sign_in(&reader.town, officer);
        for (name, path) in pages {
            reader.look(name, path);
        }
        if officer == "reviewer" {
            reader.browser.open(&reader.town.page("/review"));
            let waits = reader.browser.text("main");
            assert!(waits.contains("letter.pdf") && waits.contains("result.jpg"), "{waits}");
        }
        reader.browser.sign_out(&reader.town);
    }
    reader.done();
}
